"""Searches over candidates, each against what its docstring says of it: generators, without any model."""

from itertools import pairwise, product
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attacks.core.beam import beam, full_greedy
from attacks.core.candidates import nearest
from attacks.core.decision import decision_based
from attacks.core.exhaustive import combined, exhaustive
from attacks.core.goals import Floats
from attacks.core.in_order import greedy_in_order
from attacks.core.memory import Memory
from attacks.core.perturbation import Perturbation
from attacks.core.pruning import minimal
from attacks.core.random_draws import drawn_candidates, random_search
from attacks.core.ranking import by_best_gain, by_loss, by_norm, order_by_blanks, order_by_slope
from attacks.core.searching import Outcome
from attacks.core.slopes import Slope, Slopes, Vocabulary
from attacks.core.stepwise import stepwise_greedy
from attacks.core.swift import swift
from attacks.core.text import Text

WORTH = {"a": 0.0, "b": 0.11, "c": 0.23, "d": -0.17, "e": 0.31, "f": -0.29, "g h": 0.37, "_": 0.05}
ODD = {("b", "e"): -0.3, ("c", "c"): 0.2}
"""Words that do something beside each other."""


def score(it):
    words = [it.word(place) for place in range(len(it.original))]
    beside = sum(ODD.get(pair, 0.0) for pair in pairwise(words))
    return 1 / (1 + np.exp(1.0 - sum(WORTH[word] for word in words) - beside))


class Game:
    """A text, its candidates and a goal: reached by scores of `goal` or more."""

    def __init__(self, text, instead, goal, forbidden=frozenset()):
        self.text, self.instead, self.goal, self.forbidden = Text.of(" ".join(text)), instead, goal, forbidden

    def candidates(self, text, place):
        return self.instead.get(text.words[place], ())

    def allowed(self, it):
        return not any(word in self.forbidden for _, word in it.changes) or len(it.changes) != 2

    def is_reached(self, it):
        return score(it) >= self.goal

    @property
    def base(self):
        return score(Perturbation(self.text))

    def play(self, search):
        """The questions, and what the search settled on; checks what holds of every search."""
        asked, outcomes = [], None
        while True:
            try:
                question = search.send(outcomes)
            except StopIteration as stopped:
                found = stopped.value
                break
            asked.append(question)
            assert all(self.allowed(it) for it in question if not any(word == "_" for _, word in it.changes))
            outcomes = [Outcome(score(it), self.is_reached(it)) for it in question]
        if found is not None:
            assert found.changes
            assert all(word in self.candidates(self.text, place) for place, word in found.changes)
            assert not self.is_reached(found) or found in asked[-1]
        return asked, found

    def all(self):
        """Every perturbation there is, by brute force."""
        choices = [
            dict.fromkeys((word, *self.candidates(self.text, place))) for place, word in enumerate(self.text.words)
        ]
        for words in product(*choices):
            changes = ((place, word) for place, word in enumerate(words) if word != self.text.words[place])
            it = Perturbation(self.text, tuple(changes))
            if it.changes and self.allowed(it):
                yield it


letters = st.sampled_from(["a", "b", "c", "d", "e", "f"])
lists = st.lists(st.sampled_from(sorted(set(WORTH) - {"_"})), max_size=3, unique=True).map(tuple)
few = settings(max_examples=50, deadline=None)
games = st.builds(
    Game,
    st.lists(letters, max_size=4),
    st.dictionaries(letters, lists, max_size=4),
    st.floats(0.2, 0.8),
    st.sets(letters, max_size=1),
)


def flat(asked):
    return [it for question in asked for it in question]


@few
@given(games, st.sampled_from([1, 3, 100]))
def test_exhaustive_search_finds_the_fewest_changes_and_asks_nothing_twice(game, at_a_time):
    asked, found = game.play(exhaustive(game.text, game.candidates, game.allowed, at_a_time=at_a_time))
    whole = list(game.all())
    counts = [len(it.changes) for it in flat(asked)]
    assert counts == sorted(counts)
    assert len(set(flat(asked))) == len(flat(asked))
    assert all(len(question) <= at_a_time for question in asked)
    reaching = [len(it.changes) for it in whole if game.is_reached(it)]
    if reaching:
        assert len(found.changes) == min(reaching)
    else:
        assert set(flat(asked)) == set(whole)
        assert (found is None) == (not whole)
        assert found is None or score(found) == max(map(score, whole))


