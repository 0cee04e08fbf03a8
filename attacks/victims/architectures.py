"""Small networks that classify words: trained in seconds, made from a few numbers, without a global seed.

Each takes numbers of words, shape `(texts, words)` and none of them filling, and gives logits `(texts, classes)`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor
    from torch.nn import Module


@dataclass(frozen=True, slots=True)
class Shape:
    """What a network is made from: `words` counts numbers, `dimensions` are of a word, `hidden` of what reads them."""

    architecture: str
    words: int
    classes: int
    dimensions: int = 64
    hidden: int = 64


def build(shape: Shape, seed: int = 0) -> "Module":
    """The network with weights drawn from a seed; the process's own chance stays as it is. Raises KeyError."""
    import torch

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return ARCHITECTURES[shape.architecture](shape)


def bilstm(shape: Shape) -> "Module":
    """Two LSTMs, one from either end, and the highest of each of their outputs over all words."""
    import torch

    class BiLSTM(torch.nn.Module):
        """Embedding, LSTMs, maximum, line."""

        def __init__(self) -> None:
            super().__init__()
            self.embedding = torch.nn.Embedding(shape.words, shape.dimensions)
            self.lstm = torch.nn.LSTM(shape.dimensions, shape.hidden, batch_first=True, bidirectional=True)
            self.out = torch.nn.Linear(2 * shape.hidden, shape.classes)

        def forward(self, numbers: "Tensor") -> "Tensor":
            outputs, _ = self.lstm(self.embedding(numbers))
            logits: Tensor = self.out(outputs.amax(dim=1))
            return logits

    return BiLSTM()


def cnn(shape: Shape) -> "Module":
    """Filters over three, four and five words, and the highest of each (Kim, EMNLP 2014)."""
    import torch

    class CNN(torch.nn.Module):
        """Embedding, filters, maximum, line."""

        def __init__(self) -> None:
            super().__init__()
            self.embedding = torch.nn.Embedding(shape.words, shape.dimensions)
            self.filters = torch.nn.ModuleList(
                torch.nn.Conv1d(shape.dimensions, shape.hidden, width, padding=width - 1) for width in (3, 4, 5)
            )
            self.out = torch.nn.Linear(3 * shape.hidden, shape.classes)

        def forward(self, numbers: "Tensor") -> "Tensor":
            embedded = self.embedding(numbers).transpose(1, 2)
            highest = [torch.relu(each(embedded)).amax(dim=2) for each in self.filters]
            logits: Tensor = self.out(torch.cat(highest, dim=1))
            return logits

    return CNN()


ARCHITECTURES: Mapping[str, Callable[[Shape], "Module"]] = {"bilstm": bilstm, "cnn": cnn}
