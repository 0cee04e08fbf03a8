"""A person's words as the log keeps them: apart from their event, in one JSON form that every export embeds."""

import json
from collections.abc import Mapping
from typing import Any

from arena.core import fields, jsonline
from arena.core.events import Words


def to_line(seq: int, words: Words) -> str:
    """The words of event `seq` as compact JSON."""
    row = {"seq": seq, "text": words.text, "guess": words.guess, "salt": words.salt}
    return jsonline.to_line(row)


def from_json(row: Mapping[str, Any]) -> tuple[int, Words]:
    """The number of the event and its words. Raises FieldError."""
    seq = fields.count(row, "seq")
    words = Words(fields.text(row, "text"), fields.text_or_none(row, "guess"), fields.text(row, "salt"))
    for name in row.keys() - {"seq", "text", "guess", "salt"}:
        raise fields.FieldError(name, "is not a field of words")
    return seq, words


def from_line(line: str) -> tuple[int, Words]:
    """What `to_line` wrote."""
    return from_json(json.loads(line))
