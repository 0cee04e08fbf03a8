"""Measures the built-in judges on real text and on noise, and prints what they rule against.

    TABOO_DATA=... python scripts/judge_figures.py

Real text: the dialogues of DailyDialog++, the development sentences of SST-2, Chinese hotel reviews, and lists of words
drawn from the USF association norms. Noise is made from it, by a seed. tests/judges/test_figures.py holds the bars.
"""

import csv
import json
import os
import re
import sys
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from time import perf_counter
from typing import Any, cast

from arena.core.actions import Case, Ruling, Said
from arena.core.hits import Language
from arena.core.ports import Judge
from arena.core.verdict import Role
from arena.judges.form import FormJudge
from arena.judges.wordlike import WordlikeJudge

THRESHOLD = 0.5
LETTERS = "abcdefghijklmnopqrstuvwxyz"
HOME_ROW = "asdfghjkl"
HAN = re.compile("[\u4e00-\u9fff]")
MIN_WORDS, MIN_HAN = 5, 8


@dataclass(frozen=True, slots=True)
class Figure:
    """How many utterances of one kind a judge ruled against, and the microseconds it took for each."""

    judge: str
    text: str
    is_noise: bool
    ruled: int
    utterances: int
    microseconds: float

    @property
    def rate(self) -> float:
        """The share ruled against."""
        return self.ruled / self.utterances

    def __str__(self) -> str:
        kind = "noise" if self.is_noise else "real"
        return (
            f"{self.judge:9} {kind:6}{self.text:42}{self.ruled:7} of{self.utterances:7} "
            f"{100 * self.rate:8.3f} % {self.microseconds:8.1f} us"
        )


def dialogues(folder: Path) -> Iterator[list[str]]:
    """Every human dialogue of DailyDialog++, as utterances in order."""
    for path in sorted((folder / "dailydialogpp").glob("*.json")):
        text = path.read_text(encoding="utf-8")
        rows = json.loads(text) if text.startswith("[") else map(json.loads, text.splitlines())
        for row in rows:
            yield [*row["context"], *row["positive_responses"][:1]]


def cases(utterances: Sequence[str], language: Language = Language.ENGLISH) -> Iterator[Case]:
    """A dialogue as the judges would see it: two speakers in turn, the first one attacking."""
    history: tuple[Said, ...] = ()
    for place, text in enumerate(utterances):
        role = Role.DEFENDER if place % 2 else Role.ATTACKER
        turn = place // 2 + 1
        yield Case(role, turn, text, history, language)
        history = (*history, Said(role, turn, text))


def sentences(folder: Path) -> list[str]:
    """The development sentences of SST-2."""
    lines = (folder / "sst2" / "dev.tsv").read_text(encoding="utf-8").splitlines()[1:]
    return [line.split("\t")[1] for line in lines]


def reviews(folder: Path) -> list[str]:
    """The sentences of the Chinese hotel reviews. A few are broken encodings in the source, and count as real here."""
    with (folder / "chinese-sentiment" / "ChnSentiCorp_htl_all.csv").open(encoding="utf-8", newline="") as file:
        texts = [row["review"] for row in csv.DictReader(file)]
    pieces = (piece for text in texts for piece in re.split("[\u3002!\uff01?\uff1f\n]", text))
    return [piece for piece in pieces if MIN_HAN <= len(HAN.findall(piece)) <= 60]


def word_lists(folder: Path, rng: Random, count: int) -> list[str]:
    """Lists of six words that people said in the association norms: real words, no sentence."""
    words: set[str] = set()
    for path in sorted((folder / "usf-association-norms").glob("*.txt")):
        for line in path.read_text(encoding="latin-1").splitlines():
            cells = [cell.strip() for cell in line.split(",")]
            if len(cells) > 5 and cells[0].isalpha() and cells[0].isupper() and cells[1].isalpha():
                words.update(cell.lower() for cell in cells[:2])
    pool = sorted(words)
    return [" ".join(rng.sample(pool, 6)) for _ in range(count)]


def is_long(text: str) -> bool:
    """Whether a text has words enough to be told from noise."""
    return len(re.findall("[A-Za-z]+", text)) >= MIN_WORDS


