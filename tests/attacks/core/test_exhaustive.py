"""What exhaustive search settles on where nothing reaches the goal."""

import pytest

from attacks.core.candidates import anything
from attacks.core.exhaustive import exhaustive
from attacks.core.searching import Outcome
from attacks.core.text import Text


def test_the_best_of_all_questions_is_kept_not_that_of_the_last():
    text = Text.of("one")
    search = exhaustive(text, lambda *_: ("two", "three", "four"), anything, at_a_time=1)
    asked = next(search)
    assert [it.written for it in asked] == ["two"]
    search.send([Outcome(0.6, False)])
    search.send([Outcome(0.4, False)])
    with pytest.raises(StopIteration) as ended:
        search.send([Outcome(0.5, False)])
    assert ended.value.value.written == "two"
