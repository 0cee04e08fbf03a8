"""Victims that learn: of scikit-learn, fitted anew; of transformers and our own networks, trained on.

Chance comes from an argument, and no process-wide generator is drawn from or seeded.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, NamedTuple, Protocol

from attacks.core.errors import AttackError
from attacks.core.ports import Victim
from attacks.victims.huggingface import HuggingFaceVictim
from attacks.victims.sklearn import SklearnVictim
from attacks.victims.torch_module import TorchVictim

Steps = Callable[[int, int], None]
"""Told how many steps are done, and of how many."""
KINDS = ("sklearn:FILE", "hf:FOLDER-OR-NAME", "torch:FOLDER")


def _unwatched(done: int, steps: int) -> None:
    """Nobody looks on."""


class Lesson(NamedTuple):
    """A text with its right label."""

    text: str
    label: int


@dataclass(frozen=True, slots=True)
class Schedule:
    """How a network is trained on: passes over all lessons, texts a step, and the highest step of its weights."""

    epochs: int = 1
    batch: int = 32
    rate: float = 5e-5


@dataclass(eq=False)
class NoStudentError(AttackError):
    """A victim that nothing here can train."""

    victim: str

    def __str__(self) -> str:
        return f"victim {self.victim!r} cannot be trained here; name one as {' or '.join(KINDS)}"


class Student(Protocol):
    """A victim that can learn."""

    @property
    def victim(self) -> Victim:
        """The model as it is now."""

    def learn(self, lessons: Sequence[Lesson], chance: Random, watch: Steps = _unwatched) -> None:
        """Learn these; afterwards `victim` is another."""

    def save(self, folder: Path) -> str:
        """Write the model into a folder that is there, and say by what name it is a victim."""


def student_named(name: str, schedule: Schedule | None = None) -> Student:
    """The student that a victim's name means. Raises NoStudentError or VictimMissingError."""
    kind, _, which = name.partition(":")
    if kind == "sklearn" and which:
        return SklearnStudent(SklearnVictim.open(which))
    if kind == "hf" and which:
        return HuggingFaceStudent.open(which, schedule or Schedule())
    if kind == "torch" and which:
        return TorchStudent(TorchVictim.open(which), schedule or Schedule())
    raise NoStudentError(name)


class SklearnStudent:
    """A pipeline that is fitted anew, from nothing, whenever it learns: what it knew must be among the lessons."""

    def __init__(self, victim: SklearnVictim) -> None:
        self.victim = victim

    def learn(self, lessons: Sequence[Lesson], chance: Random, watch: Steps = _unwatched) -> None:
        """Fit a copy; steps that draw by chance and have no seed of their own are given one."""
        from sklearn.base import clone

        pipeline = clone(self.victim.pipeline)
        seeds = {
            name: chance.randrange(2**31)
            for name, value in sorted(pipeline.get_params(deep=True).items(), key=lambda it: it[0])
            if name.rpartition("__")[2] == "random_state" and value is None
        }
        pipeline.set_params(**seeds)
        pipeline.fit([it.text for it in lessons], self._labels(lessons))
        self.victim = SklearnVictim(pipeline, self.victim.name)
        watch(1, 1)

    def _labels(self, lessons: Sequence[Lesson]) -> list[Any]:
        """The labels as the pipeline writes them: a number may stand for a name."""
        known = self.victim.labels
        return [known.get(it.label, it.label) for it in lessons]

    def save(self, folder: Path) -> str:
        """Write `model.joblib`."""
        import joblib

        file = folder / "model.joblib"
        joblib.dump(self.victim.pipeline, file)
        return f"sklearn:{file}"


