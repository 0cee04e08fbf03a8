"""The curve of `taboo leak`: the mean log-probability by turn, a line for each way in which matches end."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from arena.commands.leak_report import Told, means
from arena.commands.options import FileError
from arena.core.errors import TabooError


@dataclass(eq=False)
class MissingExtraError(TabooError):
    """A package that an option needs is not installed."""

    option: str
    package: str
    extra: str

    def __str__(self) -> str:
        return f"{self.option} needs {self.package}, which is not installed; install taboo-arena[{self.extra}]"


def check_plot(path: Path) -> None:
    """Raise MissingExtraError or FileError where no picture could be written, before anything is measured."""
    if find_spec("matplotlib") is None:
        raise MissingExtraError("--plot", "matplotlib", "analysis")
    if path.suffix.lower() not in (".png", ".svg", ".pdf"):
        raise FileError(str(path), "is no picture; name it .png, .svg or .pdf")
    if path.is_dir() or not path.parent.is_dir():
        raise FileError(str(path), "cannot be written: its folder is missing, or it is a folder")


def plot(told: Sequence[Told], path: Path, title: str) -> None:
    """Write the picture. Raises FileError."""
    from matplotlib.figure import Figure  # not pyplot: that one keeps every figure, and looks for a screen

    figure = Figure(figsize=(7, 4.2), layout="constrained")
    axes = figure.add_subplot()
    for ending, row in means(told).items():
        count = sum(match.ending == ending for match in told)
        axes.plot(list(row), [mean.value for mean in row.values()], marker="o", label=f"{ending} ({count})")
    axes.set(title=title, xlabel="turn", ylabel="mean log p of the target")
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.legend(title="ended")
    try:
        figure.savefig(path, dpi=150)
    except OSError as wrong:
        raise FileError(str(path), f"cannot be written: {wrong.strerror}") from None
