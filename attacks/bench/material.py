"""What a comparison is made of, written into a folder once: sentences, two victims, and candidates for every word.

Everything is drawn from `sentence_polarity` (2 x 5,331 sentences of film reviews, through nltk) by fixed seeds.
Sentences are letters and spaces only, so that every library splits them alike.
"""

import csv
import gzip
import json
import os
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any, TypeAlias

from attacks.core.text import Text
from attacks.transformations.characters import delete, homoglyph, insert, substitute, swap
from attacks.transformations.counterfitted import CounterfittedNeighbours
from attacks.transformations.nltk_files import require

Labelled: TypeAlias = tuple[str, int]
TRAINED = 9000
"""Sentences that victims learn from; the others are attacked."""
SHORTEST, LONGEST = 5, 60
"""Words of a sentence that is attacked."""
LENGTHS, MOST = (50, 100, 200, 400, 800), 40
"""To how many words reviews are cut, and how many of each length are kept."""
EPOCHS, BATCH, RATE, DROPOUT = 3, 64, 2e-3, 0.3


def write(
    folder: Path,
    program: Any,  # noqa: ANN401 - scripts/peers/material.py, which every arm imports
    trained: int = TRAINED,
    attacked: int | None = None,
) -> None:
    """Train both victims and write everything. Raises DataMissingError without nltk's data or the neighbours."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = sentences()
    learnt, rest = rows[:trained], rows[trained:]
    write_linear(folder, learnt)
    write_recurrent(folder, learnt, program)
    some = [row for row in rest if SHORTEST <= len(row[0].split()) <= LONGEST][:attacked]
    right = {}
    for name, opened in (("lr", program.linear), ("lstm", program.recurrent)):
        labels = opened(folder)([text for text, _ in some]).argmax(axis=1)
        right[name] = [row for row, label in zip(some, labels, strict=True) if row[1] == label]
    right |= reviews(program.linear(folder))
    (folder / "sentences.json").write_text(json.dumps(right))
    words = sorted({word for rows in right.values() for text, _ in rows for word in text.split()})
    (folder / "candidates.json").write_text(json.dumps(candidates(words)))


def sentences() -> list[Labelled]:
    """All sentences with their labels, 1 where the film is praised, shuffled."""
    require("corpora/sentence_polarity")
    import nltk

    folder = Path(str(nltk.data.find("corpora/sentence_polarity")))
    rows = [
        (" ".join(re.findall("[a-z]+", line.lower())), label)
        for name, label in (("rt-polarity.pos", 1), ("rt-polarity.neg", 0))
        for line in (folder / name).read_text(encoding="latin-1").splitlines()
    ]
    unique = list(dict.fromkeys(row for row in rows if row[0]))
    Random(0).shuffle(unique)
    return unique


def reviews(predict: Any) -> dict[str, list[Labelled]]:  # noqa: ANN401 - a pipeline's method
    """Film reviews of IMDB cut to each of `LENGTHS` words, by `imdb-LENGTH`; none where the data is not there."""
    file = Path(os.environ.get("TABOO_DATA", "")) / "imdb" / "test.tsv.gz"
    if not file.is_file():
        return {}
    with gzip.open(file, "rt", encoding="utf-8", newline="") as lines:
        rows = csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)  # label, name of the file, text
        split = [(re.findall("[a-z]+", row[2].lower()), int(row[0])) for row in rows]
    long = [row for row in split if len(row[0]) >= max(LENGTHS)]
    Random(0).shuffle(long)
    found = {}
    for length in LENGTHS:
        cut = [(" ".join(words[:length]), label) for words, label in long]
        guessed = predict([text for text, _ in cut]).argmax(axis=1)
        found[f"imdb-{length}"] = [row for row, guess in zip(cut, guessed, strict=True) if row[1] == guess][:MOST]
    return found


def candidates(words: Sequence[str]) -> Mapping[str, Mapping[str, Sequence[str]]]:
    """For every word: synonyms, typos, a homoglyph, and the five bugs of TextBugger, each drawn once."""
    neighbours = CounterfittedNeighbours()
    near = {word: [it for it in neighbours(Text.of(word), 0) if re.fullmatch("[a-z]+", it)] for word in words}
    typos, alike, bugs = {}, {}, {}
    for word in words:
        chance = Random(word)
        made = (edit(word, chance) for edit in (swap, substitute, delete, insert))
        typos[word] = list(dict.fromkeys(it for it in made if it != word))
        alike[word] = [homoglyph(word, chance)]
        bugs[word] = _bugs(word, near[word], chance)
    return {"words": {word: it for word, it in near.items() if it}, "typos": typos, "homoglyphs": alike, "bugs": bugs}


def _bugs(word: str, near: Sequence[str], chance: Random) -> list[str]:
    """A space put in, a letter deleted, two swapped, one replaced by its like, and the nearest word."""
    if len(word) <= 2:
        return [word] * 5
    middle = chance.randrange(1, len(word))
    split = f"{word[:middle]} {word[middle:]}"
    return [split, delete(word, chance), swap(word, chance), homoglyph(word, chance), near[0] if near else word]


def write_linear(folder: Path, trained: Sequence[Labelled]) -> None:
    """Logistic regression on the presence of words."""
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression

    words = CountVectorizer(binary=True, token_pattern=r"(?u)\b\w+\b")
    model = LogisticRegression(max_iter=1000)
    model.fit(words.fit_transform([text for text, _ in trained]), [label for _, label in trained])
    numbers = {word: int(number) for word, number in words.vocabulary_.items()}
    saved = {"words": numbers, "weights": model.coef_[0].tolist(), "bias": float(model.intercept_[0])}
    (folder / "lr.json").write_text(json.dumps(saved))


def write_recurrent(folder: Path, trained: Sequence[Labelled], program: Any) -> None:  # noqa: ANN401
    """An LSTM over words, three rounds of Adam."""
    import torch
    from safetensors.torch import save_file

    counts = Counter(word for text, _ in trained for word in text.split())
    numbers = {word: it + 2 for it, word in enumerate(sorted(word for word, count in counts.items() if count > 1))}
    order = Random(0)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        net = program.lstm(len(numbers) + 2)
        optimiser = torch.optim.Adam(net.parameters(), RATE)
        rows = list(trained)
        for _ in range(EPOCHS):
            order.shuffle(rows)
            for start in range(0, len(rows), BATCH):
                some = rows[start : start + BATCH]
                labels = torch.tensor([label for _, label in some])
                loss = torch.nn.functional.cross_entropy(net(program.encoded([it for it, _ in some], numbers)), labels)
                optimiser.zero_grad()
                loss.backward()  # type: ignore[no-untyped-call]
                optimiser.step()
    (folder / "lstm.json").write_text(json.dumps(numbers))
    save_file(net.state_dict(), folder / "lstm.safetensors")
