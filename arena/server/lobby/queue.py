"""Who meets whom: a pure function from everybody who waits, and the time, to pairings.

The longest waiting chooses first, people before agents. People meet people; after a while an agent will do, and after a
while longer one of the host's own. How uneven a match may be grows with the time that somebody has waited for it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from random import Random
from typing import NamedTuple, TypeAlias

from arena.analysis.ratings import Rating, chance
from arena.core.hits import Language
from arena.core.rules import Rules
from arena.core.verdict import Role
from arena.server.players import Kind, Player

UNEVEN, UNEVEN_A_SECOND = 0.15, 0.05
"""How far the expected result may be from a half at once, and how much further for each second of waiting."""
LOOKED_AT, CONSIDERED = 256, 24
"""The most wishes of one kind that a wish looks at, and the most of them that it compares; the longest waiting first.
"""


@dataclass(frozen=True, slots=True)
class Table:
    """What both sides of a match must want alike."""

    rules: Rules
    preset: str
    rated: bool


@dataclass(frozen=True, slots=True)
class Wish:
    """Somebody who waits for a match since `since`, in seconds by a clock that never jumps.

    `refused` are the agents that did not want to play with them; `is_first` puts somebody ahead of all others, who was
    given a partner and lost it again.
    """

    id: str
    player: Player
    roles: frozenset[Role]
    table: Table
    since: float
    with_agents: bool = True
    with_people: bool = True
    ratings: Mapping[Role, Rating] = field(default_factory=dict)
    refused: frozenset[str] = frozenset()
    is_first: bool = False

    @property
    def is_person(self) -> bool:
        """Whether a person waits."""
        return self.player.kind is Kind.PERSON


@dataclass(frozen=True, slots=True)
class Standby:
    """An agent that looks for no match, and could be asked to play up to `free` of them."""

    player: Player
    roles: frozenset[Role]
    languages: frozenset[Language]
    free: int
    ratings: Mapping[Role, Rating] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Patience:
    """For how many seconds somebody waits for their own kind, and for anybody who is not the host's own agent."""

    agent: float
    built_in: float


Side: TypeAlias = Wish | Standby


@dataclass(frozen=True, slots=True)
class Pairing:
    """Two that shall play, and as what. At least one of them is a wish."""

    table: Table
    seats: Mapping[Role, Side]


class _Fit(NamedTuple):
    """How well a partner fits: the smallest is the best."""

    rank: int
    gap: float
    luck: float
    role: Role
    partner: Side


def in_order(wishes: Iterable[Wish]) -> list[Wish]:
    """Who chooses first: people before agents, for an agent could take one person from another."""
    return sorted(wishes, key=lambda wish: (not wish.is_person, not wish.is_first, wish.since, wish.id))


def pair_up(
    wishes: Iterable[Wish], standbys: Sequence[Standby], now: float, patience: Patience, rng: Random
) -> list[Pairing]:
    """The pairings that can be made now; no wish is in two of them, and no agent is asked beyond its free seats."""
    crowd = _Crowd(in_order(wishes))
    free = [standby.free for standby in standbys]
    pairings = []
    for wish in crowd.everybody:
        if wish not in crowd:
            continue
        room = [standby for standby, left in zip(standbys, free, strict=True) if left > 0]
        best = _best(_among_wishes(wish, crowd, now, patience, rng))
        best = best or _best(_among_standbys(wish, room, now, patience, rng))
        if best is None:
            continue
        crowd.remove(wish)
        if isinstance(best.partner, Wish):
            crowd.remove(best.partner)
        else:
            free[next(at for at, it in enumerate(standbys) if it is best.partner)] -= 1
        pairings.append(Pairing(wish.table, {best.role: wish, best.role.other: best.partner}))
    return pairings


