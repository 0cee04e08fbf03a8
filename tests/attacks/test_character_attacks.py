"""Attacks on characters: what people still read, and a victim does not."""

import os
import random
import re
import unicodedata
from pathlib import Path
from random import Random

import numpy as np
import pytest
from attacks_doubles import Counting
from hypothesis import given
from hypothesis import strategies as st

from attacks.core.evolution import differential_evolution
from attacks.core.goals import Untargeted
from attacks.core.in_order import greedy_in_order
from attacks.core.perturbation import Perturbation
from attacks.core.redrawing import redrawn
from attacks.core.searching import Outcome
from attacks.core.text import Text
from attacks.engine import Engine, Example, Row, Status
from attacks.recipes import bad_characters
from attacks.recipes.bad_characters import BadCharacters, Kind
from attacks.recipes.deepwordbug import EDITS, DeepWordBug, Scorer
from attacks.recipes.viper import Viper, marked_letters
from attacks.transformations import characters
from attacks.transformations.characters import drawn_candidates, edit_distance, homoglyphs, keys_beside

DATA = os.environ.get("TABOO_DATA")
ALL_EDITS = (*EDITS, characters.keyboard, characters.homoglyph)
ATTACKS = {
    "deepwordbug": DeepWordBug,
    **{f"deepwordbug-{scorer}": lambda scorer=scorer: DeepWordBug(scorer) for scorer in Scorer},
    "viper": Viper,
    "bad-invisible": bad_characters.invisible,
    "bad-homoglyph": bad_characters.homoglyph,
    "bad-reorder": bad_characters.reorder,
    "bad-delete": bad_characters.delete,
}
TEXTS = (
    "a great film",
    "Great, great film: fine (and awful) in parts",
    "fine",
    "nothing to lose here, at all!",
    "...!!!",
    "\U0001f600 great \U0001f34e",
    "mixed 海上 great скрипт",
    "x",
)
EXAMPLES = [Example(number, text, 1) for number, text in enumerate(TEXTS)]


def rows(attack, examples=EXAMPLES, victim=None, **options) -> list[Row]:
    engine = Engine(victim or Counting(0.1), attack, **options)
    return sorted(engine.run(examples), key=lambda row: row.number)


def one(attack, text, victim=None, **options) -> Row:
    (row,) = rows(attack, [Example(0, text, 1)], victim or Counting(-0.1), **options)
    return row


# Edits of words


@pytest.mark.parametrize(
    ("edit", "distance", "longer"),
    [
        (characters.swap, 2, 0),
        (characters.delete, 1, -1),
        (characters.insert, 1, 1),
        (characters.substitute, 1, 0),
        (characters.keyboard, 1, 0),
        (characters.homoglyph, 1, 0),
    ],
)
def test_an_edit_changes_one_character(edit, distance, longer):
    for seed in range(50):
        made = edit("Watching", Random(seed))
        assert (edit_distance("Watching", made), len(made) - len("Watching")) == (distance, longer)
        assert made == edit("Watching", Random(seed))
    assert len({edit("Watching", Random(seed)) for seed in range(50)}) > 5


@pytest.mark.parametrize(
    ("edit", "word"),
    [
        (characters.swap, "x"),
        (characters.swap, "aaa"),
        (characters.delete, "x"),
        (characters.substitute, "2018"),
        (characters.substitute, "\u212a"),
        (characters.keyboard, "海上"),
        (characters.homoglyph, "bkt"),
    ],
)
def test_a_word_to_which_an_edit_can_do_nothing_stays(edit, word):
    assert edit(word, Random(1)) == word


@given(st.text(min_size=1, max_size=12), st.integers(0, 2**32), st.sampled_from(ALL_EDITS))
def test_an_edit_of_any_word_is_within_two_characters_of_it_and_never_empty(word, seed, edit):
    made = edit(word, Random(seed))
    assert made
    assert edit_distance(word, made) <= 2


