"""What can be done with a finished attack: ask again, compare, report, export. In this process, on real rows."""

import csv
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

import pytest
from attacks_doubles import Counting, Swapping

from arena.analysis.report import escaped, page, shown
from arena.cli import main
from attacks.comparison_page import comparison, success_by_queries
from attacks.engine import Engine, Example, Status
from attacks.exporting import COLUMNS, Format, columns_named, exported
from attacks.finished import Finished
from attacks.reporting import by_label
from attacks.saving import Folder
from attacks.verifying import recount

EXAMPLES = [
    Example(0, "a great film", 1),
    Example(1, "a fine film", 1),
    Example(2, "great great great fine", 1),
    Example(3, "an awful film", 1),
    Example(4, "a poor film", 0),
    Example(5, "", 1),
]
DATA = os.environ.get("TABOO_DATA")
CHROMIUM = shutil.which("chromium")


@dataclass(frozen=True)
class Outcome:
    """What the command printed, and the code it exited with."""

    code: int
    out: str
    err: str


@pytest.fixture
def taboo(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Outcome]:
    """Runs `taboo` with arguments, in this process, at a wide terminal."""
    monkeypatch.setenv("COLUMNS", "160")

    def run(*words: object) -> Outcome:
        capsys.readouterr()
        code = main([str(word) for word in words])
        return Outcome(code, *capsys.readouterr())

    return run


def attacked(path: Path, *, budget: int | None = None, examples: Sequence[Example] = EXAMPLES, **more: object) -> Path:
    """A folder in which `Swapping` attacked `Counting`; `more` are other settings (`examples_` for `examples`)."""
    victim = Counting()
    settings = {
        "recipe": "swapping",
        "victim": "counting:it",
        "fingerprint": victim.fingerprint,
        "data": "dev.tsv",
        "digest": "d" * 16,
        "limit": None,
        "budget": budget,
        "seed": 0,
        "examples": len(examples),
        **{name.removesuffix("_"): value for name, value in more.items()},
    }
    rows = Engine(victim, Swapping(), budget=budget).run(examples)
    assert len(list(Folder(path, settings, resume=False).keep(rows))) == len(examples)
    return path


def edited(folder: Path, place: int, /, **values: object) -> Path:
    """The folder with other values in one of its rows."""
    file = folder / "rows.jsonl"
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    rows[place] |= values
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return folder


def reread(folder: Path, examples: Sequence[Example] | None = None) -> list[tuple[int | None, str]]:
    found = recount(Finished.read(folder), Counting(), examples)
    assert found.stands is not bool(found.differences)
    return [(it.number, it.problem) for it in found.differences]


# --- asking again -----------------------------------------------------------------------------------------------------


def test_an_honest_folder_stands_and_comes_to_the_same_figures(tmp_path):
    finished = Finished.read(attacked(tmp_path / "run"))
    found = recount(finished, Counting(), EXAMPLES, "d" * 16)
    assert found.stands
    assert found.written == found.recounted
    assert found.broken == 1
    ended = [row.status for row in finished.rows]
    assert set(ended) == {Status.SUCCEEDED, Status.FAILED, Status.SKIPPED, Status.ERROR}


@pytest.mark.parametrize(
    ("number", "values", "told"),
    [
        (0, {"status": "failed"}, "is written as failed, and comes out as succeeded"),
        (4, {"status": "succeeded"}, "is written as succeeded, and comes out as failed"),
        (0, {"before": [0.4, 0.6]}, "the original comes out as"),
        (0, {"after": [0.9, 0.1]}, "the perturbed text comes out as"),
        (0, {"after": [0.5, 0.3, 0.2]}, "the perturbed text comes out as"),
        (0, {"perturbed": "an awful film"}, "the changes do not make the perturbed text"),
        (0, {"changes": [[[90, 95], "fair"]]}, "the changes do not make the perturbed text"),
        (0, {"changes": [[[5, 2], "fair"]]}, "the changes do not make the perturbed text"),
        (0, {"perturbed": None, "changes": []}, "succeeded without a perturbed text"),
        (0, {"queries": 0}, "succeeded without a query"),
        (0, {"asked": 1}, "distinct queries, and 1 in all"),
        (0, {"label": 7}, "label 7 is none of the victim's 2 classes"),
        (0, {"number": 1}, "stands in 2 rows"),
    ],
)
def test_what_was_meddled_with_is_named_by_its_row(number, values, told, tmp_path):
    found = reread(edited(attacked(tmp_path / "run"), number, **values))
    assert any(told in problem for _, problem in found), found
    assert {at for at, _ in found} == {values.get("number", number)}


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"fingerprint": "1" * 16}, "the victim is 0000000000000000, and 1111111111111111 was attacked"),
        ({"examples_": 9}, "6 of 9 examples have a row"),
    ],
)
def test_another_victim_and_a_folder_cut_short_are_named(changed, told, tmp_path):
    assert reread(attacked(tmp_path / "run", **changed)) == [(None, told)]


