"""One tree of errors: facts first, and the sentence composed from them.

Three kinds never mix: *losing* is a `Verdict`, *breaking protocol* is an exception from here, *a bug* is a crash.
"""

from dataclasses import dataclass


class TabooError(Exception):
    """Everything that Taboo Arena refuses, with a sentence that names the input and the remedy."""


@dataclass(eq=False)
class RulesError(TabooError):
    """A rule was given a value that no match can be played by."""

    rule: str
    value: object
    remedy: str

    def __str__(self) -> str:
        return f"rule {self.rule!r} cannot be {self.value!r}: {self.remedy}"


@dataclass(eq=False)
class UnknownNameError(TabooError):
    """A name that nothing answers to."""

    kind: str
    name: str
    near: tuple[str, ...] = ()
    known: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.near:
            hint = "did you mean " + " or ".join(self.near) + "?"
        elif self.known:
            hint = "known: " + ", ".join(self.known)
        else:
            hint = "none is installed"
        return f"no {self.kind} is called {self.name!r}; {hint}"


@dataclass(eq=False)
class EventError(TabooError):
    """An event that cannot be read, or that cannot follow the events before it."""

    match: str
    seq: int
    field: str
    problem: str

    def __str__(self) -> str:
        return f"event {self.seq} of match {self.match or '?'}: {self.field}: {self.problem}"


@dataclass(eq=False)
class MatchTimeError(TabooError):
    """Match time was asked to run backwards, or to run while it stands still."""

    now: int
    last: int

    def __str__(self) -> str:
        if self.now > self.last:
            return f"match time stands still at {self.last} ms: it cannot be {self.now} ms"
        return f"match time runs forwards: {self.now} ms comes before {self.last} ms"


@dataclass(eq=False)
class EngineError(TabooError):
    """A language model could not be had, or gave no answer. `model` is as it was asked for."""

    model: str
    problem: str
    remedy: str = ""

    def __str__(self) -> str:
        remedy = f"; {self.remedy}" if self.remedy else ""
        return f"model {self.model!r}: {self.problem}{remedy}"


class EngineTimeoutError(EngineError, TimeoutError):
    """A language model did not answer in the time that it was given."""


class ScoringError(EngineError):
    """An engine was asked how likely a text is, and can only generate."""
