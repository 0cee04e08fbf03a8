"""A text with its words: split once, every word knows where it stands."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

Span: TypeAlias = tuple[int, int]
Splitter: TypeAlias = Callable[[str], Sequence[Span]]
"""Says where the words of a text stand: offsets in characters, in order, apart from each other."""

PAIR = "\x1f"
"""Stands between the two texts of a pair, such as premise and hypothesis: Unicode's unit separator.

A victim that reads pairs cuts a text here; to any other one it is a character like others.
"""
_WORD = re.compile(r"\w+(?:['\u2019]\w+)*")


def spaced_words(text: str) -> list[Span]:
    """The words of a language that writes spaces: letters and digits in a row, apostrophes inside included."""
    return [match.span() for match in _WORD.finditer(text)]


@dataclass(frozen=True)
class Text:
    """A text as written, with the spans of its words. What stands between words belongs to none of them."""

    written: str
    spans: tuple[Span, ...]

    @classmethod
    def of(cls, written: str, split: Splitter = spaced_words) -> "Text":
        """The text, split. Raises ValueError where the splitter's spans overlap or leave the text."""
        spans = tuple(split(written))
        last = 0
        for start, end in spans:
            if not last <= start < end <= len(written):
                raise ValueError(f"a word cannot stand at {start}:{end} of a text of {len(written)} characters")
            last = end
        return cls(written, spans)

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The words in order."""
        return tuple(self.written[start:end] for start, end in self.spans)

    def __len__(self) -> int:
        """How many words there are."""
        return len(self.spans)

    @classmethod
    def around(cls, written: str, protected: Sequence[Span], read: Callable[[str], "Text"]) -> "Text":
        """The text with the words that `read` finds in each stretch that is not protected; no other can change.

        Raises ValueError where the protected spans overlap or leave the text.
        """
        spans: list[Span] = []
        at = 0
        for start, end in (*sorted(protected), (len(written), len(written))):
            if not at <= start <= end <= len(written):
                raise ValueError(f"{start}:{end} cannot be protected in a text of {len(written)} characters")
            if at < start:
                spans += ((at + first, at + last) for first, last in read(written[at:start]).spans)
            at = end
        return cls(written, tuple(spans))
