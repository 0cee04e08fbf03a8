"""Target lists: the words that a match can be played for, built in or the user's own.

A list is public knowledge: everybody at the table may read it, only the word dealt from it is secret. Chance is an
argument everywhere. The built-in lists are built by `scripts/build_lists.py`.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from functools import cached_property, lru_cache
from importlib.resources import files
from pathlib import Path
from random import Random

from arena.core.errors import TabooError, UnknownNameError
from arena.core.hits import Language
from arena.words.fold import fold
from arena.words.graph import graph

_HAN = re.compile("[\u3400-\u9fff]")
MAX_LETTERS, MAX_BYTES = 100, 16 << 20
"""The longest word, in characters, and the largest file of a user's own list."""


class Level(StrEnum):
    """How hard a target is to talk around, by how common and how easily pictured it is."""

    EASY = "easy"
    MEDIUM = "medium"
    HARD = "hard"


@dataclass(eq=False)
class WordListError(TabooError):
    """A file that cannot be played from; `place` is the line or the card at fault, empty for the whole file."""

    path: str
    place: str
    problem: str

    def __str__(self) -> str:
        where = f"{self.path}, {self.place}" if self.place else self.path
        return f"word list {where}: {self.problem}"


@dataclass(frozen=True)
class WordList:
    """The words that targets are dealt from, each once. A list without a level mixes them, or is the user's own."""

    name: str
    language: Language
    level: Level | None
    words: tuple[str, ...]

    @cached_property
    def fingerprint(self) -> str:
        """Changes whenever the language, a word or the order does, and with nothing else."""
        return hashlib.sha256("\n".join((self.language, *self.words)).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Row:
    """What there is to know of one word of a list."""

    word: str
    level: Level | None
    """None for a word that no built-in list has."""
    zipf: float
    """How common the word is: 3 is once in a million words, 6 once in a thousand; 0 when the graph lacks it."""
    brings_to_mind: tuple[str, ...]
    """The strongest associations of the concept graph, strongest first."""


def list_names() -> tuple[str, ...]:
    """The names of the built-in lists."""
    return tuple(name for tag in Language for name in (*(f"{tag}-{level}" for level in Level), str(tag)))


def load_list(name: str) -> WordList:
    """The built-in list of that name, or the user's own list in the file of that name.

    A file holds one word a line (blank lines and lines that start with # are passed over) or, when it is called
    `*.json`, cards: a list of words, a list of `{"word": ..., "taboo": [...]}`, or `{category: {word: [...]}}`. The
    taboo words of a card are no part of this game. A word that folds to an earlier one is dropped.

    Raises:
        UnknownNameError: no built-in list has the name, and it does not look like a file.
        WordListError: the file is missing, is not UTF-8, holds no word, or holds a word without letters.
    """
    if name in list_names():
        return _builtin(name)
    path = Path(name)
    if path.exists() or path.suffix or len(path.parts) > 1:
        return _read(path)
    near = get_close_matches(name, list_names(), n=3, cutoff=0.5)
    raise UnknownNameError("word list", name, tuple(near), list_names())


def level_of(word: str, language: Language) -> Level | None:
    """The level of a word of the built-in lists, None for any other word."""
    return _levels(language).get(word)


def deal(words: Sequence[str], rng: Random) -> str:
    """One word, the same for the same generator in the same condition.

    Raises:
        ValueError: there is no word to deal.
    """
    if not words:
        raise ValueError("there is no word to deal")
    return words[rng.randrange(len(words))]


def sample(words: WordList, count: int, rng: Random) -> tuple[str, ...]:
    """So many different words in a random order, the same for the same generator in the same condition.

    Raises:
        ValueError: the list has fewer words.
    """
    if not 0 <= count <= len(words.words):
        raise ValueError(f"cannot draw {count} words from the {len(words.words)} of list {words.name}")
    return tuple(rng.sample(words.words, count))


def describe(words: WordList, associations: int = 4) -> tuple[Row, ...]:
    """A row a word, in the order of the list, with so many associations."""
    net = graph(words.language)
    return tuple(
        Row(
            word,
            level_of(word, words.language),
            net.frequency(word),
            tuple(edge.word for edge in net.edges(word)[:associations]),
        )
        for word in words.words
    )


@lru_cache(maxsize=16)
def _builtin(name: str) -> WordList:
    tag, _, level = name.partition("-")
    language = Language(tag)
    words = tuple(word for word, its in _levels(language).items() if level in ("", its))
    return WordList(name, language, Level(level) if level else None, words)


@lru_cache(maxsize=2)
def _levels(language: Language) -> dict[str, Level]:
    table = files("arena.words").joinpath("data", "lists.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in table.splitlines())
    return {word: Level(level) for tag, level, word in rows if tag == language}


def _read(path: Path) -> WordList:
    entries = _from_json(path) if path.suffix == ".json" else _from_lines(path)
    words: dict[str, str] = {}
    for place, raw in entries:
        word = " ".join(raw.split())
        if not any(character.isalpha() for character in word):
            raise WordListError(str(path), place, f"{raw!r} has no letters, so nobody could say it")
        if len(word) > MAX_LETTERS:
            raise WordListError(str(path), place, f"{word[:20]!r}... is longer than {MAX_LETTERS} characters")
        words.setdefault(fold(word).text, word)
    if not words:
        raise WordListError(str(path), "", "holds no word")
    chinese = sum(bool(_HAN.search(word)) for word in words)
    language = Language.CHINESE if 2 * chinese > len(words) else Language.ENGLISH
    return WordList(str(path), language, None, tuple(words.values()))


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise WordListError(str(path), "", f"cannot be read: {error.strerror}") from error
    if len(content) > MAX_BYTES:
        raise WordListError(str(path), "", f"is larger than {MAX_BYTES >> 20} MiB: a word list is shorter")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        problem = f"byte {error.start} (0x{content[error.start]:02x}) is not UTF-8; save the file as UTF-8"
        raise WordListError(str(path), f"line {line}", problem) from error


def _from_lines(path: Path) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(_text(path).splitlines(), start=1):
        if line.strip() and not line.lstrip().startswith("#"):
            yield f"line {number}", line


def _from_json(path: Path) -> Iterator[tuple[str, str]]:
    try:
        cards = json.loads(_text(path))
    except json.JSONDecodeError as error:
        raise WordListError(str(path), f"line {error.lineno}", f"is not JSON: {error.msg}") from error
    except RecursionError:
        raise WordListError(str(path), "", "is nested too deeply for a list of cards") from None
    for number, word in enumerate(_words_of(cards), start=1):
        if not isinstance(word, str):
            raise WordListError(str(path), f"card {number}", f"{word!r} is neither a word nor a card with a word")
        yield f"card {number}", word


def _words_of(cards: object) -> Iterable[object]:
    """The words of either kind of cards; what is no word is passed on, to be refused by its number."""
    if isinstance(cards, dict):
        return [word for group in cards.values() for word in (group if isinstance(group, dict | list) else [group])]
    if isinstance(cards, list):
        return [card.get("word") if isinstance(card, dict) else card for card in cards]
    return [cards]
