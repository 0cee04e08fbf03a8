"""A defender's suspicion follows what was said."""

import pytest
from agent_boards import seen_by_defender

from agents.suspicion import suspect, suspects
from arena.core.actions import Said
from arena.core.hits import Language
from arena.core.rules import Rules
from arena.core.verdict import Role


def test_nothing_said_leaves_every_word_equally_likely():
    suspicion = suspect(seen_by_defender(turn=1))
    words = suspects("en-easy", Language.ENGLISH).words
    assert suspicion.confidence == pytest.approx(1 / len(words))


@pytest.mark.parametrize(
    ("target", "texts"),
    [
        ("banana", ("Which fruit makes you think of monkeys?", "What could be peeled and is yellow?")),
        ("dog", ("Which pet barks and loves a bone?", "Who is man's loyal friend on a leash?")),
        ("umbrella", ("What do you open when it rains?", "It has a handle and keeps the wet away.")),
    ],
)
def test_plain_hints_point_at_the_word(target, texts):
    suspicion = suspect(seen_by_defender(*texts))
    assert suspicion.first == target
    assert suspicion.confidence > 0.5


def test_more_hints_make_surer():
    one = suspect(seen_by_defender("Which fruit makes you think of monkeys?"))
    two = suspect(seen_by_defender("Which fruit makes you think of monkeys?", "It is yellow, and you peel it."))
    assert two.confidence > one.confidence


def test_memory_keeps_a_defender_from_being_sure_at_once():
    view = seen_by_defender("Which yellow fruit with a peel do monkeys love?")
    assert suspect(view, memory=0.5).confidence < suspect(view).confidence


def test_what_the_attacker_said_cannot_be_the_word():
    suspicion = suspect(seen_by_defender("Bananas are yellow fruits with a peel that monkeys love."))
    assert "banana" not in suspicion.top(24)


def test_what_the_defender_said_or_guessed_cannot_be_the_word():
    hint = "Which yellow fruit with a peel do monkeys love?"
    asked = [Said(Role.ATTACKER, 1, hint), Said(Role.DEFENDER, 1, "A lemon?", "Banana"), Said(Role.ATTACKER, 2, "No.")]
    top = suspect(seen_by_defender(history=asked, turn=2)).top(24)
    assert "banana" not in top
    assert "lemon" not in top


def test_a_word_taken_up_from_the_defender_tells_nothing():
    def after(text):
        told = [Said(Role.ATTACKER, 1, "Hello."), Said(Role.DEFENDER, 1, "I think of monkeys."), text]
        return suspect(seen_by_defender(history=told, turn=2))

    echoed = after(Said(Role.ATTACKER, 2, "Not monkeys."))
    assert echoed.confidence == after(Said(Role.ATTACKER, 2, "No.")).confidence


def test_redacted_words_are_no_evidence():
    told = [Said(Role.ATTACKER, 1, None)]
    assert suspect(seen_by_defender(history=told)).confidence < 0.01


def test_a_list_that_is_not_ours_is_any_common_word():
    view = seen_by_defender("Which yellow fruit with a peel do monkeys love?", played=Rules(word_list="mine"))
    assert "banana" in suspect(view).top(3)
