// Small drawings beside words; never without them.
import { html, svg } from "lit";

const icon = (drawn) => html`<svg class="icon" viewBox="0 0 20 20" aria-hidden="true">${drawn}</svg>`;

export const icons = {
  have: icon(svg`<circle cx="10" cy="10" r="8" class="fill" /><path d="M6.4 10.2l2.5 2.5 4.8-5.2" class="mark" />`),
  partial: icon(svg`<circle cx="10" cy="10" r="7.2" class="line" /><path d="M10 2.8a7.2 7.2 0 010 14.4z" class="fill" />`),
  missing: icon(svg`<circle cx="10" cy="10" r="7.2" class="line dashed" />`),
  time: icon(svg`<circle cx="10" cy="10" r="7" class="line" /><path d="M10 6v4.2l2.8 1.8" class="line" />`),
  cost: icon(svg`<rect x="2.5" y="5" width="15" height="10" rx="2" class="line" /><circle cx="10" cy="10" r="2.2" class="line" />`),
  level: icon(svg`<path d="M4 16v-4M10 16V8M16 16V4" class="line thick" />`),
  place: icon(svg`<path d="M10 17s5.5-4.8 5.5-9a5.5 5.5 0 00-11 0c0 4.2 5.5 9 5.5 9z" class="line" /><circle cx="10" cy="8" r="1.8" class="line" />`),
  flag: icon(svg`<path d="M5 18V3.2M5 4h9.5l-2.2 3 2.2 3H5" class="line" />`),
  stack: icon(svg`<ellipse cx="10" cy="15" rx="7.5" ry="2.6" class="line" /><ellipse cx="9.5" cy="10" rx="5.4" ry="2.2" class="line" /><ellipse cx="10.5" cy="5.6" rx="3.4" ry="1.8" class="line" />`),
  save: icon(svg`<path d="M5.5 3h9v14L10 13.6 5.5 17z" class="line" />`),
  saved: icon(svg`<path d="M5.5 3h9v14L10 13.6 5.5 17z" class="fill line" />`),
  done: icon(svg`<path d="M4 10.6l4 4L16 6" class="line" />`),
  hide: icon(svg`<path d="M5 5l10 10M15 5L5 15" class="line" />`),
  more: icon(svg`<path d="M5 7.5l5 5 5-5" class="line" />`),
  search: icon(svg`<circle cx="9" cy="9" r="5.5" class="line" /><path d="M13.2 13.2L17 17" class="line" />`),
  share: icon(svg`<path d="M10 12.5V3m0 0L6.5 6.3M10 3l3.5 3.3M4 11v5.5h12V11" class="line" />`),
  warn: icon(svg`<path d="M10 3l7.5 13.5h-15z" class="line" /><path d="M10 8v4m0 2.2v.1" class="line" />`),
};
