"""The parts without IO: addresses, keys, options, paces, waits, stop texts, excerpts, estimates."""

import subprocess
import sys
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.llm.engines.openai.address import OPENAI, Address
from agents.llm.engines.openai.backoff import MOST_SECONDS, asked_for, jittered
from agents.llm.engines.openai.calls import Abilities
from agents.llm.engines.openai.estimates import estimated
from agents.llm.engines.openai.excerpts import Veil, sentence_in
from agents.llm.engines.openai.keys import Key, key_for
from agents.llm.engines.openai.listing import Listing
from agents.llm.engines.openai.opening import OpenAIEngines
from agents.llm.engines.openai.pace import Pace, together
from agents.llm.engines.openai.spending import Spent
from agents.llm.engines.openai.stops import Cutter
from agents.llm.engines.openai.terms import OPTIONS, Terms
from agents.llm.engines.options import Typed
from arena import registry
from arena.core.errors import EngineError
from arena.core.generation import Message, Request, Sampling, Speaker

SECRET = "sk-proj-Zx81mQpL77aTbuW3"


@pytest.mark.parametrize(
    ("text", "url", "model"),
    [
        ("http://127.0.0.1:8000/v1#tiny", "http://127.0.0.1:8000/v1", "tiny"),
        ("http://127.0.0.1:8000/v1/#tiny", "http://127.0.0.1:8000/v1", "tiny"),
        ("http://127.0.0.1:8000#tiny", "http://127.0.0.1:8000/v1", "tiny"),
        ("https://host/api/openai#org/name:7b", "https://host/api/openai", "org/name:7b"),
        ("http://[::1]:11434/v1", "http://[::1]:11434/v1", ""),
        ("#gpt-x", OPENAI, "gpt-x"),
        ("http://h/v1#a#b", "http://h/v1", "a#b"),
    ],
)
def test_an_address_is_a_url_and_a_model(text, url, model):
    address = Address.parse(text)
    assert (address.url, address.model) == (url, model)
    assert Address.parse(str(address).removeprefix("openai:")) == address


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("gpt-x", "neither a URL nor begins with #"),
        ("localhost:8000/v1#tiny", "no URL of a server"),
        ("ftp://h/v1#tiny", "no URL of a server"),
        ("http://#tiny", "no URL of a server"),
        ("http://h:port/v1#tiny", "no URL of a server"),
        ("http://h h/v1#tiny", "no URL of a server"),
        ("http://anna:hush@h/v1#tiny", "names a user or a password"),
        ("http://hush@h/v1#tiny", "names a user or a password"),
        ("http://h/v1?version=hush#tiny", "has a query"),
        (f"http://h/{SECRET}/v1#tiny", "looks like a key"),
        (f"#{SECRET}", "looks like a key"),
        ("http://h/v1?api_key=hush#tiny", "looks like a key"),
    ],
)
def test_an_address_that_is_none_is_refused_without_being_repeated(text, problem):
    with pytest.raises(EngineError, match=problem) as refused:
        Address.parse(text)
    assert "hush" not in str(refused.value)
    assert SECRET not in str(refused.value)


def test_a_key_comes_from_its_variable_and_prints_as_its_name():
    local, openai = Address.parse("http://h/v1#m"), Address.parse("#m")
    usual = key_for(local, {}, {"OPENAI_API_KEY": f" {SECRET}\n"})
    assert usual is not None
    assert usual.reveal() == SECRET
    assert repr(usual) == str(usual) == "Key(from OPENAI_API_KEY)"
    own = key_for(openai, {"key_env": "MY_KEY"}, {"MY_KEY": "other", "OPENAI_API_KEY": SECRET})
    assert own is not None
    assert own.reveal() == "other"
    assert key_for(local, {}, {}) is None


