"""What the tests of attacks on characters share: the attacks, texts, and how a search is driven by hand."""

import re
import unicodedata

from attacks_doubles import Counting

from attacks.core.searching import Outcome
from attacks.engine import Engine, Example, Row
from attacks.recipes import bad_characters
from attacks.recipes.deepwordbug import DeepWordBug, Scorer
from attacks.recipes.textbugger import TextBugger
from attacks.recipes.viper import Viper
from attacks.recipes.viper_visual import VisualViper
from attacks.transformations.characters import homoglyphs

ATTACKS = {
    "deepwordbug": DeepWordBug,
    **{f"deepwordbug-{scorer}": lambda scorer=scorer: DeepWordBug(scorer) for scorer in Scorer},
    "textbugger": TextBugger,
    "viper": Viper,
    "viper-visual": VisualViper,
    "bad-invisible": bad_characters.invisible,
    "bad-homoglyph": bad_characters.homoglyph,
    "bad-reorder": bad_characters.reorder,
    "bad-delete": bad_characters.delete,
}
TEXTS = (
    "a great film",
    "Great, great film: fine (and awful) in parts",
    "fine",
    "nothing to lose here, at all!",
    "...!!!",
    "\U0001f600 great \U0001f34e",
    "mixed 海上 great скрипт",
    "x",
)
EXAMPLES = [Example(number, text, 1) for number, text in enumerate(TEXTS)]


def rows(attack, examples=EXAMPLES, victim=None, **options) -> list[Row]:
    engine = Engine(victim or Counting(0.1), attack, **options)
    return sorted(engine.run(examples), key=lambda row: row.number)


def one(attack, text, victim=None, **options) -> Row:
    (row,) = rows(attack, [Example(0, text, 1)], victim or Counting(-0.1), **options)
    return row


def driven(search, judge):
    """What a search asked, question by question, and what it returned; `judge` says what a text comes to."""
    asked = []
    try:
        question = next(search)
        while True:
            asked.append([it.written for it in question])
            question = search.send([Outcome(*judge(it.written)) for it in question])
    except StopIteration as stopped:
        return asked, stopped.value


def without_marks(text: str) -> str:
    return "".join(it for it in unicodedata.normalize("NFD", text) if not unicodedata.combining(it))


def without_homoglyphs(text: str) -> str:
    back = {alike: letter for letter, all_alike in homoglyphs().items() for alike in all_alike}
    return "".join(back.get(it, it) for it in text)


SEEN = {
    "viper": without_marks,
    "bad-invisible": lambda text: re.sub("[\u200b-\u200d]", "", text),
    "bad-homoglyph": without_homoglyphs,
    "bad-reorder": lambda text: re.sub("\u202e(.)(.)\u202c", r"\2\1", text),
    "bad-delete": lambda text: re.sub(".\b", "", text),
}
