"""The engine `scripted`: says what it was given. The double for whatever needs an engine.

Its replies are a sequence, taken one by one in the order of asking; a function of the request; or a file with one
reply a line: plain text, a JSON string, or an object `{"text", "reasoning", "seconds", "error"}`. Empty lines are
passed over. A `text` that is an object is said as JSON.

A reply takes `seconds`, spread over its words. One with an `error` fails with it, after its text was streamed. Words
count as tokens: a word is what stands between white space, together with the white space before it.
"""

import asyncio
import json
import math
import re
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, ClassVar, TypeAlias

from agents.llm.engines.options import Typed
from agents.llm.errors import AdapterError, ContextError, ModelMissingError
from arena.core.errors import EngineError, EngineTimeoutError, ScoringError
from arena.core.generation import Completion, Ending, Prompt, Request, Sampling, Scored

_WORD = re.compile(r"\s*\S+|\s+$")
VOCABULARY = 1000
"""How many words the default score chooses between."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One thing that the engine says, how long it takes, and how it fails where it does."""

    text: str
    reasoning: str = ""
    seconds: float = 0.0
    error: str = ""


Replies: TypeAlias = Sequence[str | Reply] | Callable[[Request], str | Reply]
Score: TypeAlias = Callable[[Prompt, str], Scored]


def uniform(prompt: Prompt, text: str) -> Scored:  # noqa: ARG001 - the signature of a score
    """Every word as likely as each of `VOCABULARY` others, so that each shares the first rank with all."""
    words = tuple(_WORD.findall(text))
    return Scored(words, (-math.log(VOCABULARY),) * len(words), (1,) * len(words))


class ScriptedEngine:
    """Says what it was given, whatever it is asked, and keeps what it was `asked`.

    A sequence that is used up is an EngineError, or begins again where `repeats`. `is_reproducible` promises the same
    sample for the same request: true of a function, and of a single reply that repeats. Without a `score` it can only
    generate.
    """

    def __init__(
        self,
        replies: Replies,
        *,
        score: Score | None = uniform,
        name: str = "scripted",
        context: int | None = None,
        adapters: Iterable[str] = (),
        repeats: bool = False,
        has_chat: bool = True,
        has_schemas: bool = False,
    ) -> None:
        self._replies = replies if callable(replies) else tuple(replies)
        self._score, self._repeats, self._adapters = score, repeats, frozenset(adapters)
        self.name, self.context = name, context
        self.has_chat, self.has_schemas = has_chat, has_schemas
        self._asked: list[Request] = []
        self._taken = 0
        self._is_closed = False
        self._lock = threading.Lock()

    @property
    def asked(self) -> tuple[Request, ...]:
        """Every request so far, in the order of asking."""
        with self._lock:
            return tuple(self._asked)

    @property
    def is_closed(self) -> bool:
        """Whether `close` was called; then it answers no more."""
        return self._is_closed

    @property
    def is_reproducible(self) -> bool:
        """Whether a reply depends on the request alone, and not on how many came before it."""
        return callable(self._replies) or (self._repeats and len(self._replies) == 1)

    @property
    def fingerprint(self) -> str:
        """16 hex digits over the name and the replies, or the function's name."""
        said = repr(self._replies)
        if callable(self._replies):
            said = getattr(self._replies, "__qualname__", type(self._replies).__qualname__)
        return sha256(json.dumps([self.name, said]).encode()).hexdigest()[:16]

    async def complete(self, request: Request, watch: Callable[[str], None] | None = None) -> Completion:
        """The next reply, cut as the sampling says. Raises EngineError, EngineTimeoutError."""
        reply = self._next(request)
        read = self.count(request.prompt)
        pieces, ending = _cut(reply.text, request.sampling, None if self.context is None else self.context - read)
        try:
            async with asyncio.timeout(request.seconds):
                for piece in pieces:
                    await asyncio.sleep(reply.seconds / len(pieces))
                    if watch is not None:
                        watch(piece)
                if not pieces:
                    await asyncio.sleep(reply.seconds)
        except TimeoutError:
            problem = f"no answer in {request.seconds} s"
            raise EngineTimeoutError(self.name, problem, "give it longer") from None
        if reply.error:
            raise EngineError(self.name, reply.error)
        said = len(pieces) + len(_WORD.findall(reply.reasoning))
        return Completion("".join(pieces), ending, read, said, reply.reasoning)

    async def score(self, prompt: Prompt, text: str, adapter: str | None = None) -> Scored:
        """What the score function says. Raises ScoringError where there is none, EngineError."""
        self._require(prompt, adapter)
        if self._score is None:
            raise ScoringError(self.name, "a file of replies does not tell how likely a text is")
        return self._score(prompt, text)

    def count(self, prompt: Prompt) -> int:
        """How many words the prompt has, and one more for each message."""
        if isinstance(prompt, str):
            return len(_WORD.findall(prompt))
        return sum(1 + len(_WORD.findall(message.text)) for message in prompt)

    async def close(self) -> None:
        """Answer no more."""
        self._is_closed = True

    def _next(self, request: Request) -> Reply:
        with self._lock:
            self._asked.append(request)
        self._require(request.prompt, request.adapter)
        if callable(self._replies):
            return _reply(self._replies(request))
        with self._lock:
            place, self._taken = self._taken, self._taken + 1
        most = len(self._replies)
        if not most or (place >= most and not self._repeats):
            remedy = "give it more of them, or let it repeat them"
            raise EngineError(self.name, f"it has {most} replies, and was asked for another", remedy)
        return _reply(self._replies[place % most])

    def _require(self, prompt: Prompt, adapter: str | None) -> None:
        if self._is_closed:
            raise EngineError(self.name, "it was closed", "open it again")
        if adapter is not None and adapter not in self._adapters:
            raise AdapterError(self.name, f"there is no adapter {adapter!r}", f"known: {sorted(self._adapters)}")
        if self.context is not None and self.count(prompt) >= self.context:
            problem = f"the prompt has {self.count(prompt)} words, and {self.context} are its context"
            raise ContextError(self.name, problem, "shorten the prompt")


