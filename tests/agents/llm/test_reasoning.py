"""Thinking is parted from what is said, and nothing of it remains there."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.llm.reasoning import split_reasoning


@pytest.mark.parametrize(
    ("text", "said", "thought"),
    [
        ("Hello there.", "Hello there.", ""),
        ("<think>plan</think>Hello.", "Hello.", "plan"),
        ("<think>plan</think>\n\nHello.", "Hello.", "plan"),
        ("<think></think>Hello.", "Hello.", ""),
        ("<thinking>plan</thinking>Hello.", "Hello.", "plan"),
        ("<reasoning>plan</reasoning>Hello.", "Hello.", "plan"),
        ("<THINK>plan</Think>Hello.", "Hello.", "plan"),
        ("<think type='deep'>plan</think >Hello.", "Hello.", "plan"),
        ("<|begin_of_thought|>plan<|end_of_thought|><|begin_of_solution|>Hi<|end_of_solution|>", "Hi", "plan"),
        ("[THINK]plan[/THINK]Hello.", "Hello.", "plan"),
        ("\u25c1think\u25b7plan\u25c1/think\u25b7Hello.", "Hello.", "plan"),
        ("<think>plan</think><answer>Hello.</answer>", "Hello.", "plan"),
        ("<think>a</think>Hello <think>b</think>there.", "Hello there.", "a\n\nb"),
        ("<think>a<think>b</think>c</think>Hello.", "Hello.", "a\n\nb\n\nc"),
        ("<think>a<reasoning>b</think>Hello.", "Hello.", "a\n\nb"),
        ("<think>a</reasoning>b</think>Hello.", "Hello.", "a\n\nb"),
        ("Hello. <think>cut off", "Hello.", "cut off"),
        ("<think>cut off", "", "cut off"),
        ("Hello. <think", "Hello.", ""),
        ("Hello. <thi", "Hello.", ""),
        ("begun in the prompt</think>Hello.", "Hello.", "begun in the prompt"),
        ("a</think>b</think>Hello.", "Hello.", "a\n\nb"),
        ("```\n<think>plan</think>\n```\nHello.", "Hello.", "plan"),
        ("```xml\n<think>plan</think>```Hello.", "Hello.", "plan"),
        ("Reasoning: plan.\nAnswer: Hello.", "Hello.", "plan."),
        ("**Reasoning:** plan.\n**Answer:** Hello.", "Hello.", "plan."),
        ("Thought: plan. Answer: Hello.", "Hello.", "plan."),
        ("Reasoning: plan\nFinal answer: apple", "Final answer: apple", "plan"),
        ("Reasoning: plan\nSay: Hello.\nGuess: apple", "Say: Hello.\nGuess: apple", "plan"),
        ("Reasoning: plan\nAnswer: one\nAnswer: Hello.", "Hello.", "plan\nAnswer: one"),
        ("思考\uff1a计划\n回答\uff1a你好", "你好", "计划"),
        ("Reasoning: I have no label for an answer.", "Reasoning: I have no label for an answer.", ""),
        ("My reasoning: none.\nAnswer: Hello.", "My reasoning: none.\nAnswer: Hello.", ""),
        ("I think so, 2 < 3 and <b>bold</b>.", "I think so, 2 < 3 and <b>bold</b>.", ""),
        ("<|channel|>final<|message|>Hello.<|return|>", "Hello.", ""),
    ],
)
def test_a_text_is_parted(text, said, thought):
    assert split_reasoning(text) == (said, thought)


@pytest.mark.parametrize(
    "text",
    [
        "<|channel|>analysis<|message|>SECRET<|end|><|start|>assistant<|channel|>final<|message|>Hello.<|return|>",
        "analysisSECRETassistantfinalHello.",
        "<|channel|>analysis<|message|>SECRET</think>SECRET<|channel|>final<|message|>Hello.",
    ],
)
def test_channels_are_parted(text):
    said, thought = split_reasoning(text)
    assert said == "Hello."
    assert "SECRET" in thought


def test_a_channel_without_a_final_one_is_all_thought():
    assert split_reasoning("<|channel|>analysis<|message|>cut off")[0] == ""


NAMES = st.sampled_from(["think", "THINK", "thinking", "Reasoning", "thought", "analysis", "scratchpad"])
SAID = st.text(alphabet="abc .!\n", max_size=12)
FENCES = st.sampled_from(["", "```", "```\n", "\n"])


@st.composite
def thoughts(draw):
    name = draw(NAMES)
    inside = draw(
        st.one_of(st.just("SECRET"), st.deferred(thoughts), st.builds("SECRET {}".format, st.deferred(thoughts)))
    )
    return f"<{name}>{draw(FENCES)}{inside}{draw(FENCES)}</{name}>"


@given(st.lists(st.one_of(SAID, thoughts())), st.booleans(), st.booleans())
def test_nothing_of_a_thought_remains(pieces, is_cut_off, began_in_the_prompt):
    text = "".join(pieces)
    if began_in_the_prompt:
        text = "SECRET</think>" + text
    if is_cut_off:
        text += "<think>SECRET"
    said, thought = split_reasoning(text)
    assert "SECRET" not in said
    assert ("SECRET" in text) == ("SECRET" in thought)
    assert "<" not in said


@given(st.text())
def test_any_text_is_parted_and_nothing_is_invented(text):
    said, thought = split_reasoning(text)
    assert set(said + thought) <= set(text) | {"\n"}


@pytest.mark.parametrize(
    "piece", ["<think>", "</think>", "<", "< / ", "Answer: ", "[THINK]", "<|channel|>final", " ", "```"]
)
def test_a_million_characters_take_less_than_a_second(piece):
    began = time.process_time()
    split_reasoning("Reasoning: " + piece * (1_000_000 // len(piece)))
    assert time.process_time() - began < 1.0
