"""When a guess is worth it, and how it is announced."""

from agents.phrases import drafts
from agents.speech import anything, fallback, first_fit
from agents.suspicion import Suspicion
from arena.core.actions import Action
from arena.core.rules import WrongGuess
from arena.core.views import DefenderView

EVEN = 0.5
"""Where a wrong guess loses, the confidence from which a last-minute guess wins more often than it loses."""


def is_worth_it(view: DefenderView, suspicion: Suspicion, sure: float) -> bool:
    """Whether to guess now: when sure, or in the last turn unless a wrong guess would probably lose the match."""
    if not view.guesses_left:
        return False
    last_minute = EVEN if view.rules.wrong_guess is WrongGuess.LOSE else 0.0
    return suspicion.confidence >= (min(sure, last_minute) if view.turns_left == 1 else sure)


def guess(view: DefenderView, word: str, act: str) -> Action:
    """The word as a guess, announced by a sentence of the act."""
    lines = drafts(act, view.rules.language, view.seed, view.turn)
    return Action(first_fit(view, lines, anything) or fallback(view, anything), word)


def best_guess(view: DefenderView, suspicion: Suspicion, sure: float) -> Action:
    """The first suspect as a guess, with a sentence that says how sure it is."""
    return guess(view, suspicion.first, "guess.sure" if suspicion.confidence >= sure else "guess.last")
