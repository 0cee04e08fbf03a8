"""The bars that model judges must clear on text and models that nobody here made."""

import importlib.util
import os
import sys
from pathlib import Path

import numpy as np
import pytest

from agents.llm.judges.perplexity import PerplexityJudge
from agents.llm.judges.relevance import WORDS, RelevanceJudge

SCRIPT = Path(__file__).parents[4] / "scripts" / "judge_auc.py"
needs_data = pytest.mark.skipif("TABOO_DATA" not in os.environ, reason="TABOO_DATA does not name a folder of real text")


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("judge_auc", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


@pytest.fixture(scope="module")
def folder():
    return Path(os.environ["TABOO_DATA"])


def test_the_area_is_the_share_of_pairs_in_the_right_order_ties_counting_half(script):
    rng = np.random.default_rng(3)
    values, is_bad = rng.integers(0, 6, 60).astype(float), rng.integers(0, 2, 60).astype(bool)
    times = rng.integers(0, 3, 60)
    again = [(value, bad) for value, bad, many in zip(values, is_bad, times, strict=True) for _ in range(many)]
    good, bad = ([value for value, it in again if bool(it) is side] for side in (False, True))
    pairs = [(b > g) + 0.5 * (b == g) for b in bad for g in good]
    assert script.auc(values, times.astype(float), is_bad) == pytest.approx(np.mean(pairs))


def test_a_shuffle_holds_the_same_words_in_another_order(script):
    from random import Random

    for sentence in script.SIMPLE:
        real, other = script.plainly(sentence), script.shuffled(sentence, Random(1))
        assert real != other
        assert sorted(real.lower()) == sorted(other.lower())
        assert other[0].isupper()
        assert other[-1] == real[-1]


@needs_data
@pytest.mark.slow
def test_words_tell_real_replies_from_random_ones_and_not_from_adversarial_ones(script, folder):
    rows = script.dialogues(folder, "test")[:300]
    by_words = {area.task: area for area in script.relevance("words", RelevanceJudge.open_gauge(WORDS), rows)}
    length = {area.task: area for area in script.relevance("length", None, rows)}
    random, adversarial = "real / random replies", "real / adversarial replies"
    assert by_words[random].interval.low > 0.74, str(by_words[random])
    assert by_words[random].interval.low > length[random].interval.high
    # What bag-of-words cannot see: replies written to share words with the context.
    assert by_words[adversarial].value < 0.6, str(by_words[adversarial])


@needs_data
@pytest.mark.slow
@pytest.mark.parametrize(("model", "least"), [("tinystories-656k", 0.9), ("stories260k", 0.95)])
def test_perplexity_tells_simple_sentences_from_their_shuffles(script, folder, model, least):
    pytest.importorskip("torch")
    gauge = PerplexityJudge.open_gauge(str(folder / model))
    area = script.perplexity(model, gauge, "simple", script.SIMPLE)
    assert area.interval.low > least, str(area)
