"""Encoders made here: batches change no answer, a failing model fails its own texts, wrong models are named."""

import asyncio
import threading
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from tokenizers import Tokenizer, models, pre_tokenizers, processors  # noqa: E402
from transformers import (  # noqa: E402
    BertConfig,
    BertForSequenceClassification,
    BertModel,
    PreTrainedTokenizerFast,
)

from agents.llm.errors import ModelMissingError, ModelSpecError  # noqa: E402
from agents.llm.judges.curve import Curve  # noqa: E402
from agents.llm.judges.encoders import MOST_ROWS, EncoderGauge, Reader, SentenceEncoder  # noqa: E402
from agents.llm.judges.relevance import RelevanceJudge  # noqa: E402
from arena.core.actions import Case, Said  # noqa: E402
from arena.core.errors import EngineError  # noqa: E402
from arena.core.hits import Language  # noqa: E402
from arena.core.verdict import Role  # noqa: E402
from arena.testing.judges import check_judge  # noqa: E402

SENTENCE = "i you like bread and ships sail far away do not know what the captain said about lunch"
WORDS = tuple(SENTENCE.split())
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]


def written(folder: Path, labels: int | None) -> str:
    """A small random encoder in a folder: with labels a cross-encoder, without a sentence encoder."""
    vocabulary = {word: place for place, word in enumerate([*SPECIAL, *WORDS])}
    bare = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    bare.pre_tokenizer = pre_tokenizers.Whitespace()
    ends = [("[CLS]", 2), ("[SEP]", 3)]
    bare.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=ends
    )
    names = {"unk_token": "[UNK]", "pad_token": "[PAD]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    PreTrainedTokenizerFast(tokenizer_object=bare, model_max_length=64, **names).save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=64,
        initializer_range=0.5,
        **({} if labels is None else {"num_labels": labels}),
    )
    with torch.random.fork_rng():
        torch.manual_seed(7)
        model = BertModel(config) if labels is None else BertForSequenceClassification(config)
    model.save_pretrained(folder)
    return str(folder)


@pytest.fixture(scope="module")
def sentence_encoder(tmp_path_factory):
    return written(tmp_path_factory.mktemp("sentence"), None)


@pytest.fixture(scope="module")
def cross_encoder(tmp_path_factory):
    return written(tmp_path_factory.mktemp("pair"), 1)


