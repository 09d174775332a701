// Two roles side by side: what each takes from here.
import { html, nothing } from "lit";

import { icons } from "../icons.js";
import { given, range } from "./parts.js";

const DEMANDED = 3;

export const compareView = (host) => {
  const { t, journey } = host;
  return html`<section class="compare" part="compare" aria-labelledby="compare-title">
    <h3 id="compare-title">${t("compare.title")}</h3>
    ${journey.comparison ? table(host, journey.comparison) : html`<p class="note">${t("compare.hint")}</p>
      <cairn-role-search part="search" .host=${host} .exclude=${journey.role.id}
        @chosen=${({ detail }) => journey.compare(detail.target)}></cairn-role-search>`}
  </section>`;
};

const table = (host, { roles, shared_credentials: shared }) => {
  const { t, formats, journey } = host;
  const unknown = html`<span class="unknown">${t("compare.unknown")}</span>`;
  const rows = [
    ["compare.today", ({ gap }) => (gap ? formats.percent(1 - gap.before) : unknown)],
    ["compare.after", ({ gap }) => (gap ? formats.percent(1 - gap.after) : unknown)],
    ["path.effort", ({ totals }) => range(host, totals.hours, formats.hours)],
    ["path.cost", ({ totals }) => range(host, totals.cost, (amount) => formats.money(amount, totals.currency))],
    ["compare.steps", ({ steps }) => formats.number(steps)],
    ["compare.first", ({ first_steps: first }) => (first.length ? given(first[0].title) : "–")],
    ["compare.wage", ({ work }) => (work?.median_wage == null ? unknown : formats.money(work.median_wage, work.currency))],
  ];
  const known = (name) => roles.some(({ work }) => work?.[name] != null);
  if (known("employment")) {
    rows.push(["compare.people", ({ work }) => (work?.employment == null ? unknown : formats.number(work.employment))]);
  }
  if (known("in_demand")) {
    rows.push(["compare.demand", ({ work }) => (work?.in_demand == null ? unknown : demanded(work.in_demand, formats))]);
  }
  return html`<div class="side-by-side"><table>
      <thead><tr><td></td>${roles.map(({ role }) => html`<th scope="col">${role ? given(role.title) : t("role.unknown")}</th>`)}</tr></thead>
      <tbody>${rows.map(([key, cell]) => html`<tr><th scope="row">${t(key)}</th>${roles.map((each) => html`<td>${cell(each)}</td>`)}</tr>`)}</tbody>
      <tfoot><tr><td></td>${roles.map(({ role }, place) => html`<td>${place === 0
        ? html`<span class="tag">${t("compare.chosen")}</span>`
        : role?.id ? html`<button class="plain" type="button" @click=${() => host.choose(role.id, { id: role.id, title: role.title })}>${t("compare.choose")}</button>` : nothing}</td>`)}</tr></tfoot>
    </table></div>
    ${sourced(t, roles)}
    <p class="note">${shared.length ? t("compare.shared", { titles: formats.list(shared.map((each) => each.title)) }) : t("compare.nothingShared")}</p>
    <button class="quiet" type="button" @click=${() => journey.endComparison()}>${icons.hide}${t("compare.end")}</button>`;
};

const demanded = (skills, formats) => (skills.length
  ? html`${given(formats.list(skills.slice(0, DEMANDED).map((each) => each.label)))}${skills.length > DEMANDED ? html` <small>+${formats.number(skills.length - DEMANDED)}</small>` : nothing}`
  : "–");

/** Whose figures on work these are, and of when. */
const sourced = (t, roles) => {
  const told = roles.flatMap(({ work }) => [
    [work?.wage_source, work?.wage_year],
    [work?.demand_source, work?.demand_date],
  ]);
  const sources = new Set(told.filter(([source]) => source).map((each) => each.filter(Boolean).join(" ")));
  return sources.size ? html`<p class="note">${t("compare.sources", { sources: [...sources].join("; ") })}</p>` : nothing;
};
