"""`taboo attack game`: perturb what an attacker of the game says, and see what becomes of its matches."""

import re
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import TaskID

from arena import registry
from attacks.opening import RefusedAttackError, recipe_named, refusals

if TYPE_CHECKING:
    from arena.core.rules import JudgeSpec, Rules
    from arena.registry import AgentRef
    from attacks.core.ports import Attack
    from attacks.game.folder import GameFolder
    from attacks.game.matches import Contest, Help

_COMMA = re.compile(r"(?<!,),(?!,)")


def game(
    attacker: Annotated[str, typer.Option("--attacker", help="NAME of `taboo agents`: its words are perturbed.")],
    defender: Annotated[str, typer.Option("--defender", help="NAME of `taboo agents`: the victim.")],
    recipe: Annotated[str, typer.Option("--recipe", help="Which attack.")] = "deepwordbug",
    words: Annotated[int, typer.Option("--words", help="How many target words.", min=1)] = 50,
    seeds: Annotated[int, typer.Option("--seeds", help="Matches on each word, on either side.", min=1)] = 1,
    aim: Annotated[str, typer.Option("--aim", help="hide: the defender does not infer; induce: it says it.")] = "hide",
    judge: Annotated[
        str | None, typer.Option("--judge", help="Attack this judge of the rules instead: make its rulings flip.")
    ] = None,
    rules: Annotated[str, typer.Option("--rules", help="paper or spag.")] = "paper",
    evasion: Annotated[
        str | None,
        typer.Option("--evasion", help="watch or strict: does spelling it out count as saying it?"),
    ] = None,
    judges: Annotated[
        str | None,
        typer.Option("--judges", help="Judges of the match as NAME or NAME:ARGUMENT, joined by commas; none for none."),
    ] = None,
    lang: Annotated[str, typer.Option("--lang", help="en or zh.")] = "en",
    budget: Annotated[int | None, typer.Option("--budget", help="Most queries for an utterance.", min=1)] = 200,
    seed: Annotated[int, typer.Option("--seed", help="Of words, matches and attack.")] = 0,
    jobs: Annotated[int, typer.Option("--jobs", help="Pairs at a time; changes speed and no row.", min=1, max=64)] = 1,
    out: Annotated[Path | None, typer.Option("--out", help="Folder for matches, utterances and pairs.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on in --out; pairs that are done are kept.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for a program to read.")] = False,
) -> None:
    """Perturb what an attacker of the game says, so that the defender fails to infer the word, or says it.

    Every word is played twice with the same seeds, plainly and perturbed, by the rules: what would lose the match is
    not said. The table tells how often the word was inferred, induced, or neither, and by how much that changed.

    Example: [bold]taboo attack game --attacker direct --defender detector --recipe deepwordbug --words 50[/bold]
    """
    from attacks.game.goals import Aim
    from attacks.game.matches import Help, require_capable

    if aim not in list(Aim):
        raise RefusedAttackError(f"--aim {aim!r} is none of {', '.join(Aim)}")
    if resume and (out is None or judge is not None):
        raise RefusedAttackError("--resume goes on with the matches of a folder: it needs --out, and no --judge")
    chosen = _rules(rules, evasion, judges, lang)
    contest = _contest(attacker, defender, chosen, words, seeds, seed)
    spec = None if judge is None else _seated_judge(judge, chosen)
    told = {
        "attacker": attacker, "defender": defender, "recipe": recipe, "aim": aim, "judge": judge, "seeds": seeds,
        "budget": budget, "seed": seed, "words": contest.words, "rules": chosen.to_json(),
        "versions": {"attacker": contest.attacker.card.version, "defender": contest.defender.card.version},
    }  # fmt: skip
    with refusals():
        attack = recipe_named(recipe, lang)
        require_capable(attack, defender)
        if spec is None:
            _play(contest, Help(attack, Aim(aim), budget, recipe), told, jobs, _folder(out), resume, as_json=as_json)
        else:
            _flip(spec, contest, attack, told, jobs, _folder(out), as_json=as_json)
    if out is not None and not as_json:
        typer.echo(f"written to {out}")


def recount(
    folder: Annotated[Path, typer.Argument(help="What `taboo attack game` wrote.", show_default=False)],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for a program to read.")] = False,
) -> None:
    """Count the table of an attack on the game again, from its folder, and compare each pair with its transcripts."""
    from attacks.game.folder import GameFolder
    from attacks.game.showing import show_difference, show_flips, show_pairs

    kept = GameFolder(folder)
    told = kept.settings()
    if told.get("judge") is not None:
        show_flips(told, *kept.flips(), as_json=as_json)
        return
    show_pairs(told, kept.pairs(), as_json=as_json)
    if differences := kept.differences():
        show_difference(differences)
        raise typer.Exit(1)


