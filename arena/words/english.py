"""Our own table of English: what the dictionaries miss, and what they over-reach in (`data/english.toml`)."""

import tomllib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class English:
    """The table, turned the ways that it is asked."""

    forms: Mapping[str, tuple[str, ...]]
    """Base form to the inflected forms that no dictionary lists."""
    bases: Mapping[str, tuple[str, ...]]
    """The same, from form to bases."""
    not_forms: Mapping[str, tuple[str, ...]]
    """Form to the bases that a dictionary wrongly gives it."""
    variants: Mapping[str, tuple[str, ...]]
    """Word to the other spellings of the same lexeme."""
    our_stems: tuple[str, ...]
    """Stems that are spelled with *our* in Britain and with *or* in America."""
    derived: Mapping[str, tuple[str, ...]]
    """Base form to derivations that no rule makes."""
    not_derived: frozenset[tuple[str, str]]
    """Pairs (base, word) that only look derived."""


@cache
def table() -> English:
    """The table, read once."""
    raw = tomllib.loads(files("arena.words").joinpath("data/english.toml").read_text(encoding="utf-8"))
    forms = {base: tuple(line.split()) for base, line in raw["forms"].items()}
    variants: dict[str, tuple[str, ...]] = {}
    for line in raw["spelling"]["variants"]:
        words = tuple(line.split())
        variants |= dict.fromkeys(words, words)
    return English(
        forms=forms,
        bases=_turned(forms),
        not_forms=_pairs(raw["not_forms"]),
        variants=variants,
        our_stems=tuple(" ".join(raw["spelling"]["our"]).split()),
        derived={base: tuple(line.split()) for base, line in raw["derived"].items()},
        not_derived=frozenset((base, word) for base, line in raw["not_derived"].items() for word in line.split()),
    )


def _pairs(lines: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    return {form: tuple(line.split()) for form, line in lines.items()}


def _turned(forms: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    bases: defaultdict[str, list[str]] = defaultdict(list)
    for base, found in forms.items():
        for form in found:
            bases[form].append(base)
    return {form: tuple(found) for form, found in bases.items()}
