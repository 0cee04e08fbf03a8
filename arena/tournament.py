"""Who meets whom, on which word: a round robin as values, the same for the same seed.

The dealer keeps the law that memory must not win. Both matches of a pair share a word only where every instance is
fresh and isolated; an agent that could remember never defends a word that it met before.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from arena.core.errors import TabooError
from arena.core.events import Started
from arena.core.rules import Rules
from arena.core.seeds import derive_id
from arena.core.verdict import Role
from arena.registry import AgentRef
from arena.runner import Fixture, Sitting, seat_of


@dataclass(eq=False)
class NoPairingError(TabooError):
    """The agents that were named can play no match together."""

    agents: tuple[str, ...]
    language: str

    def __str__(self) -> str:
        names = ", ".join(self.agents) or "no agents"
        return (
            f"no match can be made of {names} in language {self.language!r}: "
            "name at least one agent that attacks and another one that defends"
        )


@dataclass(frozen=True, slots=True)
class Pairing:
    """Two agents in their roles. `is_pair` says that the same two also meet with roles swapped."""

    attacker: AgentRef
    defender: AgentRef
    is_pair: bool

    @property
    def is_isolated(self) -> bool:
        """Whether no instance of either agent can remember anything."""
        return self.attacker.is_isolated and self.defender.is_isolated


def round_robin(agents: Sequence[AgentRef], rules: Rules) -> tuple[Pairing, ...]:
    """Every ordered pair of two different agents in which each can play its role; an agent named twice is one.

    Raises NoPairingError.
    """
    different = {agent.name: agent for agent in agents}.values()

    def can(agent: AgentRef, role: Role) -> bool:
        return role in agent.card.roles and rules.language in agent.card.languages

    orders = [
        (one, other)
        for one in different
        for other in different
        if one.name != other.name and can(one, Role.ATTACKER) and can(other, Role.DEFENDER)
    ]
    if not orders:
        raise NoPairingError(tuple(agent.name for agent in agents), rules.language.value)
    met = {(one.name, other.name) for one, other in orders}
    return tuple(Pairing(one, other, (other.name, one.name) in met) for one, other in orders)


@dataclass
class Dealer:
    """Deals words so that memory gains nothing within a season.

    `shared` are the words that isolated pairings play, all of them the same ones; `reserve` are all words of the list,
    in dealing order, for agents that could remember.
    """

    shared: Sequence[str]
    reserve: Sequence[str]
    _seen: dict[str, dict[str, int]] = field(default_factory=dict)
    _dealt: int = 0

    def deal(self, pairing: Pairing, number: int) -> tuple[str, bool]:
        """The word for a pairing's match of this number, and whether the match is rated."""
        word, rated = self.shared[number % len(self.shared)], True
        if not pairing.is_isolated:
            word, rated = self._unseen(pairing, word)
        self._dealt += 1
        for agent in (pairing.attacker, pairing.defender):
            if not agent.is_isolated:
                self._seen.setdefault(agent.name, {})[word] = self._dealt
        return word, rated

    def _unseen(self, pairing: Pairing, wish: str) -> tuple[str, bool]:
        """A word that the defender has not met: the wish, or the first of the reserve, or the least recently seen."""
        seen: Mapping[str, int] = self._seen.get(pairing.defender.name, {})
        for word in (wish, *self.reserve):
            if word not in seen:
                return word, True
        return min(seen, key=lambda word: seen[word]), False


def fixtures(
    pairings: Sequence[Pairing], dealer: Dealer, rounds: int, rules: Rules, master: str, started_at: str
) -> Iterator[Fixture]:
    """The matches of a tournament, round by round. Ids and seeds derive from the master, so a rerun names the same."""
    for number in range(rounds):
        for pairing in pairings:
            word, rated = dealer.deal(pairing, number)
            names = (pairing.attacker.name, pairing.defender.name)
            match_master = derive_id(master, "match", *names, number)
            pair = derive_id(master, "pair", *sorted(names), number) if pairing.is_pair else None
            yield fixture(pairing, word, rules, match_master, started_at, pair=pair, rated=rated)


def fixture(
    pairing: Pairing,
    word: str,
    rules: Rules,
    master: str,
    started_at: str,
    *,
    pair: str | None = None,
    rated: bool = True,
) -> Fixture:
    """One match to be played. Its id derives from master, agents, word and rules, and tells none of them."""
    attacker, defender = (seat_of(agent.name, agent.card) for agent in (pairing.attacker, pairing.defender))
    started = Started(rules, word, master, attacker, defender, started_at, pair, rated)
    players = (attacker.agent, attacker.version, defender.agent, defender.version)
    name = derive_id(master, "id", *players, word, json.dumps(rules.to_json()))
    return Fixture(name, started, _sitting(pairing.attacker), _sitting(pairing.defender))


def _sitting(agent: AgentRef) -> Callable[[], Sitting]:
    return lambda: Sitting(agent.make(), agent.card)
