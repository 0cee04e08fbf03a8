"""Where sentences, clauses and quotations lie in a text, found in time that grows with its length."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

_QUOTES = '"\u201c\u201d\u201e\u201f\u00ab\u00bb\uff02\u300c\u300d\u300e\u300f\u300a\u300b\u3008\u3009'
_PLAIN = str.maketrans(
    {
        **dict.fromkeys(_QUOTES, '"'),
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u02bc\u00b4\uff07", "'"),
        **dict.fromkeys("\u00a0\u3000\u2009\u202f\t\u2002\u2003", " "),
        **dict.fromkeys("\r\u2028\u2029\u0085\v\f", "\n"),
        **dict.fromkeys("\u2010\u2011", "-"),
        **dict(
            zip("\uff01\uff1f\uff0c\uff1b\uff1a\uff08\uff09\uff1d\u3001\u3010\u3011\u2192", "!?,;:()=,[]:", strict=True)
        ),
    }
)
MARKS = "*_`~"
"""Markup that stands around words."""

# A sentence ends with its marks and whatever closes behind them; a full stop inside a number, a name or an ellipsis,
# or after a short title, ends nothing.
SENTENCE_END = re.compile(
    r"(?:[!?;\u3002]+|(?<![.])(?<!\bdr)(?<!\bmr)(?<!\bmrs)(?<!\bms)(?<!\bst)\.(?![\w.]))[!?\u3002]*[\"'*_`~)\]}>]*|\n+",
    re.IGNORECASE,
)
# A clause begins behind a comma, a colon, a dash, an ellipsis or a bracket.
_CLAUSE_BREAK = re.compile(r"[,:(\u2014\u2013]|\.{2,}|\u2026+| - ")
# What may stand before the first word of a clause: blanks, bullets and markup, but no quotation mark.
# An actor's remark between asterisks ("*smiles*") may precede them, an announcement in asterisks is not one.
_BEFORE_WORDS = re.compile(
    r"\s{0,8}(?:\*(?!i\b|the\b|my\b|guess|final|is\b|\u6211|\u8fd9)[^*:!\n]{1,40}\*\s{1,4})?[\s*_`~#>\u2022+-]{0,20}",
    re.IGNORECASE,
)
# Pictographs are blanks between words.
PICTOGRAPH = re.compile("[\u2600-\u27bf\u2b00-\u2bff\ufe0f\U0001f000-\U0001faff]")


def plain(text: str) -> str:
    """The text with quotes, apostrophes, blanks and wide punctuation made ASCII, letter for letter in its place."""
    return PICTOGRAPH.sub(" ", text.translate(_PLAIN))


@dataclass(frozen=True, slots=True)
class Clause:
    """A place where a phrase may begin: `start` with markup, `words` without it, and the sentence around it."""

    start: int
    words: int
    sentence: int
    sentence_end: int


class Prose:
    """A text cut into sentences and clauses; offsets are those of the text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.plain = plain(text)
        self.start, self.end = self._body()
        self._quotes = [at for at in range(self.start, self.end) if self.plain[at] == '"']

    def _body(self) -> tuple[int, int]:
        """Where the text lies without the quotation marks around all of it, one of which may have been forgotten."""
        start, end = len(self.plain) - len(self.plain.lstrip()), len(self.plain.rstrip())
        mark = self.plain[start : start + 1]
        if end - start < 2 or mark not in "\"'":
            return start, end
        if self.plain[end - 1] == mark:
            return (start, end) if self._closes_early(start, end, mark) else (start + 1, end - 1)
        is_forgotten = mark == '"' and self.plain.count(mark) % 2 == 1
        return start + is_forgotten, end

    def _closes_early(self, start: int, end: int, mark: str) -> bool:
        """Whether the mark that opens the text is closed before its end: `"Hm." "Well."` is two quotations."""
        second = self.plain.find(mark, start + 1, end - 1)
        if second < 0:
            return False
        return not self.plain[second - 1].isspace() and not self.plain[second + 1].isalnum()

    def is_quoted(self, at: int) -> bool:
        """Whether the place lies within a quotation."""
        return bisect_left(self._quotes, at) % 2 == 1

    def sentences(self) -> Iterator[tuple[int, int]]:
        """Start and end of each sentence, its final marks included."""
        start = self.start
        for found in SENTENCE_END.finditer(self.plain, self.start, self.end):
            yield start, found.end()
            start = found.end()
        if start < self.end:
            yield start, self.end

    def sentence_end(self, clause: Clause, at: int) -> int:
        """Where the sentence ends that a word of this clause, or of the sentence behind it, ends at `at`."""
        if self.plain[clause.words : at].rstrip("\"'*_`~").endswith((".", "!", "?", "\u3002")):
            return at
        if at <= clause.sentence_end:
            return clause.sentence_end
        found = SENTENCE_END.search(self.plain, at, self.end)
        return found.end() if found else self.end

    def clauses(self, sentence: tuple[int, int]) -> Iterator[Clause]:
        """The clauses of a sentence that are not quoted."""
        begins = [sentence[0], *(it.end() for it in _CLAUSE_BREAK.finditer(self.plain, *sentence))]
        for begin in begins:
            words = _after(_BEFORE_WORDS, self.plain, begin, sentence[1])
            if words < sentence[1] and not self.is_quoted(words):
                yield Clause(begin, words, *sentence)


def _after(pattern: re.Pattern[str], text: str, start: int, end: int) -> int:
    found = pattern.match(text, start, end)
    return found.end() if found else start
