"""How matches ended, plainly and perturbed, on the same words and seeds: rates, and by how much they changed."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from arena.analysis.rates import Estimate, clustered_rate, paired_difference
from attacks.engine import Row, Status

ENDS = ("inferred", "induced", "tie", "other")
"""What is counted; `other` is every other way in which a match ends."""
RULINGS = ("passed, then ruled against", "ruled against, then passed")
"""How a judge's ruling can flip, by the label of the original: 0 passes, 1 is ruled against."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One word and seed, played twice. `plain` and `perturbed` are the reasons of the verdicts.

    `attacked` utterances were searched for, `changed` of them were said otherwise, after `queries` utterances had been
    tried; `broken` searches ended in an error. To `unforeseen` utterances the defender reacted otherwise than it had
    when the attack asked it. `turns` and `matches` are of both sides, the plain one first. `problem` says which agent
    crashed: such a pair is no outcome and enters no rate.
    """

    word: str
    seed: int
    plain: str
    perturbed: str
    attacked: int
    changed: int
    broken: int
    unforeseen: int
    queries: int
    turns: tuple[int, int]
    matches: tuple[str, str]
    problem: str = ""

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> "Pair":
        """What `asdict` made of a pair. Raises KeyError or TypeError."""
        both = {name: tuple(row[name]) for name in ("turns", "matches")}
        return cls(**{**row, **both})


@dataclass(frozen=True, slots=True)
class Change:
    """How often matches ended so, plainly and perturbed, and the difference; intervals are of 95 %, by word."""

    end: str
    plain: Estimate
    perturbed: Estimate
    difference: Estimate


def changes(pairs: Sequence[Pair], seed: int = 0) -> list[Change]:
    """The change of each end, from pairs in which nobody crashed; none where there are none.

    Matches on one word resemble each other, so whole words are resampled.
    """
    whole = [pair for pair in pairs if not pair.problem]
    words = [pair.word for pair in whole]
    found = []
    for end in ENDS if whole else ():
        plain = [_end(pair.plain) == end for pair in whole]
        perturbed = [_end(pair.perturbed) == end for pair in whole]
        found.append(
            Change(
                end,
                clustered_rate(plain, words, seed=seed),
                clustered_rate(perturbed, words, seed=seed),
                paired_difference(perturbed, plain, words, seed=seed),
            )
        )
    return found


def others(pairs: Sequence[Pair]) -> dict[str, dict[str, int]]:
    """What stands behind `other`, on each side, the most frequent first."""
    found = {}
    for side in ("plain", "perturbed"):
        ends = Counter(str(getattr(pair, side)) for pair in pairs if not pair.problem)
        found[side] = {end: count for end, count in ends.most_common() if _end(end) == "other"}
    return found


def mean_turns(pairs: Sequence[Pair]) -> tuple[float, float] | None:
    """How many turns a match had, plainly and perturbed; None where no pair is an outcome."""
    whole = [pair.turns for pair in pairs if not pair.problem]
    if not whole:
        return None
    return sum(plain for plain, _ in whole) / len(whole), sum(perturbed for _, perturbed in whole) / len(whole)


def spent(pairs: Sequence[Pair]) -> dict[str, int]:
    """What the attacks of all pairs took, and how many pairs are no outcome."""
    names = ("attacked", "changed", "broken", "unforeseen", "queries")
    sums = {name: sum(getattr(pair, name) for pair in pairs) for name in names}
    return {"pairs": len(pairs), "crashed": sum(bool(pair.problem) for pair in pairs), **sums}


def flip_rates(rows: Sequence[Row], words: Sequence[str], seed: int = 0) -> dict[str, Estimate | None]:
    """How often a ruling flipped, each way; None where no ruling was of the kind. `words[i]` is that of `rows[i]`.

    Searches that broke are no outcome.
    """
    found: dict[str, Estimate | None] = {}
    for label, name in enumerate(RULINGS):
        some = [
            (row.status is Status.SUCCEEDED, word)
            for row, word in zip(rows, words, strict=True)
            if row.label == label and row.status in (Status.SUCCEEDED, Status.FAILED)
        ]
        flipped, of_words = [it for it, _ in some], [word for _, word in some]
        found[name] = clustered_rate(flipped, of_words, seed=seed) if some else None
    return found


def _end(reason: str) -> str:
    return reason if reason in ENDS else "other"
