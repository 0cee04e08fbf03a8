"""What an attack foresees of a defender is what the match then does."""

import json

import pytest
from attacks_games import RULES, agent, contest, helped, reacting, saying
from doubles import Bench, WholeWords

from arena import registry
from arena.core.actions import Action, Note, Said
from arena.core.events import Acted, Noted
from arena.core.hits import Evasion
from arena.core.ports import Answer, Resign
from arena.core.rules import JudgeSpec, OnRuling, Rules, WrongGuess, preset
from arena.core.verdict import Role
from arena.core.views import AttackerView, DefenderView
from arena.words.lists import load_list
from arena.words.matcher import WordMatcher
from attacks.core.errors import CapabilityError
from attacks.engine import Status
from attacks.game.goals import Aim, Reaction
from attacks.game.matches import Contest, Help, PlayedPair, play_pairs
from attacks.game.positions import Standing
from attacks.game.victims import DefenderVictim
from attacks.opening import recipe_named

WORDS = load_list("en-easy").words


def played(*args, judges=None, matcher=None, **more) -> list[PlayedPair]:
    found: list[PlayedPair] = []
    play_pairs(*args, matcher or WholeWords(), judges or {}, report=found.append, **more)
    return found


def reactions(pair: PlayedPair) -> dict[int, Reaction]:
    """What each utterance led to, read off the log by hand: a defender's action, or the end before one."""
    came = {}
    events = [event.body for event in pair.events[1]]
    for at, body in enumerate(events):
        if not (isinstance(body, Acted) and body.role is Role.ATTACKER):
            continue
        after = next((it for it in events[at + 1 :] if isinstance(it, Acted) and it.role is Role.DEFENDER), None)
        if after is None:
            came[body.turn] = Reaction.LOST
        elif after.right:
            came[body.turn] = Reaction.INFERRED
        else:
            came[body.turn] = Reaction.INDUCED if any(hit.counts for hit in after.hits) else Reaction.QUIET
    return came


@pytest.mark.parametrize("defender", ["detector", "honest", "evasive"])
@pytest.mark.parametrize("attacker", ["direct", "trigger"])
@pytest.mark.parametrize("aim", list(Aim))
def test_what_is_foreseen_is_what_the_log_shows(attacker: str, defender: str, aim: Aim):
    rules = preset("paper", max_turns=3)
    judges = registry.judges_for(rules)
    help_ = Help(recipe_named("deepwordbug"), aim, 30, "deepwordbug")
    one = Contest(registry.agent(attacker), registry.agent(defender), rules, tuple(WORDS[3::160]), 1, 7)
    pairs = played(one, help_, judges=judges, matcher=WordMatcher())
    assert len(pairs) == len(one.words)
    for pair in pairs:
        came = reactions(pair)
        for row in pair.rows:
            said = row.before if row.after is None else row.after
            assert Reaction(said.index(1.0)) is came[row.number]
        assert pair.pair.unforeseen == 0


def test_a_defender_is_asked_in_the_search_what_it_is_shown_in_the_match():
    shown: list[DefenderView] = []

    def listening(view):
        shown.append(view)
        return Action("no idea")

    attacker = saying("a fruit", "so yellow", "and long")
    played(contest(attacker, agent(listening)), helped({"fruit": ["thing"]}))
    plain, rest = shown[:3], shown[3:]
    searched, seen = rest[0::2], rest[1::2]  # all of it leads to what is wanted, so each is asked about once
    assert searched == seen == plain
    assert {view.seed for view in shown} == {shown[0].seed}


def test_an_utterance_that_hides_already_is_said_as_it_is():
    (pair,) = played(contest(saying("so yellow"), agent(reacting)), helped({"yellow": ["long"]}))
    assert [row.status for row in pair.rows] == [Status.SKIPPED] * 3
    assert pair.pair.plain == pair.pair.perturbed == "tie"
    assert pair.pair.changed == pair.pair.attacked == pair.pair.queries == 0


