"""``--set``: values and factors, by the paths people read in reports and messages."""

from __future__ import annotations

from pathlib import Path

import pytest

from racktwin.model import Quantity
from racktwin.model.distribution import Lognormal, Triangular
from racktwin.scenario import ScenarioFile, read_scenario

from .broken import STARTER
from .test_broken import problems_of, write


def read(folder: Path, *overrides: str, text: str = STARTER) -> ScenarioFile:
    """The starter with ``overrides``."""
    return read_scenario(write(folder, text), overrides)


def test_values(tmp_path: Path) -> None:
    plant = read(
        tmp_path,
        "feeds.test_floor.limit=125 kW",
        "routings.rack.operations.burn_in.phases.soak.duration=48 h",
        "routings.rack.operations.0.operators.assembly=3",
        "operator_groups.assemblers.crews.0.headcount=6",
        "admission={rule: time_phased, order: greedy}",
        "work_centers.dock.dispatch=edd",
        "parts.rack.bill_of_materials={tray: 2, manifold: 2}",
    ).scenario

    assert plant.feeds["test_floor"].limit_w == 125e3
    integrate, burn_in, *_ = plant.routings["rack"].operations
    assert burn_in.phases[1].duration.mean_s == 48 * 3600  # type: ignore[union-attr]
    assert integrate.phases[0].operators["assembly"] == 3
    assert plant.operator_groups["assemblers"].crews[0].headcount == 6
    assert (plant.admission.rule, plant.admission.order) == ("time_phased", "greedy")
    assert plant.work_centers["dock"].dispatch == "edd"
    assert plant.parts["rack"].bill_of_materials["manifold"] == 2


def test_a_name_may_hold_dots(tmp_path: Path) -> None:
    text = STARTER.replace("test_floor", "bay.2.left")

    assert read(tmp_path, "feeds.bay.2.left.limit=130 kW", text=text).scenario.feeds["bay.2.left"].limit_w == 130e3


def test_what_the_file_leaves_to_its_default(tmp_path: Path) -> None:
    text = STARTER.replace("admission: {rule: peak, order: fifo}", "")

    plant = read(tmp_path, "admission.rule=time_phased", "seed=7", text=text).scenario

    assert (plant.admission.rule, plant.seed) == ("time_phased", 7)


def test_factor_keeps_the_unit_and_tells_its_source(tmp_path: Path) -> None:
    text = STARTER.replace("limit: 120 kW,", "limit: {value: 120 kW, source: nameplate, confidence: A, low: 100 kW},")

    limit = read(tmp_path, "feeds.test_floor.limit*=0.75", text=text).scenario.feeds["test_floor"].limit_w

    assert isinstance(limit, Quantity)
    assert (float(limit), limit.written, limit.provenance.low) == (90e3, "90 kW", 75e3)
    assert limit.provenance.source == "--set: 0.75 × 120 kW (nameplate)"
    assert limit.provenance.confidence == "assumed"


def test_factor_of_a_law_scales_time_and_not_shape(tmp_path: Path) -> None:
    plant = read(
        tmp_path,
        "routings.rack.operations.integrate.duration*=2",
        "routings.tray.operations.assemble.duration*=0.5",
        "demand.racks.interarrival*=3",
    ).scenario

    integrate = plant.routings["rack"].operations[0].phases[0].duration
    assemble = plant.routings["tray"].operations[0].phases[0].duration
    assert isinstance(integrate, Lognormal)
    assert [integrate.average_s, integrate.cv] == pytest.approx([8 * 3600, 0.2])
    assert isinstance(assemble, Triangular)
    assert [assemble.low_s, assemble.mode_s, assemble.high_s] == pytest.approx([1800, 2250, 3600])
    assert plant.demand["racks"].interarrival.mean_s == 42 * 3600  # type: ignore[union-attr]


def test_factor_of_a_count_and_of_a_percentage(tmp_path: Path) -> None:
    plant = read(tmp_path, "work_centers.test_slot.work_units*=1.5", "parts.board.defects.weak_solder*=2").scenario

    assert plant.work_centers["test_slot"].work_units == 6
    assert plant.parts["board"].defects["weak_solder"] == 0.02


