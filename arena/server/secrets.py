"""The secret that signs what browsers carry: from the environment, or from a file that only its owner may read.

The file is made at the first start. Whoever can read it can forge the signatures, so one that others can read is
refused rather than mended: it may have been read already.
"""

import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import make_url

from arena.core.errors import TabooError

if TYPE_CHECKING:
    from arena.server.settings import Settings

VARIABLE = "TABOO_SECRET"
LEAST = 32
"""Characters that a secret must have."""
_OTHERS = 0o077


@dataclass(eq=False)
class SecretError(TabooError):
    """A secret that is missing, weak or no secret any more. Its text is never part of the sentence."""

    exit_code = 2

    source: str
    problem: str

    def __str__(self) -> str:
        return f"{self.source}: {self.problem}"


def load_secret(settings: "Settings", database: str, environment: Mapping[str, str] = os.environ) -> bytes:
    """The secret of a server whose log is at `database`, made where there is none yet. Raises SecretError."""
    given = environment.get(VARIABLE)
    if given is not None:
        return _checked(VARIABLE, given)
    return secret_in(secret_path(settings, database))


def secret_path(settings: "Settings", database: str) -> Path:
    """The file of the secret: the one that is set, else beside an SQLite log, else in the working folder."""
    if settings.secret_file:
        return Path(settings.secret_file).expanduser()
    name = database
    if "://" in database:
        url = make_url(database)
        name = (url.database or "") if url.get_backend_name() == "sqlite" else ""
    if name in ("", ":memory:"):
        return Path("taboo.secret")
    return Path(name).with_name(Path(name).name + ".secret")


def secret_in(path: Path) -> bytes:
    """The secret in a file, which is made where it is not there: whole or not at all. Raises SecretError."""
    try:
        if not path.exists():
            _make(path)
        mode = path.stat().st_mode & 0o777
        if os.name == "posix" and mode & _OTHERS:
            problem = f"others may read it (mode {mode:03o}); delete it and start again; open forms must be opened anew"
            raise SecretError(str(path), problem)
        return _checked(str(path), path.read_text(encoding="ascii"))
    except UnicodeDecodeError:
        raise SecretError(str(path), "is not the text that this program wrote; delete it and start again") from None
    except OSError as wrong:
        raise SecretError(str(path), f"cannot be used: {wrong.strerror}") from None


def _make(path: Path) -> None:
    """Write beside it first and link into place, so that nobody reads half a secret and two servers agree on one."""
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48) + "\n")
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(fresh, path)
    finally:
        fresh.unlink()


def _checked(source: str, text: str) -> bytes:
    secret = text.strip()
    if len(secret) < LEAST:
        raise SecretError(source, f"must have {LEAST} characters or more, not {len(secret)}")
    return secret.encode()
