"""Conformance kits: what an agent, a judge, an engine, a matcher or a log must hold to, checked law by law.

For authors of extensions, under pytest or without it; call them from plain functions, they bring their own event loop:

    from arena.testing import check_agent
    check_agent(MyAgent).require()

A `Report` lists every law and what was found; `require` raises where one is broken.
"""

from arena.testing.agents import agent_views, assert_agent_conforms, check_agent
from arena.testing.engines import check_engine
from arena.testing.judges import check_judge
from arena.testing.logs import check_log
from arena.testing.matchers import check_matcher
from arena.testing.report import ConformanceError, Finding, Report

__all__ = [
    "ConformanceError",
    "Finding",
    "Report",
    "agent_views",
    "assert_agent_conforms",
    "check_agent",
    "check_engine",
    "check_judge",
    "check_log",
    "check_matcher",
]
