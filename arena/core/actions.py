"""What a seat does, what a judge is asked about it, and what the judge answers."""

from dataclasses import dataclass
from math import isfinite
from typing import TypeAlias

from arena.core.fields import is_storable
from arena.core.hits import Language
from arena.core.verdict import Role


@dataclass(frozen=True, slots=True)
class Action:
    """What a seat does in its half of a turn.

    `text` is the utterance and may be empty only when guessing; `guess` is the defender's announcement of the target, a
    field of its own, or None.
    """

    text: str = ""
    guess: str | None = None


Fact: TypeAlias = str | int | float | bool | None
MAX_NOTES = 32
"""The most notes that are kept of one action, the last `LAST_NOTES` among them;"""
LAST_NOTES = 4
MAX_NOTE_CHARS = 64_000
"""the most characters that the texts of all of them have, the rest being cut off;"""
MAX_FACTS = 32
"""the most facts of one note;"""
MAX_FACT_CHARS = 500
"""and the most characters of a fact or of any name."""


@dataclass(frozen=True, slots=True)
class Note:
    """What a seat keeps about an action: how it asked a model, what it thought, a tool it called.

    Nobody is shown it while the match is live; after the match everyone is. `kind` is a short name (`prompt`,
    `reasoning`, `tool`), `facts` are named values of JSON, no two of one name.
    """

    kind: str
    text: str = ""
    facts: tuple[tuple[str, Fact], ...] = ()

    def fact(self, name: str) -> Fact:
        """The named fact, or None."""
        return dict(self.facts).get(name)


def settled_notes(notes: tuple[Note, ...]) -> tuple[Note, ...]:
    """Notes as the log keeps them: anyone's, so they are bounded, and what could not be stored is replaced."""
    kept = []
    room = MAX_NOTE_CHARS
    if len(notes) > MAX_NOTES:  # the last ones say what came of it all
        notes = (*notes[: MAX_NOTES - LAST_NOTES], *notes[-LAST_NOTES:])
    for note in notes:
        text = _whole(note.text)[:room]
        room -= len(text)
        facts = {_whole(name)[:MAX_FACT_CHARS]: _settled_fact(fact) for name, fact in note.facts[:MAX_FACTS]}
        kept.append(Note(_whole(note.kind)[:MAX_FACT_CHARS] or "note", text, tuple(facts.items())))
    return tuple(kept)


def _settled_fact(fact: Fact) -> Fact:
    if isinstance(fact, float):
        return round(fact, 6) if isfinite(fact) else None
    return _whole(fact)[:MAX_FACT_CHARS] if isinstance(fact, str) else fact


def _whole(text: str) -> str:
    """The text with halves of characters replaced."""
    return text if is_storable(text) else text.encode("utf-8", "replace").decode("utf-8")


@dataclass(frozen=True, slots=True)
class Said:
    """One accepted action as both players saw it. `text` is None where a person had it redacted."""

    role: Role
    turn: int
    text: str | None
    guess: str | None = None
    warned: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """One utterance put before the judges, with everything said before it. Judges never learn the target."""

    role: Role
    turn: int
    text: str
    history: tuple[Said, ...]
    language: Language


@dataclass(frozen=True, slots=True)
class Ruling:
    """A judge's answer: a label and a score in [0, 1], higher is worse. `score` None means the judge was unavailable.

    `fingerprint` names the code and data that ruled, so that a later recheck can tell what changed.
    """

    judge: str
    version: str
    label: str
    score: float | None
    fingerprint: str

    @classmethod
    def unavailable(cls, judge: str, version: str) -> "Ruling":
        """The record of a judge that failed or came late: it never decides."""
        return cls(judge, version, "unavailable", None, "")

    def settled(self) -> "Ruling":
        """This ruling with its score rounded for the log.

        Judges are anyone's: one without a score in [0, 1], or with a label that is no text, was unavailable.
        """
        try:
            score = round(float(self.score), 6)  # type: ignore[arg-type]  # None is a TypeError like any other
        except (TypeError, ValueError, OverflowError):
            return Ruling.unavailable(self.judge, self.version)
        has_words = all(isinstance(it, str) and is_storable(it) for it in (self.label, self.fingerprint))
        if not has_words or not 0.0 <= score <= 1.0:
            return Ruling.unavailable(self.judge, self.version)
        return Ruling(self.judge, self.version, self.label, score, self.fingerprint)

    def is_against(self, threshold: float) -> bool:
        """Whether the ruling counts against the utterance at this threshold."""
        return self.score is not None and self.score >= threshold
