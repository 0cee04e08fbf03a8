"""How fast the matcher reads, on one thread: English and Chinese utterances, and targets made ready."""

from random import Random
from time import process_time

from arena.bench.measure import Measure, peak_memory, per_second
from arena.core.hits import Form, Language, Policy
from arena.words import said
from arena.words.targets import prepare

_SEED = 20210209
_TARGETS = 50
_UTTERANCES = 400
_ENGLISH_WORDS = 20
_CHINESE_CHARACTERS = 30
_HITS = 0.1
"""The share of utterances that say their target."""


def run(seconds: float = 3.0) -> list[Measure]:
    """Every figure of the bench; `seconds` of processor time go into each rate."""
    rng = Random(_SEED)
    english = _english(rng)
    chinese = _chinese(rng)
    return [
        Measure("English utterances of 20 words", _rate(english, Language.ENGLISH, seconds), "per second", 40_000),
        Measure("Chinese utterances of 30 characters", _rate(chinese, Language.CHINESE, seconds), "per second", 8_000),
        Measure("English targets made ready", _preparation(rng), "ms each", 2.0),
        Measure("both concept graphs loaded", _loading(), "s", 1.0),
        peak_memory(),
    ]


def _rate(utterances: list[tuple[str, str]], language: Language, seconds: float) -> float:
    policy = Policy(language=language)

    def read() -> int:
        for text, target in utterances:
            said(text, target, policy)
        return len(utterances)

    return per_second(read, seconds)


def _preparation(rng: Random, size: int = 500) -> float:
    """Milliseconds to find all forms of a target that was not asked for before."""
    words = rng.sample(_frequent("en", 4, 12_000), size)
    start = process_time()
    for word in words:
        prepare.__wrapped__(word, Form.INFLECTION)
    return 1000 * (process_time() - start) / size


def _loading() -> float:
    """Seconds until both concept graphs answer, in a process that had none of them."""
    from arena.words.graph import Graph, graph

    start = process_time()
    for language in Language:
        loaded: Graph = graph.__wrapped__(language)
        loaded.activation(loaded.words()[:1])
    return process_time() - start


def _english(rng: Random) -> list[tuple[str, str]]:
    """Sentences of frequent words with their targets: capitals, commas, contractions, a quotation now and then."""
    words = _frequent("en", 1, 5_000)
    weights = [1 / place for place in range(1, len(words) + 1)]
    targets = rng.sample([word for word in words[300:] if len(word) > 3], _TARGETS)
    utterances = []
    for number in range(_UTTERANCES):
        said_words = rng.choices(words, weights, k=_ENGLISH_WORDS)
        target = targets[number % _TARGETS]
        if rng.random() < _HITS:
            said_words[rng.randrange(_ENGLISH_WORDS)] = target
        middle = rng.randrange(3, _ENGLISH_WORDS - 3)
        said_words[middle] += rng.choice((",", ",", " -", "'s", "!"))
        sentence = " ".join(said_words).capitalize() + rng.choice(".?!")
        utterances.append((f"\u201c{sentence}\u201d" if number % 10 == 0 else sentence, target))
    return utterances


def _chinese(rng: Random) -> list[tuple[str, str]]:
    """Runs of frequent words with their targets, a comma in the middle."""
    words = _frequent("zh", 1, 5_000)
    weights = [1 / place for place in range(1, len(words) + 1)]
    targets = rng.sample([word for word in words[300:] if len(word) > 1], _TARGETS)
    utterances = []
    for number in range(_UTTERANCES):
        target = targets[number % _TARGETS]
        start = target if rng.random() < _HITS else ""
        text = start + "".join(rng.choices(words, weights, k=_CHINESE_CHARACTERS))
        utterances.append((f"{text[:14]}\uff0c{text[14 : _CHINESE_CHARACTERS - 2]}\u3002", target))
    return utterances


def _frequent(language: str, shortest: int, count: int) -> list[str]:
    from wordfreq import top_n_list

    return [word for word in top_n_list(language, 2 * count) if word.isalpha() and len(word) >= shortest][:count]
