"""Language models that write, attacked for what they reply."""

import os

import pytest
from attack_servers import said, serving

from attacks.core.ports import Capability
from attacks.engine import Engine, Example, Status
from attacks.recipes.viper import Viper
from attacks.testing import check_victim
from attacks.victims.causal_lm import CausalLM
from attacks.victims.errors import VictimMissingError
from attacks.victims.prompting import Prompting
from attacks.victims.writer import Writer

DATA = os.environ.get("TABOO_DATA")
needs_data = pytest.mark.skipif(DATA is None, reason="needs a causal language model in TABOO_DATA")


@needs_data
def test_a_model_keeps_the_laws_of_victims_and_can_be_attacked():
    pytest.importorskip("transformers")
    opened = Writer(CausalLM.open("writer", f"{DATA}/stories260k"), Prompting("stories", "{text}", tokens=6))
    assert opened.can == {Capability.REPLIES}
    check_victim(opened).require()
    (reply,) = opened.reply(["Once upon a time"])
    assert reply.startswith(", there was")
    (row,) = Engine(opened, Viper(tries=3), seed=1).run([Example(0, "Once upon a time", "there was")])
    assert row.status is Status.SUCCEEDED
    assert "there was" not in str(row.after)


@needs_data
def test_a_model_with_a_format_for_talk_is_asked_in_it():
    pytest.importorskip("transformers")
    model = CausalLM.open("writer", f"{DATA}/stories260k")
    model.tokenizer.chat_template = "{% for turn in messages %}Once upon a time {{ turn['content'] }}{% endfor %}"
    assert model._asked("there was")[-2:] == model._numbers("Once upon a time there was")[-2:]
    assert model.written(["there was"], 3) == model.written(["there was"], 3)


def test_a_server_writes_too():
    def answer(asked):
        return said({"choices": [{"message": {"content": asked.json["messages"][0]["content"].upper() + "\n"}}]})

    with serving(answer) as served:
        opened = Writer.open(f"{served.url}/v1#mini")
        assert opened.reply(["one", "two"]) == ["ONE", "TWO"]
        assert served.asked[-1].json["max_tokens"] == 64
        assert opened.fingerprint != Writer.open(f"{served.url}/v1#other").fingerprint
    with pytest.raises(VictimMissingError, match="is no address"):
        Writer.open("http://#m")
