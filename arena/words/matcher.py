"""The one meaning of "said the word": `said`, `guessed`, and `WordMatcher` which offers both to the game.

A text is screened, folded, split into words, and its words are looked up among the forms of the target; what is hidden
comes from `evasions`, and Chinese from `chinese`.
"""

from collections.abc import Iterable, Iterator, Sequence

from arena.core.hits import Evasion, Hit, Language, Policy
from arena.words import chinese
from arena.words.evasions import evasions
from arena.words.fingerprints import fingerprint
from arena.words.fold import Folded, fold
from arena.words.reading import Span, is_run, read
from arena.words.screen import could_say
from arena.words.split import Word, split
from arena.words.targets import Target, prepare, target_words

_ARTICLES = frozenset({"a", "an", "the"})
_DEFAULT = Policy()


def said(text: str, target: str, policy: Policy = _DEFAULT) -> tuple[Hit, ...]:
    """Every place where the text says the target, in text order. Raises TargetError for a target without words."""
    if policy.language is Language.CHINESE:
        folded, spans = chinese.read(text, target)
    else:
        prepared = prepare(target, policy.form)
        if not could_say(text, prepared.cores, prepared.mirrored):
            return ()
        folded = fold(text)
        spans = _read_english(folded, prepared)
    return _hits(folded, spans, policy.evasion is Evasion.STRICT)


def guessed(guess: str, target: str, policy: Policy = _DEFAULT) -> bool:
    """Whether a guess is the target: its words or a form that the policy accepts, one leading article dropped.

    Raises TargetError for a target without words.
    """
    if policy.language is Language.CHINESE:
        return chinese.is_same(guess, target)
    prepared = prepare(target, policy.form)
    if len(prepared.words) > 1 and prepared.words[0] in _ARTICLES:
        prepared = prepare(" ".join(prepared.words[1:]), policy.form)
    text = fold(guess).text
    words = split(text)
    if len(words) > 1 and words[0].text in _ARTICLES:
        words = words[1:]
    return _is_target(text, words, prepared)


def check_target(target: str, language: Language = Language.ENGLISH) -> None:
    """Raises TargetError for a target that nobody could be told to have said."""
    if language is Language.CHINESE:
        chinese.check(target)
    else:
        target_words(target)


class WordMatcher:
    """The matcher of the game: the port `arena.core.ports.Matcher`, filled by this package."""

    @property
    def fingerprint(self) -> str:
        """16 hex digits that change whenever an answer could."""
        return fingerprint()

    def said(self, text: str, target: str, policy: Policy) -> tuple[Hit, ...]:
        """Every place where the text says the target, in text order."""
        return said(text, target, policy)

    def guessed(self, guess: str, target: str, policy: Policy) -> bool:
        """Whether the guess is the target, as the policy accepts it."""
        return guessed(guess, target, policy)


def _read_english(folded: Folded, target: Target) -> list[Span]:
    words = split(folded.text)
    return [*read(folded.text, words, target), *evasions(folded.text, words, target)]


def _hits(folded: Folded, spans: Iterable[Span], strict: bool) -> tuple[Hit, ...]:
    """The spans as hits in text order; an evasion that overlaps a plain hit, or an evasion before it, is none."""
    ordered = sorted(spans, key=lambda span: (span.start, -span.end))
    plain = [span for span in ordered if not span.rule.is_evasion]
    kept = [*plain, *_apart([span for span in ordered if span.rule.is_evasion], plain)]
    hits = [
        Hit(*folded.span(span.start, span.end), span.found, span.rule, strict or not span.rule.is_evasion)
        for span in kept
    ]
    return tuple(sorted(hits, key=lambda hit: (hit.start, hit.end)))


def _apart(evasions: Iterable[Span], plain: Sequence[Span]) -> Iterator[Span]:
    """The evasions that overlap neither a plain hit nor one another, all in text order."""
    reached, place = 0, 0
    for span in evasions:
        while place < len(plain) and plain[place].end <= span.start:
            place += 1
        if span.start >= reached and (place == len(plain) or span.end <= plain[place].start):
            reached = span.end
            yield span


def _is_target(text: str, words: list[Word], target: Target) -> bool:
    if len(words) == 1:
        return words[0].text in target.singles
    return len(words) > 1 and len(words) == len(target.places) and is_run(text, words, target.places)
