"""Encoders: how much a text has to do with others, as a model sees it. By name or folder, with transformers.

A *sentence encoder* turns each text into a vector, the mean of its token vectors; two texts are as near as the cosine
of theirs. A *cross-encoder* reads a pair of texts and says one number. Texts that wait at the same time are read in
one batch, in a thread of their own; answers are rounded so that they do not depend on what else was in it.
"""

import asyncio
import threading
from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from functools import lru_cache
from hashlib import sha256
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from agents.llm.errors import ModelMissingError, ModelSpecError
from agents.llm.judges.curve import Reading
from agents.llm.judges.relevance import earlier
from agents.llm.spec import LOCAL, ModelSpec
from arena.core.actions import Case
from arena.core.errors import EngineError

if TYPE_CHECKING:
    import torch

Pair: TypeAlias = tuple[str, str]
OPTIONS = {
    "kind": "sentence or pair: what sort of encoder it is; default by its configuration",
    "device": "where it runs, as torch names it; default: cpu",
}
KINDS = ("sentence", "pair")
MOST_ROWS = 32
"""How many texts are read at once at most."""
_WIDTH = 16
"""Batches are as many tokens wide as a multiple of this, so that a CPU adds up in the same order in each of them."""
_LONGEST = 512
"""How many tokens are read of a text, where the model does not say; the rest is cut off."""
_MOST_CHARS_PER_TOKEN = 8
"""What is longer than that many tokens could be is cut before it is tokenized: cutting long pairs takes a tokenizer
time by the square of their length."""
_COSINE_DIGITS, _LOGIT_DIGITS = 5, 3
"""To how many decimals nearness is known: what a batch of another size could change lies beyond them."""


class Encoder(Protocol):
    """Says how near pairs of texts are, whatever its kind. Not safe for several threads."""

    fingerprint: str

    def nearness(self, pairs: Sequence[Pair]) -> list[float]:
        """How much the first of each pair has to do with the second, higher is nearer."""


class SentenceEncoder:
    """Any model with `AutoModel`: mean of the last layer's token vectors, cosine."""

    def __init__(self, name: str, device: str) -> None:
        self._model, self._tokenizer, self._longest = _loaded("AutoModel", name, device)
        self.fingerprint = _fingerprint(self._model, self._tokenizer, "sentence")

    def nearness(self, pairs: Sequence[Pair]) -> list[float]:
        """The cosine of the two vectors, in [-1, 1]."""
        texts = sorted({text for pair in pairs for text in pair})
        vectors = dict(zip(texts, self._vectors(texts), strict=True))
        return [round(float(vectors[first] @ vectors[second]), _COSINE_DIGITS) for first, second in pairs]

    def _vectors(self, texts: Sequence[str]) -> list["torch.Tensor"]:
        import torch

        vectors: dict[int, torch.Tensor] = {}
        for places, rows in _batches(self._tokenizer, [(text,) for text in texts], self._longest):
            tokens = rows.to(self._model.device)
            with torch.inference_mode():
                hidden = self._model(**tokens).last_hidden_state
            kept = tokens["attention_mask"].unsqueeze(-1).to(hidden.dtype)
            means = (hidden * kept).sum(dim=1) / kept.sum(dim=1).clamp(min=1)
            vectors |= dict(zip(places, torch.nn.functional.normalize(means, dim=-1).float().cpu(), strict=True))
        return [vectors[place] for place in range(len(texts))]


class CrossEncoder:
    """Any model with `AutoModelForSequenceClassification` that has one label, or two: unrelated and related."""

    def __init__(self, name: str, device: str) -> None:
        self._model, self._tokenizer, self._longest = _loaded("AutoModelForSequenceClassification", name, device)
        labels = self._model.config.num_labels
        if labels not in (1, 2):
            problem = f"it has {labels} labels, and a cross-encoder has one or two"
            raise EngineError(name, problem, "choose another model")
        self.fingerprint = _fingerprint(self._model, self._tokenizer, "pair")

    def nearness(self, pairs: Sequence[Pair]) -> list[float]:
        """The only label's logit, or the second label's less the first's."""
        import torch

        answers: dict[int, float] = {}
        for places, rows in _batches(self._tokenizer, [(second, first) for first, second in pairs], self._longest):
            with torch.inference_mode():
                logits = self._model(**rows.to(self._model.device)).logits.float().cpu()
            near = logits[:, 0] if logits.shape[1] == 1 else logits[:, 1] - logits[:, 0]
            answers |= {
                place: round(number, _LOGIT_DIGITS) for place, number in zip(places, near.tolist(), strict=True)
            }
        return [answers[place] for place in range(len(pairs))]


class EncoderGauge:
    """Measures how far an utterance is from the nearest of the latest ones. One model a process, shared."""

    def __init__(self, model: str) -> None:
        """Load the model. Raises ModelMissingError, ModelSpecError, EngineError."""
        spec = ModelSpec.parse(model)
        spec.require_known(OPTIONS)
        if spec.engine != LOCAL:
            raise ModelSpecError(model, f"engine {spec.engine!r} runs no encoder; name a model or its folder")
        self.model = model
        self._reader = _shared(spec.model, spec.options.get("kind", ""), spec.options.get("device", "cpu"))
        self.fingerprint = self._reader.encoder.fingerprint

    async def measure(self, case: Case) -> Reading | None:
        """Nearness to the nearest of the latest utterances, negated; None where nothing was said before."""
        said = earlier(case)
        if not said or not case.text.strip():
            return None
        near = await asyncio.gather(*(self._reader.nearness(_clean(case.text), _clean(text)) for text in said))
        return Reading(-max(near))