def shuffled(text: str, rng: Random) -> str:
    """The text with the letters of each word in another order."""
    return re.sub("[a-z]+", lambda word: "".join(rng.sample(word[0], len(word[0]))), text.lower())


def relettered(text: str, rng: Random) -> str:
    """The text with each letter replaced by any letter."""
    return re.sub("[a-z]", lambda _: rng.choices(LETTERS)[0], text.lower())


def mashed(text: str, rng: Random) -> str:
    """The text as words of the same number, typed by a fist on the middle of a keyboard."""
    keys = HOME_ROW * 3 + LETTERS
    return re.sub("[a-z]+", lambda _: "".join(rng.choices(keys, k=rng.randint(3, 9))), text.lower())


def rewritten(pool: str) -> Callable[[str, Random], str]:
    """A noise maker that replaces each Chinese character with any one of a pool."""
    return lambda text, rng: HAN.sub(lambda _: rng.choices(pool)[0], text)


def measure(judge: Judge, name: str, series: Sequence[Sequence[Case]], *, is_noise: bool = False) -> Figure:
    """What a judge rules against in a series of dialogues."""
    ruled = utterances = 0
    start = perf_counter()
    for dialogue in series:
        for case in dialogue:
            utterances += 1
            ruled += now(judge, case).is_against(THRESHOLD)
    return Figure(judge.name, name, is_noise, ruled, utterances, 1e6 * (perf_counter() - start) / utterances)


def now(judge: Judge, case: Case) -> Ruling:
    """The ruling of a judge that waits for nothing, without an event loop."""
    waiting: Coroutine[Any, Any, Ruling] = judge.rule(case)
    try:
        waiting.send(None)
    except StopIteration as done:
        return cast(Ruling, done.value)
    raise RuntimeError(f"judge {judge.name} waited for something")


def alone(texts: Sequence[str], language: Language = Language.ENGLISH) -> list[list[Case]]:
    """Each text as the opening of a match."""
    return [[Case(Role.ATTACKER, 1, text, (), language)] for text in texts]


def measure_form(folder: Path) -> list[Figure]:
    """The form judge on human dialogues, played as matches."""
    return [measure(FormJudge(), "dialogues, each as a match", [list(cases(texts)) for texts in dialogues(folder)])]


def measure_wordlike(folder: Path, seed: int = 7) -> list[Figure]:
    """The wordlike judge on real text in two languages, and on six kinds of noise made from it."""
    rng, judge, zh = Random(seed), WordlikeJudge(), Language.CHINESE
    spoken = [text for texts in dialogues(folder) for text in texts]
    written, chinese = sentences(folder), reviews(folder)
    long_written = [text for text in written if is_long(text)]
    figures = [
        measure(judge, "dialogues, every utterance", alone(spoken)),
        measure(judge, "SST-2 sentences", alone(written)),
        measure(judge, "six association words", alone(word_lists(folder, rng, 3000))),
        measure(judge, "Chinese reviews, sentences", alone(chinese, zh)),
    ]
    long = [text for text in spoken if is_long(text)][::5]
    pool = "".join(HAN.findall("".join(chinese)))
    common = "".join(sorted(set(pool), key=pool.count, reverse=True)[:1000])
    noises: list[tuple[str, Callable[[str, Random], str], list[str], Language]] = [
        ("letters shuffled within words, dialogues", shuffled, long, Language.ENGLISH),
        ("letters shuffled within words, SST-2", shuffled, long_written, Language.ENGLISH),
        ("random letters", relettered, long, Language.ENGLISH),
        ("keyboard mash", mashed, long, Language.ENGLISH),
        ("any Chinese characters", rewritten("".join(map(chr, range(0x4E00, 0x9FA6)))), chinese[::5], zh),
        ("the 1,000 commonest, at random", rewritten(common), chinese[::5], zh),
        ("characters as common as in the reviews", rewritten(pool), chinese[::5], zh),
    ]
    for name, spoil, texts, language in noises:
        figures.append(measure(judge, name, alone([spoil(text, rng) for text in texts], language), is_noise=True))
    return figures


def main() -> None:
    """Print every figure. Needs TABOO_DATA."""
    folder = Path(os.environ["TABOO_DATA"])
    for figure in [*measure_form(folder), *measure_wordlike(folder)]:
        sys.stdout.write(f"{figure}\n")


if __name__ == "__main__":
    main()