def test_queries_beyond_the_budget_are_named(tmp_path):
    folder = edited(attacked(tmp_path / "run", budget=20), 0, queries=21, asked=30)
    assert reread(folder) == [(0, "counts 21 queries, beyond the budget of 20")]


def test_rows_are_held_against_the_file_of_examples(tmp_path):
    other = [Example(0, "another film", 1), Example(1, "a fine film", 0), Example(9, "more", 1)]
    found = dict(reread(attacked(tmp_path / "run", examples=EXAMPLES[:3]), other))
    assert found == {
        0: "has another text than the file",
        1: "has label 1, and the file says 0",
        2: "is no example of the file",
        9: "has no row",
    }


def test_a_victim_that_breaks_now_is_no_robustness(tmp_path):
    class Breaking(Counting):
        def predict(self, texts):
            if any("awful" in text for text in texts):
                raise RuntimeError("awful")
            return super().predict(texts)

    found = recount(Finished.read(attacked(tmp_path / "run")), Breaking())
    assert found.recounted.errors == found.written.errors + 1
    assert "raised RuntimeError" in found.differences[0].problem


# --- the commands -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory) -> tuple[Path, Path]:
    """A fitted scikit-learn pipeline and a file of examples."""
    joblib = pytest.importorskip("joblib")
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    folder = tmp_path_factory.mktemp("victim")
    rows = [(it.text, it.label) for it in EXAMPLES if it.text]
    made = make_pipeline(CountVectorizer(), LogisticRegression(C=100))
    joblib.dump(made.fit([text for text, _ in rows], [label for _, label in rows]), folder / "it.joblib")
    lines = [f"{text}\t{label}\n" for text, label in rows]
    (folder / "dev.tsv").write_text("text\tlabel\n" + "".join(lines), encoding="utf-8")
    return folder / "it.joblib", folder / "dev.tsv"


@pytest.fixture
def swapped(pipeline, tmp_path) -> Path:
    """A folder in which that pipeline was attacked, as the command writes it."""
    from hashlib import sha256

    from attacks.datasets import read_examples
    from attacks.victims.sklearn import SklearnVictim

    file, texts = pipeline
    victim, examples = SklearnVictim.open(str(file)), read_examples(texts)
    settings = {
        "recipe": "swapping",
        "victim": f"sklearn:{file}",
        "fingerprint": victim.fingerprint,
        "data": texts.name,
        "digest": sha256(texts.read_bytes()).hexdigest()[:16],
        "examples": len(examples),
    }
    folder = Folder(tmp_path / "swapped", settings, resume=False)
    assert len(list(folder.keep(Engine(victim, Swapping()).run(examples)))) == len(examples)
    return folder.path


