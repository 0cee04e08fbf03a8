"""Constraints by the names that users give: `NAME` or `NAME:ARGUMENT`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from arena.core.errors import UnknownNameError
from attacks.constraints.wrapping import NamedConstraint
from attacks.core.candidates import Constraint
from attacks.core.errors import AttackError

WINDOW = 15
"""Words around a change that `similarity-window` compares."""


@dataclass(eq=False)
class ConstraintError(AttackError):
    """A constraint whose argument says nothing."""

    asked: str
    problem: str
    form: str

    def __str__(self) -> str:
        return f"constraint {self.asked!r}: {self.problem}; write {self.form}"


def constraint_named(asked: str) -> NamedConstraint:
    """The constraint of that name.

    Raises UnknownNameError, ConstraintError, MeasureError, DataMissingError or BrokenFileError.
    """
    name, _, argument = asked.partition(":")
    if name not in FORMS:
        raise UnknownNameError("constraint", name, known=tuple(FORMS))
    form, make = FORMS[name]
    try:
        allows, fingerprint = make(argument)
    except ValueError as wrong:
        raise ConstraintError(asked, str(wrong), form) from None
    return NamedConstraint(asked, fingerprint, allows)


def _edits(argument: str) -> tuple[Constraint, str]:
    from attacks.constraints.edit_distance import MaxEdits

    return MaxEdits(int(argument)), ""


def _edit_share(argument: str) -> tuple[Constraint, str]:
    from attacks.constraints.edit_distance import MaxEditShare

    return MaxEditShare(float(argument)), ""


def _share(argument: str) -> tuple[Constraint, str]:
    from attacks.constraints.share import MaxShare

    return MaxShare(float(argument)), ""


def _parts(argument: str) -> tuple[Constraint, str]:
    from attacks.constraints.parts import SameParts

    _check_none(argument)
    return SameParts(), ""


def _stop_words(argument: str) -> tuple[Constraint, str]:
    from attacks.constraints.stop_words import KeepsWords, english_stop_words

    _check_none(argument)
    return KeepsWords(english_stop_words()), ""


def _no_echo(argument: str) -> tuple[Constraint, str]:
    from attacks.constraints.repeats import no_echo

    _check_none(argument)
    return no_echo, ""


def _similarity(argument: str, window: int | None = None) -> tuple[Constraint, str]:
    from attacks.constraints.similarity import MinSimilarity
    from attacks.metrics.similarity import SentenceEncoder

    model, cosine = _model_and_bound(argument)
    encoder = SentenceEncoder.open(model)
    return MinSimilarity(encoder, cosine, window), encoder.fingerprint


def _embedding(argument: str) -> tuple[Constraint, str]:
    from attacks.constraints.embeddings import MinCosine
    from attacks.transformations.embeddings import read_vectors

    file, cosine = _model_and_bound(argument)
    known = read_vectors(file)
    return MinCosine(known, cosine), known.fingerprint


def _perplexity(argument: str) -> tuple[Constraint, str]:
    from attacks.constraints.perplexity import MaxPerplexityRatio
    from attacks.metrics.perplexity import CausalLM

    name, times = _model_and_bound(argument)
    model = CausalLM.open(name)
    return MaxPerplexityRatio(model, times), model.fingerprint


def _grammar(argument: str) -> tuple[Constraint, str]:
    from attacks.constraints.grammar import MaxGrammarErrors
    from attacks.metrics.grammar import LanguageTool

    added, tool = int(argument or 0), LanguageTool.open()
    return MaxGrammarErrors(tool, added), tool.fingerprint


def _model_and_bound(argument: str) -> tuple[str, float]:
    """A model or a file, whose name may hold colons, and the number after the last one. Raises ValueError."""
    model, colon, bound = argument.rpartition(":")
    if not colon or not model:
        raise ValueError("there is no name with a number after it")
    return model, float(bound)


def _check_none(argument: str) -> None:
    if argument:
        raise ValueError(f"takes no argument, and {argument!r} was given")


Make = Callable[[str], tuple[Constraint, Any]]

FORMS: Mapping[str, tuple[str, Make]] = {
    "edits": ("edits:NUMBER, the most characters that differ", _edits),
    "edit-share": ("edit-share:SHARE, from 0 to 1", _edit_share),
    "share": ("share:SHARE, of the words, from 0 to 1", _share),
    "parts": ("parts", _parts),
    "stop-words": ("stop-words", _stop_words),
    "no-echo": ("no-echo", _no_echo),
    "similarity": ("similarity:MODEL:COSINE", _similarity),
    "similarity-window": ("similarity-window:MODEL:COSINE", lambda argument: _similarity(argument, WINDOW)),
    "embedding": ("embedding:FILE:COSINE, FILE of word vectors", _embedding),
    "perplexity": ("perplexity:MODEL:TIMES", _perplexity),
    "grammar": ("grammar:NUMBER, the most errors that come in", _grammar),
}
"""How each is written, and what makes it: a constraint and a digest of what it reads."""
