"""Attack real victims on real data with every recipe, and print what came of it as Markdown tables.

    python scripts/attack_figures.py --data-folder DATA --out runs/figures
    python scripts/attack_figures.py --data-folder DATA --out runs/figures --sets agnews --victims lr --recipes pwws

Victims are trained on the training part of a data set, except `bert`, which is the classifier of DATA/sst2-bert-mini;
what is attacked stands in none of it. Every attack is a folder of OUT that `taboo attack compare` and `verify` read. A
second call goes on where the first stopped, and prints what is there. DATA holds sst2, agnews, imdb,
chinese-sentiment and nltk_data in the forms that their publishers give them; what is absent is left out by --sets.
"""

import argparse
import json
import os
import platform
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from random import Random
from time import process_time

from arena.analysis.rates import Rate
from attacks.commands.attacking import Asked, Opened, Speed
from attacks.core.errors import AttackError, CapabilityError
from attacks.core.ports import Victim
from attacks.core.universal import Learner
from attacks.data.examples import Data, Reading, read_data, read_examples
from attacks.engine import Engine, Example
from attacks.evaluation.finished import Finished
from attacks.evaluation.saving import Folder, FolderError, Timing
from attacks.languages import chinese_text
from attacks.opening import RefusedAttackError, recipe_named, victim_named
from attacks.triggers import START, learn_triggers

HELD_OUT = 1000
"""The most examples of a data set that are kept from training."""
RUN = 8
"""Words in a row by which a sentence is known again in another data set."""
TRIGGER_TEXTS = 128
WIDTH, WIDTH_OF_LONG = 8, 4
"""Examples at a time. More are faster; fewer keep to the seconds."""
MANY = 20_000
"""Texts of which a network needs two passes, not three."""
WARM = 200
"""Queries before the clock runs."""
_SLUG = re.compile(r"[^\w.-]+")


@dataclass(frozen=True)
class Corpus:
    """A data set: its language, the names of its classes, and how many texts each victim learns from at most.

    `longest` is the most words of an attacked text.
    """

    title: str
    classes: tuple[str, ...]
    language: str = "en"
    most: Mapping[str, int] | None = None
    longest: int | None = None


@dataclass(frozen=True)
class Split:
    """Texts to learn from, and texts that are in none of them."""

    training: Sequence[Example]
    held_out: Sequence[Example]


CORPORA: Mapping[str, Corpus] = {
    "sst2": Corpus("SST-2", ("negative", "positive"), most={"cnn": 30_000}),
    "polarity": Corpus("sentence_polarity", ("neg", "pos")),
    "agnews": Corpus("AG News", ("World", "Sports", "Business", "Sci/Tech")),
    "imdb": Corpus("IMDB", ("negative", "positive"), most={"lr": 5_000, "cnn": 2_500}, longest=400),
    "chnsenticorp": Corpus("ChnSentiCorp", ("negative", "positive"), language="zh"),
}
LIMITS: Mapping[str, int] = {"lr": 100, "cnn": 60, "bert": 40}
SHORT = 20
"""The most reviews where they are long."""
VICTIMS: Mapping[str, str] = {
    "lr": "TF-IDF of words and pairs of words, logistic regression",
    "cnn": "CNN over words, filters of three, four and five",
    "bert": "sst2-bert-mini, 4 layers of width 256",
}
ENGLISH = (
    *("pwws", "swift", "textfooler", "bae", "bert-attack", "clare", "genetic", "pso:wordnet"),
    *("textbugger", "textbugger-white", "deepwordbug", "hotflip:counterfitted", "hotflip:0.5", "fd", "uat", "geo"),
    *("viper", "viper-visual", "sea", "gan", "bad-invisible", "bad-homoglyph", "bad-reorder", "bad-delete"),
    *("openattack:PWWS", "openattack:TextFooler", "openattack:DeepWordBug"),
)
CHINESE = (
    *("pwws:embeddings", "pso:embeddings", "textbugger", "textbugger-white", "hotflip:0.4", "fd", "uat"),
    *("zh-characters", "viper-visual", "bad-invisible", "bad-reorder", "bad-delete"),
)
FILES: Mapping[str, str] = {
    "TABOO_COUNTERFITTED": "counterfitted/counterfitted_neighbors.json",
    "TABOO_MASKED_LM": "imdb-bert-mini",
    "TABOO_SENTENCE_ENCODER": "imdb-bert-mini",
    "NLTK_DATA": "nltk_data",
}
"""What recipes read, where the environment does not say otherwise."""


