"""A language model that writes: `writer:FOLDER-OR-NAME`, `writer:URL#MODEL` or `writer:FILE.toml`.

What it is attacked for is what it replies. It writes greedily, so that one text has one reply.
"""

from collections.abc import Sequence
from hashlib import sha256

from attacks.core.errors import VictimError
from attacks.core.ports import Capability
from attacks.victims.causal_lm import CausalLM
from attacks.victims.chat import Chat
from attacks.victims.errors import VictimMissingError
from attacks.victims.prompting import Prompting


class Writer:
    """A model with a template (the text alone, where no file of settings gives another)."""

    can = frozenset({Capability.REPLIES})

    def __init__(self, model: CausalLM | Chat, prompting: Prompting) -> None:
        """Raises ValueError where the model has no room for the template and a reply."""
        self._model, self._prompting, self.name = model, prompting, model.name
        reads = model.fingerprint if isinstance(model, CausalLM) else model.name
        self.fingerprint = sha256(f"{reads}\n{prompting.digest}".encode()).hexdigest()[:16]
        self._prompts([""])

    @classmethod
    def open(cls, which: str) -> "Writer":
        """The model in a folder, of a name, behind `URL#MODEL`, or of a file of settings. Raises VictimMissingError."""
        prompting = Prompting.read("writer", which, template="{text}")
        address = prompting.address
        try:
            made = cls(Chat(*address) if address else CausalLM.open("writer", prompting.model), prompting)
            if address:
                made.reply(["Say yes."])
        except (ValueError, VictimError) as problem:
            remedy = "name a model that is here, or a running server as URL#MODEL, in a file of settings or by itself"
            raise VictimMissingError(f"writer:{which}", str(problem), remedy) from None
        return made

    def reply(self, texts: Sequence[str]) -> list[str]:
        """One reply to each text, greedily written, without the spaces around it."""
        prompts = self._prompts(texts)
        if isinstance(self._model, Chat):
            return self._model.replies(prompts, self._prompting.tokens)
        return self._model.written(prompts, self._prompting.tokens)

    def _prompts(self, texts: Sequence[str]) -> list[str]:
        template = self._prompting.template
        if isinstance(self._model, Chat):
            return [template.replace("{text}", text) for text in texts]
        return [self._model.fitted(template, text, self._prompting.tokens) for text in texts]
