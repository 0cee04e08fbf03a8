"""A random Llama whose forward pass a test may break, and the jobs that tests give it."""

import threading

import torch
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from agents.llm.engines.local.job import Job
from agents.llm.engines.local.tokens import Tokens
from arena.core.generation import Sampling

POISON = 99
VOCABULARY = 100
SECONDS = 60
"""How long a test waits for what takes a moment."""


class Brittle(LlamaForCausalLM):
    """A model that notes what it reads, and breaks, blocks or runs out of memory where it is told to."""

    def __init__(self, config):
        super().__init__(config)
        self.read = []
        self.most_tokens = None
        self.blocking = None
        self.breaks = True

    def forward(self, input_ids=None, **kwargs):
        """The logits, or the trouble that was asked for."""
        self.read.append(input_ids.numel())
        if self.most_tokens is not None and input_ids.numel() > self.most_tokens:
            raise torch.OutOfMemoryError(f"{input_ids.numel()} tokens are too many")
        if self.breaks and bool((input_ids == POISON).any()):
            if self.blocking is None:
                raise RuntimeError("poisoned")
            self.blocking.wait(SECONDS)
        output = super().forward(input_ids=input_ids, **kwargs)
        output.logits[..., POISON] = float("-inf")  # it comes in prompts alone
        return output


def brittle(seed=0, context=256):
    """A fresh random model; the same seed gives the same weights."""
    shape = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4}
    shape |= {"num_key_value_heads": 2, "bos_token_id": None, "eos_token_id": None}
    config = LlamaConfig(vocab_size=VOCABULARY, max_position_embeddings=context, **shape)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = Brittle(config).eval()
    with torch.no_grad():
        model.lm_head.weight.mul_(20)  # else every token is about as likely as any other
    return model


def words():
    """Tokens that are words of a letter and a number."""
    spelled = Tokenizer(WordLevel({f"w{number}": number for number in range(VOCABULARY)}, unk_token="w0"))
    spelled.pre_tokenizer = Whitespace()
    return Tokens("small", PreTrainedTokenizerFast(tokenizer_object=spelled, unk_token="w0"), [])


def job(tokens, ids, seed=0, *, temperature=1.0, top_k=0, top_p=1.0, most=16, stop=(), deadline=None, watch=None):
    """A request as a runner gets it."""
    sampling = Sampling(temperature=temperature, top_k=top_k, top_p=top_p, max_tokens=most, stop=stop)
    return Job(tuple(ids), sampling, seed, tokens, deadline=deadline, watch=watch)


def ids_of(job):
    """The tokens of a job's answer, once it has one."""
    job.answer.result(SECONDS)
    return job.all_ids[len(job.ids) :]


def error_of(job):
    """The error that a job ended in."""
    return job.answer.exception(SECONDS)


class Gate:
    """A `watch` that holds up the batch at its first piece of text, until it is opened."""

    def __init__(self):
        self.reached, self.opened = threading.Event(), threading.Event()

    def __call__(self, _):
        """Wait."""
        self.reached.set()
        self.opened.wait(SECONDS)
