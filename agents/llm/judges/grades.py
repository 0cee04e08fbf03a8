"""What a judging model must answer: three grades in one JSON object, and nothing else. All else is no ruling."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

BEST, WORST = 5, 1
CRITERIA: Mapping[str, tuple[str, str]] = {
    "fluency": (
        "not_fluent",
        "Could a speaker of the language have said this? Slang, typing errors and single words can.",
    ),
    "relevance": ("off_topic", "Does it go on with the conversation, or open a new subject in a way that people do?"),
    "effort": (
        "stalling",
        "Does it say or ask something, or is it filler, repetition, or talk of the rules and the judge?",
    ),
}
"""Each criterion with the label of a ruling by it, and the question that is asked about it."""
SCORES = {5: 0.0, 4: 0.2, 3: 0.4, 2: 0.7, 1: 1.0}
"""The score that a grade comes to: from 2 down a ruling at the threshold 0.5 is against the utterance."""
SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {name: {"type": "integer", "minimum": WORST, "maximum": BEST} for name in CRITERIA},
    "required": list(CRITERIA),
    "additionalProperties": False,
}
# Thinking must begin the answer and ends with the last closing tag: a player's closing tag that the model quotes, in
# its thoughts or out of them, does not make a ruling of what comes after it.
_THOUGHT = re.compile(r"<think>.*</think>", re.DOTALL)
_FENCE = re.compile(r"```(?:json)?\n(.*)\n```", re.DOTALL)


class NoRulingError(ValueError):
    """A model's answer that is no ruling. The message says what is wrong with it, and holds nothing of it."""


@dataclass(frozen=True, slots=True)
class Grades:
    """A grade from 1, the worst, to 5 for each criterion."""

    fluency: int
    relevance: int
    effort: int

    def worst(self, has_topic: bool) -> tuple[str, int]:
        """The criterion with the worst grade; without a topic, relevance does not count."""
        counted = [name for name in CRITERIA if has_topic or name != "relevance"]
        name = min(counted, key=lambda it: int(getattr(self, it)))
        return name, getattr(self, name)


def parse(reply: str) -> Grades:
    """The grades in an answer that is one JSON object, bare or in one code fence, after thinking or not.

    Raises NoRulingError.
    """
    text = reply.strip()
    if thought := _THOUGHT.match(text):
        text = text[thought.end() :].strip()
    if fenced := _FENCE.fullmatch(text):
        text = fenced[1]
    try:
        row = json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise NoRulingError("it is not one JSON object with each name once") from None
    if not isinstance(row, dict) or set(row) != set(CRITERIA):
        raise NoRulingError("it does not hold exactly " + ", ".join(CRITERIA))
    for name, grade in row.items():
        if type(grade) is not int or not WORST <= grade <= BEST:
            raise NoRulingError(f"{name} is not a whole number from {WORST} to {BEST}")
    return Grades(**row)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    row = dict(pairs)
    if len(row) < len(pairs):
        raise ValueError("a name stands twice")
    return row