@pytest.mark.parametrize(
    ("url", "options", "environment", "problem"),
    [
        ("#m", {}, {}, "variable OPENAI_API_KEY holds no key; export OPENAI_API_KEY"),
        ("http://h/v1#m", {"key_env": "MINE"}, {"MINE": " "}, "variable MINE holds no key"),
        ("http://h/v1#m", {"key_env": "hush-hush"}, {}, "key_env is not the name of a variable"),
        ("http://h/v1#m", {}, {"OPENAI_API_KEY": "hush hush"}, "cannot be a key"),
        ("http://h/v1#m", {}, {"OPENAI_API_KEY": "hush\nhush"}, "cannot be a key"),
        ("http://h/v1#m", {}, {"OPENAI_API_KEY": "h\u00fcsh"}, "cannot be a key"),
        ("http://hush/v1#m", {}, {"OPENAI_API_KEY": "hush"}, "the key itself stands in its address"),
        ("http://h/v1#m", {"schemas": "hush"}, {"OPENAI_API_KEY": "hush"}, "the key itself stands in"),
    ],
)
def test_a_key_that_is_missing_or_misplaced_is_refused_without_being_shown(url, options, environment, problem):
    with pytest.raises(EngineError, match=problem) as refused:
        key_for(Address.parse(url), options, environment)
    assert "hush" not in str(refused.value)


def test_every_option_is_read():
    typed = {
        "concurrency": "3", "rpm": "60", "tpm": "9000", "retries": "0", "patience": "2.5", "schemas": "off",
        "price_in": "0.5", "price_out": "2", "context": "512", "chars": "3", "chat": "off",
    }  # fmt: skip
    assert Terms.of(Typed("m", typed)) == Terms(3, 60, 9000, 0, 2.5, "off", 0.5, 2.0, False, 512, 3.0)
    assert Terms.of(Typed("m", {})) == Terms()
    assert set(OPTIONS) == {*typed, "key_env"}


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"retry": "3"}, "no option 'retry'; did you mean retries"),
        ({"api_key": "hush"}, "no option 'api_key'"),
        ({"rpm": "0"}, "option rpm cannot be '0'; give a whole number from 1 up"),
        ({"retries": "-1"}, "option retries cannot be '-1'; give a whole number from 0 up"),
        ({"patience": "nan"}, "option patience cannot be 'nan'; give a number from 0.001 up"),
        ({"schemas": "maybe"}, "option schemas cannot be 'maybe'; give auto or on or off"),
        ({"schemas": SECRET}, "one of its options holds what looks like a key"),
    ],
)
def test_a_wrong_option_is_refused_before_the_server_is_asked(options, problem):
    with pytest.raises(EngineError, match=problem) as refused:
        OpenAIEngines.open("http://127.0.0.1:1/v1#m", options, environment={})
    assert "hush" not in str(refused.value)
    assert SECRET not in str(refused.value)


@given(
    st.integers(1, 6),
    st.lists(st.tuples(st.floats(0, 30), st.integers(1, 8)), min_size=1, max_size=40),
)
def test_no_window_ever_holds_more_than_the_limit(most, asked):
    pace, now, turns = Pace(most), 0.0, []
    for pause, cost in asked:
        now += pause
        start = pace.earliest(cost, now)
        assert start >= now
        turns.append(pace.take(cost, start))
    assert [turn.start for turn in turns] == sorted(turn.start for turn in turns)
    for first in turns:
        window = [turn for turn in turns if first.start <= turn.start < first.start + 59.999]
        assert sum(turn.cost for turn in window) <= most


def test_a_pace_lets_the_window_through_at_once_and_the_next_when_it_slides():
    pace = Pace(2)
    starts = []
    for _ in range(5):
        start = pace.earliest(1, 10.0)
        pace.take(1, start)
        starts.append(start)
    assert starts == [10.0, 10.0, 70.0, 70.0, 130.0]


def test_a_cost_that_is_corrected_makes_room():
    pace = Pace(100)
    turn = pace.take(90, pace.earliest(90, 0.0))
    assert pace.earliest(50, 1.0) == 60.0
    turn.cost = 20.0
    assert pace.earliest(50, 1.0) == 1.0


def test_two_paces_wait_for_the_slower():
    requests, tokens = Pace(2), Pace(100)
    requests.take(1, 0.0)
    tokens.take(80, 5.0)
    assert together((requests, tokens), (1, 10), 6.0) == 6.0
    assert together((requests, tokens), (1, 50), 6.0) == 65.0


