// The role aimed at, and how much of it is covered, by what kind of proof.
import { html, nothing } from "lit";

import { icons } from "../icons.js";
import { bar, given } from "./parts.js";
import { shareView } from "./share.js";

/** Stands for the share while a message is cut around it. */
const SPLIT = "\u0000";
const PROOFS = [["verified", "verified"], ["credential", "completed"], ["declared", "declared"]];

/** The covered share of the role by kind of proof, each skill counted under its best evidence. */
export function progress(skills) {
  const whole = skills.reduce((sum, skill) => sum + skill.importance, 0) || 1;
  return PROOFS.map(([kind, name]) => {
    const proven = skills.filter((skill) => skill.evidence[0]?.kind === kind);
    return [name, proven.reduce((sum, skill) => sum + skill.importance * skill.coverage, 0) / whole];
  });
}

export const roleView = (host) => {
  const { role } = host.journey;
  return html`<section class="role" part="role">
    ${role ? aimed(host, role) : unaimed(host)}
    ${role && !host.searching ? progressView(host) : nothing}
  </section>`;
};

const search = (host) => html`<cairn-role-search part="search" exportparts="input" .host=${host} .exclude=${host.journey.role?.id}
  @chosen=${({ detail }) => host.choose(detail.target, detail.role && { id: detail.role.id, title: detail.role.title })}></cairn-role-search>`;

const aimed = (host, role) => {
  const { t, formats } = host;
  const change = async () => {
    host.searching = !host.searching;
    await host.updateComplete;
    host.renderRoot.querySelector("cairn-role-search")?.focus();
  };
  return html`<header>
      <div>
        <p class="eyebrow">${t("role.label")}</p>
        <h2 id="role" tabindex="-1">${given(role.title)}</h2>
        ${role.match !== null && role.match < 1 ? html`<p class="note">${t("role.match", { share: formats.percent(role.match) })}</p>` : nothing}
      </div>
      <div class="tools">
        <button class="plain" type="button" aria-expanded=${host.searching} @click=${change}>
          ${icons.search}${host.searching ? t("role.keep") : t("role.change")}</button>
        ${shareView(host)}
      </div>
    </header>
    ${host.searching ? search(host) : nothing}`;
};

const unaimed = (host) => {
  const { t, formats, journey } = host;
  return html`<div class="ask">
    <h2 id="role" tabindex="-1">${t("role.none")}</h2>
    <p class="note">${t(journey.lost ? "role.unknown" : "role.noneHint")}</p>
    ${search(host)}
    ${journey.closest.length ? html`<p class="eyebrow" id="closest">${t("role.closest")}</p>
      <ul class="closest" aria-labelledby="closest">${journey.closest.map((each) => html`<li>
        <button class="plain" type="button" @click=${() => host.choose(each.role.id, { id: each.role.id, title: each.role.title })}>
          ${given(each.role.title)} <small>${t("role.closestNote", { share: formats.percent(1 - each.gap.before) })}</small>
        </button></li>`)}</ul>` : nothing}
  </div>`;
};

const progressView = (host) => {
  const { t, formats, journey } = host;
  const { gap } = journey.answer;
  if (!gap) return html`<p class="note">${t("skills.noneKnown")}</p>`;
  const parts = progress(gap.skills);
  const [before, after] = t("progress.covered", { share: SPLIT }).split(SPLIT);
  return html`<div class="progress" part="progress">
    <p class="covered">${before}<strong>${formats.percent(1 - gap.before)}</strong>${after}</p>
    ${bar(parts)}
    <ul class="legend" aria-label=${t("progress.label")}>
      ${parts.map(([name, share]) => html`<li class=${name}><i></i><span>${t(`progress.${name}`)}</span>
        <b>${formats.percent(share)}</b><small>${t(`progress.${name}Hint`)}</small></li>`)}
    </ul>
  </div>`;
};
