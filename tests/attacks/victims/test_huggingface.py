"""A classifier of transformers as a victim: exact answers, pairs, gradients, options."""

import os
from pathlib import Path

import numpy as np
import pytest

from attacks.core.errors import VictimError
from attacks.core.ports import Capability
from attacks.core.text import PAIR
from attacks.data.examples import read_examples
from attacks.victims.errors import VictimMissingError
from attacks.victims.huggingface import HuggingFaceVictim

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors  # noqa: E402

DATA = os.environ.get("TABOO_DATA")
needs_data = pytest.mark.skipif(DATA is None, reason="needs SST-2 and sst2-bert-mini in TABOO_DATA")
WORDS = ["a", "film", "great", "awful", "fine", "cast", "plot", "dull", "un", "##believ", "##able", "."]


def tokenizer(longest=32):
    known = {word: number for number, word in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", *WORDS])}
    made = Tokenizer(models.WordPiece(known, unk_token="[UNK]"))
    made.normalizer, made.pre_tokenizer = normalizers.Lowercase(), pre_tokenizers.BertPreTokenizer()
    made.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", known["[CLS]"]), ("[SEP]", known["[SEP]"])],
    )
    names = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    inputs = ["input_ids", "token_type_ids", "attention_mask"]
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=made, model_max_length=longest, model_input_names=inputs, **names
    )


def network(kind="Bert", **options):
    shape = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    config = getattr(transformers, f"{kind}Config")(
        vocab_size=len(WORDS) + 4, max_position_embeddings=40, initializer_range=0.5, pad_token_id=0, **shape, **options
    )
    with torch.random.fork_rng():
        torch.manual_seed(3)
        return getattr(transformers, f"{kind}ForSequenceClassification")(config)


@pytest.fixture(scope="module")
def tiny():
    return HuggingFaceVictim(network().double(), tokenizer(), "tiny")


@pytest.fixture(scope="module")
def bert():
    return HuggingFaceVictim.open(f"{DATA}/sst2-bert-mini?device=cpu")


@pytest.fixture(scope="module")
def sentences():
    return [it.text for it in read_examples(Path(f"{DATA}/sst2/dev.tsv"), 64)]


@needs_data
def test_no_answer_depends_on_its_company_to_the_bit(bert, sentences):
    some = sentences[:16]
    alone = np.concatenate([bert.predict([text]) for text in some])
    for width in (7, 64):
        together = [bert.predict(sentences[start : start + width]) for start in range(0, 16, width)]
        assert (np.concatenate(together)[:16] == alone).all()


@needs_data
def test_no_slope_depends_on_its_company_to_the_bit(bert, sentences):
    some = sentences[:14]
    alone = [bert.slopes([text], [1])[0] for text in some]
    for width in (7, 14):
        together = [it for at in range(0, 14, width) for it in bert.slopes(some[at : at + width], [1] * width)]
        for one, other in zip(alone, together, strict=True):
            assert (one.gradients == other.gradients).all()
            assert (one.probabilities == other.probabilities).all()


@needs_data
def test_a_trained_model_names_its_classes_and_knows_words(bert):
    assert bert.labels == ("negative", "positive")
    assert bert.vocabulary.vectors.shape == (len(bert.vocabulary.words), 256)
    assert "film" in bert.vocabulary.numbers


def test_gradients_are_what_finite_differences_say(tiny):
    text, step = "a great Unbelievable film", 1e-5
    (slope,) = tiny.slopes([text], [1])
    layer = tiny.model.get_input_embeddings()
    numbers = tiny.tokenizer(text)["input_ids"][1:-1]
    assert [text[start:end].lower() for start, end in slope.spans] == ["a", "great", "un", "believ", "able", "film"]
    for token in (0, 1, 4):
        for dimension in (0, 7):
            shares = []
            for sign in (1, -1):
                with torch.no_grad():
                    layer.weight[numbers[token], dimension] += sign * step
                shares.append(np.log(tiny.predict([text])[0, 1]))
                with torch.no_grad():
                    layer.weight[numbers[token], dimension] -= sign * step
            measured = (shares[0] - shares[1]) / (2 * step)
            assert slope.gradients[token, dimension] == pytest.approx(measured, rel=1e-5, abs=1e-8)
    assert slope.probabilities == pytest.approx(tiny.predict([text])[0])
    known = tiny.vocabulary
    assert slope.vectors[1] == pytest.approx(known.vectors[known.numbers["great"]])


