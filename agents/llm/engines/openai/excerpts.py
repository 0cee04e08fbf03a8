"""What a server said, made fit to be shown: short, without markup, without the key, without words of the prompt.

Servers quote what they refuse, so an excerpt may hold an utterance or the target word. Every word that has to do with
a word of the prompt is left out, except for the few that such messages are made of and that give nothing away.
"""

import json
import re
from typing import Any

from agents.llm.engines.openai.keys import Key
from arena.core.generation import Prompt

MOST = 200
"""Characters of an excerpt."""
_OMITTED = "\u2026"
_WORD = re.compile(r"\w+")
_PLAIN = frozenset(
    _WORD.findall(
        """
        a an and are as at be but by can cannot completion context could do does enough error exceeded exceeds
        expected failed field for found from has have however in input instead internal invalid is it its json key
        large length limit long maximum message messages minute missing model must no not of on only or other
        parameter per please prompt quota rate reached request requested requests response retry schema seconds
        server such support supported text than that the this time to token tokens too type unavailable unexpected
        unsupported use value was with you your
        """
    )
)
_TAG = re.compile(r"<(script|style)\b.*?</\1\s*>|<[^>]*>", re.IGNORECASE | re.DOTALL)
_ESCAPE = re.compile(r"(?:\\+u[0-9a-fA-F]{4})+|(?:%[0-9a-fA-F]{2})+|&#\w+;")


class Veil:
    """Knows what may not be shown, for one request."""

    def __init__(self, key: Key | None, prompt: Prompt = "") -> None:
        self._key = key
        texts = [prompt] if isinstance(prompt, str) else [message.text for message in prompt]
        self._words = {word.lower() for text in texts for word in _WORD.findall(text)} - _PLAIN
        # Ideographs stand without spaces, so one by one is the only safe way to compare them.
        self._marks = {mark for text in texts for mark in text if not mark.isascii()}

    def over(self, text: str) -> str:
        """An excerpt of the text, quoted; it says so where there is none."""
        shown = " ".join(_ESCAPE.sub(_OMITTED, _TAG.sub(" ", text[: 50 * MOST])).split())[:MOST]
        shown = "".join(_OMITTED if mark in self._marks or not mark.isprintable() else mark for mark in shown)
        shown = _WORD.sub(lambda found: _OMITTED if self._is_secret(found[0].lower()) else found[0], shown)
        shown = re.sub(rf"{_OMITTED}(?:[\s\W]*{_OMITTED})+", _OMITTED, shown)
        shown = self.hide_key(shown)
        return f'it said "{shown}"' if shown else "it said nothing more"

    def hide_key(self, text: str) -> str:
        """The text without the key."""
        return text if self._key is None else self._key.hide(text)

    def _is_secret(self, word: str) -> bool:
        if word in _PLAIN:
            return False
        is_part = any(len(secret) > 2 and secret in word for secret in self._words)
        return word in self._words or is_part or (len(word) > 2 and any(word in secret for secret in self._words))


def sentence_in(body: str) -> str:
    """The message in a body: the field that servers put it into, or all of it where there is none."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return body
    return _sentence(found) or body


def _sentence(found: Any) -> str:  # noqa: ANN401 - JSON of anyone's
    if isinstance(found, str):
        return found
    if isinstance(found, list):
        return "; ".join(filter(None, map(_complaint, found)))
    if isinstance(found, dict):
        return next((text for name in ("error", "message", "detail") if (text := _sentence(found.get(name)))), "")
    return ""


def _complaint(item: Any) -> str:  # noqa: ANN401 - JSON of anyone's
    """One entry of a list of complaints about fields, without the input that it quotes."""
    if not isinstance(item, dict):
        return _sentence(item)
    place, said = item.get("loc"), item.get("msg")
    where = ".".join(map(str, place)) if isinstance(place, list) else ""
    return f"{where}: {said}".strip(": ") if isinstance(said, str) else _sentence(item)
