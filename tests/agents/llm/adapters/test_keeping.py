"""Which adapters stay loaded, which batches they share, and what threads may do."""

import copy
import threading

import pytest

pytest.importorskip("torch")
pytest.importorskip("peft")

import torch

from agents.llm.engines.adapters import Kind, Shelf
from agents.llm.errors import AdapterError

PLENTY = 32


@pytest.fixture(scope="module")
def base(workshop):
    return workshop.llama()


@pytest.fixture(scope="module")
def folder(base, workshop, tmp_path_factory):
    root = tmp_path_factory.mktemp("adapters")
    for number, name in enumerate("abc"):
        workshop.lora(base, root / name, number, r=2 + number)
        workshop.ia3(base, root / f"i{name}", number)
    return root


@pytest.fixture
def model(base):
    return copy.deepcopy(base)


def names(shelf):
    return [adapter.name for adapter in shelf.loaded]


def logits(shelf, tokens, rows):
    with shelf.using(rows) as extra, torch.inference_mode():
        return shelf.model(input_ids=tokens, **extra).logits


def some_ids(rows, length=16):
    return torch.randint(3, 97, (rows, length), generator=torch.Generator().manual_seed(3))


def test_an_adapter_tells_what_it_is(model, folder):
    shelf = Shelf(model, folder=folder)
    lora, ia3 = shelf.require("b"), shelf.require("ib")
    assert (lora.kind, lora.rank, lora.layers, lora.is_marked) == (Kind.LORA, 3, 6, False)
    assert (ia3.kind, ia3.rank, ia3.layers, ia3.size) == (Kind.IA3, 0, 6, 2 * (16 + 16 + 64) * 4)
    assert lora.folder == folder / "b"


def test_the_adapter_longest_not_asked_for_goes_first(model, folder):
    shelf = Shelf(model, folder=folder, most=3)
    for name in ("a", "ia", "b", "a"):
        shelf.require(name)
    assert names(shelf) == ["ia", "b", "a"]
    shelf.require("ic")
    assert names(shelf) == ["b", "a", "ic"]
    with shelf.using(["c", None, "b"]):
        assert names(shelf) == ["ic", "c", "b"]


@pytest.mark.parametrize(("first", "second"), [("a", "b"), ("ia", "ib"), ("a", "ib"), ("ia", "b")])
def test_an_adapter_that_went_and_came_back_gives_equal_logits_to_the_bit(first, second, model, folder):
    shelf = Shelf(model, folder=folder, most=1)
    tokens = some_ids(2)
    before = logits(shelf, tokens, [first, None])
    logits(shelf, tokens, [second, second])
    assert names(shelf) == [second]
    assert torch.equal(logits(shelf, tokens, [first, None]), before)


def test_an_adapter_in_use_never_goes(model, folder):
    shelf = Shelf(model, folder=folder, most=2)
    tokens = some_ids(2)
    alone = logits(Shelf(copy.deepcopy(model), folder=folder), tokens, ["a", "ib"])
    with shelf.using(["a", "ib"]) as extra, torch.inference_mode():
        with pytest.raises(AdapterError, match="no room: all 2 places"):
            shelf.require("b")
        with pytest.raises(RuntimeError, match="while a batch uses it"):
            shelf.drop("a")
        assert torch.equal(shelf.model(input_ids=tokens, **extra).logits, alone)
    shelf.require("b")
    assert names(shelf) == ["ib", "b"]


def test_a_batch_keeps_its_own_adapters_while_it_loads_the_others(model, folder):
    shelf = Shelf(model, folder=folder, most=2)
    for name in ("a", "b"):
        shelf.require(name)
    kept = shelf.loaded[0]
    with shelf.using(["c", "a"]):
        assert {adapter.name for adapter in shelf.loaded} == {"a", "c"}
        assert any(adapter is kept for adapter in shelf.loaded), "the oldest was named in the batch, so it stayed"


@pytest.mark.parametrize(
    ("rows", "most", "batches"),
    [
        ([], 2, []),
        ([None, None], 2, [[0, 1]]),
        (["a", None, "ia", "b", "a"], 8, [[0, 1, 2, 3, 4]]),
        (["a", "b", "ia", None, "a", "ib"], 2, [[0, 1, 3, 4], [2, 5]]),
        (["a", "b", "a"], 1, [[0, 2], [1]]),
    ],
)
def test_all_kinds_share_a_batch_until_the_shelf_is_full(rows, most, batches, model, folder):
    assert Shelf(model, folder=folder, most=most).groups(rows) == batches


def test_too_many_adapters_in_one_batch_are_refused_before_any_is_loaded(model, folder):
    shelf = Shelf(model, folder=folder, most=2)
    wanted = pytest.raises(AdapterError, match="'a' and 2 others are named in one batch; the shelf holds 2")
    with wanted, shelf.using(["a", "b", None, "ia"]):
        raise AssertionError("nothing runs")
    assert names(shelf) == []
    with shelf.using(["a"]):
        assert names(shelf) == ["a"]


