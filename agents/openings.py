"""Openings: questions whose likeliest natural reply is a certain word. Where to start: `openings`."""

from collections.abc import Mapping
from functools import cache

from agents.phrases import rows
from arena.core.hits import Language


@cache
def openings(language: Language) -> Mapping[str, tuple[str, ...]]:
    """The openings of a language by the word that they ask for."""
    found: dict[str, list[str]] = {}
    for target, opening in rows(f"openings.{language}.tsv"):
        found.setdefault(target, []).append(opening)
    return {target: tuple(lines) for target, lines in found.items()}
