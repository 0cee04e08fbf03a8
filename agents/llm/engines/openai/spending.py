"""What was asked of a server, and what it cost."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Spent:
    """What an engine has spent so far.

    `answers` and their tokens, those of `estimated` answers being estimates because the server did not count them;
    `retries` are attempts beyond the first. `cost` is in the money of the prices, None where no price was given; what
    a server charges for attempts that failed is not in it, as it does not say.
    """

    answers: int = 0
    retries: int = 0
    prompt_tokens: int = 0
    tokens: int = 0
    estimated: int = 0
    cost: float | None = None

    def with_answer(
        self, prompt_tokens: int, tokens: int, is_estimated: bool, price_in: float | None, price_out: float | None
    ) -> "Spent":
        """This and one answer more; prices are for a million tokens."""
        cost = self.cost
        if price_in is not None or price_out is not None:
            cost = (cost or 0.0) + (prompt_tokens * (price_in or 0.0) + tokens * (price_out or 0.0)) / 1e6
        return replace(
            self,
            answers=self.answers + 1,
            prompt_tokens=self.prompt_tokens + prompt_tokens,
            tokens=self.tokens + tokens,
            estimated=self.estimated + is_estimated,
            cost=cost,
        )

    def with_retry(self) -> "Spent":
        """This and one retry more."""
        return replace(self, retries=self.retries + 1)
