"""TextFooler with a constraint of the user, the place of a sentence encoder."""

import json
import os

import pytest
from attacks_doubles import INSTEAD, Counting

from attacks.engine import Engine, Example
from attacks.recipes.textfooler import TextFooler

pytest.importorskip("nltk")
pytestmark = pytest.mark.skipif("TABOO_DATA" not in os.environ, reason="needs nltk's tagger and lists in TABOO_DATA")


def test_a_constraint_is_asked_after_the_recipes_own_and_kept(tmp_path, monkeypatch):
    monkeypatch.setenv("NLTK_DATA", f"{os.environ['TABOO_DATA']}/nltk_data")
    near = tmp_path / "near.json"
    near.write_text(json.dumps({**INSTEAD, "the": ["fair"]}))
    seen = []

    def allowed(perturbation):
        seen.append(perturbation)
        return all(text != "fair" for _, text in perturbation.changes)

    example = [Example(0, "the great film and the fine cast", 1)]
    (free,) = Engine(Counting(), TextFooler(near)).run(example)
    (held,) = Engine(Counting(), TextFooler(near, constraint=allowed)).run(example)
    assert "fair" in free.perturbed
    assert held.perturbed is None or "fair" not in held.perturbed
    assert seen
    assert all(0 not in it.places for it in seen)
