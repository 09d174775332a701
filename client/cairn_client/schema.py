"""Requests and answers of the HTTP API.

Generated from the service's OpenAPI description by ``client/generate.py``; not to be edited.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, RootModel


class AboutOut(BaseModel):
    """Which versions of xAPI are spoken."""

    version: list[str]
    extensions: dict[str, str]


class Account(BaseModel):
    """Somebody's account at a site."""

    model_config = ConfigDict(
        extra="forbid",
    )
    homePage: str
    name: str


class AccountOut(BaseModel):
    """An account at a site."""

    homePage: str = "urn:cairn:learner"
    name: str


class Agent(BaseModel):
    """Who did it. Names and members of groups are not looked at."""

    model_config = ConfigDict(
        extra="forbid",
    )
    objectType: Literal["Agent", "Group"] = "Agent"
    name: Any | None = None
    mbox: str | None = None
    mbox_sha1sum: str | None = None
    openid: str | None = None
    account: Account | None = None
    member: Any | None = None


class AlternativeOut(BaseModel):
    """What lost against a step, and by how much."""

    instead_of: str
    credential: str
    title: str
    closes_less: float
    costs_more: float | None
    hours_more: float | None


class AssociationOut(BaseModel):
    """How a record says that two of its achievements belong together."""

    type: str
    source: str
    target: str


class ClosingOut(BaseModel):
    """A required skill whose coverage the credential raises."""

    skill: str
    label: str
    from_: Annotated[float, Field(alias="from")]
    to: float


class Cost(BaseModel):
    """An amount in one currency (ISO 4217)."""

    model_config = ConfigDict(
        extra="forbid",
    )
    amount: float
    currency: str


class CostOut(BaseModel):
    """A price; the currency may be unknown."""

    amount: float
    currency: str | None


class DecidedRole(BaseModel):
    """The role of the answer; ``id`` is null where words were read as skills."""

    id: str | None
    match: float | None


class EarnedOut(BaseModel):
    """What there is if one stops here; hours and cost are lower bounds where some are unknown."""

    credentials: list[str]
    stacks: list[str]
    gap_after: float
    hours: float
    cost: float


class Enrolment(BaseModel):
    """The variant that the learner was given, which happened with probability ``propensity``."""

    experiment: str
    variant: str
    propensity: float


class ErasedOut(BaseModel):
    """What an erasure removed; ``erased_events`` is null while it waits for the store."""

    id: str
    erased_events: int | None


class EventsOut(BaseModel):
    """How many events were new and how many had been accepted before."""

    accepted: int
    duplicates: int


class ExpiryOut(BaseModel):
    """Whether it holds now, and its times."""

    state: Literal["current", "expired", "early"]
    valid_from: AwareDatetime | None
    valid_until: AwareDatetime | None


class ExploredOut(BaseModel):
    """
    With probability ``epsilon`` the first place was drawn from the first ``among`` items, by
    softmax of their scores at ``temperature``; ``seed`` repeats the draw.
    """

    epsilon: float
    among: int
    temperature: float
    seed: int


class GapRangeOut(BaseModel):
    """The uncovered share of a role, 0..1, before the path and after it."""

    before: float
    after: float


class HealthOut(BaseModel):
    """The process is alive."""

    status: str


class IssuerOut(BaseModel):
    """Whom it names as its issuer, and whether the tenant trusts them: whoever really signed."""

    id: str
    name: str | None
    trusted: bool


class KnownLearner(BaseModel):
    """A learner whose history the bundle was trained on."""

    id: str
    events: int


class KnownLearners(BaseModel):
    """Some learners the bundle knows, for trying the service out."""

    items: list[KnownLearner]


class MatchRequest(BaseModel):
    """Which skills does this text speak of: a résumé, a job advert, a course's description?"""

    model_config = ConfigDict(
        extra="forbid",
    )
    text: str
    limit: int = 20
    threshold: float = 0.1


class ModelOut(BaseModel):
    """What is loaded: the bundle's manifest, without its list of files."""

    bundle_version: str
    manifest: dict[str, Any]


