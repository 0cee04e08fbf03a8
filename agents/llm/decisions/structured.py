"""Reads what a model said and guessed from an answer with fields: JSON, nearly JSON, or lines with labels."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from agents.llm.decisions.lenient import read_object

_SAY_KEYS = (
    *("say", "utterance", "text", "message", "speech", "reply", "response", "content", "sentence", "said", "statement"),
    *("output", "answer", "说", "說", "发言", "發言", "回复", "回復"),
)
"""The first that is there counts. `answer` is what is said, never a guess: models put whole sentences there."""
_GUESS_KEYS = (
    *("guess", "guessed_word", "guess_word", "final_guess", "my_guess", "word_guess"),
    *("猜", "猜测", "猜測", "猜词"),
)
_KIND_KEYS = ("action", "type", "act", "move")
_GUESSED_KEYS = ("word", "value", "target_word", "argument", "content", "text")
"""Where the word stands in `{"action": "guess", "word": "apple"}`."""
# Fields that hold the object itself, as in tool calls.
_WRAPPERS = (
    *("arguments", "parameters", "args", "action", "response", "output", "result", "answer", "input", "move"),
    "message",
)
_MAX_OBJECTS = 8
_MAX_DEPTH = 3
# Where an object seems to begin: a brace and a key, quoted or not.
_OBJECT = re.compile(r"\{\s{0,200}(?:[\"'\u201c]|\w{1,40}\s{0,3}[:=])")
# A label that opens a line, and the tags that some prompts bring models to use instead.
_SAY_LABEL = re.compile(
    r"[ \t*_#>-]{0,8}(?:say|utterance|text|message|reply|response|speech)[*_]{0,3}[ \t]?:[*_]{0,3}", re.IGNORECASE
)
_GUESS_LABEL = re.compile(r"[ \t*_#>-]{0,8}(?:my |final )?guess[*_]{0,3}[ \t]?:[*_]{0,3}", re.IGNORECASE)
_SAY_TAG = re.compile(r"<say>", re.IGNORECASE)
_GUESS_TAG = re.compile(r"<guess>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Fields:
    """What was in the fields, as written. `guess` None: there was no such field, or it held nothing."""

    say: str
    guess: str | None


def read_fields(text: str) -> Fields | None:
    """The fields of an answer, whatever prose or code fence is around them; None where it has none that we know."""
    decoder = json.JSONDecoder(strict=False)
    at = 0
    for _ in range(_MAX_OBJECTS):
        brace = _OBJECT.search(text, at)
        if brace is None:
            break
        for row in _objects(decoder, text, brace.start()):
            if (fields := _from_row(row, 0)) is not None:
                return fields
        at = brace.end()
    return _from_tags(text) or _from_lines(text)


def looks_structured(text: str) -> bool:
    """Whether the text begins as an object does, so that nobody would say it."""
    return _OBJECT.match(text.lstrip().removeprefix("```json").removeprefix("```").lstrip()) is not None


def _objects(decoder: json.JSONDecoder, text: str, start: int) -> Iterable[Mapping[str, Any]]:
    try:
        row, _ = decoder.raw_decode(text, start)
    except (ValueError, RecursionError):
        row = read_object(text, start)
    if isinstance(row, dict):
        yield row


def _from_row(row: Mapping[str, Any], depth: int) -> Fields | None:
    named = {re.sub(r"[\s-]+", "_", key.strip().casefold()): value for key, value in row.items()}
    says = [value for value in (_words(named.get(key)) for key in _SAY_KEYS) if value]
    has_say = any(key in named and not isinstance(named[key], dict) for key in _SAY_KEYS)
    guess_keys = [key for key in _GUESS_KEYS if key in named]
    guess = next((it for it in (_word(named[key]) for key in guess_keys) if it), None)
    kind = next((named[key] for key in _KIND_KEYS if isinstance(named.get(key), str)), "")
    if kind.strip().casefold() in {"guess", "announce"} and guess is None:
        guess_key = next((key for key in _GUESSED_KEYS if key in named), None)
        guess = _word(named[guess_key]) if guess_key else None
        says = [value for value in (_words(named.get(key)) for key in _SAY_KEYS if key != guess_key) if value]
        return Fields(says[0] if says else "", guess) if guess else None
    if has_say or guess_keys:
        return Fields(says[0] if says else "", guess)
    inner = next((named[key] for key in _WRAPPERS if isinstance(named.get(key), dict)), None)
    return _from_row(inner, depth + 1) if inner is not None and depth < _MAX_DEPTH else None


def _words(value: object) -> str:
    if isinstance(value, list):
        return " ".join(it for it in value if isinstance(it, str))
    return value if isinstance(value, str) else _number(value)


def _word(value: object) -> str | None:
    if isinstance(value, list):
        value = value[0] if len(value) == 1 else None
    return value if isinstance(value, str) else _number(value) or None


def _number(value: object) -> str:
    """A number as a text; nothing for anything else, and for one so long that Python refuses to write it."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    try:
        return str(value)
    except ValueError:
        return ""


def _from_tags(text: str) -> Fields | None:
    say, guess = _between(text, _SAY_TAG, "</say>"), _between(text, _GUESS_TAG, "</guess>")
    return None if say is None else Fields(say, guess)


def _between(text: str, opening: re.Pattern[str], closing: str) -> str | None:
    if (found := opening.search(text)) is None:
        return None
    rest = text[found.end() :]
    end = rest.lower().find(closing)
    return rest if end < 0 else rest[:end]


def _from_lines(text: str) -> Fields | None:
    """An answer of two labels, `Say:` and `Guess:`, each at the beginning of a line."""
    said: list[str] = []
    guess: str | None = None
    is_saying = has_said = False
    for line in text.splitlines():
        if (label := _SAY_LABEL.match(line)) and not has_said:
            said.append(line[label.end() :])
            is_saying = has_said = True
        elif label := _GUESS_LABEL.match(line):
            guess = line[label.end() :] if guess is None else guess
            is_saying = False
        elif is_saying:
            said.append(line)
    return Fields("\n".join(said), guess) if has_said and guess is not None else None
