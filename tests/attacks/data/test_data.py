"""`taboo data`: what is fetched comes over a real connection, is checked, and is put in its place in one step."""

import hashlib
import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from attack_servers import said, serving
from typer.testing import CliRunner

from arena.core.errors import TabooError
from attacks.data import commands as data
from attacks.data import fetching
from attacks.data.catalogue import CATALOGUE, Entry, Source
from attacks.data.fetching import FetchError, data_folder, fetch, found

DATA = os.environ.get("TABOO_DATA")
BY_NAME = {entry.name: entry for entry in CATALOGUE}
BODY = b'{"film": ["movie"]}' * 1000
FILE = replace(BY_NAME["counterfitted"], where="", size=len(BODY), digest=hashlib.sha256(BODY).hexdigest())


def unwatched(done, of):
    """Nobody looks on."""


def test_a_file_comes_whole_and_is_told_by_and_by(tmp_path):
    told = []
    with serving(lambda asked: said(BODY)) as served:
        at = fetch(replace(FILE, where=f"{served.url}/near.json"), tmp_path, lambda *it: told.append(it))
    assert at == tmp_path / FILE.kept == found(FILE, tmp_path)
    assert at.read_bytes() == BODY
    assert told[-1] == (len(BODY), len(BODY))
    assert [it.name for it in at.parent.iterdir()] == [at.name]


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (said("", 404), "the server answers 404; check the network"),
        (said(b"other"), "its SHA-256 is .*, not .*; it changed on the way"),
        (said(BODY, Content_Length=str(2 * len(BODY)), Connection="close"), "RemoteProtocolError"),
    ],
)
def test_what_does_not_come_whole_leaves_what_was_there(answer, problem, tmp_path):
    place = tmp_path / FILE.kept
    place.parent.mkdir()
    place.write_text("old")
    with serving(lambda asked: answer) as served, pytest.raises(FetchError, match=problem):
        fetch(replace(FILE, where=served.url), tmp_path, unwatched)
    assert [it.read_text() for it in place.parent.iterdir()] == ["old"]


def test_a_server_that_is_not_there_and_a_folder_that_cannot_be_made_are_named(tmp_path):
    with serving(lambda asked: said(BODY)) as served:
        pass
    with pytest.raises(FetchError, match="ConnectError"):
        fetch(replace(FILE, where=served.url), tmp_path, unwatched)
    (tmp_path / "file").write_text("")
    with pytest.raises(FetchError, match="choose another --to"):
        fetch(FILE, tmp_path / "file", unwatched)


def test_nltk_is_asked_by_its_own_downloader_and_its_refusal_is_told_in_one_line(tmp_path, monkeypatch, capsys):
    pytest.importorskip("nltk")
    with serving(lambda asked: said("<nltk_data/>")) as served:
        monkeypatch.setenv("TABOO_NLTK_INDEX", f"{served.url}/index.xml")
        # It fetches from no address of this machine, so that nothing here can be what it fetches.
        with pytest.raises(FetchError, match=r"restricted IP 127\.0\.0\.1") as refused:
            fetch(BY_NAME["stopwords"], tmp_path, unwatched)
        assert not served.asked
    assert "\n" not in str(refused.value)
    assert capsys.readouterr().err == ""
    assert not (tmp_path / BY_NAME["stopwords"].kept).exists()


def test_the_hub_fetches_by_its_own_client(tmp_path, monkeypatch):
    pytest.importorskip("huggingface_hub")
    files = {"config.json": b"{}", "model.safetensors": b"weights", "pytorch_model.bin": b"not wanted"}

    def answer(asked):
        path = asked.path.partition("?")[0]
        if "a/b" not in path:
            return said({"error": "Repository not found"}, 404, X_Error_Code="RepoNotFound")
        if "/tree/" in path:
            rows = ({"type": "file", "path": name, "size": len(body), "oid": name} for name, body in files.items())
            return said(list(rows), Content_Type="application/json")
        if path.startswith("/api/models/"):
            return said({"id": "a/b", "sha": "0" * 40, "siblings": [{"rfilename": name} for name in files]})
        body = files[path.rpartition("/")[2]]
        etag = f'"{hashlib.sha1(body).hexdigest()}"'
        return 200, {"ETag": etag, "X-Repo-Commit": "0" * 40, "Content-Length": str(len(body))}, body

    entry = Entry("b", "a model", Source.HUB, "a/b", "MIT", "bae", "TABOO_MASKED_LM", "models/a/b")
    with serving(answer) as served:
        monkeypatch.setenv("HF_ENDPOINT", served.url)
        at = fetch(entry, tmp_path, unwatched)
        assert at == tmp_path / "models/a/b"
        assert (at / "model.safetensors").read_bytes() == b"weights"
        assert not (at / "pytorch_model.bin").exists()
        with pytest.raises(FetchError, match="cannot be had from"):
            fetch(replace(entry, where="a/c", kept="models/a/c"), tmp_path, unwatched)


