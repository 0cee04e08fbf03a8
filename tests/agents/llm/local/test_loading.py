"""What is wrong with a model is said before it is run, with what to do."""

import json
import logging
import os
import shutil
import subprocess
import sys

import pytest

torch = pytest.importorskip("torch")

from agents.llm.engines.local import TransformersEngines  # noqa: E402
from agents.llm.engines.local.fingerprint import fingerprint  # noqa: E402
from agents.llm.engines.local.loading import chosen_device, chosen_dtype, load  # noqa: E402
from agents.llm.engines.local.settings import Settings  # noqa: E402
from agents.llm.errors import ModelMissingError  # noqa: E402
from arena.core.errors import EngineError  # noqa: E402

CPU = Settings(device="cpu")


@pytest.fixture
def broken(shelf):
    """A folder with a model that a test may spoil."""
    return shelf("broken")


def refusal(folder, kind=EngineError):
    with pytest.raises(kind) as raised:
        load(str(folder), CPU)
    assert str(folder) in str(raised.value)
    return str(raised.value)


def test_a_folder_that_is_not_there_is_named(tmp_path):
    assert f"no folder {tmp_path / 'nothing'}" in refusal(tmp_path / "nothing", ModelMissingError)


def test_a_file_is_not_a_folder(broken):
    assert "it is a file" in refusal(broken / "config.json")


def test_a_folder_has_no_versions_to_choose_from(shelf):
    folder = shelf("one")
    with pytest.raises(EngineError, match=r"revision=x: it is a folder, .* leave revision out"):
        load(str(folder), Settings(device="cpu", revision="x"))


@pytest.mark.parametrize(
    ("gone", "said"),
    [
        (["config.json"], "has no config.json"),
        (["model.safetensors"], "has no weights"),
        (["tokenizer.json", "tokenizer_config.json"], "tokenizer"),
    ],
)
def test_what_a_folder_lacks_is_named(broken, gone, said):
    for name in gone:
        (broken / name).unlink()
    assert said in refusal(broken)


def test_pickled_weights_are_refused(broken):
    (broken / "model.safetensors").rename(broken / "pytorch_model.bin")
    assert "pickled (pytorch_model.bin)" in refusal(broken)


@pytest.mark.parametrize("keep", [4, 100, -40])
def test_damaged_weights_are_an_error(broken, keep):
    whole = (broken / "model.safetensors").read_bytes()
    (broken / "model.safetensors").write_bytes(whole[:keep])
    assert "fetch it again" in refusal(broken)


def test_damaged_json_is_an_error(broken):
    (broken / "config.json").write_text("{", encoding="utf-8")
    assert "cannot be" in refusal(broken)


def test_a_damaged_tokenizer_is_an_error(broken):
    (broken / "tokenizer.json").write_text('{"model": 3}', encoding="utf-8")
    assert "tokenizer cannot be read" in refusal(broken)


def test_weights_that_lack_a_tensor_are_not_made_up(broken):
    from safetensors.torch import load_file, save_file

    tensors = load_file(broken / "model.safetensors")
    del tensors["model.layers.1.mlp.up_proj.weight"]
    save_file(tensors, broken / "model.safetensors", {"format": "pt"})
    assert "lack 1 of its tensors, model.layers.1.mlp.up_proj.weight" in refusal(broken)


