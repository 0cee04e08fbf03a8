"""What was found out about one promise of the protocol."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from arena.core.errors import TabooError


class Status(StrEnum):
    """How a trial ended."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Finding:
    """One trial: what the protocol promises, whether it was kept, and what to do where it was not.

    `problems` are sentences: what was wrong, or why the trial was skipped. `seconds` is how long it took.
    """

    name: str
    promise: str
    status: Status
    problems: tuple[str, ...] = ()
    remedy: str = ""
    seconds: float = 0.0

    def to_json(self) -> dict[str, object]:
        """The finding as JSON values."""
        return {
            "name": self.name,
            "promise": self.promise,
            "status": self.status.value,
            "problems": list(self.problems),
            "remedy": self.remedy,
            "seconds": round(self.seconds, 3),
        }


def has_failed(findings: Iterable[Finding]) -> bool:
    """Whether any promise was broken."""
    return any(it.status is Status.FAILED for it in findings)


@dataclass(eq=False)
class DeviationError(TabooError):
    """The other side did not keep to the protocol."""

    problem: str

    def __str__(self) -> str:
        return self.problem


@dataclass(eq=False)
class SkippedError(TabooError):
    """A trial that cannot be made here."""

    why: str

    def __str__(self) -> str:
        return self.why


def require(holds: object, problem: str) -> None:
    """Raise DeviationError unless it holds."""
    if not holds:
        raise DeviationError(problem)
