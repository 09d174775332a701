"""The widget where a learning platform's course shows it: a real launch, in a frame."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlencode

import pytest
from browsing import serving
from learning_platform import CLIENT, LearningPlatform, key_set, learning_platform
from playwright.sync_api import BrowserContext

from service.lti import platformfile

pytestmark = pytest.mark.slow


def test_a_course_shows_a_learner_their_path(
    context: BrowserContext, tiny_bundle: Path, tmp_path: Path
) -> None:
    file = tmp_path / "platforms.json"
    with learning_platform(time.time) as lms:
        platformfile.add(file, lms.registration("demo"))
        with serving(tiny_bundle, tmp_path, lti_file=file) as served:
            link = urlencode({"iss": lms.issuer, "login_hint": "ida", "client_id": CLIENT})
            course = f'<h1>Course</h1><iframe src="{served.url}/lti/login?{link}" title="Path">'

            def answer(platform: LearningPlatform) -> tuple[int, Mapping[str, str], bytes]:
                if platform.asked[-1] == "/course":
                    return 200, {"Content-Type": "text/html"}, course.encode()
                return key_set(platform)

            lms.answer = answer
            page = context.new_page()
            broken: list[str] = []
            page.on("pageerror", lambda error: broken.append(error.message))
            asked: list[str] = []
            page.on("request", lambda request: asked.append(request.url))
            page.goto(f"{lms.url}/course")
            frame = page.frame_locator("iframe")
            # A platform's page submits itself; this one's does not.
            frame.locator("form").evaluate("(form) => form.submit()")
            widget = frame.locator("cairn-path")
            widget.get_by_role("combobox").fill("lead")
            widget.get_by_role("option", name="Bakery lead").click()
            widget.locator(".steps li").first.wait_for()
            assert widget.locator(".cards .title").count() > 0
            assert not broken
            assert {url.split("/")[2] for url in asked if "://" in url} == {
                url.split("/")[2] for url in (served.url, lms.url)
            }
            assert not context.cookies()
