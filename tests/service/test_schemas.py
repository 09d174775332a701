"""What requests may say, and that each fault is refused where it stands."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from models.domain import Kind
from service.schemas.events import EventsIn
from service.schemas.learners import LearnerQuery, ProfileIn
from service.schemas.recommendations import RecommendationRequest, RoleText

EVENT = {"event_id": "e", "learner_id": "l", "credential_id": "c"}


def test_everything_may_be_left_out() -> None:
    request = RecommendationRequest.model_validate({})
    assert request.limit == 10
    assert request.constraints.include_unknown


def test_a_role_is_an_id_or_a_text() -> None:
    assert RecommendationRequest.model_validate({"target_role": "r1"}).target_role == "r1"
    by_text = RecommendationRequest.model_validate({"target_role": {"text": "data analyst"}})
    assert by_text.target_role == RoleText(text="data analyst")


def test_names_alone_stand_for_skills_and_past_credentials() -> None:
    learner = LearnerQuery.model_validate({"skills": ["sql"], "history": ["c1"]})
    assert (learner.skills[0].skill, learner.skills[0].level) == ("sql", None)
    assert (learner.history[0].credential_id, learner.history[0].kind) == ("c1", Kind.COMPLETE)


def test_levels_have_names() -> None:
    profile = ProfileIn.model_validate({"skills": [{"skill": "sql", "level": "advanced"}]})
    assert profile.skills[0].level == 0.75


def test_a_moment_without_an_offset_is_utc() -> None:
    batch = EventsIn.model_validate({"events": [{**EVENT, "occurred_at": "2026-05-01"}]})
    assert batch.events[0].occurred_at == datetime(2026, 5, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "fault",
    [
        {"learner": {"id": ""}},
        {"learner": {"id": "a\nb"}},
        {"learner": {"id": "x" * 513}},
        {"learner": {"name": "x"}},
        {"learner": {"skills": [{"skill": "sql", "level": 1.5}]}},
        {"learner": {"skills": [{"skill": "sql", "level": "wizard"}]}},
        {"learner": {"skills": ["s"] * 501}},
        {"learner": {"history": [{"credential_id": "c", "kind": "ate"}]}},
        {"learner": {"history": [{"credential_id": "c", "occurred_at": "0001-01-01"}]}},
        {"limit": 0},
        {"limit": 101},
        {"limit": "many"},
        {"limit": "3"},
        {"limit": True},
        {"explain": "yes"},
        {"learner": {"skills": [{"skill": "a", "level": "0.5"}]}},
        {"target_role": {"text": "  "}},
        {"target_role": {"text": "x" * 20_001}},
        {"constraints": {"max_hours": -1}},
        {"constraints": {"max_hours": float("nan")}},
        {"constraints": {"max_hours": float("inf")}},
        {"constraints": {"max_cost": {"amount": 3}}},
        {"constraints": {"max_cost": {"amount": 3, "currency": "euro"}}},
        {"surprise": 1},
    ],
)
def test_a_bad_request_is_refused(fault: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        RecommendationRequest.model_validate(fault)


@pytest.mark.parametrize(
    "fault",
    [
        {"event_id": ""},
        {"kind": "ate"},
        {"occurred_at": 1_700_000_000},
        {"occurred_at": "yesterday"},
        {"value": float("nan")},
        {"value": "much"},
        {"value": "3"},
        {"value": True},
        {"occurred_at": "1700000000"},
        {"learner_id": "\ud800"},
    ],
)
def test_a_bad_event_is_refused(fault: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        EventsIn.model_validate({"events": [{**EVENT, **fault}]})


@pytest.mark.parametrize("events", [[], [EVENT] * 1_001])
def test_a_batch_has_one_to_a_thousand_events(events: list[dict[str, str]]) -> None:
    with pytest.raises(ValidationError):
        EventsIn.model_validate({"events": events})
