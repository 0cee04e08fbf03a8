"""How people name a model and what to do with it: `MODEL`, `openai:URL#MODEL`, `scripted:FILE`, with `?key=value&...`.

The options of engine and agent stand in one list; each side takes its own, and what nobody knows is an error.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from urllib.parse import parse_qsl

from agents.llm.errors import ModelSpecError
from arena import registry

LOCAL = "transformers"
"""The engine of a model that is named without one."""


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """A model as it was asked for: which engine, which model there, and the options with their values as typed."""

    text: str
    """What was typed, without the options: one of these could be a key that does not belong there."""
    engine: str
    model: str
    options: Mapping[str, str]

    @classmethod
    def parse(cls, text: str) -> "ModelSpec":
        """Read what follows `llm:`. Raises ModelSpecError."""
        body, _, query = text.partition("?")
        head, colon, rest = body.partition(":")
        engines = registry.entries(registry.ENGINES)
        engine, model = (head, rest) if colon and head in engines else (LOCAL, body)
        if not model:
            raise ModelSpecError(body, "no model is named")
        if engine == LOCAL and colon and head.isidentifier() and not Path(body).exists():
            raise ModelSpecError(body, f"there is no engine {head!r}; known: {', '.join(engines)}")
        try:
            pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query))
        except ValueError:
            raise ModelSpecError(body, "its options are not key=value pairs joined by &") from None
        options = dict(pairs)
        if len(options) < len(pairs):
            raise ModelSpecError(body, "an option is given twice")
        return cls(body, engine, model, options)

    def require_known(self, known: Iterable[str]) -> None:
        """Raise ModelSpecError where an option is none of these."""
        names = sorted(known)
        for option in self.options:
            if option not in names:
                near = get_close_matches(option, names, n=1)
                hint = f"did you mean {near[0]}?" if near else "known: " + ", ".join(names)
                raise ModelSpecError(self.text, f"there is no option {option!r}; {hint}")
