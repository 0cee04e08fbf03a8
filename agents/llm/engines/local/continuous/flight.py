"""One job on its way through continuous batches."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agents.llm.engines.local.job import Job


@dataclass(slots=True, eq=False)
class Flight:
    """A job in a batch. The job keeps its tokens where the batch breaks: the next one reads them and goes on.

    `name` is what the batch calls it, a new one each time it boards, so that what a former batch still says of it is
    known to be stale. `heard` counts the tokens that came under this name.
    """

    job: "Job"
    name: str = ""
    heard: int = 0

    @property
    def tokens_left(self) -> int:
        """How many tokens may still be drawn."""
        return self.job.most - self.job.token_count

    @property
    def tokens_at_most(self) -> int:
        """How many tokens prompt and answer may have together."""
        return len(self.job.ids) + self.job.most

    @property
    def is_cut(self) -> bool:
        """Whether some tokens are left out before one is drawn."""
        sampling = self.job.sampling
        return sampling.temperature > 0 and (sampling.top_k > 0 or sampling.top_p < 1)

    def board(self, name: str) -> None:
        """Begin in a batch, under a name that no flight had before."""
        self.name, self.heard = name, 0

    def fresh(self, generated: list[int]) -> list[int]:
        """The tokens that were not heard yet, of all that this batch generated for it."""
        new = generated[self.heard :]
        self.heard = len(generated)
        return new
