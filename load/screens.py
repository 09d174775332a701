"""Pictures of the demo site and the widget, at the widths of a phone, a tablet and a desktop.

``python -m load.screens --bundle var/bundles --out docs/widget``; fonts are the machine's.
"""

from __future__ import annotations

import argparse
import io
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from PIL import Image

from load.browser import Browser, Page, opened
from load.run import running_service

PHONE, TABLET, DESKTOP = 390, 820, 1280
COLOURS: Final = 256
ROLE: Final = "data-analyst"


@dataclass(frozen=True, slots=True)
class Picture:
    """What is photographed: ``height`` pixels from the top, or from ``below`` (a selector) on."""

    name: str
    width: int
    height: int
    scheme: Literal["light", "dark"] = "light"
    language: str = "en"
    role: str | None = ROLE
    below: str | None = None
    act: Callable[[Page], None] = lambda _: None


def _used(page: Page) -> None:
    widget = page.locator("cairn-path")
    widget.get_by_role("button", name="Save").first.click()
    widget.locator(".toast").wait_for()
    widget.get_by_role("button", name="Not interested").nth(1).click()
    widget.get_by_text("Hidden:").last.wait_for()
    page.wait_for_timeout(500)


def _searching(page: Page) -> None:
    search = page.locator("cairn-path").get_by_role("combobox").first
    search.press_sequentially("help people with computers")
    page.wait_for_timeout(600)


def _compared(page: Page) -> None:
    compare = page.locator("cairn-path .compare")
    compare.get_by_role("combobox").fill("security")
    compare.get_by_role("option").first.wait_for()
    page.wait_for_timeout(400)
    compare.get_by_role("option").first.click()
    compare.get_by_role("table").wait_for()


def _offline(page: Page) -> None:
    page.route("**/v1/**", lambda route: route.abort())
    page.evaluate("document.querySelector('cairn-path').targetRole = 'data-engineer'")
    page.evaluate("document.querySelector('cairn-path').learner = 'somebody'")
    page.locator("cairn-path .trouble").wait_for()


PICTURES: Final = (
    Picture("demo", DESKTOP, 1180),
    Picture("start", DESKTOP, 760, role=None, act=_searching),
    Picture("path", DESKTOP, 1180, below="cairn-path .path"),
    Picture("path-dark", DESKTOP, 1180, scheme="dark", below="cairn-path .path"),
    Picture("compare", DESKTOP, 620, below="cairn-path .compare", act=_compared),
    Picture("tablet", TABLET, 1180),
    Picture("tablet-dark", TABLET, 1180, scheme="dark", language="fr"),
    Picture("arabic", DESKTOP, 1180, language="ar"),
    Picture("arabic-phone", PHONE, 844, scheme="dark", language="ar", below="cairn-path .path"),
    Picture("phone", PHONE, 844),
    Picture("phone-path", PHONE, 844, below="cairn-path .path"),
    Picture("phone-dark", PHONE, 844, scheme="dark", below="cairn-path .next"),
    Picture("unreachable", TABLET, 620, act=_offline),
    # The last one, since what it does is kept.
    Picture("inside", DESKTOP, 1050, below="#made", act=_used),
)


def main() -> None:
    """Take them all."""
    arguments = _arguments()
    arguments.out.mkdir(parents=True, exist_ok=True)
    key = f"cairn_load_{secrets.token_urlsafe(32)}"
    with (
        running_service(arguments.bundle, 1, key, CAIRN_DEMO_PAGE="true") as url,
        opened() as browser,
    ):
        for picture in PICTURES:
            path = arguments.out / f"{picture.name}.png"
            path.write_bytes(packed(taken(browser, url, picture)))
            print(f"{path}  {path.stat().st_size / 1000:.0f} kB")


def taken(browser: Browser, url: str, picture: Picture) -> bytes:
    """One picture, as PNG."""
    page = browser.new_page(
        viewport={"width": picture.width, "height": picture.height},
        color_scheme=picture.scheme,
        reduced_motion="reduce",
    )
    page.goto(f"{url}/?language={picture.language}")
    widget = page.locator("cairn-path")
    widget.locator(".cards").wait_for()
    if picture.role is not None:
        widget.evaluate("(widget, role) => { widget.targetRole = role; }", picture.role)
        widget.locator(".steps li").first.wait_for()
    picture.act(page)
    if picture.below is not None:
        page.locator(picture.below).evaluate("(part) => part.scrollIntoView({block: 'start'})")
    page.wait_for_timeout(400)
    made = page.screenshot()
    page.close()
    return made


def packed(picture: bytes) -> bytes:
    """The same with few colours, which is all that a page has."""
    image = (
        Image.open(io.BytesIO(picture))
        .convert("RGB")
        .quantize(COLOURS, Image.Quantize.MAXCOVERAGE, kmeans=3, dither=Image.Dither.NONE)
    )
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bundle", type=Path, default=Path("var/bundles"), help="of the sample")
    parser.add_argument("--out", type=Path, default=Path("docs/widget"))
    return parser.parse_args()


if __name__ == "__main__":
    main()
