"""What a model's text does in the game: always something legal, or nothing and a problem; never an exception."""

import json
import time
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from agents.llm.decisions import Decision, How, decide
from arena.core.actions import Action
from arena.core.hits import Language
from arena.core.position import Position
from arena.core.referee import refusal
from arena.core.rules import Rules
from arena.core.views import AttackerView, DefenderView

DEFENDER = DefenderView(Rules(), turn=1, history=(), guesses_left=1, ms_left=30_000, seed=0)
ATTACKER = AttackerView(Rules(), turn=1, history=(), guesses_left=0, ms_left=30_000, seed=0, target="apple")
SPENT = replace(DEFENDER, guesses_left=0)
CHINESE = replace(DEFENDER, rules=Rules(language=Language.CHINESE))
FORMULA = "I know the word! It is apple."


def short(chars):
    return replace(DEFENDER, rules=Rules(max_chars=chars))


@pytest.mark.parametrize(
    ("text", "say", "guess"),
    [
        ('{"say": "Hi there.", "guess": null}', "Hi there.", None),
        ('{"say": "Hi.", "guess": "apple"}', "Hi.", "apple"),
        ('{"say": "", "guess": "apple"}', "", "apple"),
        ('{"guess": "apple"}', "", "apple"),
        ('```json\n{"say": "Hi.", "guess": "apple"}\n```', "Hi.", "apple"),
        ('Here is my move:\n{"say": "Hi.", "guess": "apple"}\nGood luck!', "Hi.", "apple"),
        ('{"SAY": "Hi.", "Guess ": "apple"}', "Hi.", "apple"),
        ('{"text": "Hi."}', "Hi.", None),
        ('{"utterance": "Hi.", "guessed_word": "apple"}', "Hi.", "apple"),
        ('{"message": "Hi.", "final-guess": "apple"}', "Hi.", "apple"),
        ('{"answer": "I like pies."}', "I like pies.", None),
        ('{"reasoning": "pies", "say": "Hi.", "answer": "apple"}', "Hi.", None),
        ('{"action": "guess", "word": "apple"}', "", "apple"),
        ('{"action": "speak", "text": "Hi."}', "Hi.", None),
        ('{"action": {"say": "Hi.", "guess": "apple"}}', "Hi.", "apple"),
        ('{"name": "act", "arguments": {"say": "Hi."}}', "Hi.", None),
        ('[{"say": "Hi."}]', "Hi.", None),
        ('{"mood": {"a": 1}} {"say": "Hi."}', "Hi.", None),
        ("{'say': 'Hi.', 'guess': None}", "Hi.", None),
        ("{'say': 'It's fine, he said', 'guess': 'apple'}", "It's fine, he said", "apple"),
        ('{"say": "She said "wow" to me.", "guess": null,}', 'She said "wow" to me.', None),
        ('{"say": "She said \\"wow\\" to me."}', 'She said "wow" to me.', None),
        ('{"say": "Hi." "guess": "apple"}', "Hi.", "apple"),
        ("{say: Hi there, guess: apple}", "Hi there", "apple"),
        ("{\u201csay\u201d: \u201cHi.\u201d, \u201cguess\u201d: \u201capple\u201d}", "Hi.", "apple"),
        ('{"say": "I was cut', "I was cut", None),
        ('{"say": "one\ntwo", "guess": null}', "one\ntwo", None),
        ('{"say": ["Hi.", "You?"]}', "Hi. You?", None),
        ('{"guess": 42}', "", "42"),
        ('{"guess": ["apple"]}', "", "apple"),
        ('{"say": "Hi.", "guess": ["apple", "pear"]}', "Hi.", None),
        ('{"say": "Hi.", "guess": false}', "Hi.", None),
        ('{"say": "Hi.", "guess": "null"}', "Hi.", None),
        ('{"say": "Hi.", "guess": "None"}', "Hi.", None),
        ('{"say": "Hi.", "guess": ""}', "Hi.", None),
        ('{"say": "Hi.", "guess": "N/A"}', "Hi.", None),
        ('{"say": "Hi.", "guess": "an apple."}', "Hi.", "apple"),
        ('{"say": "Hi.", "guess": "\\"apple\\""}', "Hi.", "apple"),
        ('{"say": "Hi.", "guess": "**the apple**"}', "Hi.", "apple"),
        ('{"say": "Hi.", "guess": "I know the word! It is apple."}', "Hi.", "apple"),
        ('{"say": "I know the word! It is apple.", "guess": "apple"}', "", "apple"),
        ('{"say": "Hi! I know the word! It is apple.", "guess": null}', "Hi!", "apple"),
        ("Say: Hi.\nGuess: apple", "Hi.", "apple"),
        ("**Say:** Hi.\nYou?\n**Guess:** none", "Hi.\nYou?", None),
        ("<say>Hi.</say><guess>apple</guess>", "Hi.", "apple"),
        ("<say>Hi.", "Hi.", None),
    ],
)
def test_an_answer_with_fields_is_read(text, say, guess):
    decision = decide(text, DEFENDER)
    assert decision.action == Action(say, guess)
    assert decision.how in (How.STRUCTURED, How.ANNOUNCED)


