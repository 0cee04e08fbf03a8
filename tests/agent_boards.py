"""Views for agents, whole matches without a runner, and the words that the tests play."""

from importlib import import_module

from arena.core.actions import Action, Said
from arena.core.hits import Language
from arena.core.rules import Rules
from arena.core.verdict import Role
from arena.core.views import AttackerView, DefenderView
from arena.words import said

ATTACKERS = ("direct", "hiding", "trigger", "random")
DEFENDERS = ("honest", "detector", "evasive", "random")
WORDS = {
    Language.ENGLISH: ("banana", "dog", "winter", "piano", "doctor", "love", "red", "swim", "ice cream", "scissors"),
    Language.CHINESE: ("\u82f9\u679c", "\u6708\u4eae", "\u533b\u751f", "\u996e\u6599", "\u732b", "\u6625\u8282"),
}
"""Targets of several kinds: things, animals, times, people, feelings, qualities, deeds, two words, plurals."""


def agent(name, argument=None):
    """A fresh agent of the built-in kind."""
    return getattr(import_module(f"agents.{name}"), name.capitalize())(argument)


def rules(language=Language.ENGLISH, **changes):
    return Rules(language=language, word_list=f"{language}-easy", **changes)


RULES = rules()


def seen_by_attacker(target="banana", *, played=RULES, history=(), turn=1, seed=7):
    return AttackerView(played, turn, tuple(history), played.guess_limit, 30_000, seed, 0, target)


def seen_by_defender(*texts, played=RULES, history=None, turn=None, seed=7, guesses_left=None):
    """What a defender sees after these utterances of the attacker, each but the last answered by a cough."""
    if history is None:
        history = []
        for number, text in enumerate(texts, start=1):
            history += [Said(Role.ATTACKER, number, text), Said(Role.DEFENDER, number, "Ahem.")]
        history = history[:-1]
    guesses = played.guess_limit if guesses_left is None else guesses_left
    return DefenderView(played, turn or max(1, len(texts)), tuple(history), guesses, 30_000, seed)


def act(player, view):
    """What the agent does at this view. A built-in agent waits for nothing, so no event loop is needed."""
    try:
        player.act(view).send(None)
    except StopIteration as done:
        return done.value
    raise AssertionError("the agent waits for something")


def utterances(attacker, defender, target, *, played=RULES, seed=7):
    """Everything said in a match in which nobody wins, turn by turn: (role, action, the view it was made at)."""
    history, moves = [], []
    seats = {Role.ATTACKER: agent(attacker), Role.DEFENDER: agent(defender)}
    guesses = played.guess_limit
    for turn in range(1, played.max_turns + 1):
        for role, player in seats.items():
            shared = (played, turn, tuple(history), guesses, 30_000, seed)
            view = AttackerView(*shared, 0, target) if role is Role.ATTACKER else DefenderView(*shared)
            action = act(player, view)
            assert isinstance(action, Action)
            guesses -= action.guess is not None
            history.append(Said(role, turn, action.text, action.guess))
            moves.append((role, action, view))
    return moves


def says(text, target, view):
    """Whether a text says the target in any way, hidden ones included."""
    return bool(said(text, target, view.rules.attacker_policy))
