"""Replacements that a chat model proposes: how replies are read, and a real server on loopback."""

import os

import pytest
from attack_servers import said, serving
from attacks_doubles import Counting

from attacks.core.text import Text
from attacks.engine import Engine, Example, Status
from attacks.recipes.pwws import PWWS
from attacks.recipes.searches import Beam
from attacks.recipes.swift import Swift
from attacks.transformations.errors import DataMissingError
from attacks.transformations.proposed import ProposalError, ProposedWords
from attacks.transformations.sources import source_named

NLTK = os.environ.get("TABOO_DATA")
FILM = Text.of("a Great film")


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        ('["fine", "very  fine", "GREAT", "fine", ""]', ("fine", "very fine")),
        ('```json\n["fine"]\n```', ("fine",)),
        ("1. fine\n2) grand \n\n", ("fine", "grand")),
        ('["one two three four five", "a\\nb", "good"]', ("good",)),
        ("[]", ()),
    ],
)
def test_a_list_is_read_from_a_reply(reply, words):
    assert ProposedWords(lambda _: reply)(FILM, 1) == words


@pytest.mark.parametrize(
    "reply", ["Sure! fine, grand", "", "{}", "[1]", "1. fine\nand grand", '"fine"', "```\nfine\n```"]
)
def test_a_reply_that_is_no_list_is_an_error_that_quotes_it(reply):
    with pytest.raises(ProposalError) as refused:
        ProposedWords(lambda _: reply, name="tiny")(FILM, 1)
    assert str(refused.value) == f"tiny: replied with no list of words: {reply!r}"


def test_the_prompt_names_text_word_and_place_and_no_question_is_asked_twice():
    prompts = []

    def ask(prompt):
        prompts.append(prompt)
        return '["fine", "good"]'

    found = ProposedWords(ask, most=1)
    assert [found(FILM, 1), found(FILM, 1), found(Text.of("a Great film"), 1)] == [("fine",)] * 3
    assert len(prompts) == 1
    assert "Text: a Great film\nWord: Great (word 2 of the text)\nList 1 words" in prompts[0]
    assert found.fingerprint != ProposedWords(ask, most=1, name="other").fingerprint


def replied(text):
    return said({"choices": [{"message": {"content": text}}]})


def test_a_word_that_is_spared_is_not_asked_for():
    found = ProposedWords(lambda _: pytest.fail("asked"), spared=("great",))
    assert found(FILM, 1) == ()


def test_a_server_is_asked_without_chance_and_with_the_key_of_the_environment(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "a-key")
    monkeypatch.setenv("NLTK_DATA", f"{NLTK}/nltk_data")
    with serving(lambda _: replied('["fine"]')) as served:
        source = source_named(f"proposed:{served.url}/v1/#tiny", "en") if NLTK else opened(served)
        assert source(FILM, 1) == source(FILM, 1) == ("fine",)
    (asked,) = served.asked
    assert (asked.path, asked.headers["authorization"]) == ("/v1/chat/completions", "Bearer a-key")
    assert (asked.json["model"], asked.json["temperature"], asked.json["messages"][0]["role"]) == ("tiny", 0, "user")
    assert (source.name, source.knows_parts, len(source.fingerprint)) == ("proposed", False, 16)


def opened(served):
    return ProposedWords.open(f"{served.url}/v1#tiny", tries=1)


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (said({}, 503), "answered with 503 Service Unavailable"),
        (said("no json"), "answered with what is not JSON"),
        (said({"choices": []}), "answered without a choice"),
        (replied(None), "answered without a text"),
    ],
)
def test_a_server_that_gives_no_reply_is_an_error_that_names_the_model(answer, problem):
    with serving(lambda _: answer) as served, pytest.raises(ProposalError, match=problem) as refused:
        opened(served)(FILM, 1)
    assert str(refused.value).startswith(f"{served.url}/v1#tiny: ")


@pytest.mark.parametrize("address", [None, "localhost#m", "http://localhost/v1", "http://#m", "http://[#m"])
def test_an_address_without_server_or_model_is_refused(address, monkeypatch):
    monkeypatch.delenv("TABOO_LLM_URL", raising=False)
    with pytest.raises(DataMissingError, match="set TABOO_LLM_URL"):
        ProposedWords.open(address)
    monkeypatch.setenv("TABOO_LLM_URL", "http://127.0.0.1:1/v1#m")
    assert ProposedWords.open().name == "proposed"


@pytest.mark.skipif(not NLTK, reason="needs nltk's stop words and WordNet in TABOO_DATA")
@pytest.mark.parametrize("recipe", [PWWS, Swift, Beam])
def test_recipes_ask_a_model_for_candidates_but_for_no_stop_word(recipe, monkeypatch):
    monkeypatch.setenv("NLTK_DATA", f"{NLTK}/nltk_data")
    with serving(lambda asked: replied('["awful", "fair"]')) as served:
        attack = recipe(f"proposed:{served.url}/v1#tiny")
        (row,) = Engine(Counting(), attack).run([Example(0, "it is a great film", 1)])
    assert row.status is Status.SUCCEEDED
    assert row.perturbed == "it is a awful film"
    assert {it.json["messages"][0]["content"].splitlines()[1] for it in served.asked} == {
        "Word: great (word 4 of the text)",
        "Word: film (word 5 of the text)",
    }