def arguments(words: Sequence[str] | None) -> argparse.Namespace:
    """What is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)

    def names(told: str) -> list[str]:
        return [it for it in told.split(",") if it]

    parser.add_argument("--data-folder", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help="folder for victims and attacks")
    parser.add_argument("--sets", type=names, default=list(CORPORA), help=",".join(CORPORA))
    parser.add_argument("--victims", type=names, default=list(VICTIMS), help=",".join(VICTIMS))
    parser.add_argument("--recipes", type=names, help="without, all that are for the language")
    parser.add_argument("--limit", type=int, help=f"examples of an attack; without, {dict(LIMITS)}, IMDB {SHORT}")
    parser.add_argument("--budget", type=int, default=2000, help="queries for an example")
    parser.add_argument("--seconds", type=float, default=8.0, help="of the processor, then no example is begun")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args(words)
    for given, known in ((asked.sets, CORPORA), (asked.victims, VICTIMS)):
        strange = sorted(set(given) - set(known))
        if strange:
            parser.error(f"{strange[0]!r} is none of {', '.join(known)}")
    return asked


def main(words: Sequence[str] | None = None) -> int:
    """Make what is missing, and print the tables."""
    asked = arguments(words)
    for variable, file in FILES.items():
        os.environ.setdefault(variable, str(asked.data_folder / file))
    say(f"{machine()}\n")
    for name in asked.sets:
        split = split_of(name, asked.data_folder)
        data = written(name, split.held_out, asked.out)
        for kind in asked.victims:
            if kind == "bert" and name not in ("sst2", "polarity"):
                continue
            victim = victim_of(kind, name, split, asked)
            say(f"## {CORPORA[name].title}, {kind}\n")
            say(f"{VICTIMS[kind]}; {told(victim, split, kind, name)}.\n")
            for line in table(name, kind, victim, split, data, asked):
                say(line)
            say("")
    return 0


# --- data -------------------------------------------------------------------------------------------------------------


def split_of(name: str, folder: Path) -> Split:
    """The texts of a data set, in an order by chance, always the same."""
    classes = CORPORA[name].classes
    if name == "sst2":
        training, rest = (read_examples(folder / "sst2" / f"{part}.tsv") for part in ("train", "dev"))
    elif name == "agnews":
        reading = Reading(text="1", label="2", labels=classes)
        training, rest = (read_examples(folder / "agnews" / f"{part}.tsv", None, reading) for part in ("dev", "test"))
    elif name == "imdb":
        reading = Reading(text="3", label="1")
        training, rest = (
            [
                Example(it.number, it.text.replace("<br />", " "), it.label)
                for it in read_examples(folder / "imdb" / f"{part}.tsv.gz", None, reading)
            ]
            for part in ("train", "test")
        )
    else:
        is_chinese = name == "chnsenticorp"
        source = folder / "chinese-sentiment" / "ChnSentiCorp_htl_all.csv" if is_chinese else "nltk:sentence_polarity"
        every = shuffled(read_examples(source, None, Reading(labels=() if is_chinese else classes)))
        if not is_chinese:  # the transformer has learnt from SST-2, which is made of the same sentences
            known = runs(it.text for it in read_examples(folder / "sst2" / "train.tsv"))
            every.sort(key=lambda it: not known.isdisjoint(runs([it.text])))
            fresh = sum(known.isdisjoint(runs([it.text])) for it in every)
            training, rest = every[min(HELD_OUT, fresh) :], every[: min(HELD_OUT, fresh)]
        else:
            training, rest = every[HELD_OUT:], every[:HELD_OUT]
    return apart(shuffled(training), shuffled(rest), CORPORA[name].longest)


def shuffled(examples: Iterable[Example]) -> list[Example]:
    """The examples that have a text, in an order by chance."""
    every = [it for it in examples if it.text.strip()]
    Random(0).shuffle(every)
    return every


def apart(training: Sequence[Example], rest: Sequence[Example], longest: int | None) -> Split:
    """The examples to learn from, and the first others whose text is not among them and no longer than allowed."""
    known = {folded(it.text) for it in training}
    held = [it for it in rest if folded(it.text) not in known and (longest is None or len(it.text.split()) <= longest)]
    return Split(training, held[:HELD_OUT])


def folded(text: str) -> str:
    """Letters and digits only: two texts that differ in nothing else are one."""
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def runs(texts: Iterable[str]) -> set[str]:
    """The words of every text, eight in a row; of a shorter text all."""
    found = set()
    for text in texts:
        words = re.findall(r"\w+", text.casefold())
        found |= {" ".join(words[at : at + RUN]) for at in range(max(1, len(words) - RUN + 1))}
    return found


def written(name: str, examples: Sequence[Example], out: Path) -> Path:
    """The file of what is attacked, as `taboo attack` reads it."""
    file = out / "data" / f"{name}.jsonl"
    file.parent.mkdir(parents=True, exist_ok=True)
    lines = (json.dumps({"text": it.text, "label": it.label}, ensure_ascii=False) for it in examples)
    file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return file


# --- victims ----------------------------------------------------------------------------------------------------------


def learnt_from(kind: str, name: str, split: Split) -> Sequence[Example]:
    """The texts that a victim learns from."""
    most = (CORPORA[name].most or {}).get(kind)
    return split.training[:most]


def victim_of(kind: str, name: str, split: Split, asked: argparse.Namespace) -> Victim:
    """The victim, trained now unless it is there."""
    if kind == "bert":
        return opened(f"hf:{asked.data_folder / 'sst2-bert-mini'}?device=cpu")
    path = asked.out / "victims" / (f"{name}-lr.joblib" if kind == "lr" else f"{name}-cnn")
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        learn(kind, path, learnt_from(kind, name, split), CORPORA[name].language, asked.seed)
    return opened(f"{'sklearn' if kind == 'lr' else 'torch'}:{path}")


def learn(kind: str, path: Path, examples: Sequence[Example], language: str, seed: int) -> None:
    """Train a victim and write it down."""
    texts, labels = [it.text for it in examples], [int(it.label) for it in examples]
    if kind == "lr":
        regression(path, texts, labels, language)
        return
    from attacks.victims.training import train

    passes = 2 if len(texts) > MANY else 3
    train(texts, labels, architecture="cnn", language=language, passes=passes, seed=seed).save(path)


def opened(name: str) -> Victim:
    """A victim with classes, by its name."""
    victim = victim_named(name)
    assert isinstance(getattr(victim, "classes", None), int)
    return victim  # type: ignore[return-value]


def regression(path: Path, texts: Sequence[str], labels: Sequence[int], language: str) -> None:
    """A logistic regression on words and pairs of words."""
    import joblib
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    how = {"tokenizer": chinese, "token_pattern": None, "lowercase": False} if language == "zh" else {}
    weights = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True, **how)
    made = make_pipeline(weights, LogisticRegression(C=10, max_iter=200))
    joblib.dump(made.fit(texts, labels), path)


def chinese(text: str) -> list[str]:
    """The words of a Chinese text by jieba."""
    return list(chinese_text(text).words)


def told(victim: Victim, split: Split, kind: str, name: str) -> str:
    """What a victim learnt from, and how often it is right about what it did not see."""
    count = f"{len(learnt_from(kind, name, split)):,} texts"
    source = "trained on SST-2" if kind == "bert" else f"trained on {count}"
    chosen = victim.predict([it.text for it in split.held_out]).argmax(axis=1).tolist()
    right = sum(it.label == choice for it, choice in zip(split.held_out, chosen, strict=True))
    transfer = " (a transfer: not its own data set)" if kind == "bert" and name != "sst2" else ""
    return f"{source}{transfer}; right about {100 * right / len(chosen):.1f} % of {len(chosen):,} held-out texts"


# --- attacks ----------------------------------------------------------------------------------------------------------


def table(name: str, kind: str, victim: Victim, split: Split, data: Path, asked: argparse.Namespace) -> Iterator[str]:
    """One line for every recipe, as they come."""
    yield "| recipe | n | accuracy, % | success, % [95 %] | queries | words changed | CPU s an example | cut | errors |"
    yield "|---|---|---|---|---|---|---|---|---|"
    language = CORPORA[name].language
    why: dict[str, list[str]] = {}
    for recipe in asked.recipes or (ENGLISH if language == "en" else CHINESE):
        try:
            finished = attacked(name, kind, victim, recipe, split, data, asked)
            yield row(recipe, finished)
        except FolderError:
            raise  # another attack stands there: that is no word about this one
        except (AttackError, RefusedAttackError) as problem:
            reason = str(problem)
            if isinstance(problem, CapabilityError):
                reason = f"needs {' and '.join(problem.missing)}, which this victim does not give"
            why.setdefault(reason, []).append(recipe)
            yield f"| {recipe} " + "| - " * 8 + "|"
    yield from (f"\n- {', '.join(recipes)}: {reason}." for reason, recipes in why.items())


def attacked(
    name: str, kind: str, victim: Victim, recipe: str, split: Split, data: Path, asked: argparse.Namespace
) -> Finished:
    """The attack, gone on with until it is whole or has had its seconds. Raises AttackError or RefusedAttackError."""
    corpus = CORPORA[name]
    reading = Reading(labels=corpus.classes)
    limit = asked.limit or (min(SHORT, LIMITS[kind]) if corpus.longest else LIMITS[kind])
    examples: Data = read_data(str(data), reading, limit=limit)
    made = Asked(
        victim=f"{kind}:{name}",
        data=str(data),
        recipe=recipe,
        language=corpus.language,
        reading=reading,
        limit=limit,
        budget=asked.budget,
        seed=asked.seed,
    )
    attack = recipe_named(in_full(recipe, name, kind, victim, split, asked), corpus.language)
    attack_of = Opened(made, examples, attack, victim)
    engine = attack_of.engine(Speed(width=WIDTH_OF_LONG if corpus.longest else WIDTH))
    path = asked.out / "runs" / name / kind / _SLUG.sub("-", recipe)
    folder = Folder(path, attack_of.settings, resume=True)
    spent = (Timing.read(path) or Timing()).cpu
    if missing := folder.missing(examples.examples):
        if spent < asked.seconds:
            warm_up(Engine(victim, attack, budget=WARM), split.training)
        for _ in folder.keep(engine.run(until(missing, asked.seconds - spent))):
            pass
    return Finished.read(path)


def warm_up(engine: Engine, examples: Iterable[Example]) -> None:
    """Attack one training text, so that what is read once (a dictionary, a font) counts for no example."""
    next((it for it in engine.run(islice(examples, 5)) if it.status != "skipped"), None)


def until(examples: Iterable[Example], seconds: float) -> Iterator[Example]:
    """The examples, as long as the processor has not worked for so many seconds; what is begun is ended."""
    began = process_time()
    for it in examples:
        if process_time() - began >= seconds:
            return
        yield it


def in_full(recipe: str, name: str, kind: str, victim: Victim, split: Split, asked: argparse.Namespace) -> str:
    """The recipe with the file that it reads, which is made where it is absent."""
    if recipe == "hotflip:counterfitted":
        return f"hotflip:{os.environ['TABOO_COUNTERFITTED']}"
    if recipe.endswith(":embeddings"):
        return f"{recipe}:{vectors(name, split, asked.out)}"
    return f"uat:{trigger(name, kind, victim, split, asked)}" if recipe == "uat" else recipe


def vectors(name: str, split: Split, out: Path) -> Path:
    """Word vectors of the training texts."""
    import word_vectors

    texts, made = out / "vectors" / f"{name}.jsonl", out / "vectors" / f"{name}.npz"
    if not made.is_file():
        texts.parent.mkdir(parents=True, exist_ok=True)
        lines = (json.dumps({"text": it.text, "label": it.label}, ensure_ascii=False) for it in split.training)
        texts.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        sys.stdout, held = sys.stderr, sys.stdout
        try:
            word_vectors.main([str(texts), str(made), "--language", CORPORA[name].language])
        finally:
            sys.stdout = held
    return made


def trigger(name: str, kind: str, victim: Victim, split: Split, asked: argparse.Namespace) -> Path:
    """A trigger for each class, learnt from training texts."""
    file: Path = asked.out / "triggers" / f"{name}-{kind}.json"
    if not file.is_file():
        file.parent.mkdir(parents=True, exist_ok=True)
        start = (START[CORPORA[name].language],) * 3
        learnt = learn_triggers(
            victim, split.training[:TRIGGER_TEXTS], start, learner=Learner(rounds=4), seed=asked.seed
        )
        file.write_text(learnt.to_json(), encoding="utf-8")
    return file


# --- words ------------------------------------------------------------------------------------------------------------


def row(recipe: str, finished: Finished) -> str:
    """An attack as one line of the table."""
    summary = finished.summary
    cut = sum(it.status == "failed" and bool(it.problem) for it in finished.rows)
    cpu = "-" if finished.timing is None else f"{finished.timing.cpu / max(1, summary.examples):.3f}"
    accuracy = f"{100 * summary.accuracy.value:.0f}" if summary.accuracy.total else "-"
    cells = (
        *(recipe, str(summary.examples), accuracy, rate(summary.success)),
        *(mean(summary.queries_mean), mean(summary.words_changed), cpu, str(cut), str(summary.errors)),
    )
    return f"| {' | '.join(cells)} |"


def rate(it: Rate) -> str:
    """A rate in per cent with its interval."""
    low, high = 100 * it.interval.low, 100 * it.interval.high
    return f"{100 * it.value:.0f} [{low:.0f}, {high:.0f}]" if it.total else "-"


def mean(value: float | None) -> str:
    """A mean as tables print it."""
    return "-" if value is None else f"{value:.1f}"


def machine() -> str:
    """Where and with what the figures were made."""
    libraries = ("numpy", "scikit-learn", "torch", "transformers", "nltk", "jieba")
    threads = os.environ.get("OMP_NUM_THREADS", "as many as there are")
    here = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
    return f"{here}, threads: {threads}; {', '.join(f'{it} {version(it)}' for it in libraries)}."


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