def test_waits_are_jittered_up_to_a_bound_that_doubles():
    for retry, bound in ((0, 0.5), (1, 1.0), (2, 2.0), (5, 16.0), (6, MOST_SECONDS), (5000, MOST_SECONDS)):
        waits = [jittered(retry, Random(seed)) for seed in range(200)]
        assert 0 <= min(waits) < 0.1 * bound
        assert 0.9 * bound < max(waits) <= bound
    assert jittered(3, Random(7)) == jittered(3, Random(7))


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "3"}, 3.0),
        ({"retry-after": " 0.5 "}, 0.5),
        ({"retry-after": "Thu, 01 Jan 1970 00:16:50 GMT"}, 10.0),
        ({"retry-after": "Thu, 01 Jan 1970 00:00:10 GMT"}, 0.0),
        ({"retry-after": "Thu, 01 Jan 1970 00:16:50"}, 10.0),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "Thu, 99 Jan 1970 00:00:10 GMT"}, None),
    ],
)
def test_a_server_may_say_how_long_to_wait(headers, seconds):
    assert asked_for(headers, now=1000.0) == seconds


@given(st.text("ab\n", max_size=12), st.lists(st.text("ab\n", min_size=1, max_size=4), max_size=3), st.data())
def test_stop_texts_are_found_however_the_text_is_cut(text, stops, data):
    cutter, told, rest = Cutter(stops), [], text
    while rest:
        size = data.draw(st.integers(1, len(rest)))
        told.append(cutter.let_through(rest[:size]))
        rest = rest[size:]
    told.append(cutter.rest())
    said = "".join(told)
    places = [place for stop in stops if (place := text.find(stop)) >= 0]
    if not places:
        assert said == text
    assert text.startswith(said)
    assert not any(stop in said for stop in stops)
    assert cutter.has_ended == bool(places)


def test_an_excerpt_is_short_and_without_markup():
    shown = Veil(None).over("<html><style>x{}</style><title>Bad\n gateway</title>" + "y" * 500)
    assert shown.startswith('it said "Bad gateway yyy')
    assert len(shown) < 230
    assert Veil(None).over(" <br> ") == "it said nothing more"


@pytest.mark.parametrize(
    "said",
    [
        "no banana here",
        "BANANA",
        "bananas!",
        "bad token ban",
        "b%61nana \\u0062anana \\\\u0061",
        "&#98;anana",
        "<b>ban</b><i>ana</i> banana",
        "you said: Is it a yellow banana?",
        "\u9999 and \u8549\u9999",
    ],
)
def test_an_excerpt_holds_no_word_of_the_prompt(said):
    prompt = (Message(Speaker.SYSTEM, "The word is banana (\u9999\u8549)."), Message(Speaker.USER, "Is it yellow?"))
    shown = Veil(None, prompt).over(said).lower()
    for secret in ("banana", "yellow", "anana", "\u9999", "\u8549"):
        assert secret not in shown


def test_an_excerpt_keeps_the_words_that_complaints_are_made_of():
    said = "This model's maximum context length is 512 tokens. However, your request has 700 input tokens."
    prompt = "The maximum length of this request is a secret: banana."
    assert Veil(None, prompt).over(said) == f'it said "{said}"'


@pytest.mark.parametrize(
    "said", [f"wrong key {SECRET}.", "wrong key sk-proj-****uW3", "ends in 77aTbuW3", f"Bearer {SECRET[:9]}..."]
)
def test_an_excerpt_holds_no_part_of_the_key(said):
    shown = Veil(Key(SECRET, "K")).over(said)
    assert "[key]" in shown
    assert not any(SECRET[start : start + 6] in shown for start in range(len(SECRET) - 5))


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ('{"error": {"message": "too much", "type": "x"}}', "too much"),
        ('{"error": "flat"}', "flat"),
        ('{"message": "m", "code": 3}', "m"),
        ('{"detail": "d"}', "d"),
        ('{"detail": [{"loc": ["body", "seed"], "msg": "not allowed", "input": "banana"}]}', "body.seed: not allowed"),
        ("plain", "plain"),
        ("[" * 100_000, "[" * 100_000),
        ('{"odd": 1}', '{"odd": 1}'),
    ],
)
def test_the_sentence_in_a_body_is_found(body, sentence):
    assert sentence_in(body) == sentence