@pytest.mark.parametrize("edit", [characters.insert, characters.substitute, characters.keyboard, characters.homoglyph])
def test_new_letters_are_in_the_case_of_the_word(edit):
    assert all(edit("SHOW", Random(seed)).isupper() for seed in range(50))
    assert all(edit("shape", Random(seed)).islower() for seed in range(50))


@pytest.mark.parametrize(
    ("one", "other", "distance"),
    [("", "", 0), ("", "abc", 3), ("film", "film", 0), ("film", "flim", 2), ("kitten", "sitting", 3), ("ab", "b", 1)],
)
def test_edit_distance(one, other, distance):
    assert edit_distance(one, other) == distance == edit_distance(other, one)


def test_keys_lie_beside_each_other():
    beside = keys_beside()
    assert (beside["g"], beside["q"], beside["p"], beside["z"], beside["m"]) == ("bfhtvy", "aw", "lo", "asx", "jkn")
    assert len(beside) == 26
    assert all(key in beside[other] for key, others in beside.items() for other in others)


def test_homoglyphs_are_letters_of_another_alphabet_in_the_same_case():
    table = homoglyphs()
    assert "\u0430" in table["a"]
    assert "\u0391" in table["A"]
    assert len(table) == 35
    for letter, alike in table.items():
        assert not alike.isascii()
        assert alike.isupper() == letter.isupper()


def test_candidates_of_a_place_are_the_same_whenever_they_are_asked_for():
    text = Text.of("watching the great film about nothing")
    one, other = (drawn_candidates(EDITS, Random(7)) for _ in range(2))
    forth = [one(text, place) for place in range(len(text))]
    back = [other(text, place) for place in reversed(range(len(text)))]
    assert forth == back[::-1] == [one(text, place) for place in range(len(text))]
    assert forth != [drawn_candidates(EDITS, Random(8))(text, place) for place in range(len(text))]
    assert all(len(set(row)) == len(row) and word not in row for row, word in zip(forth, text.words, strict=True))


def test_equal_words_at_two_places_are_edited_apart():
    text = Text.of("watching watching")
    candidates = drawn_candidates(EDITS, Random(1))
    assert candidates(text, 0) != candidates(text, 1)


# Searches


def driven(search, judge):
    """What a search asked, question by question, and what it returned; `judge` says what a text comes to."""
    asked = []
    try:
        question = next(search)
        while True:
            asked.append([it.written for it in question])
            question = search.send([Outcome(*judge(it.written)) for it in question])
    except StopIteration as stopped:
        return asked, stopped.value


INSTEAD = {"a": ("b", "c"), "d": (), "e": ("e", "f"), "g": ("h",)}
LETTERS = Text.of("a d e g")


def stepped(judge, order=(0, 1, 2, 3), allowed=lambda _: True):
    search = greedy_in_order(LETTERS, 0.2, order, lambda text, place: INSTEAD[text.words[place]], allowed)
    return driven(search, judge)


def test_in_order_keeps_the_best_candidate_that_is_nearer_and_passes_over_the_rest():
    scores = {"b d e g": 0.3, "c d e g": 0.4, "c d f g": 0.4, "c d e h": 0.5}
    asked, found = stepped(lambda text: (scores[text], False))
    assert asked == [["b d e g", "c d e g"], ["c d f g"], ["c d e h"]]
    assert found.written == "c d e h"


def test_in_order_ends_with_the_first_that_reaches_the_goal_whatever_its_score():
    asked, found = stepped(lambda text: (0.1, True) if text.startswith("b") else (0.9, False))
    assert (len(asked), found.written) == (1, "b d e g")


def test_in_order_follows_the_order_and_asks_for_what_is_allowed_only():
    asked, found = stepped(lambda _: (0.1, False), order=(3, 0), allowed=lambda it: it.word(0) != "b")
    assert asked == [["a d e h"], ["c d e g"]]
    assert found is None


