"""A search is anyone's: what it returns is looked at, and what it does harms no other example."""

import pytest
from attacks_doubles import Counting, Swapping

from attacks.core.perturbation import Perturbation
from attacks.core.slopes import Slopes
from attacks.core.text import Text
from attacks.engine import Engine, Example, Row, Status

TEXT = "a great film"


class Given(Swapping):
    """Searches as it is told to."""

    def __init__(self, search) -> None:
        self._search = search

    def begin(self, text, goal, base, chance):
        return self._search(Perturbation(text))


def one(search, **options) -> Row:
    engine = Engine(Counting(0.1), Given(search))
    first, second = sorted(
        engine.run([Example(0, TEXT, 1, **options), Example(1, TEXT, 1, **options)]), key=lambda row: row.number
    )
    assert (first.status, first.problem) == (second.status, second.problem)
    return first


def test_what_an_earlier_question_found_reached_is_confirmed_and_counts():
    def search(at):
        yield (at.with_word(1, "awful"),)
        yield (at.with_word(1, "grand"),)
        return at.with_word(1, "awful")

    row = one(search)
    assert (row.status, row.perturbed, row.queries) == (Status.SUCCEEDED, "a awful film", 2)
    assert row.after[0] > 0.5


def test_what_was_never_asked_has_failed_though_it_would_do():
    def search(at):
        yield (at.with_word(1, "grand"),)
        return at.with_word(1, "awful")

    assert one(search).status is Status.FAILED


def test_a_perturbation_of_another_text_is_no_result():
    def search(at):
        other = Perturbation(Text.of("awful"), ())
        yield (other,)
        return other

    row = one(search)
    assert (row.status, row.perturbed) == (Status.ERROR, None)
    assert row.problem == "the attack returned a perturbation of another text; this is a mistake of 'swapping'"


@pytest.mark.parametrize(
    ("protected", "word", "status"),
    [
        ((2, 7), "awful", Status.ERROR),
        ((6, 9), "awful", Status.ERROR),
        ((0, 2), "awful", Status.SUCCEEDED),
        ((7, 12), "awful", Status.SUCCEEDED),
        ((0, 2), "", Status.ERROR),
        ((0, 1), "", Status.FAILED),
    ],
)
def test_a_result_that_changes_a_protected_character_is_an_error(protected, word, status):
    def search(at):
        whole = Perturbation(Text.of(at.original.written)).with_word(1, word)
        yield (whole,)
        return whole

    row = one(search, protected=(protected,))
    assert row.status is status
    assert row.problem.startswith("the attack changed what is protected, at ") is (status is Status.ERROR)


@pytest.mark.parametrize("nothing", [(), Slopes(())])
def test_a_search_that_asks_for_nothing_for_ever_is_ended(nothing):
    def search(at):
        while True:
            yield nothing

    row = one(search)
    assert row.status is Status.ERROR
    assert row.problem.startswith("the attack asked for nothing 10,000 times in a row")


def test_a_search_that_breaks_when_it_is_closed_keeps_its_row():
    def search(at):
        try:
            for number in range(9):
                yield (at.with_word(1, f"grand{number}"),)
        finally:
            raise OSError("cannot be closed")

    (row,) = Engine(Counting(0.1), Given(search), budget=2).run([Example(0, TEXT, 1)])
    assert row.status is Status.FAILED
    assert "beyond the budget of 2" in row.problem
