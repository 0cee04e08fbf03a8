"""An opponent who is asked for by name: what it can play, and who sits down for it."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from arena.core.hits import Language
from arena.core.verdict import Role
from arena.server.errors import ConflictError, InputError, NotFoundError
from arena.server.lobby.agents import Directory
from arena.server.lobby.making import Sitter
from arena.server.lobby.workers import Present, Roster
from arena.server.people import Account
from arena.server.players import Player


@dataclass(frozen=True, slots=True)
class Opponent:
    """An agent that can be played now, in these roles."""

    name: str
    roles: frozenset[Role]
    sit: Callable[[Role], Sitter]

    def seats(self, account: Account, role: Role | None, rng: Random) -> dict[Role, Sitter]:
        """The account in `role` (None for either) with the opponent opposite. Raises InputError."""
        mine = choose_role(role, self.roles, rng)
        if mine is None:
            raise InputError(
                "role", f"{self.name} does not play opposite of {'anybody' if role is None else role.value}"
            )
        return {mine: person(account), mine.other: self.sit(mine.other)}


def person(account: Account) -> Sitter:
    """The person of an account, ready to sit down."""
    return Sitter(Player.person(account.id, account.name))


def choose_role(wanted: Role | None, theirs: frozenset[Role], rng: Random) -> Role | None:
    """A role as it is wanted, opposite of one that the others play; None where there is none."""
    possible = sorted(role for role in Role if role.other in theirs and wanted in (None, role))
    return possible[rng.randrange(len(possible))] if possible else None


def find_opponent(directory: Directory, roster: Roster, account: Account, name: str, language: Language) -> Opponent:
    """The agent of this name: `hiding` is one of the host's own, `bob/parrot` is bob's and must be online.

    One's own agents may be asked even where they are not open to others.
    Raises UnknownNameError, NotFoundError, InputError or ConflictError.
    """
    if "/" not in name or name in directory:
        player, card = directory.require(name)
        _require_language(language in card.languages, name, language)
        return Opponent(name, card.roles, lambda _: Sitter(player))
    here = [it for it in roster.of(name) if it.worker.is_open or it.player.account == account.id]
    if not here:
        raise NotFoundError("agent online that is called", name)
    able = [it for it in here if language in it.worker.languages]
    _require_language(bool(able), name, language)
    free = [it for it in able if it.worker.free > 0]
    if not free:
        raise ConflictError(f"all seats of {name} are taken at the moment; try again later")
    roles = frozenset(role for it in free for role in it.worker.roles)
    return Opponent(name, roles, lambda role: _sitter(free, role))


def _sitter(free: list[Present], role: Role) -> Sitter:
    """The first that can play the role, which is the one with most room."""
    present = next(it for it in free if role in it.worker.roles)
    return Sitter(present.player, present)


def _require_language(speaks: bool, name: str, language: Language) -> None:
    if not speaks:
        raise InputError("language", f"{name} does not play in {language.value!r}")