def test_a_model_that_reads_both_ways_is_refused(tmp_path, shelf):
    from transformers import BertConfig, BertLMHeadModel

    folder = shelf("masked")
    sizes = {"vocab_size": 300, "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2}
    with torch.random.fork_rng():
        torch.manual_seed(2)
        BertLMHeadModel(BertConfig(**sizes, intermediate_size=64, is_decoder=True)).save_pretrained(tmp_path / "bert")
    config = json.loads((tmp_path / "bert" / "config.json").read_text(encoding="utf-8")) | {"is_decoder": False}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    shutil.copy(tmp_path / "bert" / "model.safetensors", folder)
    assert "both directions" in refusal(folder)


def test_a_model_without_a_chat_format_says_so_once_and_one_with_it_does_not(shelf, caplog):
    with caplog.at_level(logging.INFO, logger="arena.engines"):
        load(str(shelf("plain")), CPU)
        load(str(shelf("chat", chat="{{ messages[0].content }}")), CPU)
    assert [record.getMessage() for record in caplog.records if "chat format" in record.getMessage()] == [
        f"model {shelf('plain')} has no chat format: conversations are written out plainly"
    ]


def test_what_a_model_is_is_read_from_it(shelf):
    found = load(str(shelf("small")), CPU)
    assert (found.name, found.context, found.can_be_exact) == ("small", 256, True)
    assert found.tokens.ends == {0}
    assert found.vocab == found.model.config.vocab_size
    assert not found.model.training
    assert not any(part.requires_grad for part in found.model.parameters())


def test_a_fingerprint_follows_weights_configuration_and_type(shelf):
    folder = shelf("one")
    first = load(str(folder), CPU).fingerprint
    assert first == load(str(folder), CPU).fingerprint
    assert len(first) == 16
    assert first != load(str(folder), Settings(device="cpu", dtype="bfloat16")).fingerprint
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    (folder / "config.json").write_text(json.dumps(config | {"rms_norm_eps": 1e-3}), encoding="utf-8")
    second = load(str(folder), CPU).fingerprint
    data = bytearray((folder / "model.safetensors").read_bytes())
    data[-1] ^= 1
    (folder / "model.safetensors").write_bytes(data)
    assert len({first, second, load(str(folder), CPU).fingerprint}) == 3


def test_of_large_files_both_ends_are_read(tmp_path):
    size = 65 * 2**20
    path = tmp_path / "model.safetensors"
    marks = set()
    for place in (0, size - 1):
        with path.open("wb") as file:
            file.truncate(size)
            file.seek(place)
            file.write(b"x")
        marks.add(fingerprint(tmp_path))
    assert len(marks) == 2
    assert fingerprint(None, ["a"]) != fingerprint(None, ["b"])


def test_the_device_and_type_are_what_is_there():
    if torch.cuda.is_available() or torch.backends.mps.is_available():
        pytest.skip("this machine has more than a CPU")
    device = chosen_device("m", "auto")
    assert (device.type, chosen_dtype(device, "auto")) == ("cpu", torch.float32)
    assert chosen_dtype(device, "bfloat16") is torch.bfloat16
    with pytest.raises(EngineError, match="known here: cpu"):
        chosen_device("m", "cuda:3")


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("device", "tpu", "cuda:N"),
        ("dtype", "int4", "float32 or bfloat16"),
        ("quantize", "2bit", "4bit or 8bit"),
        ("rows", "0", "whole number from 1"),
        ("window_ms", "-1", "number from 0"),
        ("exact", "yes", "auto or on or off"),
        ("adapters", "/nowhere/at/all", "folder"),
        ("sedd", "1", "no option 'sedd'"),
    ],
)
def test_an_option_that_cannot_be_is_named_with_its_remedy(option, value, said):
    with pytest.raises(EngineError, match=said):
        TransformersEngines.open("model", {option: value})


@pytest.mark.parametrize(("kind", "package"), [("4bit", "bitsandbytes"), ("8bit", "bitsandbytes"), ("int8", "torchao")])
def test_quantizing_names_the_package_that_it_needs(broken, kind, package):
    from importlib.util import find_spec

    if find_spec(package) is not None:
        pytest.skip(f"{package} is installed")
    with pytest.raises(ModelMissingError, match=f"pip install {package}"):
        load(str(broken), Settings(device="cpu", quantize=kind))


def test_attention_that_is_not_there_is_an_error(broken):
    with pytest.raises(EngineError, match="nonsense"):
        load(str(broken), Settings(device="cpu", attention="nonsense"))
    assert not load(str(broken), Settings(device="cpu", attention="eager")).can_be_exact


def in_a_process(code, **environment):
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, **environment},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


OPEN = """
from agents.llm.engines.local import TransformersEngines
try:
    print(TransformersEngines.open("someone/model", {"device": "cpu"}).name)
except Exception as error:
    print(type(error).__name__, error)
"""


@pytest.mark.slow
def test_a_model_of_the_hub_is_taken_from_the_cache_or_said_to_be_nowhere(shelf, tmp_path):
    cache = tmp_path / "cache"
    offline = {"HF_HUB_OFFLINE": "1", "HF_HUB_CACHE": str(cache)}
    said = in_a_process(OPEN, **offline)
    assert said.startswith("ModelMissingError")
    assert str(cache) in said
    assert "HF_HUB_OFFLINE" in said
    repository = cache / "models--someone--model"
    (repository / "refs").mkdir(parents=True)
    (repository / "refs" / "main").write_text("0123", encoding="utf-8")
    shutil.copytree(shelf("model"), repository / "snapshots" / "0123")
    assert in_a_process(OPEN, **offline) == "someone/model\n"


LIST = """
import sys
from agents.llm.engines.local import TransformersEngines
print("torch" in sys.modules, len(TransformersEngines.options))
"""


def test_options_are_listed_without_importing_torch():
    assert in_a_process(LIST).split() == ["False", str(len(TransformersEngines.options))]


def test_without_torch_the_remedy_is_the_extra(tmp_path):
    (tmp_path / "torch.py").write_text("raise ImportError('no', name='torch')", encoding="utf-8")
    said = in_a_process(OPEN, PYTHONPATH=str(tmp_path))
    assert "pip install 'taboo-arena[llm]'" in said
    assert said.startswith("ModelMissingError")
