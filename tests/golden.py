"""The golden bundle of the current format, made anew by ``python tests/golden.py``.

It is trained on ``tiny_data`` and kept in ``golden/format-N`` with one answer, which every
later Cairn must still give. The bundle of a format that was released is never made anew.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from shared import TINY_SETTINGS
from tiny_data import write_data

from models import bundle
from models.bundle import FORMAT_VERSION, Bundle
from models.domain import Ask, HeldSkill, Learner, Target
from models.recommend import recommend

FOLDER = Path(__file__).resolve().parent / "golden"
ASKED_AT = 1_750_000_000.0


def answer(loaded: Bundle) -> dict[str, Any]:
    """What is recorded of the answer to one question, JSON-ready."""
    learner = Learner(
        skills=(HeldSkill("bakery tools", 0.3),), history=loaded.histories.of("learner-05")[:4]
    )
    found = recommend(loaded, Ask(learner, ASKED_AT, Target(id="joinery-role"), limit=5))
    return {
        "mode": found.mode,
        "gap": found.gap and found.gap.before,
        "items": [
            {
                "credential": loaded.credentials.ids[item.credential],
                "score": round(item.score, 4),
                "gap_after": item.gap_after,
                "closes": [loaded.skills.ids[part.skill] for part in item.closes],
            }
            for item in found.items
        ],
    }


def make() -> Path:
    """Train and write the bundle and its answer; returns their folder."""
    from training.config import Config
    from training.job import train
    from training.progress import Silent

    folder = FOLDER / f"format-{FORMAT_VERSION}"
    config = Config.model_validate(TINY_SETTINGS)
    with tempfile.TemporaryDirectory() as scratch:
        data = write_data(Path(scratch) / "data")
        now = datetime(2026, 1, 1, tzinfo=UTC)
        written = train(data, Path(scratch), config, 1, now, Silent()).folder
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(written, folder / "bundle")
    recorded = answer(bundle.read(folder / "bundle"))
    (folder / "answer.json").write_text(json.dumps(recorded, indent=2) + "\n")
    return folder


if __name__ == "__main__":
    print(make())