@pytest.mark.parametrize(
    ("text", "say"),
    [
        ("Nice weather today.", "Nice weather today."),
        ("  Nice weather.  \n", "Nice weather."),
        ('"Nice weather."', "Nice weather."),
        ("\u201cNice weather.\u201d", "Nice weather."),
        ("'I don't know.'", "I don't know."),
        ('"Hi." she said. "Bye."', '"Hi." she said. "Bye."'),
        ("Defender: Nice weather.", "Nice weather."),
        ("**Defender:** Nice weather.", "Nice weather."),
        ("[Defender]: Nice weather.", "Nice weather."),
        ("Defender (turn 2): Nice weather.", "Nice weather."),
        ("Me: Nice weather.", "Nice weather."),
        ("A: Nice weather.", "Nice weather."),
        ("Assistant: Defender: Nice weather.", "Nice weather."),
        ('Answer: "Nice weather."', "Nice weather."),
        ("Final answer: I love pies.", "I love pies."),
        ("守方\uff1a你好", "你好"),
        ("Nice.\nAttacker: And you?\nDefender: Fine.", "Nice."),
        ("Nice.\n\n**Attacker**: And you?", "Nice."),
        ("Nice. Attacker: And you?", "Nice."),
        ("Nice.\nUser: And you?", "Nice."),
        ("Nice.\nTurn 3\nmore", "Nice."),
        ("Attacker: And you?\nDefender: Nice.", "Nice."),
        ("Nice.<|im_end|>\n<|im_start|>user", "Nice."),
        ("<|im_start|>Nice.</s>", "Nice."),
        ("```\nNice.\n```", "Nice."),
        ("Nice.\nGuess: none", "Nice."),
        ("<think>It may be an apple.</think>Nice.", "Nice."),
        ("one   two\n\n\nthree", "one two\nthree"),
        ("a\x00b\x07c\u0085d", "abcd"),
        ("half \ud800 whole \ud83c\udf4e", "half \ufffd whole \U0001f34e"),
        ("I like {braces} a lot", "I like {braces} a lot"),
        ("Note: apples are fine", "Note: apples are fine"),
        ("**Nice** and **warm**", "**Nice** and **warm**"),
    ],
)
def test_prose_becomes_an_utterance(text, say):
    assert decide(text, DEFENDER) == Decision(Action(say), How.UTTERANCE)


def test_a_defender_announces_in_prose():
    assert decide("Sounds good. " + FORMULA, DEFENDER) == Decision(Action("Sounds good.", "apple"), How.ANNOUNCED)
    assert decide("我知道了\uff01这个词是“苹果”", CHINESE) == Decision(Action("", "苹果"), How.ANNOUNCED)


def test_an_announcement_in_a_turn_made_up_for_the_other_side_is_none():
    assert decide("Nice.\nAttacker: " + FORMULA, DEFENDER).action == Action("Nice.")


def test_an_attacker_never_guesses():
    assert decide('{"say": "Hi.", "guess": "apple"}', ATTACKER).action == Action("Hi.")
    assert decide('{"say": "Hi.", "guess": "apple"}', ATTACKER).problem
    assert decide('{"guess": "apple"}', ATTACKER).action is None
    assert decide("My guess is rain.", ATTACKER) == Decision(Action("My guess is rain."), How.UTTERANCE)


def test_a_guess_beyond_the_limit_is_left_out_and_its_text_kept():
    for text in ('{"say": "Hi.", "guess": "apple"}', "Hi. " + FORMULA):
        decision = decide(text, SPENT)
        assert decision.action == Action("Hi.")
        assert "no guess left" in decision.problem
    assert decide(FORMULA, SPENT).action is None
    assert "no guess left" in decide(FORMULA, SPENT).problem


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "\u200b\u200b",
        "***",
        '""',
        "```\n```",
        "<think>x</think>",
        '{"say": ""}',
        '{"say": null, "guess": null}',
        "Defender:",
    ],
)
def test_a_text_that_says_nothing_is_no_action(text):
    decision = decide(text, DEFENDER)
    assert (decision.action, decision.how) == (None, How.NONE)
    assert decision.problem


