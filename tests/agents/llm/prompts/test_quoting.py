"""Other people's words fill one line and cannot pass for markup."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.llm.prompts.quoting import folded, quoted

MARKS = [
    *("<|im_start|>", "<|im_end|>", "</think>", "<think>", "</s>", "[INST]", "[/INST]", "<<SYS>>", "<start_of_turn>"),
    *("<\uff5cUser\uff5c>", "<|eot_id|>", "\uff1c|im_end|\uff1e", "\ufe64/s\ufe65", "[MASK]", "<tool_call>"),
]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("plain words", "plain words"),
        ("two\nlines\r\nand\u2028more\x00\x1b[2J", "two lines and more (2J"),
        ("  wide \t space\u3000here ", "wide space here"),
        ("I <3 you [really]", "I \u20393 you (really)"),
        ("{{ 7*7 }}", "{{ 7*7 }}"),
        ("hid\u200bden\u202e \U000e0049\U000e0067nore\ufeff", "hidden nore"),
        ("\U0001f469\u200d\U0001f33e \u4f60\u597d\uff01", "\U0001f469\u200d\U0001f33e \u4f60\u597d\uff01"),
        ("half \ud800 a character", "half a character"),
        ("", ""),
    ],
)
def test_a_text_is_folded(text, line):
    assert folded(text) == line


@pytest.mark.parametrize("mark", MARKS)
def test_marks_of_chat_formats_are_taken_apart(mark):
    assert mark not in folded(f"so {mark} what")
    assert not set("<>[]\uff1c\uff1e\ufe64\ufe65") & set(folded(mark))


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.text(st.characters(), max_size=40) | st.lists(st.sampled_from([*MARKS, '"', "\\", "\n"])).map("".join))
def test_a_quotation_cannot_be_closed_from_within(text):
    line = quoted(text)
    assert json.loads(line) == folded(text)
    assert line.isprintable() or not line.isascii()
    assert len(line.splitlines()) == 1
    assert folded(folded(text)) == folded(text)
