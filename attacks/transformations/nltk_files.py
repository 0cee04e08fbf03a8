"""Files of nltk: found in `NLTK_DATA`, or named as missing together with the command that gets them."""

import os

from attacks.transformations.errors import DataMissingError


def require(*resources: str) -> None:
    """Make sure that nltk has these, such as `corpora/stopwords`. Raises DataMissingError."""
    import nltk

    # nltk reads the variable once, when it is first imported, which may have been long ago.
    named = [folder for folder in os.environ.get("NLTK_DATA", "").split(os.pathsep) if folder]
    nltk.data.path[:0] = [folder for folder in named if folder not in nltk.data.path]
    for resource in resources:
        short = resource.partition("/")[2]
        try:
            nltk.data.find(resource)
        except LookupError:
            raise DataMissingError(
                f"nltk's {short}",
                os.environ.get("NLTK_DATA") or "nltk's own folders",
                f"set NLTK_DATA to a folder with {resource}, or run: python -m nltk.downloader {short}",
            ) from None
