"""A match as people read it at a terminal: who said what, what counted, and what decided it."""

from collections.abc import Iterable, Mapping, Sequence

from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from arena.core.events import Acted, Departure, Event, Finished, Left, Noted, Refused, Resumed, Started, Suspended
from arena.core.measures import Reading
from arena.core.rules import Rules
from arena.core.verdict import Cause, Reason, Role, Verdict
from arena.terminal import plain

WIDTH = 80
NOTE_CHARS = 200
STYLE = {Role.ATTACKER: "bold magenta", Role.DEFENDER: "bold cyan"}


def show_match(
    console: Console,
    events: Iterable[Event],
    crashes: dict[Role, str] | None = None,
    beside: Mapping[int, Sequence[str]] | None = None,
) -> None:
    """Print a match, event by event. `beside` holds lines that are shown under an event, by its number."""
    started: Started | None = None
    last: Acted | None = None
    turn = 0
    for event in events:
        body = event.body
        if isinstance(body, Started):
            started = body
            console.print(header(body))
        elif isinstance(body, Acted | Noted):
            if body.turn != turn:
                turn = body.turn
                console.print(Text(f"\n turn {turn}", style="dim"))
            console.print(utterance(body) if isinstance(body, Acted) else _note(body))
            last = body if isinstance(body, Acted) else last
        elif isinstance(body, Finished) and started is not None:
            console.print(footer(started, body.verdict, last, crashes or {}))
        else:
            console.print(_aside(body))
        for line in (beside or {}).get(event.seq, ()):
            console.print(Text(f"{'':12}{plain(line)}", style="dim"))


def measured(measure: str, reading: Reading) -> str:
    """A reading in one line: its numbers with a fraction and its ranks, which are of how many.

    The rest, counts and how it was asked, is for programs.
    """
    facts = reading.to_json()
    shown = []
    for name, value in facts.items():
        label = name.replace("_", " ")
        if isinstance(value, float):
            shown.append(f"{label} {value:.2f}")
        elif value is None and not name.endswith("_of"):
            shown.append(f"{label} none")
        elif f"{name}_of" in facts:
            whole = facts[f"{name}_of"]
            shown.append(f"{label} {value:,}" if whole is None else f"{label} {value:,} of {whole:,}")
    return f"{measure}: {', '.join(shown)}"


def header(started: Started) -> RenderableType:
    """The target and who plays by what."""
    title = Text.assemble("the word is ", (plain(started.target), "bold yellow"))
    players = Text.assemble(
        (plain(started.attacker.agent), STYLE[Role.ATTACKER]),
        " attacks, ",
        (plain(started.defender.agent), STYLE[Role.DEFENDER]),
        " defends",
    )
    return Panel(
        Group(players, Text(_in_short(started.rules), style="dim")), title=title, title_align="left", width=WIDTH
    )


def _in_short(rules: Rules) -> str:
    guesses = "1 guess" if rules.guess_limit == 1 else f"{rules.guess_limit} guesses"
    judges = ", ".join(judge.name for judge in rules.judges) or "none"
    turns = "1 turn" if rules.max_turns == 1 else f"{rules.max_turns} turns"
    return f"{turns}, {guesses}, list {plain(rules.word_list)}, judges: {judges}"


def utterance(acted: Acted) -> RenderableType:
    """One action with its hits marked where they are."""
    text = acted.action.text
    said = Text("(redacted)", style="dim italic")
    if acted.seal is None or text:
        said = Text()
        at = 0
        for hit in acted.hits:
            said.append(plain(text[at : hit.start]))
            said.append(plain(text[hit.start : hit.end]), style="bold red" if hit.counts else "yellow underline")
            at = max(at, hit.end)
        said.append(plain(text[at:]))
    if acted.action.guess is not None:
        outcome = "right" if acted.right else "wrong"
        said.append("  " if said.plain else "")
        said.append(
            f"[guesses {plain(acted.action.guess)!r}: {outcome}]", style="bold green" if acted.right else "bold"
        )
    for ruling in acted.rulings:
        if ruling.score is not None and ruling.score >= 0.5:
            said.append(f"  [{ruling.judge}: {ruling.label}]", style="yellow")
    line = Table.grid(padding=(0, 2, 0, 0))
    line.add_column(width=10, justify="right", style=STYLE[acted.role])
    line.add_column(max_width=WIDTH - 12)
    line.add_row(acted.role, said)
    return line