def test_a_bad_adapter_in_a_batch_leaves_the_shelf_usable(model, folder):
    shelf = Shelf(model, folder=folder)
    with pytest.raises(AdapterError, match="'d' is not in"), shelf.using(["a", "d"]):
        raise AssertionError("nothing runs")
    with shelf.using(["a"]):
        assert names(shelf) == ["a"]


def test_a_dropped_adapter_is_read_anew(model, folder, workshop, tmp_path):
    workshop.lora(model, tmp_path / "a", 1)
    shelf = Shelf(model, folder=tmp_path)
    tokens = some_ids(1)
    before = logits(shelf, tokens, ["a"])
    workshop.lora(workshop.llama(), tmp_path / "a", 2)
    assert torch.equal(logits(shelf, tokens, ["a"]), before)
    shelf.drop("a")
    shelf.drop("a")
    assert not torch.equal(logits(shelf, tokens, ["a"]), before)


def test_one_thread_runs_one_batch_at_a_time(model, folder):
    shelf = Shelf(model, folder=folder)
    with shelf.using(["a"]), pytest.raises(RuntimeError, match="entered while it lasts"), shelf.using(["b"]):
        raise AssertionError("nothing runs")
    assert names(shelf) == ["a"]


def test_two_threads_that_ask_at_once_both_get_their_own_rows(model, folder):
    shelf = Shelf(model, folder=folder, most=6)
    tokens = some_ids(2)
    batches = [["a", "ib"], ["ia", None], ["b", "c"], [None, "a"]]
    wanted = [logits(Shelf(copy.deepcopy(model), folder=folder), tokens, rows) for rows in batches]
    found = [[] for _ in batches]
    together = threading.Barrier(len(batches))

    def ask(place):
        together.wait(10)
        for _ in range(5):
            found[place].append(logits(shelf, tokens, batches[place]))

    threads = [threading.Thread(target=ask, args=(place,)) for place in range(len(batches))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    for own, right in zip(found, wanted, strict=True):
        assert len(own) == 5
        assert all(torch.equal(some, right) for some in own)


def test_a_batch_that_hangs_disturbs_none_after_it(model, folder):
    """Its thread was left behind inside `using`, as an engine does: its rows are its own, and its adapter stays."""
    shelf = Shelf(model, folder=folder, most=2, patience_s=0.05)
    tokens = some_ids(2)
    right = logits(Shelf(copy.deepcopy(model), folder=folder), tokens, ["b", "b"])
    untouched = model(input_ids=tokens).logits
    inside, enough = threading.Event(), threading.Event()

    def hang():
        with shelf.using(["a"] * 5):
            inside.set()
            enough.wait(60)

    thread = threading.Thread(target=hang)
    thread.start()
    assert inside.wait(10)
    try:
        assert torch.equal(logits(shelf, tokens, ["b", "b"]), right)
        assert torch.equal(logits(shelf, tokens, [None, None]), untouched)
        logits(shelf, tokens, ["ic", None])
        assert names(shelf) == ["a", "ic"]
    finally:
        enough.set()
        thread.join(10)
    logits(shelf, tokens, ["b", "ic"])
    assert names(shelf) == ["b", "ic"]


def test_a_model_that_peft_has_wrapped_is_no_base(model, folder):
    Shelf(model, folder=folder).require("a")
    with pytest.raises(ValueError, match="layers of PEFT in it"):
        Shelf(model, folder=folder)


def test_a_shelf_for_nothing_is_refused(model, folder):
    with pytest.raises(ValueError, match="holds none"):
        Shelf(model, folder=folder, most=0)


@pytest.mark.slow
def test_thirty_two_adapters_cost_their_own_weights_and_give_them_back(model, workshop, tmp_path):
    """Counted in tensors that the model or the shelf can reach, not in pages of the process."""
    for number in range(PLENTY // 2):
        workshop.lora(model, tmp_path / f"l{number}", number)
        workshop.ia3(model, tmp_path / f"i{number}", number)
    own = sum(value.nbytes for value in model.parameters())
    shelf = Shelf(model, folder=tmp_path, most=PLENTY)
    for folder in sorted(tmp_path.iterdir()):
        shelf.require(folder.name)
    assert len(shelf.loaded) == PLENTY
    loras = sum(adapter.size for adapter in shelf.loaded if adapter.kind is Kind.LORA)
    assert sum(value.nbytes for value in model.parameters()) == own + loras
    logits(shelf, some_ids(PLENTY), [adapter.name for adapter in shelf.loaded])
    for adapter in shelf.loaded:
        shelf.drop(adapter.name)
    assert sum(value.nbytes for value in model.parameters()) == own
    assert not any("lora" in name for name, _ in model.named_modules())