def test_exhaustive_search_makes_no_more_combinations_than_it_asks_for():
    game = Game(["a"] * 200, {"a": ("b", "c", "d", "e")}, 0.0)  # 5 ** 200 of them
    asked, found = game.play(exhaustive(game.text, game.candidates, game.allowed, at_a_time=2))
    assert len(flat(asked)) == 2
    assert found.changes == ((0, "b"),)


def test_exhaustive_search_is_bounded_in_words():
    game = Game("aaa", {"a": ("b",)}, 2.0)
    assert [it.places for it in combined(game.text, game.candidates, most=1)] == [(0,), (1,), (2,)]
    asked, _ = game.play(exhaustive(game.text, game.candidates, game.allowed, most=2))
    assert max(len(it.changes) for it in flat(asked)) == 2


def greedy_by_hand(game):
    """Full greedy search in the plainest words: the questions and the result."""
    at, nearness, asked = Perturbation(game.text), game.base, []
    while True:
        tried = [
            at.with_word(place, word)
            for place in range(len(game.text))
            if place not in at.places
            for word in game.candidates(game.text, place)
            if word != game.text.words[place] and game.allowed(at.with_word(place, word))
        ]
        if tried:
            asked.append(tuple(tried))
        for it in tried:
            if game.is_reached(it):
                return asked, it
        best = max(tried, key=score, default=at)
        if not tried or score(best) <= nearness:
            return asked, at if at.changes else None
        at, nearness = best, score(best)


@few
@given(games)
def test_a_beam_of_width_one_is_full_greedy_search(game):
    by_hand = greedy_by_hand(game)
    assert game.play(beam(game.text, game.base, game.candidates, game.allowed, width=1)) == by_hand
    assert game.play(full_greedy(game.text, game.base, game.candidates, game.allowed)) == by_hand


@few
@given(games, st.integers(1, 4))
def test_a_beam_asks_nothing_twice_and_one_word_more_a_round(game, width):
    asked, found = game.play(beam(game.text, game.base, game.candidates, game.allowed, width))
    assert len(set(flat(asked))) == len(flat(asked))
    for number, question in enumerate(asked, start=1):
        assert {len(it.changes) for it in question} == {number}
    if found is not None and not game.is_reached(found):
        assert score(found) > game.base
        assert score(found) == max(map(score, flat(asked)))


def test_a_wider_beam_finds_what_greed_misses():
    game = Game("aa", {"a": ("b", "c")}, 0.41)  # 'c c' is more than two times 'c'; every pair with 'b' is less
    asked, found = game.play(beam(game.text, game.base, lambda t, p: ("e", "c"), game.allowed, width=3))
    assert game.is_reached(found)
    assert len(asked) == 2


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        (lambda g: beam(g.text, 0.1, g.candidates, g.allowed, 0), "its width is 1 or more"),
        (lambda g: exhaustive(g.text, g.candidates, g.allowed, at_a_time=0), "make it 1 or more"),
        (lambda g: random_search(g.text, g.candidates, g.allowed, 0, 5, Random(1)), "let it be 1 or more"),
    ],
)
def test_numbers_that_ask_nothing_are_refused(wrong, problem):
    with pytest.raises(ValueError, match=problem):
        next(wrong(Game("a", {"a": ("b",)}, 2.0)))


@few
@given(games, st.integers(1, 3), st.integers(0, 99))
def test_random_search_shows_a_text_once_and_no_more_than_its_tries(game, most, seed):
    search = lambda: random_search(game.text, game.candidates, game.allowed, most, 12, Random(seed))  # noqa: E731
    asked, found = game.play(search())
    assert len(asked) <= 12
    assert len(set(flat(asked))) == len(flat(asked))
    assert all(1 <= len(it.changes) <= most for it in flat(asked))
    assert game.play(search()) == (asked, found)  # the same seed, the same draws
    if found is not None and not game.is_reached(found):
        assert score(found) == max(map(score, flat(asked)))


