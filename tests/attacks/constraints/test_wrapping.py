"""Any attack under one more constraint: nothing forbidden comes out, costs a query, or spoils what probes say."""

import os
from random import Random

import numpy as np
import pytest
from attacks_doubles import Counting, Swapping

from attacks.constraints.edit_distance import MaxEdits
from attacks.constraints.named import constraint_named
from attacks.constraints.wrapping import NamedConstraint, constrained
from attacks.core.goals import Goal, Untargeted
from attacks.core.greedy import ranked_greedy
from attacks.core.perturbation import Perturbation
from attacks.core.ports import Capability
from attacks.core.searching import Outcome, Search
from attacks.core.slopes import Slope, Slopes, Vocabulary
from attacks.core.stepwise import by_loss, stepwise_greedy
from attacks.core.text import Text
from attacks.engine import Engine, Example, Status
from attacks.metrics import distance
from attacks.opening import recipe_named
from attacks.testing import Linear

DATA = os.environ.get("TABOO_DATA")

TEXT = "a great fine film"


def without(word: str) -> NamedConstraint:
    """Forbids whatever puts this word in."""
    return NamedConstraint(f"no-{word}", "", lambda it: all(text != word for _, text in it.changes))


class Stepping(Swapping):
    """Looks at all candidates of one word at a time."""

    def begin(self, text: Text, goal: Goal, base: float, chance: Random) -> Search:
        instead = {"great": ("awful", "poor", "fair"), "fine": ("poor", "fair")}
        return stepwise_greedy(
            text, base, lambda it, place: instead.get(it.words[place], ()), by_loss, "", lambda _: True
        )


class Vetting(Swapping):
    """Says what it allows, so that its search looks elsewhere by itself."""

    def __init__(self) -> None:
        self.allowed = lambda _: True

    def begin(self, text: Text, goal: Goal, base: float, chance: Random) -> Search:
        words = {"great": ("awful", "grand"), "fine": ("awful", "poor")}
        return ranked_greedy(
            text, base, lambda it, at: words.get(it.words[at], ()), lambda losses, gains: gains, "[UNK]", self.allowed
        )


def attack(recipe: object, *constraints: NamedConstraint) -> tuple[object, Counting]:
    for constraint in constraints:
        recipe = constrained(recipe, constraint)
    victim = Counting()
    (row,) = Engine(victim, recipe).run([Example(0, TEXT, 1)])
    return row, victim


def test_what_is_forbidden_is_not_shown_and_the_next_best_is_taken():
    free, _ = attack(Stepping())
    assert "awful" in free.perturbed
    held, victim = attack(Stepping(), without("awful"), without("poor"))
    assert held.status is Status.SUCCEEDED
    assert held.perturbed == "a fair fine film"
    assert not [text for text in victim.shown if "awful" in text or "poor" in text]
    assert held.queries < free.queries + 4


def test_probes_are_shown_so_that_words_keep_their_weights():
    free, victim = attack(Stepping(), NamedConstraint("nothing", "", lambda _: False))
    assert free.status is Status.FAILED
    assert free.perturbed is None
    assert set(victim.shown) == {TEXT, " great fine film", "a fine film", "a great film", "a great fine"}


def test_an_attack_that_vets_looks_elsewhere_by_itself():
    wrapped, _ = attack(Vetting(), without("awful"))
    assert wrapped.status is Status.FAILED or "awful" not in wrapped.perturbed
    given = Vetting()
    stricter = constrained(given, without("awful"))
    assert given.allowed(Perturbation(Text.of("x"), ((0, "awful"),)))
    assert stricter.name == "swapping"
    assert len(stricter.reads) == 16
    assert constrained(given, without("poor")).reads != stricter.reads


@pytest.mark.parametrize("most", [0, 2, 4, 6, 30])
@pytest.mark.parametrize("recipe", [Swapping, Stepping, Vetting])
def test_no_result_is_ever_beyond_the_bound(recipe, most):
    bound = MaxEdits(most)
    attacked = constrained(recipe(), NamedConstraint(f"edits:{most}", "", bound))
    examples = [Example(n, text, 1) for n, text in enumerate([TEXT, "a great film", "fine fine great", "great"])]
    for row in Engine(Counting(), attacked).run(examples):
        if row.perturbed is not None:
            text = Text.of(row.text, lambda _, row=row: [span for span, _ in row.changes])
            assert bound(Perturbation(text, tuple((place, new) for place, (_, new) in enumerate(row.changes))))
    assert attacked.needs == frozenset({Capability.SCORES})


def test_a_probe_that_reaches_the_goal_is_no_result_where_it_is_forbidden():
    class Deleting(Swapping):
        def begin(self, text, goal, base, chance):
            start = Perturbation(text)
            for place in range(len(text)):
                (came,) = yield (start.with_word(place, ""),)
                if came.is_reached:
                    return start.with_word(place, "")
            return start.with_word(1, "")

    victim = Counting(bias=-1.0)
    (free,) = Engine(victim, Deleting()).run([Example(0, TEXT, 1)])
    assert free.status is Status.SUCCEEDED
    (held,) = Engine(victim, constrained(Deleting(), NamedConstraint("none", "", lambda _: False))).run(
        [Example(0, TEXT, 1)]
    )
    assert (held.status, held.perturbed) == (Status.FAILED, None)


