"""Text that would like to be more than text, put wherever text goes, and looked for wherever text comes out."""

import io
import json
import logging
import os
import pty
import re
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from html.parser import HTMLParser
from urllib.parse import quote

import pytest
import structlog
from browsing import PASSWORD, Browser
from server.api.places import Visitor, a_place, admin, member, open_match, wait_for_turn
from server.asking import Place
from server.enemies.web_pages import inline_parts

from arena.cli import main as taboo
from arena.server.diagnostics import configure
from arena.server.settings import Settings

MARK = "zqx"
HOSTILE = {
    "script": f"<script>alert('{MARK}')</script>",
    "attribute": f"\"' onmouseover=alert({MARK}) x='",
    "closing": f"</textarea></script></style></title>--><img src={MARK} onerror=alert(1)>",
    "template": f"{{{{ {MARK} }}}}{{% raw %}}${{{MARK}}}#{{{MARK}}}",
    "entities": f"&lt;b&gt;{MARK}&amp;amp;",
    "link": f"javascript:alert({MARK})",
    "ansi": f"{MARK}\x1b[2J\x1b[31mred\x1b]0;title\x07\x9b31m",
    "bidi": f"{MARK}\u202egnp.exe\u2066inside\u2069\u200f",
    "zero-width": f"{MARK}\u200b\u200d\ufeff\u2060\u00adend",
    "lines": f"{MARK}\r\n\r\nevent: match.end\ndata: {{}}\n\nid: 9999\n\x0b\x0c\x85\u2028\u2029end",
    "header": f"{MARK}\r\nSet-Cookie: taboo_session=planted\r\n\r\n<html>",
    "csv": f"=cmd|'/c calc'!A1,{MARK}",
    "path": f"../../../etc/passwd/{MARK}%2e%2e%00",
    "rich": f"[bold red]{MARK}[/bold red][link=https://evil.example]x[/link]",
    "long": MARK + "W" * 1990,
    "marks": MARK + "e" + "\u0301" * 300,
    "astral": f"{MARK}\U0001f600\U000e0041\U000e007f\ufdd0\uffff",
}
UNSTORABLE = {"surrogate": f"{MARK}\ud800", "nul": f"{MARK}\x00end"}
"""What nothing may keep: half a character, and (outside of utterances) a zero byte."""
LONG = {"preset": "spag", "rated": False, "changes": {"max_turns": 50, "max_chars": 2000, "judges": []}}


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Iterator[Place]:
    with a_place(tmp_path_factory.mktemp("place"), log_level="debug") as place:
        yield place


@pytest.fixture(scope="module")
def said(place) -> tuple[Visitor, str, list[str]]:
    """A match that is over, in which somebody said, guessed and reported all of it: who, which, and what is kept."""
    talker = member(place, "talker")
    match = open_match(talker, terms=LONG, role="attacker", opponent="honest")
    kept = []
    for number, (name, text) in enumerate({**HOSTILE, **UNSTORABLE}.items()):
        turn = wait_for_turn(talker, match)
        body = json.dumps({"turn": turn["view"]["turn"], "text": text}).encode()
        headers = {"Idempotency-Key": f"say-{number}", "Content-Type": "application/json"}
        answer = talker.ask("POST", f"/matches/{match}/actions", content=body, headers=headers)
        told = answer.json()
        if name == "surrogate":
            assert (answer.status_code, told.get("status")) != (200, "accepted")
        else:
            assert (answer.status_code, told["status"]) == (200, "accepted"), (name, told)
            kept.append(text)
    talker.post(f"/matches/{match}/resignation")
    for event in talker.get(f"/matches/{match}/events").json()["events"]:
        if event["type"] == "acted":
            reason = HOSTILE.get(list(HOSTILE)[event["seq"] % len(HOSTILE)], "")[:400]
            talker.post(f"/matches/{match}/reports", {"seq": event["seq"], "reason": reason})
    return talker, match, kept


# --- pages ------------------------------------------------------------------------------------------------------------


