"""The tenants file: what it may say, and what is served on its terms."""

from __future__ import annotations

from pathlib import Path

import pytest
from tiny_bundle import write_bundle

from models import bundle
from models.errors import UsageError
from models.narrow import Shelf
from service.badges.trust import Trust
from service.telemetry.metrics import Metrics
from service.tenants.auth import KeyFile, Scope, new_key
from service.tenants.keys import Keys
from service.tenants.limits import Costly, Rate, Toll
from service.tenants.served import Tenants
from service.tenants.terms import Terms, read

DEFAULT = Path("default")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "tenants.toml"


def test_everything_can_be_said(file: Path) -> None:
    file.write_text("""
        [tenants.a]
        bundle = "bundles/a"
        owns_histories = true
        catalogue = {issuers = ["X"], languages = ["en"], delivery = ["online"], include = ["i"]}
        limits.events = {per_second = 2, burst = 3}
        [tenants.b]
        catalogue.exclude = ["e"]
        limits.answers = {per_second = 0.5, burst = 1}
        [tenants.c]
        bundle = "/srv/c"
    """)
    assert read(file, DEFAULT, set()) == {
        "a": Terms(
            file.parent / "bundles" / "a",
            True,
            Shelf(("X",), ("en",), ("online",), ("i",)),
            {Costly.EVENTS: Rate(2, 3)},
        ),
        "b": Terms(DEFAULT, False, Shelf(exclude=("e",)), {Costly.ANSWERS: Rate(0.5, 1)}),
        "c": Terms(Path("/srv/c")),
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[tenants.a", "not TOML"),
        ("", "tenants: Field required"),
        ("[tenant.a]", "tenant: Extra inputs are not permitted"),
        ("[tenants.'A B']", "tenant 'A B': String should match pattern"),
        ("[tenants.a]\nlimit = 3", "tenant 'a', limit: Extra inputs"),
        ("[tenants.a]\nowns_histories = 'yes'", "tenant 'a', owns_histories: .*valid boolean"),
        (
            "[tenants.a]\nlimits.answers = {per_second = 0, burst = 1}",
            "tenant 'a', limits.answers.per_second: Input should be greater than 0",
        ),
        (
            "[tenants.a]\nlimits.events = {per_second = 1, burst = 1.5}",
            "tenant 'a', limits.events.burst: Input should be a valid integer",
        ),
        (
            "[tenants.a]\nlimits.events = {per_second = '9', burst = 1}",
            "tenant 'a', limits.events.per_second: Input should be a valid number",
        ),
        ("[tenants.a]\nlimits.events.burst = 1", "events.per_second: Field required"),
        ("[tenants.a]\ncatalogue.issuers = 'X'", "tenant 'a', catalogue.issuers: .*array"),
        ("[tenants.a]\ncatalogue.exclude = ['']", r"tenant 'a', catalogue.exclude.0: "),
        ("[tenants.a]\nbundle = 3", "tenant 'a', bundle: "),
        ("[tenants.a]\nbadges.hosts = ['https://x.example']", "tenant 'a', badges.hosts.0: "),
        ("[tenants.a]\nbadges.hosts = ['localhost']", "tenant 'a', badges.hosts.0: "),
        ("[tenants.a]\nbadges.issuers = [{keys = []}]", "badges.issuers.0.id: Field required"),
        (
            "[tenants.a]\nbadges.issuers = [{id = 'https://x.example', keys = [{kty = 'oct'}]}]",
            "tenant 'a', badges.issuers.0.keys.0: .*expected a public key",
        ),
    ],
)
def test_what_is_wrong_is_named(file: Path, text: str, expected: str) -> None:
    file.write_text(text)
    with pytest.raises(UsageError, match=rf"tenants\.toml: .*{expected}"):
        read(file, DEFAULT, set())


def test_the_trust_list_is_the_tenants_own(file: Path) -> None:
    file.write_text(
        """
        [tenants.a.badges]
        hosts = ["badges.example.edu", "badges.example.edu:8443"]
        [[tenants.a.badges.issuers]]
        id = "did:web:badges.example.edu"
        [[tenants.a.badges.issuers]]
        id = "https://example.org/issuer"
        [[tenants.a.badges.issuers.keys]]
        kty = "OKP"
        crv = "Ed25519"
        kid = "k1"
        x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
        [tenants.b]
        """
    )
    found = read(file, DEFAULT, set())
    trust = found["a"].trust
    assert trust.hosts == {"badges.example.edu", "badges.example.edu:8443"}
    assert trust.issuers["did:web:badges.example.edu"] == ()
    (key,) = trust.issuers["https://example.org/issuer"]
    assert (key.name, key.pem.splitlines()[0]) == ("k1", "-----BEGIN PUBLIC KEY-----")
    assert found["b"].trust == Trust()


