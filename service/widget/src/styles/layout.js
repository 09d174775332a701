import { css } from "lit";

export const layout = css`
  .widget { container-type: inline-size; padding: clamp(0.25rem, 2cqi, 1rem); background: var(--_surface); border-radius: var(--_radius); }
  section { padding-block: 1.75rem; border-block-end: 1px solid var(--_line); }
  section:first-of-type { padding-block-start: 0.5rem; }
  section:last-of-type { border-block-end: 0; padding-block-end: 0.5rem; }
  section > h3 + .note { margin-block-start: 0.25rem; }

  .bar { display: flex; gap: 2px; block-size: 0.75rem; overflow: hidden; border-radius: 99px; background: var(--_ground); box-shadow: inset 0 0 0 1px var(--_edge); }
  .bar i { display: block; min-inline-size: 0; background: var(--_accent); }
  .bar .completed { background: var(--_completed); }
  .bar .declared { background: repeating-linear-gradient(135deg, var(--_amber) 0 4px, color-mix(in oklab, var(--_amber) 45%, var(--_surface)) 4px 8px); }
  @media (prefers-reduced-motion: no-preference) { .bar i { transition: inline-size 0.35s ease-out; } }
  @media (forced-colors: active) { .bar i { background: CanvasText; } .bar .declared { background: GrayText; } }

  .unfold .icon { inline-size: 0.875rem; block-size: 0.875rem; }
  .unfold[aria-expanded="true"] .icon { transform: rotate(180deg); }
  @media (prefers-reduced-motion: no-preference) { .unfold .icon { transition: transform 0.15s; } }
  .reasons li { position: relative; padding-inline-start: 1rem; font-size: 0.9375rem; line-height: 1.45; }
  .reasons li + li { margin-block-start: 0.3rem; }
  .reasons li::before { content: ""; position: absolute; inset-inline-start: 0; inset-block-start: 0.55em; inline-size: 0.375rem; block-size: 0.375rem; border-radius: 50%; background: var(--_accent); }
  .facts { display: flex; flex-wrap: wrap; gap: 0.2rem 1rem; color: var(--_soft); font-size: 0.875rem; }
  .facts li { display: inline-flex; gap: 0.35rem; align-items: center; }
  .facts .icon { inline-size: 0.9375rem; block-size: 0.9375rem; }
  .title { display: inline; padding: 0; border: 0; background: none; color: inherit; font: inherit; letter-spacing: inherit; text-align: start; text-decoration: underline; text-decoration-color: transparent; text-underline-offset: 0.2em; overflow-wrap: anywhere; min-block-size: 1.5rem; }
  .title:hover { color: var(--_accent); text-decoration-color: currentColor; }
  a.title { text-decoration-color: var(--_edge); }

  .toast { position: sticky; inset-block-end: 1rem; z-index: 3; display: flex; flex-wrap: wrap; gap: 0.25rem 0.75rem; align-items: center; inline-size: fit-content; max-inline-size: 100%; margin: 1rem auto 0; padding: 0.5rem 0.5rem 0.5rem 1.1rem; border-radius: 12px; background: var(--_ink); color: var(--_surface); box-shadow: 0 8px 28px rgb(0 0 0 / 22%); font-size: 0.9375rem; }
  .toast:dir(rtl) { padding-inline: 1.1rem 0.5rem; }
  .toast .quiet { margin: 0; color: inherit; font-weight: 650; }
  .toast .quiet:hover { background: color-mix(in oklab, var(--_surface) 18%, transparent); color: inherit; }
  .toast :focus-visible { outline-color: var(--_surface); outline-offset: -3px; }
`;
