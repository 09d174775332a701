from __future__ import annotations

from dataclasses import replace

import pytest

from models.bundle import Bundle
from models.search import MIN_SIMILARITY, search


def test_words_come_before_meaning(worded: Bundle) -> None:
    page = search(worded, "credentials", "Bread", 10)
    assert page.rows[0] == 0
    assert page.scores[0] == 2.0
    assert all(MIN_SIMILARITY <= score < 1 for score in page.scores[1:])
    assert list(page.scores) == sorted(page.scores, reverse=True)
    assert search(worded, "credentials", "arc WELDING", 1).scores == (3.0,)
    assert search(worded, "skills", "databases", 1).scores == (1.0,)


def test_meaning_finds_what_no_word_does(worded: Bundle) -> None:
    page = search(worded, "skills", "hospital nurse", 3)
    assert worded.skills.ids[page.rows[0]] == "s:nursing"
    page = search(worded, "roles", "someone who makes bread", 3)
    assert worded.roles.ids[page.rows[0]] == "r:baker"


@pytest.mark.parametrize("text", ["", "a", "e", "SQL"])
def test_pages_join_to_the_whole(worded: Bundle, text: str) -> None:
    whole = search(worded, "skills", text, 100)
    assert whole.total == len(whole.rows) == len(set(whole.rows))
    pages = [search(worded, "skills", text, 2, offset) for offset in range(0, whole.total + 2, 2)]
    assert [row for page in pages for row in page.rows] == list(whole.rows)
    assert {page.total for page in pages} == {whole.total}


def test_an_empty_text_lists_everything_in_order(worded: Bundle) -> None:
    page = search(worded, "credentials", "  ", 3, 1)
    assert page.rows == (1, 2, 3)
    assert page.scores == (0.0, 0.0, 0.0)
    assert page.total == worded.n


def test_without_an_encoder_words_are_enough(worded: Bundle) -> None:
    wordless = replace(worded, encoder=None)
    assert search(wordless, "credentials", "sql", 10).rows == (1,)
    assert search(wordless, "roles", "nothing like it", 10).total == 0
