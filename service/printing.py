"""Answers for people: what a terminal shows of a recommendation, and of bundles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from rich.box import SIMPLE
from rich.console import RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from models.bundle.registry import Difference, Entry
from models.domain import Status
from service.lti.platforms import Platform
from service.schemas.recommendations import GapOut, ItemOut, RecommendationResponse
from service.tenants.auth import KeyState, StoredKey

KEY_COLOURS = {KeyState.ACTIVE: "green", KeyState.EXPIRING: "yellow"}
COLOURS = {Status.HAVE: "green", Status.PARTIAL: "yellow", Status.MISSING: "red"}


def recommendation(answer: RecommendationResponse) -> Iterator[RenderableType]:
    """How the answer was made, the gap to the role, the credentials with their reasons."""
    if answer.role is not None:
        found = "" if answer.role.match is None else f" (read from text, {answer.role.match:.2f})"
        yield Text(f"Towards {answer.role.title}{found}", "bold")
    if answer.gap is not None:
        yield gap_table(answer.gap)
    yield from map(_item, answer.items)
    if not answer.items:
        yield Text("Nothing fits what was asked for.")
    yield Text(f"{answer.mode.value}, bundle {answer.bundle_version}", "dim")
    for note in answer.notes:
        yield Text(f"Note: {note}")
    for part in answer.degraded:
        yield Text(f"Done without: {part}")


def gap_table(gap: GapOut) -> Table:
    """The gap skill by skill."""
    title = f"{gap.before:.0%} of the role is not covered yet"
    table = Table("skill", "status", title=title, title_justify="left", box=SIMPLE)
    for name in ("held", "required", "importance"):
        table.add_column(name, justify="right")
    for skill in gap.skills:
        table.add_row(
            Text(skill.label),
            Text(skill.status.value, COLOURS[skill.status]),
            _level(skill.held),
            _level(skill.required),
            f"{skill.importance:.2f}",
        )
    return table


def _item(item: ItemOut) -> Text:
    facts = [
        "hours unknown" if item.hours is None else f"{item.hours:g} hours",
        "cost unknown" if item.cost is None else f"{item.cost.amount:g} {item.cost.currency or ''}",
    ]
    if item.gap_after is not None:
        facts.append(f"then {item.gap_after:.0%} not covered")
    text = (
        Text(f"{item.rank:>2}. ").append(item.title, "bold").append(f"  {item.credential}", "dim")
    )
    text.append(f"\n    {', '.join(facts)}")
    for reason in item.reasons:
        text.append(f"\n    · {reason.text}")
    return text


def _level(level: float | None) -> str:
    return "—" if level is None else f"{level:.2f}"


def bundles(entries: Iterable[Entry]) -> Table:
    """The bundles of a registry, the current one marked."""
    table = Table("", "bundle", "created (UTC)", box=SIMPLE)
    for name in ("credentials", "learners", "NDCG@10"):
        table.add_column(name, justify="right")
    for entry in entries:
        mark = "→" if entry.current else ""
        if entry.manifest is None:
            table.add_row(mark, Text(entry.version), Text(entry.problem or "", "red"))
            continue
        counts, quality = entry.manifest.data.counts, entry.manifest.metrics
        for step in ("models", "cairn", "all"):
            quality = quality.get(step, {})
        table.add_row(
            mark,
            Text(entry.version, no_wrap=True),
            Text(entry.manifest.created_at[:16].replace("T", " "), no_wrap=True),
            *(str(counts.get(name, "")) for name in ("credentials", "learners")),
            f"{quality['ndcg@10']:.3f}" if "ndcg@10" in quality else "",
        )
    return table


def differences(found: Iterable[Difference], before: str, after: str) -> Table:
    """What two bundles hold differently; of the figures those of all learners."""
    table = Table("", "field", escape(before), escape(after), box=SIMPLE)
    for each in found:
        name = each.name.removeprefix("models/")
        if each.section != "metrics" or ("/all/" in name and "/ci/" not in name):
            field = Text(name.replace("/all/", " "), overflow="fold")
            table.add_row(each.section, field, _value(each.before), _value(each.after))
    return table


def _value(value: object) -> Text:
    match value:
        case None:
            return Text("—")
        case float():
            return Text(f"{value:.4g}")
        case (int() as size, str() as digest):
            return Text(f"{size:,} B {digest[:6]}")
        case _:
            return Text(str(value))


def api_keys(keys: Iterable[StoredKey], at: float) -> Table:
    """What is kept of each key, and its state ``at`` a moment (seconds since the epoch)."""
    table = Table("id", "tenant", "scopes", "created", "state", box=SIMPLE)
    for key in keys:
        state = key.state(at)
        until = f" {_minute(key.expires_at)}" if state is KeyState.EXPIRING else ""
        table.add_row(
            key.id,
            key.tenant,
            ", ".join(sorted(key.scopes)),
            _minute(key.created_at) or "unknown",
            Text(f"{state}{until}", KEY_COLOURS.get(state, "dim")),
        )
    return table


def platforms(found: Iterable[Platform]) -> Table:
    """Who may open Cairn, and for whom."""
    table = Table("id", "tenant", "issuer", "client", "deployments", "keys", box=SIMPLE)
    for each in found:
        keys = "given" if each.jwks_url is None else each.jwks_url
        cells = (each.issuer, each.client_id, ", ".join(each.deployments), keys)
        table.add_row(each.id, each.tenant, *(Text(cell, overflow="fold") for cell in cells))
    return table


def _minute(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
