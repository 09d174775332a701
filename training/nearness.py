"""What likeness of meaning says of two skills, measured on a taxonomy that knows the answer.

``python -m training.nearness ESCO`` compares the labels of skills with their own other names,
with their broader skills, with skills under the same broader one, and at random.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from training.embedder import Embedder
from training.importers import esco
from training.matching import NEAR_SIMILARITY, similarity_credit

PAIRS: Final = 1500
"""So many pairs of each kind are drawn."""

Texts: TypeAlias = Sequence[tuple[str, str]]


def pairs(skills: pl.DataFrame) -> dict[str, Texts]:
    """Pairs of texts by how they are related, from the columns of the data contract."""
    labels = dict(zip(skills["id"], skills["label"], strict=True))
    broader = skills.select("id", "broader").explode("broader").drop_nulls().rows()
    under = [ids for _, ids in skills.explode("broader").drop_nulls("broader").group_by(
        "broader", maintain_order=True
    ).agg("id").rows()]  # fmt: skip
    return {
        "its other names": skills.select("label", "aliases").explode("aliases").drop_nulls().rows(),
        "its broader skill": [(labels[a], labels[b]) for a, b in broader],
        "the same broader skill": [
            (labels[a], labels[b]) for ids in under for a, b in pairwise(ids)
        ],
    }


def cosines(skills: pl.DataFrame, embedder: Embedder, seed: int) -> dict[str, NDArray[np.float32]]:
    """Cosines of up to ``PAIRS`` pairs of each kind, and of as many drawn at random."""
    draw = np.random.default_rng(seed)
    kinds = pairs(skills)
    labels = skills["label"].to_list()
    two = draw.integers(len(labels), size=(PAIRS, 2))
    kinds["any other skill"] = [(labels[a], labels[b]) for a, b in two.tolist() if a != b]
    return {name: _cosines(given, embedder, draw) for name, given in kinds.items() if given}


def _cosines(given: Texts, embedder: Embedder, draw: np.random.Generator) -> NDArray[np.float32]:
    chosen = draw.choice(len(given), min(PAIRS, len(given)), replace=False)
    left, right = zip(*(given[i] for i in chosen.tolist()), strict=True)
    vectors = embedder.encode([*left, *right])
    return np.asarray((vectors[: len(left)] * vectors[len(left) :]).sum(1))


def told(measured: Mapping[str, NDArray[np.float32]]) -> Table:
    """The figures by kind of pair."""
    table = Table("a skill and", box=SIMPLE)
    for name in ("pairs", "cos 10 %", "50 %", "90 %", "99 %", "counted", "credit"):
        table.add_column(name, justify="right")
    for name, cosine in measured.items():
        quantiles = (f"{value:.2f}" for value in np.quantile(cosine, [0.1, 0.5, 0.9, 0.99]))
        counts = f"{(cosine > NEAR_SIMILARITY).mean():.1%}"
        credit = f"{similarity_credit(cosine).mean():.3f}"
        table.add_row(name, str(len(cosine)), *quantiles, counts, credit)
    return table


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("esco", type=Path, metavar="ESCO", help="The originals, as downloaded.")
    skills = esco.read(parser.parse_args().esco, {}).tables["skills"]
    Console().print(told(cosines(skills, Embedder(), seed=1)))