def test_redrawn_shows_draws_one_by_one_until_one_succeeds():
    draws = iter(["b", "a", "c", "e"])
    asked, found = driven(
        redrawn(lambda: Perturbation(LETTERS).with_word(0, next(draws)), 9), lambda it: (0, "c" in it)
    )
    assert asked == [["b d e g"], ["c d e g"]]
    assert found.written == "c d e g"


def test_redrawn_gives_up_after_its_tries_with_the_nearest():
    draws = iter(["a", "b", "c", "e", "g"])
    scores = {"b d e g": 0.5, "c d e g": 0.7, "e d e g": 0.6}
    search = redrawn(lambda: Perturbation(LETTERS).with_word(0, next(draws)), 4)
    asked, found = driven(search, lambda text: (scores[text], False))
    assert (len(asked), found.written) == (3, "c d e g")
    assert driven(redrawn(lambda: Perturbation(LETTERS), 4), None) == ([], None)


LINE = Text.of(" ".join(["word"] * 100))


def marked(vector):
    """Marks the words that the numbers point at; nothing below a twentieth."""
    at = Perturbation(LINE)
    for share in vector.tolist():
        at = at.with_word(int(share * 100), "X") if share >= 0.05 else at
    return at


def evolved(judge, population=8, generations=20, seed=3, dimensions=3):
    return driven(differential_evolution(marked, dimensions, population, generations, Random(seed)), judge)


def nearness(text):
    """How near to the fortieth word the marks are."""
    marks = [place for place, word in enumerate(text.split()) if word == "X"]
    return 1 - sum(abs(place - 40) for place in marks) / 200 if marks else 0.0


def test_evolution_ends_with_the_first_that_reaches_the_goal():
    asked, found = evolved(lambda text: (nearness(text), nearness(text) > 0.95))
    assert len(asked) > 1
    assert found.written == next(text for text in asked[-1] if nearness(text) > 0.95)
    assert all(nearness(text) <= 0.95 for question in asked[:-1] for text in question)


def test_evolution_asks_a_crowd_a_generation_and_gives_up_with_the_nearest_that_it_saw():
    asked, found = evolved(lambda text: (nearness(text), False), generations=5)
    assert [len(question) for question in asked] == [8] * 6
    seen = [text for question in asked for text in question]
    assert nearness(found.written) == max(map(nearness, seen))


def test_evolution_comes_nearer_than_as_many_blind_draws():
    def mean(population, generations):
        found = [evolved(lambda text: (nearness(text), False), population, generations, seed)[1] for seed in range(20)]
        return np.mean([nearness(it.written) for it in found])

    # 80 texts each: the first crowd is drawn blindly.
    assert mean(8, 9) > mean(80, 0) + 0.01


def test_evolution_depends_on_its_chance_alone():
    runs = [evolved(lambda text: (nearness(text), False), seed=seed)[0] for seed in (1, 1, 2)]
    assert runs[0] == runs[1] != runs[2]


def test_evolution_of_nothing_finds_nothing():
    assert evolved(lambda _: (0.5, False), dimensions=0, generations=2)[1] is None


def test_a_crowd_too_small_to_mix_is_refused():
    with pytest.raises(ValueError, match="2 vectors cannot be mixed"):
        evolved(lambda _: (0, False), population=2)


# Recipes


@pytest.mark.parametrize("make", ATTACKS.values(), ids=ATTACKS)
def test_rows_depend_on_the_seed_and_not_on_what_runs_beside(make):
    lines = [row.to_line() for row in rows(make(), seed=5)]
    for width, batch in ((1, 1), (3, 2)):
        assert [row.to_line() for row in rows(make(), seed=5, width=width, batch=batch)] == lines
    assert [row.to_line() for row in rows(make(), seed=6)] != lines