class Named(BaseModel):
    """An entity: its IRI, and what people call it."""

    id: str
    type: str | None = None
    name: Any | None = None


class Outlook(BaseModel):
    """One of several roles in the answer."""

    role: DecidedRole | None
    steps: int
    first_steps: list[str]
    feasible: bool | None = None
    reached: bool | None = None


class PastEvent(BaseModel):
    """Something the learner did with a credential; undated acts count as the earliest."""

    model_config = ConfigDict(
        extra="forbid",
    )
    credential_id: str
    kind: Literal["view", "click", "save", "enrol", "complete", "dismiss", "rate", "retract"] = (
        "complete"
    )
    occurred_at: AwareDatetime | None = None
    value: float | None = None


class PathConstraintsIn(BaseModel):
    """
    Hard limits on the whole path: ``max_hours`` and ``max_cost`` bound its totals.

    A ``deadline`` needs ``hours_per_week``. Up to ``parallel`` steps may be under way at once.
    """

    model_config = ConfigDict(
        extra="forbid",
    )
    max_hours: float | None = None
    max_cost: Cost | None = None
    languages: Annotated[list[str], Field(max_length=100)] = []
    delivery: Annotated[list[str], Field(max_length=100)] = []
    issuers: Annotated[list[str], Field(max_length=100)] = []
    exclude: Annotated[list[str], Field(max_length=1000)] = []
    include_unknown: bool = True
    hours_per_week: float | None = None
    start: AwareDatetime | None = None
    deadline: AwareDatetime | None = None
    max_credentials: int | None = None
    parallel: int = 1


class PersonOut(BaseModel):
    """Somebody as xAPI has it; the one account is the learner's id here."""

    objectType: str = "Person"
    account: list[AccountOut]


class RangeOut(BaseModel):
    """At least ``low``; ``high`` is null where a part is unknown."""

    low: float
    high: float | None


class ReadyOut(BaseModel):
    """
    Able to answer; ``degraded`` lists what is unavailable meanwhile, ``spooled_events`` counts
    those that wait on the local disk for the store.
    """

    status: str
    bundle_version: str
    degraded: list[str]
    spooled_events: int


class ReasonOut(BaseModel):
    """Why: ``kind`` is stable for programs, ``text`` for people, ``evidence`` the facts."""

    kind: str
    text: str
    evidence: dict[str, Any]


class RecordsOut(BaseModel):
    """
    What became of a batch: how many events were new, and how many had been accepted before;
    among them those whose object is ``unknown`` to the catalogue; and how many records were
    ``unread``, since they say nothing of a learner and a credential.
    """

    accepted: int
    duplicates: int
    unknown: int
    unread: int


class RequiredSkill(BaseModel):
    """A skill a role asks for, at ``level`` 0..1 with ``importance`` 0..1."""

    skill: str
    label: str
    level: float | None
    match: float | None
    importance: float | None


class RoleOut(BaseModel):
    """The role the answer is about; ``match`` 0..1 when it was found by text."""

    id: str | None
    title: str
    match: float | None


class RoleText(BaseModel):
    """A role in words: a title or a pasted job advert."""

    model_config = ConfigDict(
        extra="forbid",
    )
    text: str


class Score(BaseModel):
    """How well: ``scaled`` -1..1, or ``raw`` between ``min`` and ``max``."""

    model_config = ConfigDict(
        extra="forbid",
    )
    scaled: float | None = None
    raw: float | None = None
    min: float | None = None
    max: float | None = None


class ShareOut(BaseModel):
    """The address of a page with the path."""

    url: str
    expires_at: AwareDatetime


class SignatureOut(BaseModel):
    """Whether the named issuer signed it, and ``why`` where that is not so or not known."""

    state: Literal["valid", "invalid", "unknown"]
    why: str | None


class SkillHeld(BaseModel):
    """A skill by id or in free text, and the level held."""

    model_config = ConfigDict(
        extra="forbid",
    )
    skill: str
    level: float | Literal["beginner", "intermediate", "advanced", "expert"] | None = None


