"""Every kind of engine keeps the laws of the port."""

import os
from pathlib import Path

import pytest

from agents.llm.engines.scripted import Reply, ScriptedEngine
from arena.core.errors import EngineError
from arena.core.generation import Completion, Ending, Request, Scored
from arena.testing.engines import check_engine

STORY = "there was a little girl named Lily. She had a red ball,\nand a dog that liked to run with it all day long."


def test_the_scripted_engine_conforms():
    check_engine(lambda: ScriptedEngine(lambda request: f"{request.seed}: {STORY}", context=512)).require()
    check_engine(lambda: ScriptedEngine([STORY, Reply("Yes.", seconds=0.01)], repeats=True)).require()


class Broken(ScriptedEngine):
    """An engine that breaks the laws that it is told to break."""

    def __init__(self, breach: str) -> None:
        super().__init__(lambda request: f"{request.seed}: {STORY}", context=512)
        self.breach = breach
        self.count_asked = 0

    @property
    def fingerprint(self) -> str:
        return "not hex" if self.breach == "fingerprint" else super().fingerprint

    def count(self, prompt):
        return 1 if self.breach == "count" else super().count(prompt)

    async def complete(self, request, watch=None) -> Completion:
        if self.breach == "crash":
            raise LookupError("crash")
        if self.breach == "deadline":
            request = Request(request.prompt, request.sampling, request.seed, request.adapter)
        if self.breach == "stop":
            return Completion(f"{request.seed}: {STORY}", Ending.STOP, 5, 12)
        self.count_asked += 1
        told = (lambda piece: watch(piece.upper())) if watch and self.breach == "watch" else watch
        seed = request.seed + self.count_asked if self.breach == "reproducible" else request.seed
        asked = Request(request.prompt, request.sampling, seed, request.adapter, None, request.seconds)
        try:
            return await super().complete(asked, told)
        except EngineError:
            if self.breach == "closed" and self.is_closed:
                return Completion("", Ending.STOP, 5, 0)
            raise

    async def score(self, prompt, text, adapter=None) -> Scored:
        scored = await super().score(prompt, text, adapter)
        return Scored(scored.tokens, scored.logprobs, ()) if self.breach == "score" else scored


@pytest.mark.parametrize(
    ("breach", "law"),
    [
        ("fingerprint", "16 hex digits"),
        ("count", "counts the tokens"),
        ("crash", "completes texts"),
        ("stop", "keeps stop texts out"),
        ("watch", "just the text that it answers"),
        ("deadline", "keeps deadlines"),
        ("reproducible", "gives the same sample"),
        ("score", "scores, or says"),
        ("closed", "answers no more"),
    ],
)
def test_the_kit_finds_what_breaks_a_law(breach, law):
    report = check_engine(lambda: Broken(breach))
    assert any(law in finding.law for finding in report.broken), str(report)


@pytest.mark.slow
def test_the_local_engine_conforms():
    pytest.importorskip("torch")
    folder = os.environ.get("TABOO_DATA")
    if folder is None:
        pytest.skip("TABOO_DATA is not set: no weights")
    local = pytest.importorskip("agents.llm.engines.local")
    model = str(Path(folder) / "tinystories-656k")
    check_engine(lambda: local.TransformersEngines.open(model, {"device": "cpu"})).require()
