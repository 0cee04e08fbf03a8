"""TextAttack's arm: its search, its transformation class, its constraints, its goal function."""

import logging
import os
import sys
import warnings
from time import process_time

warnings.filterwarnings("ignore")
os.environ.setdefault("HF_HUB_OFFLINE", "1")

import material  # noqa: E402
from textattack import Attack  # noqa: E402
from textattack.constraints.pre_transformation import RepeatModification  # noqa: E402
from textattack.goal_function_results import GoalFunctionResultStatus  # noqa: E402
from textattack.goal_functions import UntargetedClassification  # noqa: E402
from textattack.models.wrappers import ModelWrapper  # noqa: E402
from textattack.search_methods import GreedyWordSwapWIR  # noqa: E402
from textattack.transformations import WordSwap  # noqa: E402

logging.disable(logging.CRITICAL)
RANKS = {"textfooler": ("delete", "words"), "deepwordbug": ("unk", "typos"), "pwws": ("weighted-saliency", "words")}


class Listed(WordSwap):
    """Candidates from the shared file."""

    def __init__(self, table):
        super().__init__()
        self._table = table

    def _get_replacement_words(self, word):
        return self._table.get(word, [])


class Wrapped(ModelWrapper):
    """The shared victim."""

    def __init__(self, victim):
        self.model, self._victim = None, victim

    def __call__(self, texts):
        return self._victim(texts)


def main():
    """Attack, and say what came of it."""
    from importlib.metadata import version

    told = material.arguments()
    victim, warm, sentences = material.read(told)
    rank, kind = RANKS[told.algorithm]
    goal = UntargetedClassification(Wrapped(victim))
    search = GreedyWordSwapWIR(wir_method=rank)
    attack = Attack(goal, [RepeatModification()], Listed(material.candidates(told.folder, kind)), search)
    for text, label in warm:
        attack.attack(text, label)
    victim.seconds, victim.shown, victim.seen, rows = 0.0, 0, set(), []
    began = process_time()
    for text, label in sentences:
        found = attack.attack(text, label)
        reached = found.perturbed_result.goal_status == GoalFunctionResultStatus.SUCCEEDED
        rows.append([reached, victim.queries(text), found.perturbed_result.attacked_text.text if reached else None])
    seconds = process_time() - began
    counted = [
        [reached, asked, material.changed(text, found) if reached else 0]
        for (reached, asked, found), (text, _) in zip(rows, sentences, strict=True)
    ]
    material.say(counted, seconds, victim, f"TextAttack {version('textattack')}")


if __name__ == "__main__":
    sys.exit(main())
