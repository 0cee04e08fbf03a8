"""`taboo attack train` and `taboo attack augment`."""

import csv
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from arena.core.jsonline import to_line
from arena.terminal import plain
from attacks.commands.showing import check_new, plain_json, rate
from attacks.opening import RefusedAttackError, recipe_named, refusals, victim_named

if TYPE_CHECKING:
    from arena.analysis.rates import Estimate
    from attacks.core.ports import Victim
    from attacks.engine import Row
    from attacks.training.adversarial import Trained, Watch
    from attacks.training.augmenting import Copy
    from attacks.training.students import Student

Seed = Annotated[int, typer.Option("--seed", help="Of whatever is drawn by chance.")]
Budget = Annotated[int | None, typer.Option("--budget", help="Most queries for an example.", min=1)]
Limit = Annotated[int | None, typer.Option("--limit", help="Only so many texts of --data.", min=1)]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for a program to read.")]
REPORT, LESSONS = "training.json", "lessons.jsonl"


def train(
    victim: Annotated[str, typer.Option("--victim", help="Whom to train: sklearn:FILE, hf:FOLDER or torch:FOLDER.")],
    data: Annotated[Path, typer.Option("--data", help="Training texts with labels: .tsv, .csv or .jsonl.")],
    dev: Annotated[Path, typer.Option("--dev", help="Other texts, to measure by before and after.")],
    out: Annotated[Path, typer.Option("--out", help="Folder for the trained model, its lessons and the rows.")],
    recipe: Annotated[str, typer.Option("--recipe", help="Which attack to train against.")] = "pwws",
    rounds: Annotated[int, typer.Option("--rounds", help="How often to attack and learn.", min=1)] = 1,
    share: Annotated[float, typer.Option("--share", help="Share of the training texts that a round attacks.")] = 0.1,
    limit: Limit = None,
    dev_limit: Annotated[int | None, typer.Option("--dev-limit", help="Only so many texts of --dev.", min=1)] = None,
    budget: Budget = None,
    seed: Seed = 0,
    epochs: Annotated[int, typer.Option("--epochs", help="hf, torch: passes over all lessons in a round.", min=1)] = 1,
    batch: Annotated[int, typer.Option("--batch", help="hf, torch: texts in a step.", min=1)] = 32,
    rate: Annotated[float, typer.Option("--rate", help="hf, torch: the highest rate of learning.", min=0)] = 5e-5,
    as_json: Json = False,
) -> None:
    """Train a model against an attack, and say how it held before and after.

    Each round attacks a share of the training texts and adds what succeeded, with the right labels, to what the model
    learns. Pipelines of scikit-learn are fitted anew; networks are trained on. OUT/before and OUT/after
    are attacks like others: taboo attack compare OUT/before OUT/after.
    """
    from attacks.data.examples import read_examples
    from attacks.evaluation.saving import check_free
    from attacks.training import adversarial
    from attacks.training.students import Schedule, student_named

    if not 0 < share <= 1:
        raise RefusedAttackError(f"--share {share} is no share; give one above 0, up to 1")
    if (out / REPORT).exists():
        raise RefusedAttackError(f"{out} holds a training already; choose another --out")
    with refusals():
        check_free(out)
    plan = adversarial.Plan(rounds, share, seed, budget)
    with refusals():
        known, measured = read_examples(data, limit), read_examples(dev, dev_limit)
        student = student_named(victim, Schedule(epochs, batch, rate))
        first = student.victim.fingerprint
        with _progress(disabled=as_json) as watch:
            trained = adversarial.train(student, recipe_named(recipe), known, measured, plan, watch)
        saved = _saved(student, out)
        asked = {
            "recipe": recipe,
            "data": dev.name,
            "digest": sha256(dev.read_bytes()).hexdigest()[:16],
            "limit": dev_limit,
            "budget": budget,
            "seed": seed,
            "examples": len(measured),
        }
        _keep(out / "before", {**asked, "victim": victim, "fingerprint": first}, trained.rows_before)
        _keep(out / "after", {**asked, "victim": saved, "fingerprint": student.victim.fingerprint}, trained.rows_after)
    adversarial.write_lessons(out / LESSONS, trained.lessons)
    told = plain_json({"victim": victim, "trained": saved, "recipe": recipe, "seed": seed, **trained.to_json()})
    (out / REPORT).write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    if as_json:
        sys.stdout.write(to_line(told) + "\n")
    else:
        _show(trained, recipe, victim, saved)


