"""How good lists are where little is known, beside what is popular.

The learners of a split are asked once more as if less were known of them. What a case withholds
is taken out of the interactions and out of what is told of learners before any question is made,
so nothing can see it, and lists leave out only what is known to have been met. Two more cases
are told by their answers: credentials that nobody met in training, and skills that no credential
met there teaches; of these learners everything is known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from models.bundle import Bundle
from training import metrics
from training.baselines import BASELINES, Fitted, Params, tune
from training.contest import Contest
from training.evaluate import ask_all
from training.interactions import DISMISS, Interactions
from training.learners import Asker, Declared, Learners
from training.matrix import item_features_of, met_matrix
from training.metrics import PIPELINE
from training.pipeline import Prepared
from training.progress import Progress, Silent
from training.splits import Split, inner, sampled

BESIDE: Final = ("popularity", "recent_popularity")
"""The baselines that need to know nothing of a learner."""


@dataclass(frozen=True, slots=True)
class Case:
    """Questions of whose learners no more is known than ``split.train`` holds and ``learners``
    say.
    """

    name: str
    split: Split
    learners: Learners


def measure(
    prepared: Prepared,
    bundle: Bundle,
    split: Split,
    params: Mapping[str, Params],
    seed: int,
    progress: Progress,
) -> dict[str, Any]:
    """By case the pipeline and the popular beside each other, JSON-ready; one that nobody can be
    asked in is left out.

    ``bundle`` is fitted on ``split.train``, as the baselines are here, with their ``params`` or,
    where they have none, tuned on an inner split. Each case asks at most ``splits.ASKED`` learners.
    """
    with progress.stage("cold start", 0):
        popular = {}
        for name in BESIDE:
            setting = params[name] if name in params else tune(BASELINES[name], inner(split), seed)
            popular[name] = BASELINES[name].fit(split.train, setting, seed)
        return {
            case.name: _figures(
                replace(prepared, learners=case.learners),
                bundle,
                sampled(case.split, seed),
                popular,
                seed,
            )
            for case in cases(prepared, bundle, split)
            if len(case.split)
        }


def cases(prepared: Prepared, bundle: Bundle, split: Split) -> Iterator[Case]:
    """All of them, also those with nobody to ask."""
    everything, train, asked = prepared.learners, split.train, split.learners
    silent = replace(
        everything,
        roles=np.full_like(everything.roles, -1),
        skills=Declared.listed({}, len(everything.ids)),
    )
    forgotten = split.forgotten()
    yield Case("nothing", forgotten, silent)
    aiming = replace(silent, roles=everything.roles)
    yield Case("role only", forgotten.only(aiming.roles[asked] >= 0), aiming)
    able = replace(silent, skills=_stated(everything, bundle, split))
    yield Case("skills only", forgotten.only(np.diff(able.skills.indptr)[asked] > 0), able)
    latest = train.where(_latest(train))
    begun = replace(split, train=latest).only(np.diff(latest.indptr)[asked] > 0)
    yield Case("one act", begun, silent)
    unmet = np.asarray(met_matrix(train).sum(axis=0) == 0)
    yield Case("new credential", split.asking_for(unmet), everything)
    yield Case("new skill", split.asking_for(_teaching_anew(prepared, unmet)), everything)


def _figures(
    prepared: Prepared, bundle: Bundle, split: Split, popular: Mapping[str, Fitted], seed: int
) -> dict[str, Any]:
    lists = {PIPELINE: ask_all(prepared, bundle, split, Silent()).lists}
    contest = Contest.of(prepared, split, seed)
    lists |= {name: contest.lists(each) for name, each in popular.items()}
    values = {name: metrics.measure(each, split.relevant) for name, each in lists.items()}
    mine = values[PIPELINE]["ndcg@10"]
    return {
        "learners": len(split),
        "models": {name: metrics.brief(each, seed) for name, each in values.items()},
        "paired": {
            name: list(metrics.paired(mine, values[name]["ndcg@10"], seed)) for name in popular
        },
    }


def _stated(learners: Learners, bundle: Bundle, split: Split) -> Declared:
    """What those asked declared, or else what the credentials they hold teach."""
    asker = Asker(split.train, learners, bundle.manifest.held_kinds)
    stated = {}
    for learner, at in zip(split.learners.tolist(), split.at.tolist(), strict=True):
        query = asker.ask(bundle, learner, int(split.train.indptr[learner + 1]), at)
        learnt = dict(zip(query.skills.tolist(), query.levels.tolist(), strict=True))
        stated[learner] = learners.skills[learner] or learnt
    return Declared.listed(stated, len(learners.ids))


def _latest(train: Interactions) -> NDArray[np.bool_]:
    """Mask ``(n,)`` of the last that each learner did, dismissals left out."""
    met = np.flatnonzero(train.kind != DISMISS)
    latest = np.zeros(len(train), np.bool_)
    latest[met[np.diff(train.learner[met], append=-1) != 0]] = True
    return latest


def _teaching_anew(prepared: Prepared, unmet: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Mask ``(n,)`` of credentials that teach a skill which none but the ``unmet`` teaches."""
    teaches = item_features_of(prepared.catalogue)
    if teaches is None:
        return np.zeros_like(unmet)
    new = teaches[~unmet].sum(axis=0) == 0
    return np.asarray(teaches @ new.astype(np.float32) > 0)
