"""The table of settings in `docs/deploying.md`, made from the code: `python -m arena.server.settings_table`."""

import sys
from enum import Enum
from typing import Any

from arena.server.settings import PREFIX, Settings


def table() -> str:
    """Every setting in a Markdown table: its name in a file and in the environment, its default, what it is."""
    rows = ["| setting | environment | default | what it is |", "|---|---|---|---|"]
    for name, field in Settings.model_fields.items():
        about = " ".join((field.description or "").split())
        rows.append(f"| `{name}` | `{PREFIX}{name.upper()}` | `{_written(field.default)}` | {about} |")
    return "\n".join(rows) + "\n"


def _written(value: Any) -> str:  # noqa: ANN401 - a default of any setting
    """A default as a TOML file has it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, tuple):
        return f"[{', '.join(_written(it) for it in value)}]"
    return f'"{value}"' if isinstance(value, str) else f"{value:g}"


if __name__ == "__main__":
    sys.stdout.write(table())
