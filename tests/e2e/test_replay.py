"""From the first page to a finished match and its replay; the switches that every page has."""

import importlib.util
from pathlib import Path

import pytest

spec = importlib.util.find_spec("e2e.table")
