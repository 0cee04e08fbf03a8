import math
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from arena.core.hits import Language
from arena.words.graph import Columns, Edge, Graph, Relation, graph
from arena.words.norms import Agreement, agreement, read_norms

TABOO_DATA = os.environ.get("TABOO_DATA")

# banana is-a fruit (0.8, back 0.5), banana topic monkey (0.5), peel part-of banana (0.4 both ways)
SMALL: Columns = {
    "language": "en",
    "words": ["banana", "fruit", "lonely", "monkey", "peel"],
    "zipf": [400, 450, 100, 650, 300],
    "forms": {"bananas": "banana", "monkeys": "monkey"},
    "degrees": [3, 1, 0, 0, 1],
    "targets": [1, 3, 4, 0, 0],
    "weights": [800, 500, 400, 500, 400],
    "relations": "blcad",
}


@pytest.fixture
def small() -> Graph:
    return Graph(SMALL, "1")


def test_edges_come_strongest_first_and_say_how_they_read(small):
    assert small.edges("banana") == (
        Edge(Relation.IS_A, "fruit", 0.8, outward=True),
        Edge(Relation.TOPIC, "monkey", 0.5, outward=True),
        Edge(Relation.PART_OF, "peel", 0.4, outward=False),
    )
    assert small.edges("fruit") == (Edge(Relation.IS_A, "banana", 0.5, outward=False),)
    assert small.edges("peel") == (Edge(Relation.PART_OF, "banana", 0.4, outward=True),)


def test_a_word_without_edges_or_unknown_brings_nothing_to_mind(small):
    assert small.edges("lonely") == ()
    assert small.edges("sextant") == ()


def test_a_graph_knows_its_words_and_their_inflected_forms(small):
    assert small.words() == ("banana", "fruit", "lonely", "monkey", "peel")
    assert len(small) == 5
    assert "banana" in small
    assert "bananas" not in small
    assert [small.base(form) for form in ("banana", "bananas", "sextant")] == ["banana", "banana", None]


def test_frequent_words_tell_less(small):
    assert [small.frequency(word) for word in ("banana", "sextant")] == [4.0, 0.0]
    assert small.salience("banana") == small.salience("lonely") == 1
    assert small.salience("fruit") == pytest.approx(0.85)
    assert small.salience("monkey") == 0.1


def test_activation_spreads_as_worked_out_by_hand(small):
    total = math.sqrt(0.8 + 0.5 + 0.4)
    one_step = {"banana": 1.0, "fruit": 0.5 * 0.8 / total, "monkey": 0.5 * 0.5 / total, "peel": 0.5 * 0.4 / total}
    assert small.activation({"banana": 1.0}, steps=1) == pytest.approx(one_step)
    back = 0.5 * (one_step["fruit"] * math.sqrt(0.5) + one_step["peel"] * math.sqrt(0.4))
    assert small.activation(["bananas"]) == pytest.approx({**one_step, "banana": 1 + back})


@pytest.mark.parametrize("heard", [[], ["sextant"], {"sextant": 2.0}, {"banana": 0.0}])
def test_nothing_known_activates_nothing(small, heard):
    assert small.activation(heard) == {}


def test_without_steps_only_what_was_heard_is_active(small):
    assert small.activation(["monkeys", "monkey", "fruit"], steps=0) == pytest.approx({"fruit": 0.85, "monkey": 0.2})


def test_a_floor_leaves_weak_words_out(small):
    assert list(small.activation({"banana": 1.0}, floor=0.16)) == ["banana", "fruit", "monkey"]


def test_activations_without_a_floor_add_up_over_utterances():
    net = graph(Language.ENGLISH)
    first, second = net.activation(["monkey", "zoo"], floor=0), net.activation(["yellow"], floor=0)
    both = net.activation(["monkey", "zoo", "yellow"], floor=0)
    assert both == pytest.approx({word: first.get(word, 0) + second.get(word, 0) for word in both})


def test_activation_is_the_same_every_time_and_strongest_first():
    net = graph(Language.ENGLISH)
    once, again = (net.activation(["they", "peel", "yellow", "fruit"]) for _ in range(2))
    assert list(once.items()) == list(again.items())
    assert sorted(once.values(), reverse=True) == list(once.values())


