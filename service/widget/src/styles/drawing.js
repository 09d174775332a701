import { css } from "lit";

export const drawingStyles = css`
  svg { display: block; inline-size: 100%; block-size: auto; overflow: visible; }
  .grid { stroke: var(--_line); stroke-width: 1; }
  .axis { fill: var(--_soft); font: 400 12px var(--_font); font-variant-numeric: tabular-nums; }
  .ground { fill: var(--_tint); opacity: 0.75; }
  .way { fill: none; stroke: var(--_accent); stroke-width: 2.5; stroke-linecap: round; }
  .unknown { fill: none; stroke: var(--_surface); stroke-width: 2.5; stroke-dasharray: 4 6; }
  .start { fill: var(--_surface); stroke: var(--_accent); stroke-width: 2.5; }
  .exit { stroke: var(--_amber); stroke-width: 1.5; stroke-dasharray: 3 4; }
  .flag { fill: var(--_amber-tint); stroke: var(--_amber); stroke-width: 1.5; stroke-linejoin: round; }
  .cost { fill: color-mix(in oklab, var(--_amber) 38%, var(--_surface)); }
  .cost.open { fill: none; stroke: var(--_amber); stroke-dasharray: 3 3; }
  .cost.active { fill: var(--_amber); }
  .target { fill: transparent; }
  .stone ellipse { fill: var(--_surface); stroke: var(--_accent); stroke-width: 2; }
  .stone text { fill: var(--_accent); font-family: var(--_font); font-weight: 650; font-variant-numeric: tabular-nums; }
  .stone.active ellipse { fill: var(--_accent); }
  .stone.active text { fill: var(--_on-accent); }
`;
