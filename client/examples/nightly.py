"""A learning platform's nightly batch: send the day's events, then ask what comes next for each
active learner.

    CAIRN_KEY=... python nightly.py https://cairn.example events.jsonl learners.txt next.jsonl

``events.jsonl`` holds one event a line, as ``POST /v1/events`` takes them, each with an id of the
platform's own. ``learners.txt`` holds one learner's id a line. ``next.jsonl`` gets one line for
each of them: their next credentials, or an ``error`` that is theirs alone. A run that was stopped
is simply run again: events are known by their ids, and learners with a line in ``next.jsonl`` are
not asked for again.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from cairn_client import AsyncClient, AsyncEventSender, CairnError, Problem
from cairn_client.schema import EventIn, LearnerQuery, RecommendationRequest


def lines(path: Path) -> Iterator[str]:
    """The lines of a file that are not empty."""
    with path.open(encoding="utf-8") as file:
        yield from filter(None, map(str.strip, file))


def answered(path: Path) -> set[str]:
    """Learners with a whole line; half a line, left by a run that was killed, is cut off."""
    if not path.exists():
        return set()
    whole, _, rest = path.read_bytes().rpartition(b"\n")
    if rest:
        os.truncate(path, len(whole) + 1 if whole else 0)
    return {json.loads(line)["learner"] for line in whole.splitlines()}


async def next_for(client: AsyncClient, learner: str, limit: int) -> dict[str, object]:
    """One learner's line: what comes next, or why the service refused to say."""
    request = RecommendationRequest(learner=LearnerQuery(id=learner), limit=limit)
    try:
        answer = await client.recommend(request)
    except Problem as error:
        if error.status in {401, 403, 429, 503}:  # not this learner's fault: the next run asks
            raise
        return {"learner": learner, "error": str(error)}
    return {
        "learner": learner,
        "mode": answer.mode,
        "request_id": answer.request_id,
        "credentials": [item.credential for item in answer.items],
    }


async def ask(
    client: AsyncClient, learners: list[str], out: TextIO, limit: int, at_once: int
) -> None:
    """Write a line for each learner, in the order in which the answers come."""
    waiting = iter(learners)

    async def work() -> None:
        for learner in waiting:
            line = await next_for(client, learner, limit)
            out.write(json.dumps(line, ensure_ascii=False) + "\n")
            out.flush()

    async with asyncio.TaskGroup() as group:
        for _ in range(at_once):
            group.create_task(work())


async def main(arguments: argparse.Namespace, key: str) -> str:
    """Both parts; returns what was done, in words."""
    async with AsyncClient(arguments.url, key) as client:
        async with AsyncEventSender(client) as sender:
            await sender.add(map(EventIn.model_validate_json, lines(arguments.events)))
        done = answered(arguments.out)
        wanted = [each for each in dict.fromkeys(lines(arguments.learners)) if each not in done]
        with arguments.out.open("a", encoding="utf-8") as out:
            await ask(client, wanted, out, arguments.limit, arguments.at_once)
    sent = sender.sent
    return (
        f"{sent.accepted} events sent, {sent.duplicates} known before; "
        f"{len(wanted)} learners asked for, {len(done)} done before"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Send events, then ask for each active learner.")
    parser.add_argument("url")
    parser.add_argument("events", type=Path)
    parser.add_argument("learners", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--limit", type=int, default=5, help="credentials for each learner")
    parser.add_argument("--at-once", type=int, default=8, help="requests at the same time")
    failures: list[str] = []
    try:
        print(asyncio.run(main(parser.parse_args(), os.environ["CAIRN_KEY"])))
    except* CairnError as group:
        failures = [str(error) for error in group.exceptions]
    if failures:
        raise SystemExit(f"{failures[0]}; run it again")
