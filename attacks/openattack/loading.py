"""OpenAttack 2.1.1 as it must be on today's nltk and transformers, and without a way to download.

Its three loaders of nltk's data read formats that nltk gave up: they are replaced. Files that nltk does not have are
looked for in the folder `TABOO_OPENATTACK` (else `data` here), under the names that OpenAttack gives them.
"""

import os
import sys
import warnings
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from threading import RLock
from typing import Any

from attacks.openattack.draws import plant
from attacks.openattack.errors import OpenAttackMissingError
from attacks.transformations import nltk_files
from attacks.transformations.errors import DataMissingError

VARIABLE = "TABOO_OPENATTACK"
WORDNET, TAGGER = "corpora/wordnet", "taggers/averaged_perceptron_tagger_eng"
SENTENCES = "tokenizers/punkt_tab/english"
loading = RLock()
"""Held by whoever loads something: OpenAttack's store of data is for one at a time."""


def openattack() -> Any:  # noqa: ANN401 - a module without types
    """The library. Raises OpenAttackMissingError."""
    with loading:
        return _imported()


def look_for_files() -> None:
    """Have the library look for its files where TABOO_OPENATTACK says now. Raises OpenAttackMissingError."""
    with loading:
        store = _imported().DataManager
        store.set_path(str(Path(os.environ.get(VARIABLE) or "data").absolute()))
        # nltk finds these by itself; the library only asks whether a path is there.
        store.data_path.update(dict.fromkeys(_LOADERS, os.curdir))


def missing(name: str, looked: str) -> DataMissingError:
    """The error of a file of OpenAttack's that is not here."""
    remedy = (
        f"where there is a network, run: python -c \"import OpenAttack; OpenAttack.download('{name}')\", "
        f"and set {VARIABLE} to the folder that it writes, which is called data"
    )
    return DataMissingError(f"OpenAttack's {name}", looked, remedy)


@lru_cache(maxsize=1)
def _imported() -> Any:  # noqa: ANN401
    try:
        with warnings.catch_warnings():
            # It finds its modules in ways that Python 3.12 no longer has, and its texts hold stray backslashes.
            warnings.simplefilter("ignore", DeprecationWarning)
            library = import_module("OpenAttack")
    except (ImportError, AttributeError) as problem:
        raise OpenAttackMissingError(f"{type(problem).__name__}: {problem}") from None
    library.DataManager.setAutoDownload(False)
    library.DataManager.data_loader.update(_LOADERS)
    plant([module for name, module in sys.modules.items() if name.startswith("OpenAttack.attackers.")])
    return library


def _wordnet(_path: str) -> Any:  # noqa: ANN401
    import nltk

    nltk_files.require(WORDNET)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The multilingual functions are not available", UserWarning)
        return nltk.corpus.reader.WordNetCorpusReader(nltk.data.find(WORDNET), None)


def _tagger(_path: str) -> Any:  # noqa: ANN401
    import nltk

    nltk_files.require(TAGGER)
    return nltk.tag.PerceptronTagger(lang="eng").tag


def _sentences(_path: str) -> Any:  # noqa: ANN401
    import nltk

    nltk_files.require(SENTENCES)
    return nltk.tokenize.PunktTokenizer("english").tokenize


_LOADERS = {
    "TProcess.NLTKWordNet": _wordnet,
    "TProcess.NLTKPerceptronPosTagger": _tagger,
    "TProcess.NLTKSentTokenizer": _sentences,
}


class TodaysTokenizer:
    """A tokenizer of transformers with the two names that OpenAttack calls and release 5 no longer has."""

    def __init__(self, tokenizer: Any) -> None:  # noqa: ANN401 - transformers' own
        self._tokenizer = tokenizer

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - all else as it is
        return getattr(self._tokenizer, name)

    def encode_plus(self, text: str, pair: str | None = None, **options: Any) -> Any:  # noqa: ANN401
        """What calling it gives."""
        return self._tokenizer(text, pair, **options)

    def _convert_id_to_token(self, number: int) -> str:
        token: str = self._tokenizer.convert_ids_to_tokens(number)
        return token
