"""The engine: rows that depend on nothing but the example, every query counted, a breakage never called robustness."""

import json
from collections import Counter
from random import Random

import numpy as np
import pytest
from attacks_doubles import Counting, Swapping, instead

from attacks.core.errors import CapabilityError, GoalError
from attacks.core.goals import Targeted, TextMatch
from attacks.core.greedy import ranked_greedy
from attacks.core.in_order import greedy_in_order
from attacks.core.perturbation import Perturbation
from attacks.core.ports import Capability
from attacks.core.text import Text
from attacks.engine import Engine, Example, Row, Status
from attacks.engine.rows import HOLDS_ALREADY, RowsError, read_rows

TEXTS = (
    ("a great film", 1),
    ("a fine film", 1),
    ("great fine film and a great time", 1),
    ("an awful film", 1),
    ("an awful film", 0),
    ("nothing to replace here", 1),
    ("great", 1),
    ("\U0001f600 great \U0001f34e", 1),
    ("mixed 海上 great скрипт", 1),
)
EXAMPLES = [Example(number, text, label) for number, (text, label) in enumerate(TEXTS)]


def rows(examples=EXAMPLES, victim=None, attack=None, **options) -> list[Row]:
    engine = Engine(victim or Counting(0.1), attack or Swapping(), **options)
    return sorted(engine.run(examples), key=lambda row: row.number)


def one(text: str, label: int = 1, **options) -> Row:
    (row,) = rows([Example(0, text, label)], **options)
    return row


def test_examples_end_as_they_should():
    ended = {row.text: row.status for row in rows() if row.label == 1}
    assert ended["a fine film"] is Status.SUCCEEDED
    assert ended["great"] is Status.SUCCEEDED
    assert ended["an awful film"] is Status.SKIPPED
    assert ended["nothing to replace here"] is Status.FAILED


def test_a_success_says_what_was_changed_and_what_the_victim_thought():
    row = one("a fine film")
    assert row.perturbed == "a poor film"
    assert row.changes == (((2, 6), "poor"),)
    assert row.before is not None
    assert row.after is not None
    assert row.before[1] > 0.5 > row.after[1]


@pytest.mark.parametrize("width", [1, 2, 5, 1000])
@pytest.mark.parametrize("batch", [1, 3, 1000])
def test_the_rows_are_the_same_to_the_byte_however_many_run_side_by_side(width, batch):
    again = rows(width=width, batch=batch)
    assert [row.to_line() for row in again] == [row.to_line() for row in rows()]


def test_every_text_is_shown_once_and_a_success_once_more():
    victim = Counting(0.1)
    engine = Engine(victim, Swapping())
    ended = list(engine.run(EXAMPLES))
    repeated = {text: times for text, times in Counter(victim.shown).items() if times > 1}
    fresh = {row.perturbed for row in ended if row.status is Status.SUCCEEDED}
    assert set(repeated) == fresh
    assert engine.desk.shown == len(victim.shown)


def test_queries_are_metered_both_ways():
    row = one("a fine film")
    # Three blanks and three candidates; then "a poor film" and, before it, what had been asked already.
    assert row.queries == 6
    assert row.asked > row.queries


@pytest.mark.parametrize("budget", range(12))
def test_a_budget_is_kept_to_the_query_and_a_question_goes_whole_or_not_at_all(budget):
    victim = Counting(0.1)
    row = one("great fine film and a great time", victim=victim, budget=budget)
    assert row.queries <= budget
    assert len(set(victim.shown)) <= budget + 1
    if row.status is Status.FAILED:
        assert f"budget of {budget}" in row.problem


def test_a_budget_that_is_large_enough_changes_nothing():
    free = one("great fine film and a great time")
    assert one("great fine film and a great time", budget=free.queries) == free


def test_another_goal_is_another_attack():
    row = one("a great film", 1, goal=lambda label: Targeted(0))
    assert row.status is Status.SUCCEEDED


