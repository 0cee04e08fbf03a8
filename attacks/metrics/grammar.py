"""How many grammar errors LanguageTool finds in a text. Needs the package language_tool_python, which needs Java."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from attacks.core.text import PAIR
from attacks.fingerprints import of_bytes
from attacks.metrics.models import MeasureError

_TONGUES = {"en": "en-US", "zh": "zh-CN"}
_IGNORED = frozenset({"TYPOS", "CASING", "TYPOGRAPHY", "MISC", "STYLE"})
"""Categories that are no grammar: data sets are in lower case with spaces before signs, and typos are edits, counted
elsewhere."""


class LanguageTool:
    """Counts errors of grammar. `check` gives the matches of a text, as language_tool_python's own does."""

    def __init__(self, check: Callable[[str], Any], name: str) -> None:
        """With what finds matches, and the name and version of it."""
        self._check, self.name = check, name
        self.fingerprint = of_bytes(f"{name} {sorted(_IGNORED)}".encode())
        self._known = lru_cache(maxsize=65536)(self._read)

    @classmethod
    def open(cls, language: str = "en") -> "LanguageTool":
        """LanguageTool on this machine, started for the language. Raises MeasureError."""
        remedy = "pip install language_tool_python, and install Java 17 or newer"
        try:
            import language_tool_python
        except ImportError:
            raise MeasureError("grammar", "", "the package language_tool_python is not installed", remedy) from None
        try:
            tool = language_tool_python.LanguageTool(_TONGUES.get(language, language))
        except Exception as wrong:  # noqa: BLE001 - Java, a download or a port may stand in its way
            first = next(iter(str(wrong).strip().splitlines()), type(wrong).__name__)
            raise MeasureError("grammar", "", f"LanguageTool does not start ({first})", remedy) from None
        version = getattr(tool, "language_tool_download_version", getattr(language_tool_python, "__version__", ""))
        return cls(tool.check, f"LanguageTool {version} {_TONGUES.get(language, language)}")

    def errors(self, text: str) -> int:
        """How many errors of grammar a text has; spelling, upper case, typography and style are not counted."""
        return self._known(text)

    def added(self, original: str, perturbed: str) -> int:
        """How many errors the perturbed text has more than the original; below 0 where it has fewer."""
        return self.errors(perturbed) - self.errors(original)

    def _read(self, text: str) -> int:
        return sum(1 for match in self._check(text.replace(PAIR, "\n\n")) if str(match.category) not in _IGNORED)
