"""Text on a terminal: what a catalogue or a file brings along is shown, never obeyed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

_OBEYED: Final = (
    *(code for code in range(0x20) if chr(code) not in "\t\n"),
    *range(0x7F, 0xA0),
    *range(0x202A, 0x202F),
    *range(0x2066, 0x206A),
)
_SHOWN: Final = dict.fromkeys(_OBEYED, "\N{REPLACEMENT CHARACTER}")


def shown(text: str) -> str:
    """``text`` without what moves the cursor, changes the terminal or turns the line around."""
    return text.translate(_SHOWN)


class Terminal(Console):
    """A console that obeys only what is printed on it, not the text within."""

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """The segments of ``renderable``, their text ``shown``."""
        for segment in super().render(renderable, options):
            if segment.control:
                yield segment
            else:
                yield Segment(shown(segment.text), segment.style)
