"""Replacements that a chat model proposes: how replies are read, and a real server on loopback."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from attacks.core.text import Text
from attacks.transformations.errors import DataMissingError
from attacks.transformations.proposed import ChatEndpoint, ProposalError, ProposedWords

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


class Chat(BaseHTTPRequestHandler):
    """Answers with what the server holds: (status, body) in turn, the last one for ever."""

    def do_POST(self):
        read = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append((self.path, self.headers.get("Authorization"), read))
        status, body = self.server.answers.pop(0) if len(self.server.answers) > 1 else self.server.answers[0]
        if status == 0:
            self.server.gate.wait(10)
            self.close_connection = True
            return
        written = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(written)))
        self.end_headers()
        self.wfile.write(written)

    def log_message(self, *_):
        """Nothing is printed."""


@pytest.fixture
def server():
    made = ThreadingHTTPServer(("127.0.0.1", 0), Chat)
    made.asked, made.answers, made.gate = [], [], threading.Event()
    running = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
    running.start()
    yield made
    made.gate.set()
    made.shutdown()
    made.server_close()
    running.join(10)


def endpoint(server, **options):
    return ChatEndpoint(f"http://127.0.0.1:{server.server_port}/v1/#tiny", wait=0.0, **options)


def said(text):
    return {"choices": [{"message": {"content": text}}]}


def test_a_server_is_asked_without_chance_and_with_the_key_of_the_environment(server, monkeypatch):
    server.answers = [(200, said('["fine"]'))]
    monkeypatch.delenv("TABOO_LLM_KEY", raising=False)
    assert ProposedWords(endpoint(server))(FILM, 1) == ("fine",)
    monkeypatch.setenv("TABOO_LLM_KEY", "a-key")
    endpoint(server)("hello")
    (path, without, read), (_, key, _) = server.asked
    assert (path, without, key) == ("/v1/chat/completions", None, "Bearer a-key")
    assert (read["model"], read["temperature"], read["messages"][0]["role"]) == ("tiny", 0, "user")


def test_a_server_that_is_busy_is_asked_again(server):
    server.answers = [(429, {}), (503, {}), (200, said("yes"))]
    assert endpoint(server)("hello") == "yes"
    assert len(server.asked) == 3


@pytest.mark.parametrize(
    ("answer", "problem", "tries"),
    [
        ((503, {}), "answered with status 503", 3),
        ((401, {}), "answered with status 401", 1),
        ((200, b"no json"), "answered with what is no chat reply", 1),
        ((200, {"choices": []}), "answered with what is no chat reply", 1),
        ((200, said(None)), "replied with no text", 1),
    ],
)
def test_a_server_that_gives_no_reply_is_an_error(server, answer, problem, tries):
    server.answers = [answer]
    with pytest.raises(ProposalError, match=problem) as refused:
        endpoint(server)("hello")
    assert "#tiny" in str(refused.value)
    assert len(server.asked) == tries


def test_a_server_that_takes_too_long_is_waited_for_no_longer(server):
    server.answers = [(0, {})]
    with pytest.raises(ProposalError, match=r"did not answer \(ReadTimeout\)"):
        endpoint(server, seconds=0.1, tries=1)("hello")


@pytest.mark.parametrize(
    ("address", "problem"), [("http://127.0.0.1:1/v1#m", "ConnectError"), ("http://here:port/v1#m", "no address")]
)
def test_where_nobody_answers_it_says_so(address, problem):
    with pytest.raises(ProposalError, match=problem):
        ChatEndpoint(address, tries=1)("hello")


@pytest.mark.parametrize("address", [None, "localhost#m", "http://localhost/v1"])
def test_an_address_without_server_or_model_is_refused(address, monkeypatch):
    monkeypatch.delenv("TABOO_LLM_URL", raising=False)
    with pytest.raises(DataMissingError, match="set TABOO_LLM_URL"):
        ChatEndpoint(address)
    monkeypatch.setenv("TABOO_LLM_URL", "http://127.0.0.1:1/v1#m")
    assert ChatEndpoint().name == "http://127.0.0.1:1/v1#m"
