"""A classifier behind an address: `http:URL`. Whatever answers this is a victim, in any programming language.

    POST {"texts": ["a film", ...]}
    {"probabilities": [[0.2, 0.8], ...]}         one row a text, each adding up to 1
    {"labels": [1, ...], "classes": 2}           where it gives labels only

An answer may carry `"version": "..."`: it goes into the fingerprint, and one that changes on the way is an error.
A token in `TABOO_HTTP_TOKEN` is sent as a bearer token.
"""

import os
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

import numpy as np

from attacks.core.errors import VictimError
from attacks.core.goals import Floats
from attacks.core.ports import Capability
from attacks.victims.endpoint import Endpoint
from attacks.victims.errors import VictimMissingError

TOKEN = "TABOO_HTTP_TOKEN"
PROBE = "a text"
"""What a server is shown first, to see what it answers with."""


class HttpVictim:
    """A server that classifies. What it can and how many classes it has show in its answer to one text."""

    def __init__(self, endpoint: Endpoint) -> None:
        """Asks it once. Raises VictimError where it does not answer as it should."""
        self._endpoint, self.name = endpoint, endpoint.name
        first = endpoint.ask({"texts": [PROBE]})
        self._version = str(first.get("version", ""))
        has_scores = "probabilities" in first
        self.can = frozenset({Capability.SCORES}) if has_scores else frozenset()
        self.classes = _width(self.name, first) if has_scores else _count(self.name, first)
        self._rows(first, 1)
        self.fingerprint = sha256(f"{endpoint.url}\n{self._version}\n{self.classes}".encode()).hexdigest()[:16]

    @classmethod
    def open(cls, url: str) -> "HttpVictim":
        """The server at an address. Raises VictimMissingError."""
        # `http:` names the kind of victim, so an address written without the kind arrives without its scheme.
        whole = f"http:{url}" if url.startswith("//") else url
        remedy = "name a running server that answers POST with probabilities or labels (see docs/attacks.md)"
        try:
            return cls(Endpoint(whole, token=os.environ.get(TOKEN, "")))
        except (ValueError, VictimError) as problem:
            raise VictimMissingError(f"http:{url.partition('?')[0]}", str(problem), remedy) from None

    def predict(self, texts: Sequence[str]) -> Floats:
        """Probabilities of shape `(len(texts), classes)`; 1 for the label where it gives labels only."""
        return self._rows(self._endpoint.ask({"texts": list(texts)}), len(texts))

    def _rows(self, answer: Mapping[str, Any], count: int) -> Floats:
        version = str(answer.get("version", ""))
        if version != self._version:
            raise VictimError(self.name, f"is now version {version!r} and was {self._version!r}")
        if Capability.SCORES in self.can:
            return self._numbers(answer.get("probabilities"), (count, self.classes))
        labels = self._numbers(answer.get("labels"), (count,))
        if not ((labels >= 0) & (labels < self.classes) & (labels == labels.round())).all():
            raise VictimError(self.name, f"answered with labels that are none of 0 to {self.classes - 1}")
        return np.asarray(np.eye(self.classes)[labels.astype(int)])

    def _numbers(self, given: object, shape: tuple[int, ...]) -> Floats:
        try:
            rows = np.asarray(given, dtype=np.float64)
        except (TypeError, ValueError):
            raise VictimError(self.name, "answered with what are no numbers in rows of one length") from None
        if rows.shape != shape:
            raise VictimError(self.name, f"answered in the shape {rows.shape}, and {shape} was asked for")
        return rows


def _width(name: str, answer: Mapping[str, Any]) -> int:
    rows = answer["probabilities"]
    if not (isinstance(rows, list) and rows and isinstance(rows[0], list) and len(rows[0]) > 1):
        raise VictimError(name, "answered with probabilities that are no row of two or more for each text")
    return len(rows[0])


def _count(name: str, answer: Mapping[str, Any]) -> int:
    classes = answer.get("classes")
    if not isinstance(classes, int) or isinstance(classes, bool) or classes < 2:
        raise VictimError(name, "answered with neither probabilities nor labels and the number of classes")
    return classes
