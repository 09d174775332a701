"""The whole way, and every step at which one may stop, as pathways of one set."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from models.bundle import Bundle
from models.renewal import renewals
from service.ctdl.components import Components
from service.ctdl.graph import Graph, Node, add, address, ids, words
from service.ctdl.renewal import conditions
from service.ctdl.resources import credential
from service.schemas.paths import PathResponse, StepOut


def pathways(bundle: Bundle, path: PathResponse) -> Node:
    """A document of JSON-LD: one ``ceterms:PathwaySet`` with its pathways and all they name.

    ``path`` is an answer made from ``bundle``. A credential taken again because it lapses is told
    by its ``ceterms:renewalFrequency`` and by what its ``ceterms:renewal`` asks for.
    """
    steps = [step for step in path.steps if not step.renewal]
    title = "" if path.role is None else path.role.title
    goal = (path.role.id if path.role else None) or title
    graph = Graph(bundle.version, goal, *(step.credential for step in steps))
    components = Components(graph, bundle)
    # The set comes first, and its pathways, so that a reader meets what matters at once.
    whole = [graph.part("PathwaySet"), graph.part("Pathway", "whole")]
    exits = [graph.part("Pathway", str(place)) for place in range(len(steps))]
    parts = [components.step(step.credential, step.title) for step in steps]
    for step, part in zip(steps, parts, strict=True):
        _describe(bundle, graph, components, step, part)
    for earlier, later in pairwise(parts):
        add(earlier, precedes=[later["@id"]])
        add(later, precededBy=[earlier["@id"]])
    owner = [graph.resource("Organization", "organization", "Cairn", name=words("Cairn"))["@id"]]
    job = graph.part("JobComponent", name=words(title or "No role"))
    if path.role is not None and path.role.id is not None:
        add(job, proxyFor=address("role", path.role.id))
    components.needs(job, {"all": [{"credential": step.credential} for step in steps]})
    about = f"{len(steps)} steps, in their order, planned for one learner"
    _pathway(graph, whole[1], [*components.within([job])], [job], f"Towards {title}", about, owner)
    for place, (step, pathway) in enumerate(zip(steps, exits, strict=True)):
        taken = parts[: place + 1]
        reached = _reached(components, steps, place) or [parts[place]]
        name = f"After {place + 1} of {len(steps)} steps towards {title}"
        about = f"What is earned if one stops here, with {step.title} as the last step"
        members = components.within([*taken, *reached])
        _pathway(graph, pathway, members, reached, name, about, owner)
    add(
        whole[0],
        name=words(f"Ways towards {title}"),
        description=words("The whole way, and what is earned by stopping at each of its steps"),
        inLanguage=["en"],
        ownedBy=owner,
        hasPathway=ids([whole[1], *exits]),
    )
    return graph.document()


def _describe(
    bundle: Bundle, graph: Graph, components: Components, step: StepOut, part: Node
) -> None:
    row = bundle.credentials.row(step.credential)
    assert row is not None  # noqa: S101 - the answer was made from this bundle
    card = bundle.credentials.card(row)
    rows = {stack: bundle.credentials.row(stack) for stack in card["stacks_into"]}
    titles = {stack: bundle.credentials.titles[at] for stack, at in rows.items() if at is not None}
    node = credential(graph, card, titles)
    asked = renewals(card["quality"])
    add(node, renewal=conditions(graph, bundle, asked, card["language"]))
    add(part, subjectWebpage=card["url"])
    components.needs(part, card["prerequisites"])


def _reached(components: Components, steps: Sequence[StepOut], place: int) -> list[Node]:
    """The parts for the stacks that are complete with a step and were not before."""
    before = steps[place - 1].earned_if_stopped_here.stacks if place else []
    progress = [each for step in steps[: place + 1] for each in step.stack_progress]
    titles = {each.stack: each.title for each in progress}
    return [
        components.stack(
            stack,
            titles.get(stack, stack),
            [
                s.credential
                for s in steps[: place + 1]
                if stack in {p.stack for p in s.stack_progress}
            ],
        )
        for stack in steps[place].earned_if_stopped_here.stacks
        if stack not in before
    ]


def _pathway(
    graph: Graph,
    pathway: Node,
    members: list[Node],
    goals: list[Node],
    name: str,
    about: str,
    owner: list[str],
) -> None:
    add(
        pathway,
        name=words(name),
        description=words(about),
        inLanguage=["en"],
        ownedBy=owner,
        hasPart=ids(members),
        hasDestinationComponent=ids(goals),
    )
    for role, nodes in (("isPartOf", members), ("isDestinationComponentOf", goals)):
        for node in nodes:
            add(node, **{role: [*node.get(f"ceterms:{role}", ()), pathway["@id"]]})
