"""What attacks read that is not shipped: where it is had, under what licence, and which variable points at it.

A digest is written down only where the very bytes are known; hubs and nltk check what they send themselves.
"""

from dataclasses import dataclass
from enum import StrEnum


class Source(StrEnum):
    """How a thing is fetched."""

    FILE = "file"
    """One file, by its address."""
    NLTK = "nltk"
    """A resource of nltk, by its name, through nltk's own downloader."""
    HUB = "hub"
    """A model of the Hugging Face hub, by its name."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to fetch. `needed_by` are recipes and victims; `digest` is SHA-256, empty where it is not known."""

    name: str
    what: str
    source: Source
    where: str
    licence: str
    needed_by: str
    variable: str
    kept: str
    """Where it goes: a file or folder under the data folder. Of nltk, what it becomes there."""
    size: int | None = None
    """In bytes, where it is known."""
    digest: str = ""


_PINNED = "https://raw.githubusercontent.com/robinjia/certified-word-sub/42006fe9ea68663443be794a96d9daccfc664dc4"


def _nltk(name: str, folder: str, what: str, licence: str, needed_by: str) -> Entry:
    return Entry(name, what, Source.NLTK, name, licence, needed_by, "NLTK_DATA", f"nltk_data/{folder}/{name}")


def _model(name: str, what: str, needed_by: str, variable: str) -> Entry:
    return Entry(name.rpartition("/")[2], what, Source.HUB, name, "Apache-2.0", needed_by, variable, f"models/{name}")


CATALOGUE: tuple[Entry, ...] = (
    Entry(
        "counterfitted",
        "up to 8 counter-fitted neighbours of 49,975 words",
        Source.FILE,
        f"{_PINNED}/data/counterfitted_neighbors.json",
        "MIT",
        "textfooler, genetic, textbugger",
        "TABOO_COUNTERFITTED",
        "counterfitted/counterfitted_neighbors.json",
        1_976_448,
        "103247143f39bd5dd66850f3a912393392641dbd98093c61e2b24a4cc8a96fb0",
    ),
    _nltk("wordnet", "corpora", "WordNet 3.0", "WordNet licence", "pwws, sea"),
    _nltk("stopwords", "corpora", "stop words of many languages", "see nltk", "textfooler, bae, bert-attack"),
    _nltk(
        "averaged_perceptron_tagger_eng",
        "taggers",
        "a part-of-speech tagger of English",
        "MIT",
        "pwws, textfooler, bae, genetic",
    ),
    _model(
        "google-bert/bert-base-uncased", "BERT, 110 million parameters, English", "bae, bert-attack", "TABOO_MASKED_LM"
    ),
    _model("distilbert/distilroberta-base", "a distilled RoBERTa, English", "clare", "TABOO_MASKED_LM"),
    _model("google-bert/bert-base-chinese", "BERT, Chinese", "masked words in Chinese", "TABOO_MASKED_LM"),
    _model(
        "distilbert/distilbert-base-uncased-finetuned-sst-2-english",
        "a classifier of SST-2",
        "hf victim",
        "",
    ),
)
