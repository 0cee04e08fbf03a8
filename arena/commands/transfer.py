"""`taboo export` and `taboo import`: transcripts as files."""

import io
import json
import sys
import unicodedata
from collections.abc import Iterator
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from arena.commands.options import Db, FileError, Matches, counted, open_user_log, read_lines

if TYPE_CHECKING:
    from arena.store.log import StoreLog


class Format(StrEnum):
    """What transcripts can be written as."""

    JSONL = "jsonl"


class _Screen(io.StringIO):
    """A terminal: the same JSON, with what a terminal would obey written as JSON escapes it."""

    def write(self, text: str) -> int:
        """Show a text."""
        return sys.stdout.write("".join(_shown(char) for char in text))


def _shown(char: str) -> str:
    is_order = char != "\n" and unicodedata.category(char) in ("Cc", "Cf", "Zl", "Zp")
    return json.dumps(char)[1:-1] if is_order else char


def export(
    matches: Matches = None,
    form: Annotated[Format, typer.Option("--format", help="What to write.")] = Format.JSONL,  # noqa: ARG001 - one so far
    out: Annotated[Path, typer.Option("--out", "-o", help="File to write; - for standard output.")] = Path("-"),
    measures: Annotated[
        bool, typer.Option("--measures", help="Write what `taboo leak` measured of them instead, one number a line.")
    ] = False,
    db: Db = None,
) -> None:
    """Write transcripts, one match a line, as docs/transcripts.md describes.

    Example: [bold]taboo export --format jsonl --out matches.jsonl[/bold]
    """
    log = open_user_log(db, create=False)
    try:
        write = partial(_write_measures if measures else _write_transcripts, log, matches or None)
        if str(out) == "-":
            sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # type: ignore[union-attr]
            write(_Screen() if sys.stdout.isatty() else sys.stdout)
            return
        if out.is_dir():
            raise FileError(str(out), "cannot be written: it is a folder")
        part = out.with_name(out.name + ".part")
        try:
            with part.open("w", encoding="utf-8", newline="\n") as file:
                what = write(file)
            part.replace(out)
        except OSError as wrong:
            part.unlink(missing_ok=True)
            raise FileError(str(out), f"cannot be written: {wrong.strerror}") from None
        sys.stderr.write(f"{what} written to {out}\n")
    finally:
        log.close()


def _write_transcripts(log: "StoreLog", matches: list[str] | None, out: TextIO) -> str:
    from arena.store.transcripts import export_transcripts

    return counted(export_transcripts(log, out, matches))


def _write_measures(log: "StoreLog", matches: list[str] | None, out: TextIO) -> str:
    from arena.store.measures import export_measures

    return _numbers(export_measures(log, out, matches))


def _numbers(count: int) -> str:
    return f"{count} measured {'turn' if count == 1 else 'turns'}"


def import_(
    file: Annotated[Path, typer.Argument(help="Transcripts as `taboo export` writes them; - for standard input.")],
    measures: Annotated[
        bool, typer.Option("--measures", help="Read what `taboo export --measures` wrote; the matches must be there.")
    ] = False,
    db: Db = None,
) -> None:
    """Read transcripts into the log. Every match is checked whole before it is written.

    Example: [bold]taboo import matches.jsonl --db copy.db[/bold]
    """
    from arena.store.transcripts import import_transcripts

    lines = read_lines(file)
    if measures:
        _read_measures(lines, db)
        return
    first = next(lines, None)  # so that a file that cannot be read makes no empty log
    log = open_user_log(db)
    try:
        rest = [] if first is None else [first]
        summary = import_transcripts(log, _chain(rest, lines))
    finally:
        log.close()
    sys.stderr.write(f"{counted(summary.new)} read, {summary.known} already there\n")


def _read_measures(lines: Iterator[bytes], db: str | None) -> None:
    from arena.store.measures import import_measures

    log = open_user_log(db, create=False)
    try:
        sys.stderr.write(f"{_numbers(import_measures(log, lines))} read\n")
    finally:
        log.close()


def _chain(head: list[bytes], tail: Iterator[bytes]) -> Iterator[bytes]:
    yield from head
    yield from tail