def _contest(attacker: str, defender: str, rules: "Rules", words: int, seeds: int, seed: int) -> "Contest":
    from attacks.game.matches import Contest

    one, other = (_player(name, role, rules) for name, role in ((attacker, "attacker"), (defender, "defender")))
    return Contest(one, other, rules, _dealt(rules, words, seed), seeds, seed)


def _rules(name: str, evasion: str | None, judges: str | None, lang: str) -> "Rules":
    from arena.core.hits import Evasion, Language
    from arena.core.rules import preset

    for option, given, known in (("--evasion", evasion, Evasion), ("--lang", lang, Language)):
        if given is not None and given not in list(known):
            raise RefusedAttackError(f"{option} {given!r} is none of {', '.join(known)}")
    changes: dict[str, Any] = {"language": Language(lang), "word_list": f"{lang}-easy"}
    if evasion is not None:
        changes["evasion"] = Evasion(evasion)
    if judges is not None:
        names = () if judges == "none" else (it.replace(",,", ",").strip() for it in _COMMA.split(judges))
        changes["judges"] = tuple(_spec(it) for it in names)
    return preset(name, **changes)


def _spec(name: str) -> "JudgeSpec":
    from arena.core.rules import JudgeSpec

    made = registry.judge_named(name)
    return JudgeSpec(name, made.version, getattr(made, "threshold", 0.5))


def _seated_judge(name: str, rules: "Rules") -> "JudgeSpec":
    spec = next((it for it in rules.judges if it.name == name), None)
    if spec is None:
        seated = ", ".join(it.name for it in rules.judges) or "nobody"
        raise RefusedAttackError(f"--judge {name!r} is none of the judges of these rules ({seated}); see --judges")
    return spec


def _player(name: str, role: str, rules: "Rules") -> "AgentRef":
    from arena.core.verdict import Role

    found = registry.agent(name)
    if Role(role) not in found.card.roles or rules.language not in found.card.languages:
        raise RefusedAttackError(
            f"{name!r} cannot play {role} in language {rules.language.value!r}; `taboo agents` says who can"
        )
    if found.card.is_human:
        raise RefusedAttackError(f"{name!r} is a person, and people are not attacked; name an agent")
    return found


def _dealt(rules: "Rules", count: int, seed: int) -> tuple[str, ...]:
    from arena.words.lists import load_list, sample

    known = load_list(rules.word_list)
    if count > len(known.words):
        raise RefusedAttackError(f"--words {count}: {rules.word_list} has {len(known.words)} words")
    return sample(known, count, Random(seed))


def _folder(out: Path | None) -> "GameFolder | None":
    from attacks.game.folder import GameFolder

    return None if out is None else GameFolder(out)


def _play(
    contest: "Contest",
    help_: "Help",
    told: dict[str, Any],
    jobs: int,
    folder: "GameFolder | None",
    resume: bool,
    *,
    as_json: bool,
) -> None:
    from arena.words.matcher import WordMatcher
    from attacks.game.matches import PlayedPair, play_pairs
    from attacks.game.showing import progress, show_pairs

    judges = registry.judges_for(contest.rules)
    pairs = [] if folder is None else folder.begin(told, resume=resume)
    total = len(contest.words) * contest.seeds
    with progress("playing", total, done=len(pairs), is_off=as_json) as bar:

        def keep(played: PlayedPair) -> None:
            if folder is not None:
                folder.keep(played)
            bar.advance(TaskID(0))

        done = frozenset((pair.word, pair.seed) for pair in pairs)
        pairs = pairs + play_pairs(contest, help_, WordMatcher(), judges, jobs=jobs, done=done, report=keep)
    show_pairs(told, pairs, as_json=as_json)


def _flip(
    spec: "JudgeSpec",
    contest: "Contest",
    attack: "Attack",
    told: dict[str, Any],
    jobs: int,
    folder: "GameFolder | None",
    *,
    as_json: bool,
) -> None:
    from arena.words.matcher import WordMatcher
    from attacks.game.judging import flips, overheard
    from attacks.game.showing import progress, show_flips

    judges = registry.judges_for(contest.rules)
    if folder is not None:
        folder.begin(told)
    with progress("listening", len(contest.words) * contest.seeds, is_off=as_json) as bar:
        said = overheard(contest, WordMatcher(), judges, jobs=jobs, report=lambda: bar.advance(TaskID(0)))
    words = [word for word, _, _ in said]
    utterances = [(standing, text) for _, standing, text in said]
    rows = list(flips(judges[spec.name], spec, attack, utterances, told["budget"], contest.seed))
    if folder is not None:
        folder.keep_flips(rows, words)
    show_flips(told, rows, words, as_json=as_json)
