"""The models that a server says it has."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from agents.llm.engines.openai.excerpts import Veil

_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Listing:
    """Names in the server's order, and the context of each where the server tells it."""

    contexts: Mapping[str, int | None]

    @classmethod
    def parse(cls, body: str) -> "Listing | None":
        """Read the list; None where it is none."""
        try:
            rows = json.loads(body)["data"]
            named = {row["id"]: row for row in rows if isinstance(row["id"], str)}
        except (ValueError, RecursionError, KeyError, TypeError):
            return None
        return cls({name: _context(row) for name, row in named.items()})

    def shown(self, veil: Veil) -> str:
        """The first of the names, for an error."""
        names = ", ".join(map(repr, list(self.contexts)[:_SHOWN])) or "none"
        more = len(self.contexts) - _SHOWN
        return veil.hide_key(names + (f" and {more} more" if more > 0 else ""))


def _context(row: Mapping[str, object]) -> int | None:
    """The context of a model as vLLM and SGLang, or routers over many servers, have it."""
    found = row.get("max_model_len") or row.get("context_length")
    return found if isinstance(found, int) and not isinstance(found, bool) and found > 0 else None
