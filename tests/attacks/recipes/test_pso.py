"""The swarm attack on victims."""

import json
import os

import pytest
from attacks_doubles import INSTEAD, Counting

from attacks.engine import Engine, Example, Status
from attacks.opening import recipe_named
from attacks.recipes.pso import PSO
from attacks.transformations.errors import DataMissingError

pytest.importorskip("nltk")
DATA = os.environ.get("TABOO_DATA")
pytestmark = pytest.mark.skipif(DATA is None, reason="needs nltk's stop words and tagger in TABOO_DATA")
FILM = "a great film with a fine cast and a great plot in a fine film"
EXAMPLES = [Example(number, FILM, 1) for number in range(4)]
MEANS = {"great": "{good|a}", "grand": "{good|a}", "fair": "{good|a}", "poor": "{bad|b}", "film": "{shows|c}"}


@pytest.fixture(autouse=True)
def nltk_data(monkeypatch):
    monkeypatch.setenv("NLTK_DATA", f"{DATA}/nltk_data")


@pytest.fixture
def sememes(tmp_path):
    file = tmp_path / "HowNet.txt"
    lines = (f"NO.=1\nW_E={word}\nG_E=adj\nDEF={means}\n" for word, means in MEANS.items())
    file.write_text("".join(lines))
    return f"sememes:{file}"


def attacked(source, bias, width=4, **options):
    rows = Engine(Counting(bias), PSO(source, particles=10, moves=5, **options), seed=3, width=width).run(EXAMPLES)
    return sorted(rows, key=lambda row: row.number)


def test_words_of_the_same_sememes_make_texts_fall(sememes):
    for row in attacked(sememes, bias=-3.0):
        assert row.status is Status.SUCCEEDED
        assert {text for _, text in row.changes} <= {"grand", "fair"}
        assert {row.text[start:end] for (start, end), _ in row.changes} == {"great"}


def test_the_width_changes_no_row_also_of_those_that_fail(sememes):
    rows = attacked(sememes, bias=9.0)
    assert {row.status for row in rows} == {Status.FAILED}
    assert [row.to_line() for row in rows] == [row.to_line() for row in attacked(sememes, bias=9.0, width=1)]


def test_a_constraint_of_the_user_is_kept(sememes):
    rows = attacked(sememes, bias=9.0, constraint=lambda it: len(it.changes) < 2)
    assert {len(row.changes) for row in rows} == {1}


def test_another_source_is_held_to_parts_of_speech_and_stop_words(tmp_path):
    near = tmp_path / "near.json"
    near.write_text(json.dumps({**INSTEAD, "with": ["poor"], "cast": ["quickly"]}))
    for row in attacked(f"counterfitted:{near}", bias=9.0):
        assert {text for _, text in row.changes} <= {"grand", "fair", "poor", "movie"}
        assert "with" not in {row.text[start:end] for (start, end), _ in row.changes}


def test_the_source_is_the_argument_of_the_name(sememes, monkeypatch):
    made = recipe_named(f"pso:{sememes}")
    assert (made.name, len(made.reads)) == ("pso", 16)
    monkeypatch.delenv("TABOO_HOWNET", raising=False)
    with pytest.raises(DataMissingError, match=r"HowNet\.txt"):
        recipe_named("pso")
