// What the widget knows of one learner's way to one role, and everything that changes it.
import { Problem, uniqueId } from "./api.js";
import { Names } from "./names.js";

const SHOWN = 6;
const PACE = 5;
const SETTLED = 120;
const SHARED_SECONDS = 7 * 24 * 3600;
const BUDGET_STEPS = 20;

/** A round number just above: 1, 2 or 5 times a power of ten. */
function rounded(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * [1, 2, 5, 10].find((each) => each * power >= value);
}

export class Journey {
  answer = null;
  path = null;
  closest = [];
  comparison = null;
  shared = null;
  saved = new Set();
  dismissed = [];
  trouble = null;
  last = null;
  pending = null;
  busy = 0;
  hoursPerWeek = PACE;
  budget = null;
  budgetMost = null;

  #host;
  #api;
  #target = null;
  #turns = {};
  #settling;

  /** `host` has `learner`, `say(key, values)`, `tell(event, detail)` and `requestUpdate()`. */
  constructor(host, api) {
    this.#host = host;
    this.#api = api;
    this.names = new Names(api, () => host.requestUpdate());
  }

  /** Everything anew, for another learner or after trouble. */
  async load() {
    this.trouble = null;
    const recommended = this.#recommend();
    // Whose role it is the service knows: without one there is nothing to plan.
    if (this.#target === null) await recommended;
    await Promise.all([recommended, this.#plan(), this.#recall()]);
  }

  /** Aim at `target`, an id or `{text}`; null lets the service choose the learner's own. */
  aim(target) {
    this.#target = target;
    Object.assign(this, { comparison: null, shared: null, budget: null, budgetMost: null, path: null });
    return this.load();
  }

  /** Forget one learner before another. */
  forget() {
    Object.assign(this, { answer: null, path: null, last: null, closest: [], dismissed: [] });
    this.saved = new Set();
  }

  get role() {
    return this.answer?.role ?? null;
  }

  /** Whether a role was asked for that the service does not know. */
  get lost() {
    return this.#target !== null && this.answer !== null && this.answer.role === null;
  }

  /** Change `hoursPerWeek` or `budget`; the path follows once the hand rests. */
  limit(limits) {
    Object.assign(this, limits);
    this.#host.requestUpdate();
    clearTimeout(this.#settling);
    this.#settling = setTimeout(async () => {
      const [path] = await Promise.all([this.#plan(), "budget" in limits && this.#recommend()]);
      if (path) this.#host.announcePath(path);
    }, SETTLED);
  }

  /** Tell the service what the learner said of a credential, and show what follows from it. */
  async act(kind, credential, title) {
    const event = {
      event_id: uniqueId(),
      learner_id: this.#host.learner,
      credential_id: credential,
      kind,
      occurred_at: new Date().toISOString(),
      request_id: this.answer?.request_id ?? null,
    };
    this.pending = credential;
    const told = await this.#try("act", () => this.#api.post("/v1/events", { events: [event] }));
    this.pending = null;
    if (!told) return false;
    this.names.learn(credential, title);
    this.last = { kind, credential, title };
    this.#remember(kind, credential);
    this.#host.tell("cairn:feedback", { kind, credential, title, eventId: event.event_id, requestId: event.request_id });
    this.#host.say(`did.${kind}`, { title });
    if (kind !== "save") await Promise.all([this.#recommend(), this.#plan()]);
    return true;
  }

  async compare(target) {
    const mine = this.#target ?? this.role?.id;
    this.comparison = await this.#try("compare", (options) =>
      this.#api.post("/v1/paths/compare", { learner: this.#who, target_roles: [mine, target], constraints: this.#limits }, options));
    this.#host.requestUpdate();
  }

  endComparison() {
    this.comparison = null;
    this.#host.requestUpdate();
  }

  async share() {
    this.shared = await this.#try("share", () =>
      this.#api.post("/v1/shared-paths", { ...this.#question, seconds: SHARED_SECONDS }));
    this.#host.requestUpdate();
  }

  endSharing() {
    this.shared = null;
    this.#host.requestUpdate();
  }

  get #who() {
    return this.#host.learner ? { id: this.#host.learner } : {};
  }

  get #limits() {
    const { currency } = this.path?.totals ?? {};
    const limits = { hours_per_week: this.hoursPerWeek };
    if (this.budget !== null && currency) limits.max_cost = { amount: this.budget, currency };
    return limits;
  }

  get #question() {
    return { learner: this.#who, target_role: this.#target, constraints: this.#limits };
  }

  async #recommend() {
    const { max_cost } = this.#limits;
    const answer = await this.#try("recommend", (options) =>
      this.#api.post("/v1/recommendations", {
        learner: this.#who,
        target_role: this.#target,
        limit: SHOWN,
        constraints: max_cost ? { max_cost } : {},
      }, options));
    if (!answer) return;
    this.answer = answer;
    this.names.learnAll(answer.items);
    this.#answered("recommendations", answer);
    if (!answer.role) await this.#suggest();
  }

