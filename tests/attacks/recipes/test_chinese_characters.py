"""Chinese characters that look or sound the same, and Chinese victims."""

import csv
import os
import sys
from pathlib import Path
from random import Random

import numpy as np
import pytest
from attacks_characters import driven, rows

from attacks.core.goals import Untargeted
from attacks.core.ports import Capability
from attacks.core.text import Text
from attacks.engine import Example, Status
from attacks.opening import RefusedAttackError, recipe_named
from attacks.recipes.chinese_characters import CharacterCandidates, ChineseCharacters, KindError
from attacks.transformations.errors import DataMissingError
from attacks.transformations.glyphs import glyphs

DATA = os.environ.get("TABOO_DATA")
GOOD, BAD, ROOM = "\u597d", "\u5dee", "\u623f\u95f4"


class Liking:
    """Says 1 by how many times good stands there, less bad."""

    name, fingerprint, classes = "liking", "2" * 16, 2
    can = frozenset({Capability.SCORES})

    def predict(self, texts):
        good = 1 / (1 + np.exp([-2.0 * (it.count(GOOD) - it.count(BAD)) + 0.5 for it in texts]))
        return np.stack([1 - good, good], axis=1)


def candidates(word, kinds=("glyph", "homophone"), most=2):
    return CharacterCandidates(kinds, most)(Text(word, ((0, len(word)),)), 0)


def test_candidates_are_a_few_of_each_kind_for_each_character():
    alike = [glyphs()[it].characters[:2] for it in ROOM]
    assert candidates(ROOM, ("glyph",)) == tuple([it + ROOM[1] for it in alike[0]] + [ROOM[0] + it for it in alike[1]])
    assert candidates(ROOM, ("homophone",))[:2] == ("\u9632\u95f4", "\u59a8\u95f4")
    assert len(candidates(ROOM)) == 8
    assert len(set(candidates(ROOM, most=10))) == len(candidates(ROOM, most=10))
    assert candidates("film") == ()


def test_the_telling_word_is_replaced_first():
    attack = ChineseCharacters()
    text = attack.read(f"{ROOM}\u5f88{GOOD}\u3002")
    assert text.words == (ROOM, "\u5f88", GOOD)
    asked, found = driven(
        attack.begin(text, Untargeted(1), 0.2, Random(1)),
        lambda it: (0.9, True) if GOOD not in it and len(it) == 5 else (0.1 + 0.5 * (GOOD not in it), False),
    )
    assert len(asked) == 2
    assert found.places == (2,)


@pytest.mark.parametrize("name", ["zh-characters", "zh-characters:glyph", "zh-characters:homophone", "textbugger"])
def test_rows_are_the_same_whatever_runs_beside(name):
    texts = (f"{ROOM}\u5f88{GOOD}", f"{GOOD}{GOOD} ok! film\u3002{ROOM}{BAD}", "film", "\U0001f600")
    examples = [Example(number, text, 1) for number, text in enumerate(texts)]
    ended = rows(recipe_named(name, "zh"), examples, Liking(), seed=5)
    assert ended[0].status is Status.SUCCEEDED
    assert Status.ERROR not in {row.status for row in ended}
    alone = rows(recipe_named(name, "zh"), examples, Liking(), seed=5, width=1, batch=1)
    assert [row.to_line() for row in alone] == [row.to_line() for row in ended]


def test_kinds_are_named_and_an_unknown_one_is_refused():
    assert len({ChineseCharacters(it).reads for it in ("glyph", "homophone", "glyph,homophone")}) == 2
    with pytest.raises(KindError, match="'stroke' is no kind of replacement; give one or more of glyph,homophone"):
        ChineseCharacters("glyph, stroke")


def test_english_is_refused():
    with pytest.raises(RefusedAttackError, match="'zh-characters' is for zh, not for 'en'"):
        recipe_named("zh-characters", "en")


def test_homophones_need_pypinyin_and_glyphs_do_not(monkeypatch):
    monkeypatch.setitem(sys.modules, "pypinyin", None)
    with pytest.raises(DataMissingError, match="pip install"):
        ChineseCharacters()
    assert ChineseCharacters("glyph").reads


# A real victim


@pytest.fixture(scope="module")
def reviews():
    with (Path(str(DATA)) / "chinese-sentiment" / "ChnSentiCorp_htl_all.csv").open(encoding="utf-8") as file:
        return [(row["review"], int(row["label"])) for row in csv.DictReader(file) if row["review"].strip()]


@pytest.fixture(scope="module")
def regression(reviews):
    pytest.importorskip("sklearn")
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    from attacks.victims.sklearn import SklearnVictim

    pipeline = make_pipeline(
        TfidfVectorizer(analyzer="char", ngram_range=(1, 2), min_df=3), LogisticRegression(C=10, max_iter=300)
    )
    return SklearnVictim(pipeline.fit(*zip(*reviews[1::4], strict=True)))


LEAST = {"textbugger": 0.83, "zh-characters": 0.90, "viper-visual": 0.38}
"""What was measured, less ten points."""


@pytest.mark.slow
@pytest.mark.skipif(DATA is None, reason="needs ChnSentiCorp in TABOO_DATA")
@pytest.mark.parametrize("name", LEAST)
def test_a_real_victim_is_misled_as_often_as_was_measured(name, reviews, regression):
    examples = [Example(number, *it) for number, it in enumerate(reviews[::250])]
    ended = rows(recipe_named(name, "zh"), examples, regression, seed=1)
    attacked = [row for row in ended if row.status in (Status.SUCCEEDED, Status.FAILED)]
    successes = [row for row in attacked if row.status is Status.SUCCEEDED]
    print(f"{name}: {len(successes)}/{len(attacked)}, {np.mean([row.queries for row in attacked]):.1f} queries")  # noqa: T201
    assert not [row.problem for row in ended if row.status is Status.ERROR]
    assert len(successes) / len(attacked) >= LEAST[name]
