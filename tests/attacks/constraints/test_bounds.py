"""What each constraint allows, at its bound and beyond; those that read models, with real ones."""

import os
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.core.errors import UnknownNameError
from attacks.constraints.edit_distance import MaxEdits, MaxEditShare
from attacks.constraints.embeddings import MinCosine
from attacks.constraints.grammar import MaxGrammarErrors
from attacks.constraints.named import FORMS, ConstraintError, constraint_named
from attacks.constraints.perplexity import MaxPerplexityRatio
from attacks.constraints.similarity import MinSimilarity
from attacks.core.perturbation import Perturbation
from attacks.core.text import Text
from attacks.metrics import distance
from attacks.metrics.grammar import LanguageTool
from attacks.transformations.embeddings import read_vectors
from attacks.transformations.errors import DataMissingError

DATA = os.environ.get("TABOO_DATA")
needs_data = pytest.mark.skipif(DATA is None, reason="needs models in TABOO_DATA")
FILM = Text.of("a fine film , a fine story")


def changed(*changes: tuple[int, str]) -> Perturbation:
    return Perturbation(FILM, changes)


@pytest.mark.parametrize(
    ("changes", "edits"), [((), 0), (((1, "fire"),), 1), (((1, ""),), 5), (((1, "poor"), (2, "films")), 5)]
)
def test_edits_are_allowed_up_to_the_bound_and_no_further(changes, edits):
    perturbation = changed(*changes)
    assert distance(FILM.written, perturbation.written) == edits
    assert MaxEdits(edits)(perturbation)
    assert not edits or not MaxEdits(edits - 1)(perturbation)
    share = edits / max(len(FILM.written), len(perturbation.written))
    assert MaxEditShare(share)(perturbation)
    assert not edits or not MaxEditShare(share * 0.99)(perturbation)


@given(st.dictionaries(st.integers(0, 5), st.text("fine ", max_size=6)), st.integers(0, 30))
def test_the_short_way_to_count_edits_says_the_same(changes, bound):
    perturbation = Perturbation(FILM, tuple(sorted(changes.items())))
    assert MaxEdits(bound)(perturbation) is (distance(FILM.written, perturbation.written) <= bound)


def test_a_replacement_stays_near_its_word():
    vectors = {"fine": [1.0, 0.0], "good": [0.8, 0.6], "awful": [-1.0, 0.0], "none": [0.0, 0.0]}
    near = MinCosine(vectors, 0.7)
    assert near(changed((1, "good")))
    assert near(changed((1, "Good")))
    assert near(changed((1, "good fine")))
    assert not near(changed((1, "awful")))
    assert not near(changed((1, "good"), (4, "awful")))
    assert not near(changed((1, "none")))
    assert not near(changed((1, "")))
    assert not near(changed((1, "grand")))
    assert not near(changed((2, "good")))
    assert MinCosine(vectors, 0.7, unknown=True)(changed((1, "grand"), (2, "good")))
    assert near(changed())
    table = np.array([[1.0, 0.0], [0.8, 0.6]])
    assert MinCosine({"fine": table[0], "good": table[1]}, 0.79)(changed((1, "good")))


def test_grammar_errors_that_come_in_are_bounded():
    tool = LanguageTool(lambda text: [SimpleNamespace(category="GRAMMAR")] * text.count("an "), "given")
    assert MaxGrammarErrors(tool)(changed((1, "poor")))
    assert not MaxGrammarErrors(tool)(changed((0, "an")))
    assert MaxGrammarErrors(tool, 1)(changed((0, "an")))


@pytest.fixture(scope="module")
def encoder():
    pytest.importorskip("transformers")
    from attacks.metrics.similarity import SentenceEncoder

    return SentenceEncoder.open(f"{DATA}/imdb-bert-mini")


@needs_data
def test_similarity_is_of_the_whole_text_or_of_the_words_around_a_change(encoder):
    near, far = changed((1, "good")), changed((1, "unwatchable"), (4, "rainy"), (5, "weather"))
    whole = encoder.similarity(FILM.written, near.written)
    assert MinSimilarity(encoder, whole)(near)
    assert not MinSimilarity(encoder, min(1.0, whole + 1e-6))(near)
    assert not MinSimilarity(encoder, whole)(far)
    window = MinSimilarity(encoder, encoder.similarity("a fine film", "a good film"), window=3)
    assert window(near)
    assert not window(far)
    assert MinSimilarity(encoder, 1.0, window=3)(changed())
    assert MinSimilarity(encoder, whole, window=99)(near)


