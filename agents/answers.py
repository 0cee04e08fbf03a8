"""Answering what was just said: the speech that all our defenders share."""

from collections.abc import Callable, Collection, Iterator

from agents.grammar import NOUNS, spoken
from agents.phrases import drafts
from agents.speech import anything, chance, fallback, first_fit, last_words, words_of
from agents.thoughts import associations, lexemes_of, ranked, thoughts
from arena.core.hits import Language
from arena.core.verdict import Role
from arena.core.views import DefenderView
from arena.words.graph import Relation

_TYPED = 0.35
"""How often an answer names the relation instead of only the word."""
_QUESTION_MARKS = ("?", "\uff1f")


def answer(
    view: DefenderView, avoid: Collection[str] = (), fits: Callable[[str], bool] = anything, around: float = 0.0
) -> str:
    """What the attacker's last words bring to mind, and not a word of `avoid`.

    `around` is how often the answer says that it avoids something.
    """
    return first_fit(view, _answers(view, avoid, around), fits) or fallback(view, fits)


def stimulus(view: DefenderView) -> tuple[str, ...]:
    """The words to answer: the attacker's last, less those that it took from the defender's own last utterance."""
    words, own = last_words(view, Role.ATTACKER), last_words(view, Role.DEFENDER)
    return tuple(word for word in words if word not in own) or words


def _answers(view: DefenderView, avoid: Collection[str], around: float) -> Iterator[str]:
    language, draw = view.rules.language, chance(view, "answer")
    words = stimulus(view)
    before = words_of(view, Role.ATTACKER) | words_of(view, Role.DEFENDER)
    without = before | set(avoid)
    lexemes_before = {lexeme for word in before for lexeme in lexemes_of(word, language)}
    is_around, is_typed = draw.random() < around, draw.random() < _TYPED
    plain = "answer.question" if _is_question(view) else "answer.remark"
    for y in ranked(associations(words, language), without, draw):
        if not lexemes_before.isdisjoint(lexemes_of(y, language)):
            continue  # the same word in another form: sleep, sleeping
        x, act = _source(words, y, language)
        if is_around:
            act = "answer.around"
        elif not is_typed or act is None:
            act = plain
        yield from drafts(act, language, view.seed, view.turn, x, y)
    yield from drafts("answer.lost", language, view.seed, view.turn)


def _is_question(view: DefenderView) -> bool:
    texts = view.said_by(Role.ATTACKER)
    return bool(texts) and texts[-1].rstrip().endswith(_QUESTION_MARKS)


def _source(words: tuple[str, ...], thought: str, language: Language) -> tuple[str, str | None]:
    """The word that brought the thought to mind most, and the act that names how, if one does."""
    links = [(word, edge) for word in words for edge in thoughts(word, language) if edge.word == thought]
    source, edge = max(links, key=lambda link: link[1].weight)
    act = _TYPED_ACTS.get((edge.relation, edge.outward))
    are_nouns = all(spoken(word, language).kind in NOUNS for word in (source, thought))
    return source, act if are_nouns or act == "answer.opposite" else None


_TYPED_ACTS = {
    (Relation.IS_A, False): "answer.kind",
    (Relation.PART_OF, False): "answer.part",
    (Relation.SIMILAR, True): "answer.similar",
    (Relation.SIMILAR, False): "answer.similar",
    (Relation.OPPOSITE, True): "answer.opposite",
    (Relation.OPPOSITE, False): "answer.opposite",
}
