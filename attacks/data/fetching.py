"""Fetches what the catalogue lists: to a temporary file beside its place, checked, and moved there in one step."""

import io
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import httpx

from attacks.core.errors import AttackError
from attacks.data.catalogue import Entry, Source

Watch = Callable[[int, int | None], None]
"""Told how many bytes have come, and how many there are where that is known."""
NLTK_INDEX = "TABOO_NLTK_INDEX"
"""The variable that names another index for nltk's downloader, such as a mirror's."""
SECONDS = 60.0
"""How long a server may be silent."""


@dataclass(eq=False)
class FetchError(AttackError):
    """What was to be fetched did not come, or is not what it should be. Nothing was put in its place."""

    name: str
    where: str
    problem: str
    remedy: str = "check the network and try again"

    def __str__(self) -> str:
        return f"{self.name} cannot be had from {self.where}: {self.problem}; {self.remedy}"


def data_folder() -> Path:
    """Where a user's programs keep data on this platform."""
    home = Path.home()
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = home / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share")
    return base / "taboo-arena" / "data"


def found(entry: Entry, folder: Path) -> Path | None:
    """Where a thing is already: under the folder, or where its variable points; None where it is not."""
    kept = _kept(folder / entry.kept)
    if kept is not None:
        return kept
    if entry.source is Source.NLTK:
        inside = Path(*Path(entry.kept).parts[1:])
        named = (Path(it) for it in os.environ.get("NLTK_DATA", "").split(os.pathsep) if it)
        return next((at for it in named if (at := _kept(it / inside)) is not None), None)
    pointed = Path(os.environ.get(entry.variable, "")) if entry.variable else Path()
    # Several models share a variable: a folder counts for one only under its own name.
    return pointed if pointed.name == Path(entry.kept).name and pointed.exists() else None


def _kept(place: Path) -> Path | None:
    """A place or, as nltk reads some resources in their archive, that; None where there is neither."""
    return next((it for it in (place, place.with_name(f"{place.name}.zip")) if it.exists()), None)


def fetch(entry: Entry, folder: Path, watch: Watch) -> Path:
    """Fetch one thing and say where it is. Raises FetchError."""
    place = folder / entry.kept
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        if entry.source is Source.FILE:
            _file(entry, place, watch)
        elif entry.source is Source.NLTK:
            _nltk(entry, folder / "nltk_data")
        else:
            _model(entry, place)
    except OSError as problem:
        # What libraries raise for want of a network are errors of the system too.
        first = str(problem).strip().splitlines()[0]
        raise FetchError(entry.name, entry.where, first, "check the network, or choose another --to") from None
    at = _kept(place)
    if at is None:
        raise FetchError(entry.name, entry.where, "it did not come")
    return at


def _file(entry: Entry, place: Path, watch: Watch) -> None:
    number, name = tempfile.mkstemp(prefix=".fetching-", dir=place.parent)
    part, digest = Path(name), sha256()
    try:
        with (
            os.fdopen(number, "wb") as file,
            httpx.stream("GET", entry.where, timeout=SECONDS, follow_redirects=True) as answer,
        ):
            if not answer.is_success:
                raise FetchError(entry.name, entry.where, f"the server answers {answer.status_code}")
            length = answer.headers.get("content-length", "")
            of = int(length) if length.isdigit() and "content-encoding" not in answer.headers else entry.size
            done = 0
            for some in answer.iter_bytes():
                file.write(some)
                digest.update(some)
                done += len(some)
                watch(done, of)
        if entry.digest and digest.hexdigest() != entry.digest:
            raise FetchError(
                entry.name,
                entry.where,
                f"its SHA-256 is {digest.hexdigest()}, not {entry.digest}",
                "it changed on the way or at its source; try again, or report it",
            )
        part.chmod(0o644)
        part.replace(place)
    except httpx.HTTPError as problem:
        raise FetchError(entry.name, entry.where, f"{type(problem).__name__}: {problem}") from None
    finally:
        part.unlink(missing_ok=True)


def _nltk(entry: Entry, folder: Path) -> None:
    """By nltk's own downloader, which checks what comes and unpacks it."""
    try:
        from nltk.downloader import Downloader
    except ImportError:
        raise FetchError(entry.name, "nltk", "nltk is not installed", "pip install 'taboo-arena[attacks]'") from None
    downloader = Downloader(server_index_url=os.environ.get(NLTK_INDEX))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        options = {"quiet": True, "raise_on_error": True, "print_error_to": io.StringIO()}
        downloader.download(entry.where, download_dir=str(folder), **options)
    except ValueError as problem:
        raise FetchError(entry.name, "nltk's index", str(problem)) from None


def _model(entry: Entry, place: Path) -> None:
    """By the hub's own client, which checks what comes; only what our loaders read."""
    try:
        from huggingface_hub import snapshot_download
        from huggingface_hub.errors import HfHubHTTPError
    except ImportError:
        remedy = "pip install 'taboo-arena[attacks]'"
        raise FetchError(entry.name, "the hub", "huggingface_hub is not installed", remedy) from None
    wanted = ["*.json", "*.txt", "*.model", "*.safetensors", "LICENSE*", "README.md"]
    beside = place.with_name(f".fetching-{place.name}")
    try:
        # The client reads its variable once, when it is first imported, which may have been long ago.
        endpoint = os.environ.get("HF_ENDPOINT") or None
        snapshot_download(entry.where, local_dir=beside, allow_patterns=wanted, endpoint=endpoint)
    except (HfHubHTTPError, httpx.HTTPError) as problem:
        first = str(problem).strip().splitlines()[0]
        raise FetchError(entry.name, "the hub", first) from None
    beside.rename(place)
