"""Universal triggers: learnt from a network trained here, kept in a file, and put before texts blindly."""

import json

import numpy as np
import pytest
import typer
from attacks_doubles import Counting
from typer.testing import CliRunner

from attacks.core.errors import CapabilityError, VictimError
from attacks.core.goals import Targeted, Untargeted
from attacks.core.searching import Outcome
from attacks.core.text import PAIR
from attacks.core.universal import Learner
from attacks.engine import Engine, Example, Status
from attacks.recipes.uat import UAT, NoTriggerError
from attacks.triggers import NothingToLearnError, TriggerFileError, learn_triggers, read_triggers, trigger

pytest.importorskip("torch")

from attacks.victims.training import train

TEXTS = ["a great film", "a fine cast", "great and fine", "an awful film", "a poor cast", "poor and awful"]
EXAMPLES = [Example(number, text, int(number < 3)) for number, text in enumerate(TEXTS)]


@pytest.fixture(scope="module")
def victim():
    return train(TEXTS * 20, [1, 1, 1, 0, 0, 0] * 20, passes=6)


def said(attack, written, goal=None):
    return next(attack.begin(attack.read(written), goal or Untargeted(1), 0.1, None))[0].written


def test_a_trigger_stands_before_the_first_word_and_in_a_pair_before_the_second():
    attack = UAT("one  two")
    assert said(attack, "A film") == "one two A film"
    assert said(attack, f"A film{PAIR}good") == f"A film{PAIR}one two good"
    assert said(UAT("坏", language="zh"), "酒店很好") == "坏 酒店很好"


def test_a_text_without_words_is_not_asked():
    with pytest.raises(StopIteration):
        said(UAT("one"), "...")


def test_each_class_has_its_trigger(tmp_path):
    file = tmp_path / "t.json"
    file.write_text(json.dumps({"triggers": [{"label": 0, "words": ["up"]}, {"label": 1, "words": ["down", "low"]}]}))
    attack = UAT(str(file))
    assert said(attack, "film") == "down low film"
    assert said(attack, "film", Untargeted(0)) == "up film"
    assert said(attack, "film", Targeted(0)) == "down low film"
    assert attack.reads != UAT("down low").reads
    with pytest.raises(NoTriggerError, match="class 2"):
        said(attack, "film", Untargeted(2))


@pytest.mark.parametrize(
    ("held", "problem"),
    [("[", "Expecting"), ("{}", "lacks 'triggers'"), ('{"triggers": []}', "no trigger"), ("[1]", "lacks")],
)
def test_a_file_that_holds_no_trigger_is_said(tmp_path, held, problem):
    file = tmp_path / "t.json"
    file.write_text(held)
    with pytest.raises(TriggerFileError, match=problem):
        read_triggers(str(file))


def test_a_missing_trigger_is_said():
    with pytest.raises(NoTriggerError, match="taboo attack trigger"):
        UAT()
    with pytest.raises(TriggerFileError, match="No such file"):
        UAT("/nowhere.json")


def test_triggers_are_learnt_for_every_class_and_work(victim, tmp_path):
    told = []
    made = learn_triggers(victim, EXAMPLES, ("the", "the"), learner=Learner(candidates=4), watch=told.append)
    assert [it.label for it in made.triggers] == [0, 1]
    assert made.asked > made.queries > 0
    assert told
    file = tmp_path / "t.json"
    file.write_text(made.to_json())
    rows = list(Engine(victim, UAT(str(file))).run(EXAMPLES))
    share = np.mean([row.status is Status.SUCCEEDED for row in rows])
    assert share == pytest.approx(np.mean([it.success for it in made.triggers]))
    assert share > 0.5
    assert learn_triggers(victim, EXAMPLES, ("the", "the"), learner=Learner(candidates=4)) == made


def test_one_class_alone_and_none_that_is_right(victim):
    one = learn_triggers(victim, EXAMPLES, ("the",), label=1, learner=Learner(rounds=1))
    assert [it.label for it in one.triggers] == [1]
    with pytest.raises(NothingToLearnError, match="no text of class 1"):
        learn_triggers(victim, EXAMPLES[3:], ("the",), label=1)
    with pytest.raises(NothingToLearnError, match="any class"):
        learn_triggers(victim, [], ("the",))


def test_a_victim_without_gradients_teaches_no_trigger():
    with pytest.raises(CapabilityError, match="gradients"):
        learn_triggers(Counting(), EXAMPLES, ("the",))


class Broken:
    """Like another victim, but for what it is told to break on."""

    def __init__(self, victim, breaks):
        self._victim, self._breaks = victim, breaks

    def __getattr__(self, name):
        if name == self._breaks:
            raise RuntimeError("broken")
        return getattr(self._victim, name)


@pytest.mark.parametrize("breaks", ["predict", "slopes"])
def test_a_victim_that_breaks_teaches_nothing(victim, breaks):
    with pytest.raises(VictimError, match="broken"):
        learn_triggers(Broken(victim, breaks), EXAMPLES, ("the",))


def test_the_command_writes_a_file_that_the_recipe_reads(victim, tmp_path):
    victim.save(tmp_path / "net")
    data, avoid, out = tmp_path / "d.jsonl", tmp_path / "avoid.txt", tmp_path / "t.json"
    data.write_text("".join(json.dumps({"text": it.text, "label": it.label}) + "\n" for it in EXAMPLES))
    avoid.write_text("poor\nGREAT\n")
    app = typer.Typer()
    app.command()(trigger)
    asked = ["--victim", f"torch:{tmp_path / 'net'}", "--data", data, "--out", out, "--length", 2, "--rounds", 2]
    done = CliRunner().invoke(app, [*map(str, asked), "--avoid", str(avoid)])
    assert done.exit_code == 0, done.output
    assert "class 1:" in done.output
    assert not {"poor", "great"} & set(" ".join(read_triggers(str(out)).values()).split())
    refused = CliRunner().invoke(app, [*map(str, asked), "--language", "fr"])
    assert "none of en, zh" in str(refused.exception)


def test_where_one_of_many_classes_is_wanted_every_trigger_of_another_is_tried(tmp_path):
    file = tmp_path / "t.json"
    held = [{"label": label, "words": [word]} for label, word in enumerate(("one", "two", "three"))]
    file.write_text(json.dumps({"triggers": held}))
    attack = UAT(str(file))
    search = attack.begin(attack.read("film"), Targeted(1), 0.1, None)
    tried = next(search)
    assert [it.written for it in tried] == ["one film", "three film"]
    with pytest.raises(StopIteration) as ended:
        search.send([Outcome(0.2, False), Outcome(0.9, True)])
    assert ended.value.value == tried[1]
