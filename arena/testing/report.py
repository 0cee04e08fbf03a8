"""What a conformance kit finds, and how it goes about it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

_FINGERPRINT = re.compile("[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class Finding:
    """One law and what breaks it; None where it holds."""

    law: str
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What a conformance kit found."""

    subject: str
    findings: tuple[Finding, ...]

    @property
    def broken(self) -> tuple[Finding, ...]:
        """The laws that do not hold."""
        return tuple(finding for finding in self.findings if finding.problem is not None)

    def require(self) -> "Report":
        """This report. Raises ConformanceError where a law is broken."""
        if self.broken:
            raise ConformanceError(self)
        return self

    def __str__(self) -> str:
        lines = [f"{self.subject}: {len(self.findings) - len(self.broken)} of {len(self.findings)} laws hold"]
        lines += [f"  broken: {finding.law}: {finding.problem}" for finding in self.broken]
        return "\n".join(lines)


class ConformanceError(AssertionError):
    """An extension breaks a law of its port. The message is the report."""

    def __init__(self, report: Report) -> None:
        super().__init__(str(report))
        self.report = report


class BreachError(Exception):
    """A law does not hold, and why."""


class Examination:
    """Collects findings: each law is tried by itself, and whatever is raised breaks it."""

    def __init__(self, subject: str) -> None:
        self._subject = subject
        self._findings: list[Finding] = []

    @contextmanager
    def law(self, law: str) -> Iterator[None]:
        """Note whether the law holds: it does where nothing is raised inside."""
        try:
            yield
        except BreachError as breach:
            self._findings.append(Finding(law, str(breach)))
        except Exception as crash:  # noqa: BLE001 - the subject is anyone's code
            self._findings.append(Finding(law, f"raised {type(crash).__name__}: {crash}"))
        else:
            self._findings.append(Finding(law))

    def report(self) -> Report:
        """Everything noted so far."""
        return Report(self._subject, tuple(self._findings))


def require(holds: bool, problem: str) -> None:
    """Raise BreachError with the problem where something does not hold."""
    if not holds:
        raise BreachError(problem)


def check_fingerprint(*prints: str) -> None:
    """Raise BreachError where these are not one and the same fingerprint of 16 hex digits."""
    require(len(set(prints)) == 1, f"it changes: {', '.join(sorted(set(prints)))}")
    require(_FINGERPRINT.fullmatch(prints[0]) is not None, f"it is {prints[0]!r}")
