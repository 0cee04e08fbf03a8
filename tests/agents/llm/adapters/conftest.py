"""Small models, and adapters over them as PEFT itself writes them, filled with seeded numbers."""

import copy
import os
import warnings
from pathlib import Path

import pytest


class Workshop:
    """Makes models and adapters; each is determined by its arguments."""

    def llama(self, seed=0, **fields):
        import torch
        from transformers import LlamaConfig, LlamaForCausalLM

        sizes = {"vocab_size": 97, "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2}
        heads = {"num_attention_heads": 4, "num_key_value_heads": 2, "tie_word_embeddings": True}
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            return LlamaForCausalLM(LlamaConfig(**(sizes | heads | fields))).eval()

    def gpt2(self, seed=0):
        import torch
        from transformers import GPT2Config, GPT2LMHeadModel

        with torch.random.fork_rng():
            torch.manual_seed(seed)
            return GPT2LMHeadModel(GPT2Config(vocab_size=97, n_embd=32, n_layer=2, n_head=4)).eval()

    def stories(self):
        from transformers import AutoModelForCausalLM

        return AutoModelForCausalLM.from_pretrained(stories_folder()).eval()

    def lora(self, model, folder, seed, **fields):
        from peft import LoraConfig

        wanted = {"r": 4, "lora_alpha": 8, "target_modules": ["q_proj", "v_proj", "down_proj"], "lora_dropout": 0.1}
        return self._save(model, LoraConfig(task_type="CAUSAL_LM", **(wanted | fields)), folder, seed)

    def ia3(self, model, folder, seed, **fields):
        from peft import IA3Config

        wanted = {"target_modules": ["k_proj", "v_proj", "down_proj"], "feedforward_modules": ["down_proj"]}
        return self._save(model, IA3Config(task_type="CAUSAL_LM", **(wanted | fields)), folder, seed)

    def _save(self, model, config, folder, seed):
        """A trained adapter's like: every weight that training would change is drawn anew."""
        import torch
        from peft import get_peft_model

        generator = torch.Generator().manual_seed(seed)
        # What PEFT warns of while it makes an adapter is not what is tested.
        with torch.random.fork_rng(), warnings.catch_warnings(action="ignore"):
            wrapped = get_peft_model(copy.deepcopy(model), config)
        for name, value in wrapped.named_parameters():
            if value.requires_grad:
                noise = torch.randn(value.shape, generator=generator)
                value.data = 1 + 0.5 * noise if "ia3_l" in name else 0.3 * noise
        with warnings.catch_warnings(action="ignore"):
            wrapped.save_pretrained(folder)
        return Path(folder)

    def alone(self, base, folder):
        """A copy of the base with this one adapter, as PEFT itself loads it: what a separate run is."""
        import torch
        from peft import PeftModel

        with torch.random.fork_rng(), warnings.catch_warnings(action="ignore"):
            return PeftModel.from_pretrained(copy.deepcopy(base), folder).eval()


def stories_folder():
    root = os.environ.get("TABOO_DATA")
    if not root:
        pytest.skip("TABOO_DATA is not set: no real weights")
    return Path(root) / "tinystories-656k"


@pytest.fixture(scope="session")
def workshop():
    return Workshop()


@pytest.fixture(scope="session", params=["tiny", "stories"])
def base(request, workshop):
    """A base that nobody may change: tests copy it."""
    return workshop.llama() if request.param == "tiny" else workshop.stories()


@pytest.fixture(scope="session")
def folder(base, workshop, tmp_path_factory):
    """Adapters over `base`: four LoRAs that differ in rank, alpha and layers, and two (IA)3."""
    root = tmp_path_factory.mktemp("adapters")
    workshop.lora(base, root / "plain", 1)
    workshop.lora(base, root / "v1.2", 2, r=8, lora_alpha=4, target_modules=["q_proj", "o_proj"], use_rslora=True)
    patterns = {"rank_pattern": {"layers.1.self_attn.q_proj": 2}, "alpha_pattern": {"v_proj": 32}}
    workshop.lora(base, root / "team" / "wide", 3, r=3, target_modules="all-linear", **patterns)
    workshop.lora(base, root / "head", 4, target_modules=["lm_head", "gate_proj"], layers_to_transform=None)
    workshop.ia3(base, root / "keys", 5)
    workshop.ia3(base, root / "gates", 6, target_modules=["up_proj", "o_proj"], feedforward_modules=["o_proj"])
    return root
