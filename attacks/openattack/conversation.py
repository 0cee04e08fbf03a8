"""A function that asks and waits for answers, turned around: it runs in a thread, and stands still while it waits.

    conversation = Conversation(lambda ask: ...ask(question)...)
    question = conversation.go_on()          # what it asks first; None where it is over
    question = conversation.go_on(answer)    # what it asks next
    conversation.found                       # what it came to

One conversation of the process runs at a time, and only while somebody waits in `go_on`: what is talked to need not be
thread safe. `close` ends it wherever it stands; nothing of it is left.
"""

from collections.abc import Callable
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any, Generic, TypeAlias, TypeVar

Asked = TypeVar("Asked")
Told = TypeVar("Told")
Found = TypeVar("Found")

_one_at_a_time = Lock()


class _StoppedError(BaseException):
    """Thrown into the function where it waits. No Exception: whoever catches those shall not catch this."""


_STOP: Any = object()
_Said: TypeAlias = tuple[str, Any]


class Conversation(Generic[Asked, Told, Found]):
    """Runs `work(ask)`; what it raises is raised by `go_on`."""

    found: Found

    def __init__(self, work: Callable[[Callable[[Asked], Told]], Found]) -> None:
        self._work = work
        self._to_us: SimpleQueue[_Said] = SimpleQueue()
        self._to_it: SimpleQueue[Any] = SimpleQueue()
        self._thread: Thread | None = None
        self._is_stopped = False

    def go_on(self, told: Told | None = None) -> Asked | None:
        """Hand over the answer, wait for the next question. None where it is over."""
        with _one_at_a_time:
            if self._thread is None:
                self._thread = Thread(target=self._run, name="openattack", daemon=True)
                self._thread.start()
            else:
                self._to_it.put(told)
            kind, said = self._to_us.get()
        if kind == "asks":
            asked: Asked = said
            return asked
        self._thread.join()
        if kind == "broke":
            raise said
        self.found = said
        return None

    def close(self) -> None:
        """End it, and wait until its thread has ended. Needs no turn, so that it may come at any moment."""
        if self._thread is not None and self._thread.is_alive():
            self._is_stopped = True
            self._to_it.put(_STOP)
            self._thread.join()

    def _run(self) -> None:
        said: _Said
        try:
            said = ("found", self._work(self._ask))
        except _StoppedError:
            return
        except BaseException as problem:  # noqa: BLE001 - raised where somebody waits for it
            said = ("broke", problem)
        self._to_us.put(said)

    def _ask(self, question: Asked) -> Told:
        if self._is_stopped:
            raise _StoppedError
        self._to_us.put(("asks", question))
        told: Told = self._to_it.get()
        if told is _STOP:
            raise _StoppedError
        return told
