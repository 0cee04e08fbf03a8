"""The hash of prompts that stands in transcripts: it changes whenever a text that a model is shown could."""

import hashlib
import json
from functools import cache
from importlib.resources import files

from agents.llm.prompts.style import Style
from agents.llm.prompts.wording import FULL, SHORT, wording
from arena.core.hits import Language
from arena.core.verdict import Role

_CODE = ("cuts", "filling", "parts", "prompts", "quoting", "slots", "templates", "wording")
"""The modules that have a say in what a prompt looks like."""


@cache
def _code() -> str:
    """A digest of the modules that have a say in a prompt."""
    package, digest = files("agents.llm.prompts"), hashlib.sha256()
    for name in _CODE:
        digest.update(package.joinpath(f"{name}.py").read_text(encoding="utf-8").encode())
    return digest.hexdigest()


def text_hash(style: Style, role: Role, language: Language) -> str:
    """16 hex digits over everything that can enter the prompts of a style for a role and language."""
    words = wording(language)
    templates = style.templates.get((language, role), {})
    parts = {name: [templates[name].source, sorted(templates[name].known)] for name in sorted(templates)}
    named = frozenset[str]().union(*(template.uses for template in templates.values()))
    rules = {slot: words.rules[role, slot].source for slot in (FULL, SHORT) if slot in named}
    row = [
        style.version, style.layout, style.answer, style.thinks, style.stop, parts, rules,
        dict(words.judges), words.other_judge, dict(words.names), words.comma, words.redacted, _code(),
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(row, sort_keys=True).encode()).hexdigest()[:16]
