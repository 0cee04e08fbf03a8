"""Builds the table of characters that look alike: `python scripts/build_glyphs.py --latin FONT --chinese FONT`.

It draws characters with the two fonts (Pillow reads TrueType and OpenType) and writes, for every ASCII letter and for
the 3,500 commonest Chinese characters, those whose pictures are nearest. The same fonts give the same bytes. Fonts that
the shipped file was built with: DejaVu Sans 2.37 and Noto Sans CJK SC Regular (index 2 of NotoSansCJK-Regular.ttc).
"""

import argparse
import gzip
import sys
import unicodedata
from collections import Counter
from pathlib import Path
from string import ascii_letters

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

OUT = Path(__file__).parent.parent / "attacks" / "transformations" / "data" / "glyphs.tsv.gz"
SIDE = 24
"""Pixels on a side of a picture, as in the source of the attack (Eger et al. 2019)."""
LATIN_NEIGHBOURS, CHINESE_NEIGHBOURS = 20, 10
CHARACTERS = 3500
LEAST = 0.5
"""Pictures whose cosine is smaller are no neighbours."""
_SCRIPTS = ("LATIN ", "GREEK ", "CYRILLIC ", "ARMENIAN ", "COPTIC ", "GEORGIAN ", "LISU ", "TIFINAGH ", "CHEROKEE ")
_ABSENT = "\U0010ffff"
Pictures = NDArray[np.float64]


def drawn(character: str, font: ImageFont.FreeTypeFont, blur: float = 0.0) -> Pictures:
    """The picture of a character as one row of gray levels, shape `(SIDE * SIDE,)`; all stand on one baseline."""
    # Drawn at four times the size: strokes fall between pixels.
    large = Image.new("L", (4 * SIDE, 4 * SIDE))
    ImageDraw.Draw(large).text((2 * SIDE, 3.2 * SIDE), character, font=font, fill=255, anchor="ms")
    small = large.resize((SIDE, SIDE), Image.Resampling.BOX)
    if blur:
        small = small.filter(ImageFilter.GaussianBlur(blur))
    return np.asarray(small, dtype=np.float64).reshape(-1)


def unit(rows: Pictures) -> Pictures:
    """The rows at length 1; an empty picture stays empty."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.where(lengths == 0, 1, lengths)


def letters_of(font: ImageFont.FreeTypeFont) -> list[str]:
    """The letters beyond ASCII of alphabets near the Latin one that the font has."""
    absent = drawn(_ABSENT, font)
    found = (chr(code) for code in range(0xA1, 0x10000))
    named = (it for it in found if it.isalpha() and unicodedata.name(it, "").startswith(_SCRIPTS))
    pictures = ((it, drawn(it, font)) for it in named)
    return [it for it, picture in pictures if picture.any() and not np.array_equal(picture, absent)]


def common_characters(count: int) -> list[str]:
    """The commonest ideographs of wordfreq's Chinese list, by the summed frequency of the words that hold them."""
    from wordfreq import get_frequency_dict

    weights: Counter[str] = Counter()
    for word, frequency in get_frequency_dict("zh", wordlist="large").items():
        for character in word:
            if "\u4e00" <= character <= "\u9fff":
                weights[character] += frequency
    return [it for it, _ in sorted(weights.items(), key=lambda pair: (-pair[1], pair[0]))[:count]]


def neighbours(wanted: list[str], among: list[str], pictures: dict[str, Pictures], most: int) -> list[str]:
    """A line for each wanted character: itself, its neighbours, the nearest first, and their cosines in hundredths."""
    others = unit(np.stack([pictures[it] for it in among]))
    cosines = unit(np.stack([pictures[it] for it in wanted])) @ others.T
    lines = []
    for character, row in zip(wanted, np.round(cosines, 2), strict=True):
        order = [it for it in np.argsort(-row, kind="stable").tolist() if among[it] != character and row[it] >= LEAST]
        near = order[:most]
        hundredths = " ".join(str(round(100 * row[it])) for it in near)
        lines.append(f"{character}\t{''.join(among[it] for it in near)}\t{hundredths}")
    return lines


def build(latin: Path, chinese: Path, index: int) -> list[str]:
    """The lines of the table, what they are first."""
    font = ImageFont.truetype(str(latin), round(2.6 * SIDE))
    letters = letters_of(font)
    pictures = {it: drawn(it, font) for it in (*ascii_letters, *letters)}
    lines = neighbours(list(ascii_letters), letters, pictures, LATIN_NEIGHBOURS)
    ideographic = ImageFont.truetype(str(chinese), round(3.6 * SIDE), index=index)
    characters = common_characters(CHARACTERS)
    drawings = {it: drawn(it, ideographic, 0.5) for it in characters}
    lines += neighbours(characters, characters, drawings, CHINESE_NEIGHBOURS)
    names = [" ".join(str(part) for part in it.getname()) for it in (font, ideographic)]
    head = [
        "# Characters that look alike: a character, its neighbours, their cosines in hundredths; tabs between.",
        f"# Pictures of {SIDE} x {SIDE} pixels, drawn with {' and '.join(names)}; no outline or picture is in here.",
        "# ASCII letters among letters of other alphabets, then Chinese characters, the commonest (wordfreq) first.",
    ]
    return head + lines


def main() -> None:
    """Writes the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--latin", type=Path, required=True, help="a font of Latin, Greek and Cyrillic letters")
    parser.add_argument("--chinese", type=Path, required=True, help="a font of simplified Chinese characters")
    parser.add_argument("--index", type=int, default=2, help="which font of a collection the Chinese one is")
    parser.add_argument("--out", type=Path, default=OUT)
    given = parser.parse_args()
    lines = build(given.latin, given.chinese, given.index)
    packed = gzip.compress("".join(f"{line}\n" for line in lines).encode(), compresslevel=9, mtime=0)
    given.out.write_bytes(packed)
    sys.stdout.write(f"{given.out.name}: {len(lines) - 3} characters, {len(packed):,} bytes\n")


if __name__ == "__main__":
    main()
