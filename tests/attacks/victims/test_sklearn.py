"""Pipelines of scikit-learn as victims: with and without probabilities, whatever their labels are."""

import subprocess
import sys

import numpy as np
import pytest

from attacks.core.ports import Capability
from attacks.testing import check_victim
from attacks.victims.errors import VictimMissingError
from attacks.victims.sklearn import SklearnVictim

joblib = pytest.importorskip("joblib")
pytest.importorskip("sklearn")

TEXTS = ["a great film", "a fine film", "great fun", "an awful film", "poor and dull", "dull dull film"]


def fitted(labels, model=None):
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    return make_pipeline(TfidfVectorizer(), model or LogisticRegression()).fit(TEXTS, labels)


def dumped(pipeline, folder):
    file = folder / "model.joblib"
    joblib.dump(pipeline, file)
    return str(file)


def test_a_pipeline_keeps_the_laws_of_victims(tmp_path):
    opened = SklearnVictim.open(dumped(fitted([1, 1, 1, 0, 0, 0]), tmp_path))
    check_victim(opened).require()
    assert opened.classes == 2
    assert opened.can == {Capability.SCORES}
    assert opened.predict(["great"]).argmax() == 1


def test_a_pipeline_without_probabilities_gives_labels_only(tmp_path):
    from sklearn.svm import LinearSVC

    opened = SklearnVictim.open(dumped(fitted([1, 1, 1, 0, 0, 0], LinearSVC()), tmp_path))
    check_victim(opened).require()
    assert opened.can == frozenset()
    assert opened.predict(["great", "awful"]).tolist() == [[0, 1], [1, 0]]


def test_labels_that_are_numbers_mean_themselves_and_a_gap_has_no_probability():
    from sklearn.svm import LinearSVC

    opened = SklearnVictim(fitted([3, 3, 3, 1, 1, 1]))
    shares = opened.predict(["great"])
    assert shares.shape == (1, 4)
    assert shares[0].argmax() == 3
    assert shares[0, [0, 2]].tolist() == [0, 0]
    assert SklearnVictim(fitted([3, 3, 3, 1, 1, 1], LinearSVC())).predict(["great"]).tolist() == [[0, 0, 0, 1]]


def test_labels_with_names_are_numbered_in_their_order():
    opened = SklearnVictim(fitted(["pos", "pos", "pos", "neg", "neg", "neg"]))
    assert opened.labels == {0: "neg", 1: "pos"}
    assert opened.predict(["great"]).argmax() == 1


def test_the_fingerprint_is_of_what_was_learnt():
    one, same, other = (fitted(labels) for labels in ([1, 1, 1, 0, 0, 0], [1, 1, 1, 0, 0, 0], [1, 1, 0, 0, 0, 0]))
    assert SklearnVictim(one).fingerprint == SklearnVictim(same).fingerprint != SklearnVictim(other).fingerprint


@pytest.mark.parametrize("labels", [[-1, -1, -1, 1, 1, 1], [2024, 2024, 2024, 5, 5, 5]])
def test_numbers_that_are_no_classes_are_refused(labels, tmp_path):
    with pytest.raises(VictimMissingError, match=r"its classes are .*; fit it with the labels 0, 1"):
        SklearnVictim.open(dumped(fitted(labels), tmp_path))


def test_a_pipeline_that_answers_more_than_one_question_is_refused():
    class Many:
        classes_ = (np.array([0, 1]), np.array([0, 1]))

    with pytest.raises(VictimMissingError, match="more than one question"):
        SklearnVictim(Many())


def test_what_is_no_fitted_pipeline_of_texts_is_named(tmp_path):
    from sklearn.linear_model import LogisticRegression

    def refusal(path):
        with pytest.raises(VictimMissingError) as refused:
            SklearnVictim.open(str(path))
        return str(refused.value)

    assert "there is no such file" in refusal(tmp_path / "none")
    (tmp_path / "junk").write_text("junk")
    assert "cannot be read" in refusal(tmp_path / "junk")
    assert "holds a dict" in refusal(dumped({}, tmp_path))
    assert "holds a LogisticRegression" in refusal(dumped(LogisticRegression(), tmp_path))
    numbers = LogisticRegression().fit([[0.0], [1.0]], [0, 1])
    assert "cannot read a text" in refusal(dumped(numbers, tmp_path))


def test_a_pipeline_in_memory_is_known_again_in_another_process():
    program = (
        "from sklearn.feature_extraction.text import TfidfVectorizer as T\n"
        "from sklearn.linear_model import LogisticRegression as L\n"
        "from sklearn.pipeline import make_pipeline\n"
        "from attacks.victims.sklearn import SklearnVictim\n"
        "model = make_pipeline(T(stop_words=['the']), L()).fit(['a good film', 'a bad film'], [1, 0])\n"
        "model.predict(['the film'])\n"
        "print(SklearnVictim(model).fingerprint)\n"
    )
    said = {
        subprocess.run([sys.executable, "-c", pad + program], capture_output=True, text=True, check=True).stdout
        for pad in ("", "kept = [object() for _ in range(10_000)]\n")
    }
    assert len(said) == 1
