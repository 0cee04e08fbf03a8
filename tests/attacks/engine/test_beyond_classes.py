"""The engine with victims that give gradients or write, protected words, answers on disk, batches of any size."""

import json
from collections.abc import Sequence

import numpy as np
import pytest
from attacks_doubles import Counting, Swapping

from attacks.core.goals import TextMatch
from attacks.core.perturbation import Perturbation
from attacks.core.ports import Capability, TokenSlope
from attacks.core.slopes import Slopes, Vocabulary
from attacks.core.text import spaced_words
from attacks.engine import AnswersFile, Engine, Example, Row, Status
from attacks.engine.answers import AnswersError
from attacks.engine.desk import ROW, Desk

VECTORS = {"great": 2.0, "fine": 0.5, "fair": -0.6, "awful": -2.0, "film": 0.0, "a": 0.0}


class Sloping(Counting):
    """A logistic of summed word vectors of one dimension, with exact gradients."""

    can = frozenset({Capability.SCORES, Capability.GRADIENTS})
    vocabulary = Vocabulary(tuple(VECTORS), np.array([[it] for it in VECTORS.values()]))

    def slopes(self, texts: Sequence[str], labels: Sequence[int]) -> list[TokenSlope]:
        found = []
        for text, label, row in zip(texts, labels, self.predict(texts), strict=True):
            spans = tuple(spaced_words(text))
            vectors = np.array([[VECTORS.get(text[start:end], 0.0)] for start, end in spans]).reshape(len(spans), 1)
            share = row[1]
            slope = (1 - share) if label == 1 else -share
            found.append(TokenSlope(row, spans, np.full((len(spans), 1), slope), vectors))
        return found


class Leaning(Swapping):
    """Asks for one slope, then for the word of the vocabulary that gains most at each place."""

    name = "leaning"
    needs = frozenset({Capability.GRADIENTS})

    def begin(self, text, goal, base, chance):
        start = Perturbation(text)
        (came,) = yield Slopes((start,))
        words = came.slope.vocabulary.words
        best = [start.with_word(place, words[int(came.slope.gains(place).argmax())]) for place in range(len(text))]
        outcomes = yield tuple(best)
        return next((it for it, came in zip(best, outcomes, strict=True) if came.is_reached), None)


class Blind(Swapping):
    """Needs nothing but whether it is there."""

    needs = frozenset()


def rows(examples, victim, attack=None, **options) -> list[Row]:
    return sorted(Engine(victim, attack or Swapping(), **options).run(examples), key=lambda row: row.number)


def test_a_slope_points_to_the_goal_and_is_a_query():
    (row,) = rows([Example(0, "a great film", 1)], Sloping(0.1), Leaning())
    assert row.status is Status.SUCCEEDED
    assert row.perturbed == "a awful film"
    # One slope, and three texts.
    assert (row.asked, row.queries) == (4, 4)


def test_a_slope_counts_against_the_budget():
    (row,) = rows([Example(0, "a great film", 1)], Sloping(0.1), Leaning(), budget=3)
    assert row.status is Status.FAILED
    assert (row.queries, row.problem) == (1, "3 more queries would go beyond the budget of 3, of which 1 are spent")


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda found: found[:-1], "gave 0 slopes for 1 texts"),
        (lambda found: [_with(found[0], gradients=found[0].gradients * np.nan)], "gradients that are no numbers"),
        (lambda found: [_with(found[0], gradients=found[0].gradients[1:])], "gradients that are no numbers"),
        (lambda found: [_with(found[0], probabilities=np.array([0.5, 0.6]))], "add up to 1.1"),
    ],
)
def test_slopes_that_are_none_are_errors(spoil, told):
    class Spoilt(Sloping):
        def slopes(self, texts, labels):
            found = super().slopes(texts, labels)
            return spoil(found) if any("great" in text for text in texts) else found

    broken, sound = rows([Example(0, "a great film", 1), Example(1, "a fine film", 1)], Spoilt(0.1), Leaning())
    assert broken.status is Status.ERROR
    assert told in broken.problem
    assert sound.status is Status.SUCCEEDED


def _with(slope, **changed):
    return TokenSlope(**{name: changed.get(name, getattr(slope, name)) for name in TokenSlope.__dataclass_fields__})


class Echo:
    """Writes what it was told, in capitals."""

    name, fingerprint = "echo", "e" * 16
    can = frozenset({Capability.REPLIES})

    def reply(self, texts: Sequence[str]) -> list[str]:
        return [text.upper() for text in texts]


def test_a_victim_that_writes_is_attacked_until_its_reply_lacks_the_answer():
    examples = [Example(0, "a great film", "great film"), Example(1, "a film", "great"), Example(2, "great", 1)]
    reached, skipped, refused = rows(examples, Echo(), Blind())
    assert (reached.status, reached.perturbed) == (Status.SUCCEEDED, "a grand film")
    assert (reached.before, reached.after) == ("A GREAT FILM", "A GRAND FILM")
    assert skipped.status is Status.SKIPPED
    assert refused.problem == "answer 1 is no text"
    assert Row.from_json(json.loads(reached.to_line())) == reached


