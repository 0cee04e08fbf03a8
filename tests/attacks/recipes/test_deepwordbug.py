"""DeepWordBug: words by their scores, one edit each."""

import re
from random import Random

import pytest
from attacks_characters import driven, one

from attacks.core.goals import Untargeted
from attacks.core.searching import Outcome
from attacks.core.text import Text
from attacks.engine import Status
from attacks.opening import RefusedAttackError, recipe_named
from attacks.recipes.deepwordbug import DeepWordBug, Scorer, ScorerError
from attacks.transformations import characters
from attacks.transformations.characters import edit_distance


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


def test_a_scorer_is_known_by_its_name():
    text = Text.of("great, fine film")
    by_name, by_value = (DeepWordBug(it).begin(text, Untargeted(1), 0.2, Random(1)) for it in ("head", Scorer.HEAD))
    assert next(by_name) == next(by_value)
    with pytest.raises(ScorerError, match="'middle' is no way to weigh words; choose one of replace-one, head, tail"):
        DeepWordBug("middle")


def test_deepwordbug_is_refused_for_chinese():
    with pytest.raises(RefusedAttackError, match="'deepwordbug' is for en, not for 'zh'"):
        recipe_named("deepwordbug", "zh")
