"""Plays the same words and seeds twice: as they are, and with the attacker's utterances perturbed."""

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, replace

from arena.core.events import Acted, Event, Started
from arena.core.ports import AgentCard, Judge, Matcher
from arena.core.rules import Rules
from arena.core.seeds import MatchSeeds, derive, derive_id
from arena.core.verdict import Reason, Role, Verdict
from arena.registry import AgentRef
from arena.runner import Fixture, MemoryLog, Played, Sitting, play_all, seat_of
from attacks.core.errors import CapabilityError
from attacks.core.ports import Attack
from attacks.engine import Row, Status
from attacks.game.counting import Pair
from attacks.game.goals import Aim, Reaction
from attacks.game.perturbing import Means, Perturbing
from attacks.game.victims import DefenderVictim

STARTED_AT = "2000-01-01T00:00:00+00:00"
"""When every match began: the same seed gives the same transcripts, to the byte."""


@dataclass(frozen=True)
class Contest:
    """Who plays, by what rules, on which words, and how many matches on each; everything follows from `seed`."""

    attacker: AgentRef
    defender: AgentRef
    rules: Rules
    words: tuple[str, ...]
    seeds: int
    seed: int

    def masters(self) -> Iterator[tuple[str, int, str]]:
        """Word, number and master seed of every match."""
        for word in self.words:
            for number in range(self.seeds):
                yield word, number, derive_id(str(self.seed), "game", word, number)

    def name_of(self, master: str, *more: object) -> str:
        """The name of a match: another one wherever anything that the match follows from is another."""
        rules = json.dumps(self.rules.to_json())
        return derive_id(master, "id", self.attacker.name, self.defender.name, rules, *more)


@dataclass(frozen=True)
class Help:
    """How the attacker is helped: by which attack, to what end, with how many queries an utterance.

    `recipe` is the attack as it was asked for, its argument included.
    """

    attack: Attack
    aim: Aim
    budget: int | None
    recipe: str


@dataclass(frozen=True)
class PlayedPair:
    """A pair, the events of both its matches, and what became of each utterance of the perturbed one."""

    pair: Pair
    events: tuple[Sequence[Event], Sequence[Event]]
    rows: Sequence[Row]


@dataclass(frozen=True)
class _Hall:
    """Where pairs are played."""

    contest: Contest
    help: Help
    matcher: Matcher
    judges: Mapping[str, Judge]
    threads: Executor


def require_capable(attack: Attack, defender: str) -> None:
    """Raises CapabilityError where an attack needs more than an agent shows."""
    missing = attack.needs - DefenderVictim.can
    if missing:
        raise CapabilityError(attack.name, defender, tuple(sorted(missing)))


def play_pairs(
    contest: Contest,
    help_: Help,
    matcher: Matcher,
    judges: Mapping[str, Judge],
    *,
    jobs: int = 1,
    done: frozenset[tuple[str, int]] = frozenset(),
    report: Callable[[PlayedPair], None] = lambda _: None,
) -> list[Pair]:
    """Play every match twice, but for the pairs of word and number that are done; `jobs` pairs at a time.

    Pairs are reported in the contest's order, whatever came first. Raises CapabilityError before anything is played,
    whatever `report` raises, and TabooError where an agent cannot be made.
    """
    require_capable(help_.attack, contest.defender.name)
    left = [it for it in contest.masters() if it[:2] not in done]
    with ThreadPoolExecutor(jobs, "search") as threads:
        return asyncio.run(_play(_Hall(contest, help_, matcher, judges, threads), left, jobs, report))


async def _play(
    hall: _Hall, dealt: Sequence[tuple[str, int, str]], jobs: int, report: Callable[[PlayedPair], None]
) -> list[Pair]:
    waiting = iter(enumerate(dealt))
    early: dict[int, PlayedPair] = {}
    pairs: list[Pair] = []

    async def work() -> None:
        for number, it in waiting:
            early[number] = await _pair(hall, *it)
            while len(pairs) in early:
                played = early.pop(len(pairs))
                report(played)
                pairs.append(played.pair)

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(min(jobs, len(dealt))):
                group.create_task(work())
    except BaseExceptionGroup as several:
        raise several.exceptions[0] from None
    return pairs


