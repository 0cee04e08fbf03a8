"""`taboo match` and `taboo play`: one match, played here and now."""

import asyncio
import sys
from dataclasses import dataclass
from random import Random
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from arena import registry
from arena.clock import timestamp
from arena.commands.options import (
    Db,
    EvasionName,
    FormName,
    Json,
    Judges,
    Lang,
    ListName,
    RulesName,
    Seed,
    Turns,
    open_user_log,
    rules_of,
    words_of,
)
from arena.core.errors import TabooError
from arena.core.events import Acted, Event
from arena.core.hits import Language
from arena.core.jsonline import to_line
from arena.core.rules import Rules
from arena.core.seeds import MatchSeeds
from arena.core.verdict import Role
from arena.runner import Fixture, MemoryLog, Played, fresh_master
from arena.tournament import Pairing, fixture


@dataclass(eq=False)
class CannotPlayError(TabooError):
    """An agent was asked for a role or a language that it does not have."""

    agent: str
    role: Role
    language: Language

    def __str__(self) -> str:
        language = self.language.value
        return f"{self.agent!r} cannot play {self.role} in language {language!r}; `taboo agents` says who can"


@dataclass(eq=False)
class SameMatchError(TabooError):
    """The log holds a match of this name that went otherwise."""

    match: str
    log: str

    def __str__(self) -> str:
        return (
            f"match {self.match} is in {self.log} with other events (an agent does not repeat itself, or another "
            "version of the program played it); play with another --seed, another --db, or --no-log"
        )


@dataclass(eq=False)
class PlayedBeforeError(TabooError):
    """The log holds this match, and playing it once more would be another match of the same name."""

    match: str
    log: str

    def __str__(self) -> str:
        return (
            f"match {self.match} is in {self.log}, and its agents do not repeat themselves: see it with `taboo replay "
            f"--show {self.match}`, or play with another --seed, another --db, or --no-log"
        )


Word = Annotated[str | None, typer.Option("--word", help="The target word; default: dealt from the list.")]
NoLog = Annotated[bool, typer.Option("--no-log", help="Write nothing down.")]


def match(
    attacker: Annotated[str, typer.Option("--attacker", help="NAME of `taboo agents`, or module:Class.")] = "hiding",
    defender: Annotated[str, typer.Option("--defender", help="NAME of `taboo agents`, or module:Class.")] = "detector",
    word: Word = None,
    rules: RulesName = "paper",
    seed: Seed = None,
    turns: Turns = None,
    form: FormName = None,
    evasion: EvasionName = None,
    lang: Lang = None,
    word_list: ListName = None,
    judges: Judges = None,
    db: Db = None,
    no_log: NoLog = False,
    as_json: Json = False,
) -> None:
    """Play one match and print its transcript.

    Example: [bold]taboo match --attacker hiding --defender evasive --word banana --rules paper --seed 7[/bold]
    """
    chosen = rules_of(rules, turns=turns, form=form, evasion=evasion, lang=lang, word_list=word_list, judges=judges)
    _play_one(attacker, defender, word, chosen, seed, db, no_log=no_log, as_json=as_json)


def play(
    role: Annotated[Role, typer.Option("--as", help="Your role.")] = Role.DEFENDER,
    against: Annotated[str | None, typer.Option("--against", help="Who you play; default: a good opponent.")] = None,
    word: Word = None,
    rules: RulesName = "paper",
    seed: Seed = None,
    turns: Turns = None,
    lang: Lang = None,
    word_list: ListName = None,
    db: Db = None,
    no_log: NoLog = False,
) -> None:
    """Play a match yourself, here at the terminal.

    Example: [bold]taboo play --as defender --against hiding[/bold]. Ctrl-C gives up.
    """
    chosen = rules_of(rules, turns=turns, lang=lang, word_list=word_list)
    opponent = against or ("hiding" if role is Role.DEFENDER else "detector")
    attacker, defender = ("human", opponent) if role is Role.ATTACKER else (opponent, "human")
    _play_one(attacker, defender, word, chosen, seed, db, no_log=no_log, as_json=False)


def _play_one(
    attacker: str,
    defender: str,
    word: str | None,
    rules: Rules,
    seed: int | None,
    db: str | None,
    *,
    no_log: bool,
    as_json: bool,
) -> None:
    pairing = pairing_of(attacker, defender, rules)
    has_human = pairing.attacker.card.is_human or pairing.defender.card.is_human
    # A person's match is its own even under a typed seed: two evenings must not share an id.
    master = str(seed) if seed is not None else fresh_master()
    target = _target(word, rules, master)
    one = fixture(
        pairing,
        target,
        rules,
        master if not has_human else f"{master}/{fresh_master()}",
        timestamp(),
    )
    repeats = pairing.attacker.card.repeats and pairing.defender.card.repeats
    played, events, note = asyncio.run(_run(one, None if no_log else db, keep=not no_log, repeats=repeats))
    if as_json:
        sys.stdout.write(_as_json(events) + "\n")
        return
    from arena.render import footer, show_match

    console = Console(highlight=False)
    if has_human:
        last = next((event.body for event in reversed(events) if isinstance(event.body, Acted)), None)
        console.print(footer(one.started, played.verdict, last, dict(played.crashes)))
    else:
        show_match(console, events, dict(played.crashes))
    console.print(Text(note, style="dim"))


def pairing_of(attacker: str, defender: str, rules: Rules) -> Pairing:
    """The pairing of two agents by name. Raises TabooError where a name is unknown or a role cannot be played."""
    one, other = registry.agent(attacker), registry.agent(defender)
    for agent, role in ((one, Role.ATTACKER), (other, Role.DEFENDER)):
        if role not in agent.card.roles or rules.language not in agent.card.languages:
            raise CannotPlayError(agent.name, role, rules.language)
    return Pairing(one, other, is_pair=False)


def _target(word: str | None, rules: Rules, master: str) -> str:
    from arena.words import check_target
    from arena.words.lists import deal

    words = words_of(rules)
    if word is None:
        return deal(words.words, Random(MatchSeeds.of(master).word))
    check_target(word, rules.language)
    if word not in words.words:
        sys.stderr.write(f"taboo: note: {word!r} is not in list {words.name}; who goes by the list cannot guess it\n")
    return word


async def _run(one: Fixture, db: str | None, *, keep: bool, repeats: bool) -> tuple[Played, list[Event], str]:
    """The match played, its events, and where they are now."""
    from arena.runner import play_all
    from arena.words import WordMatcher

    memory = MemoryLog()
    results: list[Played] = []
    if not keep:
        await play_all([one], memory, WordMatcher(), registry.judges_for, 1, results.append)
        return results[0], await memory.read(one.match), "not written down"
    log = open_user_log(db)
    try:
        stored = await log.read(one.match)
        if stored and not repeats:
            raise PlayedBeforeError(one.match, log.url)
        target = memory if stored else log
        await play_all([one], target, WordMatcher(), registry.judges_for, 1, results.append)
        events = await target.read(one.match)
        if stored and _facts(stored) != _facts(events):
            raise SameMatchError(one.match, log.url)
        known = "was already" if stored else "is"
        return results[0], events, f"match {one.match} {known} in {log.url}"
    finally:
        log.close()


def _facts(events: list[Event]) -> list[dict[str, Any]]:
    return [{**event.to_json(), "started_at": None} for event in events]


def _as_json(events: list[Event]) -> str:
    rows = [event.to_json() for event in events]
    return to_line({"match": events[0].match, "verdict": rows[-1]["verdict"], "events": rows})
