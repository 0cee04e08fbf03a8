"""First-class doubles for the bridge: attackers of OpenAttack's kind, and what makes attacks of them."""

from functools import lru_cache

from attacks.core.ports import Capability
from attacks.openattack.bridge import search, stretches


@lru_cache(maxsize=1)
def base():
    from attacks.openattack.loading import openattack

    return openattack().ClassificationAttacker


def attacker(attack):
    """An attacker of OpenAttack's whose `attack` is a function of (victim, text, goal)."""
    kind = type("Doubled", (base(),), {"TAGS": set(), "attack": lambda self, *told: attack(*told)})
    return kind()


class Bridged:
    """Our attack around such an attacker."""

    name, reads = "bridged", ""

    def __init__(self, attack, *, needs=(Capability.SCORES,), torch=False):
        self._attacker, self._torch = attacker(attack), torch
        self.needs = frozenset(needs)

    def read(self, written):
        return stretches(written)

    def begin(self, text, goal, base, chance):
        return search("Doubled", self._attacker, text, goal, chance, torch=self._torch)