@needs_data
def test_perplexity_may_rise_so_far():
    pytest.importorskip("transformers")
    from attacks.metrics.perplexity import CausalLM

    model = CausalLM.open(f"{DATA}/stories260k")
    perturbation = changed((1, "xylophone"))
    ratio = model.ratio(FILM.written, perturbation.written)
    assert ratio is not None
    assert MaxPerplexityRatio(model, ratio)(perturbation)
    assert not MaxPerplexityRatio(model, ratio * 0.99)(perturbation)
    assert MaxPerplexityRatio(model, 0.1)(Perturbation(Text.of("")))


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: MaxEdits(-1), "0 or more"),
        (lambda: MaxEditShare(1.5), "from 0 to 1"),
        (lambda: MinCosine({}, 2), "from -1 to 1"),
        (lambda: MinSimilarity(None, 2), "from -1 to 1"),
        (lambda: MinSimilarity(None, 0.5, 0), "a word at least"),
        (lambda: MaxPerplexityRatio(None, 0), "above 0"),
    ],
)
def test_a_bound_that_bounds_nothing_is_refused(make, told):
    with pytest.raises(ValueError, match=told):
        make()


# --- by name ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("asked", ["edits:3", "edit-share:0.1", "share:0.2", "no-echo"])
def test_constraints_have_names(asked):
    made = constraint_named(asked)
    assert (made.name, made.fingerprint) == (asked, "")
    assert made.allows(changed((1, "fire")))


@needs_data
def test_constraints_that_read_models_and_lists_have_names_too(monkeypatch, encoder):
    pytest.importorskip("nltk")
    monkeypatch.setenv("NLTK_DATA", f"{DATA}/nltk_data")
    made = constraint_named(f"similarity:{DATA}/imdb-bert-mini:0.5")
    assert made.fingerprint == encoder.fingerprint
    assert made.allows(changed((1, "good")))
    window = constraint_named(f"similarity-window:{DATA}/imdb-bert-mini:0.5")
    assert window.allows(changed((1, "good")))
    assert len(constraint_named(f"perplexity:{DATA}/stories260k:9").fingerprint) == 16
    assert constraint_named("parts").allows(changed((2, "house")))
    assert not constraint_named("stop-words").allows(changed((0, "the")))


def test_a_file_of_word_vectors_bounds_how_far_a_replacement_may_be(tmp_path):
    file = tmp_path / "vectors.txt"
    file.write_text("fine 1 0\ngood 1 0.5\nsad 0 1\n")
    made = constraint_named(f"embedding:{file}:0.8")
    assert len(made.fingerprint) == 16
    assert made.allows(changed((1, "good")))
    assert not made.allows(changed((1, "sad")))
    assert not made.allows(changed((1, "unheard")))
    known = read_vectors(file)
    assert (len(known), list(known), known["sad"].tolist()) == (3, ["fine", "good", "sad"], [0.0, 1.0])
    with pytest.raises(DataMissingError, match="a file of word vectors is not here"):
        constraint_named("embedding:nowhere.txt:0.8")


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("embedding:0.8", "there is no name with a number after it; write embedding:FILE:COSINE"),
        ("edits", "write edits:NUMBER"),
        ("edits:-3", "0 or more, which -3 is not; write edits:NUMBER"),
        ("share:much", "write share:SHARE"),
        ("no-echo:3", "takes no argument, and '3' was given; write no-echo"),
        ("similarity:0.9", "there is no name with a number after it; write similarity:MODEL:COSINE"),
        ("perplexity:model:much", "write perplexity:MODEL:TIMES"),
    ],
)
def test_a_constraint_that_says_nothing_is_told_how_it_is_written(asked, told):
    with pytest.raises(ConstraintError) as refused:
        constraint_named(asked)
    assert told in str(refused.value)


def test_a_constraint_of_no_name_is_refused_with_those_that_there_are():
    with pytest.raises(UnknownNameError) as refused:
        constraint_named("edit:3")
    assert "edits" in str(refused.value)
    assert "grammar" in FORMS