def test_draws_reach_every_combination():
    game = Game("ab", {"a": ("b", "c"), "b": ("a",)}, 2.0)
    chance = Random(3)
    drawn = {drawn_candidates(game.text, game.candidates, 2, chance) for _ in range(200)}
    assert drawn == set(game.all())


@few
@given(games, st.integers(0, 99))
def test_every_change_of_a_decision_is_needed(game, seed):
    asked, found = game.play(decision_based(game.text, game.candidates, game.allowed, 4, 2, Random(seed)))
    if found is None or not game.is_reached(found):
        assert found is None or found == asked[0][0]
        assert not any(game.is_reached(it) for it in flat(asked))
        return
    for place in found.places:
        less = found.with_word(place, game.text.words[place])
        assert not less.changes or not game.allowed(less) or not game.is_reached(less)
    assert len(set(flat(asked))) >= len(flat(asked)) - 1  # but for the last, which is looked at once more


def test_a_decision_moves_to_the_nearest_candidate_that_will_do():
    game = Game("a", {"a": ("d", "b", "c", "e")}, 0.27)
    drawn = {"d": 0, "b": 0, "c": 0, "e": 0}
    for seed in range(20):
        _, found = game.play(decision_based(game.text, game.candidates, game.allowed, 9, 4, Random(seed)))
        drawn[found.word(0)] += 1
    assert drawn == {"d": 0, "b": 20, "c": 0, "e": 0}  # 'd' comes first and does not reach the goal


@pytest.mark.parametrize("words", [("d", "b"), ("a", "b")])
def test_a_decision_keeps_its_candidate_where_no_nearer_one_will_do(words):
    game = Game("a", {"a": words}, 0.27)
    _, found = game.play(decision_based(game.text, game.candidates, game.allowed, 30, 1, Random(1)))
    assert found.written == "b"


@pytest.mark.parametrize(("goal", "left"), [(0.3, 1), (0.4, 2), (0.45, 3), (0.5, 4)])
def test_needless_changes_are_undone_down_to_the_last(goal, left):
    game = Game("aaaaa", {"a": ("e",)}, goal)
    memory, whole = Memory(), Perturbation(game.text, tuple((place, "e") for place in range(5)))

    def search():
        yield from memory.ask([whole])
        return (yield from memory.told((yield from minimal(whole, game.allowed, memory))))

    _, found = game.play(search())
    assert len(found.changes) == left


def test_a_decision_without_success_is_the_first_draw():
    game = Game("ab", {"a": ("c",)}, 2.0)
    asked, found = game.play(decision_based(game.text, game.candidates, game.allowed, 3, 2, Random(1)))
    assert [it.written for it in flat(asked)] == ["c b"]  # the three draws are the same, and asked once
    assert found.written == "c b"


def test_a_decision_without_candidates_asks_nothing():
    game = Game("ab", {"a": ("a",)}, 0.0)
    assert game.play(decision_based(game.text, game.candidates, game.allowed, 3, 2, Random(1))) == ([], None)


@few
@given(games)
def test_a_minimal_success_loses_no_change(game):
    whole = max(game.all(), key=score, default=None)
    if whole is None or not game.is_reached(whole):
        return
    memory = Memory()

    def search():
        yield from memory.ask([whole])
        return (yield from memory.told((yield from minimal(whole, game.allowed, memory))))

    _, found = game.play(search())
    assert set(found.changes) <= set(whole.changes)
    for place in found.places:
        less = found.with_word(place, game.text.words[place])
        assert not less.changes or not game.allowed(less) or not game.is_reached(less)


@few
@given(games, st.sampled_from([0.0, 0.5, 9.0]))
def test_swift_needs_every_change_and_never_asks_a_text_twice(game, hope):
    asked, found = game.play(swift(game.text, game.base, game.candidates, "_", game.allowed, hope))
    assert len(set(flat(asked))) >= len(flat(asked)) - 1  # but for the last, which is looked at once more
    reached = [it for it in flat(asked) if game.is_reached(it) and not any(word == "_" for _, word in it.changes)]
    if reached:
        assert game.is_reached(found)
        assert len(found.changes) <= len(reached[0].changes)
    elif found is not None:
        assert score(found) > game.base
    empty = [place for place in range(len(game.text)) if not game.candidates(game.text, place)]
    assert not any(it.word(place) == "_" for it in flat(asked) for place in empty)


