"""What there is to play by, and what refusals there are: rules, word lists, what says a word, problems."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field

from arena.core.hits import Evasion, Form, HitRule, Language, Policy
from arena.core.rules import PRESETS
from arena.server.api.asking import Given, Problem, Sent, Storable, refusals
from arena.server.errors import PROBLEMS
from arena.server.problems import TYPE
from arena.words import said
from arena.words.lists import Level, list_names, load_list

router = APIRouter(tags=["rules"])
LONGEST_WORD, LONGEST_TEXT = 100, 500


class Preset(Given):
    """A set of rules by the name that people know it by."""

    name: str = Field(examples=["paper"])
    rules: dict[str, Any]


class ListCard(Given):
    """A built-in list of words. `level` null mixes all levels of the language."""

    name: str = Field(examples=["en-easy"])
    language: Language
    level: Level | None
    words: int = Field(description="How many words there are.")
    fingerprint: str = Field(description="Changes whenever a word does.")


class Question(Sent):
    """A word, a text that may say it, and how strict the referee shall be."""

    word: Annotated[Storable, Field(min_length=1, max_length=LONGEST_WORD)] = Field(examples=["mouse"])
    text: Annotated[Storable, Field(max_length=LONGEST_TEXT)] = Field(examples=["three blind mice"])
    language: Language = Language.ENGLISH
    form: Form = Form.INFLECTION
    evasion: Evasion = Evasion.WATCH


class HitShape(Given):
    """One place where the text says the word: code points of the text as it was sent, `end` exclusive."""

    start: int = Field(examples=[12])
    end: int = Field(examples=[16])
    found: str = Field(description="The folded form that matched.", examples=["mice"])
    rule: HitRule
    counts: bool = Field(description="Whether it could decide a match; an evasion that is only watched does not.")


class Ruled(Given):
    """Every place where the text says the word, in text order; none where it does not."""

    hits: list[HitShape]


class ProblemKind(Given):
    """One kind of refusal: the `type`, `title` and `status` of its documents, and what one looks like."""

    type: str
    title: str
    status: int
    example: Problem


@router.get("/rules", summary="Sets of rules", responses=refusals())
async def rules() -> list[Preset]:
    """Every preset with all its fields; a challenge may change them."""
    return [Preset(name=name, rules=rules.to_json()) for name, rules in PRESETS.items()]


@router.get("/lists", summary="Word lists", responses=refusals())
async def lists() -> list[ListCard]:
    """Every built-in list of words. The lists are public; the word dealt from one is not."""
    return [_card(name) for name in list_names()]


def _card(name: str) -> ListCard:
    found = load_list(name)
    return ListCard(
        name=name,
        language=found.language,
        level=found.level,
        words=len(found.words),
        fingerprint=found.fingerprint,
    )


@router.post("/said", summary="Ask the referee", responses=refusals())
async def try_out(sent: Question) -> Ruled:
    """Where a text says a word, as the referee of a match would find it. Nothing of it is kept."""
    policy = Policy(sent.form, sent.evasion, sent.language)
    hits = await asyncio.to_thread(said, sent.text, sent.word, policy)
    return Ruled(hits=[HitShape(**{name: getattr(hit, name) for name in HitShape.model_fields}) for hit in hits])


@router.get("/problems", summary="Kinds of refusals", responses=refusals())
async def problems() -> list[ProblemKind]:
    """Every kind of `application/problem+json` that this server answers with."""
    kinds = {problem.title: problem.status for problem in PROBLEMS.values()}
    kinds["internal error"] = 500
    return [_kind(title, status) for title, status in sorted(kinds.items())]


def _kind(title: str, status: int) -> ProblemKind:
    type_ = TYPE + title.replace(" ", "-")
    example = Problem(type=type_, title=title, status=status, detail="a sentence that says what to do")
    return ProblemKind(type=type_, title=title, status=status, example=example)
