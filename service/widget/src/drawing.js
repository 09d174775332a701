// The path as a way uphill: how much of the role is covered (upwards), over time (onwards).
import { LitElement, html, nothing, svg } from "lit";

import { exits } from "./exits.js";
import { base } from "./styles/base.js";
import { drawingStyles } from "./styles/drawing.js";

const HEIGHT = 300;
const COSTS = 84;
const EDGE = { top: 34, end: 26, bottom: 40, start: 52 };
const NARROWEST = 240;

/** `steps` and `gap` of a path, `active` (a place among the steps), and the words of the `host`. */
class PathDrawing extends LitElement {
  static styles = [base, drawingStyles];

  static properties = {
    host: { attribute: false },
    path: { attribute: false },
    active: { attribute: false },
    width: { state: true },
  };

  #size = new ResizeObserver(([entry]) => {
    this.width = Math.max(NARROWEST, Math.round(entry.contentRect.width));
  });

  constructor() {
    super();
    this.width = 420;
  }

  connectedCallback() {
    super.connectedCallback();
    this.#size.observe(this);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#size.disconnect();
  }

  /** Where each stone lies; a step of unknown length is drawn as long as a usual one. */
  #stones() {
    const { steps, gap } = this.path;
    const known = steps.map((step) => step.hours).filter((hours) => hours !== null).sort((a, b) => a - b);
    const usual = known[Math.floor(known.length / 2)] ?? 1;
    const lengths = steps.map((step) => step.hours ?? usual);
    const whole = lengths.reduce((sum, each) => sum + each, 0) || 1;
    const wide = this.width - EDGE.start - EDGE.end;
    const high = HEIGHT - EDGE.top - EDGE.bottom;
    const rtl = this.host.direction === "rtl";
    const x = (done) => {
      const along = EDGE.start + (wide * done) / whole;
      return rtl ? this.width - along : along;
    };
    const y = (open) => EDGE.top + high * open;
    const leaving = exits(steps);
    let done = 0;
    const stones = steps.map((step, place) => {
      done += lengths[place];
      return {
        x: x(done),
        y: y(step.earned_if_stopped_here.gap_after),
        unknown: step.hours === null,
        exit: leaving[place].length > 0,
        cost: step.cost,
      };
    });
    return { x, y, whole, start: { x: x(0), y: y(gap.before) }, stones };
  }

  render() {
    const { t, formats } = this.host;
    const { x, y, whole, start, stones } = this.#stones();
    const way = [start, ...stones];
    const floor = y(1);
    const line = way.map((each, i) => (i ? curve(way[i - 1], each) : `M${each.x},${each.y}`)).join("");
    const last = way[way.length - 1];
    const { starts } = this.path.steps[0];
    const { ends } = this.path.steps[this.path.steps.length - 1];
    const nearest = Math.min(...way.slice(1).map((each, i) => Math.abs(each.x - way[i].x)));
    const small = Math.min(12, Math.max(8, nearest * 0.55));
    return html`<svg role="img" aria-label=${t("path.drawing")} viewBox="0 0 ${this.width} ${HEIGHT + COSTS}">
      ${[0, 0.5, 1].map((open) => svg`
        <path class="grid" d="M${x(0)},${y(open)}H${x(whole)}" />
        <text class="axis" text-anchor="end" x=${x(0) + (x(0) < x(whole) ? -10 : 10)} y=${y(open) + 4}>${formats.percent(1 - open)}</text>`)}
      <path class="ground" d="${line}L${last.x},${floor}L${start.x},${floor}Z" />
      <path class="way" d=${line} />
      ${way.slice(1).map((each, i) => (each.unknown ? svg`<path class="unknown" d="M${way[i].x},${way[i].y}${curve(way[i], each)}" />` : nothing))}
      <circle class="start" cx=${start.x} cy=${start.y} r="5" />
      ${stones.map((stone, i) => svg`
        ${stone.exit ? svg`<path class="exit" d="M${stone.x},${stone.y + small}V${floor}" />
          <path class="flag" d="M${stone.x},${stone.y - small - 2}v-16l9,4.5l-9,4.5" />` : nothing}
        <g class="stone ${i === this.active ? "active" : ""}"
          @pointerenter=${() => this.#point(i)} @pointerleave=${() => this.#point(null)}>
          <circle class="target" cx=${stone.x} cy=${stone.y} r="16" />
          <ellipse cx=${stone.x} cy=${stone.y} rx=${i < 9 ? small : small * 1.25} ry=${small * 0.84} />
          <text x=${stone.x} y=${stone.y + small / 3} font-size=${Math.min(11.5, small + 2)} text-anchor="middle">${formats.number(i + 1)}</text>
        </g>`)}
      ${this.#costs(way)}
      <text class="axis" x=${x(0)} y=${HEIGHT - 14} text-anchor="start">${t("path.start")}</text>
      ${starts && ends ? svg`<text class="axis" x=${x(whole)} y=${HEIGHT - 14} text-anchor="end">${formats.date(ends)}</text>` : nothing}
    </svg>`;
  }

  /** What each step costs, below the time it takes. */
  #costs(way) {
    const { t, formats } = this.host;
    const most = Math.max(0, ...way.map(({ cost }) => cost ?? 0));
    const floor = HEIGHT + COSTS - 12;
    const high = COSTS - 40;
    const edge = way[0].x + (this.host.direction === "rtl" ? 10 : -10);
    return svg`<text class="axis" text-anchor="end" x=${edge} y=${floor}>${t("path.cost")}</text>
      <path class="grid" d="M${way[0].x},${floor}H${way[way.length - 1].x}" />
      ${way.slice(1).map((stone, i) => {
        const [from, to] = [way[i].x, stone.x].sort((a, b) => a - b);
        const height = stone.cost === null ? high / 2 : most ? (high * stone.cost) / most : 0;
        return svg`<rect class="cost ${stone.cost === null ? "open" : ""} ${i === this.active ? "active" : ""}"
          x=${from + 1.5} width=${Math.max(1, to - from - 3)} y=${floor - height} height=${height} rx="3" />`;
      })}
      ${most ? svg`<text class="axis" text-anchor="end" x=${edge} y=${floor - high + 4}>${formats.money(most, this.path.totals.currency)}</text>` : nothing}`;
  }

  #point(place) {
    this.dispatchEvent(new CustomEvent("pointed", { detail: place }));
  }
}

/** A smooth way from one point to the next, level at both. */
function curve(from, to) {
  const middle = (from.x + to.x) / 2;
  return `C${middle},${from.y} ${middle},${to.y} ${to.x},${to.y}`;
}

if (!customElements.get("cairn-path-drawing")) customElements.define("cairn-path-drawing", PathDrawing);
