"""A template ends soon, reads its slots only, and says where it is wrong."""

import time
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.llm.prompts import PromptError
from agents.llm.prompts.templates import FILTERS, MAX_RENDERED, MAX_TEMPLATE, Place, Template

PLACE = Place("mine.toml", "en.attacker.system", 10)
SLOTS = {"turn": 3, "text": "hello", "warned": False, "target": "apple"}


def parse(source):
    return Template.parse(source, PLACE, SLOTS.keys())


def render(source, **changes):
    return parse(source).render({**SLOTS, **changes})


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("Turn {{ turn }}.", "Turn 3."),
        ("{% if warned %}no{% elif turn > 2 %}late{% else %}early{% endif %}", "late"),
        ("{{ text | upper }} {{ 'you' if warned else 'I' }}", "HELLO I"),
        ("{% if text in ('hello', 'hi') and not warned %}greeting{% endif %}", "greeting"),
        ("{# a note #}{% raw %}{{ target }}{% endraw %}", "{{ target }}"),
        ("{{ text | length }}{% if text is none %}?{% endif %}", "5"),
        ("\n  {{ text }}\n\n", "hello"),
    ],
)
def test_a_template_says_what_depends_on_what(source, text):
    assert render(source) == text


@pytest.mark.parametrize(
    ("source", "line", "problem"),
    [
        ("{{ ''.__class__ }}", 10, "attributes"),
        ("{{ ''.__class__.__mro__[1].__subclasses__() }}", 10, "calls"),
        ("{{ text['__class__'] }}", 10, "items"),
        ("{{ text|attr('__class__') }}", 10, "filter 'attr'"),
        ("one\ntwo {{ self.__init__.__globals__ }}", 11, "attributes"),
        ("{{ self }}", 10, "no slot 'self'"),
        ("{{ lipsum }}", 10, "no slot 'lipsum'"),
        ("{{ cycler }}", 10, "no slot 'cycler'"),
        ("{{ range(10**9) }}", 10, "calls"),
        ("{% for a in range(10**9) %}x{% endfor %}", 10, "loops"),
        ("{% for a in text %}{% for b in text %}x{% endfor %}{% endfor %}", 10, "loops"),
        ("{{ 'x' * 10**9 }}", 10, "arithmetic"),
        ("{{ 10**10**10 }}", 10, "arithmetic"),
        ("{{ text + text }}", 10, "arithmetic"),
        ("{{ '%999999999d' % turn }}", 10, "arithmetic"),
        ("{{ text ~ text }}", 10, "joined texts"),
        ("{{ [text, text] }}", 10, "constants only"),
        ("{{ {'a': text} }}", 10, "mappings"),
        ("{% set text = text %}", 10, "assignments"),
        ("{% set text %}x{% endset %}", 10, "assignments"),
        ("{% with a = text %}{{ a }}{% endwith %}", 10, "assignments"),
        ("{% include '/etc/passwd' %}", 10, "other files"),
        ("{% import 'os' as os %}", 10, "other files"),
        ("{% from 'os' import path %}", 10, "other files"),
        ("{% extends 'standard.toml' %}", 10, "other files"),
        ("{% block a %}{% endblock %}", 10, "blocks"),
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", 10, "macros"),
        ("{% call x() %}{% endcall %}", 10, "macros"),
        ("{% filter upper %}x{% endfilter %}", 10, "filter blocks"),
        ("{{ text | center(1000000000) }}", 10, "filter 'center'"),
        ("{{ text | replace('a', text) }}", 10, "filter 'replace'"),
        ("{{ '{0.__class__}' | format(turn) }}", 10, "filter 'format'"),
        ("{{ text | trim('h') }}", 10, "not with arguments"),
        ("{{ text is sameas none }}", 10, "test 'sameas'"),
        ("{% autoescape false %}{{ text }}{% endautoescape %}", 10, "cannot be used"),
        ("{% debug %}", 10, "unknown tag"),
        ("\n\n{{ text", 12, "is not a template"),
        ("{% if text %}", 10, "is not a template"),
        ("{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}", 10, "too deep"),
        ("{% if text %}" * 60 + "{% endif %}" * 60, 10, "too deep"),
        ("{{ " + " and ".join(["turn"] * 500) + " }}", 10, "too deep"),
        ("{{ " + "9" * 6000 + " }}", 10, "number"),
        ("x" * (MAX_TEMPLATE + 1), 10, "16001 characters"),
    ],
)
def test_a_template_that_computes_is_refused_with_its_line(source, line, problem):
    began = time.perf_counter()
    with pytest.raises(PromptError) as wrong:
        parse(source)
    assert problem in str(wrong.value)
    assert (wrong.value.source, wrong.value.line) == ("mine.toml", line)
    assert time.perf_counter() - began < 2


def test_an_unknown_slot_is_named_with_near_ones_and_all():
    with pytest.raises(PromptError) as wrong:
        parse("fine\n{{ targt }}")
    assert str(wrong.value) == (
        "prompts mine.toml, line 11: en.attacker.system: there is no slot 'targt' here; did you mean target?; "
        "known here: target, text, turn, warned"
    )


@pytest.mark.parametrize(
    ("source", "problem"), [("{{ text > turn }}", "cannot be filled"), ("{{ turn|length }}", "has no")]
)
def test_what_cannot_be_compared_is_an_error_with_its_place(source, problem):
    with pytest.raises(PromptError, match=problem) as wrong:
        render(source)
    assert wrong.value.line == 10


def test_what_a_template_becomes_is_bounded():
    source = "{{ text }}" * (MAX_TEMPLATE // 10)
    with pytest.raises(PromptError, match="longer than"):
        render(source, text="x" * 100_000)
    assert len(render("{{ text }}", text="x" * MAX_RENDERED)) == MAX_RENDERED


@pytest.mark.parametrize("value", ["{{ 7*7 }}", "{% for a in b %}", "{{ target }}", "{# gone #}"])
def test_what_fills_a_slot_is_no_template(value):
    assert render("{{ text }}", text=value) == value


PIECES = [
    *(
        "{{ ",
        " }}",
        "{% ",
        " %}",
        "if",
        "for",
        " in ",
        "{% endif %}",
        "target",
        "text",
        "turn",
        "'",
        "set",
        "=",
        "self",
    ),
    *(".", "__class__", "(", ")", "|", "upper", "range", "9", "**", "~", "[", "]", "\n", " ", "{% if turn %}"),
]


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
def test_any_text_is_refused_or_rendered_and_never_crashes(source):
    found = ""
    with suppress(PromptError):
        found = render(source)
    assert len(found) <= 10 * len(source)


def test_the_filters_are_few():
    assert FILTERS == ("capitalize", "length", "lower", "trim", "upper")
