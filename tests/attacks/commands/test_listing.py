"""`taboo attack list` names what there is, and what is missing here."""

import json

from arena import registry


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
