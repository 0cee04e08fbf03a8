"""Where things are kept on this machine when nobody says otherwise."""

import os
from pathlib import Path


def log_path(db: str | None) -> str:
    """Where the log is: what the user said, else $TABOO_DB, else the user's data folder, which is made.

    Raises LogError.
    """
    if db is not None:
        return db
    if named := os.environ.get("TABOO_DB"):
        return named
    base = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    folder = base / "taboo-arena"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as wrong:
        from arena.store.errors import UnreachableLogError

        raise UnreachableLogError(str(folder), wrong.strerror or str(wrong)) from None
    return str(folder / "taboo.db")
