"""A text with some of its words replaced: a value that becomes a string only when somebody must read it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from attacks.core.text import Span, Text


@dataclass(frozen=True)
class Perturbation:
    """An original and what stands in it now: `changes` holds (place, text), places being word numbers, ascending.

    An empty text takes the word out; the space before it goes with it.
    """

    original: Text
    changes: tuple[tuple[int, str], ...] = ()

    def with_word(self, place: int, text: str) -> "Perturbation":
        """This perturbation with one word replaced, in addition to the others; the original word undoes a change."""
        changes = dict(self.changes)
        if text == self.original.words[place]:
            changes.pop(place, None)
        else:
            changes[place] = text
        return Perturbation(self.original, tuple(sorted(changes.items())))

    def word(self, place: int) -> str:
        """The word that stands at a place now."""
        return self._by_place.get(place, self.original.words[place])

    @property
    def places(self) -> tuple[int, ...]:
        """Where a word was replaced, ascending."""
        return tuple(place for place, _ in self.changes)

    @property
    def share(self) -> float:
        """How much of the text was replaced, in words, from 0 to 1."""
        return len(self.changes) / max(1, len(self.original))

    @cached_property
    def _by_place(self) -> Mapping[int, str]:
        return dict(self.changes)

    @cached_property
    def written(self) -> str:
        """The text as it is read."""
        whole = self.original.written
        parts: list[str] = []
        at = 0
        for (start, end), (_, text) in zip(self.touched, self.changes, strict=True):
            parts += (whole[at:start], text)
            at = end
        parts.append(whole[at:])
        return "".join(parts)

    @property
    def touched(self) -> tuple[Span, ...]:
        """What of the original each change takes away: the word, and with one that is taken out the space before it."""
        whole, spans = self.original.written, self.original.spans
        found: list[Span] = []
        at = 0
        for place, text in self.changes:
            start, end = spans[place]
            takes_space = not text and whole[at:start].endswith(" ")
            found.append((start - takes_space, end))
            at = end
        return tuple(found)

    @property
    def text(self) -> Text:
        """The text as it is read, with the same places; what stands at one may be several words, or none."""
        return Text(self.written, self.spans) if self.changes else self.original

    @property
    def spans(self) -> tuple[Span, ...]:
        """Where what stands at each place is in the text as it is read; a word that was taken out is empty."""
        whole, at, moved = self.original.written, 0, 0
        found: list[Span] = []
        for place, (start, end) in enumerate(self.original.spans):
            text = self._by_place.get(place)
            if text is None:
                found.append((start + moved, end + moved))
                continue
            if not text and whole[at:start].endswith(" "):
                moved -= 1
            found.append((start + moved, start + moved + len(text)))
            moved += len(text) - (end - start)
            at = end
        return tuple(found)