async def _pair(hall: _Hall, word: str, number: int, master: str) -> PlayedPair:
    """One word and seed on both sides."""
    contest, help_, defender = hall.contest, hall.help, hall.contest.defender
    means = Means(
        help_.attack, help_.aim, help_.budget, derive(master, "attack"), defender, hall.matcher, hall.judges,
        hall.threads,
    )  # fmt: skip
    attacker = contest.attacker
    helped = Perturbing(attacker.make(), means, MatchSeeds.of(master).defender)
    sides: list[tuple[str, tuple[object, ...], Callable[[], Sitting]]] = [
        (attacker.name, (), seated(attacker)),
        (
            f"{attacker.name}+{help_.recipe}",
            (help_.recipe, help_.aim, help_.budget),
            lambda: Sitting(helped, untimed(attacker.card)),
        ),
    ]
    fixtures = []
    for name, more, sitting in sides:
        seats = seat_of(name, attacker.card), seat_of(defender.name, defender.card)
        started = Started(contest.rules, word, master, *seats, STARTED_AT, None, False)
        fixtures.append(Fixture(contest.name_of(master, *more), started, sitting, seated(defender)))
    log, played = MemoryLog(), dict[str, Played]()
    await play_all(fixtures, log, hall.matcher, lambda _: hall.judges, 1, lambda it: played.update({it.match: it}))
    first, second = (played[it.match] for it in fixtures)
    plain, perturbed = (log.events[it.match] for it in fixtures)
    pair = paired(word, number, (first.match, second.match), plain, perturbed, helped.rows, problem_of(first, second))
    return PlayedPair(pair, (plain, perturbed), tuple(helped.rows))


def seated(agent: AgentRef) -> Callable[[], Sitting]:
    """How an agent takes its seat. No clock runs: a search takes as long as it takes, and a replay is the same."""
    return lambda: Sitting(agent.make(), untimed(agent.card))


def untimed(card: AgentCard) -> AgentCard:
    """The card of an agent whose thinking costs no match time; one in a process still keeps to its time by itself."""
    return replace(card, is_timed=False)


def problem_of(plain: Played, perturbed: Played) -> str:
    """Whether an agent crashed in one of the matches, and how; empty where none did."""
    return "; ".join(
        f"{side}: {role.value} crashed: {crash}"
        for side, played in (("plain", plain), ("perturbed", perturbed))
        for role, crash in sorted(played.crashes.items())
    )


def paired(
    word: str,
    number: int,
    matches: tuple[str, str],
    plain: Sequence[Event],
    perturbed: Sequence[Event],
    rows: Sequence[Row],
    problem: str,
) -> Pair:
    """The pair that the events of two matches and the rows of the second come to."""
    return Pair(
        word=word,
        seed=number,
        plain=verdict_of(plain).reason.value,
        perturbed=verdict_of(perturbed).reason.value,
        attacked=sum(row.status in (Status.SUCCEEDED, Status.FAILED) for row in rows),
        changed=sum(row.status is Status.SUCCEEDED for row in rows),
        broken=sum(row.status is Status.ERROR for row in rows),
        unforeseen=unforeseen(perturbed, rows),
        queries=sum(row.queries for row in rows),
        turns=(_turns(plain), _turns(perturbed)),
        matches=matches,
        problem=problem,
    )


def verdict_of(events: Sequence[Event]) -> Verdict:
    """How a finished match ended. Raises ValueError of one that is not finished."""
    found: Verdict | None = getattr(events[-1].body, "verdict", None)
    if found is None:
        raise ValueError(f"match {events[0].match} is not finished")
    return found


def _turns(events: Sequence[Event]) -> int:
    return len({event.body.turn for event in events if isinstance(event.body, Acted)})


def unforeseen(events: Sequence[Event], rows: Sequence[Row]) -> int:
    """To how many utterances the defender reacted otherwise than it had when the attack asked it."""
    came = _reactions(events)
    foreseen = ((row.number, row.before if row.after is None else row.after) for row in rows)
    known = [(turn, Reaction(said.index(1.0))) for turn, said in foreseen if isinstance(said, tuple)]
    # Of what does not pass the defender was not asked: a warning lets the match go on, and nothing was foreseen of it.
    return sum(turn in came and came[turn] is not said for turn, said in known if said is not Reaction.LOST)


def _reactions(events: Sequence[Event]) -> dict[int, Reaction]:
    """What each utterance of the attacker led to, by turn."""
    came = {it.body.turn: Reaction.QUIET for it in events if isinstance(it.body, Acted)}
    verdict = verdict_of(events)
    if came and verdict.reason in (Reason.INFERRED, Reason.INDUCED):
        came[max(came)] = Reaction.INFERRED if verdict.reason is Reason.INFERRED else Reaction.INDUCED
    elif verdict.reason in (Reason.LEAKED, Reason.VOID) or (verdict.reason, verdict.winner) == (
        Reason.RULED,
        Role.DEFENDER,
    ):
        came[max(came)] = Reaction.LOST
    return came
