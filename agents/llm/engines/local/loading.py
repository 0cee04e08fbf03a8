"""Opens a model: finds it, loads tokenizer and weights onto a device, and says clearly what is wrong where it cannot.

Weights come from safetensors alone: pickled ones could run code. Code that a model brings along is never run.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from agents.llm.engines.local.fingerprint import fingerprint
from agents.llm.engines.local.places import folder_of, located, missing
from agents.llm.engines.local.settings import Settings
from agents.llm.engines.local.tokens import Tokens
from agents.llm.errors import ModelMissingError
from arena.core.errors import EngineError

INSTALL: Final = "pip install 'taboo-arena[llm]'"
_UNBOUNDED: Final = 10**9
"""A context that long is a tokenizer's way to say that it knows none."""
_log = logging.getLogger("arena.engines")
_loading = threading.Lock()


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model that is ready to run. `context` is the most tokens that it can read and write together, if known."""

    name: str
    model: Any
    tokenizer: Any
    tokens: Tokens
    device: Any
    context: int | None
    vocab: int
    """How many numbers the model gives for each next token, those that stand for no token included"""
    fingerprint: str
    can_be_exact: bool
    """Whether rounded batches make a row's numbers independent of the others, as measured: float32, a CPU, sdpa"""


def load(model: str, settings: Settings) -> Loaded:
    """Load a model from a folder or by its name on the hub. Raises ModelMissingError, EngineError."""
    require_packages(model)
    from transformers import GenerationConfig

    place = located(model, settings.revision)
    device = chosen_device(model, settings.device)
    dtype = chosen_dtype(device, settings.dtype)
    with _loading, _quiet():
        tokenizer = _tokenizer(model, place, settings)
        network = _network(model, place, settings, device, dtype)
    vocab = _vocabulary(model, network)
    tokens = Tokens(model, tokenizer, _ends(network, tokenizer))
    # A request says how it is drawn; what the model's own settings would add (penalties, top-p) must not creep in.
    network.generation_config = GenerationConfig()  # type: ignore[no-untyped-call]
    if not tokens.has_chat:
        _log.info("model %s has no chat format: conversations are written out plainly", model)
    name = Path(place).name if Path(model).expanduser().is_dir() else model
    marks = (str(dtype), settings.quantize)
    mark = fingerprint(folder_of(place, settings.revision), marks)
    is_float32 = str(network.dtype) == "torch.float32" and settings.quantize == "none"
    can_be_exact = is_float32 and device.type == "cpu" and network.config._attn_implementation == "sdpa"
    context = _context(network, tokenizer)
    return Loaded(name, network, tokenizer, tokens, device, context, vocab, mark, can_be_exact)


def require_packages(model: str) -> None:
    """Raise ModelMissingError where torch or transformers are not installed."""
    try:
        import torch  # noqa: F401 - only whether it is there
        import transformers  # noqa: F401
    except ImportError as absent:
        problem = f"running it needs the package {absent.name}, which is not installed"
        raise ModelMissingError(model, problem, INSTALL) from None


def chosen_device(model: str, device: str) -> Any:  # noqa: ANN401 - torch is not imported at the top
    """The torch device. Raises EngineError where there is no such one."""
    import torch

    has_cuda, has_mps = torch.cuda.is_available(), torch.backends.mps.is_available()
    if device == "auto":
        device = "cuda" if has_cuda else "mps" if has_mps else "cpu"
    chosen = torch.device(device)
    count = torch.cuda.device_count() if has_cuda else 0
    is_there = {"cpu": True, "mps": has_mps, "cuda": (chosen.index or 0) < count}[chosen.type]
    if not is_there:
        known = ", ".join([*(f"cuda:{number}" for number in range(count)), *(["mps"] if has_mps else []), "cpu"])
        raise EngineError(model, f"option device={device}: this machine has none", f"known here: {known}")
    return chosen


def chosen_dtype(device: Any, dtype: str) -> Any:  # noqa: ANN401
    """The torch type of the weights: float32 on a CPU, bfloat16 on a GPU that has it, else float16."""
    import torch

    if dtype != "auto":
        return getattr(torch, dtype)
    if device.type == "cpu":
        return torch.float32
    return torch.bfloat16 if device.type == "cuda" and torch.cuda.is_bf16_supported() else torch.float16


