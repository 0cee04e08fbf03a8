"""`taboo agent`: make an agent of your own, check it here, and let it play on a server."""

import asyncio
import functools
import getpass
import importlib
import os
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from arena import registry
from arena.core.errors import TabooError
from arena.core.hits import Language
from arena.core.jsonline import to_line
from arena.core.ports import Agent

TOKEN, SERVER = "TABOO_TOKEN", "TABOO_SERVER"
EXAMPLES = (
    "Examples:\n\n"
    "taboo agent new parrot\n\n"
    "taboo agent check parrot_agent:Parrot --words 5 --lang en --json\n\n"
    "taboo agent run parrot_agent:Parrot --server http://localhost:8000 --seats 16 --matches 10\n\n"
    "More options of run: --name, --instance, --closed."
)

app = typer.Typer(
    help="Make an agent of your own, check it here, and let it play on a server.",
    epilog=EXAMPLES,
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode="rich",
)
Reference = Annotated[
    str, typer.Argument(metavar="MODULE:CLASS", help="Your class, or an agent by name, as llm:MODEL.")
]


@dataclass(eq=False)
class InterruptedCheckError(TabooError):
    """The user pressed Ctrl-C."""

    exit_code = 130

    def __str__(self) -> str:
        return "interrupted; nothing was kept"


