"""Decides what a model's text does in the game: fields first, then an announcement, else the text is the utterance."""

from dataclasses import dataclass
from enum import StrEnum

from agents.llm.announcements import announced
from agents.llm.announcements.refused import is_conversation, is_nothing, is_too_long
from agents.llm.announcements.slots import tidy
from agents.llm.decisions.cleaning import cut, is_blank, own_turn, utterance, whole
from agents.llm.decisions.structured import Fields, looks_structured, read_fields
from agents.llm.reasoning import split_reasoning
from arena.core.actions import Action
from arena.core.ports import AnyView
from arena.core.verdict import Role

NOTHING_SAID = "You said nothing. Answer with one short sentence."
UNREADABLE = 'Your answer could not be read. Answer with one JSON object that has the field "say".'
NOT_YOURS = "Only the defender guesses; your guess was left out."
NONE_LEFT = "You have no guess left; say something else and do not announce the word again."
NO_WORD = "Your guess was not a word; give the word alone, at most four words, or null."

MAX_READ = 200_000
"""Characters of a model's answer that are read, its reasoning not counted: far more than any rules allow to be said."""


class How(StrEnum):
    """Where an action was found in the text."""

    STRUCTURED = "structured"
    ANNOUNCED = "announced"
    UTTERANCE = "utterance"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Decision:
    """The action that a text comes to, legal in the view it was made for; None where it comes to none.

    `problem` says, in words that may be told to the model, why there is no action or what was left out of it; it holds
    nothing of the text. Empty: nothing is wrong.
    """

    action: Action | None
    how: How
    problem: str = ""


@dataclass(frozen=True, slots=True)
class _Reading:
    """What a text says and guesses, before the rules are looked at."""

    text: str
    guess: str | None
    how: How
    problem: str = ""


def decide(text: str, view: AnyView) -> Decision:
    """The action that a model's text comes to in this view. Never raises, whatever the text.

    A guess that would be refused is left out and the rest of the text kept; a text that is too long is cut. Reasoning
    that is still in the text is never said.
    """
    said, _ = split_reasoning(whole(text))
    reading = _read(said[:MAX_READ], view)
    guess, problem = _allowed(reading, view)
    spoken = cut(reading.text, view.rules.max_chars)
    if guess is None and is_blank(spoken):
        return Decision(None, How.NONE, problem or NOTHING_SAID)
    how = How.UTTERANCE if guess is None and reading.how is How.ANNOUNCED else reading.how
    return Decision(Action("" if is_blank(spoken) else spoken, guess), how, problem)


def _read(said: str, view: AnyView) -> _Reading:
    fields = read_fields(said)
    if fields is not None:
        return _from_fields(fields, view)
    if looks_structured(said):
        return _Reading("", None, How.NONE, UNREADABLE)
    return _from_prose(said, view)


def _from_fields(fields: Fields, view: AnyView) -> _Reading:
    """Fields say what they say; an announcement in the words to be said is heard too, and taken out of them."""
    prose = _from_prose(whole(fields.say), view)
    given = whole(fields.guess or "").strip()
    guess = _guess(given, view)
    if guess is None and prose.guess is not None:
        return prose
    is_wordless = guess is None and bool(given) and not is_nothing(tidy(given)) and not is_blank(given)
    return _Reading(prose.text, guess, How.STRUCTURED, NO_WORD if is_wordless else "")


def _guess(given: str, view: AnyView) -> str | None:
    """The word in a field for it: alone, or announced in a sentence."""
    if found := announced(given, view.rules.language):
        return found.guess
    word = tidy(given) if len(given) <= MAX_READ else ""
    if is_blank(word) or is_nothing(word) or is_too_long(word):
        return None
    return None if " " in word and is_conversation(word) else word


def _from_prose(said: str, view: AnyView) -> _Reading:
    own = own_turn(said, view.role)
    if view.role is Role.DEFENDER and (found := announced(own, view.rules.language)):
        return _Reading(utterance(found.text), found.guess, How.ANNOUNCED)
    return _Reading(utterance(own), None, How.UTTERANCE)


def _allowed(reading: _Reading, view: AnyView) -> tuple[str | None, str]:
    """The guess if it would be accepted, and the problem."""
    if reading.guess is None:
        return None, reading.problem
    if view.role is Role.ATTACKER:
        return None, NOT_YOURS
    if view.guesses_left <= 0:
        return None, NONE_LEFT
    if len(reading.guess) > view.rules.max_chars:
        return None, NO_WORD
    return reading.guess, reading.problem
