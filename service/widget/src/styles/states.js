import { css } from "lit";

export const stateStyles = css`
  .notices:empty { display: none; }
  .notice { display: flex; flex-wrap: wrap; gap: 0.4rem 0.75rem; align-items: center; margin-block-end: 1rem; padding: 0.65rem 0.9rem; border-radius: 12px; background: var(--_amber-tint); font-size: 0.9375rem; }
  .notice p { flex: 1 1 16rem; }
  .notice > .icon { color: var(--_amber); }

  .loading { padding-block: 0.5rem 2rem; }
  .loading p { color: var(--_soft); }
  .bones { display: grid; gap: 1rem; margin-block-start: 1.25rem; }
  .bones i { block-size: 1.5rem; border-radius: 9px; background: var(--_ground); }
  .bones .wide { block-size: 2.25rem; inline-size: 55%; }
  .bones .bar { block-size: 0.75rem; border-radius: 99px; box-shadow: none; }
  .bones div { display: grid; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)); gap: 1rem; margin-block-start: 1rem; }
  .bones .card { block-size: 11rem; border: 0; border-radius: var(--_radius); background: var(--_ground); }
  @media (prefers-reduced-motion: no-preference) {
    .bones i { animation: breathe 1.6s ease-in-out infinite alternate; }
    @keyframes breathe { to { opacity: 0.45; } }
  }

  .trouble { display: grid; gap: 0.6rem; justify-items: center; padding: 3rem 1.25rem; text-align: center; }
  .trouble p { max-inline-size: 42ch; color: var(--_soft); }
  .trouble h2 { font-size: 1.375rem; }
  .trouble .primary { margin-block-start: 0.75rem; }
  .cairn { inline-size: 5.5rem; fill: var(--_tint); stroke: var(--_accent); stroke-width: 1.5; }
  .cairn .off { fill: var(--_amber-tint); stroke: var(--_amber); }
`;