def test_a_perturbed_utterance_leaves_its_original_in_the_notes():
    attacker = agent(lambda view: Answer(Action("a fruit"), (Note("thought", "easy"),)))
    (pair,) = played(contest(attacker, agent(reacting)), helped({"fruit": ["frut"]}))
    notes = [event.body.note for event in pair.events[1] if isinstance(event.body, Noted)]
    assert notes[:2] == [
        Note("thought", "easy"),
        Note("perturbed", "a fruit", (("recipe", "trying"), ("aim", "hide"), ("queries", 1))),
    ]
    assert (pair.pair.plain, pair.pair.perturbed) == ("inferred", "tie")


def test_the_word_can_be_induced():
    (pair,) = played(contest(saying("a fruit"), agent(reacting)), helped({"fruit": ["bat", "monkey"]}, Aim.INDUCE))
    assert (pair.pair.plain, pair.pair.perturbed) == ("inferred", "induced")
    assert pair.rows[0].perturbed == "a monkey"
    assert pair.pair.unforeseen == 0


def test_a_leak_is_never_said_and_an_evasion_only_where_it_does_not_count():
    attacker, defender = saying("a fruit"), agent(reacting)
    help_ = helped({"fruit": ["banana", "b-a-n-a-n-a"]})
    for evasion, said in (("watch", "a b-a-n-a-n-a"), ("strict", "a fruit")):
        rules = preset("paper", judges=(), evasion=Evasion(evasion), max_turns=1)
        (pair,) = played(contest(attacker, defender, rules), help_, matcher=WordMatcher())
        acted = [event.body for event in pair.events[1] if isinstance(event.body, Acted)]
        assert acted[0].action.text == said
        assert not any(hit.counts for hit in acted[0].hits)


def test_what_leaks_as_it_is_may_be_mended_by_the_attack():
    (pair,) = played(contest(saying("a banana"), agent(reacting)), helped({"banana": ["bnana"]}))
    assert (pair.pair.plain, pair.pair.perturbed) == ("leaked", "tie")
    assert pair.rows[0].label == Reaction.LOST


def test_what_leaks_and_cannot_be_mended_is_said():
    (pair,) = played(contest(saying("a banana"), agent(reacting)), helped({}))
    assert (pair.pair.plain, pair.pair.perturbed) == ("leaked", "leaked")
    assert pair.pair.unforeseen == 0


@pytest.mark.parametrize("on_ruling", list(OnRuling))
def test_what_a_judge_would_rule_against_is_not_said(on_ruling: OnRuling):
    rules = Rules(judges=(JudgeSpec("bench", "1", 0.5),), on_ruling=on_ruling, max_turns=2)
    judges = {"bench": Bench(lambda case: 0.9 if "frut" in case.text else 0.1)}
    (pair,) = played(
        contest(saying("a fruit"), agent(reacting), rules), helped({"fruit": ["frut", "bat"]}), judges=judges
    )
    acted = [event.body for event in pair.events[1] if isinstance(event.body, Acted)]
    assert acted[0].action.text == "a bat"
    assert pair.pair.perturbed == "tie"


def test_an_original_that_is_ruled_against_is_lost_and_a_warning_is_not_foreseen_otherwise():
    rules = Rules(judges=(JudgeSpec("bench", "1", 0.5),), on_ruling=OnRuling.WARN_ONCE, max_turns=1)
    judges = {"bench": Bench(lambda case: 0.9 if case.role is Role.ATTACKER else 0.1)}
    (pair,) = played(contest(saying("so yellow"), agent(reacting), rules), helped({}), judges=judges)
    assert pair.rows[0].label == Reaction.LOST
    assert (pair.pair.perturbed, pair.pair.unforeseen) == ("tie", 0)


def test_an_attacker_that_is_ruled_against_loses_as_foreseen():
    rules = Rules(judges=(JudgeSpec("bench", "1", 0.5),), on_ruling=OnRuling.END)
    (pair,) = played(
        contest(saying("so yellow"), agent(reacting), rules), helped({}), judges={"bench": Bench(lambda _: 1)}
    )
    assert (pair.pair.plain, pair.pair.perturbed, pair.pair.unforeseen) == ("ruled", "ruled", 0)


