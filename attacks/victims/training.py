"""Trains a small network on labelled texts, the same from the same seed, without touching the process's chance."""

from collections.abc import Iterator, Sequence
from random import Random
from typing import TYPE_CHECKING

from attacks.victims.architectures import Shape, build
from attacks.victims.torch_module import TorchVictim
from attacks.victims.word_vocabulary import WordVocabulary

if TYPE_CHECKING:
    from torch.nn import Module

AT_A_TIME = 64


def train(
    texts: Sequence[str],
    labels: Sequence[int],
    *,
    architecture: str = "bilstm",
    language: str = "en",
    passes: int = 2,
    rate: float = 0.003,
    seed: int = 0,
) -> TorchVictim:
    """A victim with its vocabulary, ready to be asked or saved. Raises KeyError or ValueError for what is unknown."""
    vocabulary = WordVocabulary.of_texts(texts, language)
    shape = Shape(architecture, len(vocabulary), max(labels) + 1)
    module = build(shape, seed)
    rows = [vocabulary(text).numbers for text in texts]
    _fit(module, rows, labels, passes, rate, Random(seed))
    return TorchVictim.of_shape(module, shape, vocabulary)


def _fit(
    module: "Module", rows: Sequence[Sequence[int]], labels: Sequence[int], passes: int, rate: float, chance: Random
) -> None:
    """Adam on the cross entropy, its rate falling to nothing."""
    import torch

    module.train()
    steps = passes * sum(1 for _ in _batches(rows, Random(0)))
    adam = torch.optim.Adam(module.parameters(), lr=rate, weight_decay=1e-5)
    falling = torch.optim.lr_scheduler.LambdaLR(adam, lambda step: max(0.0, 1 - step / max(1, steps)))
    for _ in range(passes):
        for batch in _batches(rows, chance):
            numbers = torch.tensor([rows[it] for it in batch])
            loss = torch.nn.functional.cross_entropy(module(numbers), torch.tensor([labels[it] for it in batch]))
            adam.zero_grad()
            torch.autograd.backward(loss)
            adam.step()
            falling.step()
    module.eval()


def _batches(rows: Sequence[Sequence[int]], chance: Random) -> Iterator[list[int]]:
    """All rows once, those of one length together, in an order by chance."""
    by_length: dict[int, list[int]] = {}
    for number in chance.sample(range(len(rows)), len(rows)):
        by_length.setdefault(len(rows[number]), []).append(number)
    batches = [
        group[start : start + AT_A_TIME] for group in by_length.values() for start in range(0, len(group), AT_A_TIME)
    ]
    yield from chance.sample(batches, len(batches))