class SkillName(BaseModel):
    """A skill."""

    skill: str
    label: str


class SpanOut(BaseModel):
    """
    The place in the text, in characters (code points): from ``start`` to before ``end``, where
    it says ``text``.
    """

    start: int
    end: int
    text: str


class StackProgressOut(BaseModel):
    """``done`` of ``size`` parts of a stack are held."""

    stack: str
    title: str
    done: int
    size: int


class StepNameOut(BaseModel):
    """A credential on a path."""

    credential: str
    title: str


class StepOut(BaseModel):
    """
    One step; dates are null without a pace and after the year 9999, and the earliest where hours
    are unknown.
    """

    credential: str
    title: str
    issuer: str | None
    level: float | None
    url: str | None
    starts: AwareDatetime | None
    ends: AwareDatetime | None
    hours: float | None
    cost: float | None
    renewal: bool
    why: list[ReasonOut]
    closes: list[ClosingOut]
    stack_progress: list[StackProgressOut]
    earned_if_stopped_here: EarnedOut


class TaughtSkill(BaseModel):
    """
    A skill a credential teaches, up to ``level`` 0..1.

    ``match`` 0..1 is how well free text fitted the skill, null where it was named outright;
    ``inferred`` marks a skill read out of title and description.
    """

    skill: str
    label: str
    level: float | None
    match: float | None
    inferred: bool


class Thing(BaseModel):
    """
    What it was done with: an activity, of which the id and the name are looked at, or another
    statement; whatever else it may be is taken and not looked at.
    """

    model_config = ConfigDict(
        extra="forbid",
    )
    objectType: Literal["Activity", "Agent", "Group", "StatementRef", "SubStatement"] = "Activity"
    id: str | None = None
    definition: Any | None = None
    name: Any | None = None
    mbox: Any | None = None
    mbox_sha1sum: Any | None = None
    openid: Any | None = None
    account: Any | None = None
    member: Any | None = None
    actor: Any | None = None
    verb: Any | None = None
    object: Any | None = None
    result: Any | None = None
    context: Any | None = None
    timestamp: Any | None = None
    attachments: Any | None = None


class TokenIn(BaseModel):
    """
    For whom, on pages of which ``origin`` (as browsers tell it: ``https://platform.example``),
    what for and how long. ``learners`` allows to read the learner's own profile and export.
    """

    model_config = ConfigDict(
        extra="forbid",
    )
    learner: str
    origin: str
    scopes: Annotated[
        list[Literal["recommend", "events", "learners"]],
        Field(max_length=3, min_length=1),
    ] = ["recommend", "events"]
    seconds: int = 900


class TokenOut(BaseModel):
    """A token for ``learner``, to be sent as ``Authorization: Bearer`` until ``expires_at``."""

    token: str
    expires_at: AwareDatetime
    learner: str


class TrainedEventOut(BaseModel):
    """One act the bundle was trained on; undated where the training data were."""

    credential_id: str
    kind: Literal["view", "click", "save", "enrol", "complete", "dismiss", "rate", "retract"]
    occurred_at: AwareDatetime | None


class UnknownOut(BaseModel):
    """How many steps have no known hours, and no known cost in the totals' currency."""

    hours: int
    cost: int


class UnreadOut(BaseModel):
    """A part of a record, counted from 0, that is no badge, and ``why``."""

    place: int
    why: str


class Verb(BaseModel):
    """What was done."""

    model_config = ConfigDict(
        extra="forbid",
    )
    id: str
    display: Any | None = None


class WorkOut(BaseModel):
    """
    A year's median wage and the people working in a role, and where and from which year
    these figures are; skills ``in_demand`` there, and where and from when that is; unknown is null.
    """

    median_wage: float | None
    currency: str | None
    employment: float | None
    wage_source: str | None
    wage_year: int | None
    in_demand: list[SkillName] | None
    demand_source: str | None
    demand_date: str | None


class Worked(BaseModel):
    """What something was done with; of an attempt what was attempted, and by whom."""

    id: str
    type: str | None = None
    name: Any | None = None
    assignable: Named | str | None = None
    assignee: Named | str | None = None


