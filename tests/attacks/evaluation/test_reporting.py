"""Figures are counted from rows: what the victim had right, whatever the goal was."""

import pytest
from attacks_doubles import Counting, Swapping

from attacks.core.goals import Targeted, TextMatch
from attacks.core.ports import Capability
from attacks.engine import Engine, Example, Row, Status
from attacks.evaluation.reporting import summarise

EXAMPLES = [
    Example(0, "a great film", 1),
    Example(1, "a grand film", 1),
    Example(2, "a great film", 0),
    Example(3, "an awful film", 0),
    Example(4, "", 0),
]


@pytest.mark.parametrize(
    ("goal", "succeeded", "under_attack"), [(None, 1, 2 / 4), (Targeted(0), 1, 2 / 4), (Targeted(1), 0, 3 / 4)]
)
def test_the_accuracy_of_a_victim_does_not_depend_on_the_goal(goal, succeeded, under_attack):
    rows = list(Engine(Counting(0.0), Swapping(), goal=goal and (lambda _: goal)).run(EXAMPLES))
    summary = summarise(rows)
    assert (summary.errors, summary.succeeded) == (1, succeeded)
    assert summary.accuracy.value == 3 / 4
    assert summary.under_attack.value == under_attack


def test_rows_of_old_that_do_not_say_why_they_were_skipped_are_counted_alike():
    (row,) = Engine(Counting(), Swapping(), goal=lambda _: Targeted(1)).run(EXAMPLES[:1])
    old = Row.from_json({**{name: getattr(row, name) for name in Row.__slots__}, "problem": ""})
    assert old.status is Status.SKIPPED
    assert summarise([old]).accuracy.value == 1


def test_a_victim_that_writes_was_right_where_it_was_attacked():
    class Echo:
        name, fingerprint, can = "echo", "0" * 16, frozenset({Capability.REPLIES})

        def reply(self, texts):
            return list(texts)

    class Blind(Swapping):
        needs = frozenset()

    examples = [Example(0, "a great film", "film"), Example(1, "a film", "great")]
    summary = summarise(list(Engine(Echo(), Blind(), goal=TextMatch).run(examples)))
    assert (summary.accuracy.value, summary.under_attack.value) == (1 / 2, 0)
