"""How well the concept graph agrees with what people say first: the USF free association norms.

In the norms, people shown a *cue* wrote the first word that came to mind; a cue's strongest *response* is the one most
people wrote (Nelson, McEvoy and Schreiber, 1998). The norms themselves are not part of the package.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from arena.words.graph import Graph


@dataclass(frozen=True, slots=True)
class Agreement:
    """For how many cues the strongest response of people is found by the graph, as shares of `cues` in [0, 1]."""

    cues: int
    neighbour: float
    """The response is joined to the cue by an edge."""
    top_ten: float
    """It is among the ten strongest edges."""
    active: float
    """It is among the twenty words most active, the cue apart, after two steps from the cue."""


def read_norms(folder: Path) -> dict[str, str]:
    """The strongest response to each cue, both in lower case, from the published tables of the norms."""
    strongest: dict[str, tuple[float, str]] = {}
    for table in sorted(folder.glob("?-?.txt")) + sorted(folder.glob("?.txt")):
        for line in table.read_text(encoding="latin-1").splitlines():
            fields = [field.strip() for field in line.split(",")]
            if len(fields) < 6 or fields[0] == "CUE":
                continue
            cue, response, strength = fields[0].lower(), fields[1].lower(), float(fields[5])
            if strength > strongest.get(cue, (0.0, ""))[0]:
                strongest[cue] = (strength, response)
    return {cue: response for cue, (_, response) in strongest.items()}


def agreement(net: Graph, norms: Mapping[str, str]) -> Agreement:
    """Measures the graph on the norms; a cue counts when the graph has both it and its strongest response.

    Raises:
        ValueError: no cue counts.
    """
    pairs = [(cue, response) for cue, response in norms.items() if cue in net and response in net]
    if not pairs:
        raise ValueError(f"none of the {len(norms)} cues is in the graph together with its response")
    neighbour = top_ten = active = 0
    for cue, response in pairs:
        words = [edge.word for edge in net.edges(cue)]
        neighbour += response in words
        top_ten += response in words[:10]
        active += response in [word for word in list(net.activation([cue]))[:21] if word != cue][:20]
    return Agreement(len(pairs), neighbour / len(pairs), top_ten / len(pairs), active / len(pairs))
