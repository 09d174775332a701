from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.sentences import LONGEST, sentences
from models.tongue import foreign
from models.words import words

ODD = "Über İstanbul\u2028𝔘𝔫𝔦 e\u0301 数据分析。データ! C++\n• C#; Node.js\x00 \ud800 ﬁ…"
texts = st.text() | st.text(alphabet=" .!?\n•-aBz'é数") | st.just(ODD)


@given(texts)
def test_sentences_lie_in_order_and_hold_all_that_has_letters(text: str) -> None:
    spans = sentences(text)
    end = 0
    for span in spans:
        assert end <= span.start < span.end <= len(text)
        assert span.end - span.start <= LONGEST
        assert not any(each.isalpha() for each in text[end : span.start])
        assert text[span.start : span.end].strip() == text[span.start : span.end]
        end = span.end
    assert not any(each.isalpha() for each in text[end:])


def test_lines_bullets_and_ends_of_sentences_part_them() -> None:
    text = "You cook. You bake!\n\n• Node.js, v2.0 and C++\n- clean | wash\n  42  \n"
    assert [text[a:b] for a, b in sentences(text)] == [
        "You cook.", "You bake!", "Node.js, v2.0 and C++", "clean", "wash",
    ]  # fmt: skip


def test_what_is_too_long_is_cut_between_words() -> None:
    text = "bread " * 200
    assert [text[a:b] for a, b in sentences(text)] == [
        *["bread " * 65 + "bread"] * 3,
        "bread bread",
    ]
    assert [b - a for a, b in sentences("x" * 1_000)] == [LONGEST, LONGEST, 200]


@given(texts)
def test_words_lie_where_they_say(text: str) -> None:
    end = 0
    for word in words(text):
        assert end <= word.start < word.end <= len(text)
        assert 0 <= word.key < 2**32
        end = word.end


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("manage projects", "Managing project"), ("plans", "planning"), ("analyse", "analysing"),
        ("organisation", "organization"), ("customer's", "customers"), ("SQL", "sql"),
    ],
)  # fmt: skip
def test_forms_of_a_word_are_one(one: str, other: str) -> None:
    assert [word.key for word in words(one)] == [word.key for word in words(other)]


def test_other_words_are_others_and_function_words_none() -> None:
    keys = [word.key for word in words("C C++ C# R Java JavaScript net network .NET")]
    assert len(set(keys)) == len(keys) - 1  # net twice
    assert words("You will be with the of and") == []


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("You will work with our team and write reports for the board.", None),
        ("Python, SQL, Docker", None),
        ("", None),
        ("Sie arbeiten mit dem Team und schreiben die Berichte für das Management.", "de"),
        ("Vous travaillez avec nous sur les rapports de la direction et des clients.", "fr"),
        ("Buscamos una persona para el equipo de ventas con experiencia en la red.", "es"),
        ("数据分析师负责数据库", "und"),
        ("анализ данных и отчеты", "und"),
    ],
)
def test_a_language_is_named_only_where_words_tell(text: str, language: str | None) -> None:
    assert foreign(text) == language
