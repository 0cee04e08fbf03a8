"""Perturbed copies of texts, with the labels of the originals: more to train on.

`copies` draws replacements blindly from a transformation, as Wei and Zou's EDA (EMNLP 2019) does with synonyms; whether
a copy still means its label is up to the transformation. `adversarial_copies` takes what fools a victim.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from arena import registry
from arena.core.errors import UnknownNameError
from attacks.core.candidates import Candidates
from attacks.core.errors import AttackError
from attacks.core.perturbation import Perturbation
from attacks.core.text import Text
from attacks.engine import Engine, Example, Status
from attacks.languages import reader
from attacks.transformations import characters
from attacks.transformations.sources import NAMES, source_named

if TYPE_CHECKING:
    from attacks.core.ports import Attack, Victim

TRANSFORMATIONS = "attacks.transformations"
EDITS: dict[str, characters.Edit] = {
    it.__name__: it
    for it in (
        characters.swap,
        characters.delete,
        characters.insert,
        characters.substitute,
        characters.keyboard,
        characters.homoglyph,
    )
}
Maker = Callable[[Random], Candidates]
"""Candidates that draw by a chance of their own, or that ignore it."""
_TRIES = 4
"""How many draws a copy gets to differ from the original and from the copies before it."""


class Copy(NamedTuple):
    """A perturbed text; `of` is the number of its original, whose label it keeps."""

    of: int
    text: str
    label: int


@dataclass(eq=False)
class AugmentError(AttackError):
    """Copies that cannot be made as asked."""

    problem: str

    def __str__(self) -> str:
        return self.problem


def transformation_named(name: str) -> Maker:
    """What `NAME` or `NAME:ARGUMENT` offers: a source of candidates, a masked model's words, or edits of characters.

    An installed transformation is a class whose instances are called with a text and a place. Raises UnknownNameError,
    BrokenPluginError, or AttackError where its data is missing.
    """
    kind, _, argument = name.partition(":")
    if kind in EDITS:
        edit = EDITS[kind]
        return lambda chance: characters.drawn_candidates((edit,), chance)
    own = _own(kind, argument)
    if own is None:
        installed = registry.entries(TRANSFORMATIONS)
        if kind not in installed:
            raise UnknownNameError("transformation", name, known=(*sorted(EDITS), *_OWN, *installed))
        made = registry.load(TRANSFORMATIONS, kind)
        own = made(argument) if argument else made()
    return lambda _: own


_OWN = ("masked-lm", *NAMES["en"])


def _own(kind: str, argument: str) -> Candidates | None:
    """The transformations that read data, made when they are asked for: each takes a while."""
    if kind == "masked-lm":
        from attacks.transformations.masked_lm import MaskedLM

        return MaskedLM.open(argument or None, masks=True, most=10)
    return source_named(f"{kind}:{argument}" if argument else kind) if kind in _OWN else None


def augment(
    texts: Sequence[str],
    labels: Sequence[int],
    transformation: str | Maker = "wordnet",
    *,
    per_example: int = 4,
    share: float = 0.1,
    seed: int = 0,
    language: str = "en",
) -> list[Copy]:
    """Up to `per_example` copies of each text, each with a share of its words replaced (one at least).

    Copies of a text differ from it and from each other; a text that offers too little has fewer, or none. The same seed
    gives the same copies, whatever other texts there are. Raises ValueError, and as `transformation_named`.
    """
    maker = transformation_named(transformation) if isinstance(transformation, str) else transformation
    if per_example < 1 or not 0 < share <= 1:
        raise ValueError(f"{per_example} copies with a share of {share}: at least 1, and above 0 up to 1")
    read = reader(language)
    return [
        Copy(number, made, label)
        for number, (text, label) in enumerate(zip(texts, labels, strict=True))
        for made in _copies(read(text), maker, per_example, share, f"{seed}:{number}")
    ]


def _copies(text: Text, maker: Maker, most: int, share: float, seed: str) -> Iterator[str]:
    chance = Random(sha256(seed.encode()).digest())
    count = max(1, round(share * len(text)))
    seen = {text.written}
    for _ in range(most):
        for _ in range(_TRIES):
            made = _drawn(text, maker(chance), count, chance).written
            if made not in seen:
                seen.add(made)
                yield made
                break


def _drawn(text: Text, candidates: Candidates, count: int, chance: Random) -> Perturbation:
    """The text with words at so many places replaced, drawn among the places that have candidates."""
    at = Perturbation(text)
    for place in chance.sample(range(len(text)), len(text)):
        offered = [it for it in candidates(text, place) if it != text.words[place]]
        if offered:
            at = at.with_word(place, chance.choice(offered))
        if len(at.changes) == count:
            break
    return at


def adversarial_copies(
    texts: Sequence[str],
    labels: Sequence[int],
    attack: "Attack",
    victim: "Victim",
    *,
    per_example: int = 1,
    seed: int = 0,
    budget: int | None = None,
) -> list[Copy]:
    """What of each text fools a victim: one copy for each seed from `seed` on, none twice.

    An attack that draws nothing finds the same each time, so that a text has one copy at most. Raises AttackError.
    """
    examples = [Example(number, text, label) for number, (text, label) in enumerate(zip(texts, labels, strict=True))]
    found: dict[int, dict[str, None]] = {}
    for turn in range(per_example):
        for row in Engine(victim, attack, seed=seed + turn, budget=budget).run(examples):
            if row.status is Status.SUCCEEDED and row.perturbed is not None:
                found.setdefault(row.number, {})[row.perturbed] = None
    return [Copy(number, text, labels[number]) for number in sorted(found) for text in found[number]]
