"""Asks a server over HTTP in JSON: with a time limit, patience where it is busy, and errors that say what it said."""

import json
import time
import weakref
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx

from attacks.core.errors import VictimError, VictimGoneError

BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Answers after which it is worth asking again."""
AWAY = frozenset({429, 502, 503})
"""Those of a server that answers nobody; any other may be for the sake of one text."""
TRIES = 5
FIRST_WAIT, LONGEST_WAIT = 0.5, 30.0
"""Seconds before the second try, doubled before each further one; the most that is waited, whatever a server wishes."""


def shown_address(url: str) -> str:
    """An address without what may be a secret in it: no user, no password, no query."""
    parts = urlsplit(url)
    port = "" if parts.port is None else f":{parts.port}"
    return f"{parts.scheme}://{parts.hostname or ''}{port}{parts.path}"


class Endpoint:
    """One address that is asked by POST. May be asked from several threads at once.

    `name` is the address as it is shown; `url` the whole of it, which may hold a secret.

    A server that did not answer in the last of `tries` is asked only once a question from then on, until it answers:
    a server that breaks on many texts must not cost the patience of each.
    """

    def __init__(
        self,
        url: str,
        *,
        token: str = "",
        seconds: float = 60.0,
        tries: int = TRIES,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`seconds` are for one answer; `token`, where there is one, goes into a header. Raises ValueError."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"{url!r} is no address that begins with http:// or https://")
        self.name = shown_address(url)
        self.url, self._tries, self._sleep = url, max(1, tries), sleep
        self._is_silent, self._token = False, token
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._client = httpx.Client(timeout=seconds, headers=headers)
        weakref.finalize(self, self._client.close)

    def ask(self, question: Mapping[str, Any], path: str = "") -> dict[str, Any]:
        """What the server answers, a JSON object.

        Raises VictimError, and VictimGoneError where nothing listens there or it says that it serves nobody.
        """
        problem, is_gone = "", False
        last = 1 if self._is_silent else self._tries
        for number in range(1, last + 1):
            try:
                answer = self._client.post(self.url + path, json=question)
            except httpx.TransportError as wrong:
                problem, wait = f"cannot be reached ({type(wrong).__name__}: {wrong})", 0.0
                is_gone = isinstance(wrong, httpx.ConnectError | httpx.ConnectTimeout)
            else:
                if answer.status_code not in BUSY:
                    self._is_silent = False
                    return self._read(answer)
                problem, wait = self._refusal(answer), _wished(answer)
                is_gone = answer.status_code in AWAY
            if number < last:
                self._sleep(min(LONGEST_WAIT, max(wait, FIRST_WAIT * 2 ** (number - 1))))
        self._is_silent = True
        tries = "" if last == 1 else f", {last} times in a row"
        raise (VictimGoneError if is_gone else VictimError)(self.name, f"{problem}{tries}")

    def _read(self, answer: httpx.Response) -> dict[str, Any]:
        if not answer.is_success:
            raise VictimError(self.name, self._refusal(answer))
        try:
            read = answer.json()
        except (json.JSONDecodeError, UnicodeDecodeError):
            raise VictimError(self.name, "answered with what is not JSON") from None
        if not isinstance(read, dict):
            raise VictimError(self.name, f"answered with a {type(read).__name__}, not a JSON object")
        return read

    def _refusal(self, answer: httpx.Response) -> str:
        """What the server said; servers quote keys."""
        said = " ".join(answer.text.split())
        said = (said.replace(self._token, "[key]") if self._token else said)[:200]
        return f"answered with {answer.status_code} {answer.reason_phrase}" + (f" ({said})" if said else "")


def _wished(answer: httpx.Response) -> float:
    """How many seconds the server asks to be left alone; a date, or nothing, is 0."""
    try:
        return float(answer.headers.get("retry-after", "0"))
    except ValueError:
        return 0.0