class PayloadFault(BaseModel):
    """One thing wrong in a request. ``pointer`` is a JSON Pointer into ``source``."""

    source: str
    pointer: str
    reason: str


class ProblemDocument(BaseModel):
    """RFC 9457 problem document"""

    type: str
    title: str
    status: int
    detail: str
    request_id: str | None = None
    errors: list[PayloadFault] | None = None


class BadgeSkill(BaseModel):
    """
    A skill that the issuer names, in its words, and the ``skill`` of the bundle that it was
    found to be, if any: ``by`` its id, its label or its meaning, with a ``score``.
    """

    name: str
    url: str | None
    code: str | None
    framework: str | None
    origin: Literal["achievement", "result", "result_description", "rubric_level"]
    level: float | None
    skill: str | None
    label: str | None
    by: Literal["id", "label", "meaning"] | None
    score: float | None


class BindingOut(BaseModel):
    """
    A limit in the way, by how much, and the smallest change of it alone that suffices.

    ``shortfall`` is in the limit's own unit (hours, currency, seconds, credentials).
    """

    constraint: str
    shortfall: float | None
    smallest_change: str | None
    value: Any


class CaliperEvent(BaseModel):
    """One event. ``generated`` is looked at where it is a score or a rating."""

    id: str
    type: str
    actor: Named | str
    action: str
    object: Worked | str
    eventTime: AwareDatetime
    generated: Any | None = None


class ConstraintsIn(BaseModel):
    """Hard limits on every recommended credential; an empty list does not limit."""

    model_config = ConfigDict(
        extra="forbid",
    )
    max_hours: float | None = None
    max_cost: Cost | None = None
    languages: Annotated[list[str], Field(max_length=100)] = []
    delivery: Annotated[list[str], Field(max_length=100)] = []
    issuers: Annotated[list[str], Field(max_length=100)] = []
    exclude: Annotated[list[str], Field(max_length=1000)] = []
    include_unknown: bool = True


class CredentialOut(BaseModel):
    """A credential as the bundle holds it; unknown is null."""

    id: str
    title: str
    description: str | None
    issuer: str | None
    skills: list[TaughtSkill]
    level: float | None
    hours: float | None
    cost: CostOut | None
    language: str | None
    delivery: str | None
    prerequisites: Any
    stacks_into: list[str]
    available_from: AwareDatetime | None
    available_until: AwareDatetime | None
    expires_after_days: float | None
    quality: Any
    url: str | None


class Envelope(BaseModel):
    """What a sensor sends."""

    sensor: Named | str
    sendTime: AwareDatetime
    dataVersion: Literal[
        "http://purl.imsglobal.org/ctx/caliper/v1p1", "http://purl.imsglobal.org/ctx/caliper/v1p2"
    ]
    data: Annotated[list[CaliperEvent | Named], Field(max_length=1000, min_length=1)]


class EventIn(BaseModel):
    """One act of a learner; ``occurred_at`` is the moment of receipt when left out."""

    model_config = ConfigDict(
        extra="forbid",
    )
    event_id: str
    learner_id: str
    credential_id: str
    kind: Literal["view", "click", "save", "enrol", "complete", "dismiss", "rate", "retract"] = (
        "complete"
    )
    occurred_at: AwareDatetime | None = None
    request_id: str | None = None
    value: float | None = None


class EventOut(BaseModel):
    """One event as held."""

    event_id: str
    credential_id: str
    kind: Literal["view", "click", "save", "enrol", "complete", "dismiss", "rate", "retract"]
    occurred_at: AwareDatetime
    value: float | None
    request_id: str | None


class EventsIn(BaseModel):
    """A batch, accepted whole or not at all."""

    model_config = ConfigDict(
        extra="forbid",
    )
    events: Annotated[list[EventIn], Field(max_length=1000, min_length=1)]


