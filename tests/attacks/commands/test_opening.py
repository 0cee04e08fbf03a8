"""What users name: goals, recipes, victims; each made as it was asked for, or refused in a sentence."""

import subprocess
import sys

import numpy as np
import pytest

from arena.core.errors import UnknownNameError
from attacks.commands.attacking import goal_of
from attacks.core.goals import LabelOnly, Margin, Targeted, TextMatch, Untargeted
from attacks.opening import RefusedAttackError, goal_named, recipe_named, victim_named


@pytest.mark.parametrize(
    ("name", "goal"),
    [
        ("label-only", LabelOnly(Untargeted(1))),
        ("margin:0.2", Margin(1, 0.2)),
        ("targeted:2", Targeted(2)),
        ("match:yes", TextMatch("yes", is_wanted=True)),
    ],
)
def test_a_goal_is_made_from_its_name_and_the_right_label(name, goal):
    made = goal_named(name)
    assert made is not None
    assert made(1) == goal


def test_the_usual_goal_is_the_victim_s_own():
    assert goal_named("untargeted") is None


def test_a_class_may_be_named():
    named = goal_of("targeted:good", ("bad", "good"))
    assert named is not None
    assert named(0) == Targeted(1)
    assert named(0).reached(np.array([[0.1, 0.9]])).tolist() == [True]


@pytest.mark.parametrize(
    "name", ["won", "targeted:good", "margin:2", "margin:much", "match:", "untargeted:1", "targeted:-1"]
)
def test_a_goal_that_is_none_is_refused(name):
    with pytest.raises(RefusedAttackError, match="goal '"):
        goal_named(name)


def test_recipes_and_victims_are_refused_in_a_sentence():
    with pytest.raises(RefusedAttackError, match=r"attack 'deepwordbug:.*' cannot be made|is for"):
        recipe_named("deepwordbug:x", "xx")
    with pytest.raises(UnknownNameError):
        victim_named("sklearn:")


def test_an_argument_that_a_recipe_does_not_take_is_refused_in_a_sentence():
    with pytest.raises(RefusedAttackError, match=r"^attack 'bad-delete' takes no argument, and '7' was given$"):
        recipe_named("bad-delete:7")
    with pytest.raises(RefusedAttackError, match=r"^attack 'hotflip:3' cannot be made: a cosine is from -1 to 1"):
        recipe_named("hotflip:3")


def test_a_library_that_is_not_installed_is_named_with_its_extra(tmp_path):
    """As on a machine with the core alone: in a program of its own the library cannot be found."""
    data = tmp_path / "data.tsv"
    data.write_text("text\tlabel\na great film\t1\n")
    told = ["attack", "--victim", "http://127.0.0.1:9", "--data", str(data), "--recipe", "pwws", "--out", str(tmp_path)]
    program = f"import sys; sys.modules['nltk'] = None\nfrom arena.cli import main\nsys.exit(main({told!r}))\n"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stderr == "taboo: nltk is not installed; pip install 'taboo-arena[attacks]'\n"
    assert done.returncode == 2
