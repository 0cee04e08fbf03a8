"""Weights in fewer bits, by libraries that are only needed where it is asked for."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from agents.llm.errors import ModelMissingError
from arena.core.errors import EngineError

_PACKAGES = {"4bit": "bitsandbytes", "8bit": "bitsandbytes", "int8": "torchao"}


def quantization(model: str, kind: str, device: Any, dtype: Any) -> Any:  # noqa: ANN401 - of several libraries
    """What transformers is given to load the weights as `4bit`, `8bit` (bitsandbytes) or `int8` (torchao).

    Raises ModelMissingError where the package is absent, EngineError where it cannot run on the device.
    """
    import transformers

    package = _PACKAGES[kind]
    if find_spec(package) is None:
        problem = f"option quantize={kind} needs the package {package}, which is not installed"
        raise ModelMissingError(model, problem, f"pip install {package}")
    if package == "bitsandbytes":
        if device.type != "cuda":
            problem = f"option quantize={kind} runs on CUDA only, and this is {device.type}"
            raise EngineError(model, problem, "use quantize=int8 (torchao), or none")
        bits: Any = transformers.BitsAndBytesConfig
        return bits(load_in_4bit=kind == "4bit", load_in_8bit=kind == "8bit", bnb_4bit_compute_dtype=dtype)
    return transformers.TorchAoConfig(import_module("torchao.quantization").Int8WeightOnlyConfig())
