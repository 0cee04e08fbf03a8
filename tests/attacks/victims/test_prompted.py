"""Language models that classify by prompt: a real small one here, and servers that tell probabilities or do not."""

import json
import math
import os
import threading

import numpy as np
import pytest
from attack_servers import said, serving

from attacks.core.errors import VictimError
from attacks.core.ports import Capability
from attacks.testing import Linear, check_victim
from attacks.victims.causal_lm import CausalLM
from attacks.victims.errors import VictimMissingError
from attacks.victims.prompted import PromptedVictim
from attacks.victims.prompting import Prompting

DATA = os.environ.get("TABOO_DATA")
needs_data = pytest.mark.skipif(DATA is None, reason="needs a causal language model in TABOO_DATA")


@pytest.fixture(scope="module")
def model():
    pytest.importorskip("transformers")
    return CausalLM.open("llm", f"{DATA}/stories260k")


@needs_data
def test_a_model_keeps_the_laws_of_victims(model):
    opened = PromptedVictim(model, Prompting("stories"))
    check_victim(opened).require()
    assert opened.can == {Capability.SCORES}


@needs_data
def test_a_word_of_several_tokens_has_the_product_of_their_probabilities(model):
    import torch

    told = model.log_probabilities(["Once upon a time", "The"], ["there", "unbelievable", "dog"])
    net, tokenizer = model.model, model.tokenizer
    for row, prompt in enumerate(["Once upon a time", "The"]):
        start = tokenizer(prompt)["input_ids"]
        for column, word in enumerate(["there", "unbelievable", "dog"]):
            whole = tokenizer(f"{prompt} {word}")["input_ids"]
            assert whole[: len(start)] == start
            with torch.inference_mode():
                logits = net(torch.tensor([whole])).logits[0].double().log_softmax(-1)
            by_hand = sum(float(logits[at - 1, whole[at]]) for at in range(len(start), len(whole)))
            assert told[row, column] == pytest.approx(by_hand, abs=1e-4)
    assert len(tokenizer(" unbelievable")["input_ids"]) > 2


@needs_data
def test_a_prompt_is_told_the_same_to_the_bit_whatever_goes_along(model):
    starts = ["The", "Once upon a time", "Lily was a very little girl and"]
    prompts = [f"{start} {end}" for start in starts for end in ("she", "he was", "the dog went to")]
    apart = np.vstack([model.log_probabilities([prompt], ["sad", "unbelievable"]) for prompt in prompts])
    for size in (2, 7, len(prompts)):
        some = [prompts[first : first + size] for first in range(0, len(prompts), size)]
        together = np.vstack([model.log_probabilities(it, ["sad", "unbelievable"]) for it in some])
        assert (together == apart).all()


@needs_data
def test_calibration_makes_a_text_without_content_undecided(model):
    plain = PromptedVictim(model, Prompting("stories"))
    calibrated = PromptedVictim(model, Prompting("stories", calibration="contextual"))
    assert plain.fingerprint != calibrated.fingerprint
    far, near = (abs(it.predict(["N/A", "[MASK]", ""]).mean(axis=0)[0] - 0.5) for it in (plain, calibrated))
    assert near < far


@needs_data
def test_a_text_is_cut_at_its_end_and_the_template_is_not(model):
    filled = model.fitted("Review: {text}\nSentiment:", "word " * 5000, 20)
    assert filled.startswith("Review: word")
    assert filled.endswith("\nSentiment:")
    with pytest.raises(ValueError, match="the template needs"):
        model.fitted("long " * 5000 + "{text}", "", 1)


