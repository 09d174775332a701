from __future__ import annotations

import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest
from folders import write_csv, write_xlsx

from models.errors import DataError, UsageError
from training.importers import IMPORTERS, run
from training.importers.source import slug
from training.tables import load
from training.writing import existing

SOC = "O*NET-SOC Code"


@pytest.fixture(scope="session")
def imported(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All public sources in one folder."""
    out = tmp_path_factory.mktemp("imported")
    for source, folder in (
        ("mars", "mars_en"),
        ("esco", "esco_1_1_1"),
        ("onet", "onet_29_2"),
        ("oews", "bls_oews_2024"),
        ("coursera", "coursera_programs_2025"),
    ):
        run(source, shared_data / folder, out)
    return out


def test_the_real_sources_make_one_consistent_folder(imported: Path) -> None:
    data = load(imported)
    kinds = data.interactions["kind"].value_counts().sort("kind").rows()
    assert kinds == [("rate", 3659), ("view", 21908)]
    assert data.learners.height == 9902
    assert data.dated
    mars = data.credentials.filter(pl.col("issuer").is_null() & pl.col("url").is_null())
    assert mars.filter(pl.col("hours").is_not_null()).height == 1167
    taxonomies = dict(data.skills["taxonomy"].value_counts().rows())
    assert taxonomies == {"esco": 13896, "onet": 68, "onet-technology": 8768}
    ids = data.roles["id"]
    assert ids.str.starts_with("onet:").sum() == 1016
    assert ids.str.contains("/esco/occupation/").sum() == 3007
    programs = data.credentials["id"].str.starts_with("coursera:program:")
    assert programs.sum() == 475


def test_esco_relations_and_their_importance(imported: Path) -> None:
    roles = load(imported).roles.filter(pl.col("id").str.contains("/esco/occupation/"))
    importance = roles["requirements"].explode().struct.field("importance")
    assert set(importance.unique()) == {0.5, 1.0}
    assert importance.len() == 123_855 - 67


def test_mars_keeps_what_leaks_or_judges_out_of_the_features(imported: Path) -> None:
    data = load(imported)
    assert "nb_views" not in pl.read_parquet(imported / "credentials.parquet").columns
    assert data.learners["attributes"].count() == 9902 - 8493
    assert data.credentials["available_from"].null_count() == data.credentials.height


def test_onet_roles_need_rated_skills_and_technologies(imported: Path) -> None:
    roles = load(imported).roles
    chief = roles.row(by_predicate=pl.col("id") == "onet:11-1011.00", named=True)
    [reading] = [each for each in chief["requirements"] if each["skill"] == "onet:2.A.1.a"]
    assert reading["importance"] == pytest.approx((4.12 - 1) / 4)
    assert reading["level"] == pytest.approx(4.62 / 7)
    developer = roles.row(by_predicate=pl.col("id") == "onet:15-1252.00", named=True)
    python = {"skill": "onet:tech:python", "importance": 0.8, "level": None}
    assert python in developer["requirements"]
    assert developer["currency"] == "USD"
    assert developer["median_wage"] > 100_000


def test_coursera_order_is_advice_and_shifted_rows_are_mended(imported: Path) -> None:
    courses = load(imported).credentials.filter(pl.col("id").str.starts_with("coursera:course:"))
    assert courses["prerequisites"].null_count() == courses.height
    mended = courses.row(
        by_predicate=pl.col("title") == "AI Applications in Marketing and Finance", named=True
    )
    assert mended["skills"] is None
    assert mended["description"].startswith("In this course")
    assert mended["stacks_into"] == ["coursera:program:2"]
    assert len(mended["recommended_after"]) == 1


def test_importing_twice_changes_nothing(shared_data: Path, tmp_path: Path) -> None:
    run("mars", shared_data / "mars_en", tmp_path)
    once = load(tmp_path).content_hash
    again = run("mars", shared_data / "mars_en", tmp_path)
    assert load(tmp_path).content_hash == once
    assert all(count.added == count.changed == 0 for count in again.tables.values())


def test_esco_finds_the_67_strays(shared_data: Path, tmp_path: Path) -> None:
    summary = run("esco", shared_data / "esco_1_1_1", tmp_path)
    assert summary.notes[0].startswith("67 relations left out")


def test_an_archive_cut_short_is_told(shared_data: Path, tmp_path: Path) -> None:
    whole = next((shared_data / "onet_29_2").glob("*.zip")).read_bytes()
    (tmp_path / "db.zip").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UsageError, match=r"db\.zip: not a complete zip archive"):
        run("onet", tmp_path / "db.zip", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_damaged_member_is_told(tmp_path: Path) -> None:
    path = tmp_path / "mars.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("items_en.csv", "item_id,language\n" * 50)
    damaged = bytearray(path.read_bytes())
    damaged[80] ^= 0xFF
    path.write_bytes(damaged)
    with pytest.raises(UsageError, match=r"items_en\.csv in it cannot be read"):
        run("mars", path, tmp_path / "out")


@pytest.mark.parametrize("source", sorted(set(IMPORTERS) - {"csv", "oews"}))
def test_missing_files_are_named(tmp_path: Path, source: str) -> None:
    (tmp_path / "originals").mkdir()
    with pytest.raises(UsageError, match="not found there"):
        run(source, tmp_path / "originals", tmp_path / "out")


def test_wrong_columns_are_named(tmp_path: Path) -> None:
    (tmp_path / "skills_en.csv").write_text("uri,label\n1,x\n")
    with pytest.raises(DataError, match=r"skills_en\.csv, column 'conceptUri'"):
        run("esco", tmp_path, tmp_path / "out")


def test_an_unknown_source(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="expected one of caliper, case, coursera, csv"):
        run("linkedin", tmp_path, tmp_path / "out")


def tab_separated(path: Path, rows: list[dict[str, object]]) -> None:
    pl.DataFrame(rows).write_csv(path, separator="\t", quote_style="never")


def rating(element: str, scale: str, value: float, **flags: str) -> dict[str, object]:
    row = {SOC: "11-1011.00", "Element ID": element, "Element Name": f"Element {element}"}
    suppress, irrelevant = flags.get("suppress", "N"), flags.get("irrelevant", "n/a")
    rest = {"Recommend Suppress": suppress, "Not Relevant": irrelevant}
    return {**row, "Scale ID": scale, "Data Value": value, **rest}


@pytest.fixture
def onet(tmp_path: Path) -> Path:
    """A tiny database in the text edition."""
    path = tmp_path / "db_text"
    path.mkdir()
    tab_separated(
        path / "Occupation Data.txt",
        [{SOC: "11-1011.00", "Title": "Chief", "Description": 'Leads "all" of it'}],
    )
    tab_separated(
        path / "Content Model Reference.txt",
        [{"Element ID": "2.A.1", "Element Name": "Reading", "Description": "Reads"}],
    )
    tab_separated(
        path / "Skills.txt",
        [
            rating("2.A.1", "IM", 5.0),
            rating("2.A.1", "LV", 3.5),
            rating("2.A.2", "IM", 2.9),
            rating("2.A.3", "IM", 4.0, suppress="Y"),
            rating("2.A.4", "IM", 3.0),
            rating("2.A.4", "LV", 1.0, suppress="Y"),
        ],
    )
    tab_separated(
        path / "Knowledge.txt",
        [rating("2.C.1", "IM", 4.0), rating("2.C.1", "LV", 0.0, irrelevant="Y")],
    )
    tab_separated(
        path / "Technology Skills.txt",
        [
            {
                SOC: "11-1011.00",
                "Example": name,
                "Commodity Title": "Tools",
                "Hot Technology": hot,
                "In Demand": wanted,
            }
            for name, hot, wanted in (("C", "Y", "N"), ("C++", "Y", "Y"), ("C#", "N", "N"))
        ],
    )
    return path


def test_onet_scales_suppression_and_relevance(onet: Path, tmp_path: Path) -> None:
    run("onet", onet, tmp_path / "out")
    tables = existing(tmp_path / "out")
    assert tables["roles"]["requirements"][0].to_list() == [
        {"skill": "onet:2.A.1", "importance": 1.0, "level": 0.5},
        {"skill": "onet:2.A.4", "importance": 0.5, "level": None},
        {"skill": "onet:tech:c", "importance": 0.6, "level": None},
        {"skill": "onet:tech:c-plus-plus", "importance": 0.8, "level": None},
    ]
    assert tables["roles"]["description"][0] == 'Leads "all" of it'
    assert tables["skills"].filter(pl.col("taxonomy") == "onet-technology").height == 3


def test_onet_says_what_is_in_demand_and_of_which_edition(onet: Path, tmp_path: Path) -> None:
    dated = onet.rename(tmp_path / "db_29_2_text")
    assert run("onet", dated, tmp_path / "out").notes == ()
    role = existing(tmp_path / "out")["roles"].row(0, named=True)
    assert (role["in_demand"], role["hot"]) == (["onet:tech:c-plus-plus"], ["onet:tech:c"])
    assert (role["demand_source"], role["demand_date"]) == ("O*NET 29.2", "2025-02")
    unknown = dated.rename(tmp_path / "db_99_9_text")
    [note] = run("onet", unknown, tmp_path / "other").notes
    assert "has no date" in note
    role = existing(tmp_path / "other")["roles"].row(0, named=True)
    assert (role["demand_source"], role["demand_date"]) == ("O*NET 99.9", None)


def test_real_demand_has_its_source_and_date(imported: Path) -> None:
    roles = load(imported).roles.filter(pl.col("id").str.starts_with("onet:"))
    known = roles.filter(pl.col("in_demand").is_not_null())
    assert known["demand_source"].unique().to_list() == ["O*NET 29.2"]
    assert known["demand_date"].unique().to_list() == ["2025-02"]
    developer = roles.row(by_predicate=pl.col("id") == "onet:15-1252.00", named=True)
    assert "onet:tech:python" in developer["in_demand"]
    assert not set(developer["in_demand"]) & set(developer["hot"])
    silent = roles.filter(pl.col("in_demand").is_null())
    assert silent.height == roles.height - known.height > 0
    assert silent["demand_source"].null_count() == silent.height


def test_onet_in_excel_says_the_same(onet: Path, tmp_path: Path) -> None:
    excel = tmp_path / "db_excel"
    excel.mkdir()
    for path in onet.iterdir():
        frame = pl.read_csv(path, separator="\t", quote_char=None)
        write_xlsx(excel / f"{path.stem}.xlsx", frame.to_dicts())
    run("onet", onet, tmp_path / "text")
    run("onet", excel, tmp_path / "excel")
    ours, theirs = existing(tmp_path / "text"), existing(tmp_path / "excel")
    assert all(ours[name].equals(theirs[name]) for name in ours)


def test_oews_needs_onet_first(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="import onet into that folder first"):
        run("oews", tmp_path, tmp_path / "out")


def test_oews_as_downloaded(onet: Path, tmp_path: Path) -> None:
    row = {"OCC_CODE": "11-1011", "O_GROUP": "detailed", "TOT_EMP": "211,850", "A_MEDIAN": "#"}
    write_xlsx(tmp_path / "national_M2024_dl.xlsx", [row])
    with zipfile.ZipFile(tmp_path / "oesm24nat.zip", "w") as archive:
        archive.write(tmp_path / "national_M2024_dl.xlsx", "oesm24nat/national_M2024_dl.xlsx")
    run("onet", onet, tmp_path / "out")
    run("oews", tmp_path / "oesm24nat.zip", tmp_path / "out")
    role = existing(tmp_path / "out")["roles"].row(0, named=True)
    assert (role["median_wage"], role["currency"], role["employment"]) == (None, None, 211_850.0)
    assert (role["wage_source"], role["wage_year"]) == (
        "U.S. Bureau of Labor Statistics, OEWS",
        2024.0,
    )
    assert role["requirements"]


def test_an_excel_file_cut_short_is_told(onet: Path, tmp_path: Path) -> None:
    run("onet", onet, tmp_path / "out")
    (tmp_path / "national_M2024_dl.xlsx").write_bytes(b"PK cut short")
    with pytest.raises(DataError, match="not a readable xlsx file"):
        run("oews", tmp_path / "national_M2024_dl.xlsx", tmp_path / "out")


def test_suppressed_wages_stay_unknown(imported: Path) -> None:
    roles = load(imported).roles
    actors = roles.row(by_predicate=pl.col("id") == "onet:27-2011.00", named=True)
    assert actors["median_wage"] is None
    assert actors["currency"] is None
    assert actors["employment"] > 0


def test_a_platforms_completions(tmp_path: Path) -> None:
    write_csv(
        tmp_path / "completions.csv",
        [
            {"Email": "x@example.org", "Course ID": 7, "Completed At": "2024-01-01", "Title": "T"},
            {"Email": "y@example.org", "Course ID": 8, "Completed At": "2024-01-02", "Title": ""},
        ],
    )
    summary = run("csv", tmp_path / "completions.csv", tmp_path / "out")
    assert summary.notes == ("no table of credentials: 2 made from the interactions",)
    data = load(tmp_path / "out")
    assert data.credentials.select("id", "title").rows() == [("7", "T"), ("8", "8")]
    assert data.interactions["learner_id"].to_list() == ["x@example.org", "y@example.org"]


def test_what_was_not_completed_is_left_out_and_counted(tmp_path: Path) -> None:
    rows = ["ann;welding;31.12.2024", "ann;drawing;", "bo;welding; ", "bo;cutting;soon"]
    path = tmp_path / "completions.csv"
    path.write_text("\n".join(["User ID;Course ID;Completed At", *rows]))
    with pytest.raises(DataError) as raised:
        run("csv", path, tmp_path / "out")
    told = [(fault.row, fault.value) for fault in raised.value.faults]
    assert told == [(1, "31.12.2024"), (4, "soon")]
    path.write_text(path.read_text().replace("soon", "01.02.2025 10:00"))
    summary = run("csv", path, tmp_path / "out")
    assert summary.notes[0] == "rows of completions.csv left out, as they tell no completion: 2"
    acts = load(tmp_path / "out").interactions
    assert acts["credential_id"].to_list() == ["welding", "cutting"]
    days = [datetime.fromtimestamp(at, UTC).date() for at in acts["occurred_at"].to_list()]
    assert days == [date(2024, 12, 31), date(2025, 2, 1)]
    # A moment by any other name is required.
    path.write_text("user,course,timestamp\nann,welding,\nbo,welding,2025-01-01\n")
    with pytest.raises(DataError, match="empty, and required"):
        run("csv", path, tmp_path / "out")


def test_a_platforms_folder(tmp_path: Path) -> None:
    write_csv(tmp_path / "credentials.csv", [{"course_id": "a", "name": "A", "provider": "P"}])
    write_csv(tmp_path / "interactions.csv", [{"user_id": "u", "course_id": "a", "timestamp": "3"}])
    run("csv", tmp_path, tmp_path / "out")
    data = load(tmp_path / "out")
    assert data.credentials.select("id", "title", "issuer").rows() == [("a", "A", "P")]
    assert not data.dated


def test_kinds_of_act_are_understood_as_platforms_say_them(tmp_path: Path) -> None:
    path = tmp_path / "acts.csv"
    said = ["Completed", "enrolled", " Viewed ", "dismiss", "", "won"]
    lines = [f"u,c{i},{kind},2025-01-01" for i, kind in enumerate(said)]
    path.write_text("\n".join(["user,course,event,date", *lines]))
    with pytest.raises(DataError) as raised:
        run("csv", path, tmp_path / "out")
    assert [(fault.row, fault.value) for fault in raised.value.faults] == [(6, "won")]
    path.write_text("\n".join(["user,course,event,date", *lines[:-1]]))
    run("csv", path, tmp_path / "out")
    kinds = load(tmp_path / "out").interactions["kind"].to_list()
    assert kinds == ["complete", "enrol", "view", "dismiss", "complete"]


def test_faults_of_a_platforms_file_are_named(tmp_path: Path) -> None:
    path = tmp_path / "done.csv"
    write_csv(path, [{"user": "u", "item": "a", "date": "soon"}, {"user": "u", "item": ""}])
    with pytest.raises(DataError) as caught:
        run("csv", path, tmp_path / "out")
    assert [(fault.row, fault.column) for fault in caught.value.faults] == [
        (1, "occurred_at"),
        (2, "credential_id"),
        (2, "occurred_at"),
    ]
    assert not (tmp_path / "out").exists()


def test_slugs_tell_languages_apart() -> None:
    assert len({slug(name) for name in ("C", "C++", "C#", "Objective-C")}) == 4
    assert slug("  Análisis de datos ") == "análisis-de-datos"
