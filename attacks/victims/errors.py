"""A victim that cannot be had."""

from dataclasses import dataclass

from attacks.core.errors import AttackError


@dataclass(eq=False)
class VictimMissingError(AttackError):
    """There is no such model here, or it is of another kind."""

    asked: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        return f"victim {self.asked!r}: {self.problem}; {self.remedy}"
