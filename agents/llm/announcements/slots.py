"""Reads the word that follows "it is", "my guess is" or a label: marked by quotes or type, or bare."""

import re
from dataclasses import dataclass

from agents.llm.announcements.prose import PICTOGRAPH, Prose
from agents.llm.announcements.refused import is_nothing, is_sentence, is_too_long

MAX_CHARS = 60
"""No guess is longer."""

# Between phrase and word: colons, dashes, dots, and markup that closes there ("**Guess:** apple").
_GAP = re.compile(
    r"(?:[*_`~\"\])>]{1,4}(?=[\s:]))?\s{0,4}(?:(?:[:=>,\u2014\u2013]|-+(?=\s)|\.{2,}"
    r"|\u2026+)\s{0,4}){0,3}(?:[*_`~\"\])>]{1,4}(?=\s))?\s{0,4}"
)
# Words that may come before a marked word, or be said before a bare one, without being part of it.
_FILLER = re.compile(
    r"(?:(?:definitely|certainly|surely|clearly|obviously|indeed|simply|just|actually|of course|none other than"
    r"|called"
    r"|got to be|the (?:target |secret )?word|the noun|drum ?roll)[\s,:]{1,3}(?:please[\s,:.!\u2026]{1,5})?){0,2}",
    re.IGNORECASE,
)
_HEDGE = re.compile(
    r"(?:maybe|perhaps|probably|possibly|most likely|likely|either)[\s,]{1,3}|(?:可能|也许|也許|大概|应该)(?:是)?",
    re.IGNORECASE,
)
_ARTICLE = re.compile(r"(?:an?|the)\s{1,3}", re.IGNORECASE)
# Quotes and markup in front of a word, and LaTeX's box, in which some models put every last answer.
_OPENING = re.compile(r"\$?\\boxed\{|[*_`~\"']{1,6}|<(?=[^\W\d_])|\[")
_CLOSERS = {"<": ">", "[": "]", "{": "}"}
# Where a bare word ends: punctuation (not a point within a word or after a title), dashes, or a word of explanation.
_BARE_END = re.compile(
    r"[!?;,:\n()\[\]{}\"<>=|*_`~\u3002\u2014\u2013\u2026]|\.{2,}"
    r"|(?<!\bdr)(?<!\bmr)(?<!\bmrs)(?<!\bms)(?<!\bst)\.(?!\w)|\s-+\s|'(?!\w)"
    r"|\s(?:because|since|as|so|right|but|due|given|based|judging|considering|i (?:think|believe|guess|suppose"
    r"|bet|hope|"
    r"am|know)|i'm|is(?:n't)? it|yes|please|then|now|am i|for sure|of course|my friend|finally|with)\b"
    r"|因[为為]|[对對][吗嗎不吧]|没错|沒錯",
    re.IGNORECASE,
)
# Two words are no guess: "apple or pear", "apple"/"pear".
_OTHER = re.compile(
    r"[\s,*_`]{0,4}(?:(?:or|nor|and|and/or)\b|/|还是|還是|或|-\w"
    r"|(?:they|he|she|you|people|some) (?:say|says|said|think|tell|told)\b)",
    re.IGNORECASE,
)
_PARTICLES = re.compile("(?<=[\u3400-\u9fff])[吧吗嗎呢啊呀哦喔啦哈嘛]+$")
_TRIMMED = " \t\n*_`~\"'.,!?;:\u3002\u2026-"


@dataclass(frozen=True, slots=True)
class Slot:
    """A word in the place of a guess: as written, where it ends, and how it stood there."""

    guess: str
    end: int
    is_marked: bool = False
    has_article: bool = False
    is_hedged: bool = False


def read_slot(prose: Prose, at: int) -> Slot | None:
    """The word that stands at this place behind a phrase; None where there is nothing, or no single word."""
    at = _skip(_FILLER, prose, _skip(_GAP, prose, at))
    after_hedge = _skip(_HEDGE, prose, at)
    is_hedged, at = after_hedge > at, after_hedge
    after_article = _skip(_ARTICLE, prose, at)
    has_article = after_article > at
    found = _marked(prose, after_article) or _bare(prose, after_article)
    if found is None:
        return None
    guess, end, is_marked = found
    if (
        not guess
        or is_too_long(guess)
        or is_nothing(guess)
        or is_sentence(guess)
        or _OTHER.match(prose.plain, end, prose.end)
    ):
        return None
    return Slot(guess, end, is_marked, has_article, is_hedged)


def _skip(pattern: re.Pattern[str], prose: Prose, at: int) -> int:
    found = pattern.match(prose.plain, at, prose.end)
    return found.end() if found else at


def _marked(prose: Prose, at: int) -> tuple[str, int, bool] | None:
    opening = _OPENING.match(prose.plain, at, prose.end)
    if opening is None:
        return None
    mark = opening[0][-1]
    closer = _CLOSERS.get(mark, mark)
    start, limit = opening.end(), min(opening.end() + MAX_CHARS, prose.end)
    close = prose.plain.find(closer, start, limit)
    while closer == "'" and close >= 0 and prose.plain[close + 1 : close + 2].isalnum():
        close = prose.plain.find(closer, close + 1, limit)  # an apostrophe within the word
    if close < 0 or "\n" in prose.plain[start:close]:
        return None
    end = close + 1
    while end < prose.end and prose.plain[end] in "*_`~\"'$":
        end += 1
    return tidy(prose.text[start:close]), end, True


def _bare(prose: Prose, at: int) -> tuple[str, int, bool] | None:
    while at < prose.end and prose.plain[at] in "*_`~\"'[":
        at += 1  # a mark that nobody closed
    limit = min(at + MAX_CHARS, prose.end)
    ending = _BARE_END.search(prose.plain, at, limit)
    if ending is None and limit < prose.end:
        return None
    end = ending.start() if ending else limit
    if ending and ending[0] in '"*_`' and prose.plain[end - 1] == " ":
        return None  # 'a resounding "No"': the bare word only introduces the marked one
    return _PARTICLES.sub("", tidy(prose.text[at:end])), end, False


def tidy(guess: str) -> str:
    """The word without blanks, stray marks and a leading article; a point stays inside and behind a title's letters."""
    guess = (
        " ".join(PICTOGRAPH.sub(" ", guess).split())
        .strip(_TRIMMED)
        .strip("\u201c\u201d\u2018\u2019\uff0c\uff01\uff1f\uff1a ")
    )
    without = _ARTICLE.sub("", guess, count=1) if _ARTICLE.match(guess) else guess
    return without or guess
