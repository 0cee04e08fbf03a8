"""Other people's words, made fit to stand in a prompt: they fill one line, and nothing in them is markup.

A chat format knows its own marks by their spelling (`<|im_start|>`, `</think>`, `[INST]`), wherever they stand. So the
brackets that such marks are written with are shown as brackets that no format uses.
"""

import json
import unicodedata

_BRACKETS = str.maketrans(
    {
        **dict.fromkeys("<\uff1c\ufe64", "\u2039"),
        **dict.fromkeys(">\uff1e\ufe65", "\u203a"),
        **dict.fromkeys("[\uff3b", "("),
        **dict.fromkeys("]\uff3d", ")"),
    }
)
# Wide brackets too: some tokenizers make them narrow before they look for their marks.
_JOINERS = frozenset("\u200c\u200d")
_SPACING = frozenset({"Cc", "Zl", "Zp", "Zs"})


def folded(text: str) -> str:
    """The text on one line, without markup and without what nobody sees (tags, bidi marks, hidden selectors)."""
    if text.isascii() and text.isprintable():
        return " ".join(text.translate(_BRACKETS).split())
    return " ".join("".join(map(_shown, text)).translate(_BRACKETS).split())


def quoted(text: str) -> str:
    """The folded text between quotation marks that nothing in it can close: a string of JSON."""
    return json.dumps(folded(text), ensure_ascii=False)


def _shown(char: str) -> str:
    kind = unicodedata.category(char)
    if kind in _SPACING:
        return " "
    is_hidden = (kind == "Cf" and char not in _JOINERS) or "\U000e0100" <= char <= "\U000e01ef"
    return "" if is_hidden or kind == "Cs" else char
