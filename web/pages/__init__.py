"""One module for each kind of page; each has a `router`."""

from importlib import import_module

from fastapi import APIRouter

MODULES = (
    "home",
    "entry",
    "preferences",
    "lobby",
    "play",
    "watch",
    "seat",
    "matches",
    "agents",
    "account",
    "rules",
    "reference",
    "admin",
)


def routers() -> list[APIRouter]:
    """The routers of all pages, in the order in which they are asked."""
    return [import_module(f"web.pages.{name}").router for name in MODULES]
