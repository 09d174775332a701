from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from folders import CREDENTIALS, folder, write_csv, write_jsonl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.errors import DataError, UsageError
from training.readers import SEPARATORS
from training.schema import TABLES
from training.tables import Dataset, load
from training.writing import merge, write

FILES = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=8).map(
    str.strip
)
NAMES = WORDS.filter(bool)
MOMENTS = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1))
SHARES = st.none() | st.floats(0.0, 1.0)


def frames(data: Dataset) -> dict[str, pl.DataFrame]:
    found = {name: getattr(data, name) for name in TABLES}
    return {name: frame for name, frame in found.items() if frame is not None}


@st.composite
def worlds(draw: st.DrawFn) -> dict[str, list[dict[str, object]]]:
    ids = draw(st.lists(NAMES, min_size=1, max_size=5, unique=True))
    skills = st.lists(st.fixed_dictionaries({"skill": NAMES, "level": SHARES}), max_size=3)
    needs = st.fixed_dictionaries({"skill": NAMES, "importance": SHARES, "level": SHARES})
    return {
        "credentials": [
            {
                "id": id_,
                "title": draw(NAMES),
                "description": draw(st.none() | NAMES),
                "skills": draw(st.none() | skills),
                "level": draw(SHARES | st.sampled_from(["beginner", "Expert"])),
                "hours": draw(st.none() | st.floats(0.0, 1e6)),
                "prerequisites": draw(st.none() | st.just({"skill": "s", "level": 0.5})),
                "quality": draw(st.none() | st.dictionaries(NAMES, NAMES, max_size=2)),
                "available_until": draw(st.none() | st.dates().map(str)),
            }
            for id_ in ids
        ],
        "roles": [{"id": "r", "requirements": draw(st.none() | st.lists(needs, max_size=3))}],
        "interactions": [
            {
                "learner_id": draw(NAMES),
                "credential_id": draw(st.sampled_from(ids)),
                "kind": draw(st.none() | st.sampled_from(["view", "complete"])),
                "occurred_at": draw(MOMENTS.map(str)),
                "value": draw(st.none() | st.floats(-10.0, 10.0)),
            }
            for _ in range(draw(st.integers(1, 4)))
        ],
    }


@FILES
@given(world=worlds())
def test_every_format_says_the_same(
    tmp_path_factory: pytest.TempPathFactory, world: dict[str, list[dict[str, object]]]
) -> None:
    as_csv, as_jsonl, as_parquet = (tmp_path_factory.mktemp(x) for x in ("csv", "jsonl", "pq"))
    for name, rows in world.items():
        write_csv(as_csv / f"{name}.csv", rows)
        write_jsonl(as_jsonl / f"{name}.jsonl", rows)
    data = load(as_csv)
    write(frames(data), as_parquet, dated=data.dated)
    for other in (load(as_jsonl), load(as_parquet)):
        assert other.content_hash == data.content_hash
        assert all(
            a.equals(b) for a, b in zip(frames(data).values(), frames(other).values(), strict=False)
        )


@FILES
@given(world=worlds(), separator=st.sampled_from(SEPARATORS))
def test_cells_may_be_separated_as_spreadsheets_do(
    tmp_path_factory: pytest.TempPathFactory, world: dict[str, list[dict[str, object]]],
    separator: str,
) -> None:  # fmt: skip
    usual, other = (tmp_path_factory.mktemp(x) for x in ("usual", "other"))
    for name, rows in world.items():
        write_csv(usual / f"{name}.csv", rows)
        write_csv(other / f"{name}.csv", rows, separator)
    assert load(other).content_hash == load(usual).content_hash


def test_what_separates_is_what_stands_between_the_names_of_columns(tmp_path: Path) -> None:
    path = folder(tmp_path)
    head, *rows = (path / "credentials.csv").read_text().splitlines()
    note = ",level (new; used; old; gone; a|b|c|d|e; or none)"
    assert head.count(",") < note.count(";")
    longer = [head + note, *(f"{row}," for row in rows)]
    (path / "credentials.csv").write_text("\n".join(longer) + "\n")
    assert load(path).content_hash == load(folder(tmp_path / "as it was")).content_hash


def test_too_many_cells_are_told_whatever_separates_them(tmp_path: Path) -> None:
    path = folder(tmp_path)
    (path / "credentials.csv").write_text('id;"title; or name";title\na;b;c\nd;e;f;g\n')
    with pytest.raises(DataError, match="more cells than the 3 columns") as raised:
        load(path)
    [fault] = raised.value.faults
    assert (fault.row, fault.value) == (2, "d;e;f;g")


@FILES
@given(content=st.binary(max_size=200), suffix=st.sampled_from(["csv", "jsonl", "parquet"]))
def test_any_bytes_are_data_or_a_data_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, suffix: str
) -> None:
    path = folder(tmp_path_factory.mktemp("bytes"))
    (path / "credentials.csv").unlink()
    (path / f"credentials.{suffix}").write_bytes(content)
    with pytest.raises(DataError):
        load(path)