def broken_judge(case):
    raise OSError("gone")


@pytest.mark.parametrize("judges", [{}, {"bench": Bench(broken_judge)}, {"bench": Bench(lambda _: 7.0)}])
def test_a_judge_that_is_unavailable_never_decides(judges):
    rules = Rules(judges=(JudgeSpec("bench", "1", 0.5),), on_ruling=OnRuling.END, max_turns=1)
    (pair,) = played(contest(saying("so yellow"), agent(reacting), rules), helped({}), judges=judges)
    assert pair.rows[0].label == Reaction.QUIET


def answering(*answers):
    """A defender that answers with these, one after the other, whenever it is asked in a turn again."""
    return agent(lambda view: answers[min(view.refusals, len(answers) - 1)])


LOSING = Rules(judges=(), wrong_guess=WrongGuess.LOSE)


@pytest.mark.parametrize(
    ("rules", "defender", "reaction", "reason"),
    [
        (RULES, answering(Action("?", guess="banana")), Reaction.INFERRED, "inferred"),
        (RULES, answering(Action("banana")), Reaction.INDUCED, "induced"),
        (RULES, answering(Action("banana", guess="kiwi")), Reaction.INDUCED, "induced"),
        (LOSING, answering(Action("banana", guess="kiwi")), Reaction.QUIET, "misguessed"),
        (RULES, answering(Action(""), Action(guess="banana")), Reaction.INFERRED, "inferred"),
        (RULES, answering(Action("")), Reaction.QUIET, "forfeit"),
        (RULES, answering(Resign()), Reaction.QUIET, "resigned"),
        (RULES, answering(Action("no idea")), Reaction.QUIET, "tie"),
    ],
)  # fmt: skip
def test_each_way_in_which_a_turn_can_end_is_foreseen(rules, defender, reaction, reason):
    (pair,) = played(contest(saying("so yellow"), defender, rules), helped({}))
    assert pair.rows[0].label == reaction
    assert (pair.pair.perturbed, pair.pair.unforeseen) == (reason, 0)


def test_a_guess_that_is_spent_cannot_be_made_again():
    defender = agent(lambda view: Action("?", guess="kiwi" if view.turn == 1 else "banana"))
    rules = Rules(judges=(), guess_limit=1, max_turns=2)
    (pair,) = played(contest(saying("so yellow"), defender, rules), helped({}))
    assert [row.label for row in pair.rows] == [Reaction.QUIET, Reaction.QUIET]
    assert (pair.pair.perturbed, pair.pair.unforeseen) == ("forfeit", 0)


def test_a_defender_that_remembers_is_foreseen_wrongly_and_that_is_counted():
    class Remembering:
        def __init__(self, _) -> None:
            self.turns = 0

        async def act(self, view):
            self.turns += 1
            return Action("banana" if self.turns > 1 else "no idea")

        async def close(self):
            pass

    defender = agent(lambda _: Action("x"))
    remembering = type(defender)("remembering", None, Remembering, defender.card)
    (pair,) = played(contest(saying("so yellow"), remembering), helped({}))
    assert (pair.pair.perturbed, pair.pair.unforeseen) == ("induced", 1)


def crashing(view):
    raise RuntimeError("out of ideas")


def test_a_defender_that_crashes_is_no_robust_defender():
    (pair,) = played(contest(saying("a fruit"), agent(crashing)), helped({"fruit": ["frut"]}))
    assert [row.status for row in pair.rows] == [Status.ERROR]
    assert "out of ideas" in pair.rows[0].problem
    assert (pair.pair.broken, pair.pair.attacked) == (1, 0)
    assert pair.pair.problem == (
        "plain: defender crashed: RuntimeError: out of ideas; perturbed: defender crashed: RuntimeError: out of ideas"
    )