def test_verify_says_that_all_stands_and_exits_with_1_where_it_does_not(taboo, pipeline, swapped):
    file, texts = pipeline
    asked = ("attack", "verify", swapped, "--victim", f"sklearn:{file}", "--data", texts)
    done = taboo(*asked)
    assert (done.code, done.err) == (0, "")
    assert "all 5 rows stand" in done.out
    edited(swapped, 0, before=[0.5, 0.5])
    done = taboo(*asked)
    assert done.code == 1
    assert "row 0: the original comes out as" in done.out
    told = taboo(*asked, "--json")
    assert told.code == 1
    assert [it["number"] for it in json.loads(told.out)["differences"]] == [0]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--victim", "sklearn:x"), "an attack needs --data and --out"),
        (("--recipe", "pwws"), "an attack needs --victim and --data and --out"),
        (("--victim", "x", "compare", "here"), "--victim stands before compare; write it after"),
        (("--json", "compare", "here"), "--json stands before compare; write it after"),
        (("verify", "nowhere", "--victim", "sklearn:x"), "nowhere: has no attack.json"),
        (("verify", "FOLDER", "--victim", "sklearn:x"), "there is no such file"),
        (("verify", "FOLDER", "--victim", "nothing"), "no victim is called 'nothing'"),
        (("compare", "FOLDER", "nowhere"), "nowhere: has no attack.json"),
        (("compare", "FOLDER", "--html", "/nowhere/a.html"), "No such file or directory; choose another file"),
        (("export", "FOLDER", "--columns", "text,colour"), "no column is called 'colour'"),
        (("export", "FOLDER", "--format", "xls"), "--format 'xls' is none of csv, tsv, jsonl"),
        (("export", "FOLDER", "--status", "won"), "--status 'won' is none of succeeded"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_line(words, told, taboo, tmp_path):
    folder = attacked(tmp_path / "run")
    done = taboo("attack", *(folder if word == "FOLDER" else word for word in words))
    assert done.code == 2
    assert done.err.startswith("taboo: ")
    assert done.err.count("\n") == 1
    assert told in done.err


@pytest.mark.skipif(DATA is None, reason="needs WordNet in TABOO_DATA")
@pytest.mark.slow
def test_an_attack_that_is_interrupted_ends_with_130_and_one_line(pipeline, tmp_path):
    many = tmp_path / "many.tsv"
    lines = [f"a great great fine film and a fine story of number {number}\t1\n" for number in range(20_000)]
    many.write_text("text\tlabel\n" + "".join(lines), encoding="utf-8")
    words = ("attack", "--victim", f"sklearn:{pipeline[0]}", "--data", many, "--out", tmp_path / "run", "--width", 4)
    keep = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    running = subprocess.Popen(
        [sys.executable, "-m", "arena", *map(str, words)],
        env={**keep, "HOME": str(tmp_path), "NLTK_DATA": f"{DATA}/nltk_data", "OMP_NUM_THREADS": "1"},
        stderr=subprocess.PIPE,
        text=True,
        # A shell may have started the tests with Ctrl-C ignored, and programs inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    rows = tmp_path / "run" / "rows.jsonl"
    deadline = time.monotonic() + 60
    try:
        while time.monotonic() < deadline and not (rows.exists() and rows.stat().st_size > 2_000):
            time.sleep(0.01)
        running.send_signal(signal.SIGINT)
        _, told = running.communicate(timeout=30)
    finally:
        running.kill()
        running.wait(30)
    assert (running.returncode, told) == (130, "taboo: interrupted; what the log holds is whole\n")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("{", "attack.json is not JSON"),
        ("[]", "attack.json is not a JSON object"),
        ("{}", "attack.json has no recipe"),
    ],
)
def test_a_folder_that_cannot_be_read_is_named(content, told, taboo, tmp_path):
    folder = attacked(tmp_path / "run")
    (folder / "attack.json").write_text(content, encoding="utf-8")
    done = taboo("attack", "compare", folder)
    assert (done.code, told in done.err) == (2, True)


def test_compare_prints_one_table_and_writes_the_same_figures_as_csv_and_json(taboo, tmp_path):
    folders = attacked(tmp_path / "all"), attacked(tmp_path / "few", budget=3)
    file = tmp_path / "figures.csv"
    done = taboo("attack", "compare", *folders, "--csv", file)
    assert done.code == 0, done.err
    assert "swapping, budget 3" in " ".join(done.out.split())
    assert "different budgets" in done.out
    told = json.loads(taboo("attack", "compare", *folders, "--json").out)
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert [float(row["success"]) for row in rows] == [it["success"] for it in told["attacks"]]
    assert told["attacks"][0]["success"] > told["attacks"][1]["success"]
    assert told["attacks"][0]["success_low"] < told["attacks"][0]["success"] < told["attacks"][0]["success_high"]
    summary = Finished.read(folders[0]).summary
    assert told["attacks"][0]["edits"] == summary.edits