@pytest.mark.parametrize("make", ATTACKS.values(), ids=ATTACKS)
def test_no_text_breaks_an_attack_and_a_great_film_is_lost(make):
    ended = rows(make(), victim=Counting(-0.1), examples=[Example(0, "a great film", 1)])
    assert [row.status for row in ended] == [Status.SUCCEEDED]
    assert Status.ERROR not in {row.status for row in rows(make())}


@pytest.mark.parametrize("make", ATTACKS.values(), ids=ATTACKS)
def test_a_budget_is_kept_to_the_query_and_its_end_is_no_error(make):
    row = one(make(), "a film that nobody could call great or grand", budget=3, victim=Counting(5.0))
    assert row.status is Status.FAILED
    assert row.queries <= 3


@pytest.mark.parametrize("make", ATTACKS.values(), ids=ATTACKS)
def test_the_chance_of_the_whole_process_is_left_alone(make):
    before, numpy_before = random.getstate(), np.random.get_state()[1].tolist()
    rows(make())
    assert (random.getstate(), np.random.get_state()[1].tolist()) == (before, numpy_before)


def test_deepwordbug_asks_for_no_order_of_a_single_word():
    row = one(DeepWordBug(), "great")
    assert (row.status, row.words) == (Status.SUCCEEDED, 1)
    assert row.queries <= 4


def test_deepwordbug_edits_the_telling_word_once():
    row = one(DeepWordBug(), "a great film")
    assert [span for span, _ in row.changes] == [(2, 7)]
    assert edit_distance("great", row.changes[0][1]) <= 2
    assert row.queries <= 3 + 4


def test_deepwordbug_stays_within_its_edits():
    text = "great great great great great great"
    assert one(DeepWordBug(), text).status is Status.SUCCEEDED
    row = one(DeepWordBug(most_edits=3), text)
    assert row.status is Status.FAILED
    assert 1 <= sum(edit_distance("great", word) for _, word in row.changes) <= 3
    assert one(DeepWordBug(most_edits=0), text).perturbed is None


def test_deepwordbug_uses_the_edits_that_it_is_given():
    row = one(DeepWordBug(edits=(characters.delete,)), "a great film")
    assert len(row.changes[0][1]) == 4


@pytest.mark.parametrize(
    ("scorer", "shown"),
    [
        (Scorer.REPLACE_ONE, ["[UNK], fine film", "great, [UNK] film", "great, fine [UNK]"]),
        (Scorer.HEAD, ["[UNK],", "great,", "great, fine"]),
        (Scorer.TAIL, [", fine film", ", film", "[UNK],"]),
        (Scorer.COMBINED, ["[UNK],", "great,", "great, fine", ", fine film", ", film", "[UNK],"]),
    ],
)
def test_each_scorer_shows_its_parts_of_the_text(scorer, shown):
    search = DeepWordBug(scorer).begin(Text.of("great, fine film"), Untargeted(1), 0.2, Random(1))
    asked, _ = driven(search, lambda _: (0.2, False))
    edited = [question for question in asked if len(question) == 4]
    assert len(edited) == 3
    assert [text for question in asked[: len(asked) - 3] for text in question] == shown


@pytest.mark.parametrize(
    ("scorer", "order"),
    [
        (Scorer.REPLACE_ONE, ["late", "early", "none"]),
        (Scorer.HEAD, ["early", "late", "none"]),
        (Scorer.TAIL, ["late", "early", "none"]),
        (Scorer.COMBINED, ["late", "early", "none"]),
    ],
)
def test_words_are_taken_up_in_the_order_of_their_scores(scorer, order):
    """Scores fall by what each word tells: `early` alone 0.3, `late` 0.35 but 0.2 after `early`, `none` nothing."""

    def judge(text):
        words = set(re.findall(r"\w+", text))
        early, late = "early" in words, "late" in words
        return 0.8 - {(0, 0): 0.0, (1, 0): 0.3, (0, 1): 0.35, (1, 1): 0.5}[early, late], False

    text = Text.of("none early late")
    search = DeepWordBug(scorer).begin(text, Untargeted(1), 0.3, Random(1))
    edited = []
    try:
        question = next(search)
        while True:
            if len({it.places for it in question}) == 1 and len(question) == 4:
                edited.append(text.words[question[0].places[0]])
            # An edit never comes nearer, so that the places that are taken up are apart.
            is_edit = len(question) == 4
            question = search.send([Outcome(*((0.0, False) if is_edit else judge(it.written))) for it in question])
    except StopIteration:
        pass
    assert edited == order