def augment(
    data: Annotated[Path, typer.Option("--data", help="Texts with labels: .tsv, .csv or .jsonl.")],
    out: Annotated[Path, typer.Option("--out", help="File for the copies: .tsv, .csv or .jsonl.")],
    transform: Annotated[
        str | None,
        typer.Option(
            "--transform",
            help="wordnet, counterfitted, masked-lm, swap, delete, insert, substitute, keyboard, homoglyph.",
        ),
    ] = None,
    recipe: Annotated[str | None, typer.Option("--recipe", help="An attack: copies that fool --victim.")] = None,
    victim: Annotated[str | None, typer.Option("--victim", help="Whom the copies shall fool, with --recipe.")] = None,
    per_example: Annotated[int, typer.Option("--per-example", help="Most copies of a text.", min=1)] = 1,
    share: Annotated[float, typer.Option("--share", help="Share of the words that --transform replaces.")] = 0.1,
    language: Annotated[str, typer.Option("--language", help="en or zh.")] = "en",
    originals: Annotated[
        bool, typer.Option("--originals", help="Write the originals too, before their copies.")
    ] = False,
    limit: Limit = None,
    budget: Budget = None,
    seed: Seed = 0,
) -> None:
    """Write perturbed copies of texts, with the labels of the originals, for a model to train on.

    --transform draws replacements and asks no model; --recipe with --victim writes what fools that model. The column
    `of` says which original a copy is of, counted from 0.
    """
    from attacks.data.examples import read_examples
    from attacks.training import augmenting

    if (transform is None) == (recipe is None):
        raise RefusedAttackError("copies need either --transform or --recipe, and not both")
    if recipe is not None and victim is None:
        raise RefusedAttackError(f"--recipe {recipe} needs --victim: an attack finds copies by asking a model")
    if not 0 < share <= 1:
        raise RefusedAttackError(f"--share {share} is no share; give one above 0, up to 1")
    if out.suffix not in (".tsv", ".csv", ".jsonl"):
        raise RefusedAttackError(f"{out} is neither .tsv, .csv nor .jsonl; name the file so")
    check_new(out)
    with refusals():
        examples = read_examples(data, limit)
        texts, labels = [it.text for it in examples], [int(it.label) for it in examples]
        if recipe is None:
            options: dict[str, Any] = {"per_example": per_example, "share": share, "seed": seed, "language": language}
            copies = augmenting.augment(texts, labels, transform or "", **options)
        else:
            attack, opened = recipe_named(recipe, language), cast("Victim", victim_named(victim or ""))
            copies = augmenting.adversarial_copies(
                texts, labels, attack, opened, per_example=per_example, seed=seed, budget=budget
            )
    if originals:
        made = [augmenting.Copy(number, *it) for number, it in enumerate(zip(texts, labels, strict=True))]
        copies = sorted([*made, *copies], key=lambda it: it.of)
    _write(out, copies)
    told = f"{len(copies):,} texts from {len({it.of for it in copies}):,} of {len(examples):,} in {plain(str(out))}"
    Console(highlight=False).print(Text(told), soft_wrap=True)


def _saved(student: "Student", out: Path) -> str:
    """The name by which what was learnt is a victim. Raises RefusedAttackError."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        return student.save(out)
    except OSError as problem:
        raise RefusedAttackError(f"{out}: {problem.strerror or problem}; choose another --out") from None


def _keep(folder: Path, settings: dict[str, Any], rows: "Sequence[Row]") -> None:
    """Write rows as the folder of an attack."""
    from attacks.evaluation.saving import Folder

    reads = {"reads": recipe_named(settings["recipe"]).reads}
    for _ in Folder(folder, {**settings, **reads}, resume=False).keep(rows):
        pass


def _show(trained: "Trained", recipe: str, victim: str, saved: str) -> None:
    console = Console(highlight=False)
    console.print(Text.assemble((recipe, "bold"), " against ", (plain(victim), "bold"), ", before and after training"))
    table = Table(box=None, padding=(0, 2, 0, 0))
    for name in ("", "before", "after", "change, in points"):
        table.add_column(name)
    before, after = trained.before, trained.after
    table.add_row("accuracy", rate(before.accuracy), rate(after.accuracy), _points(trained.accuracy_change))
    table.add_row(
        "accuracy under attack",
        rate(before.under_attack),
        rate(after.under_attack),
        _points(trained.under_attack_change),
    )
    table.add_row("success rate", rate(before.success), rate(after.success), _points(trained.success_change))
    queries = ["-" if it.queries_mean is None else f"{it.queries_mean:.1f}" for it in (before, after)]
    table.add_row("queries an example", *queries)
    console.print(table)
    still = f"{trained.still_fooled} of the {trained.fooled_before} texts that fooled the model before still do"
    told = ", ".join(f"{it.added:,} of {it.attacked:,}" for it in trained.rounds)
    for line in (still, f"learnt from {told} training texts that were attacked", f"trained model: {plain(saved)}"):
        console.print(Text(line, style="dim"), soft_wrap=True)


def _points(change: "Estimate") -> str:
    """A change in percentage points, with its interval over pairs."""
    if change.value != change.value:
        return "-"
    low, high = 100 * change.interval.low, 100 * change.interval.high
    return f"{100 * change.value:+.1f} [{low:+.1f}, {high:+.1f}] of {change.clusters} pairs"


def _write(out: Path, copies: "Sequence[Copy]") -> None:
    """Write copies; in .tsv, which has no way to quote, a tab or line break in a text is a space."""
    try:
        with out.open("w", encoding="utf-8", errors="backslashreplace", newline="") as file:
            if out.suffix == ".jsonl":
                file.writelines(json.dumps(it._asdict(), ensure_ascii=False) + "\n" for it in copies)
                return
            if out.suffix == ".tsv":
                rows = [f"{it.of}\t{it.label}\t{' '.join(it.text.split())}\n" for it in copies]
                file.writelines(["of\tlabel\ttext\n", *rows])
                return
            writer = csv.writer(file)
            writer.writerow(["of", "label", "text"])
            writer.writerows([it.of, it.label, it.text] for it in copies)
    except OSError as problem:
        raise RefusedAttackError(f"{out}: {problem.strerror}; choose another --out") from None


@contextmanager
def _progress(*, disabled: bool) -> "Iterator[Watch]":
    """A bar for each thing that is done."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=disabled or not console.is_terminal, transient=True) as progress:
        tasks: dict[str, Any] = {}

        def watch(doing: str, done: int, of: int) -> None:
            if doing not in tasks:
                tasks[doing] = progress.add_task(doing, total=of)
            progress.update(tasks[doing], completed=done, total=of)

        yield watch
