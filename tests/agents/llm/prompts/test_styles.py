"""Prompts by name and from a user's own file, with what is wrong with it and where."""

import textwrap

import pytest
from prompting import fixed_view, talk, view_of, written

from agents.llm import prompts as prompts_package
from agents.llm.prompts import PromptError, load
from agents.llm.prompts.parts import PARTS, parts_of
from agents.llm.prompts.slots import AttackerSlots, DefenderSlots, names
from agents.llm.prompts.style import MAX_FILE, STYLES, AnswerForm, Layout, from_file
from arena.core.hits import Language
from arena.core.rules import Rules
from arena.core.verdict import Role
from arena.words.lists import load_list

WHOLE = '''
layout = "chat"
answer = "text"
stop = ["###"]

[en]
heard = "Them: {{ text }}"
own = "{{ text }}"
gap = "{{ left_out }} gone"
repair = "No: {{ problem }}"

[en.attacker]
system = """
{{ rules }}
The word: {{ target }}
"""

[en.defender]
system = "{{ rules }}"
'''


@pytest.fixture
def own(tmp_path):
    def write(text):
        path = tmp_path / "mine.toml"
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        return load(str(path))

    return write


@pytest.mark.parametrize("name", STYLES)
def test_every_style_has_both_roles_and_languages(name):
    prompts = load(name)
    assert prompts.style.templates.keys() == {(language, role) for language in Language for role in Role}
    assert (prompts.name, prompts.version) == (name, "1")


def test_styles_differ_in_what_is_asked_for():
    asked = {name: (load(name).style.layout, load(name).style.answer, load(name).style.thinks) for name in STYLES}
    assert asked == {
        "standard": (Layout.CHAT, AnswerForm.JSON, False),
        "reasoning": (Layout.CHAT, AnswerForm.JSON, True),
        "fewshot": (Layout.CHAT, AnswerForm.JSON, False),
        "compact": (Layout.CHAT, AnswerForm.TEXT, False),
        "plain": (Layout.TEXT, AnswerForm.TEXT, False),
    }


def test_the_slots_of_the_roles_differ_by_the_target_alone():
    assert names(AttackerSlots) - names(DefenderSlots) == {"target"}
    assert not names(DefenderSlots) - names(AttackerSlots)
    assert not issubclass(AttackerSlots, DefenderSlots)


@pytest.mark.parametrize("language", Language)
def test_the_targets_of_the_examples_are_dealt_from_no_built_in_list(language):
    targets = {Language.ENGLISH: ("sandcastle", "sundial"), Language.CHINESE: ("拼图", "沙漏")}[language]
    for role in Role:
        shown = load("fewshot").style.templates[language, role]["examples"].source
        assert all(target in shown for target in targets)
    assert not set(targets) & set(load_list(str(language)).words)


def test_a_file_of_ones_own_is_rendered(own):
    prompts = own(WHOLE)
    view = view_of(Role.ATTACKER, talk(Role.ATTACKER, 1), Rules(), "apple")
    shown = written(prompts.render(view))
    assert shown.endswith("The word: apple\n--- assistant\nwe talk about turn 1\n--- user\nThem: we talk about turn 1")
    assert (prompts.name, prompts.version, prompts.cues(Role.ATTACKER, Language.ENGLISH)) == ("mine", "1", ("###",))


def test_a_file_says_what_differs_from_its_base(own):
    prompts = own('base = "reasoning"\nversion = 2\n[zh.defender]\nask = "说吧\uff0c第 {{ turn }} 轮"')
    view = fixed_view(Role.DEFENDER, Language.CHINESE)
    assert written(prompts.render(view)).endswith("说吧\uff0c第 4 轮")
    for language, role in [(Language.ENGLISH, Role.DEFENDER), (Language.CHINESE, Role.ATTACKER)]:
        other = fixed_view(role, language)
        assert prompts.render(other) == load("reasoning").render(other)
    assert prompts.style.thinks
    assert prompts.version == "2"


def test_the_file_in_the_documentation_is_one_of_ones_own(own):
    example = prompts_package.__doc__.split("differs from a style:\n")[1].split("Without a `base`")[0]
    prompts = own(example)
    text = written(prompts.render(fixed_view(Role.ATTACKER, Language.ENGLISH)))
    assert "You are a talkative old sailor." in text
    assert 'defender: "Bread with honey." (a wrong guess: "egg")' in text
    assert prompts.version == "2"


def test_a_file_may_have_one_role_only(own):
    prompts = own(WHOLE.replace("[en.defender]\nsystem", "[en.attacker.x]\n#").split("[en.attacker.x]")[0])
    assert prompts.render(view_of(Role.ATTACKER, (), Rules()))
    with pytest.raises(PromptError, match=r"there is no \[en.defender\] .* it has \[en.attacker\]"):
        prompts.render(view_of(Role.DEFENDER, talk(Role.DEFENDER, 0), Rules()))


def test_a_byte_order_mark_and_windows_line_ends_are_read(tmp_path):
    path = tmp_path / "my own prompts.toml"
    path.write_bytes(b"\xef\xbb\xbf" + WHOLE.replace("\n", "\r\n").encode())
    assert load(str(path)).name == "my-own-prompts"
    path.write_bytes(WHOLE.replace("{{ rules }}\n", "{{ rule }}\n").replace("\n", "\r\n").encode())
    with pytest.raises(PromptError, match=r"line 14: en\.attacker\.system: there is no slot 'rule'"):
        load(str(path))


