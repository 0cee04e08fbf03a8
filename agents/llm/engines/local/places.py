"""Where models lie: a folder, or the hub's cache; and what is said of one that is nowhere."""

import json
import os
from pathlib import Path

from agents.llm.errors import ModelMissingError
from arena.core.errors import EngineError

_PATIENCE_SECONDS = 15.0


def located(model: str, revision: str | None) -> str:
    """The folder of a model as text, or its name on the hub where that has to be asked for it.

    A folder is looked through first, so that what is wrong with it is said in our words. A model that lies whole in the
    hub's cache is taken from there without asking. Raises ModelMissingError, EngineError.
    """
    folder = Path(model).expanduser()
    if folder.is_dir():
        if revision is not None:
            problem = f"option revision={revision}: it is a folder, which holds one version only"
            raise EngineError(model, problem, "leave revision out, or name a model of the hub")
        _require_whole(model, folder)
        return str(folder)
    if folder.is_file():
        raise EngineError(model, "it is a file", "name the folder that holds config.json and the weights")
    is_path = model.startswith((".", "~", os.sep)) or model.count("/") > 1 or folder.is_absolute()
    if is_path:
        problem = f"there is no folder {folder.absolute()}"
        raise ModelMissingError(model, problem, "name a folder, or a model of the hub")
    cached = _cached(model, revision)
    if cached is None:
        _require_known(model, revision)
    return model if cached is None else str(cached)


def _cached(model: str, revision: str | None) -> Path | None:
    """The folder of a model in the hub's cache, None where it is not there with weights and tokenizer."""
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    try:
        config = try_to_load_from_cache(model, "config.json", revision=revision)
    except HFValidationError:
        return None
    if not isinstance(config, str):
        return None
    folder = Path(config).parent
    index = folder / "model.safetensors.index.json"
    wanted = {"model.safetensors"}
    if index.is_file():
        wanted = set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values())
    has_tokenizer = any((folder / name).is_file() for name in ("tokenizer.json", "tokenizer_config.json"))
    return folder if has_tokenizer and all((folder / name).is_file() for name in wanted) else None


def _require_known(model: str, revision: str | None) -> None:
    """Raise ModelMissingError where the hub has no such model, or cannot be asked: loading would try for a minute."""
    from huggingface_hub import HfApi

    try:
        HfApi().model_info(model, revision=revision, timeout=_PATIENCE_SECONDS)
    except Exception as error:  # noqa: BLE001 - the errors of whichever HTTP client it uses
        raise missing(model, revision, error) from None


def folder_of(place: str, revision: str | None) -> Path | None:
    """The folder whose files a loaded model came from, None where that is unknown."""
    if Path(place).is_dir():
        return Path(place)
    from transformers.utils.hub import cached_file

    found = cached_file(place, "config.json", revision=revision or "main", local_files_only=True)
    return None if found is None else Path(found).parent


def missing(model: str, revision: str | None, cause: BaseException) -> ModelMissingError:
    """What is said of a hub's model that could not be had: where it was looked for, and why not there."""
    from huggingface_hub import constants

    is_offline = constants.is_offline_mode()
    hub = "the hub was not asked (HF_HUB_OFFLINE is set)" if is_offline else f"the hub said: {_reason(cause)}"
    version = f" in version {revision}" if revision else ""
    problem = (
        f"there is no folder {Path(model).absolute()}, no such model{version} in the cache "
        f"{constants.HF_HUB_CACHE}, and {hub}"
    )
    return ModelMissingError(model, problem, "name a folder that holds a model, or fetch it with `hf download`")


def _require_whole(model: str, folder: Path) -> None:
    names = {path.name for path in folder.iterdir()}
    if "config.json" not in names:
        raise EngineError(model, f"the folder {folder} has no config.json", "name the folder of a transformers model")
    if any(name.endswith(".safetensors") for name in names):
        return
    pickled = sorted(name for name in names if name.endswith((".bin", ".pt", ".pth")))
    if pickled:
        problem = f"its weights are pickled ({pickled[0]}), and opening a pickle can run any code"
        raise EngineError(model, problem, "convert them to safetensors with save_pretrained where you trust them")
    raise EngineError(model, f"the folder {folder} has no weights", "it needs *.safetensors")


def _reason(cause: BaseException) -> str:
    lines = [line.strip() for line in str(cause).splitlines() if line.strip()]
    return lines[0] if lines else type(cause).__name__
