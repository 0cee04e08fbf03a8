"""A scikit-learn pipeline as a victim: anything that takes texts and has `predict_proba`."""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from attacks.core.goals import Floats
from attacks.core.ports import Capability
from attacks.victims.errors import VictimMissingError


class SklearnVictim:
    """A fitted pipeline whose first step reads raw texts. Classes are the numbers 0, 1, ... in the pipeline's order."""

    can = frozenset({Capability.SCORES})

    def __init__(self, pipeline: Any, name: str = "sklearn", fingerprint: str = "") -> None:  # noqa: ANN401
        self._pipeline, self.name = pipeline, name
        self.classes = len(pipeline.classes_)
        self.fingerprint = fingerprint or sha256(repr(pipeline).encode()).hexdigest()[:16]

    @classmethod
    def open(cls, path: str) -> "SklearnVictim":
        """The pipeline that joblib wrote into a file. Such a file is a program: open only your own.

        Raises VictimMissingError.
        """
        import joblib

        file = Path(path)
        if not file.is_file():
            raise VictimMissingError(
                f"sklearn:{path}", "there is no such file", "write one with joblib.dump(pipeline, FILE)"
            )
        try:
            pipeline = joblib.load(file)
        except Exception as problem:  # noqa: BLE001 - unpickling may raise anything
            raise VictimMissingError(f"sklearn:{path}", f"cannot be read ({problem})", "write it again") from None
        if not hasattr(pipeline, "predict_proba") or not hasattr(pipeline, "classes_"):
            kind = type(pipeline).__name__
            raise VictimMissingError(
                f"sklearn:{path}", f"holds a {kind}", "a fitted pipeline with predict_proba is needed"
            )
        return cls(pipeline, file.name, sha256(file.read_bytes()).hexdigest()[:16])

    def predict(self, texts: Sequence[str]) -> Floats:
        """Probabilities of shape `(len(texts), classes)`."""
        return np.asarray(self._pipeline.predict_proba(list(texts)), dtype=np.float64)
