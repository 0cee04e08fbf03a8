"""Prints the figures of the concept graphs: `python scripts/graph_figures.py` (agreement needs `$TABOO_DATA`)."""

import os
import sys
import time
from pathlib import Path
from random import Random

from arena.core.hits import Language
from arena.words.graph import Graph, graph
from arena.words.norms import agreement, read_norms

UTTERANCES = 200
WORDS = 20
COMMON = 3000


def microseconds(net: Graph) -> float:
    """How long the activation by an utterance of common words takes, the median of many."""
    common = sorted(net.words(), key=net.frequency)[-COMMON:]
    rng, taken = Random(7), []
    for _ in range(UTTERANCES):
        utterance = rng.sample(common, min(WORDS, len(common)))
        started = time.perf_counter()
        net.activation(utterance)
        taken.append(time.perf_counter() - started)
    return sorted(taken)[UTTERANCES // 2] * 1e6


def main() -> None:
    """Prints sizes, times, and what share of people's first responses the English graph finds."""
    for language in Language:
        started = time.perf_counter()
        net = graph(language)
        loaded = time.perf_counter() - started
        edges = sum(len(net.edges(word)) for word in net.words())
        sys.stdout.write(
            f"{language}: {len(net)} words, {edges} edges, loaded in {loaded:.2f} s, "
            f"{microseconds(net):.0f} microseconds an utterance of {WORDS} words, fingerprint {net.fingerprint}\n"
        )
    if "TABOO_DATA" in os.environ:
        norms = read_norms(Path(os.environ["TABOO_DATA"]) / "usf-association-norms")
        found = agreement(graph(Language.ENGLISH), norms)
        sys.stdout.write(
            f"first responses of people to {found.cues} cues: {found.neighbour:.1%} joined by an edge, "
            f"{found.top_ten:.1%} among the ten strongest, {found.active:.1%} among the twenty most active\n"
        )


if __name__ == "__main__":
    main()
