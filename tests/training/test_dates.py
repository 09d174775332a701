"""Dates as spreadsheets show them."""

from __future__ import annotations

from datetime import datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.importers.dates import iso

MOMENTS = st.datetimes(datetime(1000, 1, 1), datetime(9999, 12, 31)).map(
    lambda moment: moment.replace(microsecond=0)
)
FORMS = ("%d/%m/%Y %H:%M:%S", "%m/%d/%Y %I:%M:%S %p", "%d.%m.%Y, %H:%M:%S", "%d-%m-%Y %H:%M:%S")


@given(st.lists(MOMENTS, min_size=1), st.sampled_from(FORMS))
def test_what_is_clear_is_read_as_it_was_meant(moments: list[datetime], form: str) -> None:
    known = datetime(2024, 1, 31, 14, 5)  # a day that can be no month
    shown = pl.Series("at", [moment.strftime(form) for moment in (*moments, known)])
    assert iso(shown).to_list() == [moment.isoformat() for moment in (*moments, known)]


@pytest.mark.parametrize(
    ("shown", "meant"),
    [
        (["31/1/2024", "2/1/2024"], ["2024-01-31", "2024-01-02"]),
        (["1/31/2024 12:05 am", "1/2/2024 12:05 PM"], ["2024-01-31T00:05", "2024-01-02T12:05"]),
        (["1.2.2024", None, " "], ["2024-02-01", None, None]),
    ],
)
def test_forms(shown: list[str | None], meant: list[str | None]) -> None:
    assert iso(pl.Series("at", shown)).to_list() == meant


@pytest.mark.parametrize(
    "shown",
    [
        ["1/2/2024", "3/4/2024"],
        ["31/1/2024", "1/31/2024"],
        ["31/1/2024", "2024-01-31"],
        ["31/1/2024", "soon"],
        ["2024-01-31T10:00", "7"],
        [None, ""],
    ],
)
def test_what_is_not_clear_stays_as_it_is(shown: list[str | None]) -> None:
    assert iso(pl.Series("at", shown, pl.String())).to_list() == shown
