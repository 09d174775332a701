"""Texts read with what was learned of the sample's skills."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shared import ROOT

from load.labelled import read as read_labelled
from models.bundle import Bundle
from models.encoder import QUICK_FILE, TextEncoder
from models.index import VectorIndex
from models.matching import EACH, MOST, Reader, match, parts, placed, reader, unread
from models.naming import Naming
from models.sentences import Span, sentences
from models.skill_matcher import FEATURES, Nearest, SkillMatcher, sure
from models.words import words
from training import sample, skill_matching
from training.embedder import Embedder
from training.framework import Framework
from training.progress import Silent
from training.writing import existing

ADVERT = """Support technician wanted

• Troubleshooting of laptops and printers
• You write SQL queries, and Python scripts now and then.
Nice colleagues — good coffee."""


@pytest.fixture(scope="module")
def framework() -> Framework:
    return Framework.of(existing(sample.PATH))


@pytest.fixture(scope="module")
def labels(framework: Framework, embedder: Embedder) -> np.ndarray:
    return embedder.encode(framework.labels)


@pytest.fixture(scope="module")
def learned(framework: Framework, labels: np.ndarray, embedder: Embedder) -> SkillMatcher:
    found = SkillMatcher.mapped(skill_matching.fit(framework, labels, embedder, Silent()))
    assert found is not None
    return found


@pytest.fixture(scope="module")
def quick(encoder: TextEncoder) -> TextEncoder:
    return TextEncoder(encoder.folder, graph=QUICK_FILE)


@pytest.fixture(scope="module")
def reads(framework: Framework, learned: SkillMatcher, quick: TextEncoder) -> Reader:
    return Reader(learned, quick, framework.labels, framework.aliases)


@pytest.fixture(scope="module")
def plain(framework: Framework, labels: np.ndarray, encoder: TextEncoder) -> Reader:
    nearest = Nearest(VectorIndex.build(labels))
    return Reader(nearest, encoder, framework.labels, framework.aliases)


def test_an_advert_is_read_with_the_places(reads: Reader, framework: Framework) -> None:
    found = {
        framework.labels[each.skill]: ADVERT[each.start : each.end]
        for each in match(reads, ADVERT, 5, 0.3)
    }
    assert found["SQL querying"] == "write SQL queries"
    assert found["Python programming"] in ("Python", "Python scripts")
    assert found["IT troubleshooting"] == "Troubleshooting"
    assert reads.learned


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=60) | st.sampled_from([ADVERT, "Über İ 数据 SQL\u2028ﬁ", "", " \n"]))
def test_spans_lie_in_the_text_and_scores_fall(reads: Reader, text: str) -> None:
    found = match(reads, text, 30, 0.0)
    assert len({each.skill for each in found}) == len(found) <= 30
    scores = [each.score for each in found]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)
    assert all(0 <= each.start < each.end <= len(text) for each in found)
    assert bool(found) == bool(sentences(text))


def test_limit_and_threshold_cut_the_same_answer(reads: Reader) -> None:
    whole = match(reads, ADVERT, 100, 0.0)
    assert match(reads, ADVERT, 3, 0.0) == whole[:3]
    assert match(reads, ADVERT, 100, whole[4].score) == whole[:5]
    assert len(whole) <= EACH * 4
    assert whole == match(reads, ADVERT, 100, 0.0)


def test_a_text_without_end_is_read_to_a_point() -> None:
    text = "Bake bread.\n" * (MOST + 5)
    assert unread(text)
    assert sum(map(len, parts(text))) == MOST
    assert not unread("Bake bread.")
    assert parts("") == []


def test_it_finds_more_than_the_nearest_label_does(
    reads: Reader, plain: Reader, framework: Framework
) -> None:
    given = read_labelled(ROOT / "load" / "sentences" / "sample.jsonl", framework.names())
    assert (len(given.sentences), given.unknown, given.left_out) == (24, 0, 0)
    figures = {}
    for name, each in (("learned", reads), ("plain", plain)):
        ranks, precise = [], []
        for sentence, right in zip(given.sentences, given.skills, strict=True):
            keys = [word.key for word in words(sentence)]
            rows, _ = each.matcher.best(each.encoder.encode([sentence]), [keys], 210)
            hits = np.isin(rows[0], list(right))
            ranks.append(1 / (1 + hits.argmax()))
            precise.append(hits[:5].sum() / min(5, len(right)))
        figures[name] = (np.mean(ranks), np.mean(precise))
    assert figures["learned"][0] > figures["plain"][0] > 0.7
    assert figures["learned"][1] > figures["plain"][1] + 0.05


def test_the_same_skills_teach_the_same(
    framework: Framework, labels: np.ndarray, embedder: Embedder
) -> None:
    some = Framework(*(getattr(framework, name)[:30] for name in Framework.__slots__))
    one, again = (skill_matching.fit(some, labels[:30], embedder, Silent()) for _ in range(2))
    assert one.keys() == again.keys()
    for name, array in one.items():
        np.testing.assert_array_equal(array, again[name], err_msg=name)


def test_sureness_tells_right_from_wrong(learned: SkillMatcher) -> None:
    assert learned.odds.shape == (FEATURES,)
    assert (learned.odds[1:] >= 0).all()
    falling = np.array([[1.2, 0.9, 0.5, 0.1]], np.float32)
    chance = sure(falling, np.zeros_like(falling), learned.odds)[0]
    assert (np.diff(chance) <= 0).all()
    assert chance[0] > 0.5 > 0.1 > chance[-1]


def test_few_skills_are_read_too(embedder: Embedder, quick: TextEncoder) -> None:
    few = Framework(["a", "b"], ["bake bread", "weld"], [None, '["welding"]'], [None, None],
                    np.zeros(2, np.int64))  # fmt: skip
    arrays = skill_matching.fit(few, embedder.encode(few.labels), embedder, Silent())
    matcher = SkillMatcher.mapped(arrays)
    assert matcher is not None
    found = match(Reader(matcher, quick, few.labels, few.aliases), "You did some welding.", 1, 0.0)
    assert [each.skill for each in found] == [1]
    nobody = Framework([], [], [], [], np.zeros(0, np.int64))
    assert skill_matching.fit(nobody, np.zeros((0, 384), np.float32), embedder, Silent()) == {}
    assert skill_matching.fit(few, np.zeros((2, 0), np.float32), None, Silent()) == {}


def test_a_bundle_that_learned_nothing_reads_plainly(worded: Bundle, tiny: Bundle) -> None:
    from dataclasses import replace

    learned = reader(worded)
    assert learned is not None
    assert learned.learned
    old = reader(replace(worded, matcher=None))
    assert old is not None
    assert not old.learned
    for each in (learned, old):
        assert worded.skills.ids[match(each, "You weld pipes.", 1, 0.0)[0].skill] == "s:welding"
    assert tiny.encoder is None
    assert reader(tiny) is None


def test_the_quick_encoder_is_near_the_whole_one(quick: TextEncoder, encoder: TextEncoder) -> None:
    texts = ["bake bread", "You will repair the engines of old tractors by hand.", "Python", "é数"]
    alike = [float((quick.encode([t]) @ encoder.encode([t]).T)[0, 0]) for t in texts]
    assert min(alike) > 0.97
    assert Path(quick.folder / QUICK_FILE).stat().st_size < 30_000_000


def test_names_are_covered_by_words_of_their_own() -> None:
    naming = Naming.of([["repair engines", "mend motors"], ["repair"], ["bake bread"]])
    keys = [word.key for word in words("Repairing of motors")]
    covered = naming.covered(keys)
    assert covered.shape == (3,)
    assert covered[1] > covered[0] > covered[2] == 0
    np.testing.assert_array_equal(naming.covered([]), 0)
    again = Naming.mapped(naming.arrays("x."), "x.")
    np.testing.assert_array_equal(again.covered(keys), covered)


def test_a_place_is_the_shortest_that_names_it() -> None:
    text = "Repair what breaks; engines you repair daily."
    found = placed(["engine repair"], words(text), Span(0, len(text)))
    assert text[found.start : found.end] == "engines you repair"
    assert placed(["knit socks"], words(text), Span(0, len(text))) == (0, len(text))