class _Want(NamedTuple):
    """What decides whether two wishes can ever meet, their accounts apart."""

    table: Table
    roles: frozenset[Role]
    is_person: bool
    with_agents: bool
    with_people: bool

    def fits(self, other: "_Want") -> bool:
        """Whether each wants what the other is."""
        return (
            self.table == other.table
            and any(role.other in other.roles for role in self.roles)
            and (self.with_people if other.is_person else self.with_agents)
            and (other.with_people if self.is_person else other.with_agents)
        )


class _Crowd:
    """Those who wait, in groups that want alike, so that nobody looks through a crowd of no use to them."""

    def __init__(self, everybody: list[Wish]) -> None:
        self.everybody = everybody
        self._groups: dict[_Want, dict[str, Wish]] = {}
        self._group_of: dict[str, dict[str, Wish]] = {}
        for wish in everybody:
            want = _Want(wish.table, wish.roles, wish.is_person, wish.with_agents, wish.with_people)
            group = self._groups.setdefault(want, {})
            group[wish.id] = wish
            self._group_of[wish.id] = group
        self._partners = {
            id(group): [theirs for other, theirs in self._groups.items() if want.fits(other)]
            for want, group in self._groups.items()
        }

    def __contains__(self, wish: Wish) -> bool:
        return wish.id in self._group_of[wish.id]

    def remove(self, wish: Wish) -> None:
        """The wish has found its match."""
        del self._group_of[wish.id][wish.id]

    def partners(self, wish: Wish) -> Iterator[Wish]:
        """Those who still wait and could be meant, group by group, the longest waiting of each first."""
        for group in self._partners[id(self._group_of[wish.id])]:
            yield from (other for other in islice(group.values(), LOOKED_AT) if other is not wish)


def _best(fits: Iterator[_Fit]) -> _Fit | None:
    return min(fits, key=lambda fit: fit[:3], default=None)


def _among_wishes(wish: Wish, crowd: _Crowd, now: float, patience: Patience, rng: Random) -> Iterator[_Fit]:
    fits = (other for other in crowd.partners(wish) if _may_meet(wish, other, now, patience))
    for other in islice(fits, CONSIDERED):
        uneven = UNEVEN + UNEVEN_A_SECOND * (now - min(wish.since, other.since))
        rank = 0 if other.is_person or not wish.is_person else 1
        for fit in _fits(wish, other, rank, rng):
            if fit.gap <= uneven:
                yield fit


def _may_meet(wish: Wish, other: Wish, now: float, patience: Patience) -> bool:
    """Whether two whose wants fit may meet now, whatever their ratings are."""
    if _is_barred(wish, other.player):
        return False
    people = [it for it in (wish, other) if it.is_person]
    return len(people) != 1 or now - people[0].since >= patience.agent


def _is_barred(wish: Wish, player: Player) -> bool:
    """Nobody meets themselves, since a connection has one seat in a match; and a rated match has two accounts."""
    if wish.player.name == player.name:
        return True
    return wish.table.rated and wish.player.account is not None and wish.player.account == player.account


def _among_standbys(
    wish: Wish, standbys: Iterable[Standby], now: float, patience: Patience, rng: Random
) -> Iterator[_Fit]:
    if not wish.with_agents:
        return
    for standby in standbys:
        is_own = standby.player.kind is Kind.BUILT_IN
        if now - wish.since < (patience.built_in if is_own else patience.agent):
            continue
        if wish.table.rules.language not in standby.languages or _is_barred(wish, standby.player):
            continue
        if standby.player.name in wish.refused or standby.player.name == wish.player.name:
            continue
        yield from _fits(wish, standby, int(is_own), rng)


def _fits(wish: Wish, partner: Side, rank: int, rng: Random) -> Iterator[_Fit]:
    """Each way in which the two could sit."""
    for role in sorted(wish.roles):
        if role.other in partner.roles:
            mine, theirs = wish.ratings.get(role, Rating()), partner.ratings.get(role.other, Rating())
            attacker, defender = (mine, theirs) if role is Role.ATTACKER else (theirs, mine)
            yield _Fit(rank, abs(chance(attacker, defender) - 0.5), rng.random(), role, partner)
