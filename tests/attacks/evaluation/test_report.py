"""The report of finished attacks: honest, harmless, and readable wherever it is opened."""

import shutil
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from attacks_folders import EXAMPLES, attacked

from arena.analysis.report import escaped, page, shown
from attacks.core.text import PAIR
from attacks.engine import Example, Row, Status
from attacks.evaluation.comparison_cases import marked
from attacks.evaluation.comparison_page import comparison, success_by_queries
from attacks.evaluation.finished import Finished

CHROMIUM = shutil.which("chromium")
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
    assert heads == ["Figures", "Success against queries", "What the changes did", "Examples"]


def test_the_same_folders_give_the_same_report(tmp_path):
    folders = [attacked(tmp_path / "run")]
    assert comparison([Finished.read(it) for it in folders]) == comparison([Finished.read(it) for it in folders])


@pytest.mark.slow
@pytest.mark.parametrize(("width", "columns"), [(1280, 2), (390, 1)])
def test_the_histograms_of_many_attacks_stand_in_a_grid_under_the_curves(width, columns, browser, tmp_path):
    folders = [attacked(tmp_path / str(budget), budget=budget) for budget in (2, 8, 20, 40)]
    (tmp_path / "it.html").write_text(comparison([Finished.read(folder) for folder in folders]), encoding="utf-8")
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto((tmp_path / "it.html").as_uri())
    charts = page.locator("section:nth-of-type(2) .sheet")
    boxes = [charts.nth(place).bounding_box() for place in range(charts.count())]
    page.close()
    curves, *histograms = boxes
    assert len(histograms) == 4
    assert len({round(box["x"]) for box in histograms}) == columns
    assert all(box["y"] >= curves["y"] + curves["height"] for box in histograms)
    right = max(box["x"] + box["width"] for box in histograms)
    assert right == pytest.approx(curves["x"] + curves["width"], abs=1)


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


# --- pairs, classes, replies ------------------------------------------------------------------------------------------


def row(text: str, perturbed: str, **values: object) -> Row:
    told = {"label": 1, "before": (0.2, 0.8), "after": (0.7, 0.3), **values}
    return Row(0, told["label"], Status.SUCCEEDED, text, perturbed, (), 3, 4, 4, told["before"], told["after"])


def test_the_halves_of_a_pair_stand_apart_and_the_first_is_whole():
    premise = "a person " * 40
    gone, came = marked(row(f"{premise}{PAIR}a man sleeps", f"{premise}{PAIR}a man rests"))
    assert gone == f'{premise}<span class="halves">and</span>a man <del>sleeps</del>'
    assert came == f'{premise}<span class="halves">and</span>a man <ins>rests</ins>'


def test_classes_stand_with_their_names_and_what_a_victim_replied_is_told(tmp_path):
    labels = {"labels": ["bad", "good"]}
    named = Finished.read(attacked(tmp_path / "run", reading=labels, goal="margin:0.1"))
    html = comparison([named])
    assert "label 1 (good)" in html
    assert "swapping, margin:0.1" in html
    assert "right label <span" not in html
    assert "original: 1 (good) at " in html
    page_of = Elements(html)
    assert "By class" in page_of.text


def test_right_answers_that_are_texts_are_no_classes(tmp_path):
    from dataclasses import replace

    finished = Finished.read(attacked(tmp_path / "run"))
    rows = tuple(row("say film", "say it", label=answer, before="film", after="<it>") for answer in ("film", "house"))
    html = comparison([replace(finished, rows=rows)])
    assert "By class" not in html
    assert "the victim replies: &lt;it&gt;" in html


def test_examples_that_have_no_class_left_out_are_counted(tmp_path):
    html = comparison([Finished.read(attacked(tmp_path / "run", examples=EXAMPLES[:1]))])
    assert "By class" not in html
