"""How an utterance is shown to a model that judges it: as data, on one line, in letters that cannot leave it.

Everything that players wrote stands inside one JSON object on one line. Letters, digits, spaces and the plainest
punctuation stand for themselves; every other character is written as JSON escapes it. So no utterance can end its
string, begin a line, close a tag, or spell a token by which a chat format tells who is speaking.
"""

import json
import unicodedata
from collections.abc import Sequence

from arena.core.actions import Case, Said

EARLIER = 4
"""How many of the latest utterances are shown,"""
MOST_CHARS = 1000
"""and how much of each; of a longer one the middle is left out."""
BEGIN, END = "CASE, one line of JSON:", "END OF CASE"
_PLAIN = frozenset(" .,;:!?'()-\u3001\u3002\uff0c\uff01\uff1f\uff1a\uff1b")


def wrapped(case: Case) -> str:
    """The case as three lines: that it begins, what it is, that it ends."""
    row = {
        "language": str(case.language),
        "earlier": [_line(said, case) for said in _latest(case.history)],
        "utterance": shortened(case.text),
    }
    return f"{BEGIN}\n{encoded(row)}\n{END}"


def _latest(history: Sequence[Said]) -> Sequence[Said]:
    return [said for said in history if said.text is not None and said.text.strip()][-EARLIER:]


def _line(said: Said, case: Case) -> dict[str, str]:
    return {
        "by": "the same player" if said.role is case.role else "the other player",
        "text": shortened(said.text or ""),
    }


def shortened(text: str) -> str:
    """The text, without its middle where it is too long; what is left out is counted."""
    if len(text) <= MOST_CHARS:
        return text
    half = MOST_CHARS // 2
    return f"{text[:half]} ({len(text) - 2 * half} characters left out) {text[-half:]}"


def encoded(row: object) -> str:
    """JSON on one line, in which strings hold plain characters and escapes only."""
    if isinstance(row, dict):
        return "{" + ", ".join(f"{encoded(str(name))}: {encoded(value)}" for name, value in row.items()) + "}"
    if isinstance(row, list | tuple):
        return "[" + ", ".join(map(encoded, row)) + "]"
    if isinstance(row, str):
        return '"' + "".join(map(_character, row)) + '"'
    return json.dumps(row)


def _character(char: str) -> str:
    if char in _PLAIN or unicodedata.category(char) in ("Lu", "Ll", "Lo", "Nd"):
        return char
    # Two units for a character beyond 16 bits, as JSON has it; a half that stands alone stays as it is.
    units = char.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[place : place + 4]}" for place in range(0, len(units), 4))
