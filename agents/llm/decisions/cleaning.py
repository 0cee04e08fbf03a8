"""Makes an utterance of prose: no foreign turns, no name in front, no quotes around, whole characters, short enough."""

import re
import unicodedata

_ROLES = (
    "attacker|defender|player ?[12ab]?|opponent|assistant|user|human|model|ai|bot|system|me|you|"
    "攻击者|攻擊者|防守者|防御者|攻方|守方|对方|對方|我|你"
)
_LABELS = "answer|response|reply|utterance|say|output|message|text|回答|回复|回復|发言|發言"
_COLON = r"(?: ?\([^()\n]{0,20}\))?[*_]{0,3}\s?[:\uff1a][*_]{0,3}"
# A name or a label that a model writes before its own words; single letters only as capitals.
_PREFIX = re.compile(
    rf"[\s*_#>\[-]{{0,8}}(?i:{_ROLES}|{_LABELS})\]?{_COLON}\s{{0,4}}"
    rf"|[\s*_]{{0,8}}[ABDMQU]:\s{{1,4}}"
)
_FINAL_PREFIX = re.compile(rf"[\s*_#>]{{0,8}}(?:my |final )?(?:answer|guess){_COLON}\s{{0,4}}", re.IGNORECASE)
# A turn that the model made up for somebody: a role's name that opens a line, or the game's two names anywhere.
_TURN = re.compile(
    rf"\n[\s*_#>\[-]{{0,8}}(?:(?i:{_ROLES})\]?{_COLON}|[ABDQ]: |(?i:\[?(?:turn|round) \d))|\s(?:Attacker"
    rf"|Defender|ATTACKER|DEFENDER)[*_]{{0,3}}:"
)
# Tokens that end a turn in some chat format and were written out as text.
_TOKEN = re.compile(r"<\|[a-zA-Z_]{1,30}\|>|</?s>|</?(?:end|start)_of_turn>|\[/?INST\]|<<?/?SYS>>?|<(?:eos|bos|pad)>")
# A line that announces that there is no guess.
_NO_GUESS = re.compile(
    r"^[ \t*_#>-]{0,8}(?:my |final )?guess[*_]{0,3} ?:[*_ \t\"'(]{0,6}(?:none|null|nil|n/a|no guess|not yet|no"
    r"|-)?[*_ \t\"').]{0,6}$",
    re.IGNORECASE | re.MULTILINE,
)
_FENCE = re.compile(r"\s{0,20}```\w{0,12}\n?")
_BLANKS = re.compile(r"[^\S\n]+")
_LINES = re.compile(r" ?\n\s*")
_PAIRS = {
    '"': '"',
    "\u201c": "\u201d",
    "'": "'",
    "\u2018": "\u2019",
    "\u00ab": "\u00bb",
    "\u300c": "\u300d",
    "\u300e": "\u300f",
    "`": "`",
    "*": "*",
    "_": "_",
}
_SENTENCE_ENDS = ".!?\u3002\uff01\uff1f\u2026\n"
_INVISIBLE = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})
_WORTH = 50
"""Of a text that is cut, a last sentence that ends behind this many percent of the room is enough."""


def whole(text: str) -> str:
    """The text of whole characters: surrogates joined or replaced, controls but line ends taken out."""
    if not text.isascii():
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ").replace("\v", "\n").replace("\f", "\n")
    return text if text.isprintable() else _CONTROL.sub("", text)


# Everything of category Cc but the line feed.
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f]")


def own_turn(text: str, role: str) -> str:
    """What the seat itself says: from its own name, where the text begins with another's, to the next made-up turn."""
    text = _TOKEN.split(_TOKEN.sub("", text, count=1) if _TOKEN.match(text.lstrip()) else text, maxsplit=1)[0]
    other = "attacker" if role == "defender" else "defender"
    if text.lstrip(" \n*_#>[").lower().startswith(other):
        own = re.search(rf"\n[\s*_#>\[-]{{0,8}}{role}\]?{_COLON}", text, re.IGNORECASE)
        text = text[own.end() :] if own else text
    text = _without_prefix(text, _PREFIX)
    made_up = _TURN.search(text)
    return text[: made_up.start()] if made_up else text


def utterance(text: str) -> str:
    """The words to be said: fences, markup and quotes around all of it, labels and empty lines taken off."""
    if fence := _FENCE.match(text):
        text = text[fence.end() :].rstrip().removesuffix("```")
    text = _without_prefix(_NO_GUESS.sub("", text), _FINAL_PREFIX)
    text = _LINES.sub("\n", _BLANKS.sub(" ", text)).strip()
    for _ in range(4):
        text = _unquoted(text)
    return text if text.strip("*_`~#> -") else ""


def cut(text: str, room: int) -> str:
    """The text in at most `room` code points: whole sentences if they fill half of it, else whole words."""
    if len(text) <= room:
        return text
    piece = text[:room]
    sentence = max(piece.rfind(mark) for mark in _SENTENCE_ENDS) + 1
    if sentence * 100 >= room * _WORTH:
        return piece[:sentence].rstrip()
    word = -1 if text[room].isspace() else piece.rfind(" ")
    return (piece[:word] if word * 100 >= room * _WORTH else piece).rstrip()


def is_blank(text: str) -> bool:
    """Whether nothing in the text can be seen."""
    return all(unicodedata.category(char) in _INVISIBLE for char in text)


def _without_prefix(text: str, prefix: re.Pattern[str]) -> str:
    for _ in range(3):
        found = prefix.match(text)
        if found is None:
            break
        text = text[found.end() :]
    return text


def _unquoted(text: str) -> str:
    closer = _PAIRS.get(text[:1])
    if closer is None or len(text) < 2 or not text.endswith(closer):
        return text
    inner = text[1:-1]
    is_one = text[0] not in inner and closer not in inner
    is_double = text[:2] == text[-2:] == closer * 2 and closer not in text[2:-2]
    is_apostrophe = closer == "'" and not re.search(r"\w'\W|\W'\w", inner)
    return inner.strip() if is_one or is_double or is_apostrophe else text
