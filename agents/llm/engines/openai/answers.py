"""Reads answers: JSON of anyone's, whole or in pieces, into text, reasoning, ending and counts."""

import json
from dataclasses import dataclass, field
from typing import Any

from agents.llm.engines.openai.stops import Cutter
from arena.core.generation import Ending, Sampling


class StrangeAnswerError(Exception):
    """An answer that is not what the protocol has."""


class FailedAnswerError(Exception):
    """A piece of a stream that says that the server failed. The message is what it said, not fit to be shown."""


@dataclass(slots=True)
class Answer:
    """One answer as it comes in."""

    sampling: Sampling
    text: str = ""
    reasoning: str = ""
    finish: str | None = None
    prompt_tokens: int | None = None
    tokens: int | None = None
    pieces: int = 0
    _cutter: Cutter = field(init=False)

    def __post_init__(self) -> None:
        self._cutter = Cutter(self.sampling.stop)

    @property
    def is_long(self) -> bool:
        """Whether the server goes on after the most tokens.

        A piece holds a token, or more; some servers in between cut pieces anew, so they are given twice as many.
        """
        return self.pieces > 2 * self.sampling.max_tokens + 16

    @property
    def has_stopped(self) -> bool:
        """Whether a stop text was found: nothing that follows is part of the answer."""
        return self._cutter.has_ended

    @property
    def is_whole(self) -> bool:
        """Whether the server said that this was all."""
        return self.finish is not None or self.has_stopped or self.is_long

    @property
    def ending(self) -> Ending:
        """Why it ended."""
        if not self.has_stopped and (self.finish == "length" or self.is_long):
            return Ending.LENGTH
        return Ending.STOP

    def read_whole(self, body: str) -> None:
        """Take the answer from one JSON text. Raises StrangeAnswerError."""
        row = _object(body)
        choice = _first_choice(row)
        if choice is None:
            raise StrangeAnswerError("choices")
        said = choice.get("message") if "message" in choice else choice
        if not isinstance(said, dict):
            raise StrangeAnswerError("a message")
        self._take(said, choice, row)
        self.text += self._cutter.rest()
        self.finish = self.finish or "stop"

    def read_piece(self, line: str) -> str:
        """Take one piece of a stream; the text in it that is certain to be said. Raises Strange-, FailedAnswerError."""
        row = _object(line)
        if row.get("error"):
            raise FailedAnswerError(json.dumps(row["error"]))
        choice = _first_choice(row)
        if choice is None:  # the piece with the counts has no choice
            self._count(row)
            return ""
        said = choice.get("delta") if "delta" in choice else choice
        return self._take(said if isinstance(said, dict) else {}, choice, row)

    def end(self) -> str:
        """The text that was held back at the end of a stream."""
        rest = "" if self.is_long else self._cutter.rest()
        self.text += rest
        return rest

    def _take(self, said: dict[str, Any], choice: dict[str, Any], row: dict[str, Any]) -> str:
        text = _text(said, "content", "text") or _text(said, "refusal")
        thought = _text(said, "reasoning_content", "reasoning")
        self.pieces += bool(text or thought)
        self.reasoning += thought
        sure = self._cutter.let_through(text)
        self.text += sure
        finish = choice.get("finish_reason")
        self.finish = finish if isinstance(finish, str) else self.finish
        self._count(row)
        return sure

    def _count(self, row: dict[str, Any]) -> None:
        usage = row.get("usage")
        if isinstance(usage, dict):
            self.prompt_tokens = _whole(usage.get("prompt_tokens"), self.prompt_tokens)
            self.tokens = _whole(usage.get("completion_tokens"), self.tokens)


def _object(text: str) -> dict[str, Any]:
    try:
        row = json.loads(text)
    except (ValueError, RecursionError):
        row = None
    if not isinstance(row, dict):
        raise StrangeAnswerError("JSON")
    return row


def _first_choice(row: dict[str, Any]) -> dict[str, Any] | None:
    choices = row.get("choices")
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
        return None
    return choices[0]


def _text(row: dict[str, Any], *names: str) -> str:
    return next((text for name in names if isinstance(text := row.get(name), str) and text), "")


def _whole(found: object, otherwise: int | None) -> int | None:
    return found if isinstance(found, int) and not isinstance(found, bool) and found >= 0 else otherwise
