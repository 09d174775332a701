import { css } from "lit";

export const roleStyles = css`
  .role header { display: flex; flex-wrap: wrap; gap: 1rem; justify-content: space-between; align-items: flex-start; }
  .role header h2 { margin-block-start: 0.15rem; overflow-wrap: anywhere; }
  .tools { display: flex; flex-wrap: wrap; gap: 0.5rem; position: relative; }
  .role cairn-role-search { margin-block-start: 1rem; }
  .ask { max-inline-size: 40rem; margin-inline: auto; padding-block: 1.5rem; }
  .ask .note { margin-block-start: 0.35rem; }
  .ask .eyebrow { margin-block: 1.5rem 0.5rem; }
  .closest { display: flex; flex-wrap: wrap; gap: 0.5rem; }
  .closest small { font-weight: 400; }

  .progress { margin-block-start: 1.25rem; }
  .covered { display: flex; gap: 0.55rem; align-items: baseline; margin-block-end: 0.6rem; color: var(--_soft); }
  .covered strong { color: var(--_ink); font-size: 2.25rem; font-weight: 680; line-height: 1; letter-spacing: -0.03em; font-variant-numeric: tabular-nums; }
  .legend { display: grid; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); gap: 0.5rem 1.5rem; margin-block-start: 0.9rem; font-size: 0.9375rem; }
  .legend li { display: grid; grid-template-columns: auto 1fr auto; gap: 0 0.5rem; align-items: center; }
  .legend small { grid-column: 2 / 4; }
  .legend b { font-weight: 600; font-variant-numeric: tabular-nums; }
  .legend i { inline-size: 0.75rem; block-size: 0.75rem; border-radius: 4px; background: var(--_accent); }
  .legend .completed i { background: var(--_completed); }
  .legend .declared i { background: repeating-linear-gradient(135deg, var(--_amber) 0 3px, color-mix(in oklab, var(--_amber) 45%, var(--_surface)) 3px 6px); }

  .share { position: absolute; z-index: 3; inset-block-start: calc(100% + 0.5rem); inset-inline-end: 0; inline-size: min(26rem, 92cqi); padding: 1rem 1.1rem 1.1rem; border: 1px solid var(--_line); border-radius: var(--_radius); background: var(--_surface); box-shadow: 0 14px 40px rgb(0 0 0 / 16%); }
  .share .row { display: flex; flex-wrap: wrap; gap: 0.5rem; margin-block-start: 0.75rem; }
  .share input { flex: 1 1 12rem; min-inline-size: 0; padding: 0.5rem 0.7rem; border: 1px solid var(--_edge); border-radius: 9px; background: var(--_ground); font-size: 0.875rem; }

  .groups { display: grid; gap: 1.5rem; margin-block-start: 1rem; }
  @container (min-width: 40rem) { .groups { grid-template-columns: repeat(3, minmax(0, 1fr)); } }
  .group h4 { display: flex; gap: 0.5rem; align-items: center; font-size: 0.9375rem; }
  .group h4 b { margin-inline-start: auto; color: var(--_soft); font-weight: 500; font-variant-numeric: tabular-nums; }
  .group.have .icon { color: var(--_accent); }
  .group.partial .icon { color: var(--_amber); }
  .group.missing .icon { color: var(--_soft); }
  .group ul { margin-block-start: 0.4rem; }
  .group li { display: flex; flex-wrap: wrap; gap: 0 0.75rem; justify-content: space-between; align-items: baseline; padding-block: 0.4rem; border-block-start: 1px solid var(--_line); font-size: 0.9375rem; overflow-wrap: anywhere; }
  .group li span::first-letter { text-transform: uppercase; }
  .group .none { color: var(--_soft); }
  .group .quiet { margin-block-start: 0.25rem; }
`;
