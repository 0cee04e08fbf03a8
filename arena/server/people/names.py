"""Names that people may have, and the key by which no two of them look alike.

A name is 2 to 24 letters and digits of any script, with single `.`, `_` or `-` inside. Letters of different alphabets
do not mix, except Latin ones with those of East Asia, as people there write. Start with `check_name` and `key_of`.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache

from arena import registry
from arena.server.errors import InputError
from arena.words.fold import fold, fold_character

FIELD = "name"
SHORTEST, LONGEST = 2, 24
MOST_READ = 200
"""Characters of a would-be name that are looked at; whatever is longer is nobody's name."""

_SEPARATORS = "._-"
_MARKS_IN_A_ROW = 2
_WORD = re.compile(r"[^._-]+")
_STAFF = (
    "admin", "administrator", "anonymous", "arena", "attacker", "defender", "host", "human", "judge", "mod",
    "moderator", "nobody", "official", "operator", "owner", "root", "server", "staff", "support", "system", "taboo",
    "\u7ba1\u7406\u5458", "\u7ba1\u7406\u54e1", "\u7cfb\u7edf", "\u7cfb\u7d71", "\u5b98\u65b9", "\u88c1\u5224",
    "\u4e3b\u6301\u4eba", "\u5ba2\u670d",
)  # fmt: skip
_ENDING = re.compile(r"[\d._-]+$")

_TOGETHER = (
    frozenset({"LATIN", "HAN", "HIRAGANA", "KATAKANA"}),
    frozenset({"LATIN", "HAN", "HANGUL"}),
)
"""The scripts that are written side by side every day."""
_READ_WITHOUT_MARKS = frozenset({"INHERITED", "COMMON", "CYRILLIC", "HEBREW", "ARABIC", "SYRIAC"})
"""The scripts of marks that change a letter only a little; the marks of others are vowels."""
_MARKS_UNSEEN = frozenset("\u034f\u17b4\u17b5\u180b\u180c\u180d\u180f") | {chr(code) for code in range(0xFE00, 0xFE10)}
_MODIFIERS = frozenset("\u3005\u30fc")
"""The two modifier letters that names need: the Japanese repetition and length marks."""

_SAME_IN_LATIN = str.maketrans({"i": "l", "1": "l", "0": "o", "\u4e28": "l", "\u3007": "o"})
_SAME_IN_KANA = str.maketrans(
    "\u30ed\u56d7\u30cb\u30cf\u30a8\u30ab\u30bf\u30c8\u30c1\u30fc\u30d8\u30d9\u30da",
    "\u53e3\u53e3\u4e8c\u516b\u5de5\u529b\u5915\u535c\u5343\u4e00\u3078\u3079\u307a",
)


def check_name(given: str) -> str:
    """The name as it is kept: composed (NFC), without spaces around it. Raises InputError, which says what is wrong.

    Whether somebody has it already, or one that looks the same, is not known here.
    """
    if len(given) > MOST_READ:
        raise InputError(FIELD, f"has {len(given)} characters; at most {LONGEST} are allowed")
    name = unicodedata.normalize("NFC", given.strip(" "))
    for char in name:
        if problem := _problem_of(char):
            raise InputError(FIELD, problem)
    if problem := _problem_of_length(name) or _problem_of_order(name) or _problem_of_scripts(name):
        raise InputError(FIELD, problem)
    if is_reserved(name):
        raise InputError(FIELD, f"{name!r} is a name that the server keeps for itself; choose another")
    return name


def key_of(name: str) -> str:
    """The name as the eye sees it: two names with one key look alike. Takes any text, a name or not."""
    seen = "".join(char for char in name[:MOST_READ] if unicodedata.category(char) not in ("Cc", "Cs"))
    text = unicodedata.normalize("NFC", seen.strip(" "))
    return "-".join(_skeleton(word) for word in _WORD.findall(text))


def keys_of(name: str) -> frozenset[str]:
    """The keys of a name in any case: capitals of some alphabets look like other Latin letters than small ones do."""
    return frozenset({key_of(name), key_of(name.lower()), key_of(name.upper())})


def is_reserved(name: str) -> bool:
    """Whether the name would pass for the server's own people, or for one of its agents."""
    agents, staff = _reserved()
    return not keys_of(name).isdisjoint(agents | staff) or key_of(_ENDING.sub("", name)) in staff