def _aside(body: object) -> Text:
    if isinstance(body, Refused):
        return Text(f"{body.role:>10}  (refused: {body.why.replace('_', ' ')})", style="yellow")
    if isinstance(body, Left):
        how = {Departure.TIME: "ran out of time", Departure.CRASH: "crashed", Departure.RESIGNED: "gave up"}
        return Text(f"{body.role:>10}  ({how[body.how]})", style="yellow")
    if isinstance(body, Suspended | Resumed):
        return Text(f"            ({'suspended' if isinstance(body, Suspended) else 'went on'})", style="dim")
    return Text(f"            ({type(body).__name__.lower()})", style="dim")


def _note(noted: Noted) -> RenderableType:
    """What a program noted, in a few dim lines under each other: its text, or its facts where it has none."""
    note = noted.note
    text = " ".join(note.text.split())
    shown = text if len(text) <= NOTE_CHARS else text[:NOTE_CHARS] + " ..."
    if note.kind == "model":
        shown = f"{note.fact('model')}, prompt {note.fact('prompt')}: {note.fact('prompt_tokens')} tokens read, "
        shown += f"{note.fact('tokens')} written"
    elif not shown:
        shown = ", ".join(f"{name} {value}" for name, value in note.facts if value is not None)
    line = Table.grid(padding=(0, 2, 0, 0))
    line.add_column(width=10, justify="right", style="dim")
    line.add_column(max_width=WIDTH - 12, style="dim")
    line.add_row(plain(note.kind), Text(plain(shown)))
    return line


def footer(started: Started, verdict: Verdict, last: Acted | None, crashes: dict[Role, str]) -> RenderableType:
    """How it ended, and by what."""
    lines: list[RenderableType] = [Text(sentence(verdict, started.target, last))]
    lines += [Text(f"{role}: {plain(why)}", style="dim") for role, why in crashes.items()]
    winner = "nobody wins" if verdict.winner is None else f"the {verdict.winner} wins"
    style = "dim" if verdict.winner is None else STYLE[verdict.winner]
    title = Text(f"{winner}: {verdict.reason}", style=style)
    return Panel(Group(*lines), title=title, title_align="left", width=WIDTH, border_style=style)


def sentence(verdict: Verdict, target: str, last: Acted | None) -> str:
    """What decided the match, in one sentence."""
    target = plain(target)
    found = next((hit for hit in last.hits if hit.counts), None) if last is not None else None
    words = plain(last.action.text[found.start : found.end]) if last is not None and found is not None else ""
    loser = verdict.winner.other if verdict.winner is not None else None
    causes = {
        Cause.TIME: "ran out of time",
        Cause.CRASH: "crashed",
        Cause.REFUSALS: "made two illegal actions in one turn",
    }
    table = {
        Reason.ABORTED: "Nobody made a first action; the match does not count.",
        Reason.FORFEIT: f"The {loser} {causes.get(verdict.cause) if verdict.cause else ''}.",
        Reason.RESIGNED: f"The {loser} gave up.",
        Reason.LEAKED: f"The attacker said its own word: {words!r} says {target!r}.",
        Reason.VOID: f"The attacker said its own word: {words!r} says {target!r}; the match is void.",
        Reason.RULED: f"The judge {verdict.judge!r} ruled against the {loser}: {verdict.label}.",
        Reason.INFERRED: f"The defender saw it coming and guessed {target!r}.",
        Reason.MISGUESSED: f"The defender guessed wrong; the word was {target!r}.",
        Reason.INDUCED: f"The defender said it unaware: {words!r} says {target!r}.",
        Reason.TIE: f"The turns ran out and nobody said {target!r}.",
        Reason.INFRASTRUCTURE: "The platform failed; the match does not count.",
    }
    return table[verdict.reason]
