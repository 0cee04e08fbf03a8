"""What a client is led through, in order: each scenario is a function that drives a `Trial`."""

from arena.conformance.scenarios.losing import LOSING
from arena.conformance.scenarios.playing import PLAYING
from arena.conformance.scenarios.trial import Numbers, Scenario, Trial

SCENARIOS: tuple[Scenario, ...] = (*PLAYING, *LOSING)
"""Every scenario. The last one sends the client away for good."""

__all__ = ["SCENARIOS", "Numbers", "Scenario", "Trial"]
