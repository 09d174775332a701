"""Does the loop learn? Weeks of a platform whose truth is known, served by the real thing.

    python -m training.simulation.loop --json F --plot F.svg [--quick]

The same learners meet the same catalogue three times: served by one model that is never trained
again, by one that is trained again every week on what learners did with its lists, and by the same
with exploration. Everything is the code that trains and serves: the data contract, the fits, the
ranker, ``models.recommend``. Regret is by how much the best credential on offer would have been
worth more to a learner, in truth, than the one they took from the list they were shown.
"""

from __future__ import annotations

import argparse
import copy
import json
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from models.domain import Ask
from models.explore import Exploration
from models.recommend import recommend
from training import tables
from training.config import Config
from training.pipeline import Fitted, fit, prepare, refit
from training.progress import Silent
from training.shape import Shape
from training.simulation.drawing import Band, picture
from training.simulation.platform import BROWSES, START, VISITS, WEEK, Platform, Size
from training.splits import last
from training.writing import write

ARMS: Final = ("frozen", "loop", "loop and exploration")
LISTED: Final = 100
EPSILON, TEMPERATURE = 0.25, 1.0
CONFIG: Final = Config.model_validate(
    {"text": "none", "components": 16, "folds": 2, "questions": 500, "rounds": 30, "leaves": 7}
)
QUICK: Final = Size(arrivals=30, weeks=3)


@dataclass(frozen=True, slots=True)
class Run:
    """One arm with one seed, by week ``(weeks,)``: mean ``regret`` of a visit, the ``share`` of
    acts on credentials launched since week 1, and how many of these were ``found``: taken by
    three learners at least, of those on offer.
    """

    arm: str
    seed: int
    regret: NDArray[np.float64]
    share: NDArray[np.float64]
    found: NDArray[np.float64]


def arms(size: Size, seed: int) -> list[Run]:
    """All arms on the platform of one seed; they part in week 0."""
    begun = Platform(size, seed)
    for week in range(-size.before, 0):
        for person in begun.present(week):
            for visit in range(VISITS):
                at = _moment(week, visit)
                begun.visit(person, begun.by_chance(person, at), at, BROWSES)
    first = trained(begun, 0, seed)
    return [_arm(arm, copy.deepcopy(begun), first, size, seed) for arm in ARMS]


def _arm(arm: str, platform: Platform, first: Fitted, size: Size, seed: int) -> Run:
    bundle = first.bundle
    weeks: list[tuple[float, float, float]] = []
    new, learners = platform.launched > 0, np.zeros(size.credentials)
    for week in range(size.weeks):
        if week and arm != "frozen":
            bundle = trained(platform, week, seed, first.shape).bundle
        taken = []
        for number, person in enumerate(platform.present(week)):
            for visit in range(VISITS):
                at = _moment(week, visit)
                draw = Exploration(EPSILON, LISTED, TEMPERATURE, seed=number * VISITS + visit)
                ask = Ask(
                    platform.asking(person),
                    at,
                    platform.aim(person),
                    LISTED,
                    goal_weight=0.0,
                    explain=False,
                    exploration=draw if arm == ARMS[-1] else None,
                )
                items = recommend(bundle, ask).items
                shown = [bundle.credentials.ids[item.credential] for item in items]
                taken.append(platform.visit(person, shown, at))
        rows = np.array([each.credential for each in taken if each.credential >= 0])
        learners += np.bincount(rows, minlength=size.credentials)
        there = new & (platform.launched <= week)
        found = float((learners[there] >= 3).mean()) if there.any() else np.nan
        weeks.append((float(np.mean([t.regret for t in taken])), float(new[rows].mean()), found))
    return Run(arm, seed, *np.array(weeks).T)


