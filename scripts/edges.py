"""Weighted edges under construction, and how familiar a word is."""

from collections import defaultdict

MAX_EDGES = 64


class Edges:
    """The edges under construction; of two between the same words the stronger stays."""

    def __init__(self) -> None:
        self.of: defaultdict[str, dict[str, tuple[float, str, bool]]] = defaultdict(dict)

    def add(self, source: str, relation: str, word: str, weight: float, backwards: float) -> None:
        """Adds `source relation word` with `weight`, and its reading from `word` with `backwards`."""
        if source != word:
            self._keep(source, word, (round(weight, 3), relation, True))
            self._keep(word, source, (round(backwards, 3), relation, False))

    def _keep(self, source: str, word: str, edge: tuple[float, str, bool]) -> None:
        if edge[0] >= 0.01 and edge > self.of[source].get(word, (0.0, "", False)):
            self.of[source][word] = edge

    def strongest(self, left_out: frozenset[str]) -> dict[str, list[tuple[str, float, str, bool]]]:
        """The words in order, each with at most `MAX_EDGES` edges, strongest first; the words left out are gone."""
        kept = {}
        for source in sorted(self.of.keys() - left_out):
            ranked = sorted(
                (-weight, word, relation, out)
                for word, (weight, relation, out) in self.of[source].items()
                if word not in left_out
            )
            kept[source] = [(word, -minus, relation, out) for minus, word, relation, out in ranked[:MAX_EDGES]]
        return kept


class Frequency:
    """How common the words of one language are, in zipf (3 is once in a million words, 6 once in a thousand)."""

    def __init__(self, language: str) -> None:
        from wordfreq import zipf_frequency

        self._zipf = zipf_frequency
        self._language = language

    def zipf(self, word: str) -> float:
        """The word's zipf frequency, 0 when it is not known."""
        return float(self._zipf(word, self._language))

    def familiar(self, word: str) -> float:
        """From 0.15 for a rare word to 1 for an everyday one."""
        return min(1.0, max(0.15, (self.zipf(word) - 1.5) / 3.5))