class EvidenceOut(BaseModel):
    """
    A skill held that counts towards a required one: declared, or taught by ``credential``,
    which was said to be held or ``verified``.

    ``nearness`` 0..1 is how far it counts as the required skill (1 = the very skill), ``covers``
    0..1 the share of the requirement it covers at its level. Further kinds may be added.
    """

    kind: str
    credential: str | None
    skill: str
    label: str
    level: float | None
    nearness: float
    how: Literal["same", "broader", "similar"]
    covers: float


class FactsOut(BaseModel):
    """A reason without its words."""

    kind: str
    facts: dict[str, Any]


class GapSkill(BaseModel):
    """
    One required skill; levels and coverage 0..1, null when unknown or not held.

    ``evidence`` is what is held towards it, at most three, what covers most first.
    """

    skill: str
    label: str
    importance: float
    required: float | None
    held: float | None
    coverage: float
    status: Literal["have", "partial", "missing"]
    match: float | None
    evidence: list[EvidenceOut]


class ItemOut(BaseModel):
    """One recommended credential; unknown hours, cost and so on are null."""

    credential: str
    title: str
    issuer: str | None
    level: float | None
    hours: float | None
    cost: CostOut | None
    language: str | None
    delivery: str | None
    url: str | None
    rank: int
    score: float
    sources: list[str]
    closes: list[ClosingOut]
    gap_after: float | None
    reasons: list[ReasonOut]


class LearnerQuery(BaseModel):
    """
    Who the answer is for: a stored or trained-on ``id``, or described inline, or both.

    What is given inline is added to what is known under the id. ``credentials`` are completed;
    so are those ``verified``, of which the platform checked the proof.
    """

    model_config = ConfigDict(
        extra="forbid",
    )
    id: str | None = None
    skills: Annotated[list[SkillHeld | str], Field(max_length=500, validate_default=True)] = []
    credentials: Annotated[list[str], Field(max_length=1000)] = []
    verified: Annotated[list[str], Field(max_length=1000)] = []
    history: Annotated[list[PastEvent | str], Field(max_length=2000, validate_default=True)] = []


class MatchedSkill(BaseModel):
    """A skill that the text speaks of, and how likely so, ``score`` 0..1."""

    skill: str
    label: str
    score: float
    span: SpanOut


class ObjectiveIn(BaseModel):
    """
    What is sought: so much of the role as ``reach`` says (0..1; null: as much as the limits
    allow), and ``then`` the cheapest, fastest or fewest steps to it.
    """

    model_config = ConfigDict(
        extra="forbid",
    )
    reach: float | None = None
    then: Literal["cheapest", "fastest", "fewest"] = "cheapest"


class OptimalityOut(BaseModel):
    """``bound`` is what is proven of the first objective, ``gap`` the relative distance to it."""

    solver: Literal["fast", "exact"]
    bound: float | None
    gap: float | None


class CredentialPage(BaseModel):
    items: list[CredentialOut]
    total: int
    limit: int
    offset: int
    bundle_version: str


class PathGapOut(BaseModel):
    """The gap before the path and after it."""

    before: float
    skills: list[GapSkill]
    after: float


class PathPageRequest(BaseModel):
    """
    The gap, the next ``limit`` credentials and the path, in words. A ``fragment`` is to be put
    into a page or a mail, otherwise the answer is a whole document.
    """

    model_config = ConfigDict(
        extra="forbid",
    )
    learner: LearnerQuery | None = None
    target_role: str | RoleText | None = None
    constraints: PathConstraintsIn | None = None
    objective: ObjectiveIn | None = None
    limit: int = 3
    lang: Literal["en", "es", "fr", "ar"] = "en"
    fragment: bool = False


class PathRequest(BaseModel):
    """What should this learner take, in which order, to get to this role within these limits?"""

    model_config = ConfigDict(
        extra="forbid",
    )
    learner: LearnerQuery | None = None
    target_role: str | RoleText | None = None
    constraints: PathConstraintsIn | None = None
    objective: ObjectiveIn | None = None
    solver: Literal["fast", "exact"] = "fast"
    time_limit: float = 1.0


