"""Rules that rewrite a text and keep its meaning: a pattern of words and parts of speech, and what stands in its stead.

A rule is written as two texts of tokens with spaces between. In a pattern a token is a word (upper and lower case
alike), a punctuation mark, `<TAG>` for any word with a part of speech, or `<*>` for any word; `^` is the beginning of
the text and `$` its end. In a replacement `<1>` is what the first `<...>` of the pattern stood for. A tag is one of the
Penn treebank (`VBZ`, `WP`) or NOUN, VERB, ADJ or ADV.

    Rule("what <VBZ>", "what's")     "What is this" becomes "What's this"
    Rule("what <NOUN>", "which <1>")   "What movie" becomes "Which movie"
"""

import csv
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from attacks.core.errors import AttackError
from attacks.core.perturbation import Perturbation
from attacks.core.text import Span, Text
from attacks.transformations.casing import cased_like
from attacks.transformations.nltk_files import require

_CLITIC = r"['\u2019](?:s|re|ve|ll|d|m)\b"
_TOKEN = re.compile(rf"{_CLITIC}|\w+(?:['\u2019]\w+)*|\?+|!+|\.+|[^\w\s]", re.IGNORECASE)
_SLOT = re.compile(r"<(\*|[A-Za-z$]+)>")
_FILLED = re.compile(r"<(\d+)>")
_COARSE = {"NOUN": "N", "VERB": "V", "ADJ": "J", "ADV": "R"}
_STARTS, _ENDS = "^", "$"
_REMEDY = (
    "write a TSV file with a pattern, a tab and a replacement on each line, or a JSON list of [pattern, replacement]"
)


@dataclass(eq=False)
class RulesError(AttackError):
    """A rule, or a file of rules, that cannot be read. `line` 0 is the file as a whole."""

    path: str
    line: int
    problem: str

    def __str__(self) -> str:
        where = f"{self.path}, rule {self.line}" if self.line else self.path
        return f"{where}: {self.problem}; {_REMEDY}"


@dataclass(frozen=True)
class Rule:
    """A pattern and its replacement, as the module describes them. Raises ValueError where they make no rule."""

    pattern: str
    replacement: str

    def __post_init__(self) -> None:
        if not self._pieces:
            raise ValueError(f"pattern {self.pattern!r} matches no word")
        slots = sum(bool(_SLOT.fullmatch(piece)) for piece in self._pieces)
        wrong = [it for it in map(int, _FILLED.findall(self.replacement)) if not 1 <= it <= slots]
        if wrong:
            raise ValueError(f"replacement {self.replacement!r} names <{wrong[0]}>, and its pattern has {slots} slots")

    @cached_property
    def _pieces(self) -> tuple[str, ...]:
        return tuple(piece for piece in self.pattern.split() if piece not in (_STARTS, _ENDS))

    @cached_property
    def is_tagged(self) -> bool:
        """Whether it reads parts of speech."""
        return any((slot := _SLOT.fullmatch(piece)) and slot[1] != "*" for piece in self._pieces)

    def apply(self, text: Text) -> Perturbation | None:
        """The text rewritten wherever the rule matches, from left to right; None where it matches nowhere."""
        tags = tagged(text.words) if self.is_tagged else ("",) * len(text)
        at, place = Perturbation(text), 0
        while place + len(self._pieces) <= len(text):
            slots = self._match(text.words, tags, place)
            if slots is None:
                place += 1
                continue
            for where, written in self._written(text.words[place : place + len(self._pieces)], slots):
                at = at.with_word(place + where, written)
            place += len(self._pieces)
        return at if at.changes else None

    def _match(self, words: Sequence[str], tags: Sequence[str], place: int) -> list[str] | None:
        """What the slots stand for where the pattern matches at a place."""
        parts = self.pattern.split()
        last = place + len(self._pieces)
        if (parts[0] == _STARTS and place) or (parts[-1] == _ENDS and last != len(words)):
            return None
        slots: list[str] = []
        for piece, word, tag in zip(self._pieces, words[place:last], tags[place:last], strict=True):
            slot = _SLOT.fullmatch(piece)
            if slot is None:
                if piece.casefold() != word.casefold().replace("\u2019", "'"):
                    return None
                continue
            if not _is_a(slot[1], word, tag):
                return None
            slots.append(word)
        return slots

    def _written(self, words: Sequence[str], slots: Sequence[str]) -> Iterator[tuple[int, str]]:
        """What each matched place holds afterwards: token by token where they are as many, else all in the first."""
        made = [_FILLED.sub(lambda slot: slots[int(slot[1]) - 1], it) for it in self.replacement.split()]
        if made and words[0][:1].isupper() and not (words[0] == "I" and len(made) == len(words)):
            made[0] = cased_like(made[0], words[0].title())
        if len(made) == len(words):
            yield from enumerate(made)
            return
        yield 0, " ".join(made)
        yield from ((place, "") for place in range(1, len(words)))


def tokens(written: str) -> list[Span]:
    """Words, clitics such as 's, and punctuation marks, marks in a row together."""
    return [found.span() for found in _TOKEN.finditer(written)]


@lru_cache(maxsize=4096)
def tagged(words: tuple[str, ...]) -> tuple[str, ...]:
    """The part of speech of each word, by nltk's tagger. Raises DataMissingError where it is not installed."""
    require("taggers/averaged_perceptron_tagger_eng")
    import nltk

    return tuple(tag for _, tag in nltk.pos_tag(list(words)))


def read_rules(path: Path) -> tuple[Rule, ...]:
    """The rules of a TSV or JSON file, in its order. Raises RulesError."""
    try:
        content = path.read_text(encoding="utf-8")
        is_json = path.suffix == ".json"
        rows = json.loads(content) if is_json else list(csv.reader(content.splitlines(), "excel-tab", quoting=3))
    except (OSError, ValueError) as wrong:
        raise RulesError(str(path), 0, f"cannot be read ({wrong})") from None
    rows = [row for row in rows if row] if isinstance(rows, list) else None
    if not rows:
        raise RulesError(str(path), 0, "holds no rules")
    made: list[Rule] = []
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, list) or len(row) != 2 or not all(isinstance(it, str) for it in row):
            raise RulesError(str(path), number, f"{row!r} is no pair of a pattern and a replacement")
        try:
            made.append(Rule(*row))
        except ValueError as wrong:
            raise RulesError(str(path), number, str(wrong)) from None
    return tuple(made)


def _is_a(asked: str, word: str, tag: str) -> bool:
    if not word[:1].isalnum():
        return False
    return asked == "*" or tag == asked or tag.startswith(_COARSE.get(asked, "\0"))
