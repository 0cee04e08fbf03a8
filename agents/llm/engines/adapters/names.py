"""From the name of an adapter to its folder, which is a folder below the adapters folder and nowhere else."""

from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path, PurePosixPath, PureWindowsPath

from agents.llm.engines.adapters.adapter import Asked

CONFIG = "adapter_config.json"
"""What makes a folder an adapter."""


def known(root: Path) -> Iterator[str]:
    """The names of all adapters: folders below `root`, at most two levels deep, that hold a config."""
    for pattern in (f"*/{CONFIG}", f"*/*/{CONFIG}"):
        for config in sorted(root.glob(pattern)):
            yield config.parent.relative_to(root).as_posix()


def locate(root: Path | None, asked: Asked) -> Path:
    """The folder of an adapter. Raises AdapterError where the name leads out of `root` or to nothing."""
    if root is None:
        raise asked.refused(
            "cannot be looked for: the model was opened without a folder of adapters", "add adapters=FOLDER"
        )
    if not root.is_dir():
        raise asked.refused(f"cannot be looked for: there is no folder {str(root)!r}", "add adapters=FOLDER")
    if not _is_plain(asked.name):
        raise asked.refused("is not the name of a folder of adapters", f"give the name of a folder below {str(root)!r}")
    folder = inside(root, root / asked.name, asked)
    if not (folder / CONFIG).exists():
        raise asked.refused(f"is not in {str(root)!r}", _hint(root, asked.name))
    return folder


def inside(root: Path, path: Path, asked: Asked) -> Path:
    """The path with its links followed. Raises AdapterError where they lead out of `root`."""
    # strict=False: what does not exist is refused later, by what it lacks.
    resolved = path.resolve()
    if not resolved.is_relative_to(root.resolve()):
        raise asked.refused(f"leads out of {str(root)!r}: {path.name!r} is a link", "copy the files into the folder")
    return resolved


def _is_plain(name: str) -> bool:
    """Whether a name is made of names of folders only, on every system."""
    posix, windows = PurePosixPath(name), PureWindowsPath(name)
    if not name.isprintable() or "\\" in name or posix.is_absolute() or windows.drive or windows.is_absolute():
        return False
    # Compared as text: pure paths quietly drop `.` and doubled slashes.
    return all(part not in ("", ".", "..") for part in name.split("/"))


def _hint(root: Path, name: str) -> str:
    names = list(known(root))
    if near := get_close_matches(name, names, n=3):
        return "did you mean " + " or ".join(near) + "?"
    return "known: " + ", ".join(names[:20]) if names else "there is no adapter in that folder"
