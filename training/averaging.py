"""Several boosted models as one, whose score is the mean of theirs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

SCALED: Final = ("leaf_value=", "internal_value=")
"""Lines of a tree that hold scores."""


def averaged(texts: Sequence[str]) -> str:
    """LightGBM's text of the trees of all ``texts``, which are of equally many features, each
    tree counting one ``len(texts)``-th; the rest is the first one's.
    """
    head, _, _ = texts[0].partition("tree_sizes=")
    _, end, rest = texts[0].partition("end of trees")
    blocks = [block for text in texts for block in _blocks(text)]
    trees = [f"Tree={i}\n{_shared(block, len(texts))}" for i, block in enumerate(blocks)]
    sizes = " ".join(str(len(tree.encode())) for tree in trees)
    return f"{head}tree_sizes={sizes}\n\n{''.join(trees)}\n{end}{rest}"


def _blocks(text: str) -> list[str]:
    """Each tree from the line below its number on."""
    trees, _, _ = text.partition("\nend of trees")
    return [each.partition("\n")[2].rstrip("\n") + "\n\n\n" for each in trees.split("\nTree=")[1:]]


def _shared(block: str, by: int) -> str:
    lines = block.split("\n")
    for place, line in enumerate(lines):
        if line.startswith(SCALED):
            name, _, values = line.partition("=")
            shares = " ".join(repr(float(value) / by) for value in values.split())
            lines[place] = f"{name}={shares}"
    return "\n".join(lines)
