"""TextBugger: sentences, words, bugs; black box and white box."""

import json
import os
import re
from collections.abc import Sequence
from pathlib import Path
from random import Random

import numpy as np
import pytest
from attacks_characters import driven, one, rows
from attacks_doubles import Counting

from attacks.core.errors import CapabilityError
from attacks.core.goals import Untargeted
from attacks.core.perturbation import Perturbation
from attacks.core.ports import Capability, TokenSlope
from attacks.core.searching import Outcome
from attacks.core.slopes import Vocabulary
from attacks.core.text import PAIR, Text
from attacks.engine import Engine, Example, Status
from attacks.recipes.textbugger import TextBugger, TextBuggerWhite, sentences_then_words
from attacks.sentences import sentences_of
from attacks.transformations.counterfitted import VARIABLE, NeighboursError
from attacks.transformations.errors import DataMissingError

DATA = os.environ.get("TABOO_DATA")
INSTEAD = {"a": ("b", "c"), "d": ("e",), "g": ("h",)}


@pytest.fixture(autouse=True)
def _without_a_file_of_neighbours(monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)


def searched(written, judge, **options):
    text = Text.of(written)
    search = sentences_then_words(
        text,
        0.2,
        sentences_of(text),
        lambda text, place: INSTEAD.get(text.words[place], ()),
        options.pop("allowed", lambda _: True),
        **options,
    )
    # A first word that is taken out leaves the space behind it.
    asked, found = driven(search, lambda text: judge(text.strip()))
    return [[it.strip() for it in question] for question in asked], found


# Sentences


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        ("a film", ["a film"]),
        ("A film. 'Good?' No! ", ["A film.", "'Good?'", "No!"]),
        ("it cost 3.50 ... twice", ["it cost 3.50 ...", "twice"]),
        ("\u597d\u3002\u4e0d\u597d\uff01\u5dee", ["\u597d\u3002", "\u4e0d\u597d\uff01", "\u5dee"]),
        ("one\ntwo", ["one", "two"]),
        ("... ! yes", ["... ! yes"]),
        ("...", []),
        (f"premise. one{PAIR}other.", [f"premise. one{PAIR}other."]),
    ],
)
def test_sentences(written, parts):
    text = Text.of(written)
    found = sentences_of(text)
    assert [it.alone(text).written for it in found] == parts
    assert [place for it in found for place in it.places] == list(range(len(text)))


# The search


def test_sentences_are_shown_alone_and_the_one_most_against_the_goal_comes_first():
    scores = {"a d.": 0.3, "g.": 0.1}
    asked, _ = searched("a d. g.", lambda text: (scores.get(text, 0.15), False))
    assert asked == [["a d.", "g."], ["a d. h."], ["d. g.", "a. g."], ["b d. g.", "c d. g."], ["a e. g."]]


def test_a_sentence_that_is_for_the_goal_by_itself_is_left_alone():
    asked, found = searched("a d. g.", lambda text: (0.3, text == "g."))
    assert asked[1:] == [["d. g.", "a. g."], ["b d. g.", "c d. g."], ["b e. g."]]
    assert found.written == "b d. g."


def test_words_are_taken_up_by_what_deleting_them_brings_in_the_text_as_it_stands():
    def judge(text):
        return 0.1 * text.count("h") + 0.3 * ("d" not in text), False

    asked, found = searched("a d. g x.", judge)
    assert asked[1:] == [
        ["d. g x.", "a. g x."],
        ["a e. g x."],
        ["b e. g x.", "c e. g x."],
        ["a e. x.", "a e. g."],
        ["a e. h x."],
    ]
    assert found.written == "a e. h x."


def test_the_best_bug_stays_only_where_it_is_nearer_unless_all_are_kept():
    def judge(text):
        return {"b d": 0.05, "c d": 0.1}.get(text, 0.0), False

    assert searched("a d", judge) == ([["d", "a"], ["b d", "c d"], ["a e"]], None)
    asked, found = searched("a d", judge, keeps_all=True)
    assert asked[1:] == [["b d", "c d"], ["c e"]]
    assert found.written == "c e"


