"""Replacements that a chat model proposes: it is shown the text and a word of it, and answers with a list.

`ProposedWords` is a source of candidates like any other and asks through a callable; `ChatEndpoint` is one, for servers
that speak OpenAI's chat protocol.
"""

import json
import os
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from attacks.core.errors import AttackError
from attacks.core.text import Text
from attacks.fingerprints import of_bytes
from attacks.transformations.errors import DataMissingError

Ask: TypeAlias = Callable[[str], str]
"""The reply to a prompt."""

ADDRESS, KEY = "TABOO_LLM_URL", "TABOO_LLM_KEY"
_REMEDY = f"set {ADDRESS} to the address of a server and its model, such as http://127.0.0.1:8000/v1#MODEL"
_PROMPT = """Text: {text}
Word: {word} (word {number} of the text)
List {most} words or short phrases that could stand there instead, so that the text stays fluent and means the same.
Answer with a JSON list of strings and nothing else."""
_FENCE = re.compile(r"\A```[a-z]*\n(.*)\n```\Z", re.DOTALL)
_NUMBERED = re.compile(r"\A\s*\d+[.)]\s+(\S.*?)\s*\Z")
_LONGEST_WORDS = 4
_BUSY = frozenset({408, 429, 500, 502, 503, 504})


@dataclass(eq=False)
class ProposalError(AttackError):
    """A model that was asked for replacements and gave none that can be read."""

    asked: str
    problem: str

    def __str__(self) -> str:
        return f"{self.asked}: {self.problem}"


class ProposedWords:
    """At most `most` proposals for a word, in the model's order; never the word itself. Replies are remembered.

    A reply is read as a JSON list of strings, or as lines that are numbered; anything else raises ProposalError, and so
    does a failure to be answered. A proposal of more than four words, or with a line break in it, is passed over.
    """

    name = "proposed"

    def __init__(self, ask: Ask, most: int = 10, name: str = "the model") -> None:
        """`name` is told in errors and stands for the model in the fingerprint."""
        self._ask, self._most, self._name = ask, most, name
        self.fingerprint = of_bytes(f"{name}\n{most}\n{_PROMPT}".encode())
        self._read = lru_cache(maxsize=65536)(self._proposed)

    def __call__(self, text: Text, place: int) -> Sequence[str]:
        """What may stand there instead of the word. Raises AttackError."""
        return self._read(text, place)

    def _proposed(self, text: Text, place: int) -> tuple[str, ...]:
        word = text.words[place]
        reply = self._ask(_PROMPT.format(text=text.written, word=word, number=place + 1, most=self._most))
        found = (" ".join(it.split()) for it in self._listed(reply) if "\n" not in it)
        kept = (it for it in found if it and it.casefold() != word.casefold() and len(it.split()) <= _LONGEST_WORDS)
        return tuple(dict.fromkeys(kept))[: self._most]

    def _listed(self, reply: str) -> list[str]:
        """The items of a reply. Raises ProposalError."""
        stripped = reply.strip()
        fenced = _FENCE.match(stripped)
        try:
            listed = json.loads(fenced[1] if fenced else stripped)
        except ValueError:
            lines = [line for line in stripped.splitlines() if line.strip()]
            numbered = [found[1] for line in lines if (found := _NUMBERED.match(line))]
            if not numbered or len(numbered) != len(lines):
                raise self._unread(reply) from None
            return numbered
        if not isinstance(listed, list) or not all(isinstance(it, str) for it in listed):
            raise self._unread(reply)
        return listed

    def _unread(self, reply: str) -> ProposalError:
        return ProposalError(self._name, f"replied with no list of words: {reply[:80]!r}")


class ChatEndpoint:
    """A model behind a server that speaks OpenAI's chat protocol, asked without chance (temperature 0)."""

    def __init__(
        self,
        address: str | None = None,
        *,
        seconds: float = 30.0,
        tries: int = 3,
        wait: float = 1.0,
        longest: int = 256,
    ) -> None:
        """At `URL#MODEL`, or where TABOO_LLM_URL says; the key is that of TABOO_LLM_KEY, and none where it is unset.

        `seconds` bounds each try, `wait` is how long the first pause after a busy server is, each further one twice as
        long, and `longest` is how many tokens a reply may have. Raises DataMissingError.
        """
        named = address or os.environ.get(ADDRESS, "")
        url, _, model = named.partition("#")
        if not url.startswith(("http://", "https://")) or not model:
            raise DataMissingError("a chat model", named or ADDRESS, _REMEDY)
        self.name, self._url, self._model = named, url.rstrip("/") + "/chat/completions", model
        self._seconds, self._tries, self._wait, self._longest = seconds, tries, wait, longest

    def __call__(self, prompt: str) -> str:
        """The model's reply. Raises ProposalError where there is none after so many tries, or none can be had."""
        key = os.environ.get(KEY, "")
        asked = {
            "model": self._model,
            "messages": [{"role": "user", "content": prompt}],
            "temperature": 0,
            "max_tokens": self._longest,
        }
        problem = ""
        for attempt in range(self._tries):
            if attempt:
                time.sleep(self._wait * 2 ** (attempt - 1))
            reply, problem, may_pass = self._tried(asked, {"Authorization": f"Bearer {key}"} if key else {})
            if reply is not None:
                return reply
            if not may_pass:
                break
        raise ProposalError(self.name, problem)

    def _tried(self, asked: dict[str, object], headers: dict[str, str]) -> tuple[str | None, str, bool]:
        """The reply, or what went wrong, and whether that may pass."""
        import httpx

        try:
            came = httpx.post(self._url, json=asked, headers=headers, timeout=self._seconds)
        except httpx.HTTPError as wrong:
            return None, f"did not answer ({type(wrong).__name__})", True
        except httpx.InvalidURL as wrong:
            return None, f"is no address ({wrong})", False
        if came.status_code != 200:
            return None, f"answered with status {came.status_code}", came.status_code in _BUSY
        try:
            reply = came.json()["choices"][0]["message"]["content"]
        except (ValueError, KeyError, IndexError, TypeError):
            return None, "answered with what is no chat reply", False
        return (reply, "", False) if isinstance(reply, str) else (None, "replied with no text", False)