@few
@given(games)
def test_swift_succeeds_where_stepwise_search_does(game):
    if game.forbidden:
        return  # what is forbidden depends on what was changed before
    _, found = game.play(swift(game.text, game.base, game.candidates, "_", game.allowed))
    order = sorted(range(len(game.text)), key=lambda place: -score(Perturbation(game.text).with_word(place, "_")))
    _, other = game.play(greedy_in_order(game.text, game.base, order, game.candidates, game.allowed))
    is_reached = other is not None and game.is_reached(other)
    assert (found is not None and game.is_reached(found)) == is_reached


ADDED = {"p": -1.0, "q": -0.8, "r": -0.2, "P": 0.1, "Q": 0.2, "S": 1.2, "R": 1.9, "r r": 0.0, "_": 0.0}
"""Log-odds of words; the goal is reached from 0 upwards."""


def swiftly(text, instead, hope=0.5, allowed=lambda _: True, beside=None):
    """The questions as texts, and the text that swift settled on."""

    def added(it):
        words = [it.word(place) for place in range(len(it.original))]
        pairs = (beside or {}).items()
        return sum(map(ADDED.__getitem__, words)) + sum(cost for pair, cost in pairs if set(pair) <= set(words))

    original = Text.of(text)
    base = 1 / (1 + np.exp(-added(Perturbation(original))))
    search = swift(original, base, lambda text, at: instead.get(text.words[at], ()), "_", allowed, hope)
    asked, outcomes = [], None
    while True:
        try:
            question = search.send(outcomes)
        except StopIteration as stopped:
            return asked, stopped.value and stopped.value.written
        asked.append([it.written for it in question])
        outcomes = [Outcome(1 / (1 + np.exp(-added(it))), added(it) >= 0) for it in question]


BLANKS = ["_ q r", "p _ r", "p q _"]
TWO = {"p": ("P",), "q": ("Q",)}
CLIMBED = [BLANKS, ["P q r"], ["P Q r"], ["p Q r"]]
"""Up to the success with two changes, and pruned: without the second it was asked on the way."""


def test_swift_climbs_and_prunes_and_rests_where_there_is_no_hope():
    assert swiftly("p q r", {**TWO, "r": ("R",)}) == ([*CLIMBED, ["P Q r"]], "P Q r")  # looked at once more


def test_swift_trades_two_changes_for_one():
    assert swiftly("p q r", {**TWO, "r": ("S", "R")}, hope=2) == ([*CLIMBED, ["p q S"], ["p q R"]], "p q R")


def test_swift_trades_the_lesser_change_for_a_stronger_one():
    assert swiftly("p q r", {**TWO, "r": ("S",)}, hope=2) == ([*CLIMBED, ["p q S"], ["P q S"]], "P q S")


def test_swift_keeps_what_it_has_where_a_place_gains_no_more():
    assert swiftly("p q r", {**TWO, "r": ("Q",)}, hope=2) == ([*CLIMBED, ["p q Q"], ["P Q r"]], "P Q r")


def test_swift_never_shows_what_is_forbidden():
    rest = [*CLIMBED[1:], ["p q S"], ["P Q r"]]
    played = swiftly("p q r", {**TWO, "r": ("S",)}, hope=2, allowed=lambda it: it.written != "P q S")
    assert played == ([BLANKS, *rest], "P Q r")


def test_swift_passes_over_a_place_that_may_not_change_beside_others():
    r_alone = lambda it: it.word(3) == "r" or len(it.changes) == 1  # noqa: E731
    asked, found = swiftly("p p q r", {**TWO, "r": ("S",)}, hope=9, allowed=r_alone)
    assert found == "P P Q r"
    assert not any("S" in text for question in asked for text in question)