@pytest.mark.parametrize(
    ("platform", "variable", "value", "wanted"),
    [
        ("linux", "XDG_DATA_HOME", "/x", "/x/taboo-arena/data"),
        ("linux", "XDG_DATA_HOME", "", "{home}/.local/share/taboo-arena/data"),
        ("darwin", "HOME", None, "{home}/Library/Application Support/taboo-arena/data"),
        ("win32", "LOCALAPPDATA", "/l", "/l/taboo-arena/data"),
    ],
)
def test_data_goes_where_the_platform_keeps_it(platform, variable, value, wanted, monkeypatch):
    if value is not None:
        monkeypatch.setenv(variable, value)
    monkeypatch.setattr(fetching.sys, "platform", platform)
    assert str(data_folder()) == wanted.format(home=Path.home())


def test_what_a_variable_points_at_is_here(tmp_path, monkeypatch):
    for name in ("NLTK_DATA", "TABOO_COUNTERFITTED", "TABOO_MASKED_LM"):
        monkeypatch.delenv(name, raising=False)
    assert not any(found(entry, tmp_path) for entry in CATALOGUE)
    (tmp_path / "corpora").mkdir()
    (tmp_path / "corpora" / "wordnet.zip").write_text("")
    (tmp_path / "bert-base-uncased").mkdir()
    monkeypatch.setenv("NLTK_DATA", f"/nowhere{os.pathsep}{tmp_path}")
    monkeypatch.setenv("TABOO_MASKED_LM", str(tmp_path / "bert-base-uncased"))
    here = {entry.name for entry in CATALOGUE if found(entry, tmp_path / "other")}
    assert here == {"wordnet", "bert-base-uncased"}


@pytest.mark.skipif(DATA is None, reason="needs the counter-fitted neighbours in TABOO_DATA")
def test_the_commands_list_and_fetch(tmp_path, monkeypatch):
    def invoke(*words):
        return CliRunner().invoke(data.app, [*words, "--to", str(tmp_path)], catch_exceptions=False)

    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delenv("TABOO_COUNTERFITTED", raising=False)
    body = (Path(str(DATA)) / FILE.kept).read_bytes()
    with serving(lambda asked: said(body)) as served:
        asked = ("get", "counterfitted", "--from", f"{served.url}/near.json")
        assert "counterfitted" in invoke("list").stdout
        got = invoke(*asked)
        assert got.exit_code == 0
        assert f"export TABOO_COUNTERFITTED={tmp_path / FILE.kept}" in got.stdout
        assert "is here already" in invoke(*asked).stdout
        assert len(served.asked) == 1
        invoke(*asked, "--again")
        assert len(served.asked) == 2
    rows = [json.loads(line) for line in invoke("list", "--json").stdout.splitlines()]
    assert {row["name"]: row["here"] for row in rows}["counterfitted"] == str(tmp_path / FILE.kept)
    with pytest.raises(TabooError, match="did you mean wordnet"):
        invoke("get", "wordnets")
    with pytest.raises(TabooError, match="ConnectError"):
        invoke(*asked, "--again")
    with pytest.raises(TabooError, match="set HF_ENDPOINT or TABOO_NLTK_INDEX"):
        invoke("get", "wordnet", "--from", served.url)


def test_names_and_places_of_the_catalogue_are_each_their_own():
    for of in ("name", "kept"):
        assert len({getattr(entry, of) for entry in CATALOGUE}) == len(CATALOGUE)
    if DATA is not None:
        file = Path(DATA) / BY_NAME["counterfitted"].kept
        assert hashlib.sha256(file.read_bytes()).hexdigest() == BY_NAME["counterfitted"].digest


def test_the_list_fits_80_columns(monkeypatch, tmp_path):
    monkeypatch.setenv("COLUMNS", "80")
    for variable in {entry.variable for entry in CATALOGUE if entry.variable}:
        monkeypatch.delenv(variable, raising=False)

    def listed() -> list[str]:
        return CliRunner().invoke(data.app, ["list", "--to", str(tmp_path)], catch_exceptions=False).stdout.splitlines()

    lines = listed()
    assert max(map(len, lines)) <= 80
    assert len(lines) == 3 * len(CATALOGUE)
    (name,) = [line for line in lines if line.startswith("counterfitted ")]
    assert name.split() == ["counterfitted", "2.0", "MB", "not", "here"]
    place = tmp_path / BY_NAME["counterfitted"].kept
    place.parent.mkdir()
    place.touch()
    shown = listed()
    assert shown[0].split()[-1] == "here"
    assert "not" not in shown[0]
    assert f"  {place}" in shown
