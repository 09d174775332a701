// The next credentials: what each is, what it closes, why, and what the learner says of it.
import { html, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";

import { actions, saving } from "./actions.js";
import { bar, facts, given, reasonsList, titleLink, unfold } from "./parts.js";

const CLOSES = 3;

export const nextView = (host) => {
  const { t, journey } = host;
  const { answer } = journey;
  return html`<section class="next" part="next" aria-labelledby="next-title">
    <h3 id="next-title">${t("next.title")}</h3>
    <p class="note">${t(`next.${answer.mode}`)}</p>
    ${answer.items.length
      ? html`<ol class="cards">${repeat(answer.items, (item) => item.credential, (item) => card(host, item, answer))}</ol>`
      : html`<p class="empty">${t("next.empty")}</p>`}
    ${hiddenView(host)}
  </section>`;
};

const card = (host, item, answer) => {
  const { t, formats } = host;
  const name = `why-${item.rank}`;
  const [first, ...rest] = item.reasons;
  return html`<li class="card" part="card" aria-busy=${host.journey.pending === item.credential}>
    <div class="over"><p class="issuer">${item.issuer ? given(item.issuer) : t("next.issuerUnknown")}</p>
      ${saving(host, item)}</div>
    <h4>${titleLink(host, item, answer.request_id)}</h4>
    ${facts(host, item)}
    ${first ? reasonsList(host, [first]) : nothing}
    ${item.closes.length ? html`<div class="closes"><p class="eyebrow" id="closes-${item.rank}">${t("next.closes")}</p>
      <ul aria-labelledby="closes-${item.rank}">${item.closes.slice(0, CLOSES).map((each) => html`<li>
        <span>${given(each.label)}</span> <small>${t("next.gain", { from: formats.percent(each.from), to: formats.percent(each.to) })}</small>
        ${bar([["completed", each.from], ["gain", each.to - each.from]])}</li>`)}</ul></div>` : nothing}
    ${rest.length ? html`${unfold(host, name, t("act.why"), t("act.about", { action: t("act.why"), title: item.title }))}
      <div id=${name} class="why" ?hidden=${!host.open.has(name)}>${host.open.has(name) ? reasonsList(host, rest) : nothing}</div>` : nothing}
    ${actions(host, item)}
  </li>`;
};

/** What was turned down, to be taken back at any time. */
const hiddenView = (host) => {
  const { t, journey } = host;
  const count = journey.dismissed.length;
  if (!count || !host.learner) return nothing;
  return html`<div class="turned-down">
    ${unfold(host, "hidden-list", t("next.hidden", { count }))}
    <ul id="hidden-list" ?hidden=${!host.open.has("hidden-list")}>
      ${host.open.has("hidden-list") ? journey.dismissed.map((credential) => {
        const title = journey.names.of(credential) ?? credential;
        return html`<li>${given(title)} <button class="quiet" type="button"
          aria-label=${t("act.about", { action: t("next.showAgain"), title })}
          @click=${() => host.undo(credential, title)}>${t("next.showAgain")}</button></li>`;
      }) : nothing}
    </ul>
  </div>`;
};
