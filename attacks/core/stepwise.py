"""Greedy search that looks at the candidates of one word at a time, the most telling word first.

It differs from `greedy`: candidates of a word are tried in the text as it stands by then, so a text that falls early
costs few questions. Every place is taken up once: no word is replaced twice.
"""

from attacks.core.candidates import Candidates, Constraint
from attacks.core.in_order import greedy_in_order
from attacks.core.ranking import Rank, by_loss, order_by_blanks
from attacks.core.searching import Search
from attacks.core.text import Text

__all__ = ["Rank", "by_loss", "stepwise_greedy"]


def stepwise_greedy(
    original: Text,
    base: float,
    candidates: Candidates,
    rank: Rank,
    blank: str,
    allowed: Constraint,
    *,
    as_it_stands: bool = False,
) -> Search:
    """Take up one word after the other, the heaviest first, until the goal is reached or no word is left.

    `base` is the score of the original. Every place is first shown with `blank` in its stead (empty: the word is taken
    out), all in one question; a text of a single word needs no order and is not asked. Then all candidates of a place
    are asked in one question. Of those that reach the goal the first is the result; otherwise the one with the
    highest score stays, provided that it brings the text nearer the goal than it was. Candidates are those of the
    original text; with `as_it_stands` those of the text as it stands when its place is taken up.
    """
    order = yield from order_by_blanks(original, base, rank, blank)
    return (yield from greedy_in_order(original, base, order, candidates, allowed, as_it_stands=as_it_stands))
