"""Models of transformers by folder or name: read without bars and reports, or refused in a sentence."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from attacks.core.errors import AttackError

FOLDER = "name a folder with config.json, tokenizer and model.safetensors, or a model of the Hugging Face hub"
INSTALL = "pip install 'taboo-arena[attacks]'"


@dataclass(eq=False)
class UnreadModelError(AttackError):
    """A model that cannot be read. Whoever wanted it says what for."""

    which: str
    problem: str
    remedy: str = FOLDER

    def __str__(self) -> str:
        return f"model {self.which!r}: {self.problem}; {self.remedy}"


@dataclass(frozen=True, slots=True)
class Pretrained:
    """A model in evaluation mode, its tokenizer, and the weights that its files lack, which chance has filled."""

    model: Any
    tokenizer: Any
    which: str
    missing: tuple[str, ...]

    def whole(self) -> "Pretrained":
        """This, where nothing is missing: else it would say anything. Raises UnreadModelError."""
        if self.missing:
            raise UnreadModelError(self.which, f"its files lack weights ({min(self.missing)})")
        return self


def read_config(which: str) -> Any:  # noqa: ANN401 - transformers' own
    """The configuration of a model. Raises UnreadModelError."""
    transformers = _library(which)
    with _refusals(which), quietly():
        return transformers.AutoConfig.from_pretrained(which)


def read_model(which: str, loader: str, **options: object) -> Pretrained:
    """A model through the named class of transformers, with options of its `from_pretrained`. Raises UnreadModelError.

    No program that stands beside the weights is run, and only safetensors are read.
    """
    transformers = _library(which)
    with _refusals(which), quietly():
        tokenizer = transformers.AutoTokenizer.from_pretrained(which)
        read = getattr(transformers, loader).from_pretrained
        model, loading = read(which, use_safetensors=True, output_loading_info=True, **options)
    return Pretrained(model.eval(), tokenizer, which, tuple(sorted(loading["missing_keys"])))


def _library(which: str) -> Any:  # noqa: ANN401 - a module
    try:
        import torch  # noqa: F401 - transformers comes without it
        import transformers
    except ImportError as absent:
        raise UnreadModelError(which, f"{absent.name} is not installed", INSTALL) from None
    return transformers


@contextmanager
def _refusals(which: str) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError) as problem:
        first = next(iter(str(problem).strip().splitlines()), type(problem).__name__)
        raise UnreadModelError(which, first) from None


@contextmanager
def quietly() -> Iterator[None]:
    """Load without reports and bars, and leave torch's chance and the library's loudness as they were."""
    import torch
    from transformers.utils import logging

    shows_bars, verbosity = logging.is_progress_bar_enabled(), logging.get_verbosity()
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    try:
        with torch.random.fork_rng(devices=[]):
            yield
    finally:
        logging.set_verbosity(verbosity)
        if shows_bars:
            logging.enable_progress_bar()  # type: ignore[no-untyped-call]