class _Texts(HTMLParser):
    """The tags and the attribute values of a page, apart from its text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(f"{tag} {' '.join(name for name, _ in attrs)}")
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src", "action", "formaction")]


_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060\ufeff\U000e0000-\U000e007f]"
)


def check_page(html: str, where: str) -> None:
    """Nothing of it became a tag, an attribute, an address or an order to the terminal or the eye."""
    reader = _Texts()
    reader.feed(html)
    assert inline_parts(html) == [], where
    assert not [tag for tag in reader.tags if MARK in tag or "onmouseover" in tag or "onerror" in tag], where
    assert not [it for it in reader.addresses if it.lower().startswith(("javascript:", "data:", "//"))], where
    assert _UNSEEN.findall(html) == [], where


def test_pages_show_it_as_text(place, said):
    _, match, _ = said
    boss = Browser(place, {"taboo_session": admin(place, "overseer").session})
    visitor = Browser(place)
    for browser, path in (
        (visitor, f"/matches/{match}"),
        (visitor, f"/watch/{match}"),
        (visitor, "/matches"),
        (visitor, "/agents/@talker"),
        (boss, "/admin/reports"),
        (boss, f"/matches/{match}"),
    ):
        page = browser.get(path)
        assert page.status == 200, path
        check_page(page.html, path)
    shown = visitor.get(f"/matches/{match}").html
    assert "&lt;script&gt;alert(&#39;zqx&#39;)&lt;/script&gt;" in shown
    assert "U+202E" in shown
    assert "U+001B" in shown


def test_a_live_table_shows_it_as_text_to_both_sides_and_spectators(place):
    talker, reader = member(place, "live-talker"), member(place, "live-reader")
    seat = reader.post("/lobby/seats", {"role": "defender", "terms": LONG}).json()
    match = talker.post(f"/lobby/seats/{seat['code']}/take").json()["match"]
    for number, text in enumerate(HOSTILE.values()):
        for who, words in ((talker, text), (reader, text[::-1])):
            body = {"turn": number + 1, "text": words}
            answer = who.post(f"/matches/{match}/actions", body, headers={"Idempotency-Key": f"n{number}"})
            assert answer.json()["status"] == "accepted", answer.text
    for who in (talker, reader):
        check_page(Browser(place, {"taboo_session": who.session}).get(f"/play/{match}").html, "play")
    page = Browser(place).get(f"/watch/{match}")
    assert page.status == 200
    check_page(page.html, "watch")


def forms(place: Place) -> Iterator[tuple[Browser, str, list[str]]]:
    """Every form that repeats what was typed, and its fields."""
    someone = Browser(place, {"taboo_session": member(place, "form-filler").session})
    yield Browser(place), "/register", ["name", "next"]
    yield Browser(place), "/login", ["name", "next"]
    yield Browser(place), "/guest", ["nickname", "next"]
    yield Browser(place), "/play-now", ["nickname", "role", "language"]
    yield someone, "/lobby/start", ["agent", "person", "preset", "word_list", "language", "against", "max_turns"]
    yield someone, "/account/tokens", ["label", "days", "scopes"]
    yield someone, "/agents/direct/challenge", ["role", "language"]
    yield someone, "/preferences", ["theme", "back"]


@pytest.mark.parametrize("name", [*HOSTILE, *UNSTORABLE])
def test_a_form_gives_it_back_as_text_or_not_at_all(place, name):
    text = {**HOSTILE, **UNSTORABLE}[name]
    for browser, path, fields in forms(place) if name == "script" else _forms_again(place):
        for field in fields:
            sent = {"password": PASSWORD, "agree": "yes", **dict.fromkeys(fields, "x"), field: text}
            body = {key: value.encode("utf-8", "surrogatepass") for key, value in sent.items()}
            page = browser.send(path, **body)
            assert page.status < 500, (path, field)
            check_page(page.html, f"{path} {field}")
            headers = str(page.response.headers)
            assert "planted" not in headers
            assert MARK not in page.response.headers.get("set-cookie", "")


def _forms_again(place: Place) -> Iterator[tuple[Browser, str, list[str]]]:
    someone = place.do(lambda: place.house.people.find("form-filler"))
    if someone is None:
        yield from forms(place)
        return
    secret = place.do(lambda: place.house.people.open_session(someone.id))
    browser = Browser(place, {"taboo_session": secret})
    yield Browser(place), "/login", ["name", "next"]
    yield Browser(place), "/guest", ["nickname", "next"]
    yield browser, "/lobby/start", ["agent", "person", "preset", "word_list"]
    yield browser, "/account/tokens", ["label"]


@pytest.mark.parametrize("name", [*HOSTILE, *UNSTORABLE])
def test_in_an_address_it_is_shown_as_text_or_refused(place, name):
    text = quote({**HOSTILE, **UNSTORABLE}[name].encode("utf-8", "surrogatepass"), safe="")
    browser = Browser(place, {"taboo_session": admin(place, f"looker-{name[:8]}").session})
    for path in (
        f"/agents/{text}",
        f"/matches/{text}",
        f"/watch/{text}",
        f"/seat/{text}",
        f"/{text}",
        f"/login?next={text}",
        f"/matches?player={text}&preset={text}&after={text}",
        f"/lobby?agent={text}&preset={text}&against={text}&list={text}",
        f"/admin/users?like={text}&after={text}",
        f"/admin/words?name={text}&start={text}",
        f"/admin/reports?status={text}&after={text}",
        f"/?lang={text}",
    ):
        page = browser.get(path)
        assert page.status < 500, path
        check_page(page.html, path)
    for path in (f"/api/v1/agents/{text}", f"/api/v1/matches?player={text}", f"/api/v1/matches?cursor={text}"):
        answer = browser.ask("GET", path)
        assert answer.status_code < 500, path
        assert answer.headers["content-type"].startswith("application/")


RAW = [
    *(text.encode("utf-8", "surrogatepass") for name, text in HOSTILE.items() if not set(text) & set("\r\n\x00")),
    b"\xff\xfe\x80",
    b'"; Domain=evil.example; x="',
    b"a" * 6000,
]


@pytest.mark.parametrize("value", RAW, ids=range(len(RAW)))
def test_in_headers_and_cookies_it_does_no_harm(place, value):
    for name in (
        *("Cookie", "Accept-Language", "Accept", "Idempotency-Key", "X-Csrf-Token", "Origin", "User-Agent"),
        *("Referer", "Last-Event-ID", "If-None-Match", "X-Forwarded-For", "Authorization", "Content-Type"),
    ):
        given = (
            b"taboo_session=" + value + b"; taboo_visit=" + value + b"; taboo_lang=" + value
            if name == "Cookie"
            else value
        )
        given += b"; taboo_notice=" + value + b"; taboo_theme=" + value if name == "Cookie" else b""
        for method, path in (("GET", "/"), ("GET", "/api/v1/lobby"), ("POST", "/api/v1/sessions"), ("POST", "/login")):
            answer = place.ask(method, path, headers=[(name.encode(), given), (b"Accept", b"text/html")])
            assert answer.status_code < 500, (name, path)
            check_page(answer.text if "html" in answer.headers.get("content-type", "") else "", f"{name} {path}")
            assert MARK not in str(answer.headers)


# --- names and labels -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*HOSTILE, *UNSTORABLE])
def test_nobody_is_called_that(place, name):
    text = {**HOSTILE, **UNSTORABLE}[name]
    for path, sent in (
        ("/api/v1/accounts", {"name": text[:60], "password": PASSWORD, "agreed": True}),
        ("/api/v1/guests", {"nickname": text[:60], "agreed": True}),
    ):
        body = json.dumps(sent).encode()
        answer = place.ask("POST", path, content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code in (409, 422, 429), answer.text
        assert "taboo_session" not in str(answer.headers)
        assert answer.text.isascii() or unicodedata.is_normalized("NFC", answer.text)


def test_a_label_of_a_token_is_text_on_the_page_of_its_owner(place):
    owner = member(place, "labeller")
    for text in HOSTILE.values():
        body = json.dumps({"label": text[:60], "scopes": ["read"]}).encode()
        answer = owner.ask("POST", "/tokens", content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code in (201, 422), answer.text
    page = Browser(place, {"taboo_session": owner.session}).get("/account")
    check_page(page.html, "/account")
    assert "&lt;script&gt;" in page.html


# --- streams, transcripts, terminals ----------------------------------------------------------------------------------


def sse(text: str) -> list[dict[str, str]]:
    """The events of a stream, read as the standard has it: lines end at CR, LF or both."""
    found: list[dict[str, str]] = []
    event: dict[str, str] = {}
    for row in re.split("\r\n|\r|\n", text):
        if not row:
            if "data" in event:
                found.append(event)
            event = {}
        elif not row.startswith(":"):
            name, _, value = row.partition(":")
            event[name] = value.removeprefix(" ")
    return found


def test_no_utterance_breaks_out_of_its_event(place, said):
    talker, match, kept = said
    rows = sse(talker.get(f"/matches/{match}/stream").text)
    assert [it["event"] for it in rows] == ["match.event"] * (len(rows) - 1) + ["match.end"]
    assert [int(it["id"]) for it in rows[:-1]] == list(range(len(rows) - 1))
    events = [json.loads(it["data"]) for it in rows[:-1]]
    texts = [it["text"] for it in events if it["type"] == "acted" and it["role"] == "attacker"]
    assert texts == kept


def test_the_api_gives_it_back_as_it_was_said(place, said):
    talker, match, kept = said
    answer = talker.get(f"/matches/{match}")
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    texts = [it["text"] for it in answer.json()["events"] if it["type"] == "acted" and it["role"] == "attacker"]
    assert texts == kept
    transcript = talker.get(f"/matches/{match}/transcript")
    assert len([row for row in transcript.text.split("\n") if row]) == 1
    assert "attachment" in transcript.headers["content-disposition"]


def orders(text: str) -> set[str]:
    """Characters that a terminal would obey, or that would turn or hide what stands around them."""
    return {char for char in text if char != "\n" and (unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp"))}


def test_a_terminal_is_given_no_orders_by_a_replay(place, said, capsys):
    _, match, _ = said
    for arguments in (["replay", match, "--show"], ["replay", match, "--recheck", "--show"]):
        assert taboo([*arguments, "--db", place.house.settings.database]) == 0, arguments
        printed = capsys.readouterr().out
        assert orders(printed) == set(), arguments
        assert MARK in printed


def test_an_export_is_one_line_of_json_without_control_characters(place, said, capsys):
    _, match, kept = said
    assert taboo(["export", match, "--db", place.house.settings.database]) == 0
    printed = capsys.readouterr().out
    assert [char for char in printed if char < " "] == ["\n"]
    assert kept[0] in json.dumps(json.loads(printed), ensure_ascii=False)


def test_a_terminal_is_given_no_orders_by_an_export(place, said):
    _, match, _ = said
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "arena", "export", match, "--db", place.house.settings.database]
    running = subprocess.Popen(command, stdout=theirs, stderr=subprocess.DEVNULL)
    os.close(theirs)
    shown = b""
    with suppress(OSError):  # the terminal is closed with the program
        while part := os.read(ours, 65536):
            shown += part
    os.close(ours)
    assert running.wait(60) == 0
    text = shown.decode().replace("\r\n", "\n")
    assert MARK in text
    assert orders(text) == set()


# --- diagnostics ------------------------------------------------------------------------------------------------------


def test_diagnostics_keep_one_line_an_event_whatever_names_hold():
    before, root = structlog.get_config(), logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    try:
        for form in ("json", "console"):
            configure(Settings(log_format=form), stream)
            for text in HOSTILE.values():
                structlog.get_logger("test").warning("agent_crashed", agent=text, problem=text, utterance=text)
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        structlog.configure(**before)
    rows = stream.getvalue().split("\n")
    assert len(rows) == 2 * len(HOSTILE) + 1
    assert orders(stream.getvalue()) == set()
