"""Train a small masked language model on texts of your own, and a classifier of the same network on labelled ones.

Such a pair makes BERT-Attack, BAE and CLARE run for real without a download: the classifier is the victim
(`--victim hf:OUT/classifier`), the masked model proposes its words (`TABOO_MASKED_LM=OUT/masked-lm`). BERT with 4
layers of width 256, a lower-case WordPiece vocabulary learnt from the same texts, AdamW with a rate that falls in a
straight line.

Usage:
    python scripts/train_pair.py --text reviews.txt --labelled train.tsv --dev dev.tsv --out pair
    python scripts/train_pair.py --help

`--text` files hold one text a line (.gz too); the labelled texts are read as well. OUT/result.json says how good it is.
"""

# ruff: noqa: ANN401 - models, tokenizers and tensors come from libraries that are imported late

import argparse
import gzip
import json
import math
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from random import Random
from time import monotonic
from typing import Any

from attacks.core.errors import AttackError
from attacks.data.examples import read_examples
from attacks.engine import Example

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
MASKED = 0.15
"""The share of tokens to guess; of these 8 in 10 are masked, 1 is another token, 1 stays (Devlin et al., 2019)."""
HELD_OUT = 0.01
UNSEEN = -100
"""A label that counts for nothing."""


def arguments(words: Sequence[str] | None) -> argparse.Namespace:
    """What is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--text", type=Path, nargs="*", default=[], help="files with one text a line, .gz too")
    parser.add_argument("--labelled", type=Path, required=True, help="training texts with labels: .tsv, .csv, .jsonl")
    parser.add_argument("--dev", type=Path, required=True, help="other texts with labels, to measure by")
    parser.add_argument("--out", type=Path, required=True, help="folder for masked-lm/, classifier/, result.json")
    parser.add_argument("--vocabulary", type=int, default=10_000, help="tokens of the WordPiece vocabulary")
    parser.add_argument("--layers", type=int, default=4)
    parser.add_argument("--width", type=int, default=256, help="of the hidden vectors; 64 to an attention head")
    parser.add_argument("--length", type=int, default=64, help="most tokens of a text; longer ones are cut in pieces")
    parser.add_argument("--steps", type=int, default=14_000, help="of the masked model")
    parser.add_argument("--batch", type=int, default=32, help="texts in a step of the masked model")
    parser.add_argument("--rate", type=float, default=8e-4, help="highest rate of learning of the masked model")
    parser.add_argument("--epochs", type=int, default=3, help="passes of the classifier over the labelled texts")
    parser.add_argument("--classifier-batch", type=int, default=64)
    parser.add_argument("--classifier-rate", type=float, default=2e-4)
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args(words)


def main(words: Sequence[str] | None = None) -> int:
    """Train both, write them, and return the exit code."""
    asked = arguments(words)
    import torch

    try:
        labelled, dev = read_examples(asked.labelled), read_examples(asked.dev)
        texts = [line for file in asked.text for line in lines(file)] + [it.text for it in labelled]
    except (AttackError, OSError) as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    texts = [text for text in texts if text.strip()]
    classes = 1 + max((int(it.label) for it in labelled), default=-1)
    if len(texts) < 100 or classes < 2 or not dev:
        sys.stderr.write("a pair needs 100 texts, two labels from 0 on, and texts to measure by\n")
        return 2
    asked.out.mkdir(parents=True, exist_ok=True)
    with torch.random.fork_rng():
        torch.manual_seed(asked.seed)
        result = trained(asked, texts, labelled, dev, classes)
    (asked.out / "result.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    say(json.dumps(result))
    return 0


def trained(
    asked: argparse.Namespace, texts: list[str], labelled: list[Example], dev: list[Example], classes: int
) -> dict[str, Any]:
    """Both models in their folders, and how good they are."""
    import torch
    from transformers import BertConfig, BertForMaskedLM, BertForSequenceClassification

    chance = Random(asked.seed)
    tokenizer = word_piece(texts, asked.vocabulary, asked.length)
    pieces = [piece for text in texts for piece in cut(tokenizer, text, asked.length)]
    chance.shuffle(pieces)
    held = pieces[: max(1, int(HELD_OUT * len(pieces)))]
    device = "cuda" if torch.cuda.is_available() else "cpu"
    say(f"{len(texts):,} texts, {len(pieces):,} pieces, {len(tokenizer):,} tokens in the vocabulary, on {device}")
    shape = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=asked.width,
        num_hidden_layers=asked.layers,
        num_attention_heads=max(1, asked.width // 64),
        intermediate_size=4 * asked.width,
        max_position_embeddings=asked.length,
        pad_token_id=0,
        num_labels=classes,
    )
    masked = BertForMaskedLM(shape).to(device)
    seen = learn_words(masked, pieces[len(held) :], asked, chance)
    loss, accuracy = guessed(masked, held, Random(asked.seed), asked.batch)
    masked.save_pretrained(asked.out / "masked-lm")
    tokenizer.save_pretrained(asked.out / "masked-lm")
    classifier = BertForSequenceClassification.from_pretrained(asked.out / "masked-lm", num_labels=classes).to(device)
    learn_labels(classifier, tokenizer, labelled, asked, chance)
    right = classified(classifier, tokenizer, dev, asked)
    classifier.save_pretrained(asked.out / "classifier")
    tokenizer.save_pretrained(asked.out / "classifier")
    return {
        "steps": asked.steps,
        "tokens_seen": seen,
        "dev_mlm_loss": loss,
        "dev_mlm_ppl": math.exp(loss),
        "dev_mlm_acc": accuracy,
        "dev_acc": right,
    }


def lines(file: Path) -> Iterator[str]:
    """The texts of a file, one a line."""
    with gzip.open(file, "rt", encoding="utf-8") if file.suffix == ".gz" else file.open(encoding="utf-8") as opened:
        yield from (line.strip() for line in opened)


def word_piece(texts: Iterable[str], size: int, length: int) -> Any:
    """A lower-case WordPiece tokenizer, its vocabulary learnt from the texts."""
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    made = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    made.normalizer, made.pre_tokenizer = normalizers.BertNormalizer(lowercase=True), pre_tokenizers.BertPreTokenizer()
    made.decoder = decoders.WordPiece()
    trainer = trainers.WordPieceTrainer(vocab_size=size, special_tokens=list(SPECIAL), show_progress=False)
    made.train_from_iterator(texts, trainer)
    ends = [(token, made.token_to_id(token)) for token in ("[CLS]", "[SEP]")]
    made.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=ends
    )
    names = ("pad", "unk", "cls", "sep", "mask")
    named = {f"{name}_token": token for name, token in zip(names, SPECIAL, strict=True)}
    return PreTrainedTokenizerFast(tokenizer_object=made, model_max_length=length, **named)


def cut(tokenizer: Any, text: str, length: int) -> Iterator[list[int]]:
    """The tokens of a text in pieces that the model reads, each between its two marks."""
    numbers = tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"]
    room = length - 2
    for start in range(0, len(numbers), room):
        yield [tokenizer.cls_token_id, *numbers[start : start + room], tokenizer.sep_token_id]


def hidden(pieces: Sequence[list[int]], vocabulary: int, chance: Random) -> tuple[Any, Any, Any]:
    """Pieces with some tokens hidden, which tokens are there at all, and what was hidden; shape `(pieces, tokens)`."""
    import torch

    width = max(map(len, pieces))
    shown, wanted = [], []
    for piece in pieces:
        row, labels = list(piece), [UNSEEN] * len(piece)
        sure = chance.randrange(1, len(piece) - 1)  # a piece of which nothing is asked would have no loss
        for place in range(1, len(piece) - 1):
            if chance.random() < MASKED or place == sure:
                labels[place] = piece[place]
                kind = chance.random()
                if kind < 0.9:
                    row[place] = 4 if kind < 0.8 else chance.randrange(len(SPECIAL), vocabulary)
        shown.append(row + [0] * (width - len(row)))
        wanted.append(labels + [UNSEEN] * (width - len(row)))
    there = [[1] * len(piece) + [0] * (width - len(piece)) for piece in pieces]
    return torch.tensor(shown), torch.tensor(there), torch.tensor(wanted)


def learn_words(model: Any, pieces: list[list[int]], asked: argparse.Namespace, chance: Random) -> int:
    """Train the masked model; how many tokens it has read."""
    seen = 0

    def batches() -> Iterator[list[list[int]]]:
        for _ in range(asked.steps):
            yield [pieces[chance.randrange(len(pieces))] for _ in range(asked.batch)]

    def loss(batch: list[list[int]]) -> Any:
        nonlocal seen
        seen += sum(map(len, batch))
        shown, there, wanted = (it.to(model.device) for it in hidden(batch, model.config.vocab_size, chance))
        return model(input_ids=shown, attention_mask=there, labels=wanted).loss

    descend(model, batches(), asked.steps, loss, asked.rate, "masked model")
    return seen


def learn_labels(
    model: Any, tokenizer: Any, examples: list[Example], asked: argparse.Namespace, chance: Random
) -> None:
    """Train the classifier."""
    import torch

    size = asked.classifier_batch
    order = [it for _ in range(asked.epochs) for it in chance.sample(examples, len(examples))]
    batches = [order[start : start + size] for start in range(0, len(order), size)]

    def loss(batch: list[Example]) -> Any:
        wanted = torch.tensor([int(it.label) for it in batch], device=model.device)
        return model(**read(tokenizer, batch, asked.length).to(model.device), labels=wanted).loss

    descend(model, iter(batches), len(batches), loss, asked.classifier_rate, "classifier")


def descend(model: Any, batches: Iterator[Any], steps: int, loss_of: Any, rate: float, name: str) -> None:
    """AdamW over all batches: a twentieth of the steps to warm up, then a rate that falls in a straight line."""
    import torch

    optimizer = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=0.01)
    warm, began, shown = max(1, steps // 20), monotonic(), monotonic()
    model.train()
    for step, batch in enumerate(batches, start=1):
        for group in optimizer.param_groups:
            group["lr"] = rate * min(step / warm, (steps - step + 1) / max(1, steps - warm))
        loss = loss_of(batch)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        if monotonic() - shown > 10 or step == steps:
            shown = monotonic()
            left = (shown - began) / step * (steps - step)
            say(f"{name}: step {step:,} of {steps:,}, loss {float(loss.detach()):.3f}, {left / 60:.1f} min left")
    model.eval()


def guessed(model: Any, pieces: list[list[int]], chance: Random, batch: int) -> tuple[float, float]:
    """The mean loss of hidden tokens that the model never saw, and how many of these it guesses."""
    import torch

    total, right, count = 0.0, 0, 0
    for start in range(0, len(pieces), batch):
        shown, there, wanted = (
            it.to(model.device) for it in hidden(pieces[start : start + batch], model.config.vocab_size, chance)
        )
        with torch.inference_mode():
            logits = model(input_ids=shown, attention_mask=there).logits
        is_hidden = wanted != UNSEEN
        told, labels = logits[is_hidden].float(), wanted[is_hidden]
        total += float(torch.nn.functional.cross_entropy(told, labels, reduction="sum")) if len(labels) else 0.0
        right, count = right + int((told.argmax(-1) == labels).sum()), count + len(labels)
    return total / max(1, count), right / max(1, count)


def classified(model: Any, tokenizer: Any, examples: list[Example], asked: argparse.Namespace) -> float:
    """The share of examples that the classifier has right."""
    import torch

    right = 0
    for start in range(0, len(examples), asked.classifier_batch):
        some = examples[start : start + asked.classifier_batch]
        with torch.inference_mode():
            said = model(**read(tokenizer, some, asked.length).to(model.device)).logits.argmax(-1).tolist()
        right += sum(int(it.label) == label for it, label in zip(some, said, strict=True))
    return right / len(examples)


def read(tokenizer: Any, examples: Sequence[Example], length: int) -> Any:
    """Texts as the model reads them."""
    texts = [it.text for it in examples]
    return tokenizer(texts, padding=True, truncation=True, max_length=length, return_tensors="pt")


def say(line: str) -> None:
    """Tell how it goes."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
