import { css } from "lit";

export const searchStyles = css`
  .search { position: relative; }
  .search > .icon { position: absolute; inset-block-start: 0.95rem; inset-inline-start: 0.9rem; color: var(--_soft); pointer-events: none; }
  input { inline-size: 100%; min-block-size: 3rem; padding-block: 0.6rem; padding-inline: 2.6rem 1rem; border: 1px solid var(--_edge); border-radius: 12px; background: var(--_surface); font-size: 1rem; }
  input::placeholder { color: var(--_soft); opacity: 1; }
  input:focus-visible { outline-offset: 0; border-radius: 12px; }
  ul { position: absolute; z-index: 4; inset-inline: 0; inset-block-start: calc(100% + 0.35rem); max-block-size: 21rem; overflow: auto; padding: 0.35rem; border: 1px solid var(--_line); border-radius: 12px; background: var(--_surface); box-shadow: 0 14px 40px rgb(0 0 0 / 16%); }
  li { padding: 0.55rem 0.75rem; border-radius: 8px; cursor: pointer; }
  li[aria-selected="true"], li:hover { background: var(--_tint); }
  li[aria-selected="true"] { box-shadow: inset 3px 0 0 var(--_accent); }
  li.words { color: var(--_soft); }
`;
