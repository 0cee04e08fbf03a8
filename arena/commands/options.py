"""The options that several commands share, and what becomes of them: rules, words, a log."""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from arena.core.errors import RulesError, TabooError
from arena.core.hits import Evasion, Form, Language
from arena.core.rules import JudgeSpec, Rules, preset
from arena.places import log_path

if TYPE_CHECKING:
    from arena.store.log import StoreLog
    from arena.words.lists import WordList

RulesName = Annotated[str, typer.Option("--rules", help="Set of rules: paper or spag.", show_default=True)]
Turns = Annotated[int | None, typer.Option("--turns", help="Most turns; default by the rules.", show_default=False)]
FormName = Annotated[
    Form | None,
    typer.Option("--form", help="What counts as saying the word.", show_default=False, case_sensitive=False),
]
EvasionName = Annotated[
    Evasion | None,
    typer.Option("--evasion", help="Whether spelling out, leet and reversal count against the attacker."),
]
Lang = Annotated[Language | None, typer.Option("--lang", help="Language of the match.", show_default=False)]
ListName = Annotated[
    str | None,
    typer.Option("--list", help="Word list: a name of `taboo words`, or a file of yours.", show_default=False),
]
Judges = Annotated[
    str | None,
    typer.Option(
        "--judges",
        help="Judges as NAME or NAME:ARGUMENT, joined by commas (write a comma within one as ,,); 'none' for none.",
        show_default=False,
    ),
]
_COMMA = re.compile(r"(?<!,),(?!,)")

Db = Annotated[
    str | None,
    typer.Option("--db", help="The log: a file or a database URL; default $TABOO_DB or your data folder."),
]
Matches = Annotated[list[str] | None, typer.Argument(help="Matches by id; default: all.", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for a program to read.")]
Seed = Annotated[
    int | None,
    typer.Option("--seed", help="Make the outcome reproducible; default: drawn afresh.", show_default=False),
]


@dataclass(eq=False)
class FileError(TabooError):
    """A file that cannot be read or written."""

    path: str
    problem: str

    def __str__(self) -> str:
        return f"{self.path}: {self.problem}"


def rules_of(
    name: str,
    *,
    turns: int | None = None,
    form: Form | None = None,
    evasion: Evasion | None = None,
    lang: Language | None = None,
    word_list: str | None = None,
    judges: str | None = None,
) -> Rules:
    """The named rules with what the user changed. Raises RulesError, WordListError or UnknownNameError."""
    from arena.words.lists import load_list

    changes: dict[str, object] = {}
    if turns is not None:
        changes["max_turns"] = turns
    if form is not None:
        changes["form"] = form
    if evasion is not None:
        changes["evasion"] = evasion
    if judges is not None:
        changes["judges"] = tuple(_judge(name) for name in judge_names(judges))
    if lang is not None:
        changes["language"] = lang
        changes["word_list"] = f"{lang}-easy"
    if word_list is not None:
        changes["word_list"] = word_list
        if lang is None:
            changes["language"] = load_list(word_list).language
    return preset(name, **changes)


def judge_names(judges: str) -> list[str]:
    """The judges that `--judges` names. Commas part them; `,,` is a comma within one, as in the path of a file."""
    if judges == "none":
        return []
    return [name.replace(",,", ",") for part in _COMMA.split(judges) if (name := part.strip())]


def _judge(name: str) -> JudgeSpec:
    from arena import registry

    made = registry.judge_named(name)
    return JudgeSpec(name, made.version, getattr(made, "threshold", 0.5))


def words_of(rules: Rules) -> "WordList":
    """The list that the rules name. Raises WordListError."""
    from arena.words.lists import load_list

    words = load_list(rules.word_list)
    if words.language is not rules.language:
        remedy = (
            f"its words are {words.language.value!r} and the match is {rules.language.value!r}: change --list or --lang"
        )
        raise RulesError("word_list", rules.word_list, remedy)
    return words


def open_user_log(db: str | None, *, create: bool = True) -> "StoreLog":
    """The user's log, opened. Raises LogError."""
    from arena.store import open_log

    return open_log(log_path(db), create=create)


def read_lines(path: Path) -> Iterator[bytes]:
    """The lines of a file, or of standard input for `-`. Raises FileError."""
    if str(path) == "-":
        yield from sys.stdin.buffer
        return
    try:
        with path.open("rb") as rows:
            yield from rows
    except OSError as wrong:
        raise FileError(str(path), f"cannot be read: {wrong.strerror}") from None


def counted(matches: int) -> str:
    """So many matches, in words."""
    return f"{matches} match" if matches == 1 else f"{matches} matches"
