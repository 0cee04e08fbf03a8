"""Every attacker of OpenAttack 2.1.1: what it needs, and why it does not run where it does not.

The tests run those that run and check the reason of those that do not; the page of the docs is written from it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from attacks.openattack.errors import UnknownOpenAttackError


@dataclass(frozen=True)
class Entry:
    """One attacker with its options.

    `kind` is its class, in `module` of OpenAttack. `masked_lm` and `encoder` say which models it reads, `file` what of
    OpenAttack's own data, `bug` what its own code raises, `torch` that it draws from torch's generator.
    """

    kind: str
    does: str
    options: Mapping[str, Any] = field(default_factory=dict)
    module: str = "attackers"
    masked_lm: bool = False
    encoder: bool = False
    file: str = ""
    bug: str = ""
    torch: bool = False

    @property
    def state(self) -> str:
        """`runs`, what it runs with, or why it does not."""
        if self.bug:
            return f"its own bug: {self.bug}"
        if self.file:
            return f"needs OpenAttack's {self.file}, which it downloads; wired, not run"
        wants = [
            it for it in (self.masked_lm and "a masked language model", self.encoder and "a sentence encoder") if it
        ]
        return f"runs with {' and '.join(wants)}" if wants else "runs"


ENGLISH: Mapping[str, Any] = {"lang": "english"}
ATTACKERS: Mapping[str, Entry] = {
    "BAE": Entry("BAEAttacker", "masks words, a masked language model fills them", masked_lm=True, encoder=True),
    "BERT": Entry("BERTAttacker", "words that a masked language model reads instead", masked_lm=True),
    "DeepWordBug": Entry("DeepWordBugAttacker", "look-alike characters in the most telling words"),
    "DeepWordBug-swap": Entry(
        "DeepWordBugAttacker",
        "swapped characters in the most telling words",
        {"transform": "swap"},
        bug="it calls its scoring function instead of its swap (TypeError: temporal() missing 2 arguments)",
    ),
    "FD": Entry(
        "FDAttacker",
        "synonyms by the signs of the gradient, which it reads the wrong way round: away from its goal",
        ENGLISH,
    ),
    "GAN": Entry("GANAttacker", "sentences near it by a generator, SST", file="AttackAssist.SGAN", torch=True),
    "GAN-snli": Entry(
        "GANAttacker",
        "sentences near it by a generator, SNLI",
        {"gan_dataset": "snli"},
        file="AttackAssist.GAN",
        torch=True,
    ),
    "Genetic": Entry("GeneticAttacker", "synonyms by a genetic algorithm", ENGLISH),
    "GEO": Entry(
        "GEOAttacker",
        "synonyms by the geometry of the decision boundary",
        ENGLISH,
        module="attackers.geometry",
        bug="it imports what torch no longer has (ImportError: zero_gradients)",
    ),
    "HotFlip": Entry("HotFlipAttacker", "synonyms word after word; no gradient, despite the name", ENGLISH),
    "PSO": Entry("PSOAttacker", "synonyms by a particle swarm; WordNet's, not sememes", ENGLISH),
    "PWWS": Entry("PWWSAttacker", "synonyms by weighted saliency", ENGLISH),
    "SCPN": Entry("SCPNAttacker", "paraphrases by syntactic templates", file="TProcess.StanfordParser"),
    "TextBugger": Entry("TextBuggerAttacker", "typos, look-alikes and synonyms", ENGLISH),
    "TextBugger-white": Entry(
        "TextBuggerAttacker",
        "the same, words ordered by gradients",
        {**ENGLISH, "blackbox": False},
        bug="it hands the victim its goal in place of a label (TypeError)",
    ),
    "TextFooler": Entry("TextFoolerAttacker", "synonyms of the same part of speech", ENGLISH, encoder=True),
    "UAT": Entry("UATAttacker", "trigger words before the text; 'the the the' unless given", ENGLISH),
    "VIPER": Entry("VIPERAttacker", "characters with accents (ECES)"),
    "VIPER-dces": Entry(
        "VIPERAttacker", "look-alike characters by their descriptions", {"method": "dces"}, file="AttackAssist.DCES"
    ),
}


def find(name: str) -> tuple[str, Entry]:
    """The attacker of a name, such as PWWS, pwws or PWWSAttacker. Raises UnknownOpenAttackError."""
    asked = name.casefold()
    for known, entry in ATTACKERS.items():
        if asked in (known.casefold(), f"{known}Attacker".casefold()):
            return known, entry
    for known, entry in ATTACKERS.items():
        if asked == entry.kind.casefold():
            return known, entry
    raise UnknownOpenAttackError("attacker", name, tuple(ATTACKERS))


def as_markdown() -> str:
    """The table, for the docs."""
    lines = ["| name | what it does | here |", "|---|---|---|"]
    lines += [f"| `openattack:{name}` | {it.does} | {it.state} |" for name, it in ATTACKERS.items()]
    return "\n".join(lines) + "\n"
