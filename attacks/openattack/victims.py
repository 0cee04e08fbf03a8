"""`openattack:NAME`: a classifier of OpenAttack's as a victim.

NAME is one that its `loadVictim` knows, such as BERT.SST, whose files it would download and which are looked for in
`TABOO_OPENATTACK`; or a folder of a sequence-classification model of transformers, for its TransformersClassifier.
"""

from collections.abc import Sequence
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from attacks.core.goals import Floats
from attacks.core.ports import Capability, TokenSlope
from attacks.core.slopes import Vocabulary
from attacks.core.text import Span
from attacks.fingerprints import of_model
from attacks.openattack.errors import OpenAttackError, UnknownOpenAttackError
from attacks.openattack.loading import loading, look_for_files, missing, openattack
from attacks.victims.errors import VictimMissingError

_PROBE = "a text"


class OpenAttackVictim:
    """A classifier of OpenAttack's: its `get_prob`, else its `get_pred`, and its `get_grad` where it has words too.

    Without `classes` it is shown one text to count them. A classifier that only has `get_pred` cannot be counted.
    Classifiers are asked by one thread at a time.
    """

    def __init__(self, classifier: Any, name: str = "openattack", classes: int = 0, fingerprint: str = "") -> None:  # noqa: ANN401
        """Raises OpenAttackError where the classes can be neither counted nor are given."""
        self._classifier, self.name = classifier, name
        has = {tag.name for tag in classifier.TAGS}
        self._has_scores = "get_prob" in has
        if not classes and not self._has_scores:
            raise OpenAttackError(name, "only says labels; say how many classes there are")
        self.classes = classes or len(classifier.get_prob([_PROBE])[0])
        self.can = frozenset({Capability.SCORES} if self._has_scores else ())
        if {"get_grad", "get_embedding"} <= has:
            self.can |= {Capability.GRADIENTS}
        model = getattr(classifier, "model", None)
        kind = f"{type(classifier).__module__}.{type(classifier).__qualname__}"
        of_weights = of_model(model) if hasattr(model, "state_dict") and hasattr(model, "config") else ""
        self.fingerprint = fingerprint or sha256(f"{kind}\n{name}\n{of_weights}".encode()).hexdigest()[:16]

    @classmethod
    def open(cls, which: str) -> "OpenAttackVictim":
        """The classifier of a name or a folder.

        Raises OpenAttackMissingError, UnknownOpenAttackError, DataMissingError or VictimMissingError.
        """
        library = openattack()
        if Path(which).is_dir():
            return cls(_of_folder(library, which), which)
        known = [it.removeprefix("Victim.") for it in library.DataManager.AVAILABLE_DATAS if it.startswith("Victim.")]
        if which not in known:
            raise UnknownOpenAttackError("victim or folder", which, tuple(known))
        try:
            with loading:
                look_for_files()
                return cls(library.loadVictim(which), which)
        except library.exceptions.DataNotExistException as absent:
            raise missing(*absent.args) from None

    def predict(self, texts: Sequence[str]) -> Floats:
        """Probabilities of shape `(len(texts), classes)`."""
        if self._has_scores:
            return np.asarray(self._classifier.get_prob(list(texts)), dtype=np.float64)
        chosen = np.asarray(self._classifier.get_pred(list(texts)), dtype=np.int64)
        return np.eye(self.classes)[chosen]

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The whole words of its WordEmbedding."""
        known = self._classifier.get_embedding()
        rows = {word: row for word, row in known.word2id.items() if word.isalpha()}
        return Vocabulary(tuple(rows), np.asarray(known.embedding, dtype=np.float64)[list(rows.values())])

    def slopes(self, texts: Sequence[str], labels: Sequence[int]) -> list[TokenSlope]:
        """For each text the gradient of the log-probability of its label by the vectors of its tokens."""
        known = self._classifier.get_embedding()
        rows = [self._tokens(text) for text in texts]
        answered, gradients = self._classifier.get_grad(rows, list(labels))
        found: list[TokenSlope] = []
        for text, tokens, shares, gradient in zip(texts, rows, answered, gradients, strict=True):
            read = tokens[: len(gradient)]
            vectors = np.array([_vector(known, token) for token in read], dtype=np.float64)
            spans = _spans(text, read)
            stands = [number for number, span in enumerate(spans) if span is not None]
            probabilities = np.asarray(shares, dtype=np.float64)
            kept = tuple(span for span in spans if span is not None)
            slopes = np.asarray(gradient[: len(read)], dtype=np.float64)
            found.append(TokenSlope(probabilities, kept, slopes[stands], vectors[stands]))
        return found

    def _tokens(self, text: str) -> list[str]:
        tokenizer = getattr(self._classifier, "tokenizer", None)
        tokens = text.split() if tokenizer is None else tokenizer.tokenize(text, pos_tagging=False)
        return list(tokens)


def _of_folder(library: Any, folder: str) -> Any:  # noqa: ANN401 - OpenAttack's own
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(folder)
        model = AutoModelForSequenceClassification.from_pretrained(folder, use_safetensors=True)
    except (OSError, ValueError) as problem:
        first = str(problem).strip().splitlines()[0]
        remedy = "name a folder with config.json, tokenizer and model.safetensors"
        raise VictimMissingError(f"openattack:{folder}", first, remedy) from None
    return library.classifiers.TransformersClassifier(model.eval(), tokenizer, model.get_input_embeddings())


def _vector(known: Any, token: str) -> Floats:  # noqa: ANN401 - OpenAttack's WordEmbedding
    """The vector of a token; zero where it is not known."""
    row = known.word2id.get(token)
    return np.zeros(known.embedding.shape[1]) if row is None else np.asarray(known.embedding[row], dtype=np.float64)


def _spans(text: str, tokens: Sequence[str]) -> list[Span | None]:
    """Where each token stands, whatever its case and the marks of a piece; None where it stands nowhere."""
    folded = text.lower()
    # A few letters change their number in lower case; then offsets would lie.
    folded = folded if len(folded) == len(text) else text
    spans: list[Span | None] = []
    at = 0
    for token in tokens:
        bare = token.removeprefix("##").strip("\u0120\u2581").lower()
        start = folded.find(bare, at) if bare else -1
        spans.append(None if start < 0 else (start, start + len(bare)))
        at = at if start < 0 else start + len(bare)
    return spans
