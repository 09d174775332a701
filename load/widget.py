"""How fast the widget feels: from data to the first useful picture, from an act to what it brings.

``python -m load.widget --bundle var/bundles --json F``, in a real browser on this machine. "paint"
is the time from the last byte of the recommendations to the first frame that shows them; an act is
measured from its event to the first frame after what it asked for has come (a slider rests for
120 ms before it asks).
"""

from __future__ import annotations

import argparse
import json
import secrets
import statistics
from pathlib import Path
from typing import Any, Final

from load.browser import Browser, Page, opened
from load.run import running_service

ROUNDS, QUICK = 20, 5
ROLE: Final = "data-analyst"
LIMIT_MS: Final = 200.0
"""The first useful picture may take so long after its data."""

WATCH: Final = """
window.cairn = { shown: null };
const look = () => {
  const root = document.querySelector("cairn-path")?.shadowRoot;
  if (root?.querySelector(".cards .card")) window.cairn.shown = performance.now();
  else requestAnimationFrame(look);
};
requestAnimationFrame(look);
new PerformanceObserver((list) => {
  const first = list.getEntries().find(({ name }) => name.endsWith("/v1/recommendations"));
  if (first) window.cairn.data ??= first.responseEnd;
}).observe({ type: "resource", buffered: true });
"""

ACT: Final = """
([selector, act, awaited]) => new Promise((resolve) => {
  const root = document.querySelector("cairn-path").shadowRoot;
  const target = root.querySelector(selector);
  const shown = () => awaited.map((each) => root.querySelector(each)?.textContent ?? "").join("|");
  const before = shown();
  const since = performance.now();
  const look = () => {
    const busy = root.querySelector(".widget").getAttribute("aria-busy") === "true";
    const done = shown() !== before && !busy;
    requestAnimationFrame(done ? () => resolve(performance.now() - since) : look);
  };
  if (act === null) target.click();
  else { target.value = act; target.dispatchEvent(new Event("input")); }
  look();
})
"""


def main() -> int:
    """Measure; 1 when the first picture comes too late."""
    arguments = _arguments()
    rounds = QUICK if arguments.quick else ROUNDS
    key = f"cairn_load_{secrets.token_urlsafe(32)}"
    with (
        running_service(arguments.bundle, 1, key, CAIRN_DEMO_PAGE="true") as url,
        opened() as browser,
    ):
        measured: dict[str, list[float]] = {}
        _round(browser, url, {})  # what only the very first request waits for
        for _ in range(rounds):
            _round(browser, url, measured)
    rows = {name: summary(times) for name, times in measured.items()}
    print(f"{'':>16}{'p50 ms':>9}{'p95 ms':>9}")
    for name, row in rows.items():
        print(f"{name:>16}{row['p50_ms']:>9.0f}{row['p95_ms']:>9.0f}")
    if arguments.json is not None:
        arguments.json.write_text(json.dumps({"rounds": rounds, "rows": rows}, indent=2) + "\n")
    return int(rows["paint"]["p95_ms"] > LIMIT_MS)


def _round(browser: Browser, url: str, measured: dict[str, list[float]]) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.add_init_script(WATCH)
    page.goto(url)
    page.wait_for_function("() => window.cairn.shown && window.cairn.data")
    shown, data = page.evaluate("[window.cairn.shown, window.cairn.data]")
    found = {"page to path": shown, "paint": shown - data}
    page.locator("cairn-path").evaluate("(widget, role) => { widget.targetRole = role; }", ROLE)
    page.locator("cairn-path .steps li").first.wait_for()
    page.locator("cairn-path .widget[aria-busy=false]").wait_for()
    found["why this"] = _act(page, ".card .unfold", None, [".card .why"])
    found["hours a week"] = _act(page, "#pace", "20", [".totals"])
    found["budget"] = _act(page, "#budget", "150", [".steps"])
    found["not interested"] = _act(page, ".card .actions button:last-child", None, [".cards"])
    found["undo"] = _act(page, "#undo", None, [".cards"])
    page.close()
    for name, milliseconds in found.items():
        measured.setdefault(name, []).append(milliseconds)


def _act(page: Page, selector: str, value: str | None, awaited: list[str]) -> float:
    return float(page.evaluate(ACT, [selector, value, awaited]))


def summary(times: list[float]) -> dict[str, Any]:
    """Median and 95th percentile in milliseconds."""
    return {
        "p50_ms": statistics.median(times),
        "p95_ms": statistics.quantiles(times, n=20, method="inclusive")[-1],
    }


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bundle", type=Path, default=Path("var/bundles"), help="of the sample")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} rounds, not {ROUNDS}")
    parser.add_argument("--json", type=Path, metavar="F", help="file for all figures")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