def test_every_fault_is_told_at_once(file: Path) -> None:
    file.write_text("[tenants.a]\nbundel = 'x'\n[tenants.b]\nowns_histories = 1\n")
    with pytest.raises(UsageError, match=r"(?s)tenant 'a', bundel.*tenant 'b', owns_histories"):
        read(file, DEFAULT, set())


def test_a_missing_file_is_named(file: Path) -> None:
    with pytest.raises(UsageError, match=r"tenants\.toml: cannot read"):
        read(file, DEFAULT, set())


def keys_of(folder: Path, *tenants: str) -> Keys:
    kept = [new_key(tenant, frozenset(Scope))[1] for tenant in tenants]
    (folder / "keys.json").write_text(KeyFile(keys=kept).model_dump_json())
    return Keys(folder / "keys.json", None)


def test_a_folder_is_loaded_once_whoever_it_serves(tmp_path: Path) -> None:
    one, two = (write_bundle(tmp_path, favourite) for favourite in (5, 7))
    (tmp_path / "link").symlink_to(two)
    terms = {
        "a": Terms(one, owns_histories=True),
        "b": Terms(two, owns_histories=True),
        "c": Terms(tmp_path / "link", owns_histories=True),
        "d": Terms(two, owns_histories=True, shelf=Shelf(include=("c1",))),
    }
    tenants = Tenants(terms, one, keys_of(tmp_path, "a", "b", "c", "d"), Metrics())
    assert len(tenants.bundles) == 2
    whole = {name: tenants.bundle(name) for name in terms}
    assert whole["b"] is whole["c"] is not whole["a"]
    assert whole["a"] is tenants.default.current
    assert whole["d"] is tenants.bundle("d")  # made once, not for each request
    assert whole["d"].behaviour is whole["b"].behaviour
    assert [whole["d"].credentials.row(name) for name in ("c1", "c2")] == [1, None]


def test_a_view_goes_with_its_bundle(tmp_path: Path) -> None:
    one, two = (write_bundle(tmp_path, favourite) for favourite in (5, 7))
    names = ("a", "b")
    terms = {name: Terms(one, shelf=Shelf(include=("c1",))) for name in names}
    tenants = Tenants(terms, one, keys_of(tmp_path, *names), Metrics())
    before = [tenants.bundle(name) for name in names]
    tenants.default.current = Tenants(None, two, keys_of(tmp_path, "a"), Metrics()).default.current
    after = tenants.bundle("a")
    assert (after.version, after.credentials.row("c2")) == (two.name, None)
    assert before[0].version == one.name
    assert list(tenants._views) == [("a", "")]  # b's would keep the old bundle in memory


def test_a_bundle_that_is_tried_out_is_narrowed_likewise(tmp_path: Path) -> None:
    one, two, three = (write_bundle(tmp_path, favourite) for favourite in (5, 7, 3))
    terms = {name: Terms(one, shelf=Shelf(include=(f"c{name}",))) for name in "12"}
    tenants = Tenants(terms, one, keys_of(tmp_path, *terms), Metrics())
    tried = [bundle.read(folder) for folder in (two, three)]
    views = {(name, each.version): tenants.bundle(name, each) for name in terms for each in tried}
    for (name, version), view in views.items():
        assert view.version == version
        assert [row for row in range(10) if view.credentials.row(f"c{row}")] == [int(name)]
        assert list(view.histories.learners) == []
        [whole] = [each for each in tried if each.version == version]
        assert tenants.bundle(name, whole) is view  # and not made anew for each request


def test_a_tenant_with_keys_must_be_in_the_file(file: Path) -> None:
    file.write_text("[tenants.a]\n[tenants.acem]")
    with pytest.raises(UsageError, match=r"tenants\.toml: tenant 'acme': expected a table"):
        read(file, DEFAULT, {"a", "acme"})


def test_limits_are_those_of_the_terms(tmp_path: Path) -> None:
    folder = write_bundle(tmp_path)
    terms = {"a": Terms(folder, rates={Costly.EVENTS: Rate(2, 3)})}
    tenants = Tenants(terms, folder, keys_of(tmp_path, "a"), Metrics())
    assert tenants.toll("a", Costly.ANSWERS) is None
    assert tenants.toll("a", Costly.EVENTS, 7) == Toll("a", Costly.EVENTS, Rate(2, 3), 7)
    assert Tenants(None, folder, keys_of(tmp_path, "a"), Metrics()).toll("a", Costly.EVENTS) is None
