"""Conformance kits: what an attack and a victim must hold to, checked law by law.

For authors of extensions, under pytest or without it:

    from attacks.testing import check_attack
    check_attack(MyAttack).require()

A `Report` lists every law and what was found; `require` raises where one is broken. An attack is tried on a linear
model of the kit's own that knows every word, gives gradients, and counts what it is shown.
"""

from attacks.testing.attacks import check_attack
from attacks.testing.linear import Linear
from attacks.testing.report import ConformanceError, Finding, Report
from attacks.testing.victims import check_victim

__all__ = ["ConformanceError", "Finding", "Linear", "Report", "check_attack", "check_victim"]
