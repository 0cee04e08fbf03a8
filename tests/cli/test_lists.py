"""`taboo words`, `taboo agents`, `taboo bench`, `taboo --help`."""

import json

import pytest


def test_the_lists_are_shown_with_sizes_and_examples(taboo):
    shown = taboo("words")
    assert shown.code == 0
    for name in ("en-easy", "en-medium", "en-hard", "zh-easy"):
        assert name in shown.out
    rows = {row["list"]: row for row in json.loads(taboo("words", "--json").out)}
    assert rows["en"]["words"] >= 2000
    assert rows["zh"]["words"] >= 500


def test_a_sample_is_the_same_for_the_same_seed(taboo):
    first = taboo("words", "--list", "en-easy", "--sample", "20", "--seed", "1").out
    assert first == taboo("words", "--list", "en-easy", "--sample", "20", "--seed", "1").out
    assert first != taboo("words", "--list", "en-easy", "--sample", "20", "--seed", "2").out
    assert len(first.split("\n")) == 21


def test_your_own_list_is_read(taboo, tmp_path):
    file = tmp_path / "mine.txt"
    file.write_text("# fruit\napple\n\nbanana\n")
    assert json.loads(taboo("words", "--list", file, "--json").out)["words"] == ["apple", "banana"]
    played = taboo("match", "--list", file, "--seed", "7", "--json", "--no-log")
    assert json.loads(played.out)["events"][0]["target"] in ("apple", "banana")


@pytest.mark.parametrize(
    ("content", "named"), [(b"apple\nb\xff\n", "line 2"), (b"apple\n!!!\n", "line 2"), (b"", "holds no word")]
)
def test_a_bad_list_is_named_by_line(taboo, tmp_path, content, named):
    file = tmp_path / "mine.txt"
    file.write_bytes(content)
    refused = taboo("words", "--list", file)
    assert refused.code == 2
    assert "mine.txt" in refused.err
    assert named in refused.err


def test_the_agents_are_shown_with_what_they_do(taboo):
    shown = taboo("agents")
    names = {row["name"] for row in json.loads(taboo("agents", "--json").out)}
    assert {"direct", "hiding", "trigger", "honest", "detector", "evasive", "random", "scripted", "human"} <= names
    for name in names:
        assert name in shown.out


COMMANDS = ("match", "play", "tournament", "replay", "export", "import", "said", "words", "agents", "bench")


def test_help_names_every_command_and_the_exit_codes(taboo):
    shown = taboo("--help")
    assert shown.code == 0
    for command in COMMANDS:
        assert command in shown.out
    assert "Exit codes" in shown.out


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(taboo, command):
    shown = taboo(command, "--help")
    assert shown.code == 0
    assert "Example" in shown.out


def test_an_unknown_command_is_refused(taboo):
    refused = taboo("mach")
    assert refused.code == 2
    assert "mach" in refused.err


def test_the_version_is_shown(taboo):
    assert taboo("--version").out.startswith("taboo-arena 0.")


def test_an_unknown_bench_is_refused(taboo):
    refused = taboo("bench", "corr")
    assert refused.code == 2
    assert "no bench is called 'corr'; known: core" in refused.err