class ProfileIn(BaseModel):
    """
    A learner's profile: ``credentials`` completed, and those of which the platform has
    ``verified`` the proof. ``attributes`` serve audits only, never the ranking.
    """

    model_config = ConfigDict(
        extra="forbid",
    )
    skills: Annotated[list[SkillHeld | str], Field(max_length=500, validate_default=True)] = []
    credentials: Annotated[list[str], Field(max_length=1000)] = []
    verified: Annotated[list[str], Field(max_length=1000)] = []
    target_role: str | None = None
    attributes: Annotated[dict[str, str | float | bool | None] | None, Field(max_length=100)] = None


class ProfileHeld(BaseModel):
    """
    A learner's profile: ``credentials`` completed, and those of which the platform has
    ``verified`` the proof. ``attributes`` serve audits only, never the ranking.
    """

    model_config = ConfigDict(
        extra="forbid",
    )
    skills: Annotated[list[SkillHeld], Field(max_length=500, validate_default=True)] = []
    credentials: Annotated[list[str], Field(max_length=1000)] = []
    verified: Annotated[list[str], Field(max_length=1000)] = []
    target_role: str | None = None
    attributes: Annotated[dict[str, str | float | bool | None] | None, Field(max_length=100)] = None


class RecommendationRequest(BaseModel):
    """
    What should this learner earn next, towards this role?

    ``goal_weight`` trades what the learner is likely to take (0) against what closes most
    of the gap (1); ``diversity`` trades score for a spread of skills like the learner's own;
    ``labour_market`` lifts what teaches skills in demand, where their demand has a source and date;
    ``pinned`` credentials come first wherever they may be proposed at all.
    """

    model_config = ConfigDict(
        extra="forbid",
    )
    learner: LearnerQuery | None = None
    target_role: str | RoleText | None = None
    limit: int = 10
    constraints: ConstraintsIn | None = None
    goal_weight: float = 0.5
    diversity: float = 0.0
    labour_market: float = 0.0
    pinned: Annotated[list[str], Field(max_length=100)] = []
    max_per_issuer: int | None = None
    explain: bool = True


class Result(BaseModel):
    """How it ended."""

    model_config = ConfigDict(
        extra="forbid",
    )
    score: Score | None = None
    success: bool | None = None
    completion: bool | None = None
    response: Any | None = None
    duration: Any | None = None
    extensions: Any | None = None


class RoleCard(BaseModel):
    """
    A role with its requirements, and what its employers often ask for (``in_demand``) or use
    that is asked for in general (``hot``), as of a date; unknown is null.
    """

    id: str
    title: str
    aliases: list[str]
    description: str | None
    requirements: list[RequiredSkill]
    median_wage: float | None
    currency: str | None
    employment: float | None
    growth: float | None
    wage_source: str | None
    wage_year: int | None
    in_demand: list[SkillName] | None
    hot: list[SkillName] | None
    demand_source: str | None
    demand_date: str | None


class ShareRequest(BaseModel):
    """
    A path as ``/v1/paths`` takes it, to be shown for so many ``seconds`` to whoever has the
    link.
    """

    model_config = ConfigDict(
        extra="forbid",
    )
    learner: LearnerQuery | None = None
    target_role: str | RoleText | None = None
    constraints: PathConstraintsIn | None = None
    objective: ObjectiveIn | None = None
    solver: Literal["fast", "exact"] = "fast"
    time_limit: float = 1.0
    seconds: int = 604800


class Statement(BaseModel):
    """One statement. Where it has no time of its own the moment it comes counts."""

    model_config = ConfigDict(
        extra="forbid",
    )
    id: str | None = None
    actor: Agent
    verb: Verb
    object: Thing
    result: Result | None = None
    context: Any | None = None
    timestamp: AwareDatetime | None = None
    stored: AwareDatetime | None = None
    authority: Any | None = None
    version: Any | None = None
    attachments: Any | None = None


class StatusOut(BaseModel):
    """Whether its issuer took it back, and ``why`` where that is so or not known."""

    state: Literal["none", "clear", "revoked", "suspended", "unknown"]
    why: str | None


class TotalsOut(BaseModel):
    """Totals of the path as ranges."""

    hours: RangeOut
    cost: RangeOut
    currency: str | None
    unknown: UnknownOut


