"""The `relevance` judge: rules against what has nothing to do with the conversation.

`relevance` alone tells by words (`overlap`) and needs no model. With a calibration, `relevance:my.json`, a model tells:
a sentence encoder, which lays text and conversation side by side, or a cross-encoder, which reads them together. The
first utterance of a match has nothing to be relevant to, and is fine.
"""

from collections.abc import Sequence

from agents.llm.judges import overlap
from agents.llm.judges.calibrated import CalibratedJudge, Gauge
from agents.llm.judges.curve import Curve, Reading
from arena.core.actions import Case
from arena.core.hits import Language
from arena.judges.reading import fingerprint
from arena.words.fingerprints import fingerprint as fingerprint_of_words
from arena.words.graph import graph

WORDS = "words"
"""What a calibration calls the way that needs no model."""
BY_WORDS = Curve(middle=0.92, width=0.045)
"""Few everyday replies stray this far, about three in a thousand, and only long ones can (scripts/judge_auc.py)."""


class RelevanceJudge(CalibratedJudge):
    """Rules on how far an utterance strays from the latest utterances of both players."""

    kind, version, label = "relevance", "1", "off_topic"
    uses_length, needs_earlier = False, True
    code = (__file__, str(overlap.__file__))

    @staticmethod
    def open_gauge(model: str) -> Gauge:
        """The words, or an encoder by name or folder. Raises EngineError, ModelSpecError."""
        if model == WORDS:
            return WordGauge()
        from agents.llm.judges.encoders import EncoderGauge

        return EncoderGauge(model)

    @classmethod
    def built_in(cls) -> tuple[str, Curve]:
        """By words, with a curve made for everyday dialogue."""
        return WORDS, BY_WORDS


class WordGauge:
    """Measures by the words that text and conversation have in common, or that bring each other to mind."""

    model = WORDS

    def __init__(self) -> None:
        graphs = (graph(language).fingerprint for language in Language)
        self.fingerprint = fingerprint(*graphs, fingerprint_of_words())
        for language, text in ((Language.ENGLISH, "a lemon"), (Language.CHINESE, "\u67e0\u6aac")):
            overlap.strays(text, (text,), language)  # reads every table now, not during a match

    async def measure(self, case: Case) -> Reading | None:
        """How far the utterance strays; None for an empty one, and where nothing was said before."""
        said = earlier(case)
        if not said or not case.text.strip():
            return None
        return Reading(overlap.strays(case.text, said, case.language))


def earlier(case: Case, most: int = overlap.REACH) -> Sequence[str]:
    """The latest utterances before this one, of both players, latest last."""
    return [said.text for said in case.history if said.text is not None and said.text.strip()][-most:]
