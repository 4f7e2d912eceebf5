"""Time to survive and impact: by hand, by recursion on trees of parts, by trying every vertex where ways are shared."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from racktwin.errors import RacktwinError
from racktwin.plan.supply.flows import FlowNetwork, loss_of
from racktwin.plan.supply.resilience import binding_limits, exposures, impact, time_to_survive_s
from racktwin.plan.supply.stages import Floats

WEEK_S = 604800.0


def worked_example() -> FlowNetwork:
    """docs/supply_planning.md works this out: a rack of a board and two shelves, one board maker, two shelf makers.

    2 racks a week; 5 boards and 6 shelves in stock, 4 boards under way; shelf makers give 3 and 2 a week.
    """
    return FlowNetwork(
        stocks=("board", "shelf", "rack"),
        on_hand=np.array([5.0, 6.0, 1.0]),
        ways=("boards", "shelves a", "shelves b", "assembly"),
        fills=np.array([0, 1, 1, 2]),
        lead_time_s=np.zeros(4),
        unit_usd=np.zeros(4),
        in_transit=np.array([4.0, 0, 0, 0]),
        takes=np.array([(3, 0), (3, 1)]),
        pieces=np.array([1.0, 2.0]),
        limits=("boards", "shelves a", "shelves b"),
        limit_per_s=np.array([4, 3, 2]) / WEEK_S,
        uses=np.array([(0, 0), (1, 1), (2, 2)]),
        demands=("customer",),
        demand_stock=np.array([2]),
        demand_per_s=np.array([2 / WEEK_S]),
        loss_usd=np.array([1e6]),
    )


def test_worked_example_of_the_docs() -> None:
    network = worked_example()
    boards = loss_of(network, "board maker", closed=np.array([0]))
    sunk = loss_of(network, "board maker, strait closed", closed=np.array([0]), stops_transit=np.array([0]))
    shelves = loss_of(network, "shelf maker a", closed=np.array([1]))

    assert time_to_survive_s(network, boards) == pytest.approx((5 + 4 + 1) / 2 * WEEK_S)
    assert time_to_survive_s(network, sunk) == pytest.approx((5 + 1) / 2 * WEEK_S)
    # shelves: 6 + 2 t ≥ 2 (2 t - 1)
    assert time_to_survive_s(network, shelves) == pytest.approx(4 * WEEK_S)
    pieces, usd = impact(network, boards, 6 * WEEK_S)
    assert pieces == pytest.approx([2.0])
    assert usd == pytest.approx(2e6)
    assert impact(network, boards, 5 * WEEK_S)[1] == 0


def test_exposures_are_ranked_and_the_worst_is_one() -> None:
    network = worked_example()
    losses = [
        loss_of(network, "shelf maker b", closed=np.array([2])),
        loss_of(network, "board maker", closed=np.array([0])),
    ]
    ranked = exposures(network, [(loss, 8 * WEEK_S) for loss in losses])

    assert [one.name for one in ranked] == ["board maker", "shelf maker b"]
    assert ranked[0].risk_exposure == 1.0
    assert not ranked[0].is_covered
    assert ranked[1].survive_s == pytest.approx(8 * WEEK_S)
    assert ranked[1].is_covered


def test_what_the_rest_can_replace_is_survived_for_good() -> None:
    network = worked_example()
    easy = FlowNetwork(**{**vars(network), "limit_per_s": np.full(3, 4 / WEEK_S)})

    assert time_to_survive_s(network, loss_of(network, "nothing")) == np.inf
    assert time_to_survive_s(easy, loss_of(easy, "shelf maker a", closed=np.array([1]))) == np.inf
    assert time_to_survive_s(easy, loss_of(easy, "customer", unserved=np.array([0]))) == 0.0


class _Tree:
    """A random tree of parts: every stock has up to two ways, every way up to two parts of its own."""

    def __init__(self, random: np.random.Generator) -> None:
        self.random = random
        self.on_hand: list[float] = []
        self.ways: list[tuple[int, list[tuple[int, float]], float]] = []
        self.root = self._stock(0)
        self.rate = float(random.integers(1, 6))

    def _stock(self, depth: int) -> int:
        number = len(self.on_hand)
        self.on_hand.append(float(self.random.integers(0, 12)))
        for _ in range(int(self.random.integers(1, 3))):
            parts: list[tuple[int, float]] = []
            if depth < 2:
                count = int(self.random.integers(0, 3))
                parts = [(self._stock(depth + 1), float(self.random.integers(1, 4))) for _ in range(count)]
            self.ways.append((number, parts, float(self.random.integers(1, 7))))
        return number

    def network(self) -> FlowNetwork:
        count = len(self.ways)
        takes = [(w, part) for w, (_, parts, _) in enumerate(self.ways) for part, _ in parts]
        names = tuple(f"way {w}" for w in range(count))
        return FlowNetwork(
            tuple(f"stock {k}" for k in range(len(self.on_hand))),
            np.array(self.on_hand),
            names,
            np.array([way[0] for way in self.ways]),
            np.zeros(count),
            np.zeros(count),
            np.zeros(count),
            np.array(takes, np.int64).reshape(-1, 2),
            np.array([pieces for _, parts, _ in self.ways for _, pieces in parts]),
            names,
            np.array([way[2] for way in self.ways]) / WEEK_S,
            np.array([(w, w) for w in range(count)]),
            ("demand",),
            np.array([self.root]),
            np.array([self.rate]) / WEEK_S,
            np.array([7.0]),
        )

    def most(self, stock: int, time: float, lost: int) -> float:
        """Pieces the stock can have given by ``time``."""
        total = self.on_hand[stock]
        for w, (filled, parts, capacity) in enumerate(self.ways):
            if filled == stock and w != lost:
                total += min([capacity * time, *(self.most(part, time, lost) / pieces for part, pieces in parts)])
        return total

    def survives(self, lost: int) -> float:
        low, high = 0.0, 5200.0
        if self.most(self.root, high, lost) >= self.rate * high:
            return np.inf
        for _ in range(200):
            middle = (low + high) / 2
            low, high = (middle, high) if self.most(self.root, middle, lost) >= self.rate * middle else (low, middle)
        return low


@pytest.mark.parametrize("seed", range(100))
def test_small_networks_as_by_recursion(seed: int) -> None:
    tree = _Tree(np.random.default_rng(seed))
    network = tree.network()
    lost = int(tree.random.integers(0, len(tree.ways)))
    loss = loss_of(network, "a way", closed=np.array([lost]))
    recover = float(tree.random.integers(1, 20))
    pieces, usd = impact(network, loss, recover * WEEK_S)
    known = max(0.0, tree.rate * recover - tree.most(tree.root, recover, lost))

    assert time_to_survive_s(network, loss) / WEEK_S == pytest.approx(tree.survives(lost), rel=1e-6, abs=1e-6)
    assert pieces[0] == pytest.approx(known, rel=1e-6, abs=1e-6)
    assert usd == pytest.approx(7.0 * known, rel=1e-6, abs=1e-5)


def _least_by_vertices(cost: Floats, rows: Floats, right: Floats) -> float:
    """The least ``cost · x`` over ``rows x ≥ right``: all choices of as many rows as columns that meet."""
    best = np.inf
    for chosen in itertools.combinations(range(len(rows)), len(cost)):
        square = rows[list(chosen)]
        if abs(np.linalg.det(square)) < 1e-9:
            continue
        point = np.linalg.solve(square, right[list(chosen)])
        if np.all(rows @ point >= right - 1e-7):
            best = min(best, float(cost @ point))
    return best


@pytest.mark.parametrize("seed", range(20))
def test_shared_parts_as_by_trying_every_vertex(seed: int) -> None:
    """Two products share one part of two suppliers, one of which shrinks: who gets how much is the question."""
    random = np.random.default_rng(seed)
    stock, capacity = random.integers(0, 6, 3).astype(float), random.integers(1, 6, 2).astype(float)
    rate, worth = random.integers(1, 5, 2).astype(float), random.integers(1, 9, 2).astype(float)
    need, time, factor = random.integers(1, 3, 2).astype(float), float(random.integers(1, 9)), 0.5
    network = FlowNetwork(
        ("part", "a", "b"),
        stock,
        ("buy 1", "buy 2", "make a", "make b"),
        np.array([0, 0, 1, 2]),
        np.zeros(4),
        np.zeros(4),
        np.zeros(4),
        np.array([(2, 0), (3, 0)]),
        need,
        ("supplier 1", "supplier 2"),
        capacity / WEEK_S,
        np.array([(0, 0), (1, 1)]),
        ("a", "b"),
        np.array([1, 2]),
        rate / WEEK_S,
        worth,
    )
    loss = loss_of(network, "supplier 2 halved", limit_factors={1: factor})
    # columns: bought 1, bought 2, made a, made b, lost a, lost b
    wanted = rate * time
    rows = np.array(
        [
            [1, 1, -need[0], -need[1], 0, 0],
            [0, 0, 1, 0, 1, 0],
            [0, 0, 0, 1, 0, 1],
            [-1, 0, 0, 0, 0, 0],
            [0, -1, 0, 0, 0, 0],
            *np.eye(6),
            [0, 0, 0, 0, -1, 0],
            [0, 0, 0, 0, 0, -1],
        ]
    )
    right = np.array([-stock[0], wanted[0] - stock[1], wanted[1] - stock[2], -capacity[0] * time])
    right = np.concatenate((right, [-capacity[1] * factor * time], np.zeros(6), -wanted))
    cost = np.array([0, 0, 0, 0, worth[0], worth[1]])

    assert impact(network, loss, time * WEEK_S)[1] == pytest.approx(_least_by_vertices(cost, rows, right), abs=1e-6)


def test_what_cannot_be_supplied_is_told_together() -> None:
    fields = vars(worked_example())
    wrong = {"fills": np.array([1, 1, 1, 2]), "on_hand": np.zeros(3), "limit_per_s": np.array([4, 0, 2.0])}

    with pytest.raises(RacktwinError, match=r"nobody makes or brings board[\s\S]*shelves a has no capacity"):
        FlowNetwork(**{**fields, **wrong})


def test_parts_made_from_each_other_are_refused() -> None:
    fields = vars(worked_example())

    with pytest.raises(RacktwinError, match="circle: board, rack"):
        FlowNetwork(**{**fields, "takes": np.array([(3, 0), (0, 2)])})


def test_limits_that_bind_are_named() -> None:
    """2 racks a week of 1 board and 2 shelves: shelves of 3 + 2 a week are enough, of 2 + 1 are not, boards are."""
    network = worked_example()
    tight = FlowNetwork(**{**vars(network), "limit_per_s": np.array([4, 2, 1]) / WEEK_S})

    assert binding_limits(network) == ()
    assert binding_limits(tight) == ("shelves a", "shelves b")