def test_factor_of_measured_durations(tmp_path: Path) -> None:
    text = STARTER.replace("{lognormal: {mean: 4 h, cv: 0.2}}", "{empirical: {file: t.csv, column: h, unit: h}}")
    path = write(tmp_path, text, t_csv="h\n1\n2\n")

    plant = read_scenario(path, ["routings.rack.operations.integrate.duration*=2"]).scenario

    assert plant.routings["rack"].operations[0].phases[0].duration.values_s == (7200.0, 14400.0)  # type: ignore[union-attr]


def test_a_table_may_be_set(tmp_path: Path) -> None:
    path = write(tmp_path, STARTER, orders_csv="product,quantity\nrack,4\n")

    assert read_scenario(path, ["order_book={file: orders.csv}"]).scenario.order_book[0].quantity == 4


def test_later_overrides_see_earlier_ones(tmp_path: Path) -> None:
    limit = read(tmp_path, "feeds.test_floor.limit=100 kW", "feeds.test_floor.limit*=1.2").scenario.feeds["test_floor"]

    assert limit.limit_w == pytest.approx(120e3)


@pytest.mark.parametrize(
    ("override", "says", "remedy"),
    [
        ("feeds.tset_floor.limit=1 MW", "no 'tset_floor' in feeds", "did you mean 'test_floor'?"),
        ("feeds.test_floor.limt=1 MW", "no 'limt' in feeds.test_floor", "did you mean 'limit'?"),
        ("horizn=1 d", "no 'horizn' in the scenario", "did you mean 'horizon'?"),
        ("routings.rack.operations.burnin.gang=2", "unknown item 'burnin'", "did you mean 'burn_in'?"),
        ("routings.rack.operations.99.gang=2", "unknown item '99'", "burn_in"),
        ("horizon.value=1 d", "horizon holds nothing named 'value'", "set horizon itself"),
        ("feeds.test_floor.limit", "sets nothing", "path=value"),
        ("=3", "sets nothing", "path=value"),
        ("feeds.test_floor.limit=12 kg", "'12 kg' is not a quantity in W", "132 kW"),
        ("feeds.test_floor.limit=", "found nothing", "132 kW"),
        ("feeds.test_floor.limit=[1", "not valid YAML", "brackets"),
        ("title=!!python/object:x y", "is not allowed", "plain"),
        ("feeds.test_floor.limit*=half", "'half' is not a factor", "*=0.5"),
        ("feeds.test_floor.limit*=-1", "'-1' is not a factor", "*=0.5"),
        ("feeds.test_floor*=2", "there is no quantity", "feeds.test_floor=..."),
        ("seed*=2", "gives no value to multiply", "seed=..."),
        ("work_centers.dock.work_units*=1.5", "expected a whole number", "4"),
        ("warm_up=27 wk", "not shorter than the horizon", "shorten"),
        ("work_centers.dock.feed=mains", "unknown feed 'mains'", "test_floor"),
    ],
)
def test_what_cannot_be_set(override: str, says: str, remedy: str, tmp_path: Path) -> None:
    problems = problems_of(write(tmp_path, STARTER), override)

    assert [problem.file for problem in problems] == ["--set"]
    assert says in problems[0].message
    assert remedy in problems[0].remedy


def test_all_overrides_are_judged_at_once(tmp_path: Path) -> None:
    problems = problems_of(write(tmp_path, STARTER), "horizn=1 d", "feeds.none.limit=1 W", "warm_up=5")

    assert {problem.path for problem in problems} == {"horizn", "feeds.none.limit", "warm_up"}


def test_null_takes_a_key_away(tmp_path: Path) -> None:
    plain = read(tmp_path, "work_centers.dock.dispatch=edd", "work_centers.dock.dispatch=null").scenario
    alone = read_scenario("georgetown", ["hall=null", "fleet=null"]).scenario

    assert plain.work_centers["dock"].dispatch == "fifo"
    assert alone.engines == ("supply", "line")
    assert "'horizon' is missing" in problems_of(write(tmp_path, STARTER), "horizon=null")[0].message


def test_a_name_in_a_mapping_that_is_not_there_yet_is_told_how_to_set_it(tmp_path: Path) -> None:
    hall = "hall={compute_nodes: {hgx: {gpu_model: H100, gpus: 8}}, racks: {r: {compute_node: hgx, compute_nodes: 2}}}"
    (problem,) = problems_of(write(tmp_path, STARTER), hall, "fleet={}", "fleet.hours.dear={of: price}")

    assert "no 'dear' in fleet.hours" in problem.message
    assert problem.remedy == "set all of it: fleet.hours={dear: ...}"
