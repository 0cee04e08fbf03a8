"""A conversation written out for a model that has no chat format of its own: as a person would note it down."""

from collections.abc import Sequence
from typing import Final

from arena.core.generation import Message, Speaker

NAMES: Final = {Speaker.USER: "User", Speaker.ASSISTANT: "Assistant"}
CUES: Final = tuple(f"\n{name}:" for name in NAMES.values())
"""Where an answer is over: the model has begun to write the next one's words."""


def written_out(messages: Sequence[Message]) -> str:
    """The conversation as plain text, ending where the assistant's next words would stand.

    What the system says stands by itself, without a name; a blank line parts it from the rest. An answer that follows
    begins with a space.
    """
    parts = [
        message.text if message.speaker is Speaker.SYSTEM else f"{NAMES[message.speaker]}: {message.text}"
        for message in messages
    ]
    return "\n\n".join([*parts, f"{NAMES[Speaker.ASSISTANT]}:"])
