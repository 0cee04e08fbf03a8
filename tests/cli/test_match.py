"""`taboo match`: reproducible, readable, written down once."""

import json

import pytest

MATCH = (
    "match",
    "--attacker",
    "hiding",
    "--defender",
    "evasive",
    "--word",
    "banana",
    "--rules",
    "paper",
    "--seed",
    "7",
)


def without_time(out: str) -> str:
    row = json.loads(out)
    assert row["events"][0].pop("started_at").endswith("+00:00")
    return json.dumps(row)


def test_the_same_seed_gives_the_same_bytes_but_for_one_timestamp(taboo):
    first, second = taboo(*MATCH, "--json", "--no-log"), taboo(*MATCH, "--json", "--no-log")
    assert first.code == second.code == 0
    assert without_time(first.out) == without_time(second.out)


def test_another_seed_gives_another_match(taboo):
    first = taboo(*MATCH, "--json", "--no-log")
    other = taboo(*MATCH[:-1], 8, "--json", "--no-log")
    assert json.loads(first.out)["match"] != json.loads(other.out)["match"]


def test_the_transcript_shows_the_word_both_sides_and_what_decided(taboo):
    shown = taboo(*MATCH)
    assert shown.code == 0
    assert "the word is banana" in shown.out
    assert "attacker" in shown.out
    assert "turn 1" in shown.out
    verdict = json.loads(taboo(*MATCH, "--json", "--no-log").out)["verdict"]
    assert verdict["reason"] in shown.out


def test_a_match_is_in_the_log_once_however_often_it_is_played(taboo):
    assert "is in" in taboo(*MATCH).out
    assert "was already in" in taboo(*MATCH).out
    replayed = taboo("replay")
    assert "1 match replayed, every verdict stands" in replayed.out


def test_no_log_writes_nothing(taboo, db):
    assert taboo(*MATCH, "--no-log").code == 0
    assert not db.exists()


def test_a_match_in_chinese_is_chinese(taboo):
    shown = taboo("match", "--attacker", "hiding", "--defender", "detector", "--lang", "zh", "--seed", "1")
    assert shown.code == 0
    assert any("\u4e00" <= char <= "\u9fff" for char in shown.out)


def test_without_a_word_one_is_dealt_from_the_list(taboo):
    rows = [json.loads(taboo("match", "--seed", n, "--json", "--no-log").out)["events"][0] for n in (1, 2, 3)]
    assert len({row["target"] for row in rows}) > 1


def test_a_word_outside_the_list_is_noted(taboo):
    noted = taboo("match", "--word", "zugzwang", "--seed", "7", "--no-log")
    assert noted.code == 0
    assert "'zugzwang' is not in list en-easy" in noted.err


def test_your_own_agent_plays_from_your_folder(taboo, tmp_path, monkeypatch):
    (tmp_path / "my_agent.py").write_text(
        "class Mine:\n    async def act(self, view):\n        return 'is it a fruit'\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.chdir(tmp_path)
    played = taboo("match", "--attacker", "direct", "--defender", "my_agent:Mine", "--word", "banana", "--seed", "7")
    assert played.code == 0, played.err
    assert "is it a fruit" in played.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--attacker", "hidding"), "no agent is called 'hidding'; did you mean hiding?"),
        (("--attacker", "honest"), "'honest' cannot play attacker in language 'en'; `taboo agents` says who can"),
        (("--rules", "chess"), "no set of rules is called 'chess'; known: paper, spag"),
        (("--turns", "-3"), "rule 'max_turns' cannot be -3: give a whole number from 1 to 1000"),
        (("--judges", "wordy"), "no judge is called 'wordy'; did you mean wordlike?"),
    ],
)
def test_bad_input_gets_one_line_with_the_remedy(taboo, words, said):
    refused = taboo("match", "--seed", "7", *words)
    assert refused.code == 2
    assert refused.err.strip() == f"taboo: {said}"


@pytest.mark.parametrize("word", ["", "!!!", "\u200b", "123"])
def test_a_target_without_letters_is_refused(taboo, word):
    refused = taboo("match", "--word", word, "--seed", "7")
    assert refused.code == 2
    assert "letter" in refused.err
    assert len(refused.err.strip().splitlines()) == 1


def test_an_unknown_word_list_suggests_near_names(taboo):
    refused = taboo("match", "--list", "en-esy")
    assert refused.code == 2
    assert "en-esy" in refused.err
    assert "en-easy" in refused.err


def test_debug_shows_the_traceback(taboo):
    from arena.core.errors import UnknownNameError

    with pytest.raises(UnknownNameError):
        taboo("--debug", "match", "--attacker", "hidding")


def test_a_match_of_agents_that_do_not_repeat_themselves_is_refused_before_it_is_played_again(taboo, tmp_path):
    replies = tmp_path / "replies.txt"
    replies.write_text("Hello there.\n" * 6, encoding="utf-8")
    options = ("--word", "banana", "--rules", "spag", "--seed", "7", "--json")
    asked = ("match", "--attacker", f"llm:scripted:{replies}", "--defender", "honest", *options)
    first = taboo(*asked)
    assert first.code == 0
    again = taboo(*asked)
    assert again.code == 2
    assert "do not repeat themselves" in again.err
    assert json.loads(first.out)["match"] in again.err
    assert taboo(*asked, "--no-log").code == 0
