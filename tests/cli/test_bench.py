"""`taboo bench`: parts of other packages, their options, and figures that were not run."""

from io import StringIO

import pytest
from rich.console import Console

from arena.bench.measure import Measure
from arena.commands.bench import PARTS, _table


def test_parts_of_other_packages_stand_beside_the_platforms_own(taboo):
    assert PARTS[:3] == ("core", "words", "store")
    assert "llm" in PARTS
    assert "llm" in taboo("bench", "--help").out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("core", "--set", "seconds=1"), "has options of its own: attack, llm"),
        (("llm", "core", "--set", "model=here"), "has options of its own: attack, llm"),
        (("llm", "--set", "speed=11"), "'speed=11': write NAME=VALUE, with one of model, concurrent"),
        (("llm", "--set", "model"), "'model': write NAME=VALUE"),
        (("llm", "--phase", "idle"), "go with `taboo bench server` alone"),
    ],
)
def test_options_go_with_the_one_part_that_has_them(taboo, words, told):
    refused = taboo("bench", *words)
    assert refused.code == 2
    assert told in " ".join(refused.err.replace("│", " ").split())


def test_a_missing_model_is_an_error_of_the_users(taboo, tmp_path):
    refused = taboo("bench", "llm", "--set", f"model={tmp_path}")
    assert refused.code != 0
    assert "there is no such model here; name a folder" in " ".join(refused.err.split())


def test_a_figure_that_was_not_run_says_so_and_why():
    console = Console(width=100, file=StringIO())
    console.print(_table("it", [Measure("fast", 12_345.6, "tokens/s", 2), Measure("far", None, "s", 1, "no device")]))
    assert [line.split() for line in console.file.getvalue().splitlines()[2:]] == [
        ["fast", "12,346", "tokens/s", "2", "met"],
        ["far", "not", "run", "s", "1"],
        ["no", "device"],
    ]