def _tokenizer(model: str, place: str, settings: Settings) -> Any:  # noqa: ANN401
    from transformers import AutoTokenizer

    try:
        return AutoTokenizer.from_pretrained(place, revision=settings.revision or "main", trust_remote_code=False)
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, ImportError) as error:
        if not Path(place).is_dir():
            raise missing(model, settings.revision, error) from None
        problem = f"its tokenizer cannot be read: {_first_line(error)}"
        raise EngineError(model, problem, "the folder needs tokenizer.json and tokenizer_config.json") from None
    except Exception as error:  # the tokenizers library raises bare Exceptions
        problem = f"its tokenizer cannot be read: {_first_line(error)}"
        raise EngineError(model, problem, "save the tokenizer into the folder again") from error


def _network(model: str, place: str, settings: Settings, device: Any, dtype: Any) -> Any:  # noqa: ANN401
    from safetensors import SafetensorError
    from transformers import AutoModelForCausalLM

    asked = _asked(model, settings, device, dtype)
    try:
        # The types of transformers do not know that it gives a pair where a report is asked for.
        opened: Any = AutoModelForCausalLM.from_pretrained(place, output_loading_info=True, **asked)
    except SafetensorError as error:
        problem = f"its weights cannot be read: {_first_line(error)}"
        raise EngineError(model, problem, "the safetensors file is damaged or cut short: fetch it again") from None
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, ImportError) as error:
        if not Path(place).is_dir() and isinstance(error, OSError):
            raise missing(model, settings.revision, error) from None
        raise EngineError(model, f"it cannot be loaded: {_first_line(error)}") from None
    network, report = opened
    lacking = sorted(report["missing_keys"])
    if lacking:
        # Transformers would go on with random numbers in their place.
        problem = f"its weights lack {len(lacking)} of its tensors, {lacking[0]} for one"
        raise EngineError(model, problem, "fetch the whole model again")
    if settings.quantize == "none":
        network = network.to(device)
    return network.eval().requires_grad_(requires_grad=False)


def _asked(model: str, settings: Settings, device: Any, dtype: Any) -> dict[str, Any]:  # noqa: ANN401
    from agents.llm.engines.local.quantizing import quantization

    asked: dict[str, Any] = {
        "dtype": dtype,
        "revision": settings.revision or "main",
        "use_safetensors": True,
        "trust_remote_code": False,
    }
    if settings.attention is not None:
        asked["attn_implementation"] = settings.attention
    if settings.quantize != "none":
        asked["quantization_config"] = quantization(model, settings.quantize, device, dtype)
        asked["device_map"] = {"": device}
    return asked


def _vocabulary(model: str, network: Any) -> int:  # noqa: ANN401
    """How many numbers it gives for each next token.

    Raises EngineError where what comes later changes what was foretold before: a masked model, loaded as another.
    """
    import torch

    ids = torch.tensor([[0, 0], [0, 1]], device=network.device)
    with torch.inference_mode():
        logits = network(input_ids=ids, use_cache=False).logits[:, 0]
    noise = 16 * torch.finfo(logits.dtype).eps * float(logits.abs().max())
    if float((logits[0] - logits[1]).abs().max()) > noise:
        problem = "it reads in both directions, and cannot say what comes next"
        raise EngineError(model, problem, "name a causal language model")
    return int(logits.shape[-1])


def _ends(network: Any, tokenizer: Any) -> list[int]:  # noqa: ANN401
    """The tokens that end an answer: what the model's own settings name, and the tokenizer's."""
    named = network.generation_config.eos_token_id if network.generation_config is not None else None
    ends = list(named) if isinstance(named, list | tuple) else [named]
    return [one for one in (*ends, tokenizer.eos_token_id) if one is not None]


def _context(network: Any, tokenizer: Any) -> int | None:  # noqa: ANN401
    config = network.config.get_text_config(decoder=True)
    limits = [getattr(config, "max_position_embeddings", None), tokenizer.model_max_length]
    return min((int(limit) for limit in limits if limit and limit < _UNBOUNDED), default=None)


@contextmanager
def _quiet() -> Iterator[None]:
    """No progress bars and reports of transformers while a model is loaded; what matters in them is an error here."""
    import transformers

    library: Any = transformers.logging
    was_on, loudness = library.is_progress_bar_enabled(), library.get_verbosity()
    library.disable_progress_bar()
    library.set_verbosity_error()
    try:
        yield
    finally:
        library.set_verbosity(loudness)
        if was_on:
            library.enable_progress_bar()


def _first_line(error: BaseException) -> str:
    return next(iter(str(error).strip().splitlines()), "") or type(error).__name__