class HuggingFaceStudent:
    """A sequence classifier that is trained on from where it is.

    Without dropout, whose chance would be the process's own.
    """

    def __init__(self, model: Any, tokenizer: Any, name: str, schedule: Schedule) -> None:  # noqa: ANN401
        self._model, self._tokenizer, self._name, self._schedule = model, tokenizer, name, schedule
        self.victim = HuggingFaceVictim(model, tokenizer, name)

    @classmethod
    def open(cls, name: str, schedule: Schedule) -> "HuggingFaceStudent":
        """The model in a folder, or of that name. Raises VictimMissingError."""
        opened = HuggingFaceVictim.open(name)
        return cls(opened.model, opened.tokenizer, name, schedule)

    def learn(self, lessons: Sequence[Lesson], chance: Random, watch: Steps = _unwatched) -> None:
        """Go through all lessons, in an order that is drawn anew for each pass."""
        model, schedule = self._model, self._schedule
        batches = [batch for _ in range(schedule.epochs) for batch in _batches(lessons, schedule.batch, chance)]
        _descend(model, batches, self._loss, schedule.rate, watch)
        # A victim's fingerprint is of the weights that it was made with.
        self.victim = HuggingFaceVictim(model, self._tokenizer, self._name)

    def _loss(self, batch: Sequence[Lesson]) -> Any:  # noqa: ANN401 - a tensor
        import torch

        longest = min(
            int(self._tokenizer.model_max_length), int(getattr(self._model.config, "max_position_embeddings", 512))
        )
        read = self._tokenizer(
            [it.text for it in batch], padding=True, truncation=True, max_length=longest, return_tensors="pt"
        ).to(self._model.device)
        wanted = torch.tensor([it.label for it in batch], device=self._model.device)
        return torch.nn.functional.cross_entropy(self._model(**read).logits, wanted)

    def save(self, folder: Path) -> str:
        """Write `model/`, with its tokenizer."""
        self._model.save_pretrained(folder / "model")
        self._tokenizer.save_pretrained(folder / "model")
        return f"hf:{folder / 'model'}"


class TorchStudent:
    """One of our own small networks, trained on as a transformer is; texts of one length go together."""

    def __init__(self, victim: TorchVictim, schedule: Schedule) -> None:
        """Raises NoStudentError for a module that cannot be saved."""
        if victim.saved is None:
            raise NoStudentError(victim.name)
        self.victim, self._schedule, self._saved = victim, schedule, victim.saved

    def learn(self, lessons: Sequence[Lesson], chance: Random, watch: Steps = _unwatched) -> None:
        """Go through all lessons, in an order that is drawn anew for each pass."""
        module, schedule = self.victim.module, self._schedule
        alike: dict[int, list[Lesson]] = {}
        for lesson in lessons:
            alike.setdefault(len(self.victim.encode(lesson.text).numbers), []).append(lesson)
        batches: list[Sequence[Lesson]] = []
        for _ in range(schedule.epochs):
            drawn = [batch for _, some in sorted(alike.items()) for batch in _batches(some, schedule.batch, chance)]
            batches += chance.sample(drawn, len(drawn))
        _descend(module, batches, self._loss, schedule.rate, watch)
        self.victim = TorchVictim.of_shape(module, *self._saved, self.victim.name)

    def _loss(self, batch: Sequence[Lesson]) -> Any:  # noqa: ANN401 - a tensor
        import torch

        victim = self.victim
        shown = torch.tensor([victim.encode(it.text).numbers for it in batch], device=victim.device)
        wanted = torch.tensor([it.label for it in batch], device=victim.device)
        return torch.nn.functional.cross_entropy(victim.module(shown), wanted)

    def save(self, folder: Path) -> str:
        """Write `model/`."""
        self.victim.save(folder / "model")
        return f"torch:{folder / 'model'}"


def _descend(
    model: Any,  # noqa: ANN401 - a module of torch
    batches: Sequence[Sequence[Lesson]],
    loss_of: Callable[[Sequence[Lesson]], Any],
    rate: float,
    watch: Steps,
) -> None:
    """AdamW over all batches, the rate falling to zero in a straight line, gradients cut at norm 1."""
    import torch

    model.eval()
    weights = [it for it in model.parameters() if it.requires_grad]
    optimizer = torch.optim.AdamW(weights, lr=rate, weight_decay=0.01)
    for done, batch in enumerate(batches):
        for group in optimizer.param_groups:
            group["lr"] = rate * (1 - done / len(batches))
        optimizer.zero_grad(set_to_none=True)
        loss_of(batch).backward()
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        watch(done + 1, len(batches))
    optimizer.zero_grad(set_to_none=True)


def _batches(lessons: Sequence[Lesson], size: int, chance: Random) -> Iterable[Sequence[Lesson]]:
    order = list(lessons)
    chance.shuffle(order)
    return [order[first : first + size] for first in range(0, len(order), size)]
