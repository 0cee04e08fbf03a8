"""Open seats and word lists as the pages list them."""

from dataclasses import dataclass
from functools import lru_cache

from arena.core.rules import Rules
from arena.server.lobby import OpenSeat
from arena.words.lists import list_names, load_list


@dataclass(frozen=True, slots=True)
class Offered:
    """An open seat from the side of whoever looks at it. `your_role` is `attacker`, `defender` or `either`."""

    code: str
    by: str | None
    reserved_for: str | None
    your_role: str
    language: str
    preset: str
    is_own: bool
    is_private: bool
    is_rated: bool
    rules: Rules


def offered(seat: OpenSeat) -> Offered:
    """The seat as a page shows it."""
    role = seat.role
    yours = role if role is None or seat.is_own else role.other
    return Offered(
        seat.code,
        seat.by,
        seat.reserved_for,
        "either" if yours is None else yours.value,
        seat.terms.language.value,
        seat.terms.name,
        seat.is_own,
        seat.is_private,
        seat.terms.is_rated,
        seat.terms.rules(),
    )


@dataclass(frozen=True, slots=True)
class ToldList:
    """A word list: `level` is `all` where it mixes them."""

    name: str
    language: str
    level: str


@lru_cache(maxsize=1)
def told_lists() -> tuple[ToldList, ...]:
    """The lists that a match can be played from."""
    found = (load_list(name) for name in list_names())
    return tuple(ToldList(it.name, it.language.value, it.level.value if it.level else "all") for it in found)
