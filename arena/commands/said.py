"""`taboo said`: ask the matcher whether a text says a word, once or for a file of rows."""

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.text import Text

from arena.commands.options import Json, read_lines
from arena.core.errors import TabooError
from arena.core.hits import Evasion, Form, Hit, Language, Policy
from arena.core.jsonline import to_line

Choice = TypeVar("Choice", bound=StrEnum)


@dataclass(eq=False)
class RowError(TabooError):
    """A row of a batch that cannot be asked about."""

    source: str
    line: int
    field: str
    problem: str

    def __str__(self) -> str:
        return f"{self.source}, line {self.line}: {self.field}: {self.problem}"


@dataclass(eq=False)
class BatchError(TabooError):
    """Some rows of a batch could not be asked about; all the others were answered."""

    rows: int
    first: RowError

    def __str__(self) -> str:
        count = "1 row was" if self.rows == 1 else f"{self.rows} rows were"
        return f"{count} not answered and have an 'error' instead; the first: {self.first}"


@dataclass(eq=False)
class MissingOptionError(TabooError):
    """Neither a word with a text nor a batch was given."""

    def __str__(self) -> str:
        return "say what to ask: --word W --text T, or --batch FILE.jsonl"


def command(
    word: Annotated[str | None, typer.Option("--word", help="The target word.")] = None,
    text: Annotated[str | None, typer.Option("--text", help="What was said.")] = None,
    form: Annotated[Form, typer.Option("--form", help="What counts as saying it.")] = Form.INFLECTION,
    evasion: Annotated[
        Evasion, typer.Option("--evasion", help="Whether spelling out, leet and reversal count.")
    ] = Evasion.WATCH,
    lang: Annotated[Language, typer.Option("--lang", help="Language of the text.")] = Language.ENGLISH,
    batch: Annotated[
        Path | None,
        typer.Option(
            "--batch",
            help='Rows {"word","text","form"?,"evasion"?,"language"?}, one JSON object a line; - for standard input.',
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Whether a text says a word, and where.

    Example: [bold]taboo said --word banana --text "Two ban**ana**s, please."[/bold]
    """
    if batch is not None:
        for line in answer_rows(str(batch), read_lines(batch), Policy(form, evasion, lang)):
            sys.stdout.write(line)
        return
    if word is None or text is None:
        raise MissingOptionError
    from arena.words import check_target, said

    check_target(word, lang)
    hits = said(text, word, Policy(form, evasion, lang))
    if as_json:
        sys.stdout.write(to_line({"word": word, "text": text, **_answer(hits)}) + "\n")
        return
    _show(text, word, hits)


def answer_rows(source: str, lines: Iterable[bytes], default: Policy) -> Iterator[str]:
    """Each row with `said` and `hits` added, as lines of JSON, in the order in which they came.

    A row that cannot be asked about comes back with `said` null and an `error`. Raises BatchError at the end for those.
    """
    wrong: list[RowError] = []
    for number, raw in enumerate(lines, start=1):
        if not raw.strip():
            continue
        row: dict[str, Any] = {}
        try:
            row = _row(source, number, raw)
            row.update(_answer_row(row, default, source, number))
        except RowError as problem:
            wrong.append(problem)
            row.update(said=None, hits=[], error=f"{problem.field}: {problem.problem}")
        # Half a character, which no encoding can write, stays as its JSON escape.
        yield to_line(row).encode("utf-8", "backslashreplace").decode() + "\n"
    if wrong:
        raise BatchError(len(wrong), wrong[0])


def _answer_row(row: dict[str, Any], default: Policy, source: str, number: int) -> dict[str, Any]:
    from arena.words import check_target, said

    for name in ("word", "text"):
        if not isinstance(row.get(name), str):
            raise RowError(source, number, name, "must be there, and be text")
    policy = Policy(
        _choice(row, "form", Form, default.form, source, number),
        _choice(row, "evasion", Evasion, default.evasion, source, number),
        _choice(row, "language", Language, default.language, source, number),
    )
    try:
        check_target(row["word"], policy.language)
    except TabooError as wrong:
        raise RowError(source, number, "word", str(wrong)) from None
    return _answer(said(row["text"], row["word"], policy))


def _answer(hits: tuple[Hit, ...]) -> dict[str, Any]:
    return {"said": any(hit.counts for hit in hits), "hits": [asdict(hit) for hit in hits]}


def _row(source: str, number: int, raw: bytes) -> dict[str, Any]:
    try:
        row = json.loads(raw.decode("utf-8-sig" if number == 1 else "utf-8"))
    except UnicodeDecodeError as wrong:
        raise RowError(source, number, "bytes", f"not UTF-8 at byte {wrong.start}: save the file as UTF-8") from None
    except (ValueError, RecursionError) as wrong:
        raise RowError(source, number, "row", f"not JSON: {wrong}") from None
    if not isinstance(row, dict):
        raise RowError(source, number, "row", 'must be an object such as {"word": "apple", "text": "An apple."}')
    return row


def _choice(row: dict[str, Any], name: str, kind: type[Choice], default: Choice, source: str, number: int) -> Choice:
    value = row.get(name)
    if value is None:
        return default
    try:
        return kind(value)
    except ValueError:
        raise RowError(source, number, name, f"{value!r} is none of {', '.join(kind)}") from None


def _show(text: str, word: str, hits: tuple[Hit, ...]) -> None:
    """The text with its hits marked, and one line for each."""
    from arena.terminal import plain

    shown = Text()
    at = 0
    for hit in hits:
        shown.append(plain(text[at : hit.start]))
        shown.append(plain(text[hit.start : hit.end]), style="bold red" if hit.counts else "bold yellow")
        at = max(at, hit.end)
    shown.append(plain(text[at:]))
    console = Console(highlight=False)
    console.print(shown)
    verdict = "says" if any(hit.counts for hit in hits) else "does not say"
    console.print(Text(f"{verdict} {plain(word)!r}", style="bold"))
    for hit in hits:
        effect = "counts" if hit.counts else "noted, does not count"
        console.print(Text(f"  characters {hit.start}-{hit.end}: {plain(hit.found)!r} by {hit.rule} ({effect})"))
