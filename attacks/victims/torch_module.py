"""Any torch module as a victim, with whatever turns a text into numbers; and small networks that we can save and open.

A saved one is a folder: `config.json` (which architecture, of what size), `vocabulary.json`, `model.safetensors`.
Nothing in it is a program.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any, TypeAlias, cast

import numpy as np

from attacks.core.goals import Floats
from attacks.core.ports import Capability, TokenSlope
from attacks.core.slopes import Vocabulary
from attacks.fingerprints import of_parts, of_weights
from attacks.victims.architectures import ARCHITECTURES, Shape, build
from attacks.victims.embedding import steepest
from attacks.victims.errors import VictimMissingError
from attacks.victims.stacking import stacked
from attacks.victims.word_vocabulary import Encoded, WordVocabulary

Encode: TypeAlias = Callable[[str], Encoded]
"""A text in numbers, one at least, with the spans of the text that they stand for."""
CONFIG, VOCABULARY, WEIGHTS = "config.json", "vocabulary.json", "model.safetensors"
_REMEDY = f"name a folder with {CONFIG}, {VOCABULARY} and {WEIGHTS}, such as scripts/train_victim.py writes"


class TorchVictim:
    """A module that gives logits `(texts, classes)` for whole numbers `(texts, tokens)`.

    Texts of one length only are shown together, so a module never meets filling. It gives gradients where it is told
    `words` (the word of each number that is one) and has an embedding layer: `embedding`, or else its first. On a CPU,
    no answer depends on what else is asked at the time. Recurrent networks give no gradients on CUDA in evaluation
    mode; leave them on the CPU.
    """

    def __init__(
        self,
        module: Any,  # noqa: ANN401 - a torch.nn.Module, as the embedding
        encode: Encode,
        classes: int,
        *,
        words: Mapping[int, str] | None = None,
        embedding: Any = None,  # noqa: ANN401
        name: str = "torch",
        fingerprint: str = "",
    ) -> None:
        import torch

        self.module, self.encode, self.classes, self.name = module.eval(), encode, classes, name
        first = (it for it in module.modules() if isinstance(it, torch.nn.Embedding))
        self._embedding = embedding if embedding is not None else next(first, None)
        self._words = dict(words or {})
        gives = [Capability.GRADIENTS] if self._words and self._embedding is not None else []
        self.can = frozenset({Capability.SCORES, *gives})
        self.fingerprint = fingerprint or of_parts(of_weights(module.state_dict(), repr(module)), repr(encode))
        one = next(module.parameters(), torch.empty(0))
        self.device, self._is_exact = one.device, one.device.type == "cpu"
        self._lock = Lock()
        self.saved: tuple[Shape, WordVocabulary] | None = None
        """The shape and the vocabulary of one of our own networks; None of any other module."""

    @classmethod
    def of_shape(
        cls,
        module: Any,  # noqa: ANN401
        shape: Shape,
        vocabulary: WordVocabulary,
        name: str = "torch",
    ) -> "TorchVictim":
        """One of our own networks, which can be saved."""
        held = json.dumps([asdict(shape), vocabulary.language, vocabulary.longest, vocabulary.words])
        fingerprint = of_weights(module.state_dict(), held)
        words = {number: word for number, word in vocabulary.named.items() if word.isalpha()}
        made = cls(module, vocabulary, shape.classes, words=words, name=name, fingerprint=fingerprint)
        made.saved = (shape, vocabulary)
        return made

    @classmethod
    def open(cls, folder: str) -> "TorchVictim":
        """The network that `save` wrote into a folder. Raises VictimMissingError."""
        try:
            import torch  # noqa: F401 - whether it is there
            from safetensors.torch import load_file
        except ImportError:
            raise VictimMissingError(
                f"torch:{folder}", "torch is not installed", "pip install 'taboo-arena[attacks]'"
            ) from None
        path = Path(folder)
        missing = [name for name in (CONFIG, VOCABULARY, WEIGHTS) if not (path / name).is_file()]
        if missing:
            raise VictimMissingError(f"torch:{folder}", f"there is no {missing[0]}", _REMEDY)
        try:
            shape = Shape(**json.loads((path / CONFIG).read_text(encoding="utf-8")))
            if shape.architecture not in ARCHITECTURES:
                raise ValueError(f"architecture {shape.architecture!r} is none of {', '.join(ARCHITECTURES)}")
            module = build(shape)
            module.load_state_dict(load_file(path / WEIGHTS))
            vocabulary = WordVocabulary.load(path / VOCABULARY)
        except Exception as problem:  # noqa: BLE001 - safetensors raises errors of its own
            first = f"cannot be read ({str(problem).strip().splitlines()[0]})"
            raise VictimMissingError(f"torch:{folder}", first, _REMEDY) from None
        return cls.of_shape(module, shape, vocabulary, path.name)

    def save(self, folder: Path) -> None:
        """Write one of our own networks into a folder. Raises TypeError for another module."""
        from safetensors.torch import save_file

        if self.saved is None:
            raise TypeError("only networks of attacks.victims.architectures can be saved; keep this one as you made it")
        shape, vocabulary = self.saved
        folder.mkdir(parents=True, exist_ok=True)
        (folder / CONFIG).write_text(json.dumps(asdict(shape), indent=2) + "\n", encoding="utf-8")
        vocabulary.save(folder / VOCABULARY)
        save_file({name: it.contiguous() for name, it in self.module.state_dict().items()}, folder / WEIGHTS)

    def predict(self, texts: Sequence[str]) -> Floats:
        """Probabilities of shape `(len(texts), classes)`."""
        import torch

        read = [self.encode(text) for text in texts]
        found = np.empty((len(read), self.classes))
        for _, members in stacked([len(it.numbers) for it in read], int, fills=self._is_exact):
            with self._lock, torch.inference_mode():
                shares = torch.softmax(self._logits(read, members).double(), dim=-1)
            found[members] = shares.cpu().numpy()
        return found

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The words with their embeddings."""
        import torch

        with torch.inference_mode():
            vectors = cast("Any", self._embedding)(torch.tensor(list(self._words), device=self.device))
        return Vocabulary(tuple(self._words.values()), vectors.double().cpu().numpy())

    def slopes(self, texts: Sequence[str], labels: Sequence[int]) -> list[TokenSlope]:
        """The gradient of each label's log-probability by the embeddings of the text's tokens. Raises VictimError."""
        read = [self.encode(text) for text in texts]
        found: dict[int, TokenSlope] = {}
        for _, members in stacked([len(it.numbers) for it in read], int, fills=self._is_exact):
            with self._lock:
                answered = steepest(
                    self.name,
                    self._embedding,
                    lambda members=members: self._logits(read, members),  # type: ignore[misc]
                    [labels[it] for it in members],
                )
            shares, gradients, vectors = (it.double().cpu().numpy() for it in answered)
            for row, number in enumerate(members):
                if number not in found:
                    found[number] = _slope(read[number], shares[row], gradients[row], vectors[row])
        return [found[number] for number in range(len(texts))]

    def _logits(self, read: Sequence[Encoded], members: Sequence[int]) -> Any:  # noqa: ANN401 - a tensor
        import torch

        return self.module(torch.tensor([list(read[it].numbers) for it in members], device=self.device))


def _slope(read: Encoded, shares: Floats, gradients: Floats, vectors: Floats) -> TokenSlope:
    """Of the tokens that stand somewhere."""
    kept = [place for place, (start, end) in enumerate(read.spans) if start < end]
    return TokenSlope(shares, tuple(read.spans[it] for it in kept), gradients[kept], vectors[kept])
