"""Seeds derived apart from one master, so that none of them tells another.

A seat learns its own seed. It can search for the master only where the master is small: a number that a person typed
for a reproducible offline match. Hosted matches draw 128 bits from the operating system (see `arena.runner`).
"""

from dataclasses import dataclass
from hashlib import sha256


def derive(master: str, *purpose: object) -> int:
    """A 63-bit seed for one purpose: the head of sha256 over master and purpose, unambiguously joined."""
    return int.from_bytes(_digest(master, purpose)[:8], "big") >> 1


def derive_id(master: str, *purpose: object) -> str:
    """A 20-hex-digit name for one purpose, derived like a seed."""
    return _digest(master, purpose).hex()[:20]


def _digest(master: str, purpose: tuple[object, ...]) -> bytes:
    parts = [master, *(str(part) for part in purpose)]
    return sha256("".join(f"{len(part)}:{part}" for part in parts).encode("utf-8", "surrogatepass")).digest()


@dataclass(frozen=True, slots=True)
class MatchSeeds:
    """The three seeds of a match: which word is dealt, and one for each seat."""

    word: int
    attacker: int
    defender: int

    @classmethod
    def of(cls, master: str) -> "MatchSeeds":
        """The seeds of a master."""
        return cls(derive(master, "word"), derive(master, "attacker"), derive(master, "defender"))
