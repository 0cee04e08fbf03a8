"""How many tokens a text has, without its tokenizer."""

from math import ceil

from arena.core.generation import Prompt

PER_MESSAGE = 4
"""Tokens that a chat format puts around a message, about."""


def estimated(prompt: Prompt, chars: float) -> int:
    """About how many tokens a prompt has: one for each `chars` ASCII characters, one for each other character.

    That is about right for English with the vocabularies of large models (100,000 tokens and more), and on the high
    side for Chinese; small vocabularies take more tokens, so lower `chars` for them.
    """
    if not isinstance(prompt, str):
        return sum(PER_MESSAGE + estimated(message.text, chars) for message in prompt)
    plain = sum(mark.isascii() for mark in prompt)
    return ceil(plain / chars) + len(prompt) - plain
