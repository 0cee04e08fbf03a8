"""What a seat does, what a judge is asked about it, and what the judge answers."""

from dataclasses import dataclass

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
