"""Where the sentences of a text begin and end, for attacks that weigh sentences before words.

A sentence ends with a full stop, a question or an exclamation mark before a space or the end, with a Chinese one
wherever it stands, and with a line. No abbreviation is known: 'Mr. Smith' is cut, which costs a query and no more.
"""

import re
from bisect import bisect_left
from dataclasses import dataclass

from attacks.core.text import PAIR, Span, Text

_END = re.compile(r"[.!?\u2026]+[\"'\u2019\u201d)\]]*(?=\s|$)|[\u3002\uff01\uff1f\uff1b]+[\u2019\u201d\uff09]*|\n+")


@dataclass(frozen=True, slots=True)
class Sentence:
    """The words of one sentence, by number, and where it stands in the text."""

    places: range
    span: Span

    def alone(self, text: Text) -> Text:
        """The sentence as a text of its own. No word of it is to be changed, so none is marked."""
        return Text(text.written[slice(*self.span)].strip(), ())


def sentences_of(text: Text) -> tuple[Sentence, ...]:
    """The sentences that have words. A pair of texts is one: half a pair is nothing that its victim reads."""
    if PAIR in text.written:
        return (Sentence(range(len(text)), (0, len(text.written))),)
    starts = [start for start, _ in text.spans]
    found: list[Sentence] = []
    at = place = 0
    for end in (*(match.end() for match in _END.finditer(text.written)), len(text.written)):
        following = bisect_left(starts, end)
        if following > place:
            found.append(Sentence(range(place, following), (at, end)))
            at, place = end, following
    return tuple(found)
