import { css } from "lit";

export const cardStyles = css`
  .cards { display: grid; gap: 1rem; margin-block-start: 1.1rem; }
  @container (min-width: 38rem) { .cards { grid-template-columns: repeat(2, minmax(0, 1fr)); } }
  @container (min-width: 62rem) { .cards { grid-template-columns: repeat(3, minmax(0, 1fr)); } }
  .card { display: flex; flex-direction: column; gap: 0.65rem; padding: 1.1rem 1.15rem 0.7rem; border: 1px solid var(--_line); border-radius: var(--_radius); background: var(--_surface); }
  .card:hover { border-color: var(--_edge); }
  .card[aria-busy="true"] { opacity: 0.6; }
  .issuer { color: var(--_soft); font-size: 0.8125rem; }
  .over { display: flex; gap: 0.5rem; justify-content: space-between; align-items: flex-start; }
  .over .issuer { padding-block-start: 0.2rem; }
  .over .quiet { flex: none; margin: -0.2rem -0.5rem 0 0; }
  .over .quiet:dir(rtl) { margin: -0.2rem 0 0 -0.5rem; }
  .over .icon { inline-size: 1rem; block-size: 1rem; }
  .card .over + h4 { margin-block-start: -0.6rem; }
  .closes ul { display: grid; gap: 0.4rem; margin-block-start: 0.3rem; }
  .closes li { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 0.1rem 0.75rem; align-items: baseline; font-size: 0.875rem; }
  .closes .bar { grid-column: 1 / 3; block-size: 0.375rem; box-shadow: none; gap: 0; background: var(--_line); }
  .closes .gain { background: var(--_accent); }
  .card .unfold { align-self: flex-start; }
  .card .why { margin-block-start: -0.35rem; }
  .actions { display: flex; flex-wrap: wrap; gap: 0 0.5rem; justify-content: space-between; margin-block-start: auto; padding-block-start: 0.5rem; border-block-start: 1px solid var(--_line); }
  .actions .icon { inline-size: 1rem; block-size: 1rem; }
  .turned-down { margin-block-start: 1rem; }
  .turned-down li { display: flex; flex-wrap: wrap; gap: 0 1rem; align-items: center; padding-block: 0.15rem; color: var(--_soft); font-size: 0.9375rem; }
  .turned-down li .quiet { margin: 0; color: var(--_accent); }
`;
