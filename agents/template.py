"""`taboo agent new`: a small project to begin an agent of one's own with."""

import importlib.util
import keyword
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from arena.core.errors import TabooError

OWN_PACKAGES = frozenset({"arena", "agents", "attacks", "web"})
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,29}")


@dataclass(eq=False)
class TemplateError(TabooError):
    """No project can be made under this name."""

    name: str
    problem: str

    def __str__(self) -> str:
        return f"cannot make a project {self.name!r}: {self.problem}"


@dataclass(frozen=True, slots=True)
class Template:
    """A project to be: folder, module and class of an agent."""

    folder: Path
    name: str
    module: str
    kind: str

    @property
    def reference(self) -> str:
        """The class as commands name it."""
        return f"{self.module}:{self.kind}"

    def files(self) -> dict[str, str]:
        """Every file of the project, by its name."""
        words = {"NAME": self.name, "MODULE": self.module, "KIND": self.kind}
        rows = {
            f"{self.module}.py": _AGENT,
            f"test_{self.module}.py": _TEST,
            "pyproject.toml": _PROJECT,
            "README.md": _README,
        }
        return {name: _filled(text, words) for name, text in rows.items()}

    def write(self) -> None:
        """Make the folder and its files. Raises TemplateError where it is there already."""
        try:
            self.folder.mkdir()
        except FileExistsError:
            raise TemplateError(self.name, f"{self.folder} is there already; choose another name") from None
        for name, text in self.files().items():
            (self.folder / name).write_text(text, encoding="utf-8")


def template(name: str, where: Path) -> Template:
    """The project of this name in a folder. Raises TemplateError for a name that would shadow or cannot be imported."""
    if not _NAME.fullmatch(name):
        raise TemplateError(name, "give 1 to 30 letters, digits, dashes or underscores, beginning with a letter")
    stem = name.lower().replace("-", "_").rstrip("_")
    if stem in OWN_PACKAGES:
        raise TemplateError(name, "it is the name of a package of Taboo Arena; choose another")
    if stem in sys.stdlib_module_names or keyword.iskeyword(stem):
        raise TemplateError(name, "it is a name of Python's own; choose another")
    base = stem.removesuffix("_agent")
    module = f"{base}_agent"
    if importlib.util.find_spec(module) is not None and not (Path.cwd() / f"{module}.py").exists():
        raise TemplateError(name, f"a module {module!r} is installed already; choose another")
    kind = "".join(part.capitalize() for part in base.split("_") if part)
    return Template(where / name, base.replace("_", "-"), module, kind)


def _filled(text: str, words: dict[str, str]) -> str:
    for word, value in words.items():
        text = text.replace(f"@{word}@", value)
    return text


_AGENT = '''"""@NAME@: an agent for Taboo Arena."""

from arena.core.ports import AgentCard


class @KIND@:
    """Asks back. Attacks without a plan, and defends by giving nothing away."""

    card = AgentCard("@NAME@", "1", "answers every question with a question")

    async def act(self, view):
        """What to say at this view: a text, or {"text": ..., "guess": ...} to guess as the defender."""
        heard = view.said_by(view.role.other)
        last = heard[-1].split() if heard else []
        if view.role == "attacker":
            return f"What comes to your mind first, part {view.turn}?"  # view.target is the word it must not say
        return f"Why do you ask about {last[-1].strip('.?!')}?" if last else "What would you like to talk about?"
'''

_TEST = """from agents.process import ProcessAgent
from arena.testing import assert_agent_conforms


def test_@MODULE@_plays_by_the_rules():
    assert_agent_conforms(ProcessAgent, "@MODULE@:@KIND@")
"""

_PROJECT = """[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "@NAME@-agent"
version = "0.1.0"
description = "An agent for Taboo Arena."
requires-python = ">=3.11"
dependencies = ["taboo-arena"]

[project.entry-points."arena.agents"]
@NAME@ = "@MODULE@:@KIND@"

[tool.hatch.build.targets.wheel]
only-include = ["@MODULE@.py"]

[tool.pytest.ini_options]
pythonpath = ["."]
"""

_README = """# @NAME@

An agent for Taboo Arena. `@MODULE@.py` is all of it.

```console
$ taboo agent check @MODULE@:@KIND@
$ python -m pytest
$ taboo agent run @MODULE@:@KIND@ --server http://localhost:8000
```

`check` plays it here against built-in agents; `run` lets it play on a server, with the token in `TABOO_TOKEN`.
"""
