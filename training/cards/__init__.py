"""The model card and the data card of a bundle, in Markdown, written from its run.

Their words are in ``model.md`` and ``data.md`` beside this; what a run measured is put in here.
Model cards are after Mitchell et al. (*Model cards for model reporting*, FAT* 2019), data cards
after Gebru et al. (*Datasheets for datasets*, CACM 2021).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from string import Template
from typing import Any, Final

from models.bundle import Manifest
from training.metrics import PIPELINE

HERE: Final = Path(__file__).parent
UNTOLD: Final = "Not measured: no learner has enough history to be asked."

Report = Mapping[str, Any]


def model_card(manifest: Manifest, report: Report) -> str:
    """The model card. ``report`` is that of a training run; without an evaluation in it the card
    says so.
    """
    config = report["config"]
    floors = [
        f"{floor['share']:.0%} for {floor['by']} {', '.join(floor['values'])}"
        for floor in config["exposure"]
    ]
    libraries = ", ".join(f"{name} {each}" for name, each in manifest.library_versions.items())
    return _filled(
        "model.md",
        manifest,
        report,
        created=manifest.created_at,
        seed=manifest.seed,
        text="compared by meaning (MiniLM)" if config["text"] == "minilm" else "compared by words",
        ranker=_ranker(report, manifest),
        floors="; ".join(floors) or "none",
        libraries=libraries,
        learners=f"{report.get('learners', 0):,}",
        asked="their last new credential" if report.get("split") == "last" else "what came next",
        models=_models(report),
        slices=_slices(report),
        sources=_sources(report),
        faithful=_faithful(report),
        paths=_paths(report),
        against=_against(report),
        equity=_equity(report),
        until=report["data"]["dates"][1] if report["data"]["dates"] else "its data end",
        gate=_gate(report),
    )


def data_card(manifest: Manifest, report: Report) -> str:
    """The data card, likewise."""
    found = report["inputs"]
    months = [count for _, count in found["months"]]
    return _filled(
        "data.md",
        manifest,
        report,
        kinds=", ".join(f"{kind} {count:,}" for kind, count in found["kinds"].items()),
        held=", ".join(manifest.held_kinds),
        erased=f"{found['left_out']['erased']:,}",
        faulty=f"{found['left_out']['rows']:,}",
        missing="\n\n".join(_missing(name, found) for name in found["missing"]),
        never=f"{found['never_met']:.1%}",
        doubled=f"{found['doubled']['interactions']:,}",
        titles=f"{found['doubled']['titles']:,}",
        months=(
            f"{len(months)} months have from {min(months):,} to {max(months):,} interactions each."
            if months
            else "No interaction has a time: nothing is known of trends."
        ),
        attributes=_attributes(report),
        least=report["config"]["smallest_group"],
    )


def _filled(name: str, manifest: Manifest, report: Report, **fields: object) -> str:
    data = report["data"]
    counts = ", ".join(f"{count:,} {table}" for table, count in data["counts"].items())
    shared = {
        "version": manifest.bundle_version,
        "date": manifest.created_at[:10],
        "hash": data["hash"],
        "counts": counts,
        "dates": "an order, no times" if data["dates"] is None else " to ".join(data["dates"]),
    }
    return Template((HERE / name).read_text("utf-8")).substitute(shared | fields)


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(_cell, line)) + " |" for line in lines)


def _cell(value: object) -> str:
    return str(value).replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")


def _figure(figures: Report, name: str) -> str:
    low, high = figures["ci"][name]
    return f"{figures[name]:.3f} ({low:.3f}…{high:.3f})"


def _ranker(report: Report, manifest: Manifest) -> str:
    trees = "ranker.txt" in manifest.files
    return f"boosted trees over {len(manifest.features)} features" if trees else "none: fused ranks"


def _models(report: Report) -> str:
    if "models" not in report:
        return UNTOLD
    rows = []
    for name, slices in report["models"].items():
        figures, paired = slices["all"], report["paired"].get(name)
        better = "" if paired is None else f"{paired[0]:+.3f}…{paired[1]:+.3f}"
        row = [_figure(figures, each) for each in ("ndcg@10", "recall@10", "hit@10")]
        rows.append((name, *row, f"{figures['mrr']:.3f}", better))
    head = ("model", "NDCG@10", "recall@10", "hit rate@10", "MRR", f"{PIPELINE} better by, paired")
    return _table(head, rows)


def _slices(report: Report) -> str:
    if "models" not in report:
        return ""
    rows = [
        (part, f"{figures['learners']:,}", _figure(figures, "ndcg@10"))
        for part, figures in report["models"][PIPELINE].items()
    ]
    return _table(("learners with", "learners", "NDCG@10"), rows)


def _sources(report: Report) -> str:
    if "sources" not in report:
        return ""
    mine = report["models"][PIPELINE]["all"]
    return (
        f"Sources propose {report['candidate_recall']:.1%} of the answers before anything is "
        f"ranked. The first ten places of all lists hold {mine['coverage@10']:.1%} of the "
        f"catalogue (Gini of exposure {mine['gini@10']:.3f})."
    )


def _faithful(report: Report) -> str:
    found = report.get("faithfulness")
    if found is None or found["share"] is None:
        return "Whether the reasons are true was not measured."
    return (
        f"Of {found['reasons']:,} leading reasons {found['share']:.1%} are true in this sense: "
        "with what the reason names taken away, the item ranks lower."
    )


def _paths(report: Report) -> str:
    found = report.get("paths")
    if found is None:
        return "Paths were not measured: no learner asked has a target role."
    return (
        f"Paths of {found['asked']:,} learners: {found['answered']:.1%} answered, "
        f"{found['broken']} steps before their prerequisites, {found['gap_closed']:.3f} of the "
        f"role covered of a gap of {found['gap_before']:.3f}."
    )


def _against(report: Report) -> str:
    found = report.get("served")
    if found is None:
        return "There was no bundle in service to compare it with."
    if found["paired"] is None:
        return f"It could not be compared with the bundle in service: {found['why']}."
    low, high = found["paired"]
    return (
        f"On the same {found['questions']:,} questions the bundle in service, "
        f"`{found['version']}`, had NDCG@10 {found['current']:.3f}, this one "
        f"{found['ndcg@10']:.3f} (difference {low:+.3f}…{high:+.3f}, paired)."
    )


def _equity(report: Report) -> str:
    found = report.get("equity")
    if found is None:
        return UNTOLD
    if not found["attributes"]:
        return (
            "The data tell of no attribute of the learners asked: whether groups of them are "
            "served alike is unknown, and the gate had nothing to judge by."
        )
    said = [f"Groups of fewer than {found['least']} learners are not shown."]
    for name, each in found["attributes"].items():
        rows = [
            (group, f"{figures['learners']:,}", _figure(figures, "ndcg@10"))
            for group, figures in each["groups"].items()
        ]
        said.append(_table((name, "learners", "NDCG@10"), rows))
        if each["hidden"]["groups"]:
            said.append(f"Not shown: {each['hidden']['learners']:,} learners in small groups.")
    clear = [
        f"{each['attribute']} {each['group']}, {each['measure']} {each['difference']:+.3f} "
        f"(p {each['holm']:.4f})"
        for each in found["tests"]
        if each["clear"]
    ]
    told = "; ".join(clear) or "none"
    said.append(
        f"Of {len(found['tests'])} comparisons of a group with all others, clear of chance after "
        f"Holm's correction: {told}."
    )
    return "\n\n".join(said)


def _gate(report: Report) -> str:
    if report["faults"]:
        return "The gate refused this bundle: " + "; ".join(report["faults"]) + "."
    return "The gate did not refuse this bundle."


def _missing(name: str, found: Report) -> str:
    rows = [(column, f"{share:.1%}") for column, share in found["missing"][name].items()]
    return _table((f"{name}, {found['rows'][name]:,} rows", "missing"), rows)


def _attributes(report: Report) -> str:
    found = report.get("equity")
    if found is None or not found["attributes"]:
        return "No attribute is known of the learners that were asked."
    names = ", ".join(found["attributes"])
    return f"Of {report['learners']:,} learners asked, these attributes are known: {names}."
