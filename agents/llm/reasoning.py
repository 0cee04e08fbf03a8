"""Parts what a model says from what it thought aloud first. In doubt a text is thought: thoughts must not be said.

Known are tags (`<think>`, `[THINK]`, `<|begin_of_thought|>` and kin), the channels of gpt-oss, and a text that labels
both "Reasoning:" and "Answer:". Thinking that a server keeps apart never comes here.
"""

import re

_NAMES = (
    "think(?:ing)?|thoughts?|thought_process|reason(?:ing)?|reflection|analysis|scratchpad|inner_?monologue|seed:think|"
    "chain_of_thought|cot|思考"
)
# An opening or closing tag of a thought, in the brackets that models use, in any case; one that was cut off at the end
# of the text counts. Every repetition is bounded, so that reading takes time in proportion to the text.
_TAG = re.compile(
    rf"<\s{{0,3}}(?P<slash>/?)\s{{0,3}}(?P<name>{_NAMES})(?:\s[^<>\n]{{0,80}})?\s{{0,3}}(?:>|\Z)"
    r"|\[(?P<slash2>/?)(?P<name2>THINK|THINKING|REASONING)\]"
    r"|\u25c1(?P<slash3>/?)(?P<name3>think)\u25b7"
    r"|<\|\s?(?P<edge>begin|end)_of_(?P<name4>thought|thinking|reasoning)\s?\|>",
    re.IGNORECASE,
)
# Tags around what is meant to be read: they go, their content stays.
_ANSWER_TAG = re.compile(r"</?answer>|<\|\s?(?:begin|end)_of_solution\s?\|>", re.IGNORECASE)
# The channel of gpt-oss for what is said, with and without its special tokens, and the tokens that end a channel.
_FINAL_CHANNEL = re.compile(r"<\|channel\|>\s{0,3}final[^<\n]{0,40}<\|message\|>", re.IGNORECASE)
_OTHER_CHANNEL = re.compile(r"<\|channel\|>\s{0,3}(?:analysis|commentary)", re.IGNORECASE)
_CHANNEL_END = re.compile(r"<\|(?:end|return|call)\|>")
# The labels of a text that says outright what is reasoning and what is answer; each stands where a line begins.
_REASONING_LABEL = re.compile(
    r"\s{0,20}[*_#>\s]{0,6}(?:reasoning|thoughts?|thinking|thought process|analysis|思考|推理"
    r"|分析)[*_]{0,3}\s?[:\uff1a][*_]{0,3}",
    re.IGNORECASE,
)
_ANSWER_LABEL = re.compile(
    r"(?:^|(?<=[.!?\u3002] ))[*_#>]{0,3} ?(?P<label>answer|response|reply|utterance|say|output|final answer"
    r"|(?:my |final )?guess"
    r"|回答|回复|发言|答案)[*_]{0,3} ?[:\uff1a][*_]{0,3}",
    re.IGNORECASE | re.MULTILINE,
)
# The beginning of a tag with which the text was cut off.
_BROKEN_TAG = re.compile(r"<[/|]?[a-z_|]{0,20}\Z", re.IGNORECASE)
# A code fence from which everything was taken.
_EMPTY_FENCE = re.compile(r"```\w{0,12}\s{0,20}```")


def split_reasoning(text: str) -> tuple[str, str]:
    """What is said, and what was thought; either may be empty.

    Thoughts nest, may come several times, and end with the text where no tag closes them. A closing tag without an
    opening one ends a thought that the chat format had begun in the prompt: everything before it is thought.
    """
    said, thoughts = _by_channels(_ANSWER_TAG.sub("", text))
    said, tagged = _by_tags(said)
    said, labelled = _by_labels(said)
    said = _BROKEN_TAG.sub("", _EMPTY_FENCE.sub("", said)).strip()
    kept = [thought.strip() for thought in (*thoughts, *tagged, *labelled)]
    return said, "\n\n".join(thought for thought in kept if thought)


def _by_channels(text: str) -> tuple[str, list[str]]:
    finals = list(_FINAL_CHANNEL.finditer(text))
    if finals:
        said = text[finals[-1].end() :]
        end = _CHANNEL_END.search(said)
        return (said[: end.start()] if end else said), [text[: finals[-1].start()]]
    if text.startswith("analysis") and "assistantfinal" in text:  # the same with its special tokens left out
        thought, _, said = text.rpartition("assistantfinal")
        return said, [thought]
    if other := _OTHER_CHANNEL.search(text):
        return text[: other.start()], [text[other.start() :]]
    return text, []


def _by_tags(text: str) -> tuple[str, list[str]]:
    said: list[str] = []
    thoughts: list[str] = []
    open_names: list[str] = []
    at = 0
    for tag in _TAG.finditer(text):
        (thoughts if open_names else said).append(text[at : tag.start()])
        at = tag.end()
        name, is_closing = _read_tag(tag)
        if not is_closing:
            open_names.append(name)
        elif not open_names:
            thoughts.extend(said)
            said.clear()
        elif name in open_names:
            while open_names.pop() != name:
                pass  # tags that were left open inside
    (thoughts if open_names else said).append(text[at:])
    return "".join(said), thoughts


def _read_tag(tag: re.Match[str]) -> tuple[str, bool]:
    """The tag's name without its case, and whether it closes."""
    name = tag["name"] or tag["name2"] or tag["name3"] or tag["name4"]
    is_closing = bool(tag["slash"] or tag["slash2"] or tag["slash3"]) or (tag["edge"] or "").lower() == "end"
    return name.lower(), is_closing


def _by_labels(text: str) -> tuple[str, list[str]]:
    """Part by "Reasoning:" and "Answer:" where the text begins with the one and has the other; the last one counts."""
    label = _REASONING_LABEL.match(text)
    answers = list(_ANSWER_LABEL.finditer(text, label.end())) if label else []
    if label is None or not answers:
        return text, []
    answer = answers[-1]
    if _is_guess(answer) and len(answers) > 1 and not _is_guess(answers[-2]):
        answer = answers[-2]  # "Reasoning: ... Say: ... Guess: ...": both are said
    # Labels that say which field or that it is a guess stay, for whoever decides what the text does.
    keeps_label = _is_guess(answer) or answer["label"].lower() in {"say", "final answer"}
    start = answer.start() if keeps_label else answer.end()
    return text[start:], [text[label.end() : answer.start()]]


def _is_guess(label: re.Match[str]) -> bool:
    return "guess" in label["label"].lower()
