"""Loops compiled to machine code; the only door to Numba.

A kernel is a plain function over arrays. It is compiled when it is first imported, for the one
signature it states, and kept beside its module (or where ``NUMBA_CACHE_DIR`` says), so that no
question ever waits for the compiler. It runs without the interpreter's lock.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

import numba
from numba import types

Kernel = TypeVar("Kernel", bound=Callable[..., Any])

INT: Final = types.int64
REAL: Final = types.float64


def read(dtype: Any, ndim: int = 1) -> Any:
    """The type of a contiguous array that a kernel reads, which may be read-only."""
    return types.Array(dtype, ndim, "C", readonly=True)


def written(dtype: Any, ndim: int = 1) -> Any:
    """The type of a contiguous array that a kernel writes to."""
    return types.Array(dtype, ndim, "C")


ROWS: Final = read(types.int32)
POINTERS: Final = read(types.int64)
VALUES: Final = read(types.float32)
MASK: Final = read(types.boolean)
TABLE: Final = read(types.float32, 2)


def compiled(result: Any, *arguments: Any, any_order: bool = False) -> Callable[[Kernel], Kernel]:
    """Compile a function of ``arguments`` to ``result`` (Numba types); where its sums may be
    taken in ``any_order`` they are taken several at once.
    """
    wrap: Callable[[Kernel], Kernel] = numba.njit(
        result(*arguments),
        cache=True,
        nogil=True,
        error_model="numpy",
        fastmath={"reassoc", "contract"} if any_order else False,
    )
    return wrap
