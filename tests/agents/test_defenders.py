"""Our defenders answer what was said, guess within the rules, and avoid what their names say."""

import pytest
from agent_boards import ATTACKERS, DEFENDERS, WORDS, act, agent, rules, seen_by_attacker, seen_by_defender, utterances

from agents.evasive import AVOIDED, MEMORY
from agents.grammar import spoken
from agents.hearing import heard
from agents.speech import SeatError
from agents.suspicion import suspect
from agents.thoughts import thoughts
from arena.core.actions import Said
from arena.core.hits import Language
from arena.core.rules import WrongGuess
from arena.core.verdict import Role
from arena.words import said

HINT = "Which yellow fruit with a peel do monkeys love?"
VAGUE = "How do you feel about music?"


@pytest.mark.parametrize("defender", DEFENDERS)
@pytest.mark.parametrize("language", Language)
def test_a_defender_plays_by_the_rules_to_the_end(defender, language):
    played = rules(language, guess_limit=2)
    for target in WORDS[language]:
        moves = [row for row in utterances("hiding", defender, target, played=played) if row[0] is Role.DEFENDER]
        assert all(0 < len(action.text) <= played.max_chars for _, action, _ in moves)
        assert all(view.guesses_left > 0 for _, action, view in moves if action.guess is not None)
        texts = [action.text for _, action, _ in moves if action.guess is None]
        assert len(set(texts)) == len(texts)


@pytest.mark.parametrize("defender", DEFENDERS)
def test_a_defender_remembers_nothing(defender):
    moves = [row for row in utterances("direct", defender, "winter") if row[0] is Role.DEFENDER]
    again = agent(defender)
    assert [act(again, view) for _, _, view in reversed(moves)] == [action for _, action, _ in reversed(moves)]


@pytest.mark.parametrize("defender", ["honest", "detector", "evasive"])
def test_a_defender_does_not_attack(defender):
    with pytest.raises(SeatError, match="does not sit as attacker"):
        act(agent(defender), seen_by_attacker())


@pytest.mark.parametrize("defender", ["honest", "detector", "evasive"])
@pytest.mark.parametrize("seed", range(5))
def test_a_defender_answers_with_a_thought_about_what_was_said(defender, seed):
    reply = act(agent(defender), seen_by_defender(VAGUE, seed=seed))
    brought = set(heard(reply.text, Language.ENGLISH)) - {"music"}
    assert reply.guess is None
    near = [spoken(edge.word, Language.ENGLISH).general for edge in thoughts("music", Language.ENGLISH)]
    assert brought <= {word for general in near for word in heard(general, Language.ENGLISH)}
    assert brought


@pytest.mark.parametrize("defender", ["honest", "detector", "evasive"])
@pytest.mark.parametrize("text", ["Zzyzx frobnicates.", "?", None])
def test_a_defender_says_so_when_nothing_comes_to_mind(defender, text):
    history = [Said(Role.ATTACKER, 1, text)]
    assert act(agent(defender), seen_by_defender(history=history)).text


@pytest.mark.parametrize("defender", ["honest", "detector", "evasive"])
def test_a_defender_keeps_within_any_limit(defender):
    for limit in (1, 8, 30):
        for turn in (1, 10):
            played = rules(max_chars=limit)
            reply = act(agent(defender), seen_by_defender(HINT, played=played, turn=turn))
            assert 0 < len(reply.text) <= limit


def test_honest_says_the_obvious_word():
    replies = [act(agent("honest"), seen_by_defender(HINT, seed=seed)) for seed in range(20)]
    obvious = sum("banana" in heard(reply.text, Language.ENGLISH) for reply in replies)
    assert obvious >= 10
    assert all(reply.guess is None for reply in replies)


def test_honest_guesses_in_the_last_turn_only():
    assert act(agent("honest"), seen_by_defender(HINT, turn=9)).guess is None
    assert act(agent("honest"), seen_by_defender(HINT, turn=10)).guess == "banana"
    assert act(agent("honest"), seen_by_defender(HINT, turn=10, guesses_left=0)).guess is None
    assert act(agent("honest"), seen_by_defender("?", turn=10)).guess is None


def test_detector_guesses_as_soon_as_it_is_sure():
    assert act(agent("detector"), seen_by_defender(HINT)).guess == "banana"
    assert act(agent("detector"), seen_by_defender(VAGUE)).guess is None
    assert act(agent("detector"), seen_by_defender(HINT, guesses_left=0)).guess is None


@pytest.mark.parametrize("seed", range(8))
def test_detector_spares_its_first_suspect(seed):
    view = seen_by_defender(HINT, seed=seed, guesses_left=0)
    assert "banana" not in heard(act(agent("detector"), view).text, Language.ENGLISH)


def test_evasive_wants_to_be_sure_for_a_while():
    assert act(agent("evasive"), seen_by_defender(HINT)).guess is None
    more = ("Gorillas eat it.", "It grows in the tropics.", "You can slip on its skin.", "You can split it.")
    assert act(agent("evasive"), seen_by_defender(HINT, *more)).guess == "banana"


@pytest.mark.parametrize("attacker", ATTACKERS)
@pytest.mark.parametrize("language", Language)
def test_evasive_never_says_a_suspect(attacker, language):
    played = rules(language)
    for target in WORDS[language]:
        for role, action, view in utterances(attacker, "evasive", target, played=played):
            if role is Role.DEFENDER and action.guess is None:
                suspected = suspect(view, MEMORY).top(AVOIDED)
                assert [word for word in suspected if said(action.text, word, played.defender_policy)] == []


@pytest.mark.parametrize("defender", ["detector", "evasive"])
def test_in_the_last_turn_a_guess_costs_nothing_unless_a_wrong_one_loses(defender):
    careful = rules(wrong_guess=WrongGuess.LOSE)
    assert act(agent(defender), seen_by_defender(VAGUE, turn=10)).guess is not None
    assert act(agent(defender), seen_by_defender(VAGUE, turn=10, played=careful)).guess is None
    assert act(agent(defender), seen_by_defender(HINT, HINT, turn=10, played=careful)).guess == "banana"


@pytest.mark.parametrize("defender", ["detector", "evasive"])
def test_a_wrong_guess_is_not_made_again(defender):
    told = [
        Said(Role.ATTACKER, 9, HINT),
        Said(Role.DEFENDER, 9, "Now I know.", "banana"),
        Said(Role.ATTACKER, 10, "No."),
    ]
    guess = act(agent(defender), seen_by_defender(history=told, turn=10)).guess
    assert guess not in (None, "banana")