def trained(platform: Platform, week: int, seed: int, shape: Shape | None = None) -> Fitted:
    """Fitted to all that is known as ``week`` begins, by way of a data folder; with the ``shape``
    chosen before, as ``cairn retrain`` does.
    """
    with tempfile.TemporaryDirectory(prefix="cairn-loop-") as folder:
        write(platform.tables(week), Path(folder), dated=True)
        data = tables.load(Path(folder))
    prepared = replace(prepare(data, CONFIG, None, Silent()), shape=shape)
    fitted = fit(prepared, last(prepared.known).train, seed, Silent())
    return refit(prepared, fitted, prepared.known, seed, Silent())


def _moment(week: int, visit: int) -> float:
    return START + WEEK * (week + (visit + 0.5) / VISITS)


def told(size: Size, seeds: Sequence[int], runs: Sequence[Run]) -> dict[str, Any]:
    """The figures of all runs, JSON-ready: by arm and week the mean over seeds with its 95 %
    interval (Student's t), and how much regret each arm saved in the last third of the weeks
    beside ``frozen``, seed by seed.
    """
    late = slice(-max(size.weeks // 3, 1), None)
    by_arm = {arm: [run for run in runs if run.arm == arm] for arm in ARMS}

    def weekly(name: str) -> dict[str, list[Any]]:
        return {
            arm: [_band(week) for week in np.array([getattr(run, name) for run in mine]).T]
            for arm, mine in by_arm.items()
        }

    regret = {arm: np.array([run.regret[late].mean() for run in by_arm[arm]]) for arm in ARMS}
    pairs = (("loop", "frozen"), (ARMS[-1], "frozen"), (ARMS[-1], "loop"))
    return {
        "size": asdict(size),
        "seeds": list(seeds),
        "epsilon": EPSILON,
        "regret": weekly("regret"),
        "share_new": weekly("share"),
        "found": weekly("found"),
        "saved": {f"{one} beside {two}": _band(regret[two] - regret[one]) for one, two in pairs},
    }


def _band(values: NDArray[np.float64]) -> Band | tuple[None, None, None]:
    """Mean over seeds with its 95 % interval, which one seed has not; ``None`` without a figure."""
    known = values[~np.isnan(values)]
    if not len(known):
        return (None, None, None)
    mean = float(known.mean())
    if len(known) == 1:
        return (mean, mean, mean)
    reach = float(stdtrit(len(known) - 1, 0.975) * known.std(ddof=1) / np.sqrt(len(known)))
    return (mean, mean - reach, mean + reach)


def main() -> None:
    """Simulate, print, and write what is named."""
    parser = argparse.ArgumentParser(prog="python -m training.simulation.loop", description=__doc__)
    parser.add_argument("--seeds", type=int, default=5, help="so many platforms")
    parser.add_argument("--first", type=int, default=11, help="the first of their seeds")
    parser.add_argument("--better", type=float, default=Size().better, help="appeal of what is new")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    parser.add_argument("--plot", type=Path, help="where to draw regret by week (SVG)")
    parser.add_argument("--quick", action="store_true", help="a small platform, in seconds")
    chosen = parser.parse_args()
    size = QUICK if chosen.quick else Size(better=chosen.better)
    seeds = range(chosen.first, chosen.first + (1 if chosen.quick else chosen.seeds))
    runs: list[Run] = []
    for seed in seeds:
        begun = time.monotonic()
        runs += arms(size, seed)
        print(f"seed {seed}: {time.monotonic() - begun:.0f} s", flush=True)
    found = told(size, seeds, runs)
    for arm, weeks in found["regret"].items():
        print(f"{arm:<22}" + " ".join(f"{band[0]:5.2f}" for band in weeks))
    for name, (saved, low, high) in found["saved"].items():
        print(f"regret saved, {name}: {saved:.2f} [{low:.2f}, {high:.2f}]")
    if chosen.json is not None:
        chosen.json.write_text(json.dumps(found, indent=1) + "\n")
    if chosen.plot is not None:
        title = "Regret of a visit, in units of utility; bands: 95 % over seeds"
        chosen.plot.write_text(picture(title, "week", found["regret"]))


if __name__ == "__main__":
    main()