def test_attacks_on_other_examples_are_compared_with_a_warning(taboo, tmp_path):
    other = attacked(tmp_path / "other", digest="e" * 16)
    done = taboo("attack", "compare", attacked(tmp_path / "run"), other)
    assert "not made on the same examples" in " ".join(done.out.split())


def test_figures_by_label_add_up_to_the_whole(tmp_path):
    finished = Finished.read(attacked(tmp_path / "run"))
    parts = by_label(finished.rows)
    assert list(parts) == [0, 1]
    for name in ("examples", "succeeded", "failed", "skipped", "errors", "queries"):
        assert sum(getattr(it, name) for it in parts.values()) == getattr(finished.summary, name)


# --- tables -----------------------------------------------------------------------------------------------------------


def test_every_column_is_exported_in_every_format(tmp_path):
    rows = Finished.read(attacked(tmp_path / "run")).rows
    for form in Format:
        lines = list(exported(rows, tuple(COLUMNS), form))
        assert len(lines) == len(rows) + (form is not Format.JSONL)
    told = [json.loads(line) for line in exported(rows, ("number", "fooled", "words_changed"), Format.JSONL)]
    assert told[0] == {"number": 0, "fooled": 0, "words_changed": 1}
    assert told[5] == {"number": 5, "fooled": None, "words_changed": None}


def test_a_table_with_tabs_quotes_and_line_breaks_is_read_again(tmp_path):
    text = 'a "great"\tfilm, \\n\r\nnot long'
    rows = Finished.read(attacked(tmp_path / "run", examples=[Example(0, text, 1)])).rows
    (_, line) = exported(rows, ("text", "label"), Format.TSV)
    assert line == 'a "great"\\tfilm, \\\\n\\r\\nnot long\t1\n'
    read = list(csv.reader(io.StringIO("".join(exported(rows, ("text", "label"), Format.CSV)), newline="")))
    assert read == [["text", "label"], [text, "1"]]


def test_export_writes_the_rows_that_are_wanted(taboo, tmp_path):
    folder = attacked(tmp_path / "run")
    done = taboo("attack", "export", folder, "--status", "succeeded", "--columns", "number, status")
    assert done.code == 0
    assert {line.partition(",")[2] for line in done.out.splitlines()[1:]} == {"succeeded"}
    taboo("attack", "export", folder, "--status", "succeeded", "--columns", "number,status", "--out", tmp_path / "a")
    assert (tmp_path / "a").read_text(encoding="utf-8") == done.out
    assert columns_named("text, label") == ("text", "label")


# --- the report -------------------------------------------------------------------------------------------------------

HOSTILE = "great <script>alert(1)</script> \"'><img src=x onerror=alert(1)> \u202egnp\u202c \u200b film"


