"""The `form` judge: rules against saying nothing at length.

It rules on four shapes, each of which it can point at: one phrase over and over or the same empty words turn after turn
(`stalling`), one character over and over (`repeated_character`), the opponent's own words handed back (`pasted`), and a
third identical utterance of five or more words (`repeated`). Its score is 1 or 0.
"""

import re
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

from arena.core.actions import Case, Ruling
from arena.judges.reading import FINE, fingerprint, folded, is_han, tokens, words_in

PHRASE_SHARE = 0.75
"""How much of an utterance a repeated phrase must make up."""
_REPEATS = {1: 8, 2: 5}
_REPEATS_LONGER = 4
_LONGEST_PHRASE = 8

LONE_CHARACTERS = 5
"""From this many times on, an utterance of one letter alone is ruled against."""
FLOOD = 12
"""From this many times on, one character in a row is, where it makes up half of the utterance."""
_FLOODS = re.compile(rf"(\D)\1{{{FLOOD - 1},}}")

PASTED_WORDS = 8
PASTED_SHARE = 0.7
_SHARD = 5
PASTED_BACK = 3
"""How many of the opponent's latest utterances are compared."""

REPEATED_WORDS = 5
REPEATED_TIMES = 3

EMPTY_SAME = 3
"""The same empty utterance this many times in a row is stalling,"""
EMPTY_ANY = 5
"""and so are this many empty ones, the same or not."""

_SAYING_NOTHING = """
a ah alright am and anyway bit continue do don't dunno er erm fine give go got hang have hm hmm hmmm hold i i'll i'm
idea idk interesting just keep know let let's maybe me minute mm mmm moment more no nope oh ok okay on pass please
really right second see skip so something still sure talking tell that that's the then think thinking to uh uhh um
umm up wait well what yeah you
"""
_EMPTY_WORDS = frozenset(_SAYING_NOTHING.split())
_EMPTY_HAN = frozenset("嗯啊哦噢呃哎呀吧呢的好行让我想一下等再说继续请不知道没有了看这样子考虑你是吗")
_LAUGHS = frozenset("哈呵嘿嘻嘻h")


class FormJudge:
    """Rules on what an utterance repeats. Needs nothing but the case."""

    name = "form"
    version = "1"

    @cached_property
    def fingerprint(self) -> str:
        """16 hex digits over this judge's source."""
        return fingerprint(Path(__file__).read_text(encoding="utf-8"))

    async def rule(self, case: Case) -> Ruling:
        """Score 1 with the first shape that the utterance has, or 0 and `fine`."""
        label = next((label for label, has_shape in _SHAPES if has_shape(case)), FINE)
        return Ruling(self.name, self.version, label, 0.0 if label == FINE else 1.0, self.fingerprint)


def repeats_a_character(case: Case) -> bool:
    """Whether the utterance is one letter alone, or a flood of one character."""
    seen = "".join(folded(case.text).split())
    letters = {char for char in set(seen) if char.isalpha()}
    if len(letters) == 1:
        times = seen.count(next(iter(letters)))
        if times >= (FLOOD if letters <= _LAUGHS else LONE_CHARACTERS):
            return True
    return any(2 * len(flood[0]) >= len(seen) for flood in _FLOODS.finditer(seen))


def stalls(case: Case) -> bool:
    """Whether the utterance is one phrase over and over, or the latest of a row of empty ones."""
    return _repeats_a_phrase(tokens(case.text)) or _keeps_saying_nothing(case)


def _repeats_a_phrase(read: tuple[str, ...]) -> bool:
    if 2 * len(set(read)) > len(read):  # too many different words for any phrase to make up enough
        return False
    for length in range(1, min(_LONGEST_PHRASE, len(read) // 2) + 1):
        again = _longest_periodic(read, length)
        is_enough = again // length >= _REPEATS.get(length, _REPEATS_LONGER)
        if is_enough and again >= PHRASE_SHARE * len(read):
            return True
    return False


def _longest_periodic(read: tuple[str, ...], period: int) -> int:
    """The length of the longest stretch in which every token equals the one `period` places before it."""
    best = run = 0
    for token, before in zip(read[period:], read, strict=False):
        run = run + 1 if token == before else 0
        best = max(best, run)
    return best + period if best else 0


def _keeps_saying_nothing(case: Case) -> bool:
    if not _is_empty(case.text):
        return False
    row = 1
    same = True
    for earlier in reversed(_own(case)):
        if not _is_empty(earlier):
            return False
        row += 1
        same = same and tokens(earlier) == tokens(case.text)
        if row >= EMPTY_ANY or (same and row >= EMPTY_SAME):
            return True
    return False


def _is_empty(text: str) -> bool:
    """Whether an utterance holds nothing but words that say nothing."""
    return all(token in (_EMPTY_HAN if is_han(token) else _EMPTY_WORDS) for token in tokens(text))


def pastes(case: Case) -> bool:
    """Whether the utterance is, for the most part, a long stretch of what the opponent said last."""
    read = tokens(case.text)
    if words_in(read) < PASTED_WORDS:
        return False
    theirs = [said.text for said in case.history if said.role is not case.role and said.text is not None]
    return any(_is_copy(_longest_shared(read, tokens(text)), read) for text in theirs[-PASTED_BACK:])


def _is_copy(stretch: tuple[str, ...], read: tuple[str, ...]) -> bool:
    return len(stretch) >= PASTED_SHARE * len(read) and words_in(stretch) >= PASTED_WORDS


def _longest_shared(read: tuple[str, ...], theirs: tuple[str, ...]) -> tuple[str, ...]:
    """The longest stretch of which every few tokens in a row are also in theirs: a verbatim copy, found in one pass."""
    shards = {theirs[start : start + _SHARD] for start in range(len(theirs) - _SHARD + 1)}
    best: tuple[str, ...] = ()
    start = 0
    for end in range(_SHARD, len(read) + 1):
        if read[end - _SHARD : end] not in shards:
            start = end - _SHARD + 1
        elif end - start > len(best):
            best = read[start:end]
    return best


def repeats_itself(case: Case) -> bool:
    """Whether the speaker has said these five or more words, and no others, twice before."""
    read = tokens(case.text)
    if words_in(read) < REPEATED_WORDS:
        return False
    return sum(tokens(earlier) == read for earlier in _own(case)) >= REPEATED_TIMES - 1


def _own(case: Case) -> list[str]:
    return [said.text for said in case.history if said.role is case.role and said.text is not None]


_SHAPES: tuple[tuple[str, Callable[[Case], bool]], ...] = (
    ("repeated_character", repeats_a_character),
    ("stalling", stalls),
    ("pasted", pastes),
    ("repeated", repeats_itself),
)