def test_viper_needs_a_label_only():
    class LabelsOnly(Counting):
        can = frozenset()

        def predict(self, texts):
            return np.eye(2)[super().predict(texts).argmax(axis=1)]

    assert one(Viper(), "a great film", LabelsOnly(-0.1)).status is Status.SUCCEEDED


def test_every_letter_has_marked_ones_which_are_that_letter_without_the_mark():
    table = marked_letters()
    assert len(table) == 52
    for letter, marked_ones in table.items():
        assert len(set(marked_ones)) == len(marked_ones)
        for made in marked_ones:
            assert unicodedata.normalize("NFD", made)[0] == letter
            assert unicodedata.combining(unicodedata.normalize("NFD", made)[1]) in (220, 230)
    assert "\u1ea1" in table["a"]
    assert table["q"] == ("q\u0307", "q\u0323")


@pytest.mark.parametrize("probability", [0.1, 0.3, 0.9])
def test_viper_marks_letters_at_its_rate(probability):
    search = Viper(probability, tries=1).begin(Text.of("a b " * 2000), Untargeted(1), 0.2, Random(2))
    (drawn,) = next(search)
    assert abs(len(drawn.changes) / 4000 - probability) < 0.03


def test_viper_shows_no_more_than_its_tries():
    row = one(Viper(tries=7), "an everlasting sentence", victim=Counting(9.0))
    assert (row.status, row.queries) == (Status.FAILED, 7)


def without_marks(text: str) -> str:
    return "".join(it for it in unicodedata.normalize("NFD", text) if not unicodedata.combining(it))


def without_homoglyphs(text: str) -> str:
    back = {alike: letter for letter, all_alike in homoglyphs().items() for alike in all_alike}
    return "".join(back.get(it, it) for it in text)


SEEN = {
    "viper": without_marks,
    "bad-invisible": lambda text: re.sub("[\u200b-\u200d]", "", text),
    "bad-homoglyph": without_homoglyphs,
    "bad-reorder": lambda text: re.sub("\u202e(.)(.)\u202c", r"\2\1", text),
    "bad-delete": lambda text: re.sub(".\b", "", text),
}


@pytest.mark.parametrize("name", SEEN)
def test_what_people_see_stays(name):
    text = "A (great) film, great in parts: what a great, great day!"
    row = one(ATTACKS[name](), text)
    assert row.status is Status.SUCCEEDED
    assert row.perturbed != text
    assert SEEN[name](row.perturbed) == text


@pytest.mark.parametrize("kind", Kind)
def test_no_more_is_perturbed_than_allowed(kind):
    text = Text.of("a great film about great things")
    search = BadCharacters(kind, edits=2).begin(text, Untargeted(1), 0.2, Random(3))
    asked, _ = driven(search, lambda _: (0.3, False))
    shown = [it for question in asked for it in question]
    assert len(shown) == 32 * 11
    count = {
        Kind.INVISIBLE: lambda it: len(re.findall("[\u200b-\u200d]", it)),
        Kind.HOMOGLYPH: lambda it: sum(not each.isascii() for each in it),
        Kind.REORDER: lambda it: it.count("\u202e"),
        Kind.DELETE: lambda it: it.count("\b"),
    }[kind]
    assert max(count(it) for it in shown) == 2
    assert min(count(it) for it in shown) < 2


