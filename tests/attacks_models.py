"""Tiny language models with random weights, the same every time, and their tokenizers: masked, causal, seq2seq."""

from tokenizers import Tokenizer, models, normalizers, pre_tokenizers
from transformers import (
    BertConfig,
    BertForMaskedLM,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedTokenizerFast,
    T5Config,
    T5ForConditionalGeneration,
)

WORDS = ("this", "is", "a", "great", "fine", "fair", "awful", "poor", "grand", "film", "movie", "with", "cast", "good")
PIECES = ("un", "##believ", "##ably", "##like", "dis")
SPECIAL = {
    "pad_token": "[PAD]",
    "unk_token": "[UNK]",
    "cls_token": "[CLS]",
    "sep_token": "[SEP]",
    "mask_token": "[MASK]",
}


def word_pieces(longest=32):
    """Whole words and five pieces, lower case."""
    tokens = [*SPECIAL.values(), *WORDS, *PIECES, "7", ",", "."]
    made = Tokenizer(models.WordPiece({token: number for number, token in enumerate(tokens)}, unk_token="[UNK]"))
    made.normalizer, made.pre_tokenizer = normalizers.BertNormalizer(lowercase=True), pre_tokenizers.BertPreTokenizer()
    return PreTrainedTokenizerFast(tokenizer_object=made, model_max_length=longest, **SPECIAL)


def whole_words():
    """Words only, with an end of text."""
    tokens = ["[PAD]", "[END]", "[UNK]", *WORDS, "paraphrase", ":", ".", ","]
    made = Tokenizer(models.WordLevel({token: number for number, token in enumerate(tokens)}, unk_token="[UNK]"))
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return PreTrainedTokenizerFast(tokenizer_object=made, pad_token="[PAD]", eos_token="[END]", unk_token="[UNK]")


def masked(tokenizer, spread=0.5):
    """A masked language model; `spread` makes its opinions strong or weak."""
    shape = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    config = BertConfig(vocab_size=len(tokenizer), max_position_embeddings=64, initializer_range=spread, **shape)
    return _seeded(BertForMaskedLM, config)


def causal(tokenizer):
    """A model that goes on with a text, of 24 tokens at most."""
    shape = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    ends = {"eos_token_id": 1, "pad_token_id": 0, "bos_token_id": None}
    return _seeded(
        LlamaForCausalLM, LlamaConfig(vocab_size=len(tokenizer), max_position_embeddings=24, **shape, **ends)
    )


def rewriting(tokenizer):
    """A model that makes one text of another."""
    shape = {"d_model": 16, "d_kv": 8, "d_ff": 16, "num_layers": 1, "num_heads": 2}
    ends = {"decoder_start_token_id": 0, "eos_token_id": 1, "pad_token_id": 0}
    return _seeded(T5ForConditionalGeneration, T5Config(vocab_size=len(tokenizer), **shape, **ends))


def saved(model, tokenizer, folder):
    """Where the two were written, as a name to open."""
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return str(folder)


def _seeded(kind, config):
    import torch

    with torch.random.fork_rng():
        torch.manual_seed(3)
        return kind(config).eval()
