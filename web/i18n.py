"""What the pages say, in every language they speak: catalogues in `web/words/*.LANGUAGE.toml`, keyed by meaning.

All files of a language make one catalogue; tables nest, so `[home] title` is the key `home.title`. A missing key is a
bug and raises. What players wrote is put into a sentence isolated, so that it cannot turn the sentence around.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any

from markupsafe import Markup, escape
from starlette.requests import HTTPConnection

from arena.core.hits import Language
from arena.server.house import house_of

COOKIE = "taboo_lang"
QUERY = "lang"
_GAP = re.compile(r"\{(\w+)\}")
_ISOLATES = re.compile("[\u2066-\u2069]")
_OPEN, _CLOSE = "\u2068", "\u2069"
_TURNING = frozenset({"R", "AL", "AN", "RLE", "RLO", "RLI", "LRE", "LRO", "LRI", "FSI", "PDF", "PDI"})
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u2064"
    "\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)


class Words:
    """The catalogue of one language."""

    def __init__(self, language: Language, texts: Mapping[str, str]) -> None:
        self.language, self.texts = language, texts

    def __call__(self, key: str, /, **values: object) -> str:
        """The text of a key with each `{name}` filled in. Raises KeyError."""
        return _GAP.sub(lambda gap: isolated(str(values[gap[1]])), self.texts[key])

    def markup(self, key: str, /, **values: object) -> Markup:
        """The text of a key that holds markup of ours; values are escaped, each in its own element. Raises KeyError."""
        return Markup(_GAP.sub(lambda gap: _element(values[gap[1]]), self.texts[key]))

    def raw(self, key: str) -> str:
        """The text of a key with its `{name}`s still open, for a script to fill in. Raises KeyError."""
        return self.texts[key]

    def __contains__(self, key: str) -> bool:
        return key in self.texts

    def section(self, name: str) -> dict[str, str]:
        """The texts under a name, keyed by what follows it: what a page's scripts are given."""
        head = f"{name}."
        return {key.removeprefix(head): text for key, text in self.texts.items() if key.startswith(head)}


def visible(text: str) -> str:
    """The text with what cannot be seen, or turns the text around, written out by number."""
    return _UNSEEN.sub(lambda found: f"\u2039U+{ord(found[0]):04X}\u203a", text)


def isolated(text: str) -> str:
    """The text, closed off from what stands around it where it runs from right to left."""
    shown = visible(text)
    if not any(unicodedata.bidirectional(letter) in _TURNING for letter in shown):
        return shown
    return _OPEN + _ISOLATES.sub("", shown) + _CLOSE


def _element(value: object) -> str:
    return str(value) if isinstance(value, Markup) else f"<bdi>{escape(visible(str(value)))}</bdi>"


# --- catalogues -------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=8)
def words(language: Language) -> Words:
    """The catalogue of a language. Raises ValueError where two files give one key."""
    texts: dict[str, str] = {}
    for name, table in _tables(language):
        for key, text in _flat(table):
            if key in texts:
                raise ValueError(f"{name}: {key} is in another catalogue too")
            texts[key] = text
    return Words(language, texts)


def _tables(language: Language) -> Iterator[tuple[str, dict[str, Any]]]:
    for file in sorted(files("web").joinpath("words").iterdir(), key=lambda it: it.name):
        if file.name.endswith(f".{language.value}.toml"):
            yield file.name, tomllib.loads(file.read_text(encoding="utf-8"))


def _flat(table: Mapping[str, Any], head: str = "") -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{head}{name}.")
        else:
            yield f"{head}{name}", str(value)


# --- which language ---------------------------------------------------------------------------------------------------


def language_of(request: HTTPConnection) -> Language:
    """The language a visitor wants: by the address, their last choice, their browser, or else the host's."""
    for wish in (request.query_params.get(QUERY), request.cookies.get(COOKIE)):
        if wish in list(Language):
            return Language(wish)
    return _accepted(request.headers.get("accept-language", "")) or house_of(request).settings.language


def _accepted(header: str) -> Language | None:
    wishes = []
    for place, part in enumerate(header[:1000].split(",")):
        tag, _, rest = part.strip().partition(";")
        wishes.append((-_quality(rest), place, tag.lower().partition("-")[0]))
    known = [tag for quality, _, tag in sorted(wishes) if quality < 0 and tag in list(Language)]
    return Language(known[0]) if known else None


def _quality(rest: str) -> float:
    name, _, value = rest.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
