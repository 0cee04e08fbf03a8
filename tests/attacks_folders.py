"""Folders of finished attacks for tests: a victim that counts words, attacked for real; rows can be meddled with."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from attacks_doubles import Counting, Swapping

from attacks.engine import Engine, Example
from attacks.evaluation.saving import Folder

EXAMPLES = [
    Example(0, "a great film", 1),
    Example(1, "a fine film", 1),
    Example(2, "great great great fine", 1),
    Example(3, "an awful film", 1),
    Example(4, "a poor film", 0),
    Example(5, "", 1),
]


@dataclass(frozen=True)
class Outcome:
    """What the command printed, and the code it exited with."""

    code: int
    out: str
    err: str


def attacked(path: Path, *, budget: int | None = None, examples: Sequence[Example] = EXAMPLES, **more: object) -> Path:
    """A folder in which `Swapping` attacked `Counting`; `more` are other settings (`examples_` for `examples`)."""
    victim = Counting()
    settings = {
        "recipe": "swapping",
        "victim": "counting:it",
        "fingerprint": victim.fingerprint,
        "data": "dev.tsv",
        "digest": "d" * 16,
        "limit": None,
        "budget": budget,
        "seed": 0,
        "examples": len(examples),
        **{name.removesuffix("_"): value for name, value in more.items()},
    }
    rows = Engine(victim, Swapping(), budget=budget).run(examples)
    assert len(list(Folder(path, settings, resume=False).keep(rows))) == len(examples)
    return path


def edited(folder: Path, place: int, /, **values: object) -> Path:
    """The folder with other values in one of its rows."""
    file = folder / "rows.jsonl"
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    rows[place] |= values
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return folder
