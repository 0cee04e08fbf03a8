'''What language models are asked: styles of prompts, the rules in words, and how a user writes prompts of their own.

Start at `Prompts.render`, which writes a seat's view out in a style. The way of a prompt through the package:

    sheets     reads a file: settings, and texts by language, role and part
    style      checks the texts as templates, over the file that it is based on
    templates  what a template may do: name slots, ask conditions; nothing else
    slots      what a template can name; the two roles have types of their own
    wording    the rules of the match in words
    quoting    other people's words, on one line and without markup
    cuts       which turns are left out of a long match
    prompts    puts it all together

The styles that come along, in English and Chinese:

    standard   the rules in full; each utterance a message; answers as JSON
    reasoning  standard, with thoughts in <think> before the answer
    fewshot    standard, with two matches as examples
    compact    the rules in two sentences; plain answers; for models that read 512 tokens
    plain      one text to be continued, for base models that know no chat

No template can show a defender the target: a defender's prompt is made from a `DefenderView`, which has none, and a
text for a defender that names the slot is refused when it is read. Nor can a player's words pass for anything else:
they stand between quotation marks that they cannot close, or on a line of their own, and brackets of markup are
replaced.

A user's own file says what differs from a style:

    base = "standard"
    version = "2"

    [en.attacker]
    system = """
    {{ rules }}
    You are a talkative old sailor.
    """

    [en]
    heard = """
    {{ opponent }}: {{ quoted }}{% if guess %} (a wrong guess: {{ guess }}){% endif %}
    """

Without a `base` it says everything; `agents.llm.prompts.parts.PARTS` lists the parts and `agents.llm.prompts.slots`
what each can name. A slot that does not exist is refused with its line, and so is a text that never shows what it must.
'''

from agents.llm.prompts.errors import PromptError
from agents.llm.prompts.loading import load
from agents.llm.prompts.prompts import Prompts

__all__ = ["PromptError", "Prompts", "load"]