def test_a_slope_of_many_texts_leaves_no_hook_behind(tiny):
    tiny.slopes(["a film", "a great great film"], [0, 1])
    assert not tiny.model.get_input_embeddings()._forward_hooks


def test_a_pair_is_read_in_two_segments_and_its_tokens_stand_in_the_whole(tiny):
    text = f"a great film{PAIR}dull cast"
    (slope,) = tiny.slopes([text], [0])
    assert [text[start:end] for start, end in slope.spans] == ["a", "great", "film", "dull", "cast"]
    assert tiny._tokens(text).segments == [0, 0, 0, 0, 0, 1, 1, 1]
    assert not np.allclose(tiny.predict([text]), tiny.predict(["a great film dull cast"]))


def test_tokens_beyond_what_is_read_are_absent():
    victim = HuggingFaceVictim(network(), tokenizer(longest=6), "short")
    (slope,) = victim.slopes(["a film great awful fine cast"], [0])
    assert len(slope.spans) == len(slope.gradients) == 4
    assert victim._width(6) == 6


def test_positions_behind_the_filler_are_not_counted():
    endless = tokenizer(longest=10**9)
    assert HuggingFaceVictim(network("Roberta"), endless, "roberta")._longest == 39
    assert HuggingFaceVictim(network(), endless, "bert")._longest == 40
    victim = HuggingFaceVictim(network("Roberta", type_vocab_size=2), endless, "roberta")
    assert victim.predict(["a film " * 40]).shape == (1, 2)


def test_a_slow_tokenizer_gives_scores_and_no_gradients():
    class Slow:
        is_fast, pad_token_id, model_input_names, model_max_length = False, 0, ("input_ids",), 8

        def get_vocab(self):
            return {"a": 1}

        def __call__(self, first, second, **options):
            return {"input_ids": [1] * min(len(first), 8)}

    victim = HuggingFaceVictim(network(), Slow(), "slow")
    assert victim.can == {Capability.SCORES}
    assert victim.predict(["abc", "a"]).sum(axis=1) == pytest.approx([1, 1])


def test_a_model_that_never_embeds_gives_no_gradients(tiny):
    victim = HuggingFaceVictim(network(), tokenizer(), "other")
    victim.model.get_input_embeddings = lambda: torch.nn.Embedding(20, 16)
    with pytest.raises(VictimError, match="reads its embedding layer 0 times"):
        victim.slopes(["a film"], [0])


def test_a_fingerprint_changes_with_weights_their_order_and_the_tokenizer():
    model = network()
    first = HuggingFaceVictim(model, tokenizer(), "x").fingerprint
    assert HuggingFaceVictim(network(), tokenizer(), "y").fingerprint == first
    assert HuggingFaceVictim(network(), tokenizer(longest=9), "x").fingerprint == first
    with torch.no_grad():
        weight = model.get_input_embeddings().weight
        weight[[4, 5]] = weight[[5, 4]]
    assert HuggingFaceVictim(model, tokenizer(), "x").fingerprint != first


def test_a_folder_is_opened_with_a_device_and_a_kind(tmp_path):
    network().save_pretrained(tmp_path)
    tokenizer().save_pretrained(tmp_path)
    victim = HuggingFaceVictim.open(f"{tmp_path}?device=cpu&dtype=bfloat16")
    assert victim.predict(["a film"]).sum() == pytest.approx(1)
    assert victim.labels == ()
    assert Capability.GRADIENTS in HuggingFaceVictim.open(str(tmp_path)).can


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("x?speed=high", "no option 'speed'"),
        ("x?dtype=int3", "no dtype 'int3'"),
        ("/nowhere/at/all?device=cpu", "name a folder"),
        ("x?device=toaster", "a device that is here"),
    ],
)
def test_what_cannot_be_opened_is_said(asked, said):
    with pytest.raises(VictimMissingError, match=said):
        HuggingFaceVictim.open(asked)


def test_a_model_without_a_trained_head_is_refused(tmp_path):
    network().bert.save_pretrained(tmp_path)
    tokenizer().save_pretrained(tmp_path)
    with pytest.raises(VictimMissingError, match="lack weights"):
        HuggingFaceVictim.open(str(tmp_path))