def test_of_bugs_that_reach_the_goal_the_one_with_the_highest_score_ends_the_search():
    scores = {"b d": (0.6, True), "c d": (0.7, True)}
    asked, found = searched("a d", lambda text: scores.get(text, (0.9, False)))
    assert (len(asked), found.written) == (2, "c d")


def test_what_is_not_allowed_is_not_shown():
    asked, found = searched("a d", lambda _: (0.0, False), allowed=lambda it: it.word(0) == "a" and it.word(1) != "e")
    assert (asked, found) == ([["d", "a"]], None)


def test_a_text_without_words_asks_nothing():
    assert searched("...", None) == ([], None)


# The recipes


def test_a_single_word_is_bugged_at_once():
    row = one(TextBugger(), "great")
    assert row.status is Status.SUCCEEDED
    assert row.queries <= 4


def test_bugs_are_those_of_the_paper(tmp_path):
    file = tmp_path / "near.json"
    file.write_text(json.dumps({"great": ["grand", "super", "big", "good", "fine", "neat"]}))
    (asked, *_), _ = driven(
        TextBugger(file).begin(Text.of("great"), Untargeted(1), 0.2, Random(4)), lambda _: (0.1, False)
    )
    bugs = asked[:4]
    assert sorted(map(len, bugs)) == [4, 5, 5, 6]
    assert bugs[0].replace(" ", "") == "great"
    assert asked[4:] == ["grand", "super", "big", "good", "fine"]
    assert len(TextBugger(file).reads) == 16


def test_neighbours_come_from_the_file_of_the_environment_where_there_is_one(tmp_path, monkeypatch):
    assert TextBugger().reads == ""
    monkeypatch.setenv(VARIABLE, str(tmp_path / "absent.json"))
    with pytest.raises(DataMissingError, match=r"absent\.json"):
        TextBugger()
    (tmp_path / "near.json").write_text("[]")
    with pytest.raises(NeighboursError, match="no JSON object"):
        TextBugger(str(tmp_path / "near.json"))
    assert TextBugger(language="zh").reads


def test_chinese_words_get_chinese_bugs():
    attack = TextBugger(language="zh")
    text = attack.read("\u623f\u95f4")
    (shown,), _ = driven(attack.begin(text, Untargeted(1), 0.2, Random(4)), lambda _: (0.1, False))
    assert len(shown) >= 5
    assert "\u623f \u95f4" in shown
    assert "\u95f4\u623f" in shown
    assert any(re.fullmatch("(fang\u95f4|\u623fjian)", it) for it in shown)
    assert attack.read("\u623f\u95f4\u5f88\u597d").words == ("\u623f\u95f4", "\u5f88", "\u597d")


def test_a_language_that_is_not_known_is_refused():
    with pytest.raises(ValueError, match="'fr'"):
        TextBugger(language="fr")


# The white box

VECTORS = {"a": (0.1, 0.3), "great": (1.5, 1.2), "fine": (0.8, 0.6), "film": (-2.0, 0.4)}


class Gated:
    """Logit: the sum over words of a gate by the first number of a word's vector, times the second. Exact gradients."""

    name, fingerprint, classes = "gated", "1" * 16, 2
    can = frozenset({Capability.SCORES, Capability.GRADIENTS})
    vocabulary = Vocabulary(tuple(VECTORS), np.array(list(VECTORS.values())))

    def predict(self, texts: Sequence[str]):
        return np.array([self.shares(self.read(text)[1]) for text in texts])

    def read(self, text):
        found = [it for it in re.finditer(r"\w+", text) if it.group() in VECTORS]
        return tuple(it.span() for it in found), np.array([VECTORS[it.group()] for it in found]).reshape(-1, 2)

    def shares(self, vectors):
        gates = 1 / (1 + np.exp(-vectors[:, 0]))
        good = 1 / (1 + np.exp(-(gates * vectors[:, 1]).sum() + 0.7))
        return np.array([1 - good, good])

    def slopes(self, texts: Sequence[str], labels: Sequence[int]):
        return [self.slope(*self.read(text), label) for text, label in zip(texts, labels, strict=True)]

    def slope(self, spans, vectors, label):
        shares = self.shares(vectors)
        gates = 1 / (1 + np.exp(-vectors[:, 0]))
        of_logit = np.stack([gates * (1 - gates) * vectors[:, 1], gates], axis=1)
        by_logit = shares[0] if label == 1 else -shares[1]
        return TokenSlope(shares, spans, by_logit * of_logit, vectors)