class Reader:
    """Reads the pairs that wait, batch by batch, in a thread of its own that ends with the program."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder
        self._waiting: SimpleQueue[tuple[Pair, Future[float]]] = SimpleQueue()
        threading.Thread(target=self._work, name="encoder", daemon=True).start()

    async def nearness(self, first: str, second: str) -> float:
        """How much the first text has to do with the second. Raises EngineError."""
        answer: Future[float] = Future()
        self._waiting.put(((first, second), answer))
        return await asyncio.wrap_future(answer)

    def _work(self) -> None:
        while True:
            asked = [self._waiting.get()]
            while len(asked) < MOST_ROWS:
                try:
                    asked.append(self._waiting.get_nowait())
                except Empty:
                    break
            # One that was cancelled meanwhile is not read.
            self._answer([(pair, answer) for pair, answer in asked if answer.set_running_or_notify_cancel()])

    def _answer(self, asked: Sequence[tuple[Pair, "Future[float]"]]) -> None:
        if not asked:
            return
        try:
            for (_, answer), near in zip(asked, self.encoder.nearness([pair for pair, _ in asked]), strict=True):
                answer.set_result(near)
        except Exception as failure:  # noqa: BLE001 - a model may fail in any way, and fails these texts only
            for _, answer in asked:
                if not answer.done():
                    answer.set_exception(failure)


_opening = threading.Lock()


def _shared(name: str, kind: str, device: str) -> Reader:
    with _opening:
        return _opened(name, kind, device)


@lru_cache(maxsize=8)
def _opened(name: str, kind: str, device: str) -> Reader:
    chosen = kind or _kind_of(name)
    if chosen not in KINDS:
        raise ModelSpecError(name, f"option kind cannot be {kind!r}: give " + " or ".join(KINDS))
    return Reader(CrossEncoder(name, device) if chosen == "pair" else SentenceEncoder(name, device))


def _kind_of(name: str) -> str:
    config = _from_pretrained("AutoConfig", name)
    made_as = config.architectures or [""]
    return "pair" if made_as[0].endswith("ForSequenceClassification") else "sentence"


def _loaded(kind: str, name: str, device: str) -> tuple[Any, Any, int]:
    """A model ready to read, its tokenizer, and how many tokens it reads of a text."""
    tokenizer = _from_pretrained("AutoTokenizer", name)
    model = _from_pretrained(kind, name, use_safetensors=True)
    try:
        model = model.to(device).eval()
    except (RuntimeError, AssertionError) as wrong:
        problem = f"option device cannot be {device!r}: {str(wrong).splitlines()[0]}"
        raise EngineError(name, problem, "give cpu, or a device that torch has here") from None
    places = getattr(model.config, "max_position_embeddings", None) or _LONGEST
    return model, tokenizer, min(tokenizer.model_max_length, places)


def _from_pretrained(kind: str, name: str, **options: Any) -> Any:  # noqa: ANN401 - thin wrapper of the library
    try:
        import transformers
        from transformers.utils import logging
    except ImportError as missing:
        raise ModelMissingError(name, f"{missing}", "pip install 'taboo-arena[llm]'") from None
    shows_bars, verbosity = logging.is_progress_bar_enabled(), logging.get_verbosity()
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    # A language model as an encoder leaves weights unused, and that is meant.
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    try:
        return getattr(transformers, kind).from_pretrained(name, **options)
    except (OSError, ValueError) as wrong:
        problem = f"cannot be loaded as an encoder: {str(wrong).splitlines()[0]}"
        raise ModelMissingError(name, problem, "name a folder with config.json and model.safetensors") from None
    finally:
        logging.set_verbosity(verbosity)
        if shows_bars:
            logging.enable_progress_bar()  # type: ignore[no-untyped-call]


def _batches(
    tokenizer: Any,  # noqa: ANN401 - the library has no type for one that is called
    texts: Sequence[tuple[str, ...]],
    longest: int,
) -> Iterable[tuple[list[int], Any]]:
    """The texts or pairs as batches of one padded width each, with the places that their rows have among the texts."""
    most = longest * _MOST_CHARS_PER_TOKEN
    rows = [tokenizer(*(part[:most] for part in text), truncation=True, max_length=longest) for text in texts]
    widths: dict[int, list[int]] = {}
    for place, row in enumerate(rows):
        widths.setdefault(min(-(-len(row["input_ids"]) // _WIDTH) * _WIDTH, longest), []).append(place)
    for width, places in sorted(widths.items()):
        for start in range(0, len(places), MOST_ROWS):
            chosen = places[start : start + MOST_ROWS]
            padded = tokenizer.pad(
                [rows[place] for place in chosen], padding="max_length", max_length=width, return_tensors="pt"
            )
            yield chosen, padded


def _fingerprint(model: Any, tokenizer: Any, kind: str) -> str:  # noqa: ANN401 - the library's own classes
    digest = sha256(kind.encode())
    for name, weights in sorted(model.state_dict().items()):
        if not name.startswith("pooler."):  # may be made afresh at loading, and is not used
            digest.update(f"\0{name} {tuple(weights.shape)} {weights.dtype}\0".encode())
            digest.update(weights.detach().cpu().contiguous().flatten().view(dtype=_bytes()).numpy().tobytes())
    digest.update(repr(sorted(tokenizer.get_vocab().items())).encode())
    return digest.hexdigest()[:16]


def _bytes() -> "torch.dtype":
    import torch

    return torch.uint8


def _clean(text: str) -> str:
    """The text without halves of characters, which tokenizers refuse."""
    return text.encode("utf-8", "replace").decode()
