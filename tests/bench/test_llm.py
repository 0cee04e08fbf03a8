"""`taboo bench llm` compares what it says it compares, and says plainly what it did not run."""

import json
import os
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

pytest.importorskip("torch")
import torch

from agents.bench.accelerator import LARGE, Shape, measured, not_run
from agents.bench.arms import Run, cpu_rate, rate, ratio, rounds, summed
from agents.bench.llm import bench
from agents.bench.prompts import conversations, prompts
from agents.llm.errors import ModelMissingError

TINY = Shape(
    llama={
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "vocab_size": 200,
        "max_position_embeddings": 128,
        "tie_word_embeddings": True,
    },
    matches=6,
    rules=32,
    prompt=48,
    new=5,
    alone=2,
    repeats=2,
)


def taboo_bench(*arguments, **environment):
    command = [sys.executable, "-m", "arena", "bench", "llm", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=240, env={**os.environ, **environment}
    )


@pytest.mark.slow
def test_the_bench_reports_every_comparison_and_the_bars():
    folder = Path(os.environ.get("TABOO_DATA", "")) / "tinystories-656k"
    if not (folder / "model.safetensors").is_file():
        pytest.skip("TABOO_DATA names no folder with tinystories-656k")
    few = ("concurrent=4", "new=6", "lengths=20", "repeats=1", f"model={folder}")
    done = taboo_bench("--json", *(word for one in few for word in ("--set", one)))
    assert done.returncode == 0, done.stderr
    rows = {row["name"]: row for row in map(json.loads, done.stdout.splitlines())}
    assert rows["threads"]["value"] == 1
    assert rows["20 tokens: together against the faster of both"]["bar"] == 8
    assert rows["20 tokens: together against the bare loop"]["bar"] == 0.85
    assert rows["20 tokens: texts equal to one at a time"]["value"] == 4
    rates = [row for row in rows.values() if row["unit"] == "tokens/s" and not row["name"].startswith("CUDA")]
    assert len(rates) == 6
    assert all(row["value"] > 0 and "per CPU second" in row["note"] for row in rates)
    if not torch.cuda.is_available():
        assert rows["CUDA: continuous batches"] == {
            "bench": "llm",
            "name": "CUDA: continuous batches",
            "value": None,
            "unit": "tokens/s",
            "bar": None,
            "note": "no CUDA device here",
        }


def test_without_a_model_it_says_how_to_name_one(tmp_path, monkeypatch):
    with pytest.raises(ModelMissingError, match=r"--set model=FOLDER, or set TABOO_DATA"):
        bench(model=str(tmp_path))
    monkeypatch.setenv("TABOO_DATA", str(tmp_path))
    with pytest.raises(ModelMissingError, match=r"tinystories-656k'.*no such model"):
        bench()


def test_the_accelerators_part_runs_whole_on_a_cpu():
    rows = {it.name: it for it in measured(TINY, torch.device("cpu"))}
    memory = {name for name in rows if "memory" in name}
    assert len(memory) == 3
    assert all(rows[name].value is None for name in memory)
    assert all(it.value is not None and it.value > 0 for name, it in rows.items() if name not in memory)
    assert rows["CUDA: time to first token, p50"].value <= rows["CUDA: time to first token, p99"].value
    assert "6 matches, prompts of 48 tokens (32 shared), 5 new" in rows["CUDA: continuous batches"].note


def test_what_is_not_run_has_the_same_rows_and_says_why():
    rows = not_run(LARGE, "no such device")
    assert [it.name for it in rows] == [it.name for it in measured(TINY, torch.device("cpu"))]
    assert {(it.value, it.note) for it in rows} == {(None, "no such device")}
    assert [it.bar for it in rows if it.bar] == [40]


def test_an_arm_is_its_median_and_a_ratio_is_taken_within_each_round():
    fast = [Run(100, 1.0, 2.0), Run(100, 10.0, 2.0), Run(100, 2.0, 4.0)]
    slow = [Run(100, 4.0, 4.0), Run(100, 20.0, 4.0), Run(100, 8.0, 4.0)]
    assert (rate(fast), cpu_rate(fast)) == (50, 50)
    assert ratio(fast, slow) == 4
    assert ratio(fast, slow, lambda run: run.cpu_rate) == 2
    assert summed([Run(1, 2.0, 3.0, ("a",)), Run(10, 20.0, 30.0, ("b",))]) == Run(11, 22.0, 33.0, ("b",))


def test_arms_take_turns_after_an_unmeasured_round():
    order = []

    def arm(name):
        def run():
            order.append(name)
            return Run(len(order), 1.0, 1.0)

        return run

    runs = rounds({"a": arm("a"), "b": arm("b")}, 2)
    assert order == ["a", "b", "a", "b", "a", "b"]
    assert {name: [it.tokens for it in made] for name, made in runs.items()} == {"a": [3, 5], "b": [4, 6]}


def count(text):
    """Tokens of a tokenizer that takes two for every word and one for a full stop."""
    return 2 * len(text.replace(".", "").split()) + text.count(".")


def test_prompts_have_exactly_the_length_asked_for():
    assert [count(text) for text in prompts(count, 21, 5, Random(1))] == [21] * 5
    assert len(set(prompts(count, 20, 5, Random(1)))) == 5
    with pytest.raises(ValueError, match="exactly 21"):
        prompts(lambda text: 2 * len(text.split()), 21, 1, Random(1))


def test_every_prompt_of_a_match_begins_with_the_one_before():
    matches = conversations(count, 30, 10, 3, 4, Random(1))
    assert len({match[0] for match in matches}) == 1
    assert len({match[1] for match in matches}) == 4
    for match in matches:
        assert [count(text) for text in match] == [30, 40, 50]
        assert match[1].startswith(match[0])
        assert match[2].startswith(match[1])