def test_the_double_has_the_gradients_that_differences_show():
    victim = Gated()
    spans, vectors = victim.read("a great fine film")
    found = victim.slope(spans, vectors, 1).gradients
    for place in np.ndindex(vectors.shape):
        moved = vectors.copy()
        moved[place] += 1e-6
        assert (np.log(victim.shares(moved)[1]) - np.log(victim.shares(vectors)[1])) / 1e-6 == pytest.approx(
            found[place], abs=1e-5
        )


def test_the_white_box_takes_up_words_by_the_length_of_their_gradients():
    text = Text.of("a fine film, great")
    search = TextBuggerWhite().begin(text, Untargeted(1), 0.2, Random(1))
    slopes = next(search)
    assert slopes.of == (Perturbation(text),)
    (row,) = rows(TextBuggerWhite(), [Example(0, "a great fine film", 1)], Gated())
    assert row.status is Status.SUCCEEDED
    assert row.changes[0][0] == (2, 7)
    assert 2 <= row.queries <= 5


def test_a_slope_that_does_not_come_is_a_bug():
    search = TextBuggerWhite().begin(Text.of("a film"), Untargeted(1), 0.2, Random(1))
    next(search)
    with pytest.raises(RuntimeError, match="did not come"):
        search.send([Outcome(0.2, False)])


def test_the_white_box_gives_up_with_the_nearest():
    (row,) = rows(TextBuggerWhite(), [Example(0, "great great fine great", 1)], Gated(), budget=1)
    assert (row.status, row.queries) == (Status.FAILED, 1)
    (row,) = rows(TextBuggerWhite(), [Example(0, "great great x2 great", 1)], Gated())
    assert row.status is Status.SUCCEEDED
    assert len(row.changes) >= 2


def test_the_white_box_is_refused_a_victim_without_gradients():
    with pytest.raises(CapabilityError, match="'textbugger-white' needs gradients"):
        Engine(Counting(), TextBuggerWhite())


def test_rows_of_the_white_box_depend_on_the_seed_alone():
    examples = [Example(number, text, 1) for number, text in enumerate(("a great film", "fine great", "great"))]
    lines = [row.to_line() for row in rows(TextBuggerWhite(), examples, Gated(), seed=5)]
    assert [row.to_line() for row in rows(TextBuggerWhite(), examples, Gated(), seed=5, width=1, batch=1)] == lines


# A real victim


@pytest.mark.slow
@pytest.mark.skipif(DATA is None, reason="needs SST-2 and sst2-bert-mini in TABOO_DATA")
def test_the_white_box_misleads_a_real_network_with_fewer_queries_than_the_black_box():
    pytest.importorskip("torch")
    from attacks.victims.huggingface import HuggingFaceVictim

    lines = (Path(str(DATA)) / "sst2" / "dev.tsv").read_text(encoding="utf-8").split("\n")[1:-1:87]
    pairs = [line.partition("\t") for line in lines]
    examples = [Example(number, text, int(label)) for number, (label, _, text) in enumerate(pairs)]
    victim = HuggingFaceVictim.open(str(Path(str(DATA)) / "sst2-bert-mini"))
    white, black = (rows(attack, examples, victim, seed=1) for attack in (TextBuggerWhite(), TextBugger()))
    assert Status.ERROR not in {row.status for row in (*white, *black)}
    for ended in (white, black):
        attacked = [row for row in ended if row.status is not Status.SKIPPED]
        assert sum(row.status is Status.SUCCEEDED for row in attacked) >= 0.8 * len(attacked)
    assert sum(row.queries for row in white) < 0.8 * sum(row.queries for row in black)
