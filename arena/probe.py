"""Looks at somebody's class in a process of its own: `python -m arena.probe module:Class` prints its card as JSON.

A class without a card is fine: what it can play is then anything. The exit code is 1, with one line that says why,
where there is no such class. The host never imports code that is not its own; this is how it learns what it seats.
"""

import contextlib
import importlib
import io
import json
import sys
from pathlib import Path
from typing import Any

from arena.core.ports import AgentCard


def main(reference: str) -> int:
    """Print the card of the class that `module:Class` names."""
    folder = str(Path.cwd())
    if folder not in sys.path:
        sys.path.append(folder)
    module, _, name = reference.partition(":")
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            found: Any = importlib.import_module(module)
            for part in name.split("."):
                found = getattr(found, part)
    except BaseException as problem:  # noqa: BLE001 - a module may fail in any way at import, and even exit
        sys.stderr.write(f"\n{type(problem).__name__}: {problem}\n")
        return 1
    if not callable(getattr(found, "act", None)):
        sys.stderr.write(f"\nTypeError: {reference} is not a class with a method act(view)\n")
        return 1
    sys.stdout.write("\n" + json.dumps(_row(getattr(found, "card", None), name)))
    return 0


def _row(card: object, name: str) -> dict[str, object]:
    if not isinstance(card, AgentCard):
        return {"name": name, "version": "0", "summary": "", "roles": None, "languages": None}
    return {
        "name": card.name,
        "version": card.version,
        "summary": card.summary,
        "roles": sorted(card.roles),
        "languages": sorted(card.languages),
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
