"""Finds the announcement in a text, and takes it out: sentence by sentence, at the beginnings of clauses."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from agents.llm.announcements.chinese import CHINESE
from agents.llm.announcements.english import ENGLISH
from agents.llm.announcements.phrases import Need, Phrase, Phrasebook
from agents.llm.announcements.prose import Clause, Prose, plain
from agents.llm.announcements.refused import is_conversation, is_han, is_kind, is_property, is_too_long
from agents.llm.announcements.removal import without
from agents.llm.announcements.slots import Slot, read_slot
from arena.core.hits import Language

MAX_CHARS = 20_000
"""What is announced further on in a text is not looked for: no rules allow utterances of that length by default."""

MAX_LEADS = 5
"""So many phrases lead to an announcement at most: "Okay, so I think I'm sure that"."""

# A marked word ends its clause before these.
_CLAUSE_END = re.compile(
    r"[\s*_`]{0,4}(?:[.!?,;:()\n\u3002\u2014\u2013\u5427\u5417]|-\s|because\b|since\b|as\b|right\b|\Z)"
)


@dataclass(frozen=True, slots=True)
class Announcement:
    """A guess that was announced in prose. `text` is what else was said, perhaps nothing.

    `span` is where the announcement stood in the text, from the first letter that was taken out to the last.
    """

    guess: str
    text: str
    span: tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Found:
    """One guess, and where its sentence begins and its word ends."""

    guess: str
    start: int
    end: int


def announced(text: str, language: Language) -> Announcement | None:
    """The guess that a text announces, the last where there are several; None where it announces none.

    In a Chinese match English announcements count too: models fall back on the formula of the game. The guess is as
    written, without quotes, markup and a leading article, at most four words (eight Chinese characters).
    """
    prose = Prose(text[:MAX_CHARS])
    phrasebooks = (CHINESE, ENGLISH) if language is Language.CHINESE else (ENGLISH,)
    if any(book.retracted.search(prose.plain) for book in phrasebooks):
        return None
    found: list[_Found] = []
    claims: list[tuple[int, int]] = []
    for sentence in prose.sentences():
        for book in phrasebooks:
            for clause in _free_clauses(prose, sentence, book):
                found.extend(_read(prose, clause, book, claims))
    if not found:
        return None
    spans = [(it.start, it.end) for it in found] + claims
    start, end = min(start for start, _ in spans), max(end for _, end in spans)
    last = max(found, key=lambda it: it.end)
    rest = without(
        text[prose.start : prose.end] + text[MAX_CHARS:], [(a - prose.start, b - prose.start) for a, b in spans]
    )
    if any(_is_only_lead(rest, book) for book in phrasebooks):
        rest = ""
    return Announcement(last.guess, rest, (start, end))


def _is_only_lead(rest: str, book: Phrasebook) -> bool:
    """Whether what is left only led to the announcement ("Okay okay, aha!")."""
    at = 0
    for _ in range(MAX_LEADS):
        lead = book.lead.match(plain(rest), at)
        at = lead.end() if lead else at
    return at >= len(rest)


def _free_clauses(prose: Prose, sentence: tuple[int, int], book: Phrasebook) -> Iterator[Clause]:
    """The clauses that nothing before them in the sentence makes a supposition or somebody else's words."""
    blocked = book.blocked.search(prose.plain, *sentence)
    for clause in prose.clauses(sentence):
        is_free = blocked is None or clause.words <= blocked.start()
        if is_free or (book.concluded and book.concluded.match(prose.plain, clause.words)):
            yield clause


def _read(prose: Prose, clause: Clause, book: Phrasebook, claims: list[tuple[int, int]]) -> Iterator[_Found]:
    for at in _beginnings(prose, clause, book):
        claim = book.claim.match(prose.plain, at, prose.end)
        slot = _after_claim(prose, claim, book) if claim else _after_phrases(prose, at, book.phrases)
        if claim and slot is None:
            claims.append(_span(prose, clause, claim.end(), book))
        if slot is None:
            slot = _reversed(prose, at, book)
        if slot is not None:
            yield _Found(slot.guess, *_span(prose, clause, slot.end, book))
            return


def _beginnings(prose: Prose, clause: Clause, book: Phrasebook) -> Iterator[int]:
    """Where the announcement may begin in a clause: behind none, one or more of the words that lead to it."""
    at = clause.words
    yield at
    for _ in range(MAX_LEADS):
        lead = book.lead.match(prose.plain, at, prose.end)
        if lead is None or lead.end() == at:
            return
        at = lead.end()
        yield at


def _after_claim(prose: Prose, claim: re.Match[str], book: Phrasebook) -> Slot | None:
    joint = book.after_claim.match(prose.plain, claim.end(), prose.end)
    slot = read_slot(prose, joint.end()) if joint else None
    if joint is None or slot is None or not _is_believed(slot, Need.NOTHING):
        return None
    if joint["copula"] or slot.is_marked or ":" in joint["gap"] or "\u2014" in joint["gap"]:
        return slot
    is_alone = len(slot.guess.split()) <= 2 and not slot.has_article and _ends_sentence(prose, slot.end)
    return slot if is_alone and set(joint["gap"]) & set("!.\u3002") else None


def _after_phrases(prose: Prose, at: int, phrases: tuple[Phrase, ...]) -> Slot | None:
    for phrase in phrases:
        if match := phrase.pattern.match(prose.plain, at, prose.end):
            slot = read_slot(prose, match.end())
            if slot is not None and _is_believed(slot, phrase.need) and _is_last_word(prose, slot, phrase.need):
                return slot
    return None


def _is_last_word(prose: Prose, slot: Slot, need: Need) -> bool:
    """Whether the clause ends with the word: 'I guess "Larry" works for "Lear"' names no word."""
    return need is not Need.MARKS or _CLAUSE_END.match(prose.plain, slot.end, prose.end) is not None


def _is_believed(slot: Slot, need: Need) -> bool:
    if slot.is_marked:
        return True
    if need is Need.MARKS or is_conversation(slot.guess):
        return False
    if need is Need.NOTHING:
        return True
    if slot.is_hedged:
        return False
    if need is Need.NO_ARTICLE:
        return not (slot.has_article or is_kind(slot.guess) or is_property(slot.guess))
    return not ((slot.has_article or is_han(slot.guess)) and is_kind(slot.guess))


def _reversed(prose: Prose, at: int, book: Phrasebook) -> Slot | None:
    match = book.reversed.match(prose.plain, at, prose.end)
    if match is None:
        return None
    is_marked = bool(match["open"] and match["close"])
    guess = prose.text[match.start("guess") : match.end("guess")].strip()
    if not is_marked and (book.needs_marks.match(match["what"]) or is_conversation(guess)):
        return None
    return None if is_too_long(guess) else Slot(guess, match.end(), is_marked)


def _ends_sentence(prose: Prose, at: int) -> bool:
    return at >= prose.end or prose.plain[at] in ".!?\n\u3002*_\"'"


def _span(prose: Prose, clause: Clause, end: int, book: Phrasebook) -> tuple[int, int]:
    """What goes out with a guess: from its clause (its sentence, where what came before leans on it) to the end."""
    is_leaning = book.dependent.match(prose.plain, clause.sentence, clause.start)
    start = clause.sentence if is_leaning else clause.start
    return start, prose.sentence_end(clause, end)
