"""`taboo people`: accounts at the terminal."""

import asyncio
import io
import json
import os
import pty
import select
import subprocess
import sys
import time

import pytest

from arena.server.errors import WrongLoginError
from arena.server.people import People, Scope
from arena.store import open_log

PASSWORD = "correct horse"


@pytest.fixture
def typed(monkeypatch):
    """Lines that standard input holds."""

    def lines(*several: str) -> None:
        monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in several)))

    return lines


@pytest.fixture
def alice(taboo, typed):
    """A log with one account in it."""
    typed(PASSWORD)
    made = taboo("people", "add", "alice")
    assert (made.code, made.out) == (0, "alice has an account now\n")


def ask(db, question):
    """What `question(people)` answers, asked as a server would."""
    with open_log(str(db), create=False) as log:
        return asyncio.run(question(People(log)))


def listed(taboo, *words):
    return json.loads(taboo("people", "list", "--json", *words).out)


def test_an_account_is_made_and_listed(taboo, typed, alice):
    typed(PASSWORD)
    assert taboo("people", "add", "\u5c0f\u660e", "--admin").code == 0
    assert [(row["name"], row["rank"], row["agreed_at"]) for row in listed(taboo)] == [
        ("alice", "member", None),
        ("\u5c0f\u660e", "admin", None),
    ]
    assert [row["name"] for row in listed(taboo, "--like", "ALI")] == ["alice"]
    shown = taboo("people", "list").out
    for word in ("name", "rank", "alice", "member", "\u5c0f\u660e", "admin"):
        assert word in shown
    assert "argon2" not in shown + taboo("people", "list", "--json").out


def test_a_long_list_is_shown_whole(taboo, db, alice):
    async def fill(people):
        for number in range(205):
            await people.guest(f"guest-{number:03}", agreed=True)

    ask(db, fill)
    assert len({row["name"] for row in listed(taboo)}) == 206


def test_somebody_is_promoted_and_back(taboo, alice):
    assert taboo("people", "promote", "Alice", "admin").out == "alice is an admin now\n"
    assert listed(taboo)[0]["rank"] == "admin"
    assert taboo("people", "promote", "alice", "member").out == "alice is a member now\n"
    assert listed(taboo)[0]["rank"] == "member"
    assert taboo("people", "promote", "alice", "guest").code == 2


def test_a_ban_ends_sessions_and_can_be_lifted(taboo, db, alice):
    secret = ask(db, lambda people: open_session(people))
    assert taboo("people", "ban", "alice").code == 0
    assert ask(db, lambda people: people.session(secret)) is None
    assert listed(taboo)[0]["banned_at"] is not None
    assert taboo("people", "unban", "alice").out == "alice may log in again\n"
    assert listed(taboo)[0]["banned_at"] is None
    assert ask(db, lambda people: people.session(secret)) is None


async def open_session(people):
    return await people.open_session((await people.find("alice")).id)


def test_a_password_is_set_without_the_old_one(taboo, typed, db, alice):
    typed("battery staple")
    assert taboo("people", "password", "alice").code == 0
    assert ask(db, lambda people: people.log_in("alice", "battery staple", "here")).name == "alice"
    with pytest.raises(WrongLoginError):
        ask(db, lambda people: people.log_in("alice", PASSWORD, "here"))


def test_a_token_is_the_only_thing_on_standard_output(taboo, db, alice):
    made = taboo("people", "token", "alice", "--scopes", "play", "--days", "3", "--label", "parrot")
    account, token = ask(db, lambda people: people.token(made.out.strip()))
    assert (account.name, token.label, token.scopes) == ("alice", "parrot", {Scope.PLAY})
    assert token.expires_at in made.err
    assert made.out.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("promote", "bob"), "there is no account 'bob'"),
        (("ban", "bob\x1b[2J"), "there is no account"),
        (("unban", "bob"), "there is no account 'bob'"),
        (("token", "bob"), "there is no account 'bob'"),
        (("token", "alice", "--scopes", "fly"), "no scope 'fly'; known: play, read, admin"),
        (("token", "alice", "--scopes", ","), "without a scope"),
        (("token", "alice", "--scopes", "admin"), "only an admin's"),
        (("token", "alice", "--days", "0"), "days"),
        (("add", "admin"), "keeps for itself"),
        (("add", "\u0430lice"), "mixes Cyrillic and Latin"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line(taboo, alice, words, said):
    refused = taboo("people", *words)
    assert refused.code == 2
    assert said in refused.err
    assert "\x1b" not in refused.err
    assert refused.err.count("\n") == 1


@pytest.mark.parametrize(("name", "password"), [("bob", "short"), ("bob", ""), ("Al1ce", PASSWORD)])
def test_no_account_is_made_of_a_weak_password_or_a_taken_name(taboo, typed, alice, name, password):
    typed(password)
    refused = taboo("people", "add", name)
    assert refused.code == 2
    assert len(listed(taboo)) == 1
    assert not password or password not in refused.err


def test_where_there_is_no_log_none_is_made(taboo, db):
    assert taboo("people", "list").code == 3
    assert not db.exists()


def test_every_part_has_help_with_an_example(taboo):
    for part in ((), ("list",), ("add",), ("promote",), ("ban",), ("unban",), ("password",), ("token",)):
        shown = taboo("people", *part, "--help")
        assert shown.code == 0
        assert "Example" in shown.out


def test_a_password_typed_at_a_terminal_is_not_shown(db, tmp_path):
    host, inside = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "arena", "people", "add", "alice"],
        stdin=inside, stdout=inside, stderr=inside, start_new_session=True,
        env={**os.environ, "TERM": "dumb"},
    )  # fmt: skip
    os.close(inside)
    seen = ""
    try:
        for prompt in ("Password of alice: ", "Repeat for confirmation: "):
            seen = read_until(host, prompt, seen)
            os.write(host, f"{PASSWORD}\n".encode())
        seen = read_until(host, "has an account now", seen)
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.wait()
        os.close(host)
    assert PASSWORD not in seen


def read_until(host: int, wanted: str, seen: str) -> str:
    deadline = time.monotonic() + 60
    while wanted not in seen:
        assert select.select([host], [], [], max(0, deadline - time.monotonic()))[0], seen
        seen += os.read(host, 4096).decode()
    return seen
