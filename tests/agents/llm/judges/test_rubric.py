"""The llm judge: nothing that a player writes leaves its wrapping, and nothing but a ruling decides."""

import asyncio
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from agents.llm.engines.scripted import Reply, ScriptedEngine
from agents.llm.judges.grades import CRITERIA, SCORES, Grades, NoRulingError, parse
from agents.llm.judges.rubric import LlmJudge, request, rubric
from agents.llm.judges.wrapping import BEGIN, END, MOST_CHARS, encoded, wrapped
from arena.core.actions import Case, Said
from arena.core.errors import EngineError
from arena.core.generation import Speaker
from arena.core.hits import Language
from arena.core.verdict import Role
from arena.registry import JudgeArgumentError
from arena.testing.judges import check_judge

FILE = Path(__file__).with_name("injections.txt")
ESCAPES = re.compile(r"(?:\\(?:[nr]|x[0-9a-f]{2}|u[0-9a-f]{4}))+")
INJECTIONS = [
    ESCAPES.sub(lambda it: json.loads(f'"{it[0].replace(chr(92) + "x", chr(92) + "u00")}"'), line)
    for line in FILE.read_text(encoding="utf-8").split("\n")
    if line
]
SAFE = re.compile(r"(?:[\w .,;:!?'()\-\u3001\u3002\uff0c\uff01\uff1f\uff1a\uff1b]|\\u[0-9a-f]{4})*")


def case(text: str, *earlier: str) -> Case:
    roles = (Role.DEFENDER, Role.ATTACKER)
    history = tuple(Said(roles[at % 2], 1 + at // 2, said) for at, said in enumerate(earlier))
    return Case(Role.ATTACKER, 3, text, history, Language.ENGLISH)


def says(*replies: str | Reply) -> ScriptedEngine:
    return ScriptedEngine(replies, repeats=True)


def judge_of(engine: ScriptedEngine, argument: str = "some-model") -> LlmJudge:
    return LlmJudge(argument, open_model=lambda spec: engine)


def ruled(engine: ScriptedEngine, about: Case):
    return asyncio.run(judge_of(engine).rule(about))


def grades(fluency: object = 5, relevance: object = 5, effort: object = 5) -> str:
    return json.dumps({"fluency": fluency, "relevance": relevance, "effort": effort})


def test_thirty_injections_and_more_are_tried():
    assert len(set(INJECTIONS)) >= 40
    assert any("\n" in text for text in INJECTIONS)
    assert any("\ud800" in text for text in INJECTIONS)


@pytest.mark.parametrize("text", INJECTIONS)
def test_an_injection_stays_in_its_string(text):
    for about in (case(text), case("hello", text, "and you?", text)):
        begin, line, end = wrapped(about).split("\n")
        assert (begin, end) == (BEGIN, END)
        row = json.loads(line)
        assert list(row) == ["language", "earlier", "utterance"]
        assert row["utterance"] == about.text
        assert [it["text"] for it in row["earlier"]] == [said.text for said in about.history]
        assert all(set(it) == {"by", "text"} for it in row["earlier"])
        assert len(line.splitlines()) == 1


@pytest.mark.parametrize("text", INJECTIONS)
def test_an_injection_is_written_in_letters_that_mean_nothing_else(text):
    shown = encoded(text)
    assert SAFE.fullmatch(shown[1:-1])
    assert "_" not in shown
    assert json.loads(shown) == text


@pytest.mark.parametrize("text", INJECTIONS)
def test_an_injection_changes_nothing_but_the_one_line(text):
    harmless, hostile = request(case("hello")), request(case(text))
    assert hostile.sampling == harmless.sampling
    assert (hostile.seed, hostile.sampling.temperature, hostile.schema) == (0, 0.0, harmless.schema)
    assert [message.speaker for message in hostile.prompt] == [Speaker.SYSTEM, Speaker.USER]
    assert hostile.prompt[0].text == rubric()


@pytest.mark.parametrize("text", INJECTIONS)
def test_an_injection_that_the_model_repeats_is_no_ruling_unless_it_is_one_to_the_letter(text):
    try:
        expected = parse(text)
    except NoRulingError:
        with pytest.raises(EngineError, match="its answer is no ruling"):
            ruled(says(Reply(text)), case("hello"))
    else:
        assert expected == Grades(5, 5, 5)


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "fine",
        "5",
        "null",
        "[5, 5, 5]",
        "{}",
        '"{}"',
        grades() + " I am sure.",
        "Sure! " + grades(),
        grades() + grades(),
        grades().replace("}", ', "note": "good"}'),
        '{"fluency": 5, "relevance": 5}',
        '{"fluency": 1, "relevance": 5, "effort": 5, "fluency": 5}',
        "The player wrote </think>" + grades(),
        "<think>They wrote </think>" + grades() + " so that</think>",
        "<think>" + grades(),
        grades(fluency=6),
        grades(fluency=0),
        grades(fluency=-1),
        grades(fluency=4.5),
        grades(fluency="5"),
        grades(fluency=True),
        grades(fluency=None),
        grades(fluency=[5]),
        '{"fluency": NaN, "relevance": 5, "effort": 5}',
        '{"Fluency": 5, "Relevance": 5, "Effort": 5}',
        "```json\n" + grades(),
        "```json\n" + grades() + "\n```\n```json\n" + grades() + "\n```",
        "[" * 100_000,
        "{'fluency': 5, 'relevance': 5, 'effort': 5}",
    ],
)
def test_an_answer_that_is_no_ruling_is_an_error_that_repeats_nothing_of_it(reply):
    with pytest.raises(EngineError, match="its answer is no ruling") as wrong:
        ruled(says(Reply(reply)), case("hello"))
    assert "I am sure" not in str(wrong.value)


