"""`taboo attack verify` and `measure`: ask about a finished attack again, and have its texts measured."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from arena.core.errors import TabooError
from arena.core.jsonline import to_line
from arena.terminal import plain
from attacks.commands.showing import lines, measure_lines, plain_json
from attacks.opening import RefusedAttackError, recipe_named, refusals, victim_named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from attacks.engine import Row
    from attacks.evaluation.contradictions import Reader
    from attacks.evaluation.finished import Finished
    from attacks.evaluation.verifying import Recount

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for a program to read.")]
Similarity = Annotated[
    str | None, typer.Option("--similarity", help="A sentence encoder by folder or name: how alike texts stay.")
]
Perplexity = Annotated[
    str | None, typer.Option("--perplexity", help="A language model by folder or name: how smoothly they read.")
]
Grammar = Annotated[bool, typer.Option("--grammar", help="Grammar errors added (LanguageTool, needs Java).")]
Folder = Annotated[Path, typer.Argument(metavar="DIR", help="Folder that taboo attack --out wrote.")]


def verify(
    folder: Folder,
    victim: Annotated[str, typer.Option("--victim", help="Who was attacked: sklearn:FILE or hf:MODEL.")],
    data: Annotated[
        str | None, typer.Option("--data", help="The examples, as they were given: compare the rows with them.")
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Make the attack again too, and compare every row to the byte.")
    ] = False,
    tolerance: Annotated[
        float, typer.Option("--tolerance", help="How far a probability may be off.", min=0, max=1)
    ] = 1e-3,
    similarity: Similarity = None,
    perplexity: Perplexity = None,
    grammar: Grammar = False,
    as_json: Json = False,
) -> None:
    """Ask the victim again for every text of an attack, and count every figure anew.

    Exits with 1 where something does not stand. What rows cannot show is taken from them: that a failure found
    nothing, how many queries a search took, why one broke; --again checks these too, as it makes the attack once more
    with the settings of the folder, which gives the same rows. Of measures.jsonl only whether it is about these texts
    is checked; --similarity, --perplexity and --grammar take its values again.
    """
    from dataclasses import replace

    from attacks.commands.attacking import Asked
    from attacks.evaluation.finished import Finished
    from attacks.evaluation.measuring import opened as measurers_of
    from attacks.evaluation.measuring import otherwise
    from attacks.evaluation.verifying import Difference, recount, unlike

    with refusals():
        finished = Finished.read(folder)
        opened = victim_named(victim)
        read = None if data is None else Asked.of(finished, victim, data).read(opened)
        examples, digest = (None, None) if read is None else (read.examples, read.digest)
        measurers = measurers_of(similarity, perplexity, grammar=grammar, language=finished.language)
        found = recount(finished, opened, examples, digest, tolerance, _reader(finished))
        more = [Difference(*it) for it in otherwise(folder, finished.rows, measurers, tolerance)]
        if again:
            more += unlike(finished, _again(finished, victim, data))
        found = replace(found, differences=(*found.differences, *more))
    untold = _unverified(finished, found, {it.measure for it in measurers}, again=again)
    if as_json:
        told = _verdict(found) | {"again": again, "unverified": untold}
        sys.stdout.write(to_line(plain_json(told)) + "\n")
    else:
        _show_recount(finished, found)
        for sentence in (*untold, *(["the attack was made again"] if again else [])):
            Console(highlight=False, soft_wrap=True).print(Text(plain(sentence), style="dim"))
    if not found.stands:
        raise typer.Exit(1)


def _reader(finished: "Finished") -> "Reader | None":
    """How the recipe reads a text, None where it cannot be made."""
    from attacks.core.errors import AttackError

    try:
        return recipe_named(finished.recipe, finished.language).read
    except (TabooError, AttackError):
        return None


def _unverified(finished: "Finished", found: "Recount", taken: set[str], *, again: bool) -> list[str]:
    """What was taken from the folder and not checked, a sentence for each."""
    told = []
    summary = finished.summary
    if not again:
        counted = sum(row.asked > 0 for row in finished.rows)
        parts = [_count(summary.failed, "failure"), _count(counted, "query count")]
        parts += [f"why {_count(found.broken, 'row')} broke"] if found.broken else []
        of = f"{', '.join(parts[:-1])} and {parts[-1]}"
        told.append(f"{of} taken from the rows; --again makes the attack again")
    if found.uncounted:
        told.append(f"words taken from the rows: {found.uncounted}")
    left = [name for name in finished.measures if name not in taken]
    if left:
        options = " ".join("--grammar" if name == "grammar" else f"--{name} MODEL" for name in left)
        told.append(f"values of {' and '.join(left)} taken from measures.jsonl; {options} takes them again")
    return told


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _again(finished: "Finished", victim: str, data: str | None) -> "Iterator[Row]":
    """The attack made again, in memory. Raises RefusedAttackError where the rows do not say what was protected."""
    from attacks.commands.attacking import Asked, Speed
    from attacks.commands.progress import watched

    if data is None:
        raise RefusedAttackError("--again needs --data too: rows say what came out, and not all that went in")
    attack = Asked.of(finished, victim, data).open()
    engine, total = attack.engine(Speed()), len(attack.data.examples)
    return watched(engine.run(attack.data.examples), engine, "once more", (), total)


def _verdict(found: "Recount") -> dict[str, Any]:
    return {
        "stands": found.stands,
        "differences": [asdict(it) for it in found.differences],
        "asked": found.asked,
        "broken": found.broken,
        "written": asdict(found.written),
        "recounted": asdict(found.recounted),
    }


def _show_recount(finished: "Finished", found: "Recount") -> None:
    console = Console(highlight=False, soft_wrap=True)
    for name, written, again in zip(
        (name for name, _ in lines(found.written)),
        (value for _, value in lines(found.written)),
        (value for _, value in lines(found.recounted)),
        strict=True,
    ):
        console.print(Text(f"{name:23}{written}" if written == again else f"{name:23}{written}, and again: {again}"))
    for it in found.differences:
        where = "folder" if it.number is None else f"row {it.number}"
        console.print(Text(f"{where}: {plain(it.problem)}", style="red"))
    told = f"{found.asked:,} texts asked again"
    if found.broken:
        told += f"; {found.broken} broken rows count for neither side"
    console.print(Text(told, style="dim"))
    good = f"all {len(finished.rows)} rows stand"
    console.print(Text(good if found.stands else f"{len(found.differences)} differences", style="bold"))


def measure(
    folder: Folder,
    similarity: Similarity = None,
    perplexity: Perplexity = None,
    grammar: Grammar = False,
    as_json: Json = False,
) -> None:
    """Measure the successes of a finished attack, and write it down beside its rows (measures.jsonl).

    Comparisons, reports and exports show the measures that were taken. Taking one again replaces it.
    """
    from attacks.evaluation.finished import Finished
    from attacks.evaluation.measuring import measured, opened, write_measures

    if similarity is None and perplexity is None and not grammar:
        raise RefusedAttackError("nothing is measured; add --similarity MODEL, --perplexity MODEL or --grammar")
    with refusals():
        finished = Finished.read(folder)
        measurers = opened(similarity, perplexity, grammar=grammar, language=finished.language)
        write_measures(folder, finished.rows, list(measured(finished.rows, measurers)))
        found = Finished.read(folder).measures
    if as_json:
        told = {name: {key: it for key, it in asdict(of).items() if key != "values"} for name, of in found.items()}
        sys.stdout.write(to_line(plain_json(told)) + "\n")
        return
    console = Console(highlight=False, soft_wrap=True)
    for name, value in measure_lines(found):
        console.print(Text(f"{name:13}{plain(value)}"))
    if not found:
        console.print(Text("no success, and so nothing to measure", style="dim"))