def test_brackets_and_marks_are_never_turned_round():
    for text in ("((()))", "e\u0301", "x"):
        row = one(bad_characters.reorder(), text, victim=Counting(1.0))
        assert (row.status, row.queries) == (Status.FAILED, 0)


def test_two_reorderings_do_not_share_a_character():
    search = BadCharacters(Kind.REORDER, edits=9).begin(Text.of("abcdef"), Untargeted(1), 0.2, Random(3))
    asked, _ = driven(search, lambda _: (0.3, False))
    assert {SEEN["bad-reorder"](text) for question in asked for text in question} == {"abcdef"}


# A real victim


def sst2(name: str, limit: int) -> tuple[list[str], list[int]]:
    lines = (Path(str(DATA)) / "sst2" / name).read_text(encoding="utf-8").split("\n")[1:]
    pairs = [line.partition("\t") for line in lines if line]
    # Every n-th row: the first ones are no fair share of the whole.
    chosen = pairs[:: max(1, len(pairs) // limit)][:limit]
    return [text for _, _, text in chosen], [int(label) for label, _, _ in chosen]


@pytest.fixture(scope="module")
def regression():
    pytest.importorskip("sklearn")
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    from attacks.victims.sklearn import SklearnVictim

    texts, labels = sst2("train.tsv", 5000)
    pipeline = make_pipeline(TfidfVectorizer(ngram_range=(1, 2), min_df=2), LogisticRegression(C=10, max_iter=300))
    return SklearnVictim(pipeline.fit(texts, labels))


LEAST = {
    "deepwordbug-replace-one": 0.79,
    "deepwordbug-head": 0.79,
    "deepwordbug-tail": 0.81,
    "deepwordbug-combined": 0.79,
    "viper": 0.83,
    "bad-invisible": 0.79,
    "bad-homoglyph": 0.70,
    "bad-reorder": 0.81,
    "bad-delete": 0.79,
}
"""What was measured, less ten points."""


@pytest.mark.slow
@pytest.mark.skipif(DATA is None, reason="needs SST-2 in TABOO_DATA")
@pytest.mark.parametrize("name", LEAST)
def test_a_real_victim_is_misled_as_often_as_was_measured(name, regression):
    texts, labels = sst2("dev.tsv", 60)
    examples = [Example(*it) for it in zip(range(60), texts, labels, strict=True)]
    ended = rows(ATTACKS[name](), examples, regression, seed=1)
    attacked = [row for row in ended if row.status in (Status.SUCCEEDED, Status.FAILED)]
    successes = [row for row in attacked if row.status is Status.SUCCEEDED]
    queries, changed = np.mean([row.queries for row in attacked]), [len(row.changes) / row.words for row in successes]
    print(f"{name}: {len(successes)}/{len(attacked)}, {queries:.1f} queries, {np.mean(changed):.3f} changed")  # noqa: T201
    assert not [row.problem for row in ended if row.status is Status.ERROR]
    assert len(successes) / len(attacked) >= LEAST[name]


@pytest.mark.slow
@pytest.mark.skipif(DATA is None, reason="needs SST-2 and sst2-bert-mini in TABOO_DATA")
@pytest.mark.parametrize(("name", "is_misled"), [("viper", False), ("bad-invisible", False), ("bad-reorder", True)])
def test_a_tokenizer_that_drops_marks_and_controls_shields_its_model_from_them(name, is_misled):
    """A lower-casing BERT tokenizer strips accents and characters of no width; letters in another order stay so."""
    pytest.importorskip("torch")
    from attacks.victims.huggingface import HuggingFaceVictim

    texts, labels = sst2("dev.tsv", 8)
    examples = [Example(*it) for it in zip(range(8), texts, labels, strict=True)]
    victim = HuggingFaceVictim.open(str(Path(str(DATA)) / "sst2-bert-mini"))
    ended = {row.status for row in rows(ATTACKS[name](), examples, victim, seed=1)}
    assert Status.ERROR not in ended
    assert (Status.SUCCEEDED in ended) is is_misled
