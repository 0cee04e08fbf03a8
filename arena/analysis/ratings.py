"""How strong a player is in a role: a number with its uncertainty, moved by each result. Values in, values out.

A player has one rating as an attacker and another as a defender; a match compares the attacker's of one with the
defender's of the other. So if one side of the game is the easier one, its ratings drift up as a whole, and the chances
stay honest.

Source: Weng and Lin, A Bayesian approximation method for online ranking, JMLR 2011, the Plackett-Luce model, as
`openskill` has it with its defaults.
"""

from dataclasses import dataclass

from openskill.models import PlackettLuce, PlackettLuceRating

from arena.core.verdict import Role

_MODEL = PlackettLuce()
_POINTS, _ZERO = 40.0, 1000.0
"""A leaderboard's points for one unit of skill, and its points for a player of whom nothing is known."""


@dataclass(frozen=True, slots=True)
class Rating:
    """Skill in one role after so many rated matches: `mu` is the estimate, `sigma` its standard deviation."""

    mu: float = 25.0
    sigma: float = 25.0 / 3.0
    matches: int = 0

    def shown(self) -> int:
        """Points for a leaderboard: three standard deviations below the estimate, so that luck alone leads nowhere.

        A new player has 1000.
        """
        return round(_MODEL.rating(mu=self.mu, sigma=self.sigma).ordinal(z=3.0, alpha=_POINTS, target=_ZERO))


def chance(attacker: Rating, defender: Rating) -> float:
    """The probability in [0, 1] that this attacker does better than this defender; a half where they are equal."""
    ahead, _ = _MODEL.predict_win([[_skill(attacker)], [_skill(defender)]])
    return float(ahead)


def rated(attacker: Rating, defender: Rating, winner: Role | None) -> tuple[Rating, Rating]:
    """Both ratings after one result, the attacker's first. `winner` None is a draw: a tie, or a void match."""
    ranks = [1.0, 1.0] if winner is None else [1.0, 2.0] if winner is Role.ATTACKER else [2.0, 1.0]
    (one,), (other,) = _MODEL.rate([[_skill(attacker)], [_skill(defender)]], ranks=ranks)
    return Rating(one.mu, one.sigma, attacker.matches + 1), Rating(other.mu, other.sigma, defender.matches + 1)


def _skill(rating: Rating) -> PlackettLuceRating:
    return _MODEL.rating(mu=rating.mu, sigma=rating.sigma)
