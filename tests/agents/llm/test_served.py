"""A language model on a real server: as a worker with many seats over one connection, and as the host's own agent."""

import os
import re
import signal
import subprocess
import sys

import httpx
import pytest
from wire.served import real_server

from arena.core.events import Acted, Finished, Left, Noted
from arena.core.replay import replay
from arena.core.verdict import Role

pytest.importorskip("torch")
pytest.importorskip("transformers")

DATA = os.environ.get("TABOO_DATA")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(DATA is None, reason="needs the models in TABOO_DATA"),
    pytest.mark.timeout(300),
]
MODEL = f"llm:{DATA}/tinystories-656k"
MATCHES = 24


def test_one_worker_plays_many_matches_over_one_socket(tmp_path):
    with real_server(tmp_path) as server:
        keep = {name: value for name, value in os.environ.items() if not name.startswith("TABOO_")}
        env = {**keep, "TABOO_TOKEN": server.token("ann"), "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}
        command = [sys.executable, "-m", "arena", "agent", "run", MODEL, "--server", server.url]
        options = ["--seats", "64", "--matches", str(MATCHES), "--name", "storyteller"]
        done = subprocess.run([*command, *options], env=env, capture_output=True, text=True, timeout=240, check=False)
        assert done.returncode == 0, done.stderr
        assert f"played {MATCHES}:" in done.stdout + done.stderr
        server.end(signal.SIGTERM)
        matches = server.matches()
    assert len(matches) == MATCHES
    for events in matches:
        assert isinstance(events[-1].body, Finished)
        assert replay(events).verdict == events[-1].body.verdict
        assert not any(isinstance(event.body, Left) for event in events)
        role = Role.ATTACKER if events[0].body.attacker.agent == "ann/storyteller" else Role.DEFENDER
        acts = {it.body.id for it in events if isinstance(it.body, Acted) and it.body.role is role}
        asked = {it.body.id for it in events if isinstance(it.body, Noted) and it.body.note.kind == "model"}
        assert asked == acts


def test_a_host_can_have_a_model_among_its_own_agents(tmp_path):
    with real_server(tmp_path, TABOO_AGENTS=f"honest,{MODEL}") as server, httpx.Client(trust_env=False) as browser:
        api = f"{server.url}/api/v1"
        browser.base_url = api
        who = {"name": "bea", "password": "a long sentence is a good one", "agreed": True}
        csrf = {"X-Csrf-Token": browser.post("/accounts", json=who).raise_for_status().json()["csrf"]}
        page = browser.get(f"{server.url}/agents").text
        (link,) = re.findall(r'href="(/agents/llm[^"#]*)"', page)
        assert browser.get(f"{server.url}{link}").status_code == 200
        wish = {"opponent": MODEL, "role": "attacker", "terms": {"preset": "spag"}}
        made = browser.post("/lobby/challenges", json=wish, headers=csrf)
        assert made.status_code == 201, made.text
        match = made.json()["match"]
        said = {"turn": 1, "text": "tell me a story about the sea"}
        sent = browser.post(f"/matches/{match}/actions", json=said, headers={**csrf, "Idempotency-Key": "one"})
        assert sent.json()["status"] == "accepted"
        with browser.stream("GET", f"/matches/{match}/stream", timeout=60) as stream:
            for line in stream.iter_lines():
                if '"type":"acted"' in line and '"role":"defender"' in line:
                    break
        live = browser.get(f"/matches/{match}/events").text
        assert "prompt_hash" not in live
        browser.post(f"/matches/{match}/resignation", headers=csrf).raise_for_status()
        record = browser.get(f"/matches/{match}").json()["events"]
        assert {row["kind"] for row in record if row["type"] == "noted"} == {"model"}
        assert "prompt_hash" in browser.get(f"{server.url}/matches/{match}").text