class AchievementOut(BaseModel):
    """What was achieved; ``credential`` is the catalogue's, if it is one of it."""

    id: str | None
    name: str
    type: str | None
    human_code: str | None
    criteria: str | None
    credits_earned: float | None
    credits_available: float | None
    credential: str | None
    skills: list[BadgeSkill]


class BadgeOut(BaseModel):
    """
    What was found of one credential. ``key`` is by which it is kept; ``recipient`` whom it
    names, for the platform to compare; ``achievement`` is null for a record, which holds others.
    """

    key: str
    id: str | None
    form: Literal["jwt", "data_integrity", "unsigned"]
    verdict: Literal["verified", "claimed", "refused"]
    signature: SignatureOut
    status: StatusOut
    expiry: ExpiryOut
    issuer: IssuerOut
    recipient: str | None
    achievement: AchievementOut | None


class BadgeTaken(BaseModel):
    """The same, and whether it is ``new``; ``why`` it was refused, if so, and is not kept."""

    key: str
    id: str | None
    form: Literal["jwt", "data_integrity", "unsigned"]
    verdict: Literal["verified", "claimed", "refused"]
    signature: SignatureOut
    status: StatusOut
    expiry: ExpiryOut
    issuer: IssuerOut
    recipient: str | None
    achievement: AchievementOut | None
    new: bool
    why: str | None


class BadgesOut(BaseModel):
    """
    What was taken of a body: one badge, or a ``record`` with the badges in it, each verified
    by itself, and its parts that were ``unread``.
    """

    learner: str
    badges: list[BadgeTaken]
    record: BadgeOut | None
    associations: list[AssociationOut]
    unread: list[UnreadOut]


class ClosestRequest(BaseModel):
    """
    Which roles are closest to what this learner holds?

    A role counts as reached when so much of it is covered as ``reach`` says.
    """

    model_config = ConfigDict(
        extra="forbid",
    )
    learner: LearnerQuery | None = None
    limit: int = 10
    constraints: PathConstraintsIn | None = None
    reach: float = 0.8


class ClosestRole(BaseModel):
    """
    One role, with the path to it in short; ``reached`` is false where no path within the
    limits covers enough of it. ``requirements`` counts the skills it requires: where they are few,
    little may be known of it.
    """

    role: RoleOut
    work: WorkOut
    reached: bool
    requirements: int
    gap: GapRangeOut
    totals: TotalsOut
    steps: int
    first_steps: list[StepNameOut]


class CompareRequest(BaseModel):
    """What would it take this learner to get to each of two or three roles?"""

    model_config = ConfigDict(
        extra="forbid",
    )
    learner: LearnerQuery | None = None
    target_roles: Annotated[list[str | RoleText], Field(max_length=3, min_length=2)]
    constraints: PathConstraintsIn | None = None
    objective: ObjectiveIn | None = None
    solver: Literal["fast", "exact"] = "fast"
    time_limit: float = 1.0


class ComparedRole(BaseModel):
    """
    One of the roles compared, with the path to it in short; ``role``, ``work`` and ``gap`` are
    null where it is unknown.
    """

    role: RoleOut | None
    work: WorkOut | None
    feasible: bool
    gap: GapRangeOut | None
    totals: TotalsOut
    steps: int
    first_steps: list[StepNameOut]
    infeasible: list[BindingOut]


class DecidedItem(BaseModel):
    """
    One credential of the answer. ``propensity`` is the probability with which it would have
    come first, where chance had a part in that.
    """

    credential: str
    rank: int
    score: float | None = None
    sources: list[str] = []
    gap_after: float | None = None
    propensity: float | None = None
    reasons: list[FactsOut]


