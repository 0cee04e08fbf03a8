"""A source of replacements whose data is not there."""

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
