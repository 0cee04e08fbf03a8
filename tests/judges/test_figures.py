"""The bars that the judges must clear on text nobody here wrote."""

import importlib.util
import os
import sys
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif("TABOO_DATA" not in os.environ, reason="TABOO_DATA does not name a folder of real text"),
]
SCRIPT = Path(__file__).parents[2] / "scripts" / "judge_figures.py"


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("judge_figures", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


@pytest.fixture(scope="module")
def folder():
    return Path(os.environ["TABOO_DATA"])


def test_form_rules_against_one_human_utterance_in_a_thousand_at_most(script, folder):
    (figure,) = script.measure_form(folder)
    assert figure.utterances > 30_000
    assert figure.rate <= 0.001, str(figure)


def test_wordlike_tells_real_text_from_noise(script, folder):
    figures = script.measure_wordlike(folder)
    assert {figure.is_noise for figure in figures} == {True, False}
    missed = [str(figure) for figure in figures if figure.is_noise and figure.rate < 0.95]
    wronged = [str(figure) for figure in figures if not figure.is_noise and figure.rate > 0.005]
    assert (missed, wronged) == ([], [])
