"""Examples side by side against one at a time, on an accelerator: a model of BERT-base's shape, filled by chance."""

from collections.abc import Sequence
from random import Random
from time import perf_counter
from typing import Any

from arena.bench.measure import Measure
from attacks.core.candidates import anything
from attacks.core.goals import Floats, Goal
from attacks.core.ports import Capability
from attacks.core.searching import Search
from attacks.core.stepwise import by_loss, stepwise_greedy
from attacks.core.text import Text
from attacks.engine import Engine, Example

GOAL = 10
"""How many times more examples a second are aimed at on CUDA."""
_NAME = "256 examples of PWWS's size in lock-step against one at a time, CUDA, BERT-base by chance"
_WORDS, _CANDIDATES = 20, 5


class _Random:
    """A classifier of BERT-base's shape with weights by chance, that reads words as numbers."""

    name, fingerprint, classes = "bert-base by chance", "0" * 16, 2
    can = frozenset({Capability.SCORES})

    def __init__(self, device: str, **shape: Any) -> None:  # noqa: ANN401 - numbers, as BertConfig takes them
        import torch
        from transformers import BertConfig, BertForSequenceClassification

        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            net: Any = BertForSequenceClassification(BertConfig(**shape))
        self._net = net.eval().to(device)
        self._device = device

    def predict(self, texts: Sequence[str]) -> Floats:
        """Probabilities."""
        import torch

        rows = [[int(word) for word in text.split()] for text in texts]
        longest = max(map(len, rows))
        numbers = torch.tensor([row + [0] * (longest - len(row)) for row in rows], device=self._device)
        with torch.inference_mode():
            logits = self._net(input_ids=numbers, attention_mask=(numbers > 0).long()).logits
        found: Floats = torch.softmax(logits.double(), dim=-1).cpu().numpy()
        return found


class _Numbers:
    """Words are numbers; each may become one of five others."""

    name, needs, reads = "numbers", frozenset({Capability.SCORES}), ""

    def read(self, written: str) -> Text:
        """Words."""
        return Text.of(written)

    def begin(self, text: Text, goal: Goal, base: float, chance: Random) -> Search:  # noqa: ARG002 - nothing is drawn
        """Greedy, step by step."""
        return stepwise_greedy(text, base, _instead, by_loss, "1", anything)


def _instead(text: Text, place: int) -> Sequence[str]:
    chance = Random(f"{text.words[place]}")
    return tuple(dict.fromkeys(str(chance.randrange(1000, 30000)) for _ in range(_CANDIDATES)))


def measures(examples: int) -> list[Measure]:
    """How many times more examples a second; not run where there is no CUDA device."""
    import torch

    if not torch.cuda.is_available():
        return [Measure(_NAME, None, "x", note=f"not run: there is no CUDA device here; the goal is {GOAL}")]
    few = max(1, examples // 8)
    together, alone = rates("cuda", examples, few)
    device = torch.cuda.get_device_name()
    note = f"{together:.1f} against {alone:.2f} examples a second, {few} of them alone, {device}"
    return [Measure(_NAME, together / alone, "x", GOAL, note)]


def rates(device: str, examples: int, few: int, **shape: Any) -> tuple[float, float]:  # noqa: ANN401 - as above
    """Examples a second by the clock: `examples` side by side, and `few` of them one at a time."""
    victim = _Random(device, **shape)
    chance = Random(0)
    texts = [" ".join(str(chance.randrange(1000, 30000)) for _ in range(_WORDS)) for _ in range(examples)]
    labels = victim.predict(texts).argmax(axis=1).tolist()
    made = [Example(number, text, label) for number, (text, label) in enumerate(zip(texts, labels, strict=True))]
    found = []
    for width, some in ((examples, made), (1, made[:few])):
        began = perf_counter()
        list(Engine(victim, _Numbers(), width=width).run(some))
        found.append(len(some) / (perf_counter() - began))
    return found[0], found[1]