def _interruptible(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function with Ctrl-C as an error of ours, so that it exits with 130 and one line."""

    @functools.wraps(function)
    def run(*args: object, **options: object) -> object:
        try:
            return function(*args, **options)
        except KeyboardInterrupt:
            raise InterruptedCheckError from None

    return run


@app.command("new")
def new(name: Annotated[str, typer.Argument(help="What to call it.")]) -> None:
    """Make a folder with an agent to begin with, its test and its pyproject.toml.

    Example: [bold]taboo agent new parrot[/bold]
    """
    from agents.template import template

    made = template(name, Path())
    made.write()
    console = Console(highlight=False)
    console.print(Text.assemble("made ", (f"{made.folder}/", "bold"), ": ", ", ".join(made.files())))
    console.print("what to do next:")
    for command in (
        f"cd {made.folder}",
        f"taboo agent check {made.reference}",
        f"taboo agent run {made.reference} --server http://localhost:8000",
    ):
        console.print(Text(f"  {command}", style="bold"), soft_wrap=True)


@app.command("check")
@_interruptible
def check(
    agent: Reference,
    words: Annotated[int, typer.Option("--words", help="Words that each opponent plays.", min=1, max=500)] = 5,
    lang: Annotated[Language, typer.Option("--lang", help="Language of the matches.")] = Language.ENGLISH,
    seconds: Annotated[float, typer.Option("--seconds", help="Most seconds for an action.", min=0.1, max=600)] = 30,
    seed: Annotated[int | None, typer.Option("--seed", help="Default: drawn afresh.", show_default=False)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for a program to read.")] = False,
) -> None:
    """Play your agent here against built-in ones, in every role it has, and report how it behaved.

    Exits with 1 where it broke a rule: a refused action, a crash, no answer in time. Losing is no fault.

    Example: [bold]taboo agent check parrot_agent:Parrot --words 5[/bold]
    """
    from agents import check_report, checking
    from arena.core.rules import preset
    from arena.core.seeds import derive
    from arena.runner import fresh_master

    rules = preset("paper", language=lang, word_list=f"{lang.value}-easy", turn_ms=int(seconds * 1000), bank_ms=0)
    master = str(seed) if seed is not None else fresh_master()
    known = registry.agent(agent)
    with _progress(checking.count_of(known, rules, words)) as advance:
        trials = asyncio.run(checking.examine(agent, rules, words, master, lambda _: advance()))
    chance = derive(master, "bootstrap")
    if as_json:
        sys.stdout.write(to_line(check_report.as_json(trials, agent, master, chance)) + "\n")
    else:
        check_report.show(trials, Console(highlight=False), chance)
    if check_report.faults_of(trials):
        raise typer.Exit(1)


def _progress(total: int) -> Any:  # noqa: ANN401 - a context manager that gives a function
    from agents.status_line import progress

    return progress(total)


@app.command("run")
def run(
    agent: Reference,
    server: Annotated[
        str, typer.Option("--server", envvar=SERVER, help="Address of the server's start page.")
    ] = "http://localhost:8000",
    seats: Annotated[int, typer.Option("--seats", help="Matches to play at once.", min=1, max=1024)] = 16,
    matches: Annotated[
        int | None,
        typer.Option("--matches", help="Look for so many matches, then stop; default: wait for offers.", min=1),
    ] = None,
    name: Annotated[str, typer.Option("--name", help="Name of the agent; default: as its card says.")] = "",
    instance: Annotated[str, typer.Option("--instance", help="Tells several runs of one agent apart.")] = "",
    is_closed: Annotated[bool, typer.Option("--closed", help="Let nobody challenge the agent.")] = False,
) -> None:
    """Let your agent play on a server until Ctrl-C: once to finish running matches, twice to leave at once.

    The token is read from the variable TABOO_TOKEN, or asked for. A connection that breaks comes back by itself.

    Example: [bold]taboo agent run parrot_agent:Parrot --server http://localhost:8000 --seats 16[/bold]
    """
    from agents.sdk import serve
    from agents.status_line import StatusLine

    kind = loaded(agent)
    token = the_token(server)
    is_open = not is_closed and matches is None
    with StatusLine(server) as line:
        score = asyncio.run(
            serve(
                kind,
                server=server,
                token=token,
                name=name,
                seats=seats,
                matches=matches,
                instance=instance,
                is_open=is_open,
                watch=line.show,
            )
        )
    line.conclude(score)


def the_token(server: str) -> str:
    """The user's token, from the environment or typed unseen. Raises TokenError."""
    from agents.sdk_errors import TokenError

    if token := os.environ.get(TOKEN, "").strip():
        return token
    if not sys.stdin.isatty():
        raise TokenError(server, "no token was given", f"put one from your account page into {TOKEN}")
    return getpass.getpass(f"token for {server} (it is not shown): ").strip()


class Named:
    """An agent that is asked for as `NAME:ARGUMENT`, as the class that `serve` makes instances of."""

    def __init__(self, ref: registry.AgentRef) -> None:
        self.card = ref.card
        self.act: Any = getattr(ref.kind, "act", None)
        self._ref = ref

    def __call__(self) -> Agent:
        """A fresh instance."""
        return self._ref.make()


def loaded(reference: str) -> Any:  # noqa: ANN401 - anyone's class
    """The class that `module:Class`, the name of an agent, or a name with an argument names. Raises TabooError."""
    module, colon, name = reference.partition(":")
    if not colon:
        return registry.load(registry.AGENTS, reference)
    if module in registry.entries(registry.AGENTS):
        return Named(registry.agent(reference))
    folder = str(Path.cwd())
    if folder not in sys.path:
        sys.path.append(folder)  # last: nothing in it can shadow what is installed
    try:
        found: Any = importlib.import_module(module)
        for part in name.split("."):
            found = getattr(found, part)
    except (Exception, SystemExit) as problem:  # noqa: BLE001 - a module may fail in any way at import
        raise registry.BrokenAgentError(reference, f"{type(problem).__name__}: {problem}{_place(problem)}") from None
    if not callable(found) or not callable(getattr(found, "act", None)):
        raise registry.BrokenAgentError(reference, f"{name} is not a class with a method act(view)")
    return found


def _place(problem: BaseException) -> str:
    """Where an import failed: the author's own line where it can be told, else the last line that is in a file."""
    frames = [frame for frame in traceback.extract_tb(problem.__traceback__)[1:] if not frame.filename.startswith("<")]
    own = [frame for frame in frames if Path(frame.filename).is_relative_to(Path.cwd())]
    last = next(reversed(own or frames[1:]), None)  # the first is importlib's
    return "" if last is None else f" ({Path(last.filename).name}, line {last.lineno})"
