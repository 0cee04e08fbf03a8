"""The recipe `swift`: its sources of candidates, and its search against that of PWWS at equal candidates."""

import json
import os
from itertools import islice
from pathlib import Path
from statistics import fmean

import pytest

from attacks.core.ports import Capability
from attacks.core.text import Text
from attacks.engine import Engine, Example, Status
from attacks.metrics import words_changed
from attacks.recipes.pwws import PWWS
from attacks.recipes.swift import Swift
from attacks.transformations.sources import SourceUnknownError
from attacks.victims.sklearn import SklearnVictim

DATA = os.environ.get("TABOO_DATA")
needs_data = pytest.mark.skipif(DATA is None, reason="needs SST-2 in TABOO_DATA, and WordNet in NLTK_DATA")


def test_an_unknown_source_is_refused_with_those_that_there_are():
    with pytest.raises(SourceUnknownError, match="source of candidates 'thesaurus' is none of wordnet, counterfitted"):
        Swift("thesaurus")


@needs_data
def test_neighbours_of_a_file_may_be_the_candidates(tmp_path, monkeypatch):
    file = tmp_path / "near.json"
    file.write_text(json.dumps({"great": ["grand", "fair", "quickly"], "a": ["an"]}))
    monkeypatch.setenv("TABOO_COUNTERFITTED", str(file))
    swift = Swift("counterfitted")
    assert swift.needs == {Capability.SCORES}
    assert len(swift.reads) == 16
    text = swift.read("a great film")
    assert text == Text.of("a great film")
    search = swift.begin(text, None, 0.1, None)
    assert [it.written for it in next(search)] == ["a grand film"]


@pytest.fixture(scope="module")
def victim():
    pytest.importorskip("nltk")
    pytest.importorskip("sklearn")
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    train = sentences("train", 3000)
    model = make_pipeline(TfidfVectorizer(min_df=2), LogisticRegression(C=10))
    return SklearnVictim(model.fit([it.text for it in train], [it.label for it in train]))


def sentences(part, count):
    """The first so many sentences of a part of SST-2 that have a text and a label, as examples."""
    with (Path(DATA or "") / "sst2" / f"{part}.tsv").open(encoding="utf-8") as lines:
        rows = [line.rstrip("\n").split("\t") for line in islice(lines, 1, count + 1)]
    return [Example(number, text, int(label)) for number, (label, text) in enumerate(rows)]


@needs_data
def test_swift_asks_less_than_half_of_pwws_and_succeeds_as_often_with_no_more_words(victim):
    examples = sentences("dev", 60)
    swift, pwws = (
        sorted(Engine(victim, attack).run(examples), key=lambda row: row.number) for attack in (Swift(), PWWS())
    )
    succeeded = [[row.status is Status.SUCCEEDED for row in rows] for rows in (swift, pwws)]
    assert sum(succeeded[0]) >= sum(succeeded[1]) > 30
    assert fmean(row.queries for row in swift) <= 0.5 * fmean(row.queries for row in pwws)
    both = [pair for pair in zip(swift, pwws, strict=True) if all(it.status is Status.SUCCEEDED for it in pair)]
    ours, theirs = ([words_changed(row.text, row.perturbed) for row in rows] for rows in zip(*both, strict=True))
    assert fmean(ours) <= fmean(theirs)
