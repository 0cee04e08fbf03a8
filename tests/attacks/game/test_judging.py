"""A judge as a victim: what flips the label flips the ruling."""

import asyncio

import pytest
from attacks_games import agent, contest, helped, reacting, saying
from doubles import Bench, WholeWords

from arena.core.actions import Action, Case
from arena.core.ports import Resign
from arena.core.rules import JudgeSpec, Rules
from arena.core.verdict import Role
from arena.core.views import AttackerView
from attacks.core.errors import CapabilityError
from attacks.engine import Status
from attacks.game.counting import RULINGS, flip_rates
from attacks.game.judging import flips, overheard
from attacks.game.positions import Standing
from attacks.game.victims import JudgeVictim

SPEC = JudgeSpec("bench", "1", 0.7)
RULES = Rules(judges=(SPEC,), max_turns=2)
STRICT = Bench(lambda case: 0.9 if "odd" in case.text else 0.2)


def standing(turn: int = 1) -> Standing:
    return Standing(AttackerView(RULES, turn, (), 1, 1, 1, 0, "banana"), 1, WholeWords(), {})


def test_what_the_attacker_says_is_overheard():
    attacker = agent(lambda view: Action("a monkey") if view.turn == 1 else Resign())
    heard = overheard(
        contest(attacker, agent(lambda _: Action("?")), RULES, ("banana", "kiwi")), WholeWords(), {}, jobs=2
    )
    assert [(word, it.view.target, it.view.turn, text) for word, it, text in heard] == [
        ("banana", "banana", 1, "a monkey"),
        ("kiwi", "kiwi", 1, "a monkey"),
    ]


def test_rulings_flip_both_ways():
    utterances = [(standing(), "a thing"), (standing(), "odd thing"), (standing(), "odd odd"), (standing(), "so be it")]
    attack = helped({"thing": ["odd"], "odd": ["fine"]}).attack
    rows = list(flips(STRICT, SPEC, attack, utterances, None, 0))
    assert [(row.number, row.label, row.status, row.text, row.perturbed) for row in rows] == [
        (0, 0, Status.SUCCEEDED, "a thing", "a odd"),
        (1, 1, Status.SUCCEEDED, "odd thing", "fine thing"),
        (2, 1, Status.FAILED, "odd odd", None),
        (3, 0, Status.FAILED, "so be it", None),
    ]
    assert rows[0].changes == (((2, 7), "odd"),)
    for row in rows[:2]:  # what is said to have flipped did
        texts = (row.text, row.perturbed)
        scores = [asyncio.run(STRICT.rule(Case(Role.ATTACKER, 1, it, (), "en"))).score for it in texts]
        assert (scores[0] >= 0.7) is not (scores[1] >= 0.7)
    rates = flip_rates(rows, ["a", "b", "b", "c"])
    assert [(rates[name].value, rates[name].n) for name in RULINGS] == [(0.5, 2), (0.5, 2)]


def test_an_utterance_that_is_a_number_is_attacked_as_it_stands():
    (row,) = flips(STRICT, SPEC, helped({"0": ["odd"]}).attack, [(standing(), "0")], None, 0)
    assert (row.text, row.perturbed, row.changes) == ("0", "odd", (((0, 1), "odd"),))


def test_a_leak_flips_nothing():
    judge = Bench(lambda case: 0.9 if "banana" in case.text else 0.2)
    (row,) = flips(judge, SPEC, helped({"fruit": ["banana"]}).attack, [(standing(), "a fruit")], None, 0)
    assert row.status is Status.FAILED


def failing(case: Case) -> float:
    if "bad" in case.text:
        raise OSError("gone")
    return 0.1


@pytest.mark.parametrize("judge", [Bench(failing), Bench(lambda case: 7.0 if "bad" in case.text else 0.1)])
def test_a_judge_that_fails_is_no_robust_judge(judge):
    utterances = [(standing(), "a bad thing"), (standing(), "a thing")]
    rows = list(flips(judge, SPEC, helped({}).attack, utterances, None, 0))
    assert [row.status for row in rows] == [Status.ERROR, Status.FAILED]
    assert "gone" in rows[0].problem or "was not available" in rows[0].problem
    assert flip_rates(rows, ["a", "b"])[RULINGS[0]].n == 1


def test_a_score_at_the_threshold_is_just_above_a_half():
    for threshold in (0.3, 0.5, 1.0):
        spec = JudgeSpec("bench", "1", threshold)
        for score in (0.0, threshold - 1e-3, threshold, 1.0):
            victim = JudgeVictim(Bench(lambda _, score=score: score), spec, [(standing(), "x")])
            shares = victim.predict([victim.written(0, "x")])[0]
            assert bool(shares[1] > 0.5) is (score >= threshold)
            assert shares.sum() == 1
            assert shares.min() >= 0


def test_an_attack_that_needs_gradients_is_refused():
    attack = helped({}).attack
    attack.needs = frozenset({"gradients"})
    with pytest.raises(CapabilityError):
        list(flips(STRICT, SPEC, attack, [(standing(), "x")], None, 0))


def test_nothing_said_gives_no_rates():
    heard = overheard(contest(agent(lambda _: Resign()), agent(reacting), RULES), WholeWords(), {})
    rows = list(flips(STRICT, SPEC, helped({}).attack, [(it, text) for _, it, text in heard], None, 0))
    assert flip_rates(rows, []) == dict.fromkeys(RULINGS)


def test_an_attacker_in_its_match_says_what_it_would(tmp_path):
    rules = Rules(judges=(), max_turns=2)
    heard = overheard(contest(saying("a fruit", "so yellow"), agent(lambda _: Action("?")), rules), WholeWords(), {})
    assert [text for _, _, text in heard] == ["a fruit", "so yellow"]
    assert heard[1][1].view.history[-1].text == "?"