MESSAGES = (Message(Speaker.USER, "hi"),)


def test_a_call_holds_what_the_request_asks():
    sampling = Sampling(0.5, 0.9, 40, 16, ("a", "b", "c", "d", "e"))
    sent = Abilities().call(Request(MESSAGES, sampling, seed=2**40 + 5, schema={"type": "object"}), "m", True)
    assert sent == {
        "model": "m",
        "messages": [{"role": "user", "content": "hi"}],
        "temperature": 0.5,
        "top_p": 0.9,
        "max_tokens": 16,
        "extra_body": {"top_k": 40},
        "stop": ["a", "b", "c", "d"],
        "seed": 5,
        "stream": True,
        "stream_options": {"include_usage": True},
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "answer", "schema": {"type": "object"}, "strict": True},
        },
    }
    plain = Abilities().call(Request("Once", Sampling(max_tokens=3), adapter="poet"), "m", False)
    assert plain == {"model": "poet", "prompt": "Once", "temperature": 0.7, "max_tokens": 3, "seed": 0}


@pytest.mark.parametrize(
    ("complaint", "gone"),
    [
        ("Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.", "max_tokens"),
        ("response_format is not supported", "response_format"),
        ("unknown type json_schema", "response_format"),
        ("Unexpected fields in the request: {'stream_options'}", "stream_options"),
        ("seed: extra fields not permitted", "seed"),
        ("stop is not supported with this model", "stop"),
        ("temperature must be 1", None),
        ("the stopping of seeds", None),
    ],
)
def test_only_what_does_not_change_the_answer_is_left_out(complaint, gone):
    request = Request(MESSAGES, Sampling(stop=("\n",)), schema={"type": "object"})
    sent = Abilities().call(request, "m", True)
    fewer = Abilities().after(complaint, sent)
    if gone is None:
        assert fewer is None
        return
    left = fewer.call(request, "m", True)
    assert gone in sent
    assert gone not in left
    assert left.get("max_completion_tokens", left.get("max_tokens")) == 128
    assert fewer.after(complaint, left) is None


def test_a_list_of_models_is_read():
    body = '{"data": [{"id": "a", "max_model_len": 4096}, {"id": "b"}, {"id": "c", "context_length": 8}]}'
    listing = Listing.parse(body)
    assert listing.contexts == {"a": 4096, "b": None, "c": 8}
    assert listing.shown(Veil(None)) == "'a', 'b', 'c'"
    assert Listing({}).shown(Veil(None)) == "none"
    assert Listing({f"m{place}": None for place in range(25)}).shown(Veil(None)).endswith("'m19' and 5 more")
    for other in ("<html>", "[]", '{"data": 3}', '{"data": [{}]}', '{"models": []}', "[" * 100_000):
        assert Listing.parse(other) is None


@pytest.mark.parametrize(
    ("prompt", "tokens"), [("", 0), ("abcd", 1), ("abcde", 2), ("\u4f60\u597d", 2), ((*MESSAGES, *MESSAGES), 10)]
)
def test_tokens_are_estimated(prompt, tokens):
    assert estimated(prompt, 4.0) == tokens


def test_costs_add_up_where_there_are_prices():
    spent = Spent().with_answer(1000, 500, False, 2.0, 10.0).with_answer(1000, 500, True, 2.0, None).with_retry()
    assert spent == Spent(2, 1, 2000, 1000, 1, pytest.approx(0.009))
    assert Spent().with_answer(5, 5, False, None, None).cost is None


def test_the_client_is_not_imported_before_a_model_is_opened():
    program = "import sys, agents.llm.engines.openai; sys.exit('openai' in sys.modules or 'httpx2' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


def test_the_entry_point_names_the_engine():
    assert registry.load(registry.ENGINES, "openai") is OpenAIEngines
