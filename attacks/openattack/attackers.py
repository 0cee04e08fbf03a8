"""`openattack:NAME`: an attacker of OpenAttack 2.1.1 as a recipe, under our engine and meter.

Its code is its own, with all it does otherwise than its papers. Of what it counts, two are not asked twice here: the
label of the original, which the engine knows, and the label of the result, which the engine looks at afresh. Its other
deviations from OpenAttack run by itself: chance comes from the example's own (so the texts found differ where an
attacker draws), an attacker carries nothing over from one text to the next (OpenAttack's TextFooler keeps the
threshold of the first short one for all that follow), and what it raises is an error, never a failed attack.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from importlib import import_module
from random import Random
from types import ModuleType, SimpleNamespace
from typing import Any

from attacks.core.errors import AttackError
from attacks.core.goals import Goal
from attacks.core.ports import Capability
from attacks.core.searching import Search
from attacks.core.text import Text
from attacks.fingerprints import of_model
from attacks.metrics.similarity import SentenceEncoder
from attacks.openattack import table
from attacks.openattack.bridge import search, stretches
from attacks.openattack.errors import RELEASE, OpenAttackError, UnknownOpenAttackError
from attacks.openattack.loading import TodaysTokenizer, loading, look_for_files, missing, openattack
from attacks.transformations import masked_lm
from attacks.transformations.errors import DataMissingError

ENCODER = "TABOO_SENTENCE_ENCODER"
_NEEDS = {
    "get_prob": Capability.SCORES,
    "get_grad": Capability.GRADIENTS,
    "get_embedding": Capability.GRADIENTS,
}


class OpenAttackAttack:
    """An attacker by its name, `PWWS` or `PWWSAttacker`; `options` are those of its own class.

    BERT and BAE read the masked language model of TABOO_MASKED_LM, TextFooler and BAE the encoder of
    TABOO_SENTENCE_ENCODER, unless `model` and `encoder` are given. OpenAttack's own encoder is the Universal Sentence
    Encoder, on TensorFlow; the thresholds of the two attackers were chosen for that one. English only: what it reads
    for Chinese it downloads while it is made.
    """

    def __init__(
        self,
        name: str = "",
        *,
        model: str | None = None,
        encoder: SentenceEncoder | None = None,
        **options: Any,  # noqa: ANN401 - its class's own
    ) -> None:
        """Raises OpenAttackMissingError, UnknownOpenAttackError, OpenAttackError or DataMissingError."""
        if not name:
            raise UnknownOpenAttackError("attacker without a name, as in", "openattack:PWWS", tuple(table.ATTACKERS))
        known, self._entry = table.find(name)
        self.name, self._known = f"openattack:{known}", known
        with loading:
            self._attacker, read = _made(known, self._entry, model, encoder, options)
        tags = {tag.name for tag in self._attacker.TAGS if tag.type == "victim"}
        self.needs = frozenset(_NEEDS[tag] for tag in tags if tag in _NEEDS)
        self.reads = sha256(f"{RELEASE}\n{known}\n{sorted(options.items())}\n{read}".encode()).hexdigest()[:16]

    def read(self, written: str) -> Text:
        """The text as one place; of a pair, each half."""
        return stretches(written)

    def begin(self, text: Text, goal: Goal, base: float, chance: Random) -> Search:  # noqa: ARG002 - it asks by itself
        """What the attacker does, step by step."""
        return search(self._known, self._attacker, text, goal, chance, torch=self._entry.torch)


def _made(
    name: str, entry: table.Entry, model: str | None, encoder: SentenceEncoder | None, options: dict[str, Any]
) -> tuple[Any, str]:
    """The attacker, and the fingerprints of the models that it reads."""
    library = openattack()
    look_for_files()
    given = {**entry.options, **options}
    if entry.masked_lm:
        remedy = "set it to a folder or a name of a masked language model of BERT's kind"
        given["mlm_path"] = model or _model("a masked language model", masked_lm.VARIABLE, remedy)
    if entry.encoder and encoder is None:
        remedy = "set it to a folder or a name of an encoder of transformers that was trained to compare sentences"
        encoder = SentenceEncoder.open(_model("a sentence encoder", ENCODER, remedy))
    try:
        kind = getattr(import_module(f"OpenAttack.{entry.module}"), entry.kind)
        with _encoding(library, import_module(kind.__module__), encoder):
            attacker = kind(**given)
    except library.exceptions.DataNotExistException as absent:
        raise missing(*absent.args) from None
    except AttackError:
        raise
    except Exception as problem:
        first = str(problem).strip().partition("\n")[0]
        raise OpenAttackError(name, f"cannot be made: {type(problem).__name__}: {first}") from problem
    read = [] if encoder is None else [encoder.fingerprint]
    if entry.masked_lm:
        attacker.tokenizer_mlm = TodaysTokenizer(attacker.tokenizer_mlm)
        read.append(of_model(attacker.mlm_model))
    return attacker, "\n".join(read)


def _model(what: str, variable: str, remedy: str) -> str:
    named = os.environ.get(variable, "")
    if not named:
        raise DataMissingError(what, variable, remedy)
    return named


@contextmanager
def _encoding(library: Any, module: ModuleType, encoder: SentenceEncoder | None) -> Iterator[None]:  # noqa: ANN401
    """Let what is made here find our encoder where it looks for TensorFlow's: it has no other way to be given one."""
    if encoder is None:
        yield
        return
    tags = {library.tags.tags.TAG_English}
    before = module.__dict__["UniversalSentenceEncoder"]
    module.__dict__["UniversalSentenceEncoder"] = lambda: SimpleNamespace(TAGS=tags, calc_score=encoder.similarity)
    try:
        yield
    finally:
        module.__dict__["UniversalSentenceEncoder"] = before
