"""Charts as inline SVG, in the colours and fonts of `report`: curves over a logarithmic axis, histograms, intervals.

Narrow by design, so that the writing in them stays readable on a phone. Numbers only: no text of others comes in here.
"""

import math
from collections.abc import Iterator, Sequence
from typing import TypeAlias

Point: TypeAlias = tuple[float, float]

WIDTH, LEFT, RIGHT, TOP, BOTTOM = 420.0, 38.0, 12.0, 10.0, 36.0
HUES = 6
_DASHES = 3


def voice(number: int) -> str:
    """The classes that colour the series of that number; after six colours the lines are dashed."""
    return f"s{number % HUES} d{number // HUES % _DASHES}"


def key(number: int) -> str:
    """A stroke of that series, for a legend."""
    return (
        f'<svg viewBox="0 0 28 8" aria-hidden="true"><line x1="1" x2="27" y1="4" y2="4" class="curve {voice(number)}"/>'
        "</svg>"
    )


def steps(series: Sequence[Sequence[Point]], *, label: str, across: str, height: float = 250.0) -> str:
    """Step curves of shares in [0, 1] over counts from 1 on, on a logarithmic axis; each series ascends in both.

    A curve ends at its last point: what is beyond is not known.
    """
    most = max((x for points in series for x, _ in points), default=1.0)
    decades = max(1.0, math.log10(max(most, 10)))
    room, bottom = WIDTH - LEFT - RIGHT, height - BOTTOM

    def along(x: float) -> float:
        return LEFT + room * math.log10(max(x, 1)) / decades

    drawn = [*_across(0, [(0.25 * step, f"{25 * step} %") for step in range(5)], bottom)]
    for tick in _decades(most):
        x = along(tick)
        drawn.append(f'<line class="axis" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP:g}" y2="{bottom:g}"/>')
        drawn.append(_text(x, bottom + 15, _short(tick), "middle"))
    for number, points in enumerate(series):
        path = "".join(f"H{along(x):.1f}V{bottom - (bottom - TOP) * y:.1f}" for x, y in points)
        path = f"M{LEFT:.1f},{bottom:.1f}{path}"
        drawn.append(f'<path class="curve {voice(number)}" d="{path}"/>')
    return _figure(drawn, label, across, height)


def stacks(bins: Sequence[tuple[int, int]], edges: Sequence[float], *, number: int, label: str, across: str) -> str:
    """A histogram of two kinds: in each bin so many in the colour of series `number`, and so many grey above them."""
    height = 170.0
    bottom, room = height - BOTTOM, WIDTH - LEFT - RIGHT
    most = max([1, *(sum(both) for both in bins)])
    drawn = list(_across(0, [(0.0, "0"), (1.0, f"{most:,}")], bottom))
    each = room / max(1, len(bins))
    for place, (mine, rest) in enumerate(bins):
        top = bottom
        for count, kind in ((mine, f"fill {voice(number)}"), (rest, "rest")):
            tall = (bottom - TOP) * count / most
            top -= tall
            if count:
                x, wide = LEFT + each * place + 0.75, each - 1.5
                drawn.append(f'<rect class="{kind}" x="{x:.1f}" y="{top:.1f}" width="{wide:.1f}" height="{tall:.1f}"/>')
    for place in sorted({0, len(bins) // 2, len(bins)}):
        drawn.append(_text(LEFT + each * place, bottom + 15, _short(edges[place]), "middle"))
    return _figure(drawn, label, across, height)


def interval(low: float, value: float, high: float, number: int) -> str:
    """A share with its interval on a line from 0 to 1."""
    x = [2 + 140 * share for share in (low, value, high)]
    return (
        '<svg class="forest" viewBox="0 0 144 14" aria-hidden="true">'
        '<line class="axis" x1="2" x2="142" y1="7" y2="7"/>'
        f'<line class="whisker s{number % HUES}" x1="{x[0]:.1f}" x2="{x[2]:.1f}" y1="7" y2="7"/>'
        f'<circle class="fill s{number % HUES}" cx="{x[1]:.1f}" cy="7" r="4.5"/></svg>'
    )


def _across(start: float, ticks: Sequence[tuple[float, str]], bottom: float) -> Iterator[str]:
    """Level lines with what they stand for."""
    for share, told in ticks:
        y = bottom - (bottom - TOP) * share
        kind = "base" if share == start else "axis"
        yield f'<line class="{kind}" x1="{LEFT:g}" x2="{WIDTH - RIGHT:g}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield _text(LEFT - 6, y + 4, told, "end")


def _figure(drawn: Sequence[str], label: str, across: str, height: float) -> str:
    middle = (LEFT + WIDTH - RIGHT) / 2
    named = _text(middle, height - 4, across, "middle")
    return f'<svg viewBox="0 0 {WIDTH:g} {height:g}" role="img" aria-label="{label}">{"".join(drawn)}{named}</svg>'


def _text(x: float, y: float, told: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{told}</text>'


def _decades(most: float) -> list[int]:
    """Ticks of a logarithmic axis up to `most`; between tens where there are few of them."""
    tens = [10**power for power in range(int(math.log10(max(most, 10))) + 1)]
    between = (1, 2, 5) if len(tens) <= 3 else (1,)
    return [ten * step for ten in tens for step in between if ten * step <= max(most, 10)]


def _short(count: float) -> str:
    if count >= 10_000:
        return f"{count / 1000:g}k"
    return f"{count:,.0f}"
