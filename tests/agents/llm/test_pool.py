"""Engines are shared: one for each model and its own options, whoever asks, from whichever thread."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from agents.llm import pool
from agents.llm.spec import ModelSpec
from arena.core.errors import EngineError


@pytest.fixture
def script(tmp_path) -> str:
    path = tmp_path / "replies.txt"
    path.write_text("Hello.\n", encoding="utf-8")
    return f"scripted:{path}"


def test_a_model_is_opened_once_however_many_ask_at_a_time(script):
    with ThreadPoolExecutor(8) as threads:
        engines = list(threads.map(lambda _: pool.shared(ModelSpec.parse(script)), range(32)))
    assert len(set(map(id, engines))) == 1


def test_options_of_an_agent_do_not_open_a_model_again_and_those_of_the_engine_do(script):
    plain, warm = (pool.shared(ModelSpec.parse(f"{script}?{it}")) for it in ("temperature=0", "temperature=1"))
    other = pool.shared(ModelSpec.parse(f"{script}?context=99"))
    assert plain is warm
    assert other is not plain


def test_a_model_that_could_not_be_opened_is_tried_again(tmp_path):
    path = tmp_path / "later.txt"
    spec = ModelSpec.parse(f"scripted:{path}")
    with pytest.raises(EngineError, match=r"later\.txt"):
        pool.shared(spec)
    path.write_text("Hello.\n", encoding="utf-8")
    assert pool.shared(spec).name == "later.txt"
