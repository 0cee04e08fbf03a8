"""Train a small classifier on your own text in seconds: a victim for `taboo attack --victim torch:FOLDER`.

    python scripts/train_victim.py --data train.tsv --dev dev.tsv --out model --architecture cnn
    taboo attack --victim torch:model --data dev.tsv --recipe hotflip --out runs/hotflip

Files are those that `taboo attack` reads: .tsv, .csv or .jsonl with a text and a label.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from time import process_time

from attacks.data.examples import read_examples
from attacks.victims.architectures import ARCHITECTURES
from attacks.victims.training import train


def main(arguments: Sequence[str] | None = None) -> None:
    """Train, say how well it does on a file that it has not seen, and write it down."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="texts with labels to learn from")
    parser.add_argument("--dev", type=Path, help="texts with labels to be judged by")
    parser.add_argument("--out", type=Path, required=True, help="folder for the network")
    parser.add_argument("--architecture", choices=sorted(ARCHITECTURES), default="bilstm")
    parser.add_argument("--language", choices=("en", "zh"), default="en")
    parser.add_argument("--limit", type=int, help="only so many texts")
    parser.add_argument("--passes", type=int, default=2, help="times through the texts")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args(arguments)
    examples = read_examples(asked.data, asked.limit)
    began = process_time()
    victim = train(
        [it.text for it in examples],
        [int(it.label) for it in examples],
        architecture=asked.architecture,
        language=asked.language,
        passes=asked.passes,
        seed=asked.seed,
    )
    said = f"{asked.architecture}: {len(examples)} texts, {process_time() - began:.1f} CPU seconds"
    victim.save(asked.out)
    if asked.dev is not None:
        held = read_examples(asked.dev)
        chosen = victim.predict([it.text for it in held]).argmax(axis=1).tolist()
        right = sum(it.label == choice for it, choice in zip(held, chosen, strict=True))
        said += f"; {right} of {len(held)} right ({100 * right / max(1, len(held)):.1f} %)"
    sys.stdout.write(f"{said}; written to {asked.out}\n")


if __name__ == "__main__":
    main()
