"""The page of a finished match shows what was measured of it, under the line that it belongs to."""

from functools import partial

import pytest
from browsing import Browser

from arena.core.measures import Reading
from arena.store import measures
from arena.store.measures import Source

FACTS = {"log_p": -5.214, "rank": 34, "rank_of": 2048, "among": 3, "among_of": 51, "said": "Secret", "as": "next"}


def keep(place, match, measure="leak", model="small", seq=2, **changed):
    facts = {name: value for name, value in {**FACTS, **changed}.items() if value != "absent"}
    source = Source(measure, model, "f" * 16, f"{len(model)}{facts['as']}".ljust(16, "0"))
    work = partial(measures.keep, match=match.id, source=source, readings=(Reading(seq, tuple(facts.items())),))
    place.do(lambda: place.house.log.work(work))


@pytest.fixture
def finished(place, town):
    town.member(name := f"ada{next(_COUNT)}")
    return town.leaked(name)


_COUNT = iter(range(100))


def feet(place, match, language="en"):
    page = Browser(place).get(f"/matches/{match.id}?lang={language}")
    return [it.text for it in page.all("p", class_="line-foot") if "title" in it.attributes]


def test_a_number_stands_under_its_line(place, finished):
    assert feet(place, finished) == []
    keep(place, finished)
    assert feet(place, finished) == ["small, next word: log p \u22125.21, rank 34 of 2,048, 3 of 51 words"]
    page = Browser(place).get(f"/matches/{finished.id}")
    (line,) = [it for it in page.all("li", class_="transcript-line") if "log p" in it.text]
    assert line.attributes["id"] == "line-2"


def test_the_page_says_it_in_chinese(place, finished):
    keep(place, finished, among="absent", **{"as": "guess"})
    said = "small\uff0c\u82e5\u88ab\u95ee\u5230\uff1a\u5bf9\u6570\u6982\u7387 \u22125.21"
    assert feet(place, finished, "zh") == [f"{said}\uff0c2,048 \u4e2a\u4e2d\u6392\u7b2c 34"]


def test_each_model_has_a_line_and_its_name_is_inert(place, finished):
    keep(place, finished, rank_of=None, among="absent")
    keep(place, finished, model="<img src=x>", rank_of=None, among="absent")
    assert sorted(feet(place, finished)) == [
        "<img src=x>, next word: log p \u22125.21",
        "small, next word: log p \u22125.21",
    ]
    assert "<img src=x>" not in Browser(place).get(f"/matches/{finished.id}").html


def test_another_measure_and_a_reading_without_a_number_are_passed_over(place, finished):
    keep(place, finished, log_p=None)
    keep(place, finished, measure="surprise", model="other")
    assert feet(place, finished) == []
