"""The files that pages load: styles, scripts, pictures. Each is named under the fingerprint of them all.

So a browser keeps them for a year, and a script never meets a module of another version: `import "./talk.js"` stays
under the fingerprint of the page that loaded it.
"""

from collections.abc import MutableMapping
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

from starlette.responses import Response
from starlette.staticfiles import StaticFiles

PATH = "/static"
_YEAR = "public, max-age=31536000, immutable"
FOLDER = Path(str(files("web").joinpath("static")))


@lru_cache(maxsize=1)
def fingerprint() -> str:
    """Changes with every file."""
    whole = sha256()
    for file in sorted(it for it in FOLDER.rglob("*") if it.is_file()):
        whole.update(file.relative_to(FOLDER).as_posix().encode() + b"\0" + file.read_bytes())
    return whole.hexdigest()[:12]


def static(name: str) -> str:
    """Where a page finds a file."""
    return f"{PATH}/{fingerprint()}/{name}"


class Statics(StaticFiles):
    """Serves the files, under the fingerprint or plainly; what is named plainly is asked about every time."""

    def __init__(self) -> None:
        super().__init__(directory=FOLDER)

    async def get_response(self, path: str, scope: MutableMapping[str, Any]) -> Response:
        """One file."""
        head, _, rest = path.replace("\\", "/").partition("/")
        is_lasting = head == fingerprint() and rest != ""
        response = await super().get_response(rest if is_lasting else path, scope)
        response.headers["Cache-Control"] = _YEAR if is_lasting else "no-cache"
        return response
