"""A sequence-classification model of Hugging Face as a victim, by folder or name.

A model reads a text whole or, where it holds `PAIR`, as two segments. On a CPU, in float32, no answer depends on what
else is asked at the time (see `stacking`); what a lone text costs for that is told in `docs/attacks.md`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import Any
from urllib.parse import parse_qsl

import numpy as np

from attacks.core.goals import Floats
from attacks.core.ports import Capability, TokenSlope
from attacks.core.slopes import Vocabulary
from attacks.core.text import PAIR, Span
from attacks.fingerprints import of_model, of_parts
from attacks.pretrained import INSTALL, UnreadModelError, read_model
from attacks.tokens import whole_words
from attacks.victims.embedding import steepest
from attacks.victims.errors import VictimMissingError
from attacks.victims.stacking import TOKENS, stacked

KINDS = ("float32", "float16", "bfloat16")
_FORM = "hf:NAME?device=cpu&dtype=float32"


@dataclass(frozen=True, slots=True)
class _Read:
    """A text in tokens: their numbers, their segments, and where they stand (None: nowhere, such as [CLS])."""

    numbers: Sequence[int]
    segments: Sequence[int]
    spans: Sequence[Span | None]


class HuggingFaceVictim:
    """A model with its tokenizer; texts longer than it reads are cut at their end, of a pair the longer one first.

    It gives gradients where its tokenizer is a fast one, which tells where tokens stand.
    """

    def __init__(self, model: Any, tokenizer: Any, name: str) -> None:  # noqa: ANN401 - transformers' own
        self.model, self.tokenizer, self.name = model.eval(), tokenizer, name
        self.classes = int(model.config.num_labels)
        self.can = frozenset({Capability.SCORES, *([Capability.GRADIENTS] if tokenizer.is_fast else [])})
        vocabulary = tokenizer.backend_tokenizer.to_str() if tokenizer.is_fast else repr(sorted(tokenizer.get_vocab()))
        self.fingerprint = of_parts(of_model(model), vocabulary)
        self._is_exact = model.device.type == "cpu" and str(model.dtype) == "torch.float32"
        # A tokenizer that is told how to cut, and a layer with a hook, serve one caller at a time.
        self._lock = Lock()

    @classmethod
    def open(cls, which: str) -> "HuggingFaceVictim":
        """The model in a folder, or of that name: `NAME`, `NAME?device=DEVICE&dtype=KIND`.

        DEVICE is one of torch's, such as cpu or cuda:1; without one an accelerator is taken where there is one. KIND is
        float32, which is the default, float16 or bfloat16. Raises VictimMissingError.
        """
        name, options = _options(which)
        try:
            # First of all, as a model may take minutes to come.
            device = _device(options.get("device"))
            read = read_model(name, "AutoModelForSequenceClassification", dtype=options["dtype"]).whole()
            model = _put(read.model, device)
        except UnreadModelError as wrong:
            raise VictimMissingError(f"hf:{which}", wrong.problem, wrong.remedy) from None
        return cls(model, read.tokenizer, name)

    @property
    def labels(self) -> tuple[str, ...]:
        """What the model calls its classes; empty where nobody named them."""
        named = self.model.config.id2label or {}
        names = tuple(str(named.get(number, "")) for number in range(self.classes))
        return () if all(it in ("", f"LABEL_{number}") for number, it in enumerate(names)) else names

    def predict(self, texts: Sequence[str]) -> Floats:
        """Probabilities of shape `(len(texts), classes)`."""
        import torch

        read = self._read(texts)
        found = np.empty((len(read), self.classes))
        for width, members in stacked([len(it.numbers) for it in read], self._width, fills=self._is_exact):
            with self._lock, torch.inference_mode():
                shares = torch.softmax(self._logits(read, members, width)().double(), dim=-1)
            found[members] = shares.cpu().numpy()
        return found

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The whole words among the tokens, as the model reads them."""
        import torch

        embedding = self.model.get_input_embeddings()
        known = whole_words(self.tokenizer, min(len(self.tokenizer), int(self.model.config.vocab_size)))
        with torch.inference_mode():
            vectors = embedding(torch.tensor(list(known), device=self.model.device))
        return Vocabulary(tuple(known.values()), vectors.double().cpu().numpy())

    def slopes(self, texts: Sequence[str], labels: Sequence[int]) -> list[TokenSlope]:
        """The gradient of each label's log-probability by the embeddings of the text's tokens.

        Tokens beyond what the model reads are absent. Raises VictimError for a model that embeds its tokens otherwise
        than in one pass through one layer.
        """
        read = self._read(texts)
        found: dict[int, TokenSlope] = {}
        for width, members in stacked([len(it.numbers) for it in read], self._width, fills=self._is_exact):
            with self._lock:
                answered = steepest(
                    self.name,
                    self.model.get_input_embeddings(),
                    self._logits(read, members, width),
                    [labels[it] for it in members],
                )
            shares, gradients, vectors = (it.double().cpu().numpy() for it in answered)
            for row, number in enumerate(members):
                if number not in found:
                    found[number] = _slope(read[number], shares[row], gradients[row], vectors[row])
        return [found[number] for number in range(len(texts))]

    def _logits(self, read: Sequence[_Read], members: Sequence[int], width: int) -> Callable[[], Any]:
        """A pass over some of the texts, filled up to a width."""
        import torch

        filler = self.tokenizer.pad_token_id or 0
        rows = [read[number] for number in members]
        gaps = [width - len(it.numbers) for it in rows]
        shown = {
            "input_ids": [[*it.numbers, *[filler] * gap] for it, gap in zip(rows, gaps, strict=True)],
            "attention_mask": [[1] * (width - gap) + [0] * gap for gap in gaps],
        }
        if "token_type_ids" in self.tokenizer.model_input_names:
            shown["token_type_ids"] = [[*it.segments, *[0] * gap] for it, gap in zip(rows, gaps, strict=True)]
        tensors = {name: torch.tensor(it, device=self.model.device) for name, it in shown.items()}
        return lambda: self.model(**tensors).logits

    def _read(self, texts: Sequence[str]) -> list[_Read]:
        """The texts in tokens, pairs in two segments."""
        with self._lock:
            return [self._tokens(text) for text in texts]

    def _tokens(self, text: str) -> _Read:
        first, pair, second = text.partition(PAIR)
        read = self.tokenizer(
            first,
            second if pair else None,
            truncation=True,
            max_length=self._longest,
            return_offsets_mapping=self.tokenizer.is_fast,
        )
        numbers = read["input_ids"]
        segments = read.get("token_type_ids") or [0] * len(numbers)
        if not self.tokenizer.is_fast:
            return _Read(numbers, segments, [None] * len(numbers))
        starts = {0: 0, 1: len(first) + len(PAIR)}
        spans = [
            None if part is None else (starts[part] + start, starts[part] + end)
            for part, (start, end) in zip(read.sequence_ids(), read["offset_mapping"], strict=True)
        ]
        return _Read(numbers, segments, spans)

    def _width(self, length: int) -> int:
        """How wide a text of so many tokens is shown: a function of the text alone."""
        return max(length, min(-(-length // TOKENS) * TOKENS, self._longest))

    @cached_property
    def _longest(self) -> int:
        """The most tokens that the model has positions for."""
        here = int(self.tokenizer.model_max_length)
        positions = int(getattr(self.model.config, "max_position_embeddings", here))
        # Some architectures (RoBERTa's) number positions from behind their filler's.
        layers = (it for name, it in self.model.named_modules() if name.endswith("position_embeddings"))
        filler = next((it.padding_idx for it in layers if getattr(it, "padding_idx", None) is not None), -1)
        return min(here, positions - filler - 1)


def _slope(read: _Read, shares: Floats, gradients: Floats, vectors: Floats) -> TokenSlope:
    """Of the tokens that stand somewhere."""
    kept = [place for place, span in enumerate(read.spans) if span is not None and span[0] < span[1]]
    spans = tuple(span for span in read.spans if span is not None and span[0] < span[1])
    return TokenSlope(shares, spans, gradients[kept], vectors[kept])


def _options(which: str) -> tuple[str, dict[str, str]]:
    """The name, and what is said behind a question mark. Raises VictimMissingError."""
    name, _, said = which.partition("?")
    options = dict(parse_qsl(said, keep_blank_values=True))
    kind = options.setdefault("dtype", KINDS[0])
    strange = sorted(set(options) - {"device", "dtype"})
    if strange or kind not in KINDS:
        problem = f"there is no option {strange[0]!r}" if strange else f"there is no dtype {kind!r}"
        raise VictimMissingError(f"hf:{which}", problem, f"write it like {_FORM}; dtype is one of {', '.join(KINDS)}")
    return name, options


def _device(named: str | None) -> str:
    """A device of torch, an accelerator where none is named and there is one. Raises UnreadModelError."""
    try:
        import torch
    except ImportError:
        raise UnreadModelError("", "torch is not installed", INSTALL) from None
    if not named:
        return "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    try:
        return str(torch.device(named))
    except RuntimeError as wrong:
        raise _absent(named, wrong) from None


def _put(model: Any, device: str) -> Any:  # noqa: ANN401 - transformers' own
    try:
        return model.to(device)
    except (AssertionError, RuntimeError) as wrong:
        raise _absent(device, wrong) from None


def _absent(device: str, problem: Exception) -> UnreadModelError:
    first = next(iter(str(problem).strip().splitlines()), type(problem).__name__)
    return UnreadModelError(device, first, "name a device that is here, such as cpu or cuda:1")