@pytest.mark.parametrize(
    ("text", "label", "wanted", "told"),
    [
        ("a great film", 1, 1, HOLDS_ALREADY),
        ("a great film", 0, 1, ""),
        ("a great film", 0, 0, ""),
        ("an awful film", 1, 1, ""),
    ],
)
def test_a_skipped_row_says_whether_the_goal_holds_or_the_victim_is_wrong(text, label, wanted, told):
    row = one(text, label, goal=lambda _: Targeted(wanted))
    assert (row.status, row.problem) == (Status.SKIPPED, told)


@pytest.mark.parametrize("goal", [Targeted(-1), Targeted(2), TextMatch("yes")])
def test_a_goal_that_the_victim_cannot_come_to_is_refused_before_anything_is_asked(goal):
    victim = Counting()
    with pytest.raises(GoalError, match=rf"goal {type(goal).__name__}\(.* of the 2 classes .*0 to 1"):
        Engine(victim, Swapping(), goal=lambda _: goal)
    assert victim.shown == []


# --- what is broken is said to be broken ------------------------------------------------------------------------------


class Moody(Counting):
    """Answers one text as it is told to, and all others soundly."""

    def __init__(self, word: str, how) -> None:
        super().__init__(0.1)
        self._word, self._how = word, how

    def predict(self, texts):
        answers = super().predict(texts)
        if any(self._word in text.split() for text in texts):
            return self._how(answers, [self._word in text.split() for text in texts])
        return answers


def _raises(answers, where):
    raise ValueError("I cannot read this")


def _with(value):
    def answer(answers, where):
        changed = answers.copy()
        changed[np.array(where)] = value
        return changed

    return answer


@pytest.mark.parametrize(
    ("how", "told"),
    [
        (_raises, "raised ValueError: I cannot read this"),
        (_with([np.nan, np.nan]), "no number"),
        (_with([0.7, 0.7]), "add up to 1.4"),
        (_with([1.5, -0.5]), "add up to 1"),
        (lambda answers, where: answers[:, :1], "in the shape"),
        (lambda answers, where: "nonsense", "raised ValueError"),
    ],
)
def test_a_victim_that_breaks_on_one_text_harms_that_example_alone(how, told):
    broken = rows(victim=Moody("time", how))
    sound = rows()
    (row,) = [row for row in broken if row.status is Status.ERROR]
    assert row.text == "great fine film and a great time"
    assert told in row.problem
    assert [it for it in broken if it is not row] == [it for it in sound if it.number != row.number]


def test_a_victim_without_memory_for_a_batch_is_asked_in_halves():
    class Small(Counting):
        def predict(self, texts):
            if len(texts) > 2:
                raise MemoryError
            return super().predict(texts)

    assert rows(victim=Small(0.1)) == rows()


def test_a_victim_without_memory_for_one_text_harms_that_example_alone():
    class Small(Counting):
        def predict(self, texts):
            if any("time" in text for text in texts):
                raise MemoryError
            return super().predict(texts)

    broken = rows(victim=Small(0.1))
    (row,) = [row for row in broken if row.status is Status.ERROR]
    assert "raised MemoryError" in row.problem
    assert [it for it in broken if it is not row] == [it for it in rows() if it.number != row.number]


def test_a_bug_of_an_attack_is_no_robustness_of_the_victim():
    class Buggy(Swapping):
        def begin(self, text, goal, base, chance):
            raise IndexError("off by one")

    row = one("a fine film", attack=Buggy())
    assert (row.status, row.problem) == (Status.ERROR, "IndexError: off by one")


def test_a_success_that_the_victim_does_not_repeat_does_not_count():
    class Fickle(Counting):
        def predict(self, texts):
            answers = super().predict(texts)
            again = [self.shown.count(text) > 1 for text in texts]
            answers[np.array(again)] = [0.0, 1.0]
            return answers

    row = one("a fine film", victim=Fickle(0.1))
    assert row.status is Status.ERROR
    assert "asked once more" in row.problem