@pytest.mark.parametrize(
    ("language", "source", "relation", "word", "outward"),
    [
        ("en", "banana", "topic", "monkey", True),
        ("en", "fruit", "is-a", "cherry", False),
        ("en", "dog", "is-a", "animal", True),
        ("en", "animal", "is-a", "giraffe", False),
        ("en", "sunflower", "is-a", "flower", True),
        ("zh", "\u9999\u8549", "is-a", "\u6c34\u679c", True),
        ("zh", "\u6c34\u679c", "is-a", "\u8349\u8393", False),
    ],
)
def test_what_everybody_knows_is_in_the_graph(language, source, relation, word, outward):
    edges = graph(Language(language)).edges(source)
    assert (relation, word, outward) in {(edge.relation, edge.word, edge.outward) for edge in edges}


@pytest.mark.parametrize(
    ("heard", "target"),
    [
        ("yellow fruit monkeys peel", "banana"),
        ("strings bow orchestra instrument", "violin"),
        ("animal trunk tusk zoo", "elephant"),
    ],
)
def test_clues_bring_the_target_among_the_ten_most_active(heard, target):
    words = heard.split()
    active = [word for word in graph(Language.ENGLISH).activation(words) if word not in words]
    assert target in active[:10]


@pytest.mark.parametrize("word", ["the", "and", "with", "fuck", "slut", "nigger"])
def test_function_words_and_slurs_are_not_in_the_graph(word):
    net = graph(Language.ENGLISH)
    assert net.base(word) is None


@pytest.mark.parametrize("language", list(Language))
def test_every_edge_has_a_weight_and_leads_elsewhere(language):
    net = graph(language)
    for word in net.words():
        weights = [edge.weight for edge in net.edges(word)]
        assert weights == sorted(weights, reverse=True)
        assert all(0 < weight <= 1 for weight in weights)
        assert word not in {edge.word for edge in net.edges(word)}


def test_a_graph_is_loaded_once_and_names_what_it_is():
    assert graph(Language.ENGLISH) is graph(Language.ENGLISH)
    assert len({graph(language).fingerprint for language in Language}) == 2


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory of a program is read from /proc")
def test_both_graphs_fit_in_150_mb():
    program = """
from pathlib import Path
from arena.words.graph import graph
for language in ("en", "zh"):
    graph(language).activation(["dog"])
print(Path("/proc/self/status").read_text())
"""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    peak_kb = int(re.search(r"VmHWM:\s+(\d+) kB", ran.stdout)[1])
    assert peak_kb < 150_000


def test_agreement_counts_neighbours_and_active_words(small):
    norms = {"banana": "fruit", "fruit": "monkey", "peel": "lonely", "sextant": "banana"}
    assert agreement(small, norms) == Agreement(3, neighbour=1 / 3, top_ten=1 / 3, active=2 / 3)


def test_agreement_with_norms_about_other_words_is_refused(small):
    with pytest.raises(ValueError, match="none of the 1 cues"):
        agreement(small, {"sextant": "sea"})


def test_norms_are_read_from_the_published_tables(tmp_path):
    lines = [
        "<HTML>",
        "<PRE>",
        "CUE, TARGET, NORMED?, #G, #P, FSG, BSG",
        "CAB, YELLOW, YES, 127, 17, .134, \xa5",
        "CAB, TAXI, YES, 127, 49, .386, .537",
        "CAB, DRIVER, YES, 127, 20, .157, .100",
        "</PRE>",
    ]
    (tmp_path / "C.txt").write_text("\n".join(lines), encoding="latin-1")
    (tmp_path / "D-F.txt").write_text("DAD, MOM, YES, 145, 103, .710, .759", encoding="latin-1")
    assert read_norms(tmp_path) == {"cab": "taxi", "dad": "mom"}


@pytest.mark.skipif(TABOO_DATA is None, reason="TABOO_DATA names no folder with the association norms")
def test_the_graph_finds_what_people_say_first():
    found = agreement(graph(Language.ENGLISH), read_norms(Path(TABOO_DATA or "") / "usf-association-norms"))
    assert found.cues > 4000
    assert found.neighbour > 0.55
    assert found.top_ten > 0.48
    assert found.active > 0.58
