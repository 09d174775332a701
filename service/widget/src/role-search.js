// A combobox for roles: by title, by meaning, or in words of one's own.
import { LitElement, html, nothing } from "lit";

import { icons } from "./icons.js";
import { base } from "./styles/base.js";
import { searchStyles } from "./styles/search.js";

const SETTLED = 150;
const SHOWN = 7;
const MOST_WORDS = 2000;

/** Fires `chosen` with `{target, role}`: `target` is an id or `{text}`, `role` the card if there is one. */
class RoleSearch extends LitElement {
  static styles = [base, searchStyles];
  static shadowRootOptions = { ...LitElement.shadowRootOptions, delegatesFocus: true };

  static properties = {
    host: { attribute: false },
    exclude: {},
    text: { state: true },
    found: { state: true },
    shown: { state: true },
    marked: { state: true },
  };

  #waiting;

  constructor() {
    super();
    Object.assign(this, { text: "", found: [], shown: false, marked: -1 });
  }

  get #options() {
    const roles = this.found.filter((role) => role.id !== this.exclude);
    const options = roles.map((role) => ({ target: role.id, role }));
    const words = this.text.trim().slice(0, MOST_WORDS);
    return words ? [...options, { target: { text: words } }] : options;
  }

  async #search() {
    const words = this.text.trim().slice(0, MOST_WORDS);
    const query = words ? `q=${encodeURIComponent(words)}&` : "";
    const asked = this.host.api.get(`/v1/roles?${query}limit=${SHOWN}`);
    const page = await asked.catch((error) => this.host.journey.report(error));
    if (!page || words !== this.text.trim()) return;
    Object.assign(this, { found: page.items, shown: true, marked: words ? 0 : -1 });
    const count = this.#options.filter((each) => each.role).length;
    this.host.say(count ? "role.results" : "role.noResults", { count });
  }

  #typed(event) {
    this.text = event.target.value;
    clearTimeout(this.#waiting);
    this.#waiting = setTimeout(() => this.#search(), SETTLED);
  }

  #keyed(event) {
    const options = this.#options;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && options.length) {
      event.preventDefault();
      this.shown = true;
      const from = this.marked < 0 && step < 0 ? 0 : this.marked;
      this.marked = (from + step + options.length) % options.length;
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (this.shown && options[this.marked]) this.#choose(options[this.marked]);
    } else if (event.key === "Escape" && this.shown) {
      event.stopPropagation();
      this.shown = false;
    }
  }

  #choose(option) {
    clearTimeout(this.#waiting);
    Object.assign(this, { shown: false, text: "", marked: -1 });
    this.dispatchEvent(new CustomEvent("chosen", { detail: option }));
  }

  updated() {
    this.renderRoot.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
  }

  render() {
    const { t } = this.host;
    const options = this.shown ? this.#options : [];
    return html`<div class="search">
      ${icons.search}
      <input id="input" type="text" role="combobox" autocomplete="off" spellcheck="false" part="input"
        aria-label=${t("role.search")} placeholder=${t("role.placeholder")}
        aria-expanded=${options.length > 0} aria-controls="roles" aria-autocomplete="list"
        aria-activedescendant=${options.length && this.marked >= 0 ? `option-${this.marked}` : nothing}
        .value=${this.text}
        @input=${this.#typed} @keydown=${this.#keyed}
        @focus=${() => this.#search()} @click=${() => { this.shown = true; }}
        @blur=${() => { this.shown = false; }} />
      <ul id="roles" role="listbox" aria-label=${t("role.search")} ?hidden=${!options.length}>
        ${options.map((option, place) => html`<li id="option-${place}" role="option" dir="auto"
          class=${option.role ? "" : "words"} aria-selected=${place === this.marked}
          @pointerdown=${(event) => { event.preventDefault(); this.#choose(option); }}>
          ${option.role ? option.role.title : t("role.words", { text: option.target.text.slice(0, 60) })}
        </li>`)}
      </ul>
    </div>`;
  }
}

if (!customElements.get("cairn-role-search")) customElements.define("cairn-role-search", RoleSearch);