@pytest.mark.parametrize(
    ("text", "label", "told"),
    [
        ("", 1, "empty"),
        (" \n", 1, "empty"),
        ("a film", 2, "label 2 is none of the victim's 2"),
        ("a film", -1, "label -1"),
        ("a \ud83d film", 1, "the text holds half a character (U+D83D at 2)"),
    ],
)
def test_an_example_that_is_none_is_an_error_and_asks_nothing(text, label, told):
    victim = Counting()
    row = one(text, label, victim=victim)
    assert row.status is Status.ERROR
    assert told in row.problem
    assert victim.shown == []


def test_a_text_of_ten_thousand_words_and_one_without_words_are_attacked():
    class Reading(Swapping):
        """Takes up the words in their order, which costs no question for those without candidates."""

        def begin(self, text, goal, base, chance):
            return greedy_in_order(text, base, range(len(text)), instead, lambda _: True)

    long = " ".join(["word"] * 9_999 + ["fine"])
    row = one(long, attack=Reading())
    assert (row.status, row.words, row.queries) == (Status.SUCCEEDED, 10_000, 2)
    assert one("!!! ???").status is Status.FAILED


def test_an_attack_that_needs_more_than_the_victim_gives_is_refused():
    class Wanting(Swapping):
        needs = frozenset({Capability.SCORES, Capability.GRADIENTS})

    with pytest.raises(CapabilityError, match="needs gradients"):
        Engine(Counting(), Wanting())


def test_a_search_may_ask_for_nothing_and_go_on():
    class Patient(Swapping):
        def begin(self, text, goal, base, chance):
            assert (yield ()) == ()
            return (yield from ranked_greedy(text, base, lambda *_: (), lambda losses, _: losses, "_", lambda _: True))

    assert one("a fine film", attack=Patient()).status is Status.FAILED


def test_each_example_has_a_chance_of_its_own_that_the_seed_decides():
    drawn: dict[int, list[float]] = {}

    class Drawing(Swapping):
        def begin(self, text: Text, goal, base: float, chance: Random):
            drawn.setdefault(len(drawn), []).append(chance.random())
            (_,) = yield (Perturbation(text),)
            return None

    for seed in (1, 1, 2):
        rows([Example(0, "a fine film", 1), Example(1, "a fine film", 1)], attack=Drawing(), seed=seed)
    first, second, again, _, other, _ = (values[0] for values in drawn.values())
    assert first != second
    assert first == again != other


# --- rows as lines ----------------------------------------------------------------------------------------------------


def test_a_row_is_written_and_read_to_the_byte(tmp_path):
    made = rows()
    file = tmp_path / "rows.jsonl"
    file.write_text("".join(row.to_line() + "\n" for row in made), encoding="utf-8")
    assert list(read_rows(file)) == made


def test_a_row_with_half_a_character_is_a_line_that_a_file_can_hold():
    row = one("a \ud83d film")
    line = row.to_line().encode("utf-8").decode("utf-8")
    assert Row.from_json(json.loads(line)) == row


def test_a_line_that_a_kill_cut_off_is_passed_over(tmp_path):
    made = rows()
    file = tmp_path / "rows.jsonl"
    file.write_text(made[0].to_line() + "\n" + made[1].to_line()[:30], encoding="utf-8")
    assert list(read_rows(file)) == made[:1]


@pytest.mark.parametrize(
    "line", ["nonsense", "[]", "{}", json.dumps({**json.loads(rows()[0].to_line()), "status": "x"})]
)
def test_a_damaged_line_is_named(line, tmp_path):
    file = tmp_path / "rows.jsonl"
    file.write_text(rows()[0].to_line() + "\n" + line + "\n", encoding="utf-8")
    with pytest.raises(RowsError, match=r"rows\.jsonl, line 2"):
        list(read_rows(file))
