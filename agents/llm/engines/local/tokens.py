"""A tokenizer in the words of the engine: prompts to tokens, and tokens to exactly the text that they stand for.

Safe to be used from several threads: the tokenizers library is asked directly, past the settings that transformers
changes at each call; a tokenizer written in Python is asked by one thread at a time.
"""

import threading
from collections.abc import Iterable, Sequence
from typing import Any

from agents.llm.engines.local.plain import written_out
from arena.core.errors import EngineError
from arena.core.generation import Message, Prompt, Speaker

_NEAR = 8
"""How many tokens of the prompt decide how the text after it is spelled."""
_ANCHORS = ("\n", "a", ".")
"""Texts that a text is put after, to be read as one that does not stand at a beginning."""


class Tokens:
    """What the tokenizer of a model says. `ends` are the tokens that a model ends its answer with."""

    def __init__(self, model: str, tokenizer: Any, ends: Iterable[int]) -> None:  # noqa: ANN401 - several classes
        self.model = model
        self._tokenizer = tokenizer
        self._fast = getattr(tokenizer, "backend_tokenizer", None) if tokenizer.is_fast else None
        self._lock = threading.Lock()
        self.ends = frozenset(ends)
        self.has_chat = bool(tokenizer.chat_template)
        begin, end = tokenizer.bos_token_id, tokenizer.eos_token_id
        self.begin: int | None = end if begin is None else begin
        """The token that stands for an empty prompt: the model's beginning, else its end, else None"""
        self.pad: int = next((one for one in (tokenizer.pad_token_id, end, begin) if one is not None), 0)
        self._special = tuple(text for text in tokenizer.all_special_tokens if len(text) > 1)

    def of(self, prompt: Prompt) -> tuple[int, ...]:
        """The tokens of a prompt. A text gets the model's beginning before it; a conversation its chat format.

        Raises EngineError where the prompt is empty and the model has no token to begin with.
        """
        if isinstance(prompt, str):
            ids = self._prompt_ids(prompt)
        elif self.has_chat:
            ids = self._encoded(self._chat(prompt), is_whole=False)
        else:
            ids = self._prompt_ids(written_out([self._defused(message) for message in prompt]))
        if ids:
            return ids
        if self.begin is None:
            problem = "the prompt is empty, and the model has no token that stands for its beginning"
            raise EngineError(self.model, problem, "give it a prompt")
        return (self.begin,)

    def after(self, before: Sequence[int], text: str) -> tuple[int, ...]:
        """The tokens of a text straight after others: read by itself, and so that spelled there it is itself again.

        Some tokenizers put a space before every text. Where that would come between, the text is read after a character
        that keeps the space away, and that character's tokens are taken off again.
        """
        first = self._encoded(text, is_whole=False)
        if self.spelled(before, first) == text:
            return first
        rests = []
        for anchor in _ANCHORS:
            start, both = self._encoded(anchor, is_whole=False), self._encoded(anchor + text, is_whole=False)
            if both[: len(start)] == start:
                rests.append(both[len(start) :])
        exact = (rest for rest in rests if self.spelled(before, rest) == text)
        # Characters that the tokenizer does not know are never spelled again; the rest of the text is.
        return next(exact, next(iter(rests), first))

    def spelled(self, before: Sequence[int], ids: Sequence[int]) -> str:
        """The text that the tokens add to those before them: special ones are left out, and nothing is tidied up."""
        near = tuple(before[-_NEAR:])
        base = self._decoded(near)
        whole = self._decoded((*near, *ids))
        # What stands before is spelled otherwise only where it ends within a character.
        return whole[len(base) :] if whole.startswith(base) else self._decoded(ids)

    def pieces(self, before: Sequence[int], ids: Sequence[int]) -> tuple[str, ...]:
        """What each of the tokens adds; part of a character is spelled U+FFFD."""
        line = (*before, *ids)
        places = range(len(before), len(line))
        return tuple(self.spelled(line[max(0, place - _NEAR) : place], (line[place],)) for place in places)

    def _prompt_ids(self, text: str) -> tuple[int, ...]:
        ids = self._encoded(text, is_whole=True)
        # Some tokenizers end every text; then nothing would be left to say.
        while len(ids) > 1 and ids[-1] in self.ends and ids[-1] != self._last_of(text):
            ids = ids[:-1]
        return ids

    def _last_of(self, text: str) -> int | None:
        return next(iter(self._encoded(text, is_whole=False)[-1:]), None)

    def _encoded(self, text: str, *, is_whole: bool) -> tuple[int, ...]:
        text = text.encode("utf-8", "replace").decode("utf-8")  # half a character is no text to a tokenizer
        if self._fast is not None:
            return tuple(self._fast.encode(text, add_special_tokens=is_whole).ids)
        with self._lock:
            return tuple(self._tokenizer.encode(text, add_special_tokens=is_whole))

    def _decoded(self, ids: Sequence[int]) -> str:
        if self._fast is not None:
            return str(self._fast.decode(list(ids), skip_special_tokens=True))
        with self._lock:
            return str(self._tokenizer.decode(list(ids), skip_special_tokens=True, clean_up_tokenization_spaces=False))

    def _chat(self, messages: Sequence[Message]) -> str:
        from jinja2 import TemplateError

        defused = [self._defused(message) for message in messages]
        try:
            return self._templated(defused)
        except TemplateError:
            # Many formats know no system, or want two speakers to take turns.
            pass
        try:
            return self._templated(merged(defused))
        except TemplateError as error:
            problem = f"its chat format refuses the conversation: {error}"
            raise EngineError(self.model, problem, "let user and assistant take turns, the user first") from None

    def _templated(self, messages: Sequence[Message]) -> str:
        rows = [{"role": message.speaker.value, "content": message.text} for message in messages]
        return str(self._tokenizer.apply_chat_template(rows, tokenize=False, add_generation_prompt=True))

    def _defused(self, message: Message) -> Message:
        """The message with a space inside whatever the tokenizer would read as one of its special tokens.

        A player's words must not end a message, or begin one of another speaker.
        """
        text = message.text
        for special in self._special:
            text = text.replace(special, f"{special[0]} {special[1:]}")
        return Message(message.speaker, text)


def merged(messages: Sequence[Message]) -> tuple[Message, ...]:
    """The conversation without a system, whose words begin the first user's, and with speakers that take turns."""
    turns: list[Message] = []
    for message in messages:
        speaker = Speaker.ASSISTANT if message.speaker is Speaker.ASSISTANT else Speaker.USER
        if turns and turns[-1].speaker is speaker:
            turns[-1] = Message(speaker, f"{turns[-1].text}\n\n{message.text}")
        else:
            turns.append(Message(speaker, message.text))
    return tuple(turns)
