r"""How a language model is asked: which model, in what words, and by which words it answers. A TOML or JSON file.

model = "FOLDER-OR-NAME"            # or "https://host/v1#MODEL", a server that speaks OpenAI's chat protocol
template = "Review: {text}\nSentiment:"
words = [["negative", "bad"], ["positive", "good"]]     # of each class, in the order of the labels
calibration = "contextual"          # or "none"
tokens = 64                         # the most that a writer writes
"""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from attacks.victims.errors import VictimMissingError

CALIBRATIONS = ("none", "contextual")


@dataclass(frozen=True)
class Prompting:
    """A model and how it is asked. Without a file texts are reviews, and a class is negative or positive."""

    model: str
    template: str = "Review: {text}\nSentiment:"
    words: tuple[tuple[str, ...], ...] = (("negative", "bad"), ("positive", "good"))
    calibration: str = "none"
    tokens: int = 64

    @classmethod
    def read(cls, kind: str, which: str, template: str | None = None) -> "Prompting":
        """The settings in a file that ends in .toml or .json; else of a model by itself. Raises VictimMissingError.

        `template` stands where no file gives another.
        """
        usual = cls(which) if template is None else cls(which, template)
        file = Path(which)
        if file.suffix not in (".toml", ".json"):
            return usual
        asked = f"{kind}:{which}"
        try:
            written = file.read_text(encoding="utf-8")
            read: Any = tomllib.loads(written) if file.suffix == ".toml" else json.loads(written)
        except (OSError, ValueError) as wrong:
            raise VictimMissingError(asked, f"cannot be read ({wrong})", "give a file of settings") from None
        problem = _problem(read)
        if problem:
            raise VictimMissingError(asked, problem, "see docs/attacks.md for what a file of settings holds")
        if "words" in read:
            read["words"] = tuple(map(tuple, read["words"]))
        return replace(usual, **read)

    @property
    def digest(self) -> str:
        """16 hex digits over all of it."""
        told = json.dumps([self.model, self.template, self.words, self.calibration, self.tokens])
        return sha256(told.encode()).hexdigest()[:16]

    @property
    def address(self) -> tuple[str, str] | None:
        """The server's URL and the model's name there; None of a model that is here."""
        if not self.model.startswith(("http://", "https://")):
            return None
        url, _, name = self.model.partition("#")
        return url.rstrip("/"), name


def _problem(read: Mapping[str, Any]) -> str:
    """What is wrong with settings; empty where they can be used."""
    if not isinstance(read, dict):
        return "holds no settings"
    unknown = sorted(set(read) - {it.name for it in fields(Prompting)})
    if unknown:
        return f"has {unknown[0]!r}, which is no setting"
    if not isinstance(read.get("model"), str):
        return "has no model"
    template = read.get("template", "{text}")
    if not isinstance(template, str) or "{text}" not in template:
        return "has a template without {text}"
    if read.get("calibration", "none") not in CALIBRATIONS:
        return f"has a calibration that is none of {', '.join(CALIBRATIONS)}"
    if not isinstance(tokens := read.get("tokens", 1), int) or tokens < 1:
        return "has tokens that are no count"
    return "" if "words" not in read else _wrong_words(read["words"])


def _wrong_words(words: object) -> str:
    if not isinstance(words, list) or len(words) < 2:
        return "has words for fewer than two classes"
    if not all(
        isinstance(row, list) and row and all(isinstance(it, str) and it.strip() for it in row) for row in words
    ):
        return "has a class without words"
    every = [it.strip().casefold() for row in words for it in row]
    return "" if len(set(every)) == len(every) else "has a word twice"