def test_slopes_are_asked_for_as_a_whole_and_forbidden_ones_are_not_reached():
    text = Text.of("great film")
    slope = Slope(np.zeros((2, 1)), np.zeros((2, 1)), Vocabulary(("x",), np.zeros((1, 1))))

    class Sloping(Swapping):
        def begin(self, text, goal, base, chance):
            outcomes = yield Slopes((Perturbation(text, ((0, "awful"),)), Perturbation(text, ((0, "poor"),))))
            assert [came.is_reached for came in outcomes] == [False, True]
            assert all(came.slope is slope for came in outcomes)
            return Perturbation(text, ((0, "poor"),))

    search = constrained(Sloping(), without("awful")).begin(text, None, 0.0, Random(0))
    asked = next(search)
    assert isinstance(asked, Slopes)
    assert len(asked.of) == 2
    with pytest.raises(StopIteration) as stopped:
        search.send([Outcome(0.9, True, slope), Outcome(0.8, True, slope)])
    assert stopped.value.value.changes == ((0, "poor"),)


def test_of_what_is_forbidden_a_search_is_told_what_the_victim_says_of_the_original():
    told = []

    class Listening(Swapping):
        def begin(self, text, goal, base, chance):
            start = Perturbation(text)
            for word in ("awful", "poor"):
                told.extend((yield (start.with_word(1, word), start.with_word(1, "grand"))))

    row, victim = attack(Listening(), without("awful"))
    said = victim.predict([TEXT, "a grand fine film", "a poor fine film"])
    assert [came.answer.tolist() for came in told] == [said[at].tolist() for at in (0, 1, 2, 1)]
    assert (told[0].score, told[0].is_reached) == (0.0, False)
    assert row.queries == 2, "what is forbidden and the original are no queries"


@pytest.mark.skipif(not DATA, reason="needs nltk's data in TABOO_DATA")
def test_an_attacker_of_openattack_keeps_to_a_constraint(monkeypatch):
    pytest.importorskip("OpenAttack")
    from attacks.openattack.attackers import OpenAttackAttack

    monkeypatch.setenv("NLTK_DATA", f"{DATA}/nltk_data")
    text = "a great film with a fine cast"
    label = int(Linear().predict([text]).argmax())
    attacked = constrained(OpenAttackAttack("PWWS"), constraint_named("edits:3"))
    (row,) = Engine(Linear(), attacked).run([Example(0, text, label)])
    assert row.status in (Status.SUCCEEDED, Status.FAILED), row.problem
    assert row.perturbed is None or distance(text, row.perturbed) <= 3


def test_a_search_that_is_given_up_is_closed():
    closed = []

    class Open(Swapping):
        def begin(self, text, goal, base, chance):
            try:
                yield (Perturbation(text, ((0, "x"),)),)
            finally:
                closed.append(True)

    search = constrained(Open(), without("y")).begin(Text.of("great"), None, 0.0, Random(0))
    next(search)
    search.close()
    assert closed == [True]


def test_every_further_constraint_is_vetted_by_the_search_too():
    both = constrained(constrained(Vetting(), without("awful")), without("grand"))
    victim = Counting()
    (row,) = Engine(victim, both).run([Example(0, TEXT, 1)])
    assert not [text for text in victim.shown if "awful" in text or "grand" in text]
    assert row.perturbed in (None, "a great poor film")
    search = both.begin(Text.of(TEXT), Untargeted(1), 0.1, Random(0))
    assert [it.written for it in next(search)][4:] == ["a great poor film"]


@pytest.mark.skipif(not DATA, reason="needs WordNet in TABOO_DATA")
@pytest.mark.parametrize("recipe", ["pwws", "swift", "deepwordbug", "textbugger"])
def test_recipes_show_no_text_beyond_the_bound_but_probes(recipe, monkeypatch):
    monkeypatch.setenv("NLTK_DATA", f"{DATA}/nltk_data")
    monkeypatch.setenv("TABOO_COUNTERFITTED", f"{DATA}/counterfitted/counterfitted_neighbors.json")
    text = "a truly great film with a fine cast , a poor plot and a sad end ."
    free, victim = Linear(), Linear()
    label = int(Linear().predict([text]).argmax())
    list(Engine(free, recipe_named(recipe)).run([Example(0, text, label)]))
    (row,) = Engine(victim, constrained(recipe_named(recipe), constraint_named("edits:1"))).run(
        [Example(0, text, label)]
    )
    assert row.status is not Status.ERROR
    assert row.perturbed is None or distance(text, row.perturbed) <= 1
    beyond = [it for it in victim.shown if distance(text, it) > 1]
    assert all("[UNK]" in it or len(it.split()) < len(text.split()) for it in beyond)
    assert [it for it in free.shown if distance(text, it) > 1 and it not in beyond]
