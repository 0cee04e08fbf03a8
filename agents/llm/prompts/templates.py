"""Templates that can say what depends on what, and compute nothing.

A template of a prompt is Jinja cut down to slots, conditions, comparisons and a few filters: no loops, calls,
attributes, arithmetic, assignments or other files. Whoever wrote it, it ends soon, and reads only the slots that it is
given. It runs in Jinja's sandbox all the same.
"""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from difflib import get_close_matches

import jinja2
from jinja2 import nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from agents.llm.prompts.errors import PromptError

MAX_TEMPLATE = 16_000
"""The longest template, in characters;"""
MAX_DEPTH = 30
"""how deep conditions may stand in each other;"""
MAX_RENDERED = 400_000
"""and the most characters that one template may become."""

FILTERS = ("capitalize", "length", "lower", "trim", "upper")
_TESTS = ("defined", "none")
_PLAIN = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.CondExpr, nodes.Name, nodes.Const, nodes.Compare,
    nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Neg, nodes.Filter, nodes.Test, nodes.Tuple, nodes.List,
)  # fmt: skip
_FORBIDDEN: Mapping[type[nodes.Node], str] = {
    nodes.For: "loops",
    nodes.Include: "other files",
    nodes.Import: "other files",
    nodes.FromImport: "other files",
    nodes.Extends: "other files",
    nodes.Block: "blocks",
    nodes.Macro: "macros",
    nodes.CallBlock: "macros",
    nodes.Call: "calls",
    nodes.Getattr: "attributes",
    nodes.Getitem: "items",
    nodes.Slice: "items",
    nodes.Assign: "assignments",
    nodes.AssignBlock: "assignments",
    nodes.With: "assignments",
    nodes.FilterBlock: "filter blocks",
    nodes.BinExpr: "arithmetic",
    nodes.Concat: "joined texts",
    nodes.Dict: "mappings",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a template stands: the file, the part of it by name, and the line of its first character.

    Lines count from 1; None is an unknown one.
    """

    source: str
    part: str
    line: int | None = 1

    def wrong(
        self, problem: str, line: int = 1, near: Set[str] = frozenset(), known: Set[str] = frozenset()
    ) -> PromptError:
        """The error for a line of this template."""
        at = None if self.line is None else self.line + line - 1
        return PromptError(self.source, f"{self.part}: {problem}", at, tuple(sorted(near)), tuple(sorted(known)))


@dataclass(frozen=True, slots=True)
class Template:
    """A checked text with slots. `uses` are the slots that it names, `known` those that it could."""

    source: str
    place: Place
    uses: frozenset[str]
    known: frozenset[str]
    _compiled: jinja2.Template = field(repr=False, compare=False)

    @classmethod
    def parse(cls, source: str, place: Place, known: Set[str]) -> "Template":
        """Check a text for these slots. Raises PromptError naming the line."""
        if len(source) > MAX_TEMPLATE:
            raise place.wrong(f"has {len(source)} characters; a template may have {MAX_TEMPLATE}")
        try:
            tree = _SANDBOX.parse(source)
        except jinja2.TemplateSyntaxError as error:
            raise place.wrong(f"is not a template: {error.message}", error.lineno) from None
        except RecursionError:
            raise place.wrong("is nested too deep") from None
        except ValueError:
            raise place.wrong("has a number that is too long") from None
        uses: set[str] = set()
        _check(tree, place, frozenset(known), uses)
        return cls(source, place, frozenset(uses), frozenset(known), _SANDBOX.from_string(source))

    def render(self, slots: Mapping[str, object]) -> str:
        """The text with its slots filled, white space at both ends left out. Raises PromptError."""
        given = {name: slots[name] for name in self.uses}
        pieces, size = [], 0
        try:
            for piece in self._compiled.generate(given):
                size += len(piece)
                if size > MAX_RENDERED:
                    raise self.place.wrong(f"becomes longer than {MAX_RENDERED} characters")
                pieces.append(piece)
        except (jinja2.TemplateError, TypeError) as error:
            raise self.place.wrong(f"cannot be filled: {error}") from None
        return "".join(pieces).strip()


def _check(
    node: nodes.Node, place: Place, known: frozenset[str], uses: set[str], line: int = 1, depth: int = MAX_DEPTH
) -> None:
    """Collect the slots under a node. Raises PromptError for what no template may do."""
    line = node.lineno or line
    if depth == 0:
        raise place.wrong("is nested too deep", line)
    if not isinstance(node, _PLAIN):
        what = next((name for kind, name in _FORBIDDEN.items() if isinstance(node, kind)), "such a tag")
        raise place.wrong(f"{what} cannot be used in prompts; a slot stands alone, as in {{{{ turn }}}}", line)
    if isinstance(node, nodes.Name):
        _check_slot(node, place, known)
        uses.add(node.name)
    if isinstance(node, nodes.Filter | nodes.Test):
        _check_name(node, place)
    if isinstance(node, nodes.Tuple | nodes.List) and not all(isinstance(it, nodes.Const) for it in node.items):
        raise place.wrong("a list may hold constants only", line)
    for child in node.iter_child_nodes():
        _check(child, place, known, uses, line, depth - 1)


def _check_slot(node: nodes.Name, place: Place, known: frozenset[str]) -> None:
    if node.name not in known:
        near = frozenset(get_close_matches(node.name, sorted(known), n=2))
        raise place.wrong(f"there is no slot {node.name!r} here", node.lineno, near, known)


def _check_name(node: nodes.Filter | nodes.Test, place: Place) -> None:
    kind, names = ("filter", FILTERS) if isinstance(node, nodes.Filter) else ("test", _TESTS)
    if node.name not in names or node.args or node.kwargs or node.dyn_args or node.dyn_kwargs:
        near = frozenset(get_close_matches(node.name, names, n=1)) - {node.name}
        problem = f"there is no {kind} {node.name!r} here, or not with arguments"
        raise place.wrong(problem, node.lineno, near, frozenset(names))


def _sandbox() -> ImmutableSandboxedEnvironment:
    """An environment that reads no file and knows nothing but the filters and tests above."""
    sandbox = ImmutableSandboxedEnvironment(undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    sandbox.globals.clear()
    sandbox.filters = {name: sandbox.filters[name] for name in FILTERS}
    sandbox.tests = {name: sandbox.tests[name] for name in _TESTS}
    return sandbox


_SANDBOX = _sandbox()
