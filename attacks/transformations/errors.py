"""Sources of replacements whose data is not there, or is of another kind."""

from dataclasses import dataclass

from attacks.core.errors import AttackError


@dataclass(eq=False)
class DataMissingError(AttackError):
    """A file that a source of replacements reads is missing."""

    what: str
    looked: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.what} is not here (looked in {self.looked}); {self.remedy}"


@dataclass(eq=False)
class ModelUnfitError(AttackError):
    """A model that cannot be read as what a source of replacements needs."""

    kind: str
    asked: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.kind} {self.asked!r}: {self.problem}; {self.remedy}"