def case(text: str, *said: str) -> Case:
    history = tuple(Said((Role.DEFENDER, Role.ATTACKER)[at % 2], 1 + at // 2, it) for at, it in enumerate(said))
    return Case(Role.ATTACKER, 3, text, history, Language.ENGLISH)


def measured(gauge: EncoderGauge, *cases: Case) -> list[float]:
    async def ask() -> list[float]:
        return [reading.value for reading in await asyncio.gather(*map(gauge.measure, cases))]

    return asyncio.run(ask())


@pytest.mark.parametrize("kind", ["sentence_encoder", "cross_encoder"])
def test_a_reading_does_not_depend_on_what_else_is_read(kind, request):
    gauge = EncoderGauge(request.getfixturevalue(kind))
    cases = [case(" ".join(WORDS[at % 7 : at % 7 + 1 + at]), " ".join(WORDS[: at % 9 + 1])) for at in range(60)]
    together = measured(gauge, *cases)
    assert together == [measured(gauge, one)[0] for one in cases]
    assert len(set(together)) > 30


def test_a_text_is_nearest_to_itself(sentence_encoder):
    gauge = EncoderGauge(sentence_encoder)
    same, other = measured(gauge, case("i like bread", "i like bread"), case("i like bread", "ships sail far"))
    assert same == pytest.approx(-1.0, abs=1e-6)
    assert other > same


def test_the_nearest_of_the_latest_utterances_counts(sentence_encoder):
    gauge = EncoderGauge(sentence_encoder)
    found = measured(gauge, case("i like bread", "i like bread", "ships sail", "what"))
    assert found == [pytest.approx(-1.0, abs=1e-6)]


@pytest.mark.parametrize("text", ["", " "])
def test_nothing_is_read_of_nothing(sentence_encoder, text):
    gauge = EncoderGauge(sentence_encoder)
    assert asyncio.run(gauge.measure(case(text, "hello"))) is None
    assert asyncio.run(gauge.measure(case("hello"))) is None


@pytest.mark.parametrize("text", ["bread " * 5000, "\ud800", "\u4f60\u597d", "\U0001f34c"])
def test_any_text_is_read(cross_encoder, text):
    assert len(measured(EncoderGauge(cross_encoder), case(text, text))) == 1


def test_the_configuration_says_which_kind_it_is_and_the_option_overrules_it(cross_encoder):
    by_itself, forced = EncoderGauge(cross_encoder), EncoderGauge(f"{cross_encoder}?kind=sentence")
    assert by_itself.fingerprint != forced.fingerprint
    assert measured(forced, case("bread", "bread")) == [pytest.approx(-1.0, abs=1e-6)]


def test_one_model_serves_the_whole_process_and_its_fingerprint_is_that_of_its_weights(sentence_encoder, tmp_path):
    first, second = EncoderGauge(sentence_encoder), EncoderGauge(sentence_encoder)
    assert first._reader is second._reader
    copy = EncoderGauge(written(tmp_path, None))
    assert copy._reader is not first._reader
    assert copy.fingerprint == first.fingerprint


def test_the_judge_keeps_the_laws_of_its_port(sentence_encoder, save):
    fingerprint = EncoderGauge(sentence_encoder).fingerprint
    path = save(judge="relevance", model=sentence_encoder, fingerprint=fingerprint, curve=Curve(-0.5, 0.1))
    check_judge(lambda: RelevanceJudge(str(path))).require()


def test_more_labels_than_two_are_no_cross_encoder(tmp_path):
    with pytest.raises(EngineError, match="it has 3 labels, and a cross-encoder has one or two"):
        EncoderGauge(written(tmp_path, 3))


@pytest.mark.parametrize(
    ("model", "error", "problem"),
    [
        ("{folder}/nowhere", ModelMissingError, "name a folder with config.json and model.safetensors"),
        ("{good}?kind=triple", ModelSpecError, "give sentence or pair"),
        ("{good}?kin=pair", ModelSpecError, "did you mean kind"),
        ("{good}?device=toaster", EngineError, "option device cannot be 'toaster'"),
        ("openai:http://127.0.0.1:9/v1#m", ModelSpecError, "engine 'openai' runs no encoder"),
    ],
)
def test_what_is_no_encoder_is_refused(sentence_encoder, tmp_path, model, error, problem):
    with pytest.raises(error, match=problem):
        EncoderGauge(model.format(folder=tmp_path, good=sentence_encoder))


class Failing:
    """An encoder that fails on one text, and waits until it is let go."""

    fingerprint = "0" * 16

    def __init__(self) -> None:
        self.go = threading.Event()
        self.sizes: list[int] = []

    def nearness(self, pairs):
        self.go.wait(10)
        self.sizes.append(len(pairs))
        if any("bad" in pair for pair in pairs):
            raise RuntimeError("out of memory")
        return [1.0] * len(pairs)


def test_what_waits_is_read_in_one_batch_and_a_failure_stays_in_its_batch():
    encoder = Failing()
    reader = Reader(encoder)

    async def ask() -> list[object]:
        first = asyncio.ensure_future(reader.nearness("a", "b"))
        await asyncio.sleep(0)  # it is in the queue, and the reader may have taken it
        rest = [asyncio.ensure_future(reader.nearness("c", "bad" if at == 1 else "d")) for at in range(40)]
        gone = asyncio.ensure_future(reader.nearness("never", "read"))
        await asyncio.sleep(0)
        gone.cancel()
        await asyncio.gather(gone, return_exceptions=True)
        await asyncio.sleep(0)  # what it waited for is told
        encoder.go.set()
        answers = await asyncio.gather(first, *rest, return_exceptions=True)
        return [*answers, await reader.nearness("after", "that")]

    answers = asyncio.run(ask())
    assert answers[-1] == 1.0
    failed = [answer for answer in answers if isinstance(answer, RuntimeError)]
    assert 1 <= len(failed) <= MOST_ROWS
    assert sum(encoder.sizes) == 42
    assert max(encoder.sizes) <= MOST_ROWS
    assert len(encoder.sizes) <= 5


def test_texts_longer_than_the_model_reads_are_cut(sentence_encoder):
    encoder = SentenceEncoder(sentence_encoder, "cpu")
    long = "bread " * 62
    assert encoder.nearness([(long, long + "and ships")]) == [pytest.approx(1.0, abs=1e-6)]
