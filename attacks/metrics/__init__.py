"""How far one text is from another: pure functions of two texts, which ask no model.

distance    edit distance of any two sequences, counted and as a share
words       words of a text, how many of them changed and are left, and where (by alignment: a word put in moves no
            other)
"""

from attacks.metrics.distance import distance, share
from attacks.metrics.words import Piece, aligned, in_common, words_changed, words_of

__all__ = ["Piece", "aligned", "distance", "in_common", "share", "words_changed", "words_of"]
