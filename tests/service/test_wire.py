"""What is sent as plain data is what the schemas say."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from tiny_bundle import TRAINED_AT

from models import bundle as bundles
from models.bundle import Bundle
from service.recommender import considered
from service.schemas.recommendations import RecommendationRequest, RecommendationResponse


@pytest.fixture(scope="module")
def bundle(bundle_folder: Any) -> Bundle:
    return bundles.read(bundle_folder)


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"learner": {"credentials": ["c0", "c1"]}},
        {"learner": {"verified": ["c1"]}, "target_role": "r0"},
        {"learner": {"skills": ["s0"]}, "target_role": {"text": "nothing of the kind"}},
        {"learner": {"credentials": ["c0"]}, "target_role": "r0", "explain": False, "limit": 2},
        {"target_role": "unheard-of"},
    ],
)
def test_plain_data_are_what_the_schema_says(bundle: Bundle, asked: dict[str, Any]) -> None:
    request = RecommendationRequest.model_validate({"learner": {}, **asked})
    told, found = considered(bundle, request, at=TRAINED_AT + 1, request_id="one", degraded=["x"])
    sent = orjson.loads(orjson.dumps(told))
    response = RecommendationResponse.model_validate(sent)
    assert response.model_dump(mode="json", by_alias=True) == sent
    assert [*sent] == [*RecommendationResponse.model_fields]
    assert len(sent["items"]) == len(found.items) > 0
