import asyncio

import pytest

from arena.core.actions import Case, Ruling, Said
from arena.core.hits import Language
from arena.core.verdict import Role
from arena.judges.form import FormJudge

A, D = Role.ATTACKER, Role.DEFENDER


def rule(text: str, own: tuple[str | None, ...] = (), theirs: tuple[str | None, ...] = ()) -> Ruling:
    said = [Said(D, turn, line) for turn, line in enumerate(own, 1)]
    said += [Said(A, turn, line) for turn, line in enumerate(theirs, 1)]
    history = tuple(sorted(said, key=lambda one: one.turn))
    return asyncio.run(FormJudge().rule(Case(D, len(own) + 1, text, history, Language.ENGLISH)))


QUESTION = "What do you call the yellow fruit that monkeys eat in every old cartoon?"
CHINESE_QUESTION = "你小时候最喜欢吃的那种又黄又弯的水果到底叫什么名字呢"

RULED = [
    ("aaaaaaa", "repeated_character"),
    ("a a a a a a", "repeated_character"),
    ("AAAA\u200baaa!", "repeated_character"),
    ("zzzzzzzzzzzzzzzz ok", "repeated_character"),
    ("????????????????", "repeated_character"),
    ("哈" * 12, "repeated_character"),
    ("好好好好好", "repeated_character"),
    ("no " * 8, "stalling"),
    ("Let me think. " * 4, "stalling"),
    ("well, let me think, let me think, let me think, let me think", "stalling"),
    ("I pass. I pass, I PASS! i pass... I pass", "stalling"),
    ("让我想想让我想想让我想想让我想想", "stalling"),
]

FINE = [
    "",
    "...",
    "!!!",
    "No!",
    "Noooooo!",
    "haha",
    "hahahahaha",
    "哈哈哈哈哈哈",
    "嗯嗯嗯嗯",
    "100000000000000 dollars",
    "No, no, no, no, no!",
    "Oh, that's my great, great, great, great, great, great, great grandfather.",
    "I know, I know, I know.",
    "Don't, don't, don't, don't say that. That, that makes it worse.",
    "不是不是不是不是",
    "La la la la la, what a lovely song that was.",
    QUESTION,
    CHINESE_QUESTION,
]


@pytest.mark.parametrize(("text", "label"), RULED)
def test_repetition_within_an_utterance_is_ruled_against(text, label):
    ruling = rule(text)
    assert (ruling.label, ruling.score) == (label, 1.0)


@pytest.mark.parametrize("text", FINE)
def test_what_people_say_is_fine(text):
    ruling = rule(text)
    assert (ruling.label, ruling.score) == ("fine", 0.0)


@pytest.mark.parametrize(
    ("text", "own", "label"),
    [
        ("Let me think.", ("let me think",), "fine"),
        ("Let me think.", ("let me think", "Let me think..."), "stalling"),
        ("Hmm.", ("Go on.", "I see.", "Well, okay."), "fine"),
        ("Hmm.", ("Go on.", "I see.", "Well, okay.", "Just a minute"), "stalling"),
        ("Hmm.", ("Go on.", "I see.", "Bananas are yellow.", "Well, okay.", "Just a minute"), "fine"),
        ("我不知道", ("我不知道。", "我不知道!"), "stalling"),
        ("Yes.", ("Yes.", "Yes."), "fine"),
        ("...", ("...", "…"), "stalling"),
        ("Hmm.", (None, "Hmm."), "fine"),
    ],
)
def test_saying_nothing_turn_after_turn_is_stalling(text, own, label):
    assert rule(text, own).label == label


@pytest.mark.parametrize(
    ("text", "own", "label"),
    [
        ("I like the blue one best.", ("I like the blue one best.",), "fine"),
        (
            "I like the blue one best.",
            ("i like the BLUE one best!", "Sure.", "I like the blue\u200b one, best"),
            "repeated",
        ),
        ("The blue one.", ("The blue one.", "The blue one."), "fine"),
        ("I like the blue one best.", (None, None, None), "fine"),
        ("我最喜欢蓝色的那一个", ("我最喜欢蓝色的那一个", "我最喜欢蓝色的那一个。"), "repeated"),
        ("蓝色的好看", ("蓝色的好看", "蓝色的好看"), "fine"),
    ],
)
def test_the_third_identical_utterance_of_five_words_is_ruled_against(text, own, label):
    assert rule(text, own).label == label


@pytest.mark.parametrize(
    ("text", "theirs", "label"),
    [
        (QUESTION, (QUESTION,), "pasted"),
        (QUESTION.upper() + " Hm?", (QUESTION, "And then?", "Well?"), "pasted"),
        (QUESTION, (QUESTION, "One.", "Two.", "Three."), "fine"),
        (QUESTION, (None,), "fine"),
        ("The yellow fruit?", (QUESTION,), "fine"),
        ("The yellow fruit that monkeys eat in every, hm, what do you call the yellow thing?", (QUESTION,), "fine"),
        ("In every old cartoon, you say, but in my country we never saw any of those at all.", (QUESTION,), "fine"),
        (CHINESE_QUESTION, (CHINESE_QUESTION,), "pasted"),
        ("你小时候最喜欢吃", (CHINESE_QUESTION,), "fine"),
    ],
)
def test_a_long_copy_of_what_the_opponent_said_last_is_pasted(text, theirs, label):
    assert rule(text, theirs=theirs).label == label


def test_the_fingerprint_is_the_same_for_every_instance():
    assert FormJudge().fingerprint == FormJudge().fingerprint
    assert len(FormJudge().fingerprint) == 16


def test_the_ruling_names_the_judge_and_its_fingerprint():
    judge = FormJudge()
    ruling = asyncio.run(judge.rule(Case(A, 1, "hello", (), Language.ENGLISH)))
    assert ruling == Ruling("form", "1", "fine", 0.0, judge.fingerprint)
