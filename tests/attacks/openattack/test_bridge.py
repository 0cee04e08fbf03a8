"""Attackers that call their victim, as searches that ask: what they ask is metered, what they raise is an error."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from random import Random

import numpy as np
import pytest
from attacks_doubles import Counting

from attacks.core.goals import LabelOnly, Margin, Targeted, Untargeted
from attacks.core.ports import Capability
from attacks.core.text import PAIR
from attacks.engine import Engine, Example, Status
from attacks.testing import Linear

pytest.importorskip("OpenAttack")
from attacks_openattack import Bridged

FILM = "a great film , fine cast"
SLOPING = (Capability.SCORES, Capability.GRADIENTS)


def run(attack, *, text=FILM, label=1, victim=None, **options):
    (row,) = Engine(victim or Counting(), attack, **options).run([Example(0, text, label)])
    assert not [it for it in threading.enumerate() if it.name == "openattack"]
    return row


def downwards(victim, text, goal):
    """Takes one word after the other for the worst."""
    words = text.split()
    for place in range(len(words)):
        words[place] = "awful"
        written = " ".join(words)
        if goal.check(written, victim.get_pred([written])[0]):
            return written
    return None


def test_what_it_asks_is_counted_and_what_it_finds_is_looked_at_afresh():
    row = run(Bridged(downwards))
    assert (row.status, row.perturbed) == (Status.SUCCEEDED, "awful awful film , fine cast")
    assert (row.asked, row.queries) == (2, 2)
    assert row.changes == (((0, len(FILM)), "awful awful film , fine cast"),)


def test_it_is_told_the_probabilities_and_a_label_only_goal_tells_the_label():
    seen = []

    def looking(victim, text, goal):
        seen.append(victim.get_prob([text, "poor film"]))
        assert victim.get_pred([text])[0] == seen[-1].argmax(axis=1)[0]

    assert run(Bridged(looking)).asked == 3
    assert seen[0] == pytest.approx(Counting().predict([FILM, "poor film"]))
    run(Bridged(looking), goal=lambda label: LabelOnly(Untargeted(label)))
    assert seen[1].tolist() == [[0.0, 1.0], [1.0, 0.0]]


@pytest.mark.parametrize(("goal", "aim"), [(Untargeted, (1, False)), (lambda _: Targeted(0), (0, True))])
def test_it_is_told_the_goal_in_its_own_words(goal, aim):
    def looking(victim, text, goal):
        assert (goal.target, goal.targeted) == aim
        return downwards(victim, text, goal)

    assert run(Bridged(looking), goal=goal).status is Status.SUCCEEDED


def test_a_budget_ends_it_and_its_thread():
    row = run(Bridged(downwards), budget=1)
    assert (row.status, row.queries) == (Status.FAILED, 1)
    assert row.problem == "1 more queries would go beyond the budget of 1, of which 1 are spent"


def test_what_it_raises_is_an_error_and_no_failed_attack():
    def breaking(victim, text, goal):
        victim.get_pred([text])
        raise KeyError("<UNK>")

    row = run(Bridged(breaking))
    assert (row.status, row.problem) == (Status.ERROR, "openattack:Doubled broke: KeyError: '<UNK>'")


@pytest.mark.parametrize(
    ("gives", "problem"),
    [
        ((FILM, 1), "openattack:Doubled gave a tuple where a text was due"),
        ("a fine film", "openattack:Doubled gave a text that does not reach its goal: 'a fine film'"),
    ],
)
def test_what_is_no_result_is_an_error(gives, problem):
    row = run(Bridged(lambda victim, text, goal: gives))
    assert (row.status, row.problem) == (Status.ERROR, problem)


def test_a_result_that_was_not_asked_last_is_asked_once_more():
    row = run(Bridged(lambda victim, text, goal: "awful"))
    assert (row.status, row.asked, row.queries) == (Status.SUCCEEDED, 1, 1)


def test_a_result_that_is_not_enough_for_our_goal_has_failed():
    row = run(Bridged(lambda victim, text, goal: "great poor poor poor"), goal=lambda label: Margin(label, 0.6))
    assert (row.status, row.perturbed) == (Status.FAILED, "great poor poor poor")
    assert row.problem == ""


def test_a_victim_that_writes_is_no_classifier():
    class Echo:
        name, fingerprint, can = "echo", "0" * 16, frozenset({Capability.REPLIES})

        def reply(self, texts):
            return list(texts)

    row = run(Bridged(downwards, needs=()), victim=Echo(), text="great film", label="great")
    assert row.status is Status.ERROR
    assert row.problem == "OpenAttack attacks classifiers, and this victim writes; choose another recipe"


def test_a_victim_that_breaks_is_an_error_in_its_own_words():
    class Breaking(Counting):
        def predict(self, texts):
            if any("awful" in text for text in texts):
                raise ValueError("no such word")
            return super().predict(texts)

    row = run(Bridged(downwards), victim=Breaking())
    assert (row.status, row.problem) == (Status.ERROR, "victim 'counting' raised ValueError: no such word")


def test_the_halves_of_a_pair_and_what_is_around_a_protected_span_are_attacked_by_themselves():
    row = run(Bridged(downwards), text=f"the cast{PAIR}great fine", victim=Counting(2.0))
    assert row.perturbed == f"the cast{PAIR}awful awful"
    assert row.changes == (((9, 19), "awful awful"),)
    assert row.asked == 4
    example = Example(0, "great film , fine great cast", 1, protected=((6, 12),))
    (row,) = Engine(Counting(), Bridged(downwards)).run([example])
    assert row.perturbed == "great film , awful awful cast"
    assert row.changes == (((13, 28), "awful awful cast"),)
    (row,) = Engine(Counting(), Bridged(downwards)).run([Example(0, "great", 1, protected=((0, 5),))])
    assert (row.status, row.asked) == (Status.FAILED, 0)


def test_torchs_generator_is_lent_and_stands_afterwards_where_it_stood():
    import torch

    torch.manual_seed(3)
    stood = torch.get_rng_state()
    attack = Bridged(
        lambda victim, text, goal: downwards(victim, f"{text} {torch.rand(1).item():.6f}", goal), torch=True
    )
    rows = [[it.to_line() for it in Engine(Counting(), attack, seed=seed).run(EXAMPLES)] for seed in (1, 1, 2)]
    assert rows[0] == rows[1] != rows[2]
    assert torch.equal(torch.get_rng_state(), stood)


EXAMPLES = [Example(number, f"{FILM} {'film ' * number}".strip(), 1) for number in range(4)]


def test_gradients_and_words_come_place_by_place():
    told = {}

    def leaning(victim, text, goal):
        words = victim.get_embedding()
        told["unknown"] = words.transform("unheard", "<UNK>")
        told["good"] = words.transform("good", "<UNK>")
        told["prob"], told["grad"] = victim.get_grad([["good", "film"], ["good"]], [goal.target, goal.target])

    victim = Linear()
    label = int(victim.predict(["good film"]).argmax())
    row = run(Bridged(leaning, needs=SLOPING), victim=victim, text="good film", label=label)
    assert (row.status, row.asked) == (Status.FAILED, 3)
    (slope, short) = victim.slopes(["good film", "good"], [label, label])
    # Towards the goal, which is away from the label: OpenAttack is given the label's own.
    assert told["grad"][0] == pytest.approx(slope.gradients)
    assert told["grad"][1] == pytest.approx(np.vstack([short.gradients, np.zeros((1, 8))]))
    assert told["prob"][1] == pytest.approx(short.probabilities)
    assert told["good"] == pytest.approx(short.vectors[0])
    assert not told["unknown"].any()


def test_a_label_that_is_no_number_is_refused():
    def wrong(victim, text, goal):
        victim.get_grad([text.split()], [goal])

    row = run(
        Bridged(wrong, needs=SLOPING), victim=Linear(), text="good", label=int(Linear().predict(["good"]).argmax())
    )
    assert "TypeError: a label is the number of a class, and no ClassifierGoal" in row.problem


def test_gradients_of_a_victim_that_has_none_are_an_error():
    row = run(Bridged(lambda victim, text, goal: victim.get_embedding(), needs=SLOPING[:1]))
    assert row.status is Status.ERROR


def test_a_search_that_is_dropped_leaves_no_thread():
    attack = Bridged(downwards)
    search = attack.begin(attack.read(FILM), Untargeted(1), 0.1, Random(0))
    next(search)
    assert [it.name for it in threading.enumerate()].count("openattack") == 1
    del search
    assert not [it for it in threading.enumerate() if it.name == "openattack"]


def test_rows_are_the_same_whatever_the_width_and_in_several_threads():
    def viper():
        from attacks.openattack.attackers import OpenAttackAttack

        return OpenAttackAttack("VIPER")

    attack = viper()
    before = random.getstate(), np.random.get_state()[1].tolist()

    def rows(width):
        return sorted(it.to_line() for it in Engine(Counting(), attack, seed=5, width=width).run(EXAMPLES))

    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(rows, (1, 2, 256, 3)))
    assert all(it == found[0] for it in found)
    assert (random.getstate(), np.random.get_state()[1].tolist()) == before
    assert any('"succeeded"' in it for it in found[0])