  async #plan() {
    if (this.#target === null && !this.role) return null;
    const path = await this.#try("plan", (options) => this.#api.post("/v1/paths", this.#question, options));
    if (!path) return null;
    this.path = path.role ? path : null;
    this.names.learnAll(path.steps);
    if (this.budget === null && path.totals.currency) {
      const most = path.totals.cost.high ?? path.totals.cost.low;
      this.budgetMost = most > 0 ? rounded(most) : null;
    }
    this.#answered("path", path);
    return this.path;
  }

  get budgetStep() {
    return this.budgetMost / BUDGET_STEPS;
  }

  async #suggest() {
    const found = await this.#try("suggest", (options) =>
      this.#api.post("/v1/roles/closest", { learner: this.#who, limit: 4 }, options));
    this.closest = found?.roles ?? [];
    this.#host.requestUpdate();
  }

  /** What the learner saved and turned down before; nobody need know of them. */
  async #recall() {
    if (!this.#host.learner) return;
    try {
      const known = await this.#api.get(`/v1/learners/${encodeURIComponent(this.#host.learner)}`);
      this.saved = new Set(known.saved);
      this.dismissed = known.dismissed;
    } catch {
      // Unknown so far, or not to be had now: the path does not depend on it.
    }
    this.#host.requestUpdate();
  }

  #remember(kind, credential) {
    this.dismissed = this.dismissed.filter((each) => each !== credential);
    if (kind === "dismiss") this.dismissed.push(credential);
    const saved = new Set(this.saved);
    saved.delete(credential);
    if (kind === "save") saved.add(credential);
    this.saved = saved;
  }

  #answered(kind, answer) {
    this.trouble = null;
    this.#host.tell("cairn:answer", {
      kind,
      requestId: answer.request_id,
      bundle: answer.bundle_version,
      mode: answer.mode ?? null,
      degraded: answer.degraded,
    });
    this.#host.requestUpdate();
  }

  /** Show trouble, and tell the page of it; whatever else went wrong is thrown on. */
  report(error) {
    if (!(error instanceof Problem)) throw error;
    const { kind, status, detail, requestId } = error;
    this.trouble = error;
    this.#host.tell("cairn:error", { kind, status, detail, requestId });
    this.#host.requestUpdate();
  }

  /** One request of a kind at a time, the newest; trouble is shown, never thrown. */
  async #try(kind, ask) {
    this.#turns[kind]?.abort();
    const turn = (this.#turns[kind] = new AbortController());
    this.busy += 1;
    this.#host.requestUpdate();
    try {
      return await ask({ signal: turn.signal });
    } catch (error) {
      if (error.name === "AbortError") return null;
      this.report(error);
      return null;
    } finally {
      this.busy -= 1;
      this.#host.requestUpdate();
    }
  }
}