class DecisionOut(BaseModel):
    """
    One answer as it was given: the question in a structured form, without words; what was
    ranked (``candidates`` by source); the answer with the facts behind it; the ``experiments``
    that the learner is in, and the ``settings`` of the question that these changed.

    ``learner`` is a hash of the id, null for a learner without.
    """

    request_id: str
    at: AwareDatetime
    route: Literal["recommendations", "paths", "compare", "closest"]
    learner: str | None
    bundle_version: str
    mode: Literal["personalised", "cold_start", "popular"] | None = None
    degraded: list[str]
    request: dict[str, Any]
    role: DecidedRole | None = None
    candidates: dict[str, int] | None = None
    feasible: bool | None = None
    in_the_way: list[str] = []
    items: Annotated[list[DecidedItem], Field(validate_default=True)] = []
    roles: Annotated[list[Outlook], Field(validate_default=True)] = []
    experiments: Annotated[list[Enrolment], Field(validate_default=True)] = []
    settings: dict[str, float] = {}
    exploration: ExploredOut | None = None


class DecisionsOut(BaseModel):
    """All answers under one request id, oldest first: several where a caller used it again."""

    items: list[DecisionOut]


class GapOut(BaseModel):
    """What separates the learner from the role; ``before`` 0..1 is its uncovered share."""

    before: float
    skills: list[GapSkill]


class LearnerExport(BaseModel):
    """Everything held about a learner; ``trained_events`` are those the bundle learned from."""

    id: str
    profile: ProfileHeld | None
    events: list[EventOut]
    trained_events: list[TrainedEventOut]
    decisions: list[DecisionOut]
    badges: list[BadgeOut]


class LearnerOut(BaseModel):
    """
    A learner as held: the profile, how many events and earlier acts are known, the
    credentials of which the latest word is that they were ``saved`` or ``dismissed``, and the
    ``badges`` that were imported, as they were found then.
    """

    id: str
    skills: Annotated[list[SkillHeld], Field(max_length=500)]
    credentials: Annotated[list[str], Field(max_length=1000)]
    verified: Annotated[list[str], Field(max_length=1000)]
    target_role: str | None
    attributes: Annotated[dict[str, str | float | bool | None], Field(max_length=100)]
    updated_at: AwareDatetime | None
    events: int
    trained_events: int
    saved: Annotated[list[str], Field(max_length=1000)]
    dismissed: Annotated[list[str], Field(max_length=1000)]
    badges: Annotated[list[BadgeOut], Field(max_length=200)]


class MatchResponse(RootModel[list[MatchedSkill]]):
    """The skills, the likeliest first, each once, where it is said most clearly."""

    root: Annotated[
        list[MatchedSkill],
        Field(
            description="The skills, the likeliest first, each once, where it is said most clearly."
        ),
    ]


class RolePage(BaseModel):
    items: list[RoleCard]
    total: int
    limit: int
    offset: int
    bundle_version: str


class PathResponse(BaseModel):
    """The ordered path, or why there is none."""

    request_id: str
    bundle_version: str
    degraded: list[str]
    notes: list[str]
    feasible: bool
    role: RoleOut | None
    steps: list[StepOut]
    totals: TotalsOut
    gap: PathGapOut | None
    optimality: OptimalityOut
    infeasible: list[BindingOut]
    alternatives: list[AlternativeOut]


class RecommendationResponse(BaseModel):
    """The answer, with how it was made and what was unavailable (``degraded``)."""

    request_id: str
    bundle_version: str
    mode: Literal["personalised", "cold_start", "popular"]
    degraded: list[str]
    notes: list[str]
    role: RoleOut | None
    gap: GapOut | None
    items: list[ItemOut]


class ClosestResponse(BaseModel):
    """
    Roles by remaining effort. ``considered`` counts the roles with requirements, ``left_out``
    those without.
    """

    request_id: str
    bundle_version: str
    degraded: list[str]
    notes: list[str]
    reach: float
    considered: int
    left_out: int
    roles: list[ClosestRole]


class CompareResponse(BaseModel):
    """
    The roles in the order asked, and what is on the paths to all of them.

    ``shared_first_steps`` are, in order, those of the shared credentials that can be taken before
    anything that is not shared.
    """

    request_id: str
    bundle_version: str
    degraded: list[str]
    notes: list[str]
    roles: list[ComparedRole]
    shared_credentials: list[StepNameOut]
    shared_first_steps: list[StepNameOut]
