"""What can go wrong in an attack. A failure of the machinery is no failed attack: it must not look like robustness."""

from dataclasses import dataclass


class AttackError(Exception):
    """Everything that an attack refuses or breaks on, with a sentence that names the input and the remedy."""


@dataclass(eq=False)
class CapabilityError(AttackError):
    """An attack needs more of a victim than it gives. Nothing was asked."""

    attack: str
    victim: str
    missing: tuple[str, ...]

    def __str__(self) -> str:
        lacks = " and ".join(self.missing)
        return (
            f"attack {self.attack!r} needs {lacks}, which victim {self.victim!r} does not give; choose another attack"
        )


@dataclass(eq=False)
class GoalError(AttackError):
    """A goal that a victim cannot come to, such as a class that it does not have. Nothing was asked."""

    goal: str
    victim: str
    classes: int

    def __str__(self) -> str:
        return (
            f"goal {self.goal} is for none of the {self.classes} classes of victim {self.victim!r}, "
            f"which are 0 to {self.classes - 1}; choose another goal"
        )


@dataclass(eq=False)
class VictimError(AttackError):
    """A victim raised on a text, or answered with something that is no probabilities."""

    victim: str
    problem: str

    def __str__(self) -> str:
        return f"victim {self.victim!r} {self.problem}"


class VictimGoneError(VictimError):
    """A victim that nobody can ask any more, such as a server that is away: no text is to blame."""


@dataclass(eq=False)
class SearchError(AttackError):
    """A search that does what none may do."""

    attack: str
    problem: str

    def __str__(self) -> str:
        return f"the attack {self.problem}; this is a mistake of {self.attack!r}"


@dataclass(eq=False)
class QueryBudgetError(AttackError):
    """A question would have gone beyond the budget of its example. Nothing of it was asked."""

    spent: int
    asked: int
    budget: int

    def __str__(self) -> str:
        return f"{self.asked} more queries would go beyond the budget of {self.budget}, of which {self.spent} are spent"
