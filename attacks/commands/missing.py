"""What a recipe lacks on this machine, told by what is set and what is there: no recipe is made, no model loaded.

The table holds for recipes that come with the project, made without an argument and for English. Whether a file is one
that the recipe can read is only known when an attack is made.
"""

import importlib.util
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

Lack = Callable[[], str]
"""A sentence without its full stop on what is missing; empty where nothing is."""


def missing(recipe: str) -> str:
    """The first thing that a recipe lacks here, empty where nothing is known to be missing."""
    return next((told for lack in _LACKS.get(recipe, ()) if (told := lack())), "")


def _file(what: str, variable: str) -> Lack:
    """A file that a variable names."""

    def lack() -> str:
        named = os.environ.get(variable, "")
        if not named:
            return f"{what} is not here (looked in {variable})"
        return "" if Path(named).is_file() else f"{what} is not here ({variable} names {named})"

    return lack


def _model(what: str, variable: str) -> Lack:
    """A model that a variable names: a folder or, where it is not written as a path, a model that would be fetched."""

    def lack() -> str:
        named = os.environ.get(variable, "")
        if not named:
            return f"{what} is not here (looked in {variable})"
        is_path = named.startswith(("/", "~", ".")) or named.count("/") > 1
        return f"{what} is not here ({variable} names {named})" if is_path and not Path(named).is_dir() else ""

    return lack


def _nltk(*resources: str) -> Lack:
    """Files of nltk, unpacked or as they come; they are looked for in all of nltk's folders."""

    def lack() -> str:
        if importlib.util.find_spec("nltk") is None:
            return "nltk is not installed"
        folders = _nltk_folders()
        for resource in resources:
            if not any((folder / it).exists() for folder in folders for it in (resource, f"{resource}.zip")):
                return f"nltk's {resource.partition('/')[2]} is not here (looked in NLTK_DATA and nltk's own folders)"
        return ""

    return lack


def _nltk_folders() -> list[Path]:
    """Where nltk looks; importing it to ask takes longer than all else here."""
    named = [Path(it) for it in os.environ.get("NLTK_DATA", "").split(os.pathsep) if it]
    own = [Path(sys.prefix, *it, "nltk_data") for it in ((), ("share",), ("lib",))]
    shared = [Path("/usr", it, "nltk_data") for it in ("share", "lib", "local/share", "local/lib")]
    return [*named, Path("~/nltk_data").expanduser(), *own, *shared]


def _installed(package: str) -> Lack:
    return lambda: "" if importlib.util.find_spec(package) is not None else f"{package} is not installed"


_STOPS, _TAGGER = _nltk("corpora/stopwords"), _nltk("taggers/averaged_perceptron_tagger_eng")
_WORDNET = (_nltk("corpora/wordnet", "corpora/stopwords"),)
_NEIGHBOURS = _file("a file of counter-fitted neighbours", "TABOO_COUNTERFITTED")
_MASKED = (_installed("transformers"), _model("a masked language model", "TABOO_MASKED_LM"))
_PARAPHRASER = (_installed("transformers"), _model("a model that paraphrases", "TABOO_PARAPHRASER"))
_LACKS: Mapping[str, tuple[Lack, ...]] = {
    **dict.fromkeys(("pwws", "swift", "greedy", "beam", "random", "exhaustive", "decision", "gradient"), _WORDNET),
    **dict.fromkeys(("textfooler", "geo"), (_NEIGHBOURS, _STOPS, _TAGGER)),
    "genetic": (_NEIGHBOURS, _STOPS),
    "pso": (_file("HowNet's dictionary", "TABOO_HOWNET"), *_WORDNET),
    "bae": (*_MASKED, _STOPS, _TAGGER),
    "bert-attack": (*_MASKED, _STOPS),
    "clare": (*_MASKED, _TAGGER),
    "gan": _MASKED,
    "scpn": _PARAPHRASER,
    "hotflip": (_STOPS, _TAGGER),
    "sea": (_TAGGER,),
    "openattack": (_installed("OpenAttack"),),
}
