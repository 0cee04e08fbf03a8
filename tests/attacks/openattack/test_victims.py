"""Classifiers of OpenAttack as our victims, ours as its classifiers, and our attacks as its attackers."""

import logging
import os
from pathlib import Path

import numpy as np
import pytest
from attacks_doubles import Counting, Swapping

from attacks.core.errors import AttackError
from attacks.core.ports import Capability
from attacks.core.text import Text
from attacks.engine import Engine, Example, Status
from attacks.openattack.errors import OpenAttackError, UnknownOpenAttackError
from attacks.openattack.exported import as_openattack_attacker, as_openattack_classifier
from attacks.openattack.loading import openattack
from attacks.openattack.victims import OpenAttackVictim
from attacks.testing import Linear
from attacks.testing.linear import Limited
from attacks.transformations.errors import DataMissingError
from attacks.victims.errors import VictimMissingError

pytest.importorskip("OpenAttack")

DATA = os.environ.get("TABOO_DATA")
needs_data = pytest.mark.skipif(DATA is None, reason="needs nltk's data and models in TABOO_DATA")
TEXTS = ["a good film", "Bad , dull plot", "time"]


class Drawing:
    """An attack that needs gradients: it takes the place that leans most for the word that gains most."""

    name, reads, needs = "drawing", "", frozenset({Capability.SCORES, Capability.GRADIENTS})

    def read(self, written):
        return Text.of(written)

    def begin(self, text, goal, base, chance):
        from attacks.core.perturbation import Perturbation
        from attacks.core.slopes import Slopes

        at = Perturbation(text)
        for place in range(len(text)):
            (came,) = yield Slopes((at,))
            best = came.slope.vocabulary.words[int(came.slope.gains(place).argmax())]
            at = at.with_word(place, best)
            (came,) = yield (at,)
            if came.is_reached:
                return at
        return at


def test_our_victim_comes_back_from_openattack_as_it_was():
    ours = Linear()
    back = OpenAttackVictim(as_openattack_classifier(ours), "back")
    assert (back.name, back.classes, back.can) == ("back", 2, ours.can)
    assert back.predict(TEXTS) == pytest.approx(ours.predict(TEXTS))
    for text, mine, its in zip(TEXTS, ours.slopes(TEXTS, [1, 0, 1]), back.slopes(TEXTS, [1, 0, 1]), strict=True):
        assert its.probabilities == pytest.approx(mine.probabilities)
        where = dict(zip(its.spans, its.gradients, strict=True))
        assert [text[start:end] for start, end in its.spans] == text.split()
        for span, row in zip(mine.spans, mine.gradients, strict=True):
            assert where[span] == pytest.approx(row)
    assert set(back.vocabulary.words) == set(ours.vocabulary.words)
    assert back.vocabulary.vectors == pytest.approx(ours.vocabulary.vectors)


def test_a_classifier_says_what_its_victim_can_and_no_more():
    tags = {tag.name for tag in as_openattack_classifier(Counting()).TAGS if tag.type == "victim"}
    assert tags == {"get_pred", "get_prob"}
    labels = as_openattack_classifier(Limited(Counting(), frozenset()))
    assert {tag.name for tag in labels.TAGS if tag.type == "victim"} == {"get_pred"}
    assert labels.get_pred(["great", "poor"]).tolist() == [1, 0]


def test_a_classifier_that_only_labels_needs_the_number_of_its_classes():
    labels = as_openattack_classifier(Limited(Counting(), frozenset()))
    with pytest.raises(OpenAttackError, match="only says labels; say how many classes there are"):
        OpenAttackVictim(labels)
    victim = OpenAttackVictim(labels, classes=2)
    assert victim.can == frozenset()
    assert victim.predict(["great", "poor"]).tolist() == [[0.0, 1.0], [1.0, 0.0]]


def test_a_victim_that_writes_is_no_classifier():
    class Writer:
        name, can = "writer", frozenset({Capability.REPLIES})

    with pytest.raises(AttackError, match="victim 'writer' writes"):
        as_openattack_classifier(Writer())


def test_fingerprints_tell_classifiers_apart():
    classifier = as_openattack_classifier(Counting())
    named = [OpenAttackVictim(classifier, name).fingerprint for name in ("one", "one", "other")]
    assert named[0] == named[1] != named[2]
    assert OpenAttackVictim(classifier, fingerprint="f" * 16).fingerprint == "f" * 16


@pytest.mark.parametrize("which", ["BERT.SST", "XLNET.AG"])
def test_a_victim_that_openattack_would_download_is_looked_for(which, monkeypatch, tmp_path):
    monkeypatch.setenv("TABOO_OPENATTACK", str(tmp_path))
    with pytest.raises(DataMissingError) as refused:
        OpenAttackVictim.open(which)
    assert f"OpenAttack's Victim.{which} is not here (looked in {tmp_path / f'Victim.{which}'})" in str(refused.value)


def test_an_unknown_victim_suggests_near_ones_and_an_empty_folder_is_no_model(tmp_path):
    with pytest.raises(UnknownOpenAttackError, match=r"no victim or folder 'BERT.SSTT'; did you mean BERT.SST"):
        OpenAttackVictim.open("BERT.SSTT")
    with pytest.raises(VictimMissingError, match=r"name a folder with config\.json"):
        OpenAttackVictim.open(str(tmp_path))