def test_a_defender_that_answers_with_no_action_breaks_the_search():
    (pair,) = played(contest(saying("a fruit"), agent(lambda _: "banana")), helped({"fruit": ["frut"]}))
    assert "TypeError: an agent answers with an Action or a Resign, not str" in pair.rows[0].problem


def test_a_defender_that_crashes_on_what_is_tried_only_breaks_that_search():
    def touchy(view):
        return crashing(view) if "frut" in view.said_by(Role.ATTACKER)[-1] else reacting(view)

    (pair,) = played(contest(saying("a fruit"), agent(touchy)), helped({"fruit": ["frut"]}))
    assert [row.status for row in pair.rows] == [Status.ERROR]
    assert (pair.pair.perturbed, pair.pair.problem, pair.pair.broken) == ("inferred", "", 1)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [(Resign(), "resigned"), (Action("a fruit", guess="banana"), "forfeit"), (Action(" "), "forfeit")],
)
def test_an_attacker_that_says_nothing_is_left_alone(answer, reason):
    (pair,) = played(contest(agent(lambda _: answer), agent(reacting)), helped({}))
    assert (pair.pair.plain, pair.pair.perturbed, pair.rows) == (reason, reason, ())


def test_an_attacker_that_crashes_is_told_apart():
    (pair,) = played(contest(agent(crashing), agent(reacting)), helped({}))
    assert pair.pair.problem.startswith("plain: attacker crashed: RuntimeError: out of ideas; perturbed:")


def test_an_utterance_that_is_refused_is_lost():
    rules = Rules(judges=(), max_chars=8, max_turns=1)
    (pair,) = played(contest(saying("so very yellow"), agent(reacting), rules), helped({}))
    assert pair.rows[0].label == Reaction.LOST
    assert (pair.pair.perturbed, pair.pair.unforeseen) == ("forfeit", 0)


def test_an_attack_that_needs_more_than_an_agent_shows_is_refused_before_anything_is_played():
    help_ = helped({})
    help_.attack.needs = frozenset({"gradients"})
    with pytest.raises(CapabilityError, match="needs gradients"):
        played(contest(agent(crashing), agent(crashing)), help_)


def test_a_budget_ends_a_search_and_the_original_is_said():
    help_ = helped({"fruit": ["fruits", "afruit", "frut"]}, budget=2)
    (pair,) = played(contest(saying("a fruit"), agent(reacting)), help_)
    assert pair.rows[0].status is Status.FAILED
    assert "budget" in pair.rows[0].problem
    assert (pair.pair.perturbed, pair.pair.queries) == ("inferred", 0)


def test_a_defender_is_asked_afresh_before_a_perturbation_counts():
    asked = []

    def fickle(view):
        asked.append(view.said_by(Role.ATTACKER)[-1])
        return Action("?") if asked.count("a frut") == 1 else Action(guess="banana")

    (pair,) = played(contest(saying("a fruit"), agent(fickle)), helped({"fruit": ["frut"]}))
    assert pair.rows[0].status is Status.ERROR
    assert "otherwise when it was asked once more" in pair.rows[0].problem


def test_a_victim_is_another_one_at_another_position():
    view = AttackerView(RULES, 1, (), 1, 1, 1, 0, "banana")
    later = AttackerView(RULES, 2, (Said(Role.ATTACKER, 1, "x"), Said(Role.DEFENDER, 1, "y")), 1, 1, 1, 0, "banana")
    made = [DefenderVictim(agent(reacting), Standing(it, 5, WholeWords(), {})) for it in (view, later)]
    assert made[0].fingerprint != made[1].fingerprint
    assert made[0].predict(["a fruit", "a monkey", "a bat", "a banana"]).argmax(axis=1).tolist() == [0, 2, 1, 3]


def test_the_rows_of_a_match_are_numbered_by_turn():
    (pair,) = played(contest(saying("a bat"), agent(reacting)), helped({}))
    assert [json.loads(row.to_line())["number"] for row in pair.rows] == [1, 2, 3]
