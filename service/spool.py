"""Events on the local disk while the store is away: the only door to ``sqlite3``.

One SQLite file for all workers of a host, in write-ahead mode. An event is in it when ``add``
returns, flushed to the disk. Rows leave in the order in which they came, once the store has them.
A row without a payload is an erasure that waits like an event.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import astuple
from functools import partial
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, Final, Self, TypeVar

from models.domain import Event
from models.errors import SpoolFailed, StoreUnavailable
from service.decisions.store import Kept
from service.held import LoggedEvent, counted, packed, tombstone, unpacked
from service.spool_changes import Changes
from service.spool_tables import LATEST, LONGEST, NOTHING, SCHEMA, TENANTS, Waiting

Done = TypeVar("Done")

PAGE: Final = 4_096
BATCH: Final = 500
"""Events that are handed to the store at once."""

Append = Callable[[str, Sequence[LoggedEvent], Sequence[float]], Awaitable[object]]
Erase = Callable[[str, str, float], Awaitable[object]]
Lacks = Callable[[str], bool]
Note = Callable[[str, bytes], Awaitable[object]]


class Spool:
    """The spool in ``folder``, of at most ``most_bytes``.

    Reading takes microseconds and is done at once; writing waits for the disk and has a thread.
    Every failure is ``SpoolFailed``, which is also ``StoreUnavailable``.
    """

    def __init__(self, folder: Path, most_bytes: int) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._turn = os.open(folder / "turn", os.O_RDWR | os.O_CREAT, 0o600)
            # One worker at a time: SQLite does not wait for a lock when a file turns to WAL mode.
            fcntl.flock(self._turn, fcntl.LOCK_EX)
            try:
                self._written = _connected(folder / "events.db")
                self._written.execute(f"PRAGMA max_page_count = {max(1, most_bytes // PAGE)}")
                self._written.executescript(SCHEMA)
                self._read = _connected(folder / "events.db")
                self._changes = Changes(folder / "changes")
            finally:
                fcntl.flock(self._turn, fcntl.LOCK_UN)
        except (OSError, sqlite3.Error) as error:
            raise SpoolFailed(f"the spool in {folder} cannot be used: {error}") from error
        self._empty: bytes | None = None
        self._writer = ThreadPoolExecutor(1, "spool")
        self._lock = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self._writer.shutdown()
        self._written.close()
        self._read.close()
        self._changes.close()
        os.close(self._turn)

    def depth(self) -> int:
        """How many events and erasures wait."""
        [(count,)] = self._rows("SELECT count(*) FROM events")
        return int(count)

    def holds(self, tenant: str) -> bool:
        """Whether anything of the tenant waits."""
        return bool(self._rows("SELECT 1 FROM events WHERE tenant = ? LIMIT 1", tenant))

    def of(self, tenant: str, learner_id: str) -> Waiting:
        """What waits of the learner."""
        now = self._changes.now()
        if now == self._empty:
            return NOTHING
        found = self._rows(
            "SELECT payload FROM events WHERE tenant = ? AND learner = ? ORDER BY place",
            tenant, learner_id,
        )  # fmt: skip
        if not found and not self._rows("SELECT 1 FROM events LIMIT 1"):
            self._empty = now
        events = tuple(unpacked(payload) for (payload,) in found if payload is not None)
        return Waiting(events, forgets=len(events) < len(found))

    def latest(self, tenant: str, learner_id: str, most: int) -> tuple[Event, ...]:
        """What counts in answers of the learner's latest ``most`` waiting events."""
        # As one row: after each, the interpreter has to be waited for.
        [(lines,)] = self._rows(LATEST, tenant, learner_id, most)
        return counted(b"," + lines.encode(), most) if lines else ()

    def erased(self, tenant: str, learner_id: str) -> bool:
        """Whether this host was told to forget the learner."""
        mark = tombstone(tenant, learner_id)
        return bool(self._rows("SELECT 1 FROM erased WHERE tombstone = ?", mark))

    async def add(self, tenant: str, events: Sequence[LoggedEvent]) -> int:
        """Keep ``events`` all together, flushed to the disk; returns how many were new."""
        rows = [(tenant, e.event_id, e.learner_id, packed(e)) for e in events]
        insert = "INSERT OR IGNORE INTO events (tenant, event_id, learner, payload)"

        def write(db: sqlite3.Connection) -> int:
            before = db.total_changes
            db.executemany(f"{insert} VALUES (?,?,?,?)", rows)
            return db.total_changes - before

        return await self._write(write)

    async def drain(self, append: Append, erase: Erase, lacks: Lacks = lambda _: False) -> None:
        """Hand everything over, of each tenant oldest first, and let go of what was taken: events
        to ``append`` (to a tenant), erasures to ``erase`` (of a tenant's learner), each with since
        when it waits (seconds since the epoch). What the store ``lacks`` is not tried.

        A tenant's turn ends when these raise, and the last such error is raised in the end;
        nothing is lost then, and nothing counts twice, since an event that was taken already is
        known there by its id.
        """
        failed: StoreUnavailable | None = None
        for (tenant,) in self._rows(TENANTS):
            if lacks(tenant):
                failed = StoreUnavailable(f"the store lacks {tenant}")
                continue
            try:
                while await self._hand_over(tenant, append, erase):
                    pass
            except StoreUnavailable as error:
                failed = error
        if failed is not None:
            raise failed

    async def _hand_over(self, tenant: str, append: Append, erase: Erase) -> bool:
        async with self.alone():
            batch = self._rows(LONGEST, tenant, BATCH)
            for erasing, rows in groupby(batch, key=itemgetter(0)):
                run = list(rows)
                if erasing:
                    for _, _, since, learner, _ in run:
                        await erase(tenant, learner, since)
                else:
                    events = [unpacked(row[4]) for row in run]
                    await append(tenant, events, [row[2] for row in run])
                places = [(row[1],) for row in run]
                await self._write(
                    partial(_each, "DELETE FROM events WHERE place = ?", places), wipe=bool(erasing)
                )
            return bool(batch)

    async def erase(self, tenant: str, learner_id: str, *, waits: bool) -> int:
        """Leave nothing of the learner but a mark that cannot be read back, and if it ``waits``
        for the store, the erasure itself; returns how many events went. To be called while
        ``alone``.
        """

        def write(db: sqlite3.Connection) -> int:
            mark = tombstone(tenant, learner_id)
            db.execute("INSERT OR IGNORE INTO erased VALUES (?)", (mark,))
            db.execute("DELETE FROM decisions WHERE tenant = ? AND mark = ?", (tenant, mark))
            learner = (tenant, learner_id)
            known = "FROM events WHERE tenant = ? AND learner = ?"
            [(events,)] = db.execute(f"SELECT count(payload) {known}", learner)
            db.execute(f"DELETE {known}", learner)
            if waits:
                db.execute("INSERT INTO events (tenant, learner) VALUES (?, ?)", learner)
            return int(events)

        return await self._write(write, wipe=True)

    async def note(self, tenant: str, payload: bytes) -> None:
        """Let a record of the audit log wait here."""
        insert = "INSERT INTO audit (tenant, payload) VALUES (?,?)"
        await self._write(lambda db: db.execute(insert, (tenant, payload)))

    async def drain_notes(self, note: Note) -> None:
        """Hand the records of the audit log to ``note`` (of a tenant), oldest first, and let go of
        what it took.
        """
        async with self.alone():
            for place, tenant, payload in self._rows("SELECT * FROM audit ORDER BY place"):
                await note(tenant, payload)
                await self._write(partial(_each, "DELETE FROM audit WHERE place = ?", [(place,)]))

    async def keep_decisions(self, decisions: Sequence[Kept]) -> None:
        """Let decisions wait here, while what waits takes less than half of the room: the rest
        is for events. Raises ``SpoolFailed`` otherwise.
        """
        insert = "INSERT INTO decisions (tenant, request_id, name, at, mark, payload)"

        def write(db: sqlite3.Connection) -> None:
            [(taken, most)] = db.execute(
                "SELECT page_count - freelist_count, max_page_count"
                " FROM pragma_page_count, pragma_freelist_count, pragma_max_page_count"
            )
            if 2 * taken > most:
                raise SpoolFailed("half of the spool is taken: the rest is for events")
            db.executemany(f"{insert} VALUES (?,?,?,?,?,?)", [astuple(each) for each in decisions])

        await self._write(write)

    def decisions(self, most: int) -> list[tuple[int, Kept]]:
        """The decisions that wait longest, each with its place."""
        rows = self._rows(
            "SELECT place, tenant, request_id, name, at, mark, payload FROM decisions"
            " ORDER BY place LIMIT ?",
            most,
        )
        return [(place, Kept(*fields)) for place, *fields in rows]

    async def drop_decisions(self, places: Sequence[int]) -> None:
        """Let go of decisions by their places."""
        await self._write(
            partial(_each, "DELETE FROM decisions WHERE place = ?", [(place,) for place in places])
        )

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """While no other coroutine or worker drains."""
        async with self._lock:
            while True:
                try:
                    fcntl.flock(self._turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    await asyncio.sleep(0.01)
                else:
                    break
            try:
                yield
            finally:
                fcntl.flock(self._turn, fcntl.LOCK_UN)

    def _rows(self, query: str, *values: object) -> list[Any]:
        try:
            return self._read.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise SpoolFailed(f"the spool cannot be read: {error}") from error

    async def _write(self, work: Callable[[sqlite3.Connection], Done], wipe: bool = False) -> Done:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(
            self._writer, partial(_committed, self._written, work, wipe, self._changes.note)
        )


def _connected(file: Path) -> sqlite3.Connection:
    db = sqlite3.connect(file, timeout=2.0, isolation_level=None, check_same_thread=False)
    db.executescript(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;"
    )
    return db


def _each(query: str, places: Sequence[tuple[int]], db: sqlite3.Connection) -> None:
    db.executemany(query, places)


def _committed(
    db: sqlite3.Connection,
    work: Callable[[sqlite3.Connection], Done],
    wipe: bool,
    changed: Callable[[], None],
) -> Done:
    try:
        db.execute("BEGIN IMMEDIATE")
        try:
            done = work(db)
            db.execute("COMMIT")
            changed()
        except BaseException:
            # A full disk has already undone it.
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise
        if wipe:
            # What was deleted is still in the write-ahead file until that is begun anew.
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.Error as error:
        raise SpoolFailed(f"the spool failed: {error}") from error
    return done
