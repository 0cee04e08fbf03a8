"""How much a continuous batch holds, and how it shrinks."""

import pytest

torch = pytest.importorskip("torch")

from agents.llm.engines.local.continuous import Sizes  # noqa: E402 - only where torch is


@pytest.mark.parametrize(
    ("device", "attention", "rows", "expected"),
    [
        ("cpu", "sdpa", None, Sizes(64, 512, 16, 64 * 500 // 16)),
        ("cpu", "sdpa", 1000, Sizes(1000, 1000, 16, 65_536 // 16)),
        ("cuda", "sdpa", None, Sizes(256, 8192, 16, None)),
        ("cuda", "flash_attention_2", 32, Sizes(32, 8192, 256, None)),
    ],
)
def test_sizes_fit_the_device(device, attention, rows, expected):
    assert Sizes.fitting(torch.device(device), attention=attention, rows=rows, context=500) == expected


def test_half_of_everything_and_never_less_than_one_request():
    assert Sizes(8, 64, 16, 10, 0.8).half() == Sizes(4, 32, 16, 5, 0.4)
    assert Sizes(9, 9, 16, None).half() == Sizes(4, 4, 16, None, 0.4)
    assert Sizes(1, 64, 16, 10).half() is None


def test_the_library_gets_the_same_sizes_and_fetches_nothing():
    config = Sizes(8, 64, 16, 10, 0.5).config()
    assert (config.max_requests_per_batch, config.max_batch_tokens) == (8, 64)
    assert (config.page_size, config.num_blocks, config.max_memory_percent) == (16, 10, 0.5)
    assert not config.auto_switch_to_flash