@pytest.mark.parametrize(
    ("old", "new", "line", "problem"),
    [
        ("The word: {{ target }}", "The word: {{ targt }}", 15, "no slot 'targt' here; did you mean target"),
        ("{{ rules }}\nThe", "{{ max_turn }}\nThe", 14, "no slot 'max_turn' here; did you mean max_turns"),
        ('[en.defender]\nsystem = "{{ rules }}"', '[en.defender]\nsystem = "{{ target }}"', 19, "no slot 'target'"),
        ('repair = "No', 'ask = "{{ target }}"\nrepair = "No', 10, "no slot 'target'"),
        ("The word: {{ target }}", "The word:", None, "never shows {{ target }}: the attacker would not know"),
        ("Them: {{ text }}", "Them: something", 7, "shows neither {{ quoted }} nor {{ text }}: the model would never"),
        ("No: {{ problem }}", "No", 10, "shows no {{ problem }}"),
        ("{{ left_out }} gone", "gone", 9, "shows no {{ left_out }}"),
        ("{{ rules }}\nThe", "{% if %}\nThe", 14, "is not a template"),
        ("{{ rules }}\nThe", "{{ rules.__class__ }}\nThe", 14, "attributes cannot be used"),
        ('heard = "Them: {{ text }}"\n', "", None, "[en.attacker] has no 'heard'"),
        ('own = "{{ text }}"\n', "", None, "[en.attacker] has no 'own'"),
        ('answer = "text"', 'answer = "json"', 8, "is never shown"),
        ('answer = "text"', 'answer = "jsn"', None, "answer cannot be 'jsn'; did you mean json"),
        ('layout = "chat"\nanswer = "text"', 'layout = "text"', None, 'needs answer = "text"'),
        ('layout = "chat"', 'layuot = "chat"', 2, "nothing is called 'layuot'; did you mean layout"),
        ("[en.attacker]", "[en.attaker]", 12, "nothing is called 'attaker' in [en]; did you mean attacker"),
        ("[en.attacker]", "[fr.attacker]", 12, "nothing is called 'fr'"),
        ("heard =", "herd =", 7, "nothing is called 'herd' in [en]; did you mean heard"),
        ('[en.defender]\nsystem =', '[en.defender]\nopening =', 19, "nothing is called 'opening' in [en.defender]"),
        ('"Them: {{ text }}"', "3", 7, "en.heard: must be text"),
        ('heard = "Them', 'heard = Them', 7, "is not TOML"),
        ('stop = ["###"]', 'stop = ["###", ""]', None, "stop must be a list"),
        ('stop = ["###"]', "thinks = 1", None, "thinks cannot be 1: write true or false"),
        ('stop = ["###"]', 'name = "a b"', None, "name cannot be 'a b'"),
        ('stop = ["###"]', 'name = "plain"', None, "name cannot be 'plain': a style that comes along"),
        ('stop = ["###"]', "version = true", None, "version cannot be True"),
        ('stop = ["###"]', 'base = "standrad"', None, "no style 'standrad'; did you mean standard"),
        (WHOLE, "", None, "has no texts"),
        (WHOLE, '[en]\nheard = "{{ text }}"', None, "has neither [en.attacker]"),
        (WHOLE, "en = 3", None, "en must be a table"),
        (WHOLE, "a = " + "[" * 5000, None, "is n"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_file_is_said_with_its_line(own, old, new, line, problem):
    assert old in WHOLE
    with pytest.raises(PromptError) as wrong:
        own(WHOLE.replace(old, new, 1))
    assert problem in str(wrong.value)
    assert "mine.toml" in wrong.value.source
    assert line is None or wrong.value.line == line


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("standrad", "no such style, and no such file; did you mean standard?; known here: standard, reasoning"),
        ("no/such/file.toml", "no such style, and no such file"),
    ],
)
def test_a_name_that_is_no_style_is_refused_with_near_ones(name, problem):
    with pytest.raises(PromptError) as wrong:
        load(name)
    assert problem in str(wrong.value)


def test_files_that_hold_no_text_are_refused(tmp_path):
    path = tmp_path / "x.toml"
    path.write_bytes(b"name = '\xff'")
    with pytest.raises(PromptError, match="not UTF-8 at byte 8"):
        load(str(path))
    path.write_bytes(b"#" * (MAX_FILE + 1))
    with pytest.raises(PromptError, match="more than"):
        load(str(path))


def test_what_is_no_file_is_refused_in_a_sentence(tmp_path):
    for name in (str(tmp_path), "x" * 5000, "~nobody-of-this-name/x.toml", "a\0b", ""):
        with pytest.raises(PromptError, match="no such file"):
            load(name)
    with pytest.raises(PromptError, match="cannot be read: Is a directory"):
        from_file(tmp_path)


def test_a_text_in_an_inline_table_is_wrong_without_a_line(own):
    with pytest.raises(PromptError, match="there is no slot 'nothing'") as wrong:
        own('base = "standard"\nen = { ask = "{{ nothing }}" }')
    assert wrong.value.line is None


def test_every_part_says_what_it_is_and_only_the_attacker_opens():
    assert all(part.about for part in PARTS.values())
    assert set(parts_of(Role.ATTACKER)) - set(parts_of(Role.DEFENDER)) == {"opening", "secret"}
