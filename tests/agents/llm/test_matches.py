"""Real weights play: whole tournaments, the same again from the same seed, and as a worker of a server."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

TABOO = str(Path(sys.executable).with_name("taboo"))
DATA = os.environ.get("TABOO_DATA")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(DATA is None, reason="needs the models in TABOO_DATA"),
    pytest.mark.timeout(600),
]
MATCHES = 200


def taboo(*arguments: str, home: Path, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run the command with a log and a home of its own."""
    keep = {name: os.environ[name] for name in ("PATH", "LANG", "TABOO_DATA") if name in os.environ}
    env = {**keep, "HOME": str(home), "TABOO_DB": str(home / "log.db"), "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}
    done = subprocess.run(
        [TABOO, *arguments], env=env, capture_output=True, text=True, timeout=500, cwd=home, check=False
    )
    assert not check or done.returncode == 0, done.stderr
    return done


@pytest.fixture(scope="module")
def model() -> str:
    return f"{DATA}/tinystories-656k"


@pytest.fixture(scope="module")
def tournament(model, tmp_path_factory) -> list[list[dict]]:
    """The events of a tournament, match by match, played twice with one seed: once here, once in another home."""
    runs = []
    for name in ("one", "other"):
        home = tmp_path_factory.mktemp(name)
        agents = f"llm:{model},direct,detector,honest"
        words = str(MATCHES // 4 if name == "one" else 8)
        taboo("tournament", "--agents", agents, "--words", words, "--seed", "5", "--rules", "spag", home=home)
        out = home / "matches.jsonl"
        taboo("export", "--format", "jsonl", "--out", str(out), home=home)
        runs.append([json.loads(line)["events"] for line in out.read_text(encoding="utf-8").splitlines()])
    return runs
