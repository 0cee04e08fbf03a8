"""What can go wrong between a server and us, each as the error that it is and whether asking again may help."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from agents.llm.engines.openai.address import Address
from agents.llm.engines.openai.excerpts import Veil, sentence_in
from agents.llm.engines.openai.keys import Key
from agents.llm.errors import ContextError, ServerError
from arena.core.errors import EngineError, EngineTimeoutError

_CONTEXT = re.compile(
    r"context[ _-]?(length|window|size)|maximum (context|input|sequence|prompt)|(prompt|input)\b.{0,40}\btoo long"
    r"|too many (input )?tokens|exceeds? .{0,40}(context|max_model_len|max_seq)|string too long",
    re.IGNORECASE,
)
_BUSY = frozenset({408, 409, 425, 429})
_COMPLAINTS = frozenset({400, 422})


@dataclass(frozen=True, slots=True)
class Fault:
    """An attempt that gave no answer.

    `status` is None where there was none. `wait` is how many seconds the server asked for. `complaint` is what it said
    about the call itself, not fit to be shown; empty where it did not.
    """

    error: EngineError
    may_retry: bool = False
    status: int | None = None
    wait: float | None = None
    complaint: str = ""

    def after(self, attempts: int) -> "Fault":
        """The same after several attempts, which the error tells."""
        if attempts <= 1 or isinstance(self.error, EngineTimeoutError):
            return self
        problem = f"{self.error.problem} (after {attempts} attempts)"
        return replace(self, error=type(self.error)(self.error.model, problem, self.error.remedy))


@dataclass(frozen=True, slots=True)
class Faults:
    """Makes faults of one request, so that each names its model and server and shows nothing that is secret."""

    model: str
    url: str
    veil: Veil
    key_from: str
    """The environment variable of the key, empty where none was sent."""

    @classmethod
    def of(cls, address: Address, key: Key | None, veil: Veil) -> "Faults":
        """The faults of a request to this address."""
        return cls(str(address), address.url, veil, key.variable if key is not None else "")

    def refused(self, status: int, body: str, wait: float | None, path: str) -> Fault:
        """The server answered with a status of failure."""
        said = sentence_in(body)
        shown = self.veil.over(said)
        what = f"{self.url} answered with status {status}, {shown}"
        if status in (401, 403):
            return Fault(self._error(what, self._key_remedy(status)), status=status)
        if status == 429 and "insufficient_quota" in body:
            remedy = "the account is used up; add to it, or name another key with key_env"
            return Fault(self._error(what, remedy), status=status)
        if "chat template" in said or "chat_template" in said:
            remedy = "the model has no chat format: open it with ?chat=off, or give the server one"
            return Fault(self._error(what, remedy), status=status)
        if status in _BUSY or status >= 500:
            remedy = "try later" + (", or set rpm, tpm or concurrency lower" if status in _BUSY else "; see its log")
            return Fault(self._error(what, remedy), True, status, wait)
        if status in (400, 413, 422) and ("context_length_exceeded" in body or _CONTEXT.search(said)):
            remedy = "shorten the prompt, or ask for fewer tokens"
            return Fault(ContextError(self.model, what, remedy), status=status)
        remedy = f"see whether its {path} takes such requests"
        if 300 <= status < 400:
            remedy = "redirects are not followed: name the URL that it redirects to"
        complaint = said if status in _COMPLAINTS else ""
        return Fault(self._error(what, remedy), status=status, complaint=complaint)

    def unreachable(self, cause: str) -> Fault:
        """No connection came about, or it broke. `cause` is the name of an exception."""
        problem = f"no answer from {self.url}: {cause}"
        return Fault(self._error(problem, "check that the server runs, and that host, port and path are right"), True)

    def slow(self, seconds: float) -> Fault:
        """One attempt took too long."""
        problem = f"no answer from {self.url} within {seconds:g} s"
        return Fault(self._error(problem, "raise patience, or see what the server is busy with"), True)

    def broken_off(self) -> Fault:
        """A stream ended before the answer did."""
        problem = f"{self.url} broke off in the middle of its answer"
        return Fault(self._error(problem, "see whether the server still runs"), True)

    def failed(self, body: str) -> Fault:
        """The server said in its stream that it failed."""
        problem = f"{self.url} failed in the middle of its answer, {self.veil.over(sentence_in(body))}"
        return Fault(self._error(problem, "see the server's log"), True)

    def endless(self, most: int) -> Fault:
        """The server sent more than any answer can have."""
        problem = f"{self.url} sent more than {most} bytes, and no end of its answer"
        return Fault(self._error(problem, "see whether the server heeds the most tokens of an answer"))

    def strange(self, expected: str, kind: str, body: str) -> Fault:
        """The server answered with success, and something else than an answer. `kind` is its content type."""
        problem = f"{self.url} did not answer with {expected} but with {kind or 'no content type'}"
        remedy = "see whether this is the address of an OpenAI-compatible server; most end in /v1"
        return Fault(self._error(f"{problem}, {self.veil.over(body)}", remedy))

    def missing(self, listed: str | None) -> Fault:
        """The server has no such model, or no such page; `listed` are the models that it says it has."""
        if listed is None:
            problem = f"{self.url} has neither this model nor a list of its models"
            return Fault(self._error(problem, "see whether the path is right; most end in /v1"), status=404)
        problem = f"{self.url} answers that there is no such model or page; it lists {listed}"
        return Fault(self._error(problem, "name one of them, as in openai:URL#MODEL"), status=404)

    def withheld(self) -> Fault:
        """The server's filter took the answer away."""
        return Fault(self._error(f"the content filter of {self.url} withheld the answer", "word the prompt otherwise"))

    def _error(self, problem: str, remedy: str) -> ServerError:
        return ServerError(self.model, problem, remedy)

    def _key_remedy(self, status: int) -> str:
        if not self.key_from:
            return "no key was sent: export OPENAI_API_KEY, or name another variable with ?key_env=NAME"
        doubt = "is right" if status == 401 else "may use this model"
        return f"see whether the key in {self.key_from} {doubt}"


def plain_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers by their names in small letters."""
    return {name.lower(): value for name, value in headers.items()}