def test_a_trade_that_leads_away_is_not_made():
    beside = {("P", "S"): -2.0}  # together they lose what each gained
    asked, found = swiftly("p q r", {**TWO, "r": ("S",)}, hope=2, beside=beside)
    assert asked == [*CLIMBED, ["p q S"], ["P q S"], ["P Q r"]]
    assert found == "P Q r"


def test_swift_asks_one_by_one_while_nothing_is_changed_and_single_words_first():
    asked, found = swiftly("p q", {"p": ("r r", "r", "P", "S"), "q": ("R",)})
    assert asked[:4] == [["_ q", "p _"], ["r q"], ["P q"], ["S q"]]
    assert found == "S q"


def test_swift_leaves_a_place_whose_candidates_are_forbidden_by_now():
    only_one = lambda it: len(it.changes) < 2  # noqa: E731
    asked, found = swiftly("p q r", {"p": ("P",), "q": ("Q",), "r": ("r r",)}, allowed=only_one)
    assert asked == [BLANKS, ["P q r"]]
    assert found == "P q r"


def test_a_place_without_candidates_asks_nothing():
    assert swiftly("p q r", {}) == ([], None)
    assert swiftly("p q r", {"q": ("Q",)}) == ([["p Q r"]], "p Q r")  # nor does a single place need an order


def slope(gradients, vectors=None) -> Slope:
    gradients = np.array(gradients, dtype=np.float64)
    here: Floats = np.zeros_like(gradients) if vectors is None else np.array(vectors, dtype=np.float64)
    return Slope(gradients, here, Vocabulary(("x", "y"), np.array([[1.0, 0.0], [0.0, 2.0]])))


def test_places_are_ordered_by_slope_with_a_single_query():
    text = Text.of("a b c")
    for rank, order in ((by_norm, [1, 2, 0]), (by_best_gain, [2, 0, 1])):
        dialogue = order_by_slope(text, rank)
        assert next(dialogue) == Slopes(of=(Perturbation(text),))
        with pytest.raises(StopIteration) as ended:
            dialogue.send([Outcome(0.1, False, slope([[0.5, 0.1], [-4.0, 0.0], [0.0, 1.0]]))])
        assert ended.value.value == order


def test_a_gain_is_counted_from_what_stands_there():
    assert by_best_gain(slope([[1.0, 0.0], [0.0, 1.0]], [[3.0, 0.0], [0.0, 0.5]])).tolist() == [-2.0, 1.5]


def test_an_order_by_slope_serves_a_greedy_search():
    game = Game("ab", {"a": ("c",), "b": ("c",)}, 0.9)

    def search():
        order = yield from order_by_slope(game.text, by_norm)
        return (yield from greedy_in_order(game.text, game.base, order, game.candidates, game.allowed))

    running = search()
    next(running)
    assert [it.written for it in running.send([Outcome(0.1, False, slope([[0.0, 0.1], [1.0, 0.0]]))])] == ["a c"]


@pytest.mark.parametrize("written", ["", "a"])
def test_a_text_of_less_than_two_words_needs_no_order(written):
    text = Text.of(written)
    for dialogue in (order_by_slope(text, by_norm), order_by_blanks(text, 0.1, by_loss, "_")):
        with pytest.raises(StopIteration) as ended:
            next(dialogue)
        assert ended.value.value == list(range(len(text)))


def test_a_slope_that_was_not_sent_is_named():
    dialogue = order_by_slope(Text.of("a b"), by_norm)
    next(dialogue)
    with pytest.raises(RuntimeError, match="did not come"):
        dialogue.send([Outcome(0.1, False)])


@few
@given(games)
def test_stepwise_search_is_an_order_and_then_a_greedy_search(game):
    def by_parts():
        order = yield from order_by_blanks(game.text, game.base, by_loss, "_")
        return (yield from greedy_in_order(game.text, game.base, order, game.candidates, game.allowed))

    whole = stepwise_greedy(game.text, game.base, game.candidates, by_loss, "_", game.allowed)
    assert game.play(whole) == game.play(by_parts())


def test_of_equal_outcomes_the_first_is_nearest():
    assert nearest([Outcome(0.1, False), Outcome(0.2, True), Outcome(0.2, False)]) == 1
