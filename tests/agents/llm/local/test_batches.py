"""Who shares a batch, and when it begins."""

import threading
import time

import pytest

pytest.importorskip("torch")

from agents.llm.engines.local.batches import PATIENCE, SLACK, Lane, bucket, rounded


class Length:
    """A task of so many tokens."""

    def __init__(self, tokens, name=""):
        self.all_ids = (1,) * tokens
        self.name = name
        self.error = None
        self.is_done = threading.Event()

    @property
    def is_wanted(self):
        return not self.is_done.is_set()

    def fail(self, error):
        if self.is_wanted:
            self.error = error
            self.is_done.set()

    def leave(self, model):
        self.fail(TimeoutError(model))


class Other(Length):
    """A task of another kind."""


def lane(work, **more):
    return Lane("model", work, **({"rows": 8, "window": 0.02, "stuck_seconds": 60.0} | more))


def test_numbers_are_rounded_up():
    assert [rounded(one, 16) for one in (0, 1, 16, 17)] == [0, 16, 16, 32]


def test_a_batch_holds_tasks_about_as_long_as_the_first_of_its_kind():
    tasks = [Length(300), Length(20), Length(310), Other(300), Length(700), Length(290)]
    assert bucket(tasks, 8) == [tasks[0], tasks[2], tasks[5]]
    assert bucket(tasks[1:], 8) == [tasks[1]]
    assert len(bucket([Length(1), Length(1 + SLACK)], 8)) == 2


def test_where_there_are_too_many_the_nearest_in_length_go_in_the_order_of_asking():
    tasks = [Length(100), Length(150), Length(101), Length(120), Length(99)]
    assert bucket(tasks, 3) == [tasks[0], tasks[2], tasks[4]]


def test_tasks_that_come_together_share_a_batch_and_later_ones_collect_meanwhile():
    batches, go = [], threading.Event()

    def work(batch):
        batches.append([task.name for task in batch])
        go.wait(30)
        for task in batch:
            task.is_done.set()

    road = lane(work, window=0.2)
    first, second = [Length(5, str(at)) for at in range(3)], [Length(5, str(at)) for at in range(3, 6)]
    for task in first:
        road.submit(task)
    until = time.monotonic() + 30
    while not batches and time.monotonic() < until:
        threading.Event().wait(0.005)
    for task in second:
        road.submit(task)
    go.set()
    for task in [*first, *second]:
        assert task.is_done.wait(30)
    road.close()
    assert batches == [["0", "1", "2"], ["3", "4", "5"]]


def test_a_full_batch_does_not_wait_and_a_steady_trickle_does_not_hold_it_up():
    begun = []

    def work(batch):
        begun.append((time.monotonic(), len(batch)))
        for task in batch:
            task.is_done.set()

    road = lane(work, rows=4, window=5.0)
    started = time.monotonic()
    tasks = [Length(5) for _ in range(4)]
    for task in tasks:
        road.submit(task)
    assert tasks[0].is_done.wait(30)
    road.close()
    assert begun[0][0] - started < 2.5
    assert PATIENCE >= 1


def test_a_task_that_nobody_wants_any_more_is_left_out():
    seen = []
    road = lane(lambda batch: [seen.append(task.name) or task.is_done.set() for task in batch], window=0.05)
    gone, stays = Length(5, "gone"), Length(5, "stays")
    road.submit(gone)
    gone.is_done.set()
    road.submit(stays)
    assert stays.is_done.wait(30)
    road.close()
    assert seen == ["stays"]


def test_what_work_forgets_is_failed():
    road = lane(lambda batch: None)
    task = Length(5)
    road.submit(task)
    assert task.is_done.wait(30)
    road.close()
    assert "ended without it" in str(task.error)


def test_closing_fails_what_waits_and_what_comes_later():
    road = lane(lambda batch: None, window=60.0)
    waiting, late = Length(5), Length(5)
    road.submit(waiting)
    road.close()
    road.submit(late)
    assert "closed" in str(waiting.error)
    assert "closed" in str(late.error)