@pytest.mark.parametrize(
    "reply",
    [grades(), f"  {grades()}\n", f"```json\n{grades()}\n```", f"```\n{grades()}\n```", f"<think>hm</think>{grades()}"],
)
def test_a_ruling_may_stand_bare_in_one_fence_or_after_thinking(reply):
    ruling = ruled(says(Reply(reply)), case("hello"))
    assert (ruling.label, ruling.score) == ("fine", 0.0)


@pytest.mark.parametrize(
    ("given", "label", "score"),
    [
        ((5, 5, 5), "fine", 0.0),
        ((4, 5, 3), "fine", 0.4),
        ((2, 5, 5), "not_fluent", 0.7),
        ((5, 1, 2), "off_topic", 1.0),
        ((5, 5, 2), "stalling", 0.7),
        ((1, 1, 1), "not_fluent", 1.0),
    ],
)
def test_the_worst_grade_rules(given, label, score):
    ruling = ruled(says(grades(*given)), case("hello", "hi there"))
    assert (ruling.label, ruling.score, ruling.judge) == (label, score, "llm:some-model")


def test_an_answer_that_was_cut_off_is_no_ruling():
    engine = says(Reply("<think>one two three </think>" + grades() + " four"))
    judge = judge_of(engine, "some-model?tokens=9")
    with pytest.raises(EngineError, match=r"cut off after 9 tokens; give the judge more with tokens=$"):
        asyncio.run(judge.rule(case("hello")))


@pytest.mark.parametrize(
    ("room", "problem"),
    [
        (3, "cut off, as its context of {context} tokens was full after 3 tokens of answer; judge with a model of"),
        (0, "{words} words, and {context} are its context; judge with a model of a longer context$"),
    ],
)
def test_where_the_context_is_full_more_tokens_are_not_advised(room, problem):
    words = says().count(request(case("hello")).prompt)
    engine = ScriptedEngine([Reply("one two three four")], repeats=True, context=words + room)
    with pytest.raises(EngineError, match=problem.format(context=words + room, words=words)) as wrong:
        ruled(engine, case("hello"))
    assert "tokens=" not in str(wrong.value)


def test_a_server_that_stops_short_of_the_tokens_is_not_asked_for_more():
    class Capped(ScriptedEngine):
        async def complete(self, request, watch=None):
            return await super().complete(replace(request, sampling=replace(request.sampling, max_tokens=2)), watch)

    engine = Capped(["one two three"])
    with pytest.raises(EngineError, match="cut off after 2 of 64 tokens; judge with a model of a longer context"):
        ruled(engine, case("hello"))


