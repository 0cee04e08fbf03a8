"""The relevance judge without a model: at home is what was said in any form, or what it brings to mind."""

import asyncio

import pytest

from agents.llm.judges.curve import Curve
from agents.llm.judges.errors import UncalibratedError
from agents.llm.judges.overlap import content, strays, telling, words
from agents.llm.judges.relevance import RelevanceJudge, WordGauge, earlier
from arena.core.actions import Case, Said
from arena.core.hits import Language
from arena.core.verdict import Role
from arena.testing.judges import check_judge

EN, ZH = Language.ENGLISH, Language.CHINESE
FAR = "The submarine captain fired torpedoes and the engine exploded."
FAR_ZH = "\u6f5c\u8247\u8230\u957f\u53d1\u5c04\u9c7c\u96f7\uff0c\u53d1\u52a8\u673a\u7206\u70b8\u3002"
MORE_ZH = "\u5f8b\u5e08\u6628\u5929\u7b7e\u8ba2\u5408\u540c\uff0c\u6cd5\u9662\u5ba3\u5e03\u5224\u51b3\u3002"


def case(text: str, *said: str | None, language: Language = EN) -> Case:
    roles = (Role.DEFENDER, Role.ATTACKER)
    history = tuple(Said(roles[at % 2], 1 + at // 2, it) for at, it in enumerate(said))
    return Case(Role.ATTACKER, 3, text, history, language)


def score(*about: str | None, language: Language = EN) -> float:
    return asyncio.run(RelevanceJudge().rule(case(*about, language=language))).score


@pytest.mark.parametrize(
    ("before", "near", "far", "language"),
    [
        ("What did you eat for lunch?", "I ate a sandwich.", "I sold a violin.", EN),
        ("Do you have any pets?", "My dog sleeps on the sofa.", "My lawyer flew to the summit.", EN),
        ("The children went swimming.", "A child swims best in summer.", "A banker borrows best in winter.", EN),
        ("It will rain tomorrow.", "Take an umbrella.", "Take a screwdriver.", EN),
        (
            "\u4f60\u559c\u6b22\u5403\u4ec0\u4e48\u6c34\u679c\uff1f",
            "\u6211\u6700\u559c\u6b22\u5403\u82f9\u679c\u3002",
            FAR_ZH,
            ZH,
        ),
    ],
)
def test_a_fitting_reply_strays_less_than_another(before, near, far, language):
    assert strays(near, [before], language) < strays(far, [before], language)


def test_a_form_of_a_word_that_was_said_is_at_home():
    assert strays("mice", ["I saw a mouse."], EN) < strays("submarines", ["I saw a mouse."], EN)


def test_the_latest_utterance_brings_most_to_mind_and_old_ones_nothing():
    near, farther = strays("engine", ["bread", "steam"], EN), strays("engine", ["steam", "bread"], EN)
    assert near < farther < strays("engine", ["bread", "violin"], EN)
    assert strays("violin", ["violin", *["bread"] * 3], EN) == strays("violin", ["bread"] * 3, EN)


@pytest.mark.parametrize("text", ["Yes.", "I do not know.", "Okay, and you?", "123", "!!!", "\u55ef"])
def test_a_short_answer_without_a_topic_is_fine(text):
    assert score(text, "Shall we go to the harbour museum?") < 0.1


def test_a_long_utterance_about_something_else_is_off_topic():
    ruling = asyncio.run(RelevanceJudge().rule(case(FAR + " " + FAR.replace("fired", "aimed"), "Do you like bread?")))
    assert (ruling.judge, ruling.version, ruling.label) == ("relevance", "1", "off_topic")
    assert score(FAR_ZH + MORE_ZH, "\u4f60\u559c\u6b22\u9762\u5305\u5417\uff1f", language=ZH) >= 0.5


@pytest.mark.parametrize("said", [(), (None,), ("", "  ")])
def test_the_first_utterance_has_nothing_to_be_relevant_to(said):
    assert score(FAR, *said) == 0.0


def test_an_empty_utterance_is_fine():
    assert score("  ", "Do you like bread?") == 0.0


def test_what_was_redacted_or_empty_is_passed_over():
    assert earlier(case("x", "one", None, "two", " ", "three", "four")) == ["two", "three", "four"]


def test_words_are_folded_and_chinese_is_parted():
    assert words("I don't like \u6211\u559c\u6b22\u82f9\u679c Pie") == [
        "i", "don", "like", "\u6211", "\u559c\u6b22", "\u82f9\u679c", "pie",
    ]  # fmt: skip
    assert content("The cat and the CAT", EN) == ("cat",)


def test_rare_words_tell_more_than_common_ones_and_the_commonest_nothing():
    assert telling("the", EN) == telling("7", EN) == telling("x", EN) == 0.0
    assert 0.0 < telling("house", EN) < telling("submarine", EN) <= telling("zzyzx", EN) == 1.0


def test_the_judge_keeps_the_laws_of_its_port():
    check_judge(RelevanceJudge, mean_ms=20).require()


def test_a_calibration_of_the_way_by_words_changes_its_scores(save):
    gauge = WordGauge()
    path = save(judge="relevance", model="words", fingerprint=gauge.fingerprint, curve=Curve(0.1, 0.01))
    judge = RelevanceJudge(str(path))
    ruling = asyncio.run(judge.rule(case("I sold a violin.", "What did you eat?")))
    assert (ruling.label, ruling.judge) == ("off_topic", f"relevance:{path}")
    assert ruling.fingerprint not in ("", RelevanceJudge().fingerprint)


def test_an_encoder_without_a_calibration_is_refused():
    with pytest.raises(UncalibratedError, match="taboo judge calibrate relevance --model some/encoder"):
        RelevanceJudge("some/encoder")