@needs_data
def test_a_file_of_settings_names_model_template_and_words(tmp_path):
    pytest.importorskip("transformers")
    file = tmp_path / "llm.toml"
    file.write_text(
        f'model = "{DATA}/stories260k"\ntemplate = "{{text}} It was"\nwords = [["sad"], ["happy", "glad"], ["big"]]\n'
    )
    opened = PromptedVictim.open(str(file))
    assert opened.predict(["Lily smiled."]).shape == (1, 3)


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ("{", "cannot be read"),
        ([], "holds no settings"),
        ({"model": "m", "prompt": ""}, "'prompt', which is no setting"),
        ({}, "has no model"),
        ({"model": "m", "template": "x"}, "without {text}"),
        ({"model": "m", "calibration": "x"}, "none of none, contextual"),
        ({"model": "m", "tokens": 0}, "tokens that are no count"),
        ({"model": "m", "words": [["a"]]}, "fewer than two classes"),
        ({"model": "m", "words": [["a"], []]}, "a class without words"),
        ({"model": "m", "words": [["a"], ["A "]]}, "a word twice"),
    ],
)
def test_settings_that_cannot_be_used_are_named(settings, problem, tmp_path):
    file = tmp_path / "llm.json"
    file.write_text(settings if isinstance(settings, str) else json.dumps(settings))
    with pytest.raises(VictimMissingError, match=problem):
        Prompting.read("llm", str(file))


def test_a_model_that_is_not_here_is_named(tmp_path):
    pytest.importorskip("transformers")
    with pytest.raises(VictimMissingError, match=r"name a folder with config\.json"):
        PromptedVictim.open(str(tmp_path))


def chat(asked, words=("negative", "positive"), has_scores=True):
    """Answers the kit's linear model: its likeliest tokens are the beginnings of two words."""
    prompt = asked.json["messages"][0]["content"]
    text = prompt.removeprefix("Review: ").removesuffix("\nSentiment:")
    shares = Linear().predict([text])[0]
    choice = {"message": {"role": "assistant", "content": f"It is {words[int(shares.argmax())]}."}}
    if has_scores:
        pairs = zip(words, shares, strict=True)
        told = [{"token": f" {word[:3].title()}", "logprob": math.log(share)} for word, share in pairs]
        choice["logprobs"] = {"content": [{"top_logprobs": [*told, {"token": "the", "logprob": -9.0}]}]}
    return said({"choices": [choice]})


def test_a_server_that_tells_tokens_gives_scores():
    with serving(chat) as served:
        opened = PromptedVictim.open(f"{served.url}/v1#mini")
        check_victim(opened).require()
        assert opened.can == {Capability.SCORES}
        assert opened.name == f"{served.url}/v1#mini"
        assert np.allclose(opened.predict(["a fine film"]), Linear().predict(["a fine film"]), atol=1e-6)
        question = served.asked[-1]
        assert question.path == "/v1/chat/completions"
        assert question.json["model"] == "mini"
        assert question.json["temperature"] == 0


@pytest.mark.parametrize("refuses", [False, True])
def test_a_server_that_tells_none_gives_labels(refuses):
    def answer(asked):
        is_refused = refuses and "logprobs" in asked.json
        return said("no logprobs here", 400) if is_refused else chat(asked, has_scores=False)

    with serving(answer) as served:
        opened = PromptedVictim.open(f"{served.url}/v1#mini")
        assert opened.can == frozenset()
        texts = ["a fine film", "an awful plot"]
        assert opened.predict(texts).argmax(axis=1).tolist() == Linear().predict(texts).argmax(axis=1).tolist()


@pytest.mark.parametrize(
    ("has_scores", "problem"),
    [(True, "no label word among its 3 likeliest tokens"), (False, "none of the label words")],
)
def test_an_answer_without_a_label_word_is_an_error(has_scores, problem):
    with serving(lambda asked: chat(asked, words=("nah", "yeah"), has_scores=has_scores)) as served:
        opened = PromptedVictim.open(f"{served.url}#m")
        with pytest.raises(VictimError, match=problem):
            opened.predict(["a"])


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ({"choices": []}, "answered without a choice"),
        ({"choices": [{"message": None}]}, "answered without a text"),
        ({"choices": [{"logprobs": {"content": 1}}]}, "answered without a text"),
    ],
)
def test_a_server_that_speaks_another_protocol_is_named(answer, problem):
    with serving(lambda asked: said(answer)) as served, pytest.raises(VictimMissingError, match=problem):
        PromptedVictim.open(f"{served.url}#m")


def test_prompts_are_under_way_side_by_side():
    both = threading.Barrier(2, timeout=10)

    def answer(asked):
        if "wait" in asked.json["messages"][0]["content"]:
            both.wait()
        return chat(asked)

    with serving(answer) as served:
        assert PromptedVictim.open(f"{served.url}#m").predict(["wait one", "wait two"]).shape == (2, 2)