@cache
def _reserved() -> tuple[frozenset[str], frozenset[str]]:
    return _keys(registry.entries(registry.AGENTS)), _keys(_STAFF)


def _keys(names: Iterable[str]) -> frozenset[str]:
    return frozenset(map(key_of, names))


# --- how a name looks -------------------------------------------------------------------------------------------------


def _skeleton(word: str) -> str:
    if any(_is_mark(char) and _script(char) not in _READ_WITHOUT_MARKS for char in word):
        word = "".join(fold_character(char) or char for char in word if not _is_unseen(char))
    else:
        word = fold(word).text
    word = "".join(str(unicodedata.decimal(char, char)) for char in word)
    return word.translate(_SAME_IN_KANA).translate(_SAME_IN_LATIN).replace("rn", "m").replace("vv", "w")


def _is_mark(char: str) -> bool:
    return unicodedata.category(char) in ("Mn", "Mc")


def _scripts(text: str) -> frozenset[str]:
    """The scripts that letters, marks and digits of the text belong to, by their names in capitals."""
    return frozenset(map(_script, text)) - {"COMMON", "INHERITED"}


@lru_cache(maxsize=4096)
def _script(char: str) -> str:
    if char.isascii():
        return "LATIN" if char.isalpha() else "COMMON"
    from confusable_homoglyphs.categories import alias

    return str(alias(char)).upper()


# --- what is wrong with one -------------------------------------------------------------------------------------------


def _problem_of(char: str) -> str:
    """What keeps a character out of names; empty where nothing does."""
    if (char.isascii() and char.isalnum()) or char in _SEPARATORS:
        return ""
    category = unicodedata.category(char)
    allowed = "use letters, digits and . _ - only"
    if category in ("Cc", "Cs", "Co", "Cn"):
        return f"holds a control character ({_code(char)}); {allowed}"
    if _is_unseen(char):
        return f"holds an invisible character ({_code(char)}); {allowed}"
    if category in ("Zs", "Zl", "Zp"):
        return f"holds a space; {allowed}"
    if unicodedata.normalize("NFKC", char) != char:
        return f"holds {char!r} ({_code(char)}), a decorated form of another character; write it plainly"
    is_letter = category in ("Lu", "Ll", "Lt", "Lo", "Nd", "Mn", "Mc") or char in _MODIFIERS
    if not is_letter or _script(char) == "UNKNOWN" or _is_half_a_syllable(char):
        return f"holds {char!r} ({_code(char)}), which is neither a letter nor a digit; {allowed}"
    return ""


def _is_unseen(char: str) -> bool:
    if _is_mark(char):
        return char in _MARKS_UNSEEN or 0xE0100 <= ord(char) < 0xE01F0
    category = unicodedata.category(char)
    return category == "Cf" or (category == "Lo" and not fold_character(char))


def _is_half_a_syllable(char: str) -> bool:
    name = unicodedata.name(char, "")
    return name.startswith("HANGUL ") and not name.startswith("HANGUL SYLLABLE")


def _code(char: str) -> str:
    return f"U+{ord(char):04X}"


def _problem_of_length(name: str) -> str:
    if len(name) < SHORTEST:
        return f"has {len(name)} of at least {SHORTEST} characters"
    if len(name) > LONGEST:
        return f"has {len(name)} characters; at most {LONGEST} are allowed"
    return ""


def _problem_of_order(name: str) -> str:
    if name[0] in _SEPARATORS or name[-1] in _SEPARATORS:
        return "begins or ends with one of . _ -; begin and end it with a letter or digit"
    if re.search(r"[._-]{2}", name):
        return "has two of . _ - in a row; one is enough"
    if not any(char.isalpha() for char in name):
        return "has no letter; a number alone is no name"
    in_a_row = 0
    for place, char in enumerate(name):
        in_a_row = in_a_row + 1 if _is_mark(char) else 0
        if in_a_row > _MARKS_IN_A_ROW or in_a_row == place + 1 or (in_a_row and name[place - 1] in _SEPARATORS):
            return f"has accents that no letter carries ({_code(char)}); write them on a letter, two at most"
    return ""


def _problem_of_scripts(name: str) -> str:
    scripts = _scripts(name)
    if len(scripts) < 2 or any(scripts <= together for together in _TOGETHER):
        return ""
    mixed = " and ".join(script.capitalize() for script in sorted(scripts))
    return f"mixes {mixed} letters, so that it could pass for another name; write it in one alphabet"
