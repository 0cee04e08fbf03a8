"""Prompts by the name of a style, or from a file."""

from difflib import get_close_matches
from functools import cache
from pathlib import Path

from agents.llm.prompts.errors import PromptError
from agents.llm.prompts.prompts import Prompts
from agents.llm.prompts.style import STYLES, built_in, from_file


def load(name_or_path: str) -> Prompts:
    """The prompts of a style that comes along, or of a file of the user's own. Raises PromptError.

    A style's name means the style, even where a file has that name: write ./NAME for the file.
    """
    if name_or_path in STYLES:
        return _built_in(name_or_path)
    path = _file(name_or_path)
    if path is None:
        near = tuple(get_close_matches(name_or_path, STYLES, n=1))
        raise PromptError(name_or_path, "there is no such style, and no such file", None, near, STYLES)
    return Prompts(from_file(path))


def _file(name: str) -> Path | None:
    """The file of a name, None where there is none."""
    try:
        path = Path(name).expanduser()
        return path if path.is_file() else None
    except (OSError, RuntimeError):  # a name too long, or the home of nobody
        return None


@cache
def _built_in(name: str) -> Prompts:
    return Prompts(built_in(name))
