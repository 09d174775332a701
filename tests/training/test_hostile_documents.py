"""Linked documents of which any value may be of any kind: read, or told, and never half."""

from __future__ import annotations

import copy
import json
import shutil
from pathlib import Path
from typing import Any, Final

import ctdl_example
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_frameworks import LIST, PACKAGE, RSD
from test_record_importers import event, logged, statement

from models.errors import UsageError
from training.importers import run

DOCUMENTS: Final[dict[str, Any]] = {
    "case": PACKAGE, "ctdl": ctdl_example.document(), "osmt": [RSD], "schema-org": LIST,
    "xapi": [statement(1, result={"score": {"raw": 3, "min": 0, "max": 5}, "completion": True})],
    "caliper": [event(1, action="Graded", object={
        "id": "https://lms.example/try", "type": "Attempt", "assignable": "https://lms.example/sql",
        "assignee": {"id": "https://lms.example/users/lea", "type": "Person"},
    }, generated={"scoreGiven": 3, "maxScore": 5})],
    "openedx": [logged("edx.course.enrollment.activated")],
}  # fmt: skip
STRANGE: Final = st.sampled_from([
    None, True, 0, -1, 1e308, 10**30, "", " ", "x", "\0", "_:b", "PT1H", "P1Y", "https://e.example/x",
    [], {}, [[]], [None], [{}], {"@id": None}, {"@id": 3}, {"@id": "_:b"}, {"@value": 3},
    {"@type": "Course"}, {"@type": 3}, {"en": None}, {"en": ["a", 3]}, {"@list": [1, "a"]},
    [3, "a", None, {"@id": "https://e.example/x"}], {"ceterms:targetNode": 3},
    {"identifier": None, "uri": 3}, ctdl_example.GOAL, ctdl_example.COURSE,
    {"@type": "ceterms:Course", "@id": "https://e.example/x", "ceterms:requires": [3, None]},
])  # fmt: skip


def places(value: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every way from the top to a value."""
    below = value.items() if isinstance(value, dict) else enumerate(value)
    return [
        place
        for key, part in below
        for place in (
            (*way, key),
            *(places(part, (*way, key)) if isinstance(part, dict | list) else ()),
        )
    ]


@pytest.mark.parametrize("source", sorted(DOCUMENTS))
def test_any_value_may_be_strange(source: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    scratch = tmp_path_factory.mktemp(source)
    ways = places(DOCUMENTS[source])

    @settings(
        derandomize=True, deadline=None, database=None, max_examples=25,
        suppress_health_check=[HealthCheck.too_slow],
    )  # fmt: skip
    @given(changes=st.lists(st.tuples(st.sampled_from(ways), STRANGE), min_size=1, max_size=4))
    def told(changes: list[tuple[tuple[Any, ...], Any]]) -> None:
        shutil.rmtree(scratch / "out", ignore_errors=True)
        document = copy.deepcopy(DOCUMENTS[source])
        for (*way, last), value in changes:
            at = document
            try:
                for key in way:
                    at = at[key]
                at[last] = copy.deepcopy(value)
            except (TypeError, KeyError, IndexError):
                continue  # an earlier change took that place away
        path = Path(scratch / "document.json")
        path.write_text(json.dumps(document))
        try:
            run(source, path, scratch / "out")
        except UsageError as error:
            assert "document.json" in str(error), error
            assert not (scratch / "out").exists()

    told()
