"""The secret of a server: made once, kept from others, never weak."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from arena.server.secrets import LEAST, SecretError, load_secret, secret_in, secret_path
from arena.server.settings import Settings


def test_the_first_start_makes_a_secret_that_only_its_owner_may_read(tmp_path):
    path = tmp_path / "taboo.secret"
    before = os.umask(0)
    try:
        secret = secret_in(path)
    finally:
        os.umask(before)
    assert len(secret) >= LEAST
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_next_start_finds_the_same_secret(tmp_path):
    assert secret_in(tmp_path / "s") == secret_in(tmp_path / "s")


def test_two_servers_have_two_secrets(tmp_path):
    assert secret_in(tmp_path / "a") != secret_in(tmp_path / "b")


def test_many_first_starts_at_once_agree_and_leave_nothing_else(tmp_path):
    path = tmp_path / "taboo.secret"
    with ThreadPoolExecutor(16) as pool:
        found = set(pool.map(lambda _: secret_in(path), range(64)))
    assert len(found) == 1
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o660, 0o601])
def test_a_file_that_others_can_read_is_refused(tmp_path, mode):
    path = tmp_path / "taboo.secret"
    secret = secret_in(path)
    path.chmod(mode)
    with pytest.raises(SecretError, match=f"mode {mode:03o}") as refused:
        secret_in(path)
    assert secret.decode() not in str(refused.value)


def test_a_short_secret_is_refused_and_not_quoted(tmp_path):
    path = tmp_path / "taboo.secret"
    path.write_text("hunter2\n")
    path.chmod(0o600)
    with pytest.raises(SecretError, match="32 characters or more, not 7") as refused:
        secret_in(path)
    assert "hunter2" not in str(refused.value)


def test_a_file_of_something_else_is_refused(tmp_path):
    path = tmp_path / "taboo.secret"
    path.write_bytes(b"\xff" * 64)
    path.chmod(0o600)
    with pytest.raises(SecretError, match="not the text"):
        secret_in(path)


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(SecretError, match="cannot be used"):
        secret_in(tmp_path / "nowhere" / "taboo.secret")


def test_the_environment_is_over_the_file(tmp_path):
    settings = Settings(secret_file=str(tmp_path / "s"))
    assert load_secret(settings, "taboo.db", {"TABOO_SECRET": "x" * 40}) == b"x" * 40
    assert not (tmp_path / "s").exists()


def test_an_empty_variable_is_a_weak_secret_and_not_none(tmp_path):
    with pytest.raises(SecretError, match="TABOO_SECRET"):
        load_secret(Settings(secret_file=str(tmp_path / "s")), "taboo.db", {"TABOO_SECRET": ""})


@pytest.mark.parametrize(
    ("database", "path"),
    [
        ("/var/lib/taboo/taboo.db", "/var/lib/taboo/taboo.db.secret"),
        ("sqlite:////var/lib/taboo/taboo.db", "/var/lib/taboo/taboo.db.secret"),
        ("postgresql://taboo@db/taboo", "taboo.secret"),
    ],
)
def test_the_file_is_beside_the_log(database, path):
    assert secret_path(Settings(), database) == Path(path)


def test_a_file_that_is_set_is_taken(tmp_path):
    assert secret_path(Settings(secret_file=str(tmp_path / "s")), "taboo.db") == tmp_path / "s"
