"""What attacks want, of classes and of replies."""

import numpy as np
import pytest

from attacks.core.goals import LabelOnly, Margin, Targeted, TextMatch, Untargeted

SHARES = np.array([[0.7, 0.2, 0.1], [0.4, 0.45, 0.15], [0.1, 0.8, 0.1]])


@pytest.mark.parametrize(
    ("goal", "scores", "reached", "steers"),
    [
        (Untargeted(0), [0.3, 0.6, 0.9], [False, True, True], (0, -1.0)),
        (Targeted(2), [0.1, 0.15, 0.1], [False, False, False], (2, 1.0)),
        (Margin(0, 0.5), [0.25, 0.525, 0.85], [False, False, True], (0, -1.0)),
        (Margin(0), [0.25, 0.525, 0.85], [False, True, True], (0, -1.0)),
        (LabelOnly(Untargeted(0)), [0, 1, 1], [False, True, True], (0, -1.0)),
        (LabelOnly(Targeted(1)), [0, 1, 1], [False, True, True], (1, 1.0)),
    ],
)
def test_a_goal_says_how_near_an_answer_is_and_whether_it_is_reached(goal, scores, reached, steers):
    assert goal.score(SHARES) == pytest.approx(scores)
    assert goal.reached(SHARES).tolist() == reached
    assert goal.steers == steers


def test_a_victim_of_one_class_has_no_margin():
    assert Margin(0).score(np.ones((1, 1))).tolist() == [0.0]
    assert not Margin(0).reached(np.ones((1, 1)))[0]


@pytest.mark.parametrize("margin", [-0.1, 1.0, 7])
def test_a_margin_is_a_difference_of_probabilities(margin):
    with pytest.raises(ValueError, match="margin"):
        Margin(0, margin)


REPLIES = ["It is the Blue whale.", "a whale, blue", "bluewhale", "", "the blue\nWHALE swims"]


def test_a_reply_holds_a_text_in_words_and_in_a_row():
    goal = TextMatch("blue whale")
    assert goal.reached(REPLIES).tolist() == [False, True, True, True, False]
    assert goal.score(REPLIES).tolist() == [0, 1, 1, 1, 0]


@pytest.mark.parametrize(
    ("text", "reply", "holds"),
    [
        ("\u5317\u4eac", "\u4e2d\u56fd\u7684\u9996\u90fd\u662f\u5317\u4eac\u3002", True),
        ("\u5317\u4eac", "\u4eac\u5317", False),
        ("\u5317\u4eac", "\u5317, \u5357 \u4eac", False),
        ("\u6771\u4eac\u30bf\u30ef\u30fc", "\u306f\u6771\u4eac\u30bf\u30ef\u30fc\u3067\u3059", True),
        ("3\u6708", "13\u6708", False),
    ],
)
def test_where_no_spaces_are_written_every_sign_is_a_word(text, reply, holds):
    assert TextMatch(text, is_wanted=True).reached([reply]).tolist() == [holds]
    assert TextMatch(text).reached([reply]).tolist() == [not holds]


def test_a_reply_that_has_some_of_the_wanted_words_is_nearer():
    goal = TextMatch("blue whale", is_wanted=True)
    assert goal.reached(REPLIES).tolist() == [True, False, False, False, True]
    assert goal.score(REPLIES).tolist() == [1, 0.5, 0, 0, 1]
    assert TextMatch("?!", is_wanted=True).score(["anything"]).tolist() == [0]
