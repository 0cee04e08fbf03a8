"""`taboo replay`: derive matches again from the log, and say whether the verdicts stand."""

import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from arena import registry
from arena.commands.options import Db, Json, Matches, counted, open_user_log
from arena.core.errors import EventError, TabooError
from arena.core.jsonline import to_line
from arena.core.replay import Replayed, replay

if TYPE_CHECKING:
    from arena.store.log import StoreLog
    from arena.store.stored import StoredMatch

EXIT_DIFFERENT = 1


@dataclass(frozen=True, slots=True)
class Outcome:
    """What replaying one match showed; `problem` and `differences` are empty where everything stands."""

    match: str
    replayed: Replayed | None
    problem: str
    differences: tuple[str, ...]

    @property
    def stands(self) -> bool:
        """Whether the log gives what it says."""
        return not self.problem and not self.differences

    @property
    def is_open(self) -> bool:
        """Whether the match stands and has not ended."""
        return self.stands and self.replayed is not None and self.replayed.verdict is None


def command(
    matches: Matches = None,
    recheck: Annotated[
        bool, typer.Option("--recheck", help="Ask today's matcher and judges again and list what differs.")
    ] = False,
    trust: Annotated[
        bool, typer.Option("--trust", help="With --recheck: also open models and servers that the log names as judges.")
    ] = False,
    show: Annotated[bool, typer.Option("--show", help="Print the transcripts.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print problems and the summary only.")] = False,
    db: Db = None,
    as_json: Json = False,
) -> None:
    """Derive every verdict again from the stored events, match by match.

    Example: [bold]taboo replay --recheck[/bold]. Exits with 1 where a verdict does not stand or a recheck differs.
    """
    log = open_user_log(db, create=False)
    console = Console(highlight=False)
    seen = failed = unfinished = 0
    try:
        log.check()
        finished = set(log.matches(finished=True))
        for stored in log.iter_stored(matches or None):
            outcome = replay_stored(stored, recheck=recheck, trust=trust)
            if outcome.is_open and stored.match in finished:
                outcome = replace(outcome, problem="its end is gone: the results have a verdict for it")
            seen += 1
            failed += not outcome.stands
            unfinished += outcome.is_open
            if as_json:
                sys.stdout.write(to_line(_as_json(outcome)) + "\n")
                continue
            if show and outcome.replayed is not None:
                from arena.render import show_match

                show_match(console, stored.events(), beside=_beside(log, stored.match))
            if not quiet or not outcome.stands:
                console.print(_line(outcome), soft_wrap=True)
    finally:
        log.close()
    if not as_json:
        console.print(_summary(seen, failed, unfinished))
    if failed:
        raise typer.Exit(EXIT_DIFFERENT)


def replay_stored(stored: "StoredMatch", *, recheck: bool = False, trust: bool = False) -> Outcome:
    """Replay one match, byte by byte, and ask today's matcher and judges again where that is wanted.

    A log may be anybody's: what it names after a judge's colon is a file, a model or a server, and is only opened where
    the log is to be trusted.
    """
    try:
        sealed, events = stored.sealed_events(), stored.events()
        for event, line in zip(sealed, stored.lines, strict=True):
            if event.to_line() != line:
                raise EventError(stored.match, event.seq, "event", "its bytes are not those that are written for it")
        replayed = replay(events)
    except EventError as wrong:
        return Outcome(stored.match, None, str(wrong), ())
    if not recheck:
        return Outcome(stored.match, replayed, "", ())
    named = [judge.name for judge in replayed.started.rules.judges if ":" in judge.name]
    if named and not trust:
        problem = f"cannot recheck: judge {named[0]!r} would be opened as the log names it; add --trust if it is yours"
        return Outcome(stored.match, replayed, problem, ())
    from arena.recheck import recheck_match
    from arena.words import WordMatcher

    try:
        judges = registry.judges_for(replayed.started.rules)
    except TabooError as missing:
        return Outcome(stored.match, replayed, f"cannot recheck: {missing}", ())
    return Outcome(stored.match, replayed, "", recheck_match(events, WordMatcher(), judges))


def _beside(log: "StoreLog", match: str) -> dict[int, list[str]]:
    """What was measured at each event, in a line each; where several models were asked, with the model."""
    from arena.render import measured
    from arena.store import measures

    found = log.look_now(lambda connection: measures.found(connection, [match])).get(match, [])
    are_several = len({it.source for it in found}) > 1
    lines: dict[int, list[str]] = {}
    for it in found:
        place = it.reading.fact("as")
        asked = "" if place is None else f", as {place}"
        name = f"{it.source.measure} ({it.source.model}{asked})" if are_several else it.source.measure
        lines.setdefault(it.reading.seq, []).append(measured(name, it.reading))
    return lines


def _line(outcome: Outcome) -> Text:
    from arena.terminal import plain

    if outcome.replayed is None:
        return Text.assemble(("BROKEN ", "bold red"), f"{outcome.match}  ", plain(outcome.problem))
    started, verdict = outcome.replayed.started, outcome.replayed.verdict
    ended = "not finished" if verdict is None else f"{verdict.winner or 'nobody'}: {verdict.reason}"
    names = f"{started.attacker.agent} - {started.defender.agent}"
    line = Text.assemble(
        ("ok     ", "green") if outcome.stands else ("DIFFERS", "bold yellow"),
        f" {outcome.match}  {plain(started.target):<14.14} {plain(names):<24.24} {ended}",
    )
    for difference in (*outcome.differences, *([outcome.problem] if outcome.problem else [])):
        line.append(f"\n        {plain(difference)}", style="yellow")
    return line


def _summary(seen: int, failed: int, unfinished: int) -> Text:
    if not seen:
        return Text("no matches in this log", style="bold")
    stands = "every verdict stands" if not failed else f"{failed} do not stand or differ"
    open_ones = f", {unfinished} not finished" if unfinished else ""
    return Text(f"{counted(seen)} replayed, {stands}{open_ones}", style="bold")


def _as_json(outcome: Outcome) -> dict[str, Any]:
    verdict = outcome.replayed.verdict if outcome.replayed is not None else None
    return {
        "match": outcome.match,
        "stands": outcome.stands,
        "verdict": verdict.to_json() if verdict is not None else None,
        "problem": outcome.problem or None,
        "differences": list(outcome.differences),
    }
