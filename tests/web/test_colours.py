import re

import pytest

from web.statics import FOLDER

TOKENS = (FOLDER / "tokens.css").read_text()
INKS = ("ink", "ink-soft", "ink-faint", "attack", "defend", "good", "bad")
PAIRS = [
    *((ink, ground) for ink in INKS for ground in ("paper", "sheet")),
    ("ink", "sunk"),
    ("ink-soft", "sunk"),
    ("on-bar", "bar"),
    ("on-attack", "attack"),
    ("on-defend", "defend"),
    ("on-marker", "marker"),
    ("ink", "marker-soft"),
    ("ink", "attack-wash"),
    ("ink", "defend-wash"),
    ("attack", "attack-wash"),
    ("defend", "defend-wash"),
    ("good", "good-wash"),
    ("bad", "bad-wash"),
]


def blocks():
    """The values of each theme: light, dark by the system, dark by choice."""
    found = re.split(r':root(?:\[data-theme="dark"\]|:not\(\[data-theme="light"\]\))? \{', TOKENS)[1:]
    return [dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block)) for block in found]


def luminance(colour):
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    light = [it / 12.92 if it <= 0.04045 else ((it + 0.055) / 1.055) ** 2.4 for it in channels]
    return 0.2126 * light[0] + 0.7152 * light[1] + 0.0722 * light[2]


def contrast(one, other):
    """By WCAG 2: from 1 to 21."""
    dark, bright = sorted((luminance(one), luminance(other)))
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), PAIRS)
def test_what_is_written_can_be_read(theme, ink, ground):
    colours = blocks()[theme]
    assert contrast(colours[ink], colours[ground]) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_the_edge_of_a_field_can_be_seen(theme):
    colours = blocks()[theme]
    assert contrast(colours["line-strong"], colours["sheet"]) >= 3


def test_both_ways_to_the_dark_are_the_same():
    light, by_system, by_choice = blocks()
    assert by_system == by_choice
    assert by_system.keys() == light.keys()


def test_the_two_voices_differ_in_more_than_colour():
    css = (FOLDER / "parts.css").read_text()
    assert re.search(r"\.role\.attacker::before[^}]*clip-path: polygon", css)
    assert re.search(r"\.role\.defender::before[^}]*border-radius", css)