class ScriptedEngines:
    """Opens a file of replies as a model."""

    options: ClassVar[Mapping[str, str]] = {
        "repeats": "on: begin again after the last reply; off (default): that is an error",
        "context": "the most words that prompt and answer may have together (no limit)",
        "chat": "on (default) or off: whether it says that it has a chat format",
        "schemas": "on or off (default): whether it says that answers fit a JSON Schema",
    }

    @classmethod
    def open(cls, model: str, options: Mapping[str, str]) -> ScriptedEngine:
        """The engine that says what the file at the path `model` holds. Raises EngineError."""
        typed = Typed(model, options)
        typed.require_known(cls.options)
        return ScriptedEngine(
            read_replies(model),
            score=None,
            name=Path(model).name,
            context=typed.whole("context", None),
            repeats=typed.one_of("repeats", ("off", "on")) == "on",
            has_chat=typed.one_of("chat", ("on", "off")) == "on",
            has_schemas=typed.one_of("schemas", ("off", "on")) == "on",
        )


def read_replies(path: str) -> tuple[Reply, ...]:
    """The replies in a file. Raises EngineError naming the line that is wrong."""
    try:
        # Not splitlines: U+2028 and its kin may stand inside a reply.
        lines = Path(path).read_text(encoding="utf-8").split("\n")
    except OSError as error:
        problem = f"the replies cannot be read: {error.strerror}"
        raise ModelMissingError(
            path, problem, "name a file with one reply a line, as in scripted:replies.txt"
        ) from None
    except UnicodeDecodeError as error:
        raise EngineError(path, f"byte {error.start} is not UTF-8", "save the file as UTF-8") from None
    return tuple(_line(path, number, line.strip()) for number, line in enumerate(lines, start=1) if line.strip())


def _line(path: str, number: int, line: str) -> Reply:
    if line[0] not in '"{':
        return Reply(line)
    try:
        row = json.loads(line)
    except ValueError as error:
        remedy = "a line that begins with a brace or a quotation mark is JSON; put the whole reply into a JSON string"
        raise EngineError(path, f"line {number} is not JSON: {error}", remedy) from None
    if isinstance(row, str):
        return Reply(row)
    if not row or not row.keys() <= {"text", "reasoning", "seconds", "error"} or not _fits(row):
        remedy = 'an object is {"text", "reasoning", "seconds", "error"}; put JSON that is to be said into its text'
        raise EngineError(path, f"line {number} is no reply", remedy)
    text = row.get("text", "")
    row["text"] = text if isinstance(text, str) else json.dumps(text, ensure_ascii=False)
    return Reply(**row)


def _fits(row: dict[str, Any]) -> bool:
    seconds = row.get("seconds", 0.0)
    is_time = isinstance(seconds, int | float) and not isinstance(seconds, bool) and 0 <= seconds < math.inf
    is_text = all(isinstance(row.get(field, ""), str) for field in ("reasoning", "error"))
    return is_time and is_text and isinstance(row.get("text", ""), str | dict)


def _reply(given: str | Reply) -> Reply:
    return given if isinstance(given, Reply) else Reply(given)


def _cut(text: str, sampling: Sampling, room: int | None) -> tuple[list[str], Ending]:
    """The words of an answer: up to a stop text, `max_tokens` or the room, whichever comes first."""
    words: list[str] = _WORD.findall(text)
    most = sampling.max_tokens if room is None else min(sampling.max_tokens, room)
    kept = "".join(words[:most])
    places = [place for stop in sampling.stop if stop and (place := kept.find(stop)) >= 0]
    if places:
        return _WORD.findall(kept[: min(places)]), Ending.STOP
    return words[:most], Ending.LENGTH if len(words) > most else Ending.STOP
