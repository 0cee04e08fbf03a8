import re
import tomllib
from html.parser import HTMLParser
from pathlib import Path

import pytest

from arena.core.hits import Language
from arena.core.referee import TABLE
from arena.core.rules import PRESETS, Rules
from arena.core.verdict import Reason, Role
from arena.server.errors import PROBLEMS
from arena.server.people import Rank, Scope
from arena.server.players import Kind
from web.i18n import Words, isolated, visible, words
from web.ruleboard import key_of

WEB = Path(__file__).parents[2] / "web"
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))
_GAP = re.compile(r"\{(\w+)\}")
_JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
_CALL = re.compile(r"""\bth?(?:\.raw)?\(\s*"([a-z0-9_]+\.[a-z0-9_]+)"\s*[,)]""")
_ATTRIBUTE = re.compile(r"(?<= )(?:aria-[a-z]+|autofocus)(?:=\"[^\"]*\")?")
_WORD = re.compile(r"[A-Za-z]{2,}|[\u4e00-\u9fff]")
_SPOKEN = ("alt", "aria-label", "placeholder", "title")
_CODE = ("code", "pre", "script", "style", "kbd")


def tables(language):
    return {file.name: tomllib.loads(file.read_text()) for file in (WEB / "words").glob(f"*.{language}.toml")}


def test_both_languages_have_the_same_keys_and_gaps():
    english, chinese = words(Language.ENGLISH), words(Language.CHINESE)
    assert english.texts.keys() == chinese.texts.keys()
    for key, text in english.texts.items():
        assert set(_GAP.findall(text)) >= set(_GAP.findall(chinese.texts[key])), key
        assert text.strip(), key
        assert chinese.texts[key].strip(), key


def test_a_chinese_text_is_in_chinese():
    same = {"site.api", "reference.title", "language.en_itself", "lobby.language_en"}
    english = words(Language.ENGLISH).texts
    for key, text in words(Language.CHINESE).texts.items():
        if key not in same and text == english[key]:
            assert not re.search(r"[a-z]{4,}", text), key


def test_every_key_that_a_template_names_is_there():
    known = words(Language.ENGLISH)
    named = {(file.name, key) for file in TEMPLATES for key in _CALL.findall(file.read_text())}
    assert len(named) > 150
    assert {(file, key) for file, key in named if key not in known} == set()


def test_every_value_that_pages_put_into_a_key_has_its_text():
    wanted = {
        "role": (*Role, "any"),
        "kind": Kind,
        "rank": Rank,
        "scope": Scope,
        "reason": Reason,
        "outcome": (*Role, "nobody"),
        "preset": (*PRESETS, "custom"),
        "language": Language,
        "rules.field": Rules().to_json(),
    }
    known = words(Language.ENGLISH)
    for group, values in wanted.items():
        for value in values:
            joint = "_" if group == "rules.field" else "."
            assert f"{group}{joint}{value}" in known, (group, value)
    for problem in PROBLEMS.values():
        assert f"problem.{problem.title.replace(' ', '_')}" in known
    for row in TABLE:
        assert key_of(row.what) in known


class _Visible(HTMLParser):
    """The text of a template that a reader would see, and the attributes that are read out."""

    def __init__(self):
        super().__init__()
        self.texts, self._code = [], 0

    def handle_starttag(self, tag, attrs):
        self._code += tag in _CODE
        self.texts += [value for name, value in attrs if name in _SPOKEN and value]

    def handle_endtag(self, tag):
        self._code -= tag in _CODE

    def handle_data(self, data):
        if not self._code:
            self.texts.append(_ATTRIBUTE.sub("", data))


UNTRANSLATED = {"html", "openapi.json", "asyncapi.json", "UTC", "metrics", "readyz", "alice", "bob", "parrot", "hiding"}
"""The doctype, and names that are the same in every language."""


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: file.stem)
def test_a_template_has_no_words_of_its_own(file):
    reader = _Visible()
    reader.feed(_JINJA.sub(" ", file.read_text()))
    found = [word for text in reader.texts for word in re.findall(r"[\w.]+", text) if _WORD.search(word)]
    assert set(found) - UNTRANSLATED == set()


@pytest.mark.parametrize("file", sorted((WEB / "static").glob("*.js")), ids=lambda file: file.stem)
def test_a_script_says_nothing_of_its_own(file):
    code = re.sub(r"//.*|/\*.*?\*/", "", file.read_text())
    sentences = [it for it in re.findall(r'"([^"\\]*)"', code) if re.match(r"[A-Z][a-z]+ [a-z]+", it)]
    assert sentences == []


# --- the catalogue ----------------------------------------------------------------------------------------------------

SMALL = Words(Language.ENGLISH, {"hello": "Hello {name}!", "rich": "Read <b>{what}</b>.", "a.b": "1", "a.c": "2"})


def test_gaps_are_filled_and_a_missing_key_or_value_is_a_bug():
    assert SMALL("hello", name="Ann") == "Hello Ann!"
    assert SMALL.raw("hello") == "Hello {name}!"
    assert SMALL.section("a") == {"b": "1", "c": "2"}
    with pytest.raises(KeyError):
        SMALL("nothing")
    with pytest.raises(KeyError):
        SMALL("hello")


def test_a_value_is_never_read_as_a_gap_or_as_markup():
    assert SMALL("hello", name="{name}") == "Hello {name}!"
    assert SMALL.markup("rich", what="<i>&") == "Read <b><bdi>&lt;i&gt;&amp;</bdi></b>."


def test_a_name_from_right_to_left_cannot_turn_the_sentence():
    assert SMALL("hello", name="\u05d0\u05d1") == "Hello \u2068\u05d0\u05d1\u2069!"
    assert isolated("\u2069\u05d0") == "\u2068\u05d0\u2069"
    assert isolated("plain") == "plain"


def test_what_cannot_be_seen_is_written_out():
    assert (
        visible("a\u202eb\u0007c\x9bd\ufeff")
        == "a\u2039U+202E\u203ab\u2039U+0007\u203ac\u2039U+009B\u203ad\u2039U+FEFF\u203a"
    )
    kept = "two\nlines\tand \u00e9, \u82f9\u679c, a family \U0001f468\u200d\U0001f469\u200d\U0001f467"
    assert visible(kept) == kept


# --- which language ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans"),
        ("en-GB,en;q=0.9", "en"),
        ("fr, zh;q=0.5, en;q=0.4", "zh-Hans"),
        ("zh;q=0, en;q=0.1", "en"),
        ("fr", "en"),
        ("zh;q=nonsense", "en"),
        ("", "en"),
    ],
)
def test_the_browser_is_asked_for_a_language(visitor, header, language):
    visitor.language = header
    assert visitor.get("/agreement").one("html").attributes["lang"] == language


def test_a_language_that_nobody_knows_is_passed_over(visitor):
    assert visitor.get("/agreement?lang=xx").one("html").attributes["lang"] == "en"