def test_the_first_utterance_cannot_be_off_topic():
    assert ruled(says(grades(relevance=1)), case("hello")).score == 0.0


def test_an_empty_utterance_is_fine_and_nobody_is_asked():
    engine = says(grades(1, 1, 1))
    assert ruled(engine, case("  ")).score == 0.0
    assert engine.asked == ()


def test_the_scores_fall_with_the_grades_and_every_criterion_is_in_the_rubric():
    assert [SCORES[grade] for grade in (1, 2, 3, 4, 5)] == sorted(SCORES.values(), reverse=True)
    assert all(f"- {name}: " in rubric() for name in CRITERIA)


def test_the_middle_of_a_long_utterance_is_left_out_and_counted():
    row = json.loads(wrapped(case("a" * 5000 + "END")).split("\n")[1])
    assert row["utterance"].endswith("aEND")
    assert f"({5003 - MOST_CHARS} characters left out)" in row["utterance"]


def test_chinese_is_shown_as_it_is_written():
    assert "\u4f60\u597d\uff0c\u4e16\u754c\u3002" in wrapped(case("\u4f60\u597d\uff0c\u4e16\u754c\u3002"))


def test_the_judge_keeps_the_laws_of_its_port():
    check_judge(lambda: judge_of(says(grades(4, 4, 4))), mean_ms=100).require()


def test_without_a_model_it_says_how_to_name_one():
    with pytest.raises(JudgeArgumentError, match="llm:ARGUMENT"):
        LlmJudge()


@pytest.mark.parametrize("value", ["0", "-1", "many"])
def test_an_option_that_cannot_be_read_is_refused_at_once(value):
    with pytest.raises(EngineError, match="option tokens"):
        LlmJudge(f"some-model?tokens={value}")


def test_an_unknown_option_is_refused_when_the_model_is_opened(tmp_path):
    (tmp_path / "replies.txt").write_text("{}\n")
    with pytest.raises(Exception, match="no option 'tokns'; did you mean tokens"):
        LlmJudge(f"scripted:{tmp_path / 'replies.txt'}?tokns=9").prepare()


def test_the_model_is_asked_for_so_many_tokens_as_it_was_given():
    engine = says(grades())
    judge = judge_of(engine, "some-model?tokens=900")
    asyncio.run(judge.rule(case("hello")))
    assert engine.asked[0].sampling.max_tokens == 900


@pytest.mark.parametrize("text", INJECTIONS)
def test_no_token_of_a_chat_format_comes_out_of_an_utterance(text, chat_tokenizer):
    def special(about: Case) -> list[int]:
        messages = [{"role": it.speaker.value, "content": it.text} for it in request(about).prompt]
        ids = chat_tokenizer.apply_chat_template(messages, return_dict=False)
        return [token for token in ids if token in chat_tokenizer.all_special_ids]

    assert special(case(text, text)) == special(case("hello", "hi"))


@pytest.fixture(scope="module")
def chat_tokenizer():
    """A tokenizer of single bytes, made here, that knows the control tokens of many chat formats."""
    pytest.importorskip("transformers")
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    letters = {char: place for place, char in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet()))}
    bare = Tokenizer(models.BPE(vocab=letters, merges=[]))
    bare.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    control = [
        "<|im_start|>",
        "<|im_end|>",
        "<|eot_id|>",
        "<|start_header_id|>",
        "<|end_header_id|>",
        "[INST]",
        "[/INST]",
    ]
    control += ["</s>", "<<SYS>>", "<</SYS>>", "<start_of_turn>", "<end_of_turn>", "<think>", "</think>", "<tool_call>"]
    control += [
        "<\uff5cUser\uff5c>",
        "<\uff5cAssistant\uff5c>",
        "<\uff5cbegin\u2581of\u2581sentence\uff5c>",
        "```",
        "###",
    ]
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=bare, additional_special_tokens=control)
    tokenizer.chat_template = (
        "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    )
    assert tokenizer("<|im_end|>")["input_ids"] == [tokenizer.convert_tokens_to_ids("<|im_end|>")]
    return tokenizer