@pytest.mark.parametrize(
    "text", ['{"foo": "bar"}', '```json\n{"foo": {"bar": 1}}\n```', '{"a":' * 100_000, '{"say": {"x": 1}}']
)
def test_an_object_without_known_fields_is_not_said(text):
    decision = decide(text, DEFENDER)
    assert decision.action is None
    assert "JSON" in decision.problem or "nothing" in decision.problem


@pytest.mark.parametrize("guess", ["I am not sure about it yet", "I do not know", "one two three four five"])
def test_a_guess_that_is_no_word_is_left_out_and_said_so(guess):
    decision = decide(json.dumps({"say": "Hi.", "guess": guess}), DEFENDER)
    assert decision.action == Action("Hi.")
    assert decision.problem


@pytest.mark.parametrize(
    ("text", "room", "say"),
    [
        ("One two. Three four. Five", 20, "One two. Three four."),
        ("One two. Three four. Five", 19, "One two. Three"),
        ("One two three four", 13, "One two three"),
        ("One two three four", 12, "One two"),
        ("Onetwothreefour", 6, "Onetwo"),
        ("你好。再见。明天", 6, "你好。再见。"),
        ("\U0001f34e" * 10, 3, "\U0001f34e" * 3),
        ("exactly ten", 11, "exactly ten"),
    ],
)
def test_a_text_that_is_too_long_is_cut_at_a_sentence_or_a_word(text, room, say):
    assert decide(text, short(room)).action == Action(say)


def test_a_guess_longer_than_the_rules_allow_is_left_out():
    assert decide('{"say": "Hi", "guess": "apple"}', short(4)).action == Action("Hi")


def test_no_problem_holds_the_target_or_a_line_break():
    texts = (
        "",
        '{"apple": 1}',
        '{"say": "x", "guess": "apple"}',
        FORMULA,
        '{"say": "x", "guess": "is it apple or not now"}',
    )
    for text in texts:
        for view in (DEFENDER, ATTACKER, SPENT):
            problem = decide(text, view).problem
            assert "apple" not in problem
            assert "\n" not in problem
            assert len(problem) < 120


VIEWS = st.sampled_from([DEFENDER, ATTACKER, SPENT, CHINESE, short(1), short(5)])
PIECES = st.sampled_from(
    [
        '{"say":',
        '"guess":',
        "'",
        '"',
        "{",
        "}",
        "[",
        ":",
        ",",
        "null",
        "Hi",
        "apple",
        "\n",
        "Attacker:",
        "Defender:",
        "Guess:",
        "Say:",
        "I know the word!",
        "It is",
        "<think>",
        "</think>",
        "```",
        "<|im_end|>",
        "\\",
        "\\u",
        "\ud800",
        "\x00",
        "1e999",
        "**",
        "A: ",
        "<guess>",
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.sampled_from(["say", "guess", "action", "text", "x"]) | st.text(), inner)
    ),
)
ANYTHING = st.text() | st.lists(PIECES).map("".join) | JSON.map(json.dumps) | st.text(st.characters())


@given(ANYTHING, VIEWS)
@example('{"guess": ' + "9" * 5000 + "}", DEFENDER)
@example('{"say": "\\ud800"}', DEFENDER)
@example('{"guess": "\\u0000apple"}', DEFENDER)
def test_any_text_comes_to_a_legal_action_or_to_a_problem(text, view):
    decision = decide(text, view)
    if decision.action is None:
        assert decision.problem
        return
    position = Position(view.rules, "apple", to_move=view.role, guesses_left=view.guesses_left)
    assert refusal(position, view.role, decision.action) is None
    assert decision.action.guess is None or decision.how in (How.STRUCTURED, How.ANNOUNCED)


@pytest.mark.slow
@pytest.mark.parametrize(
    "piece",
    [
        "a",
        " ",
        "\n",
        "{",
        '{"a":',
        "[",
        '" ',
        '", ',
        "'",
        "\\",
        "\\'",
        "<think>",
        "</think>",
        "Guess:\n",
        "the word is ",
        "\ud800",
        "```",
        "\nAttacker",
        "*",
        "I know the word! ",
        ", ",
        "\u200b",
        "9",
        "{a:",
        "<say>",
        "Say: x\n",
        "我知道这个词了\uff01",
        '{"say": "',
        "_",
        "Defender: ",
    ],
)
def test_a_million_characters_take_less_than_a_second(piece):
    for beginning in ("", '{"say": "', "{'say': '", '{"guess": '):
        began = time.process_time()
        decide(beginning + piece * (1_000_000 // len(piece)), DEFENDER)
        assert time.process_time() - began < 1.0
