import asyncio

import pytest

from arena.core.actions import Case
from arena.core.hits import Language
from arena.core.verdict import Role
from arena.judges.letters import implausibility
from arena.judges.wordlike import WordlikeJudge, oddness

FINE = [
    "",
    "Hmm",
    "haha",
    "Hahaha, hmm, yesss, ahhhh, nooooo!",
    "42",
    "1, 2, 3, 4, 5, 6, 7, 8",
    "\U0001f600\U0001f600 \U0001f44d",
    "Xqzt Vwkpl Bdfghj",
    "asdf",
    "b-a-n-a-n-a, you know what I mean",
    "Wouldn't they've said it's what you'd do?",
    "Isn \u2019 t it?",
    "It is a bluffinator of the Snorvaks, they say.",
    "My name is Mahima Krzyzewski, nice to meet you.",
    "See https://xkq.zzvw.example/qwpx or write to qqzx@vvkpt.example, will you?",
    "\u041f\u0440\u0438\u0432\u0435\u0442 \u043a\u0430\u043a \u0434\u0435\u043b\u0430 \u0441 \u044f",
    "\uff37\uff48\uff41\uff54 \uff41 \uff4c\uff4f\uff56\uff45\uff4c\uff59 \uff44\uff41\uff59",
    "张伟",
    "今天天气很好\uff0c我们去公园走走吧",
    "今天天氣很好\uff0c我們去公園走走吧",
    "我买了一台iPhone\uff0c感觉非常不错 very good",
]

GIBBERISH = [
    "tsrhi is ton a elra tesnnece ta lal",
    "sdkfj lskdjf woeir xmcnv qpwoe",
    "asdf jkl sdfjk asdjfkl jjkdsf",
    "xQkZ vBnM pLkJ hGfD rTyW",
    "the the the the the the the the the the the the",
    "abab baba abab baba abab baba abab",
    "碘褫洇湮挚汔愈侯詰饐",
    "湖鞋跳墨绿岸跑蒸雨砖纸",
    "\uff53\uff44\uff4b\uff46\uff4a lskdjf woeir xmcnv qpwoe",
]


@pytest.mark.parametrize("text", FINE)
def test_real_and_short_texts_are_clearly_fine(text):
    assert oddness(text) <= 0.1


@pytest.mark.parametrize("text", GIBBERISH)
def test_noise_is_clearly_gibberish(text):
    assert oddness(text) >= 0.9


@pytest.mark.parametrize(
    "text",
    [
        "Hola, \u00bfc\u00f3mo est\u00e1s hoy amigo m\u00edo?",
        "Ich m\u00f6chte gerne wissen, warum du fragst",
        "Lorem ipsum dolor sit amet consectetur adipiscing elit",
        "Zorblax the Gruntled met Xyphon of Qeth",
    ],
)
def test_words_of_other_languages_and_invented_names_are_not_gibberish(text):
    assert oddness(text) < 0.5


def test_letters_in_order_make_a_word_likelier_than_the_same_letters_in_none():
    assert implausibility("strength") < 0.3 < 0.7 < implausibility("rtsghnte")
    assert implausibility("m\u00f6chte") == implausibility("mochte")
    assert implausibility("\u00f0") == 0.5


def test_in_a_mixed_text_each_script_counts_by_how_much_of_it_there_is():
    noise = "sdkfj lskdjf woeir xmcnv "
    little = noise + "今天天气很好\uff0c我们去公园走走吧" * 3
    assert oddness(little) < 0.5 < oddness(noise * 3 + "今天天气")


@pytest.mark.parametrize(("text", "label"), [("It is a lovely day today.", "fine"), (GIBBERISH[1], "gibberish")])
def test_the_ruling_names_the_judge_and_its_fingerprint(text, label):
    judge = WordlikeJudge()
    ruling = asyncio.run(judge.rule(Case(Role.DEFENDER, 1, text, (), Language.ENGLISH)))
    assert (ruling.judge, ruling.version, ruling.label) == ("wordlike", "1", label)
    assert ruling.fingerprint == judge.fingerprint == WordlikeJudge().fingerprint
    assert ruling.settled() == ruling
