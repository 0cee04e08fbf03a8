"""Without the extra `[llm]`: everything else works, and a model is refused in one line that says what to install."""

import os
import subprocess
import sys

import pytest

BLOCKED = "torch transformers peft openai safetensors accelerate huggingface_hub tokenizers"
PROGRAM = f"""
import sys
class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {BLOCKED.split()!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Blocker())
from arena.cli import run
sys.argv = ["taboo", *sys.argv[1:]]
run()
"""


def taboo(*arguments: str, home) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "HOME": str(home), "TABOO_DB": str(home / "log.db")}
    command = [sys.executable, "-c", PROGRAM, *arguments]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.slow
@pytest.mark.parametrize(
    "asked",
    [
        ("match", "--attacker", "llm:some/model"),
        ("match", "--attacker", "llm:openai:http://127.0.0.1:1/v1#m"),
        ("match", "--judges", "llm:some/model"),
        ("leak", "--model", "some/model"),
        ("bench", "llm"),
    ],
)
def test_a_model_is_refused_with_what_to_install(asked, tmp_path):
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "config.json").write_text("{}", encoding="utf-8")
    if asked[0] == "bench":
        asked = (*asked, "--set", f"model={folder}")
    if asked[0] == "leak":
        made = taboo("match", "--attacker", "direct", "--defender", "honest", "--seed", "1", home=tmp_path)
        assert made.returncode == 0, made.stderr
    done = taboo(*asked, home=tmp_path)
    assert done.returncode != 0
    assert "taboo-arena[llm]" in done.stderr + done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    "asked",
    [
        ("--help",),
        ("agents",),
        ("judge", "--help"),
        ("match", "--attacker", "direct", "--defender", "honest", "--judges", "relevance,form", "--seed", "1"),
    ],
)
def test_what_needs_no_model_works_without(asked, tmp_path):
    done = taboo(*asked, home=tmp_path)
    assert done.returncode == 0, done.stderr
