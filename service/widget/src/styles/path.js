import { css } from "lit";

export const pathStyles = css`
  .limits { display: grid; gap: 1rem 2.5rem; margin-block-start: 1rem; }
  @container (min-width: 38rem) { .limits { grid-template-columns: 1fr 1fr; } }
  .slider { display: grid; grid-template-columns: 1fr auto; gap: 0.1rem 1rem; align-items: baseline; }
  .slider label { color: var(--_soft); font-size: 0.9375rem; }
  .slider output { font-weight: 600; font-variant-numeric: tabular-nums; }
  .slider input { grid-column: 1 / 3; inline-size: 100%; block-size: 1.75rem; margin: 0; appearance: none; background: none; cursor: pointer; }
  .slider input::-webkit-slider-runnable-track { block-size: 6px; border-radius: 99px; background: var(--_edge); }
  .slider input::-moz-range-track { block-size: 6px; border-radius: 99px; background: var(--_edge); }
  .slider input::-webkit-slider-thumb { appearance: none; inline-size: 1.5rem; block-size: 1.5rem; margin-block-start: -9px; border: 3px solid var(--_surface); border-radius: 50%; background: var(--_accent); box-shadow: 0 0 0 1px var(--_accent), 0 2px 6px rgb(0 0 0 / 20%); }
  .slider input::-moz-range-thumb { box-sizing: border-box; inline-size: 1.5rem; block-size: 1.5rem; border: 3px solid var(--_surface); border-radius: 50%; background: var(--_accent); box-shadow: 0 0 0 1px var(--_accent); }
  .totals { display: grid; grid-template-columns: repeat(auto-fit, minmax(7.25rem, 1fr)); gap: 0.9rem 1.25rem; margin-block-start: 1.25rem; padding: 1rem 1.15rem; border-radius: var(--_radius); background: var(--_ground); }
  .totals dt { color: var(--_soft); font-size: 0.8125rem; }
  .totals dd { font-size: 1.1875rem; font-weight: 620; line-height: 1.3; letter-spacing: -0.01em; font-variant-numeric: tabular-nums; }
  .totals dd small { display: block; font-weight: 400; letter-spacing: 0; }
  .limit { display: flex; gap: 0.5rem; align-items: center; margin-block-start: 0.75rem; }
  .limit .icon { color: var(--_amber); }

  .way { display: grid; gap: 1.5rem 2.5rem; margin-block-start: 1.25rem; }
  .way figure { align-self: start; }
  @container (min-width: 56rem) {
    .way { grid-template-columns: minmax(0, 5fr) minmax(0, 6fr); }
    .way figure { position: sticky; inset-block-start: 1rem; }
  }
  .path > .empty { margin-block-start: 1.25rem; }
  .stop { padding-inline-end: 0.6rem; text-align: end; }
  .steps > li { position: relative; display: grid; grid-template-columns: 2.25rem minmax(0, 1fr) auto; gap: 0 0.6rem; padding: 0.6rem 0.6rem 0.5rem 0.4rem; border-radius: 12px; }
  .steps > li:dir(rtl) { padding-inline: 0.4rem 0.6rem; }
  .steps > li.active { background: var(--_tint); }
  .steps > li:not(:last-child)::before { content: ""; position: absolute; inset-block: 2.7rem -0.5rem; inset-inline-start: calc(0.4rem + 1.125rem - 1px); border-inline-start: 2px dotted var(--_edge); }
  .number { display: grid; place-items: center; inline-size: 2.25rem; block-size: 1.9rem; border-radius: 50%; background: var(--_tint); color: var(--_accent); font-size: 0.875rem; font-weight: 650; font-variant-numeric: tabular-nums; }
  .active .number { background: var(--_accent); color: var(--_on-accent); }
  .step { display: grid; gap: 0.2rem; justify-items: start; padding-block-start: 0.15rem; }
  .when { color: var(--_soft); font-size: 0.875rem; }
  .step .why { padding-block: 0.15rem 0.5rem; }
  .exit { display: inline-flex; gap: 0.4rem; align-items: center; margin-block-start: 0.2rem; padding: 0.25rem 0.65rem; border-radius: 9px; background: var(--_amber-tint); font-size: 0.875rem; }
  .exit .icon { color: var(--_amber); }
  .stack { display: flex; flex-wrap: wrap; gap: 0.4rem; align-items: center; color: var(--_soft); font-size: 0.875rem; }
  .stack .icon { inline-size: 0.9375rem; block-size: 0.9375rem; }
  .step .actions { justify-content: flex-start; margin-block-start: 0.5rem; border: 0; padding: 0; }
  .pips { display: inline-flex; gap: 3px; }
  .pips i { inline-size: 0.9rem; block-size: 0.4rem; border-radius: 99px; box-shadow: inset 0 0 0 1px var(--_edge); }
  .pips .on { background: var(--_accent); box-shadow: none; }
  .after { padding-block-start: 0.3rem; color: var(--_soft); font-size: 0.875rem; font-variant-numeric: tabular-nums; }

  .compare cairn-role-search { margin-block-start: 0.9rem; max-inline-size: 36rem; }
  .side-by-side { overflow-x: auto; margin-block: 1rem; }
  table { inline-size: 100%; border-collapse: collapse; font-size: 0.9375rem; }
  th, td { padding: 0.6rem 0.9rem; border-block-end: 1px solid var(--_line); text-align: start; vertical-align: top; }
  th:first-child, td:first-child { padding-inline-start: 0; color: var(--_soft); font-weight: 400; }
  thead th { font-size: 1.0625rem; font-weight: 650; }
  tfoot td { border: 0; }
  tbody td { font-variant-numeric: tabular-nums; }
`;
