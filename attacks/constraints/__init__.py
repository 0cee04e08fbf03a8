"""What a perturbation may not do, one rule a file. A constraint is a function of a perturbation that says yes or no.

Every rule reads the whole perturbation, so it holds of what comes out, however the search got there. Protected spans
need no rule: the engine leaves them out of the words of a text. `named` knows the rules by name, `wrapping` puts any
attack under one.
"""

from attacks.core.candidates import Constraint
from attacks.core.perturbation import Perturbation


def all_of(*constraints: Constraint) -> Constraint:
    """Allows what every one of the constraints allows; they are asked in order, the cheap ones first by custom."""

    def allowed(perturbation: Perturbation) -> bool:
        return all(constraint(perturbation) for constraint in constraints)

    return allowed
