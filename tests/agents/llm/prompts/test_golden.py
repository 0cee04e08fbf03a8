"""Every style, role and language, pinned for one view.

A file that is missing is written, and its test fails once: to take over a wanted change, delete `golden/*.txt`, run
this module twice, and read the difference before it is committed.
"""

from pathlib import Path

import pytest
from prompting import fixed_view, written

from agents.llm.prompts import load
from agents.llm.prompts.style import STYLES
from arena.core.hits import Language
from arena.core.verdict import Role

GOLDEN = Path(__file__).parent / "golden"
SEATS = [(style, language, role) for style in STYLES for language in Language for role in Role]


@pytest.mark.parametrize(("style", "language", "role"), SEATS)
def test_a_prompt_is_written_as_it_was(style, language, role):
    path = GOLDEN / f"{style}.{language}.{role}.txt"
    found = written(load(style).render(fixed_view(role, language))) + "\n"
    if not path.exists():
        path.write_text(found, encoding="utf-8", newline="\n")
        pytest.fail(f"{path.name} was missing and is written; read it and run again")
    assert found == path.read_text(encoding="utf-8")


def test_there_is_no_golden_prompt_of_a_style_that_is_gone():
    assert {path.name for path in GOLDEN.glob("*")} == {f"{style}.{tag}.{role}.txt" for style, tag, role in SEATS}
