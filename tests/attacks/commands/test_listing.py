"""`taboo attack list` names what there is, and what is missing here."""

import json
import os
import subprocess
import sys

import pytest

from arena import registry
from attacks.commands.missing import missing


def test_every_attack_and_victim_is_listed_with_what_it_needs(taboo):
    done = taboo("attack", "list", "--json")
    assert done.code == 0
    listed = json.loads(done.out)
    recipes = {it["name"]: it for it in listed["recipes"]}
    assert recipes.keys() == registry.entries("attacks.recipes").keys()
    assert {it["name"] for it in listed["victims"]} == registry.entries("attacks.victims").keys()
    assert recipes["hotflip"]["needs"] == ["gradients", "scores"]
    assert recipes["viper"]["needs"] == []
    assert recipes["zh-characters"]["languages"] == ["zh"]
    assert all(it["told"] for it in listed["recipes"] + listed["victims"])


def test_what_an_attack_lacks_stands_beside_it(taboo, monkeypatch):
    monkeypatch.delenv("TABOO_MASKED_LM", raising=False)
    done = taboo("attack", "list")
    assert done.code == 0
    assert "a masked language model is not here (looked in TABOO_MASKED_LM)." in " ".join(done.out.split())
    assert "sklearn:..." in done.out


def test_every_attack_has_a_description_of_its_own(taboo):
    recipes = json.loads(taboo("attack", "list", "--json").out)["recipes"]
    told = [it["told"] for it in recipes]
    assert len(set(told)) == len(told)
    of = {it["name"]: it for it in recipes}
    assert "openattack:PWWS" in of["openattack"]["told"]
    assert of["openattack"]["needs"] == ["varies"]
    assert "uat:FILE.json" in of["uat"]["told"]
    assert of["uat"]["problem"] == ""
    assert of["bad-reorder"]["needs"] == ["scores"]


def test_the_list_makes_no_recipe(tmp_path):
    script = (
        "import sys\n"
        "from attacks.commands.listing import list_\n"
        "list_(as_json=True)\n"
        "heavy = {'torch', 'transformers', 'nltk', 'OpenAttack', 'sklearn'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    named = {"TABOO_MASKED_LM": "/nowhere/model", "PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=named, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    problems = {it["name"]: it["problem"] for it in json.loads(done.stdout)["recipes"]}
    assert problems["bae"] == "a masked language model is not here (TABOO_MASKED_LM names /nowhere/model)"
    assert problems["viper"] == ""


@pytest.mark.parametrize(
    ("recipe", "variable", "kept", "is_folder"),
    [
        ("genetic", "TABOO_COUNTERFITTED", "near.json", False),
        ("pso", "TABOO_HOWNET", "HowNet.txt", False),
        ("scpn", "TABOO_PARAPHRASER", "model", True),
        ("gan", "TABOO_MASKED_LM", "model", True),
    ],
)
def test_what_a_variable_names_is_looked_for(recipe, variable, kept, is_folder, tmp_path, monkeypatch):
    for name in ("stopwords", "wordnet"):
        (tmp_path / "nltk_data" / "corpora" / name).mkdir(parents=True)
    monkeypatch.setenv("NLTK_DATA", str(tmp_path / "nltk_data"))
    monkeypatch.delenv(variable, raising=False)
    assert f"looked in {variable}" in missing(recipe)
    place = tmp_path / kept
    monkeypatch.setenv(variable, str(place))
    assert f"{variable} names {place}" in missing(recipe)
    if is_folder:
        place.mkdir()
    else:
        place.touch()
    assert missing(recipe) == ""
    monkeypatch.setenv(variable, "owner/model")
    assert (missing(recipe) == "") is is_folder


def test_files_of_nltk_are_found_in_their_archives_too(tmp_path, monkeypatch):
    monkeypatch.setenv("NLTK_DATA", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "taggers").mkdir()
    (tmp_path / "taggers" / "averaged_perceptron_tagger_eng.zip").touch()
    assert missing("sea") == ""
