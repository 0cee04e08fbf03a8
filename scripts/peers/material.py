"""What all arms share: sentences, victims and candidates in one folder, and the form of the answer.

Imports no library under comparison, so that it runs in every environment. A folder holds sentences.json,
candidates.json, lr.json, lstm.json and lstm.safetensors; `taboo bench attack` writes it.
"""

import argparse
import json
import sys
from pathlib import Path
from time import process_time

import numpy as np

WARM = 8
"""Sentences that each arm attacks before the clock starts."""


class Victim:
    """A classifier that keeps its own account: CPU seconds inside, texts shown, distinct texts of a sentence."""

    def __init__(self, predict):
        self._predict = predict
        self.seconds, self.shown = 0.0, 0
        self.seen = set()

    def __call__(self, texts):
        """Probabilities of shape `(len(texts), 2)`."""
        texts = list(texts)
        self.seen.update(texts)
        self.shown += len(texts)
        began = process_time()
        answered = self._predict(texts)
        self.seconds += process_time() - began
        return answered

    def queries(self, original):
        """How many distinct texts but the original were asked about since last time."""
        count = len(self.seen - {original})
        self.seen = set()
        return count


def read(told):
    """The victim, sentences to warm up with, and those to attack, each (text, label)."""
    folder, count = told.folder, told.count
    folder = Path(folder)
    import torch

    torch.set_num_threads(1)
    rows = [tuple(row) for row in json.loads((folder / "sentences.json").read_text())[told.sentences or told.victim]]
    return Victim((linear if told.victim == "lr" else recurrent)(folder)), rows[:WARM], rows[WARM : WARM + count]


def candidates(folder, kind):
    """What may stand for each word, by the kind of change."""
    return json.loads((Path(folder) / "candidates.json").read_text())[kind]


def linear(folder):
    """Logistic regression on the presence of words, by scikit-learn, with the weights of the folder."""
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    saved = json.loads((folder / "lr.json").read_text())
    words = CountVectorizer(binary=True, token_pattern=r"(?u)\b\w+\b", vocabulary=saved["words"])
    model = LogisticRegression()
    model.classes_, model.n_features_in_ = np.array([0, 1]), len(saved["words"])
    model.coef_, model.intercept_ = np.array([saved["weights"]]), np.array([saved["bias"]])
    return make_pipeline(words, model).predict_proba


def recurrent(folder):
    """An LSTM over words with a maximum over time, by torch, with the weights of the folder."""
    import torch
    from safetensors.torch import load_file

    numbers = json.loads((folder / "lstm.json").read_text())
    net = lstm(len(numbers) + 2)
    net.load_state_dict(load_file(folder / "lstm.safetensors"))
    net.eval()

    def predict(texts):
        with torch.no_grad():
            return torch.softmax(net(encoded(texts, numbers)), dim=-1).double().numpy()

    return predict


def encoded(texts, numbers):
    """Word numbers of shape `(texts, longest)`; 0 is padding, 1 a word that is not known."""
    import torch

    rows = [[numbers.get(word, 1) for word in text.split()] or [1] for text in texts]
    longest = max(map(len, rows))
    return torch.tensor([row + [0] * (longest - len(row)) for row in rows])


def lstm(size):
    """The network: 100 numbers a word, 128 a state; what stands after a text's end changes nothing."""
    import torch

    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding = torch.nn.Embedding(size, 100, padding_idx=0)
            self.lstm = torch.nn.LSTM(100, 128, batch_first=True)
            self.out = torch.nn.Linear(128, 2)

        def forward(self, numbers):
            states, _ = self.lstm(self.embedding(numbers))
            return self.out(states.masked_fill((numbers == 0)[..., None], -1e4).max(dim=1).values)

    return Net()


def arguments():
    """What an arm is told: the folder, the algorithm, the victim, how many sentences."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("algorithm")
    parser.add_argument("--victim", choices=("lr", "lstm"), default="lr")
    parser.add_argument("--sentences", help="which of the folder's; the victim's own where it is not said")
    parser.add_argument("--count", type=int, default=500)
    return parser.parse_args()


def changed(original, perturbed):
    """The fewest words to replace, put in or take out that make one text the other."""
    one, other = original.split(), perturbed.split()
    above = list(range(len(other) + 1))
    for row, mine in enumerate(one, start=1):
        now = [row]
        for column, its in enumerate(other, start=1):
            now.append(min(above[column] + 1, now[-1] + 1, above[column - 1] + (mine != its)))
        above = now
    return above[-1]


def say(rows, seconds, victim, version):
    """Print what came of it."""
    line = {
        "seconds": seconds,
        "victim_seconds": victim.seconds,
        "shown": victim.shown,
        "version": version,
        "rows": rows,
    }
    sys.stdout.write(json.dumps(line) + "\n")
