"""`taboo bench attack`: our engine against OpenAttack and TextAttack, by length of text, on a device."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from arena.bench.measure import Measure
from attacks.bench import arms, device
from attacks.bench.material import LENGTHS, write
from attacks.opening import refusals

TEXTATTACK = (
    ("textfooler", "lr", 4),
    ("deepwordbug", "lr", 4),
    ("pwws", "lr", 4),
    ("textfooler", "lstm", 3),
    ("deepwordbug", "lstm", 3),
    ("pwws", "lstm", 3),
)
OPENATTACK = (("deepwordbug-homoglyphs", "lr", 5), ("textbugger", "lr", 5), ("pwws-paper", "lr", 2))
"""Algorithm, victim, and how many times faster than the peer ours should be."""
OVERHEAD, CLOSE, SAME = 20, 1.0, 2.0
"""The bars: microseconds a query, points of success, percent of queries."""
_SUCCESS = "points of success"


def bench(peers: str = "", count: str = "500", long: str = "8", examples: str = "256") -> list[Measure]:
    """Every figure. `peers` is the folder of the peers' environments, as `make bench-peers` makes it.

    `count` sentences, `long` reviews of each length, `examples` on the device. Raises RefusedAttackError
    where an arm breaks, or data or a library is missing.
    """
    with refusals(), _material() as folder:
        measures = _overheads(folder, int(count))
        measures += _best(folder, int(count))
        if peers:
            python = Path(peers)
            measures += _compared(
                folder, str(python / "textattack/bin/python"), "with_textattack.py", TEXTATTACK, count
            )
            measures += _compared(
                folder, str(python / "openattack/bin/python"), "with_openattack.py", OPENATTACK, count
            )
        measures += lengths(folder, peers, int(long))
        return [*measures, *device.measures(int(examples))]


@contextmanager
def _material() -> Iterator[Path]:
    """A folder with everything that the arms read."""
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), program())
        yield Path(folder)


def program() -> Any:  # noqa: ANN401 - a module
    """What every arm imports, scripts/peers/material.py. Raises ArmError where there is no checkout."""
    file = arms.PROGRAMS / "material.py"
    spec = spec_from_file_location("peers_material", file) if file.is_file() else None
    if spec is None or spec.loader is None:
        raise arms.ArmError("material.py", "is not here: the comparison needs a checkout of the project")
    made = module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def _overheads(folder: Path, count: int) -> list[Measure]:
    found = []
    for algorithm, victim in (("textfooler", "lr"), ("pwws", "lr"), ("textfooler", "lstm")):
        told = arms.run(arms.ours(), "ours.py", folder, algorithm, victim, count)
        note = f"{told.milliseconds:.2f} ms of CPU a sentence, {told.queries:.1f} queries; outside the victim"
        found.append(Measure(f"overhead a query, {algorithm} on {victim}", told.overhead, "us", OVERHEAD, note))
    return found


def _best(folder: Path, count: int) -> list[Measure]:
    """Our best search against PWWS on the same synonyms of WordNet, both counted our way."""
    found = []
    for victim in ("lr", "lstm"):
        pwws = arms.run(arms.ours(), "ours.py", folder, "pwws-recipe", victim, count)
        best = arms.run(arms.ours(), "ours.py", folder, "swift-recipe", victim, count)
        name, note = f"swift against pwws on {victim}", f"{pwws.queries:.1f} and {best.queries:.1f} queries a sentence"
        found.append(Measure(f"{name}, times fewer queries", pwws.queries / best.queries, "x", 2, note))
        note = f"{best.success:.1f} % against {pwws.success:.1f} %"
        found.append(Measure(f"{name}, success gained", best.success - pwws.success, _SUCCESS, 0, note))
        note = f"{best.changed:.2f} against {pwws.changed:.2f} words changed in the mean of successes"
        found.append(Measure(f"{name}, words spared", pwws.changed - best.changed, "words", 0, note))
    return found


def _compared(
    folder: Path, python: str, program: str, table: tuple[tuple[str, str, int], ...], count: str
) -> list[Measure]:
    found = []
    for algorithm, victim, bar in table:
        mine = arms.run(arms.ours(), "ours.py", folder, algorithm, victim, int(count))
        found += compared(
            algorithm, victim, bar, mine, arms.run(python, program, folder, algorithm, victim, int(count))
        )
    return found


def compared(algorithm: str, victim: str, bar: float, mine: arms.Told, theirs: arms.Told) -> list[Measure]:
    """How many times less CPU ours takes, and how far the two differ in what they find."""
    note = (
        f"CPU ms a sentence: {mine.milliseconds:.2f} (victim {_share(mine):.0f} %) against "
        f"{theirs.milliseconds:.2f} (victim {_share(theirs):.0f} %)"
    )
    name = f"{theirs.version}: {algorithm} on {victim}"
    success = f"success {mine.success:.1f} % against {theirs.success:.1f} %, bar {CLOSE:g}"
    queries = f"{mine.queries:.2f} against {theirs.queries:.2f}, bar {SAME:g}"
    apart = 100 * abs(mine.queries / theirs.queries - 1)
    return [
        Measure(f"{name}, times faster", theirs.milliseconds / mine.milliseconds, "x", bar, note),
        Measure(f"{name}, apart", abs(mine.success - theirs.success), _SUCCESS, note=success),
        Measure(f"{name}, apart", apart, "% of queries", note=queries),
    ]


def _share(told: arms.Told) -> float:
    return 100 * told.victim_seconds / told.seconds


def lengths(folder: Path, peers: str, count: int) -> list[Measure]:
    """CPU time a query outside the victim, by length of text: ours, and the peers' where they are there."""
    if f"imdb-{LENGTHS[0]}" not in json.loads((folder / "sentences.json").read_text()):
        return [Measure("pwws by length of text", None, "us", note="not run: needs imdb/test.tsv.gz in TABOO_DATA")]
    rivals = [(arms.ours(), "ours.py", "pwws")]
    if peers:
        rivals.append((str(Path(peers) / "textattack/bin/python"), "with_textattack.py", "pwws"))
        rivals.append((str(Path(peers) / "openattack/bin/python"), "with_openattack.py", "pwws-paper"))
    found = []
    for python, program, algorithm in rivals:
        for length in LENGTHS:
            told = arms.run(python, program, folder, algorithm, "lr", count, f"imdb-{length}")
            note = (
                f"{told.queries:.0f} queries, {told.milliseconds:.0f} ms of CPU a review, {told.success:.0f} % success"
            )
            found.append(
                Measure(f"{told.version}: pwws, {length} words, outside the victim", told.overhead, "us", note=note)
            )
    return found
