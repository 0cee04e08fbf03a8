"""The searches by themselves, as recipes over a source of candidates from a file."""

import json
import os

import numpy as np
import pytest
from attacks_doubles import Counting

from attacks.core.ports import Capability
from attacks.engine import Engine, Example, Status
from attacks.recipes.searches import Beam, Decision, Exhaustive, Gradient, Greedy, RandomDraws
from attacks.testing import Linear, check_attack

DATA = os.environ.get("TABOO_DATA")
pytestmark = pytest.mark.skipif(DATA is None, reason="needs nltk's stop words and tagger in TABOO_DATA")
NEAR = {"great": ["grand", "poor"], "fine": ["fair", "awful"], "film": ["movie"], "dull": ["slow"], "plot": ["story"]}
RECIPES = [Greedy, Beam, RandomDraws, Exhaustive, Decision, Gradient]


class Labels(Counting):
    """Tells the likelier class and no more."""

    can = frozenset()

    def predict(self, texts):
        return np.eye(2)[super().predict(texts).argmax(axis=1)]


@pytest.fixture
def source(tmp_path, monkeypatch):
    monkeypatch.setenv("NLTK_DATA", f"{DATA}/nltk_data")
    file = tmp_path / "near.json"
    file.write_text(json.dumps(NEAR))
    return f"counterfitted:{file}"


@pytest.mark.parametrize("recipe", RECIPES)
def test_every_search_keeps_the_laws_of_attacks(recipe, source):
    texts = ("A truly great film .", "The plot is dull .")
    check_attack(lambda: recipe(source), texts=texts, budget=20).require()


@pytest.mark.parametrize("recipe", [it for it in RECIPES if Capability.GRADIENTS not in it.needs])
def test_every_search_finds_what_there_is(recipe, source):
    attack = recipe(source)
    assert attack.languages == ("en", "zh")
    assert len(attack.reads) == 16
    (row,) = Engine(Counting(), attack).run([Example(0, "a great fine film", 1)])
    assert row.status is Status.SUCCEEDED
    assert {text for _, text in row.changes} <= {"poor", "awful", "fair", "grand", "movie"}


@pytest.mark.parametrize("recipe", [RandomDraws, Exhaustive, Decision])
def test_some_searches_need_labels_only(recipe, source):
    assert recipe.needs == frozenset()
    (row,) = Engine(Labels(), recipe(source)).run([Example(0, "a great film", 1)])
    assert row.status is Status.SUCCEEDED
    assert "poor" in row.perturbed
    assert row.before == (0.0, 1.0)


def test_the_order_of_a_gradient_is_asked_for_by_one_slope(source):
    victim = Linear()
    text = "A truly great film ."
    label = int(victim.predict([text]).argmax())
    list(Engine(victim, Gradient(source)).run([Example(0, text, label)]))
    assert victim.sloped == {text}
