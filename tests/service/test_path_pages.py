"""A learner's path as a page of text: what it says, in which languages, and for whom."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from pages import ORIGIN, Platform, platform

from models import bundle
from models.bundle import Bundle
from service.language import LANGUAGES
from service.reasons import told
from service.schemas.recommendations import ReasonOut

LEARNER = {"id": "ada", "skills": [{"skill": "Topic 3", "level": 0.9}]}
COUNTS = {"learners": 1234, "went_on": 7, "chose": 8, "done": 1, "size": 4, "share": 0.25}
IDS = {"after": "c1", "to": "c2", "held": ["c3"], "credentials": ["c4", "c5"], "stack": "c6"}
MARKET = {"source": "Adverts", "date": "2025-02"}
FACTS = {**COUNTS, **IDS, **MARKET, "skills": ["http://skills.example/7"], "asked": "A report"}


@pytest.fixture(scope="module")
def site(
    bundle_folder: Path, embedded_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Platform]:
    folder = tmp_path_factory.mktemp("text")
    with platform(folder, bundle_folder, embedded_url, "text") as made:
        yield made


@pytest.fixture(scope="module")
def tiny(bundle_folder: Path) -> Bundle:
    return bundle.read(bundle_folder)


class Text(HTMLParser):
    """What is read, and the tags around it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", "".join(self.words))


def page(site: Platform, **asked: Any) -> str:
    body = {"learner": LEARNER, "target_role": "odd", **asked}
    response = site.send("POST", "/v1/path-pages", site.key, json=body)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"].startswith("text/html")
    assert response.headers["cache-control"] == "no-store"
    assert "sandbox" in response.headers["content-security-policy"]
    return response.text


def test_the_page_says_what_the_answers_say(site: Platform) -> None:
    asked = {"learner": LEARNER, "target_role": "odd"}
    path = site.send("POST", "/v1/paths", site.key, json=asked).json()
    question = {**asked, "limit": 3}
    advice = site.send("POST", "/v1/recommendations", site.key, json=question).json()
    text = Text(page(site)).text
    assert "Your path to Keeper of odd things" in text
    assert f"covers {round(100 * (1 - path['gap']['before']))}% of this role" in text
    for skill in path["gap"]["skills"]:
        assert skill["label"] in text
    places = [text.index(item["title"]) for item in advice["items"]]
    assert len(places) == 3
    assert places == sorted(places)
    after = text.index("What to earn, in order")
    steps = [text.index(step["title"], after) for step in path["steps"]]
    assert steps == sorted(steps)
    assert len(steps) == len(path["steps"]) > 0
    assert "your own word" in text
    assert "a credential you completed" in text
    assert "Closes" in text


def test_what_is_unknown_is_said_to_be(site: Platform) -> None:
    text = Text(page(site, limit=20, target_role="odd", learner={})).text
    assert "Hours: unknown" in text  # of c9
    assert "and unknown for: 1" in text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_mail_takes_all_along_and_reads_in_order(site: Platform, lang: str) -> None:
    html = page(site, lang=lang)
    found = Text(html)
    assert not {"script", "link", "img", "style", "form", "iframe"} & set(found.tags)
    assert "url(" not in html
    assert "class=" not in html
    assert found.tags.count("h1") == 1
    heads = [tag for tag in found.tags if re.fullmatch("h[1-6]", tag)]
    assert heads == ["h1", "h2", "h2", "h2"]
    assert html.startswith("<!doctype html>")
    direction = "rtl" if lang == "ar" else "ltr"
    assert f'<html lang="{lang}" dir="{direction}">' in html
    assert f"text-align:{'right' if lang == 'ar' else 'left'}" in html
    assert LANGUAGES[lang].words["what_to_earn"] in found.text
    if lang != "en":
        english = {"Closes", "Hours", "Cost:", "missing", "your own word", "Opens the way"}
        assert not [word for word in english if word in found.text]
    fragment = page(site, lang=lang, fragment=True)
    assert fragment.lstrip().startswith(f'<div lang="{lang}" dir="{direction}"')
    assert fragment.strip() in html


@pytest.mark.parametrize("language", LANGUAGES.values(), ids=LANGUAGES)
def test_every_reason_is_told_in_every_language(tiny: Bundle, language: Any) -> None:
    kinds = [word for word in LANGUAGES["en"].words if word.startswith("reason_")]
    for word in kinds:
        reason = ReasonOut(kind=word.removeprefix("reason_"), text="English", evidence=FACTS)
        text = told(tiny, language, reason)
        assert "{" not in text
        wanted = re.findall(r"\{(\w+)\}", language.words[word])
        for name in set(wanted) & IDS.keys():
            named = IDS[name] if isinstance(IDS[name], list) else [IDS[name]]
            assert all(f"Course {each[1:]}" in text for each in named), word
        if "asked" in wanted:
            assert "A report" in text
        if "done" in wanted:
            assert "2" in text  # with this one
        if "share" in wanted:
            assert "25" in text
    unknown = ReasonOut(kind="of_tomorrow", text="In its own words", evidence={})
    assert told(tiny, language, unknown) == "In its own words"


def test_the_kinds_of_reasons_that_answers_have_are_all_told() -> None:
    """Read from where reasons are made, so that a new kind is not forgotten here."""
    root = Path(bundle.__file__).parents[1]
    plan = [root / "plan" / name for name in ("words.py", "answer.py", "renewing.py")]
    files = (root / "explain.py", root / "demand.py", *plan)
    sources = "".join(file.read_text() for file in files)
    made = set(re.findall(r'(?:Reason|_about)\(\s*"(\w+)"', sources))
    assert len(made) >= 16
    assert {f"reason_{kind}" for kind in made} <= LANGUAGES["en"].words.keys()


def test_a_page_without_a_role_is_refused(site: Platform) -> None:
    response = site.send("POST", "/v1/path-pages", site.key, json={"learner": {}})
    assert response.status_code == 422
    response = site.send("POST", "/v1/path-pages", site.key, json={"lang": "tlh"})
    assert response.status_code == 422


def test_limits_that_are_in_the_way_are_said(site: Platform) -> None:
    text = Text(page(site, constraints={"max_hours": 1}, objective={"reach": 1})).text
    assert "These limits are in the way" in text


def test_security_a_page_is_for_its_learner_alone(site: Platform) -> None:
    token = site.token(learner="ada")
    body = {"learner": {"id": "ada"}, "target_role": "odd"}
    mine = site.send("POST", "/v1/path-pages", token, ORIGIN, json=body)
    assert mine.status_code == 200
    for learner in ({"id": "bob"}, {}, {"id": "ada", "verified": ["c1"]}):
        other = site.send(
            "POST", "/v1/path-pages", token, ORIGIN, json={**body, "learner": learner}
        )
        assert other.status_code == 403