@FILES
@given(cut=st.integers(0, 2000))
def test_a_truncated_parquet_file_is_a_data_error(
    tmp_path_factory: pytest.TempPathFactory, cut: int
) -> None:
    path = tmp_path_factory.mktemp("cut")
    write(frames(load(folder(tmp_path_factory.mktemp("whole")))), path)
    whole = (path / "credentials.parquet").read_bytes()
    (path / "credentials.parquet").write_bytes(whole[: min(cut, len(whole) - 1)])
    with pytest.raises(DataError, match=r"credentials\.parquet: not a readable Parquet file"):
        load(path)


@FILES
@given(
    cells=st.lists(st.text(max_size=12), min_size=1, max_size=8),
    column=st.sampled_from(
        ["skills", "prerequisites", "stacks_into", "quality", "level", "hours", "available_from"]
    ),
)
def test_any_cell_is_read_or_named(
    tmp_path_factory: pytest.TempPathFactory, cells: list[str], column: str
) -> None:
    rows = [{"id": "a", "title": "x"}] + [
        {"id": f"id{i}", "title": "x", column: cell} for i, cell in enumerate(cells)
    ]
    path = tmp_path_factory.mktemp("cells")
    folder(path)
    (path / "credentials.csv").unlink()
    write_jsonl(path / "credentials.jsonl", rows)
    kept = load(path, on_bad_row="skip")
    rejected = {fault.row for fault in kept.rejects}
    assert kept.credentials.height + len(rejected) == len(rows)
    assert all(fault.column == column for fault in kept.rejects)


def test_all_columns_are_there_and_unknown_is_null(tmp_path: Path) -> None:
    data = load(folder(tmp_path))
    for name, frame in frames(data).items():
        assert dict(frame.schema) == {each.name: each.dtype for each in TABLES[name]}
    assert data.credentials["hours"].null_count() == 3
    assert data.interactions["kind"].to_list() == ["complete"]
    assert data.test_interactions is None


def test_parquet_goes_before_csv_and_csv_before_jsonl(tmp_path: Path) -> None:
    folder(tmp_path)
    write_jsonl(tmp_path / "credentials.jsonl", [{"id": "a", "title": "from jsonl"}])
    assert load(tmp_path).credentials["title"][0] == "Alpha"
    pl.DataFrame({"id": ["a"], "title": ["from parquet"]}).write_parquet(
        tmp_path / "credentials.parquet"
    )
    assert load(tmp_path).credentials["title"][0] == "from parquet"


@pytest.mark.parametrize("dtype", [pl.Int16(), pl.UInt64(), pl.Float64(), pl.Categorical()])
def test_ids_are_text_whatever_the_file_holds(tmp_path: Path, dtype: pl.DataType) -> None:
    ids = (
        pl.Series("id", ["7", "8"]).cast(dtype if dtype == pl.Categorical else pl.Int64).cast(dtype)
    )
    pl.DataFrame({"id": ids, "title": ["x", "y"]}).write_parquet(tmp_path / "credentials.parquet")
    write_csv(
        tmp_path / "interactions.csv",
        [{"learner_id": 1, "credential_id": 7, "occurred_at": "2024-01-01"}],
    )
    assert load(tmp_path).credentials["id"].to_list() == ["7", "8"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-03-01", datetime(2024, 3, 1, tzinfo=UTC)),
        ("2024-03-01 10:20", datetime(2024, 3, 1, 10, 20, tzinfo=UTC)),
        ("2024-03-01T10:20:30", datetime(2024, 3, 1, 10, 20, 30, tzinfo=UTC)),
        ("2024-03-01T10:20:30Z", datetime(2024, 3, 1, 10, 20, 30, tzinfo=UTC)),
        ("2024-03-01T10:20:30.123456789+02:00", datetime(2024, 3, 1, 8, 20, 30, 123456, UTC)),
        ("2024-03-01T00:20-0130", datetime(2024, 3, 1, 1, 50, tzinfo=UTC)),
        ("1969-12-31T23:59:59.5Z", datetime(1969, 12, 31, 23, 59, 59, 500000, UTC)),
    ],
)
def test_times_are_seconds_since_the_epoch_utc(
    tmp_path: Path, text: str, expected: datetime
) -> None:
    row = {"learner_id": "l", "credential_id": "a", "occurred_at": text}
    data = load(folder(tmp_path, interactions=[row]))
    assert data.dated
    assert data.interactions["occurred_at"][0] == expected.timestamp()


def test_whole_numbers_are_an_order(tmp_path: Path) -> None:
    rows = [{"learner_id": "l", "credential_id": "a", "occurred_at": n} for n in (3, -1)]
    data = load(folder(tmp_path, interactions=rows))
    assert not data.dated
    assert data.interactions["occurred_at"].to_list() == [3.0, -1.0]
    write(frames(data), tmp_path, dated=data.dated)
    assert load(tmp_path).content_hash == data.content_hash


def test_a_last_day_is_available_to_its_end(tmp_path: Path) -> None:
    row = {"id": "a", "title": "x", "available_from": "2024-05-01", "available_until": "2024-05-01"}
    kept = load(folder(tmp_path, credentials=[row])).credentials
    assert kept["available_from"][0] == datetime(2024, 5, 1, tzinfo=UTC)
    assert kept["available_until"][0] == datetime(2024, 5, 1, 23, 59, 59, 999999, UTC)


