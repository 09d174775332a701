// Pieces that several views are made of.
import { html, nothing } from "lit";

import { levelName } from "../format.js";
import { icons } from "../icons.js";
import { tell } from "../reasons.js";

/** Text from the catalogue of credentials, in whatever language and direction it is written. */
export const given = (text) => html`<bdi>${text}</bdi>`;

/** A bar of shares that add up to at most 1; what is left is open. */
export const bar = (parts) => html`<span class="bar" part="bar" aria-hidden="true">
  ${parts.map(([name, share]) => html`<i class=${name} .style=${`inline-size:${100 * share}%`}></i>`)}
</span>`;

/** A button that unfolds what it controls. */
export const unfold = (host, name, label, about) => html`<button class="quiet unfold" type="button"
  aria-expanded=${host.open.has(name)} aria-controls=${name} aria-label=${about ?? nothing}
  @click=${() => host.toggle(name)}>${label} ${icons.more}</button>`;

export const reasonsList = (host, reasons) => html`<ul class="reasons">
  ${reasons.map((reason) => {
    const { text, language } = tell(reason, host.words);
    return html`<li lang=${language} dir="auto">${text}</li>`;
  })}
</ul>`;

/** Hours, cost, level and delivery, each with its drawing; what is unknown is said so. */
export const facts = (host, { hours, cost, level, delivery }) => {
  const { t, formats } = host;
  return html`<ul class="facts">
    <li class=${hours === null ? "unknown" : ""}>${icons.time}${hours === null ? t("next.hoursUnknown") : formats.hours(hours)}</li>
    <li class=${cost === null ? "unknown" : ""}>${icons.cost}${costText(host, cost)}</li>
    ${level === undefined ? nothing : html`<li class=${level === null ? "unknown" : ""}>${icons.level}${level === null ? t("next.levelUnknown") : t(`level.${levelName(level)}`)}</li>`}
    ${delivery ? html`<li>${icons.place}${deliveryText(host, delivery)}</li>` : nothing}
  </ul>`;
};

export const costText = ({ t, formats }, cost) => {
  if (cost === null) return t("next.costUnknown");
  return cost.amount === 0 ? t("next.free") : formats.money(cost.amount, cost.currency);
};

const DELIVERIES = new Set(["online", "in_person", "hybrid"]);

/** A platform may name ways of delivery of its own: those stand as they are. */
const deliveryText = ({ t }, delivery) => (DELIVERIES.has(delivery) ? t(`delivery.${delivery}`) : given(delivery));

/** "12 hours", or "at least 12 hours" where a part is unknown. */
export const range = ({ t }, { low, high }, shown) =>
  high === null ? t("path.atLeast", { value: shown(low) }) : shown(low);

/** A credential's title: a link where it has an address, else a button; both tell the page. */
export const titleLink = (host, { credential, title, url = null }, requestId) => {
  const chosen = (event) => {
    if (!host.tell("cairn:select", { credential, title, url, requestId })) event.preventDefault();
  };
  return url !== null && /^https?:\/\//.test(url)
    ? html`<a class="title" part="title" href=${url} target="_blank" rel="noopener noreferrer" @click=${chosen}>${given(title)}</a>`
    : html`<button class="title" part="title" type="button" @click=${chosen}>${given(title)}</button>`;
};
