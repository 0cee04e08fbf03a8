"""The key to a server: it comes from the environment, is sent to the server, and is shown to nobody."""

import re
from collections.abc import Mapping

from agents.llm.engines.openai.address import ASKED, Address
from arena.core.errors import EngineError

USUAL = "OPENAI_API_KEY"
"""The variable that holds the key where no other is named."""
_NAME = re.compile(r"[A-Z][A-Z0-9_]{0,63}")
_LEAST = 6
"""So many characters of a key in a row give it away."""


class Key:
    """A secret that only `reveal` gives; it prints as the name of its variable."""

    __slots__ = ("_value", "variable")

    def __init__(self, value: str, variable: str) -> None:
        self._value, self.variable = value, variable

    def reveal(self) -> str:
        """The key itself, for the one place that sends it."""
        return self._value

    def hide(self, text: str) -> str:
        """The text without any word that holds a good part of the key: servers quote keys, shortened or whole."""
        return " ".join("[key]" if self._is_in(word) else word for word in text.split(" "))

    def is_in(self, text: str) -> bool:
        """Whether the whole key stands in the text."""
        return self._value in text

    def _is_in(self, word: str) -> bool:
        least = min(_LEAST, len(self._value))
        return any(self._value[start : start + least] in word for start in range(len(self._value) - least + 1))

    def __repr__(self) -> str:
        return f"Key(from {self.variable})"


def key_for(address: Address, options: Mapping[str, str], environment: Mapping[str, str]) -> Key | None:
    """The key to the server, None where there is none and none is needed. Raises EngineError.

    It is in the variable that the option `key_env` names, else in OPENAI_API_KEY.
    """
    variable = options.get("key_env", USUAL)
    if not _NAME.fullmatch(variable):
        remedy = "give the NAME of an environment variable in capitals, never the key itself"
        raise EngineError(ASKED, "option key_env is not the name of a variable", remedy)
    value = environment.get(variable, "").strip()
    if not value:
        if "key_env" in options or address.is_openai:
            problem = f"environment variable {variable} holds no key"
            raise EngineError(str(address), problem, f"export {variable}, or name another with ?key_env=NAME")
        return None
    if not value.isascii() or not value.isprintable() or " " in value:
        problem = f"what environment variable {variable} holds cannot be a key"
        raise EngineError(ASKED, problem, "a key is printable ASCII without spaces: look for stray characters in it")
    key = Key(value, variable)
    if any(key.is_in(text) for text in (str(address), *options.values())):
        raise EngineError(ASKED, "the key itself stands in its address or options", f"leave it in {variable} only")
    return key