def test_skills_may_be_plain_text_or_objects_in_one_list(tmp_path: Path) -> None:
    rows = [{"id": "a", "title": "x", "skills": ["Python", {"skill": "SQL", "level": "expert"}]}]
    found = load(folder(tmp_path, credentials=rows)).credentials["skills"][0].to_list()
    assert found == [
        {"skill": "Python", "level": None, "inferred": None},
        {"skill": "SQL", "level": 1.0, "inferred": None},
    ]


def test_native_lists_with_fewer_fields_are_completed(tmp_path: Path) -> None:
    folder(tmp_path)
    pl.DataFrame(
        {"id": ["r"], "requirements": [[{"importance": 0.5, "skill": "x"}]], "aliases": [["y"]]}
    ).write_parquet(tmp_path / "roles.parquet")
    role = load(tmp_path).roles.row(0, named=True)
    assert role["requirements"] == [{"skill": "x", "importance": 0.5, "level": None}]
    assert role["aliases"] == ["y"]


def test_hash_sees_values_order_and_place(tmp_path: Path) -> None:
    hashes = {
        load(folder(tmp_path, credentials=rows)).content_hash
        for rows in (
            CREDENTIALS,
            CREDENTIALS[::-1],
            [*CREDENTIALS[:2], {"id": "c", "title": "Gamma", "hours": 1}],
            [*CREDENTIALS[:2], {"id": "c", "title": "Gamma", "cost": 1}],
            [*CREDENTIALS[:2], {"id": "c", "title": "Gamma", "skills": []}],
        )
    }
    assert len(hashes) == 5


def test_hash_is_the_same_whatever_the_chunks(tmp_path: Path) -> None:
    rows = [
        {"learner_id": f"l{i}", "credential_id": "a", "occurred_at": i, "value": i % 7 or None}
        for i in range(3000)
    ]
    write_csv(folder(tmp_path / "csv") / "interactions.csv", rows)
    data = load(tmp_path / "csv")
    write(frames(data), tmp_path / "pq", dated=False)
    data.interactions.with_columns(pl.col("occurred_at").cast(pl.Int64)).write_parquet(
        tmp_path / "pq" / "interactions.parquet", row_group_size=100
    )
    assert load(tmp_path / "pq").content_hash == data.content_hash


def test_merge_adds_fills_and_repeats_without_effect(tmp_path: Path) -> None:
    path = folder(tmp_path)
    new = {
        "credentials": pl.DataFrame(
            {"id": ["b", "d"], "title": ["New", "Delta"], "hours": [2.0, None]}
        ),
        "interactions": pl.DataFrame(
            {
                "learner_id": ["l", "l", "l"],
                "credential_id": ["a", "d", "d"],
                "kind": ["complete"] * 3,
                "occurred_at": [
                    datetime(2024, 1, 2, tzinfo=UTC),
                    *[datetime(2024, 1, 3, tzinfo=UTC)] * 2,
                ],
            }
        ),
    }
    counts = merge(path, new)
    assert counts["credentials"] == (3, 1, 1, 4)
    assert counts["interactions"] == (1, 2, 0, 3)
    data = load(path)
    assert data.credentials["title"].to_list() == ["Alpha", "New", "Gamma", "Delta"]
    assert data.credentials["hours"].to_list() == [None, 2.0, None, None]
    merge(path, new)
    assert load(path).content_hash == data.content_hash


def test_merge_refuses_to_mix_dates_and_order(tmp_path: Path) -> None:
    path = folder(tmp_path)
    order = pl.DataFrame({"learner_id": ["l"], "credential_id": ["a"], "occurred_at": [1]})
    with pytest.raises(UsageError, match="plain order"):
        merge(path, {"interactions": order})
    assert {each.name for each in path.iterdir()} == {"credentials.csv", "interactions.csv"}


def test_a_failing_write_leaves_what_was_there(tmp_path: Path) -> None:
    path = folder(tmp_path)
    before = {each: each.read_bytes() for each in path.iterdir()}
    with pytest.raises(pl.exceptions.PolarsError):
        write(
            {
                "credentials": pl.DataFrame({"id": ["z"], "title": ["z"]}),
                "interactions": pl.DataFrame({"occurred_at": [["no time"]]}),
            },
            path,
        )
    assert {each: each.read_bytes() for each in path.iterdir()} == before


@pytest.mark.slow
def test_a_million_interactions_load_in_seconds(tmp_path: Path) -> None:
    folder(tmp_path)
    n = 1_000_000
    draw = np.random.default_rng(0)
    pl.DataFrame(
        {
            "learner_id": draw.integers(0, 100_000, n),
            "credential_id": np.array(["a", "b", "c"])[draw.integers(0, 3, n)],
            "occurred_at": pl.Series(draw.integers(0, 2_000_000_000, n))
            .cast(pl.Datetime("ms"))
            .dt.to_string("iso:strict"),
        }
    ).write_csv(tmp_path / "interactions.csv")
    assert load(tmp_path).interactions.height == n
