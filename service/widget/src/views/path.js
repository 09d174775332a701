// The ordered path: limits to turn, the drawing, and the same in words.
import { html, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";

import { exits } from "../exits.js";
import { icons } from "../icons.js";
import { actions, saving } from "./actions.js";
import { facts, given, range, reasonsList, titleLink, unfold } from "./parts.js";

const MOST_HOURS = 40;

export const pathView = (host) => {
  const { t, journey } = host;
  const { path } = journey;
  return html`<section class="path" part="path" aria-labelledby="path-title">
    <h3 id="path-title">${t("path.title")}</h3>
    ${path ? html`${limits(host)} ${totals(host, path)} ${path.steps.length ? steps(host, path) : none(host, path)}`
      : html`<div class="bones" aria-hidden="true"><i></i><i></i><i></i></div>`}
  </section>`;
};

const none = (host, path) => html`<p class="empty">${host.t(path.gap && path.gap.before > 0 ? "path.empty" : "path.done")}</p>`;

const slider = (id, label, shown, { min, max, step, value }, changed) => html`<div class="slider">
  <label for=${id}>${label}</label><output for=${id}>${shown}</output>
  <input id=${id} type="range" min=${min} max=${max} step=${step} .value=${String(value)} aria-valuetext=${shown}
    @input=${(event) => changed(Number(event.target.value))} />
</div>`;

const limits = (host) => {
  const { t, formats, journey } = host;
  const { hoursPerWeek, budget, budgetMost, budgetStep } = journey;
  // One step beyond the largest budget lifts the limit.
  const unlimited = budgetMost + budgetStep;
  const budgetShown = budget === null ? t("path.noLimit") : formats.money(budget, journey.path.totals.currency);
  return html`<div class="limits" part="limits">
    ${slider("pace", t("path.hoursPerWeek"), formats.hours(hoursPerWeek), { min: 1, max: MOST_HOURS, step: 1, value: hoursPerWeek },
      (value) => journey.limit({ hoursPerWeek: value }))}
    ${budgetMost === null ? nothing : slider("budget", t("path.budget"), budgetShown,
      { min: 0, max: unlimited, step: budgetStep, value: budget ?? unlimited },
      (value) => journey.limit({ budget: value > budgetMost ? null : value }))}
  </div>`;
};

const totals = (host, { steps, totals: { hours, cost, currency, unknown }, gap }) => {
  const { t, formats } = host;
  const last = steps[steps.length - 1];
  const money = (amount) => (amount === 0 ? t("next.free") : formats.money(amount, currency));
  const note = (count) => (count ? html`<small>${t("path.partlyUnknown", { count })}</small>` : nothing);
  return html`<dl class="totals" part="totals">
      <div><dt>${t("path.reach")}</dt><dd>${formats.percent(1 - (gap?.after ?? 0))}</dd></div>
      <div><dt>${t("path.effort")}</dt><dd>${range(host, hours, formats.hours)}${note(unknown.hours)}</dd></div>
      <div><dt>${t("path.cost")}</dt><dd>${range(host, cost, money)}${note(unknown.cost)}</dd></div>
      ${last?.ends ? html`<div><dt>${t("path.finish")}</dt><dd>${formats.date(last.ends)}<small>${unknown.hours ? t("path.earliest") : formats.span(steps[0].starts, last.ends)}</small></dd></div>` : nothing}
    </dl>
    ${gap && gap.after > 0.005 ? html`<p class="note limit">${icons.warn}${t(host.journey.budget === null ? "path.open" : "path.limit", { share: formats.percent(gap.after) })}</p>` : nothing}`;
};

const steps = (host, path) => {
  const leaving = exits(path.steps);
  return html`<div class="way">
  <figure part="drawing"><cairn-path-drawing .host=${host} .path=${path} .active=${host.active}
    @pointed=${({ detail }) => { host.active = detail; }}></cairn-path-drawing></figure>
  <div>
    <p class="eyebrow stop" aria-hidden="true">${host.t("path.stopping")}</p>
    <ol class="steps" part="steps">${repeat(path.steps, (step) => step.credential, (step, place) => stepView(host, path, step, place, leaving[place]))}</ol>
  </div>
</div>`;
};

const stepView = (host, path, step, place, earned) => {
  const { t, formats } = host;
  const { currency } = path.totals;
  const name = `step-${place}`;
  const after = formats.percent(1 - step.earned_if_stopped_here.gap_after);
  const cost = step.cost === null ? null : { amount: step.cost, currency };
  return html`<li class=${place === host.active ? "active" : ""}
    @pointerenter=${() => { host.active = place; }} @pointerleave=${() => { host.active = null; }}>
    <span class="number" aria-hidden="true">${formats.number(place + 1)}</span>
    <div class="step">
      <p class="issuer">${step.issuer ? given(step.issuer) : t("next.issuerUnknown")}</p>
      <h4>${titleLink(host, step, path.request_id)}
        ${step.renewal ? html`<span class="tag">${t("path.renewal")}</span>` : nothing}</h4>
      ${step.starts ? html`<p class="when">${when(host, step)}</p>` : nothing}
      ${facts(host, { hours: step.hours, cost, level: step.level })}
      ${earned.map((stack) => html`<p class="exit">${icons.flag}${t("path.offramp", { title: host.words.title(stack) ?? stack })}</p>`)}
      ${stacks(host, step)}
      ${unfold(host, name, t("act.why"), t("act.about", { action: t("act.why"), title: step.title }))}
      <div id=${name} class="why" ?hidden=${!host.open.has(name)}>
        ${host.open.has(name) ? html`${reasonsList(host, step.why)} ${actions(host, step, saving(host, step))}` : nothing}
      </div>
    </div>
    <span class="after"><span aria-hidden="true">${after}</span>
      <span class="hidden">${t("path.stop", { share: after })}</span></span>
  </li>`;
};

/** From when to when; a step of unknown length has no end that one could name. */
const when = ({ t, formats }, { starts, ends, hours }) => (hours === null
  ? t("path.from", { date: formats.date(starts) })
  : `${formats.date(starts)} – ${formats.date(ends)}`);

const stacks = (host, step) => step.stack_progress.map(({ title, done, size }) => html`<p class="stack">${icons.stack}
  <span>${host.t("path.stack", { done, size, title })}</span>
  <span class="pips" aria-hidden="true">${Array.from({ length: size }, (_, i) => html`<i class=${i < done ? "on" : ""}></i>`)}</span></p>`);