def test_a_victim_that_writes_may_be_led_to_a_text():
    (row,) = rows([Example(0, "a great film", "")], Echo(), Blind(), goal=lambda _: TextMatch("movie", is_wanted=True))
    assert row.after == "A GRAND MOVIE"


@pytest.mark.parametrize("said", [None, "text", ["a", "b"], [7]])
def test_a_reply_that_is_no_text_is_an_error(said):
    class Odd(Echo):
        def reply(self, texts):
            return said

    (row,) = rows([Example(0, "a great film", "great")], Odd(), Blind())
    assert row.status is Status.ERROR
    assert "'echo'" in row.problem


def test_protected_words_stay():
    free, held = rows(
        [Example(0, "great great film", 1), Example(1, "great great film", 1, protected=((0, 12),))], Counting(-2.5)
    )
    assert free.status is Status.SUCCEEDED
    assert held.status is Status.FAILED
    assert held.perturbed == "great great movie"


def test_answers_on_disk_are_not_asked_again(tmp_path):
    examples = [Example(number, text, 1) for number, text in enumerate(["a great film", "a fine film", "awful great"])]
    first, second = Counting(0.1), Counting(0.1)
    made = rows(examples, first, answers=AnswersFile(tmp_path / "answers.db", "one"))
    again = rows(examples, second, answers=AnswersFile(tmp_path / "answers.db", "one"))
    assert again == made
    confirmed = [row.perturbed for row in made if row.status is Status.SUCCEEDED]
    assert sorted(second.shown) == sorted(confirmed), "only the fresh looks are asked"
    other = Counting(0.1)
    rows(examples, other, answers=AnswersFile(tmp_path / "answers.db", "another"))
    assert other.shown == first.shown


def test_replies_are_kept_on_disk_and_failures_are_not(tmp_path):
    class Failing(Echo):
        def reply(self, texts):
            if "bad" in texts:
                raise RuntimeError("no")
            return super().reply(texts)

    file = AnswersFile(tmp_path / "answers.db", "one")
    Desk(Failing(), answers=file).answers(["good", "bad"])
    assert file.known(["good", "bad"]) == {"good": "GOOD"}


def test_a_file_that_holds_no_answers_is_refused_by_name(tmp_path):
    file = tmp_path / "notes.txt"
    file.write_text("no database at all, but long enough to be looked at" * 40)
    with pytest.raises(AnswersError, match=r"notes\.txt cannot be used to remember answers"):
        AnswersFile(file, "one")


def test_the_batch_grows_as_long_as_texts_come_cheaper():
    class Priced(Counting):
        """Costs as much for a batch as for a text, up to 128 texts."""

        seconds = 0

        def predict(self, texts):
            self.seconds += max(1, len(texts) // 128)
            return super().predict(texts)

    victim = Priced()
    desk = Desk(victim, batch=None, clock=lambda: victim.seconds)
    desk.answers(f"text {number}" for number in range(5000))
    assert desk.batch == 128
    assert desk.shown == 5000


def test_a_batch_that_is_too_much_for_the_memory_is_halved_and_stays_halved():
    sizes = []

    class Small(Counting):
        def predict(self, texts):
            sizes.append(len(texts))
            if len(texts) > 50:
                raise type("OutOfMemoryError", (RuntimeError,), {})("too much")
            return super().predict(texts)

    desk = Desk(Small(), batch=160)
    desk.answers(f"text {number}" for number in range(400))
    assert desk.batch == 40
    assert sizes.count(160) == 1


def test_a_text_that_is_too_much_by_itself_is_an_error_and_keeps_no_other_from_its_batch():
    class Small(Counting):
        def predict(self, texts):
            if any("huge" in text for text in texts):
                raise MemoryError("too much")
            return super().predict(texts)

    desk = Desk(Small(), batch=16)
    answers = desk.answers(["huge", *(f"text {number}" for number in range(40))])
    assert str(answers.pop("huge")) == "victim 'counting' raised MemoryError: too much"
    assert all(len(answer) == 2 for answer in answers.values())
    assert desk.batch == 16


def test_what_nobody_wanted_for_long_is_forgotten_and_asked_again():
    victim = Counting()
    desk = Desk(victim, room=3 * (ROW + 1))
    for text in ("a", "b", "c", "a", "d"):
        desk.answers([text])
    assert victim.shown == ["a", "b", "c", "d"]
    desk.answers(["a", "c"])
    assert victim.shown == ["a", "b", "c", "d"], "of four the one goes that was wanted longest ago"
    desk.answers(["b"])
    assert victim.shown == ["a", "b", "c", "d", "b"]
    many = [f"{number}" for number in range(9)]
    assert list(desk.answers(many)) == many, "one question is answered whole, however large"


def test_rows_do_not_depend_on_what_is_remembered():
    examples = [Example(number, text, 1) for number, text in enumerate(["a great film", "a fine film", "awful great"])]
    forgetful, victim = Engine(Counting(0.1), Swapping()), Counting(0.1)
    forgetful.desk = Desk(victim, room=0)
    assert sorted(forgetful.run(examples), key=lambda row: row.number) == rows(examples, Counting(0.1))
    assert len(victim.shown) > len(set(victim.shown))
