"""A scikit-learn pipeline as a victim: anything fitted that takes raw texts and has `predict`."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from attacks.core.goals import Floats
from attacks.core.ports import Capability
from attacks.fingerprints import of_bytes
from attacks.victims.errors import VictimMissingError

MOST_CLASSES = 1000
"""A whole number beyond this is taken for something else than the number of a class."""
_FIT = "fit it with the labels 0, 1, ... or with names"


class SklearnVictim:
    """A fitted pipeline whose first step reads raw texts.

    Labels that are whole numbers mean themselves, and a number between them that it was not fitted with has the
    probability 0; labels of other kinds are numbered 0, 1, ... in the pipeline's order. A pipeline without
    `predict_proba` (LinearSVC, a hinge loss) gives its labels only: what `decision_function` says is no probability.
    """

    def __init__(self, pipeline: Any, name: str = "sklearn", fingerprint: str = "") -> None:  # noqa: ANN401
        """Raises VictimMissingError where its classes cannot be numbered."""
        self.pipeline, self.name, self._given = pipeline, name, fingerprint
        self._columns = _columns(name, pipeline.classes_)
        self.classes = max(self._columns) + 1
        self.can = frozenset({Capability.SCORES}) if hasattr(pipeline, "predict_proba") else frozenset()

    @classmethod
    def open(cls, path: str) -> "SklearnVictim":
        """The pipeline that joblib wrote into a file. Such a file is a program: open only your own.

        Raises VictimMissingError.
        """
        asked, file = f"sklearn:{path}", Path(path)
        try:
            import joblib
        except ImportError:
            remedy = "pip install 'taboo-arena[attacks]'"
            raise VictimMissingError(asked, "scikit-learn is not installed", remedy) from None
        if not file.is_file():
            raise VictimMissingError(asked, "there is no such file", "write one with joblib.dump(pipeline, FILE)")
        try:
            pipeline = joblib.load(file)
        except Exception as problem:  # noqa: BLE001 - unpickling may raise anything
            raise VictimMissingError(asked, f"cannot be read ({problem})", "write it again") from None
        if not hasattr(pipeline, "predict") or not hasattr(pipeline, "classes_"):
            kind = type(pipeline).__name__
            raise VictimMissingError(
                asked, f"holds a {kind}", "a fitted pipeline with predict_proba or predict is needed"
            )
        opened = cls(pipeline, file.name, of_bytes(file.read_bytes()))
        try:
            opened.predict(["a text"])
        except Exception as problem:  # noqa: BLE001 - a pipeline is anyone's
            first = (str(problem).strip() or type(problem).__name__).splitlines()[0]
            remedy = "its first step must read texts, as a TfidfVectorizer does"
            raise VictimMissingError(asked, f"cannot read a text ({first})", remedy) from None
        return opened

    @cached_property
    def fingerprint(self) -> str:
        """16 hex digits over the file, or over what the pipeline has learnt."""
        if self._given:
            return self._given
        from joblib.hashing import NumpyHasher

        class Hasher(NumpyHasher):  # type: ignore[misc]  # joblib has no types
            """Passes over where in memory a vectoriser keeps its stop words, which differs from process to process."""

            def save(self, obj: Any) -> None:  # noqa: ANN401 - anything at all
                if isinstance(obj, dict) and "_stop_words_id" in obj:
                    obj = {name: value for name, value in obj.items() if name != "_stop_words_id"}
                super().save(obj)

        return of_bytes(str(Hasher(hash_name="sha1").hash(self.pipeline)).encode())

    def predict(self, texts: Sequence[str]) -> Floats:
        """Probabilities of shape `(len(texts), classes)`; without them 1 for the label that it gives."""
        if Capability.SCORES in self.can:
            shares = np.asarray(self.pipeline.predict_proba(list(texts)), dtype=np.float64)
            if self._columns == list(range(self.classes)):
                return shares
            spread = np.zeros((len(shares), self.classes))
            spread[:, self._columns] = shares
            return spread
        chosen = np.asarray(self.pipeline.predict(list(texts)))
        numbers = {label: number for number, label in self.labels.items()}
        return np.eye(self.classes)[[numbers[label] for label in chosen.tolist()]]

    @cached_property
    def labels(self) -> Mapping[int, Any]:
        """Each class as the pipeline writes it, by its number."""
        return dict(zip(self._columns, np.asarray(self.pipeline.classes_).tolist(), strict=True))


def _columns(name: str, labels: Any) -> list[int]:  # noqa: ANN401 - an array of anything
    """The number of each class, in the pipeline's order. Raises VictimMissingError."""
    known = np.asarray(labels)
    if known.ndim != 1 or not len(known):
        raise VictimMissingError(f"sklearn:{name}", "answers more than one question", "fit it with one label a text")
    if not np.issubdtype(known.dtype, np.integer):
        return list(range(len(known)))
    if known.min() < 0 or known.max() > MOST_CLASSES:
        shown = ", ".join(map(str, known[:5].tolist()))
        raise VictimMissingError(f"sklearn:{name}", f"its classes are {shown}", _FIT)
    columns: list[int] = known.tolist()
    return columns
