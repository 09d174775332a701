// What the role asks for: held, partly held, missing.
import { html, nothing } from "lit";

import { levelName } from "../format.js";
import { icons } from "../icons.js";
import { given } from "./parts.js";

const SHOWN = 5;
/** Kinds of evidence that there are words for; the service may come to know more. */
const PROOFS = new Set(["verified", "credential", "declared"]);
const GROUPS = ["have", "partial", "missing"];

export const skillsView = (host) => {
  const { t, journey } = host;
  const { gap } = journey.answer;
  if (!gap) return nothing;
  return html`<section class="skills" part="skills" aria-labelledby="skills-title">
    <h3 id="skills-title">${t("skills.title")}</h3>
    <div class="groups">${GROUPS.map((status) => group(host, status, gap.skills.filter((each) => each.status === status)))}</div>
  </section>`;
};

const group = (host, status, skills) => {
  const { t, formats } = host;
  const name = `skills-${status}`;
  const whole = host.open.has(name);
  const ordered = [...skills].sort((a, b) => b.importance - a.importance);
  const shown = whole ? ordered : ordered.slice(0, SHOWN);
  const rest = ordered.length - SHOWN;
  return html`<div class="group ${status}">
    <h4>${icons[status]}<span>${t(`skills.${status}`)}</span> <b>${formats.number(skills.length)}</b></h4>
    <ul id=${name}>
      ${shown.length ? shown.map((skill) => line(host, skill)) : html`<li class="none">${t("skills.none")}</li>`}
    </ul>
    ${rest > 0 ? html`<button class="quiet" type="button" aria-expanded=${whole} aria-controls=${name} @click=${() => host.toggle(name)}>
      ${whole ? t("skills.less") : t("skills.more", { count: rest })}</button>` : nothing}
  </div>`;
};

const line = (host, skill) => {
  const { t, formats } = host;
  const proof = skill.evidence[0]?.kind;
  const notes = [];
  if (skill.status === "partial") notes.push(formats.percent(skill.coverage));
  if (PROOFS.has(proof)) notes.push(t(`evidence.${proof}`));
  if (skill.status === "missing" && skill.required !== null) {
    notes.push(t("skills.wanted", { level: t(`level.${levelName(skill.required)}`) }));
  }
  return html`<li><span>${given(skill.label)}</span>${notes.length ? html`<small>${notes.join(" · ")}</small>` : nothing}</li>`;
};
