"""The root of `taboo`: gathers the commands, turns errors into one line, and exits with a documented code.

0 done · 1 a check found differences · 2 wrong usage or wrong input · 3 the log cannot be read or written ·
130 interrupted · 141 the reader of the output went away.
"""

import functools
import importlib.util
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Annotated, Any

import typer

import arena
from arena import registry
from arena.core.errors import TabooError

EXIT_USAGE, EXIT_INTERRUPTED, EXIT_PIPE = 2, 130, 141

EPILOG = (
    "Exit codes: 0 done, 1 a check found differences, 2 wrong usage or input, "
    "3 the log cannot be read or written, 130 interrupted."
)
OWN_PACKAGES = ("agents", "attacks", "web")
_ORDER = (
    *("serve", "match", "play", "tournament", "agent", "agents", "replay", "export", "import", "leak"),
    *("judge", "attack", "data", "said", "words", "people", "protocol", "bench"),
)


@dataclass(eq=False)
class UserInterruptError(TabooError):
    """The user pressed Ctrl-C."""

    exit_code = EXIT_INTERRUPTED

    def __str__(self) -> str:
        return "interrupted; what the log holds is whole"


class ReaderGoneError(Exception):
    """The reader of our output went away. Not an OSError: of those typer makes an exit code of its own."""


@dataclass(eq=False)
class ShadowedError(TabooError):
    """Another package of the same name stands in front of one of ours."""

    package: str
    found: str
    owners: tuple[str, ...]

    def __str__(self) -> str:
        owner = f"distribution {' and '.join(self.owners)}" if self.owners else "a folder"
        return (
            f"the package {self.package!r} that Python finds is not ours: {self.found}, from {owner}, shadows it; "
            "rename or uninstall that one, or run taboo in an environment of its own"
        )


def build() -> typer.Typer:
    """The whole command line, with every command that entry points bring."""
    app = typer.Typer(
        add_completion=False,
        rich_markup_mode="rich",
        epilog=EPILOG,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
    )
    app.callback()(root)
    known = registry.entries(registry.COMMANDS)
    for name in sorted(known, key=lambda name: (_ORDER.index(name) if name in _ORDER else len(_ORDER), name)):
        try:
            loaded = registry.load(registry.COMMANDS, name)
        except registry.BrokenPluginError as broken:
            loaded = _failing(broken)
        if isinstance(loaded, typer.Typer):
            for part in loaded.registered_commands:
                part.callback = None if part.callback is None else _interruptible(part.callback)
            own = loaded.registered_callback
            if own is not None and own.callback is not None:
                own.callback = _interruptible(own.callback)
            app.add_typer(loaded, name=name)
        else:
            app.command(name)(_interruptible(loaded))
    return app


def _interruptible(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function with Ctrl-C and a broken pipe as errors of ours, so that it exits with 130 or 141."""

    @functools.wraps(function)
    def run(*args: object, **options: object) -> object:
        try:
            return function(*args, **options)
        except KeyboardInterrupt:
            raise UserInterruptError from None
        except BrokenPipeError:
            raise ReaderGoneError from None

    return run


def _failing(broken: registry.BrokenPluginError) -> Callable[[], None]:
    def fail() -> None:
        raise broken

    fail.__doc__ = f"(broken: see distribution {broken.distribution})"
    return fail


def _show_version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"taboo-arena {arena.__version__}\n")
        raise typer.Exit


def root(
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
    version: Annotated[
        bool, typer.Option("--version", help="Show the version.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """Adversarial Taboo: lead the other side to say a word, or guess it first.

    Try: [bold]taboo match --attacker hiding --defender evasive --word banana --rules paper --seed 7[/bold]
    """


def main(words: list[str]) -> int:
    """Run `taboo` with these arguments and return its exit code."""
    try:
        check_not_shadowed()
        code = _code_of(words)
        if sys.stdout is not None:
            sys.stdout.flush()  # while there is still somebody to tell that it failed
        return code
    except (BrokenPipeError, ReaderGoneError):
        # The reader of our output went away (as `head` does): not an error of ours, and nobody to tell.
        _drop_output()
        return EXIT_PIPE
    except TabooError as wrong:
        if "--debug" in words:
            raise
        return _say(str(wrong), getattr(wrong, "exit_code", EXIT_USAGE))
    except OSError as wrong:
        if "--debug" in words:
            raise
        if wrong.filename is not None:
            return _say(f"{wrong.filename}: {wrong.strerror}; check the name and the rights", EXIT_USAGE)
        _drop_output()
        return _say(f"the output cannot be written ({wrong.strerror}); free some room, or write elsewhere", EXIT_USAGE)


def _code_of(words: list[str]) -> int:
    try:
        build()(words, prog_name="taboo")
    except SystemExit as done:
        return done.code if isinstance(done.code, int) else int(done.code is not None)
    return 0


def _say(sentence: str, code: int) -> int:
    from arena.terminal import plain

    sys.stderr.write(f"taboo: {plain(sentence)}\n")
    return code


def _drop_output() -> None:
    """Send what Python still holds for standard output nowhere, so that it does not complain about it at its end."""
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def check_not_shadowed() -> None:
    """Raise ShadowedError where Python finds another package under one of our names."""
    home = Path(arena.__file__).parent.parent
    for package in OWN_PACKAGES:
        spec = importlib.util.find_spec(package)
        places = [Path(place) for place in (spec.submodule_search_locations or [])] if spec is not None else []
        if places and home / package not in places:
            owners = tuple(packages_distributions().get(package, ()))
            raise ShadowedError(package, str(places[0]), tuple(o for o in owners if o != registry.OWN_DISTRIBUTION))


def run() -> None:
    """The entry point of the `taboo` command."""
    from arena.terminal import speak_anywhere

    speak_anywhere()
    sys.path.append("")  # the user's folder comes last: nothing in it can shadow what is installed
    sys.exit(main(sys.argv[1:]))
