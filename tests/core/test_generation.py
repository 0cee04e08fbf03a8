"""What is asked of a language model, and what it says of its failures."""

from arena.core.errors import EngineError, EngineTimeoutError
from arena.core.generation import Scored


def test_the_log_probability_of_a_text_is_the_sum_over_its_tokens():
    assert Scored(("ba", "nana"), (-1.5, -0.25), (3, 1)).total == -1.75


def test_a_model_that_fails_is_named_with_what_happened_and_what_to_do():
    assert str(EngineError("tiny", "it is gone")) == "model 'tiny': it is gone"
    late = EngineTimeoutError("tiny", "no answer in 3 s", "give it longer")
    assert str(late) == "model 'tiny': no answer in 3 s; give it longer"
    assert isinstance(late, TimeoutError)
