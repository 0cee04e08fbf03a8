"""Replacements that a chat model proposes: it is shown the text and a word of it, and answers with a list.

`ProposedWords` is a source of candidates like any other. It asks through a callable, or a server that speaks OpenAI's
chat protocol, with the key of OPENAI_API_KEY.
"""

import json
import os
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from attacks.core.errors import AttackError, VictimError
from attacks.core.text import Text
from attacks.fingerprints import of_bytes
from attacks.transformations.errors import DataMissingError

Ask: TypeAlias = Callable[[str], str]
"""The reply to a prompt."""

ADDRESS = "TABOO_LLM_URL"
PROPOSALS = 10
"""How many words a model is asked for."""
_REMEDY = f"set {ADDRESS} to the address of a server and its model, such as http://127.0.0.1:8000/v1#MODEL"
_PROMPT = """Text: {text}
Word: {word} (word {number} of the text)
List {most} words or short phrases that could stand there instead, so that the text stays fluent and means the same.
Answer with a JSON list of strings and nothing else."""
_FENCE = re.compile(r"\A```[a-z]*\n(.*)\n```\Z", re.DOTALL)
_NUMBERED = re.compile(r"\A\s*\d+[.)]\s+(\S.*?)\s*\Z")
_LONGEST_WORDS, _LONGEST_REPLY = 4, 256
"""Words of a proposal, and tokens of a reply."""


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
    knows_parts = False

    def __init__(self, ask: Ask, most: int = PROPOSALS, name: str = "the model", *, spared: Iterable[str] = ()) -> None:
        """`name` is told in errors and stands for the model in the fingerprint; of words in `spared` none is asked."""
        self._ask, self._most, self._name = ask, most, name
        self._spared = frozenset(word.casefold() for word in spared)
        self.fingerprint = of_bytes(f"{name}\n{most}\n{_PROMPT}".encode())
        self._read = lru_cache(maxsize=65536)(self._proposed)

    @classmethod
    def open(
        cls, address: str | None = None, *, most: int = PROPOSALS, spared: Iterable[str] = (), tries: int = 5
    ) -> "ProposedWords":
        """By the model at `URL#MODEL`, or where TABOO_LLM_URL says; nothing is asked yet. Raises DataMissingError."""
        from attacks.victims.chat import Chat

        named = address or os.environ.get(ADDRESS, "")
        url, _, model = named.partition("#")
        try:
            chat = Chat(url.rstrip("/"), model, tries=tries)
        except ValueError:
            model = ""
        if not model:
            raise DataMissingError("a chat model", named or ADDRESS, _REMEDY)

        def ask(prompt: str) -> str:
            try:
                return chat.replies([prompt], _LONGEST_REPLY)[0]
            except VictimError as wrong:
                raise ProposalError(chat.name, wrong.problem) from None

        return cls(ask, most, chat.name, spared=spared)

    def __call__(self, text: Text, place: int) -> Sequence[str]:
        """What may stand there instead of the word. Raises AttackError."""
        return () if text.words[place].casefold() in self._spared else self._read(text, place)

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
