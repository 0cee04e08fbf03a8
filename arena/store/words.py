"""A person's words as the log keeps them: apart from their event, in one JSON form that every export embeds."""

import json
from typing import Any

from arena.core import jsonline
from arena.core.events import Words


def to_line(seq: int, words: Words) -> str:
    """The words of event `seq` as compact JSON."""
    row = {"seq": seq, "text": words.text, "guess": words.guess, "salt": words.salt}
    return jsonline.to_line(row)


def from_json(row: Any) -> tuple[int, Words]:  # noqa: ANN401 - whatever a file held
    """The number of the event and its words. Raises ValueError naming the field that is missing or wrong."""
    if not isinstance(row, dict):
        raise ValueError("is not a JSON object")
    kinds: dict[str, tuple[type, ...]] = {"seq": (int,), "text": (str,), "guess": (str, type(None)), "salt": (str,)}
    for name, allowed in kinds.items():
        if name not in row:
            raise ValueError(f"{name} is missing")
        if not isinstance(row[name], allowed) or isinstance(row[name], bool):
            raise ValueError(f"{name} cannot be {row[name]!r}")
    for name in row.keys() - kinds.keys():
        raise ValueError(f"{name} is not a field of words")
    return row["seq"], Words(row["text"], row["guess"], row["salt"])


def from_line(line: str) -> tuple[int, Words]:
    """What `to_line` wrote."""
    return from_json(json.loads(line))