class Elements(HTMLParser):
    """Every tag with its attributes, and all text."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data


@pytest.fixture
def report(tmp_path) -> str:
    """A report in which every text is hostile."""
    many = [Example(number, f"{HOSTILE} {number}", 1) for number in range(30)]
    folders = [
        attacked(tmp_path / "a", examples=many, recipe=HOSTILE, victim=f"counting:{HOSTILE}", data=HOSTILE),
        attacked(tmp_path / "b", examples=many, budget=2),
    ]
    return comparison([Finished.read(folder) for folder in folders])


def test_hostile_texts_do_nothing_in_the_report_and_what_hides_in_them_is_seen(report):
    page = Elements(report)
    names = {tag for tag, _ in page.tags}
    assert names.isdisjoint({"script", "img", "iframe", "object", "embed", "link", "a", "form", "base"})
    attributes = {name for _, its in page.tags for name in its}
    assert not {name for name in attributes if name.startswith("on") or name in ("src", "href", "style")}
    assert "<script>alert(1)</script>" in page.text
    assert not set(report) & set("\u202e\u202c\u200b")
    assert "U+202E" in page.text
    assert "http://" not in report.replace("http-equiv", "")
    assert "https://" not in report
    assert "url(" not in report
    assert "@import" not in report


def test_the_report_holds_figures_charts_and_examples_with_their_edits(report):
    page = Elements(report)
    names = [tag for tag, _ in page.tags]
    assert names.count("article") == 8
    assert names.count("del") == names.count("ins") >= 8
    labels = [its.get("aria-label") for tag, its in page.tags if tag == "svg"]
    assert labels.count("Success against queries") == 1
    assert labels.count("Queries an example") == 2
    heads = [part.partition("</h2>")[0] for part in report.split("<h2>")[1:]]
    assert heads == ["Figures", "Success against queries", "Examples"]


def test_the_same_folders_give_the_same_report(tmp_path):
    folders = [attacked(tmp_path / "run")]
    assert comparison([Finished.read(it) for it in folders]) == comparison([Finished.read(it) for it in folders])


def test_a_report_of_nothing_but_broken_examples_is_written(taboo, tmp_path):
    folder = attacked(tmp_path / "run", examples=[Example(0, "", 1)])
    done = taboo("attack", "compare", folder, "--html", tmp_path / "r.html", "--csv", tmp_path / "r.csv")
    assert done.code == 0, done.err
    assert "1 broken" in (tmp_path / "r.html").read_text(encoding="utf-8")


def test_success_by_queries_rises_to_the_success_rate(tmp_path):
    finished = Finished.read(attacked(tmp_path / "run"))
    points = success_by_queries(finished, 50)
    assert points == sorted(points)
    assert points[-1][0] == 50
    assert points[-1][1] == finished.summary.success.value
    assert points[0][1] > 0


def test_a_curve_ends_at_the_budget_beyond_which_nobody_knows(tmp_path):
    finished = Finished.read(attacked(tmp_path / "run", budget=9))
    assert success_by_queries(finished, 50)[-1][0] == 9
    nothing = Finished.read(attacked(tmp_path / "none", examples=[Example(0, "", 1)]))
    assert success_by_queries(nothing, 50) == []


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("<b> & \"'", "&lt;b&gt; &amp; &quot;&#x27;"),
        ("a\nb\tc", "a\nb\tc"),
        ("\u202e", '<span class="sign" title="right-to-left override">U+202E</span>'),
        ("\ud800", '<span class="sign" title="unnamed">U+D800</span>'),
        ("\x00", '<span class="sign" title="unnamed">U+0000</span>'),
        ("e\u0301", "e\u0301"),
        ("e" + "\u0301" * 9, "e\u0301\u0301\u0301" + '<span class="sign">+6 marks</span>'),
        ("\u597d\U0001f600", "\u597d\U0001f600"),
    ],
)
def test_what_cannot_be_seen_is_shown_by_its_number(text, html):
    assert shown(text) == html


def test_attributes_hold_no_quotes_and_nothing_unseen():
    assert escaped('a"\u202eb') == "a&quot;b"
    assert "<title>&lt;b&gt;</title>" in page("<b>", "", [])


@pytest.fixture
def browser() -> Iterator[object]:
    """A real browser. Without Chromium or its driver the test is skipped."""
    if CHROMIUM is None:
        pytest.skip("needs Chromium")
    api = pytest.importorskip("playwright.sync_api")
    flags = ["--headless", "--no-sandbox", "--disable-gpu"]
    with api.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield opened
        opened.close()


@pytest.mark.slow
@pytest.mark.parametrize(("width", "scheme"), [(1200, "light"), (360, "dark")])
def test_the_report_fits_its_screen_asks_for_nothing_and_says_nothing(width, scheme, browser, report, tmp_path):
    file = tmp_path / "report.html"
    file.write_text(report, encoding="utf-8")
    shown_page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    asked, said = [], []
    shown_page.on("request", lambda request: asked.append(request.url))
    shown_page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    shown_page.on("console", lambda line: said.append(line.text))
    shown_page.goto(file.as_uri())
    assert (asked, said) == ([file.as_uri()], [])
    assert shown_page.evaluate("document.documentElement.scrollWidth") <= width
    assert shown_page.locator("svg[role=img]").first.bounding_box()["width"] > 200
