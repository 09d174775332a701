"""Shifts the clock of a Python process by the seconds in the file beside its other data.

Python imports this by its name when it starts, if this folder is on its path.
"""

import os
import time
from pathlib import Path

_now = time.time
_shift = Path(os.environ["CAIRN_VAR"]) / "clock"


def _shifted() -> float:
    try:
        return _now() + float(_shift.read_text())
    except FileNotFoundError:
        return _now()


time.time = _shifted
