"""OpenAttack's arm: its attackers, whose candidates are those of the shared file."""

import logging
import os
import sys
import warnings
from time import process_time

warnings.filterwarnings("ignore")
os.environ.setdefault("HF_HUB_OFFLINE", "1")
logging.disable(logging.WARNING)

import material  # noqa: E402
import OpenAttack  # noqa: E402
from OpenAttack.attack_assist.goal import ClassifierGoal  # noqa: E402
from OpenAttack.attack_assist.substitute.word import WordSubstitute  # noqa: E402
from OpenAttack.exceptions import WordNotInDictionaryException  # noqa: E402
from OpenAttack.tags import TAG_English  # noqa: E402
from OpenAttack.text_process.tokenizer import Tokenizer  # noqa: E402

OpenAttack.DataManager.setAutoDownload(False)


class Spaced(Tokenizer):
    """Words between spaces, and no parts of speech: the candidates ask for none."""

    TAGS = frozenset({TAG_English})

    def do_tokenize(self, x, pos_tagging):
        """The words, each with a part of speech that says nothing."""
        return [(word, "other") for word in x.split()] if pos_tagging else x.split()

    def do_detokenize(self, x):
        """The text again."""
        return " ".join(x)


class Listed(WordSubstitute):
    """Candidates from the shared file."""

    TAGS = frozenset({TAG_English})

    def __init__(self, table):
        self._table = table

    def substitute(self, word, pos=None):
        """The candidates, all at no distance."""
        if word not in self._table:
            raise WordNotInDictionaryException()
        return [(it, 0.0) for it in self._table[word]]

    __call__ = substitute


class Wrapped(OpenAttack.Classifier):
    """The shared victim."""

    def __init__(self, victim):
        self._victim = victim

    def get_prob(self, input_):
        """Probabilities."""
        return self._victim(input_)

    def get_pred(self, input_):
        """Labels."""
        return self._victim(input_).argmax(axis=1)


class Homoglyphs(OpenAttack.attackers.DeepWordBugAttacker):
    """Its attacker with the shared homoglyphs."""

    def __init__(self, table, **options):
        super().__init__(**options)
        self._table = table

    def homoglyph(self, word):
        """The homoglyph of the file."""
        return self._table[word][0] if word in self._table else word


class Bugs(OpenAttack.attackers.TextBuggerAttacker):
    """Its attacker with the shared bugs."""

    def __init__(self, table, **options):
        super().__init__(**options)
        self._table = table

    def generateBugs(self, word, *_, **__):  # noqa: N802 - its name
        """The bugs of the file."""
        kinds = ("insert", "delete", "swap", "sub_C", "sub_W")
        return dict(zip(kinds, self._table.get(word, [word] * 5), strict=True))


def made(folder, algorithm):
    """The attacker of an algorithm."""
    english = {"tokenizer": Spaced()}
    if algorithm == "deepwordbug-homoglyphs":
        return Homoglyphs(material.candidates(folder, "homoglyphs"), **english)
    words = Listed(material.candidates(folder, "words"))
    if algorithm == "textbugger":
        bugs = material.candidates(folder, "bugs")
        return Bugs(bugs, **english, substitute=words, filter_words=[])
    return OpenAttack.attackers.PWWSAttacker(**english, substitute=words, filter_words=[])


def main():
    """Attack, and say what came of it."""
    from importlib.metadata import version

    told = material.arguments()
    victim, warm, sentences = material.read(told)
    attacker, wrapped = made(told.folder, told.algorithm), Wrapped(victim)
    for text, label in warm:
        attacker.attack(wrapped, text, ClassifierGoal(label, targeted=False))
    victim.seconds, victim.shown, victim.seen, rows = 0.0, 0, set(), []
    began = process_time()
    for text, label in sentences:
        found = attacker.attack(wrapped, text, ClassifierGoal(label, targeted=False))
        rows.append([found is not None, victim.queries(text), found])
    seconds = process_time() - began
    counted = [
        [reached, asked, material.changed(text, found) if reached else 0]
        for (reached, asked, found), (text, _) in zip(rows, sentences, strict=True)
    ]
    material.say(counted, seconds, victim, f"OpenAttack {version('OpenAttack')}")


if __name__ == "__main__":
    sys.exit(main())
