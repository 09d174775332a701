import { css } from "lit";

/** Colours, type and controls, which every part of the widget shares; `--cairn-*` are the page's. */
export const base = css`
  :host {
    --_surface: var(--cairn-surface, light-dark(#ffffff, #161a19));
    --_ground: var(--cairn-ground, light-dark(#f6f5f1, #1f2523));
    --_ink: var(--cairn-ink, light-dark(#1b2321, #e9eeec));
    --_soft: var(--cairn-soft, light-dark(#55615d, #a7b3ae));
    --_line: var(--cairn-line, light-dark(#dfe1da, #363f3c));
    --_edge: light-dark(#858f8a, #77837e);
    --_accent: var(--cairn-accent, light-dark(#1c6a57, #74c9ae));
    --_on-accent: var(--cairn-on-accent, light-dark(#ffffff, #0c1613));
    --_tint: color-mix(in oklab, var(--_accent) 11%, var(--_surface));
    --_completed: color-mix(in oklab, var(--_accent) 58%, var(--_surface));
    --_amber: var(--cairn-amber, light-dark(#8f5d06, #e6b454));
    --_amber-tint: color-mix(in oklab, var(--_amber) 12%, var(--_surface));
    --_radius: var(--cairn-radius, 14px);
    --_font: var(--cairn-font, ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Noto Sans Arabic", sans-serif);
    display: block;
    color: var(--_ink);
    font: 400 1rem/1.5 var(--_font);
    text-align: start;
  }
  :host([hidden]) { display: none; }
  *, ::before, ::after { box-sizing: border-box; }
  h2, h3, h4, p, ul, ol, dl, dd, figure { margin: 0; padding: 0; }
  ul, ol { list-style: none; }
  h2, h3, h4 { font-weight: 650; letter-spacing: -0.012em; text-wrap: balance; }
  h2 { font-size: 1.75rem; line-height: 1.2; }
  h3 { font-size: 1.25rem; line-height: 1.3; }
  h4 { font-size: 1.0625rem; line-height: 1.35; }
  small { font-size: 0.8125rem; color: var(--_soft); }
  :lang(ar) { letter-spacing: 0; }
  [hidden] { display: none !important; }
  .hidden { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
  .note { color: var(--_soft); font-size: 0.9375rem; max-inline-size: 62ch; }
  .eyebrow { color: var(--_soft); font-size: 0.8125rem; font-weight: 550; }
  .unknown { color: var(--_soft); font-style: italic; }
  :lang(ar) .unknown { font-style: normal; }
  .tag { padding: 0.1rem 0.55rem; border-radius: 99px; background: var(--_tint); color: var(--_accent); font-size: 0.8125rem; font-weight: 550; letter-spacing: 0; }
  .empty { padding: 2rem 1.25rem; border: 1px dashed var(--_edge); border-radius: var(--_radius); color: var(--_soft); text-align: center; }

  :focus-visible { outline: 2.5px solid var(--_accent); outline-offset: 2px; border-radius: 6px; }
  h2:focus-visible { outline-offset: 6px; }
  button, input { font: inherit; color: inherit; }
  button { cursor: pointer; }
  button:disabled { opacity: 0.55; cursor: default; }
  .plain, .primary, .quiet { display: inline-flex; gap: 0.45rem; align-items: center; min-block-size: 2.25rem; border: 1px solid transparent; border-radius: 9px; font-size: 0.9375rem; font-weight: 550; line-height: 1.25; text-align: start; }
  .plain { padding: 0.4rem 0.85rem; border-color: var(--_line); background: var(--_surface); }
  .plain:hover { border-color: var(--_accent); color: var(--_accent); }
  .primary { padding: 0.5rem 1.1rem; background: var(--_accent); color: var(--_on-accent); }
  .primary:hover { background: color-mix(in oklab, var(--_accent) 88%, var(--_ink)); }
  .quiet { padding: 0.3rem 0.5rem; margin-inline-start: -0.5rem; background: none; color: var(--_soft); font-size: 0.875rem; }
  .quiet:hover { background: var(--_tint); color: var(--_accent); }
  .quiet.on { color: var(--_accent); }

  .icon { flex: none; inline-size: 1.125rem; block-size: 1.125rem; overflow: visible; }
  .icon .line { fill: none; stroke: currentColor; stroke-width: 1.6; stroke-linecap: round; stroke-linejoin: round; }
  .icon .thick { stroke-width: 2.4; }
  .icon .dashed { stroke-dasharray: 3 2.6; }
  .icon .fill { fill: currentColor; }
  .icon .mark { fill: none; stroke: var(--_surface); stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }

  @media (prefers-reduced-motion: no-preference) {
    button, a, .card, .steps li { transition: background-color 0.15s, border-color 0.15s, color 0.15s; }
  }
`;
