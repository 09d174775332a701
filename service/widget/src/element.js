// <cairn-path>: a learner's path towards a role, inside any page.
import { LitElement, html, nothing } from "lit";

import { Client } from "./api.js";
import { Formats } from "./format.js";
import { directionOf, languageOf, translator } from "./i18n/index.js";
import { Journey } from "./journey.js";
import { styles } from "./styles/index.js";
import "./drawing.js";
import "./role-search.js";
import { compareView } from "./views/compare.js";
import { loadingView, noticesView, troubleView } from "./views/states.js";
import { nextView } from "./views/next.js";
import { pathView } from "./views/path.js";
import { roleView } from "./views/role.js";
import { skillsView } from "./views/skills.js";
import { toastView } from "./views/toast.js";

const TOKEN_PATIENCE = 10_000;
const HERE = new URL(import.meta.url).origin;

/**
 * Properties: `service` (address; where this script came from), `token`, `learner`, `targetRole` (a
 * role's id; the attribute is `target-role`, since `role` is ARIA's), `lang`, and `renew`, an async function that returns a fresh token. Without `renew` the event
 * `cairn:token` asks the page for one, which sets `token`.
 *
 * Events, all bubbling: `cairn:select`, `cairn:feedback`, `cairn:answer`, `cairn:error`, `cairn:token`.
 */
export class CairnPath extends LitElement {
  static styles = styles;

  static properties = {
    service: {},
    token: {},
    learner: {},
    targetRole: { attribute: "target-role" },
    lang: {},
    renew: { attribute: false },
    open: { state: true },
    active: { state: true },
    searching: { state: true },
    spoken: { state: true },
  };

  constructor() {
    super();
    this.service = HERE;
    this.token = null;
    this.learner = null;
    this.targetRole = null;
    this.renew = null;
    /** What is unfolded, by name. */
    this.open = new Set();
    /** The step that is pointed at. */
    this.active = null;
    this.searching = false;
    this.spoken = "";
    this.api = new Client(this);
    this.journey = new Journey(this, this.api);
  }

  connectedCallback() {
    super.connectedCallback();
    window.addEventListener("online", this.#retry);
    window.addEventListener("offline", this.#offline);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    window.removeEventListener("online", this.#retry);
    window.removeEventListener("offline", this.#offline);
  }

  willUpdate(changed) {
    const language = languageOf(this.lang || this.closest("[lang]")?.lang || navigator.language);
    if (language !== this.language) {
      this.language = language;
      this.t = translator(language);
      this.formats = new Formats(language);
    }
    if (changed.has("token")) this.#given?.(this.token);
    if (changed.has("token") && this.journey.trouble?.kind === "refused") this.journey.load();
    if (changed.has("service") || changed.has("learner")) {
      this.journey.forget();
      this.searching = false;
      this.journey.aim(this.targetRole);
    } else if (changed.has("targetRole")) {
      this.journey.aim(this.targetRole);
    }
  }

  #given = null;

  get direction() {
    return directionOf(this.language);
  }

  /** A fresh token, or null where the page gives none in time. */
  async renewed() {
    const fresh = this.renew ? await this.renew().catch(() => null) : await this.#asked();
    if (fresh) this.token = fresh;
    return fresh;
  }

  #asked() {
    return new Promise((resolve) => {
      const given = (token) => {
        clearTimeout(patience);
        this.#given = null;
        resolve(token);
      };
      const patience = setTimeout(given, TOKEN_PATIENCE, null);
      this.#given = given;
      this.tell("cairn:token", { learner: this.learner });
    });
  }

  #retry = () => this.journey.load();
  #offline = () => this.requestUpdate();

  /** Tell the page; false where it prevented what would follow. */
  tell(name, detail) {
    return this.dispatchEvent(
      new CustomEvent(name, { detail, bubbles: true, composed: true, cancelable: true }));
  }

  /** Let a screen reader say it. */
  say(key, values) {
    this.spoken = this.t(key, values);
  }

  announcePath(path) {
    const { t, formats } = this;
    const summary = formats.list([
      t("path.summary", { count: path.steps.length }),
      t("path.reaches", { share: formats.percent(1 - path.gap.after) }),
    ]);
    this.say("path.replanned", { summary });
  }

  toggle(name) {
    const open = new Set(this.open);
    if (!open.delete(name)) open.add(name);
    this.open = open;
  }

  /** Aim at another role: an id, or words. */
  async choose(target, role) {
    if (!this.tell("cairn:select", { role: role ?? target })) return;
    this.searching = false;
    await this.journey.aim(target);
    await this.updateComplete;
    this.renderRoot.querySelector("#role")?.focus();
  }

  async act(kind, credential, title) {
    if (!(await this.journey.act(kind, credential, title))) return;
    await this.updateComplete;
    if (kind !== "save") this.renderRoot.querySelector("#undo, #toast-close")?.focus();
  }

  /** Take back what was said last of a credential. */
  async undo(credential, title) {
    await this.act("retract", credential, title);
  }

  /** Words and facts that the views share. */
  get words() {
    const { t, formats, language, journey } = this;
    const labels = new Map(journey.answer?.gap?.skills.map((each) => [each.skill, each.label]));
    return {
      t,
      formats,
      language,
      label: (id) => labels.get(id) ?? null,
      // In English the service's own sentence names it already.
      title: (id) => (language === "en" ? journey.names.known(id) : journey.names.of(id)),
    };
  }

  render() {
    const { journey } = this;
    return html`<div class="widget" part="widget" lang=${this.language} dir=${this.direction}
        aria-busy=${journey.busy > 0}>
      ${this.#content()}
      <p class="hidden" role="status" aria-live="polite">${this.spoken}</p>
    </div>`;
  }

  #content() {
    const { journey } = this;
    if (!journey.answer) return journey.trouble ? troubleView(this) : loadingView(this);
    return html`
      ${noticesView(this)} ${roleView(this)}
      ${journey.role && !this.searching ? html`${skillsView(this)}` : nothing}
      ${nextView(this)}
      ${journey.role ? html`${pathView(this)} ${compareView(this)}` : nothing}
      ${toastView(this)}
    `;
  }
}

if (!customElements.get("cairn-path")) customElements.define("cairn-path", CairnPath);
