"""What to do when a batch does not fit the memory: the halves of it, one after the other."""

import gc
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

import torch

from agents.llm.errors import OutOfMemoryError

T = TypeVar("T")
_SIGNS: Final = ("not enough memory", "out of memory", "can't allocate memory")
"""What torch says where it has no class of its own for it, on a CPU and on MPS."""


def is_out_of_memory(error: BaseException) -> bool:
    """Whether the error says that memory ran out, and not that something is wrong."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and any(sign in str(error).lower() for sign in _SIGNS)


def in_halves(work: Callable[[Sequence[T]], None], tasks: Sequence[T], fail: Callable[[T], None]) -> None:
    """Do the work on the tasks; where memory runs out, on each half; `fail` is told of one task that is too big."""
    if not tasks or _fits(work, tasks):
        return
    if len(tasks) == 1:
        fail(tasks[0])
        return
    middle = len(tasks) // 2
    in_halves(work, tasks[:middle], fail)
    in_halves(work, tasks[middle:], fail)


def _fits(work: Callable[[Sequence[T]], None], tasks: Sequence[T]) -> bool:
    """Whether the work was done. The error is let go of before anything is tried again: it holds what was allocated."""
    try:
        work(tasks)
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
    else:
        return True
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    return False


def too_big(model: str, tokens: int, device: Any) -> OutOfMemoryError:  # noqa: ANN401
    """The error of a request that does not even fit alone."""
    problem = f"one request of {tokens} tokens does not fit the memory of {device}"
    return OutOfMemoryError(model, problem, "shorten it, use a smaller dtype, or quantize")
