"""What can go wrong with OpenAttack, in our words."""

from dataclasses import dataclass
from difflib import get_close_matches

from attacks.core.errors import AttackError

RELEASE = "2.1.1"


@dataclass(eq=False)
class OpenAttackMissingError(AttackError):
    """The library cannot be imported."""

    problem: str

    def __str__(self) -> str:
        return (
            f"OpenAttack cannot be imported ({self.problem}): release {RELEASE} works on Python 3.11 and no later one; "
            "there, run: pip install 'taboo-arena[attacks]'; elsewhere choose a recipe without openattack:"
        )


@dataclass(eq=False)
class OpenAttackError(AttackError):
    """One of its attackers or classifiers broke: its own fault, which says nothing about the victim."""

    name: str
    problem: str

    def __str__(self) -> str:
        return f"openattack:{self.name} {self.problem}"


@dataclass(eq=False)
class UnknownOpenAttackError(AttackError):
    """No attacker or victim of the release has this name."""

    kind: str
    asked: str
    known: tuple[str, ...]

    def __str__(self) -> str:
        near = get_close_matches(self.asked, self.known, n=3, cutoff=0.5)
        hint = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(self.known)}"
        return f"OpenAttack {RELEASE} has no {self.kind} {self.asked!r}; {hint}"
