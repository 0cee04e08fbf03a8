"""Examples of a report: what every attack made of a text, side by side, with the edits marked."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from arena.analysis import charts
from arena.analysis.report import section, shown
from attacks.core.text import PAIR
from attacks.engine import Row, Status
from attacks.evaluation.finished import Finished
from attacks.metrics import Piece, aligned

MOST_EXAMPLES = 8
_KEPT = 110
"""Characters of an unchanged stretch that stay on either side of a change."""
_WHOLE = 600
"""Characters of an unchanged stretch with the end of a pair's first half in it that stay whole."""


def examples(attacks: Sequence[Finished]) -> Iterator[str]:
    """For each set of examples some of its texts, each with what every attack made of it."""
    numbered = sorted(enumerate(attacks), key=lambda pair: (pair[1].digest, pair[0]))
    for _, some in groupby(numbered, key=lambda pair: pair[1].digest):
        group = dict(some)
        chosen = _chosen(group)
        if chosen:
            file = next(iter(group.values())).file
            many = "1 example" if len(chosen) == 1 else f"{len(chosen)} examples"
            lead = f"{many} of {file} that fell, picked evenly by number, not by beauty."
            yield section("Examples", lead, *(_case(rows, group) for rows in chosen))


def _chosen(group: Mapping[int, Finished]) -> list[dict[int, Row]]:
    """Examples that fell to the most attacks, evenly spread over the file: rows by the numbers of the attacks."""
    by_number: dict[int, dict[int, Row]] = {}
    for number, it in group.items():
        for row in it.rows:
            if row.status is Status.SUCCEEDED and row.perturbed is not None:
                by_number.setdefault(row.number, {})[number] = row
    rows = [by_number[number] | _held(group, number) for number in sorted(by_number)]
    most = max((len(by_number[number]) for number in by_number), default=0)
    best = [row for row, number in zip(rows, sorted(by_number), strict=True) if len(by_number[number]) == most]
    step = max(1, len(best) // MOST_EXAMPLES)
    return best[::step][:MOST_EXAMPLES]


def _held(group: Mapping[int, Finished], example: int) -> dict[int, Row]:
    return {
        number: row
        for number, it in group.items()
        for row in it.rows
        if row.number == example and row.status is not Status.SUCCEEDED
    }


def _case(rows: Mapping[int, Row], attacks: Mapping[int, Finished]) -> str:
    number, first = next(iter(rows.items()))
    right = shown(attacks[number].class_name(first.label))
    told = f'<h3>Example {first.number} <span class="hint">right label {right}</span></h3>'
    boxes = "".join(_box(number, attacks[number], row) for number, row in sorted(rows.items()))
    return f'<article class="sheet case">{told}{boxes}</article>'


def _box(number: int, it: Finished, row: Row) -> str:
    """What one attack made of a text: the original beside what stands there now, or that it held."""
    head = (
        f'<p class="who">{charts.key(number)}<b>{shown(it.title)}</b> <span class="hint">{shown(it.target)}</span></p>'
    )
    if row.status is not Status.SUCCEEDED:
        why = f": {row.problem}" if row.problem else ""
        return f'<div class="made {charts.voice(number)}">{head}<p class="hint">{row.status}{shown(why)}</p></div>'
    gone, came = marked(row)
    sides = (("original", row.before, gone), ("perturbed", row.after, came))
    texts = "".join(
        f'<div><p class="hint">{name}{_answer(it, row, answer)}</p><p class="said" dir="auto">{text}</p></div>'
        for name, answer, text in sides
    )
    below = _measures(it, row.number)
    return f'<div class="made {charts.voice(number)}">{head}<div class="pair">{texts}</div>{below}</div>'


def _answer(it: Finished, row: Row, said: Sequence[float] | str | None) -> str:
    """What the victim said: its class and how sure it is, or its reply."""
    if said is None or not len(said):
        return ""
    if isinstance(said, str):
        return f", the victim replies: {shown(said)}"
    top = max(range(len(said)), key=said.__getitem__)
    right = ""
    if isinstance(row.label, int) and top != row.label and 0 <= row.label < len(said):
        right = f", right label at {100 * said[row.label]:.1f} %"
    return f": {shown(it.class_name(top))} at {100 * said[top]:.1f} %{right}"


def _measures(it: Finished, number: int) -> str:
    told = [f"{name} {of.values[number]:.2f}" for name, of in it.measures.items() if number in of.values]
    return f'<p class="hint">{", ".join(told)}</p>' if told else ""


def marked(row: Row) -> tuple[str, str]:
    """The original with what went, and the perturbed text with what came, as HTML; long unchanged stretches cut."""
    pieces = aligned(row.text, row.perturbed or "")
    last = len(pieces) - 1
    gone, came = [], []
    for place, piece in enumerate(pieces):
        if piece.is_changed:
            gone.append(f"<del>{_said(piece.original)}</del>" if piece.original else "")
            came.append(f"<ins>{_said(piece.perturbed)}</ins>" if piece.perturbed else "")
            continue
        kept = _kept(piece, is_first=place == 0, is_last=place == last)
        gone.append(kept)
        came.append(kept)
    return "".join(gone), "".join(came)


def _kept(piece: Piece, *, is_first: bool, is_last: bool) -> str:
    """An unchanged stretch, of which only what stands beside a change is kept where it is long."""
    text = piece.original
    left, right = (0 if is_first else _KEPT), (0 if is_last else _KEPT)
    if len(text) <= left + right + 40 or (PAIR in text and len(text) <= _WHOLE):
        return _said(text)
    return _said(text[:left]) + '<span class="cut"> &#8230; </span>' + _said(text[len(text) - right :])


def _said(text: str) -> str:
    """A text as HTML; what parts the halves of a pair is a line with a name."""
    return '<span class="halves">and</span>'.join(shown(half) for half in text.split(PAIR))