@needs_data
def test_its_transformers_classifier_answers_like_ours(monkeypatch, tmp_path):
    pytest.importorskip("transformers")
    from attacks.opening import victim_named
    from attacks.victims.huggingface import HuggingFaceVictim

    folder = Path(DATA, "sst2-bert-mini")
    # Where OpenAttack would put what it downloads, a folder of transformers is what it reads.
    monkeypatch.setenv("TABOO_OPENATTACK", str(tmp_path))
    (tmp_path / "Victim.BERT.SST").symlink_to(folder)
    monkeypatch.setitem(openattack().DataManager.data_reference, "Victim.BERT.SST", None)
    ours = HuggingFaceVictim.open(str(folder)).predict(TEXTS)
    for which in (folder, "BERT.SST"):
        victim = victim_named(f"openattack:{which}")
        assert victim.predict(TEXTS) == pytest.approx(ours, abs=1e-6)
    assert len(victim.fingerprint) == 16
    (slope,) = victim.slopes(["A gloriously unwatchable film"], [0])
    stands = ["A gloriously unwatchable film"[start:end] for start, end in slope.spans]
    assert "".join(stands) == "Agloriouslyunwatchablefilm"
    assert slope.gradients.shape == slope.vectors.shape == (len(stands), 256)
    # A step along the gradient of a label's probability makes it likelier: the sign is the one that we speak of.
    gains = (victim.vocabulary.vectors - slope.vectors[0]) @ slope.gradients[0]
    told = victim.predict(
        [f"{victim.vocabulary.words[it]} gloriously unwatchable film" for it in np.argsort(gains)[[0, -1]]]
    )
    assert told[1, 0] > told[0, 0]


def evaluated(attacker, classifier, pairs, limit=None):
    evaluation = openattack().AttackEval(attacker, classifier, "english", _NoTokens(), limit)
    return list(evaluation.ieval([{"x": text, "y": label} for text, label in pairs]))


class _NoTokens:
    """AttackEval wants a tokenizer to show texts with; nothing is shown here."""


def test_our_attack_runs_in_attackeval_and_finds_what_it_finds_with_us():
    pairs = [("a great film", 1), ("a fine film", 1), ("a poor film", 0)]
    classifier, attacker = as_openattack_classifier(Counting(-0.2)), as_openattack_attacker(Swapping())
    theirs = evaluated(attacker, classifier, pairs)
    examples = [Example(number, *pair) for number, pair in enumerate(pairs)]
    ours = sorted(Engine(Counting(-0.2), Swapping()).run(examples), key=lambda row: row.number)
    assert [it["result"] for it in theirs] == [r.perturbed if r.status is Status.SUCCEEDED else None for r in ours]
    assert [it["success"] for it in theirs] == [True, True, False]
    # The label, the count of classes (once), the original, the search, the fresh look, and OpenAttack's own look.
    asked = [it["metrics"]["Victim Model Queries"] for it in theirs]
    assert asked == [row.queries + extra for row, extra in zip(ours, (5, 4, 2), strict=True)]


def test_our_attack_is_steered_to_a_wanted_label():
    attacker, classifier = as_openattack_attacker(Swapping()), as_openattack_classifier(Counting())
    assert attacker(classifier, {"x": "a great film", "target": 0}) == "a fair film"
    assert attacker(classifier, {"x": "a great film", "target": 1}) is None


def test_openattacks_limit_of_queries_ends_our_attack():
    (found,) = evaluated(as_openattack_attacker(Swapping()), as_openattack_classifier(Counting()), [("great", 1)], 3)
    assert (found["success"], found["metrics"]["Query Exceeded"]) == (False, True)
    attacker, classifier = as_openattack_attacker(Drawing()), as_openattack_classifier(Linear())
    label = int(Linear().predict(["good"]).argmax())
    (found,) = evaluated(attacker, classifier, [("good", label)], 3)
    assert found["metrics"]["Query Exceeded"]


def test_what_breaks_in_our_attack_is_raised_and_logged(caplog):
    class Broken(Swapping):
        def begin(self, text, goal, base, chance):
            raise KeyError("lost")

    attacker, classifier = as_openattack_attacker(Broken()), as_openattack_classifier(Counting())
    with pytest.raises(AttackError, match="KeyError: 'lost'"):
        attacker(classifier, {"x": "great"})
    with caplog.at_level(logging.ERROR):
        (found,) = evaluated(attacker, classifier, [("great", 1)])
    assert not found["success"]
    assert "KeyError" in caplog.text


def test_our_attack_with_gradients_runs_there_and_refuses_a_classifier_without():
    attacker, text = as_openattack_attacker(Drawing()), "a good film , fine cast"
    label = int(Linear().predict([text]).argmax())
    (row,) = Engine(Linear(), Drawing()).run([Example(0, text, label)])
    assert row.status is Status.SUCCEEDED
    assert attacker(as_openattack_classifier(Linear()), {"x": text}) == row.perturbed
    with pytest.raises(AttributeError, match="needs victim to support"):
        attacker(as_openattack_classifier(Counting()), {"x": text})
