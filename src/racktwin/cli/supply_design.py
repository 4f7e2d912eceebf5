"""``racktwin supply design``: what to open, qualify and hold against what may happen."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .supply_stress import seconds
from .terminal import give_or_take, note, number, print_json, print_table

if TYPE_CHECKING:
    from racktwin.plan.supply.network_design import DesignAnswer
    from racktwin.plan.supply.simulated_design import SimulatedAnswer, SimulatedDesign


def design(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="Scenario file, or the name of an example.")],
    period: Annotated[str, typer.Option(metavar="DURATION", help="Length of a period; shorter is finer.")] = "4 wk",
    risk: Annotated[float, typer.Option(min=0.0, max=1.0, help="0: expected cost; 1: only the worst futures.")] = 0.0,
    level: Annotated[float, typer.Option(min=0.0, max=0.999, help="The worst futures are this quantile's tail.")] = 0.9,
    gap: Annotated[str, typer.Option(metavar="SHARE", help="How close to the best is enough.")] = "0.1 %",
    limit_s: Annotated[float, typer.Option("--time", help="Seconds to search.")] = 600.0,
    replications: Annotated[
        int, typer.Option("--simulate", min=0, metavar="N", help="Simulate the design, N replications of each future.")
    ] = 0,
    overrides: Annotated[list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help="Change a value.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say what to open, qualify and hold, against the disruptions with a rate.

    A two-stage programme: the choice is made now, flows follow in each future. Its cost stands beside that of the
    network as it is, with the gap to the proven bound. --simulate sends both through the same futures by the tick,
    ordering by policies that do not know what comes. Needs the solver HiGHS (pip install "racktwin[plan]").
    """
    from racktwin.plan import read_share
    from racktwin.plan.supply.network_design import DesignQuestion, design_network
    from racktwin.plan.supply.simulated_design import simulate_design
    from racktwin.scenario import read_scenario

    plant = read_scenario(scenario, overrides or ()).scenario
    answer = design_network(plant, DesignQuestion(seconds(period), read_share(gap), limit_s, risk, level))
    simulated = None
    if replications:
        simulated = simulate_design(answer, replications, progress=lambda what: note(f"simulating {what}"))
    if as_json:
        print_json(_plain(answer) | ({} if simulated is None else {"simulated": _plain_simulated(simulated)}))
        return
    found, present = answer.found, answer.as_it_is
    columns = ("what", "open", "costs, US$")
    opened = zip(found.problem.options, found.is_open, strict=True)
    rows = [(option.name, "yes" if is_open else "no", number(option.opening_usd)) for option, is_open in opened]
    held = zip(answer.network.flows.stocks, found.held, found.problem.hold_usd, strict=True)
    rows += [(f"hold {stock}", number(pieces), number(pieces * usd)) for stock, pieces, usd in held if pieces > 0.005]
    print_table(columns, rows, numbers=("costs, US$",))
    _print_futures(answer)
    note(
        f"expected US${found.expected_usd:,.0f} against US${present.expected_usd:,.0f} as it is; "
        f"worst futures US${found.tail_usd:,.0f} against US${present.tail_usd:,.0f}; "
        f"within {found.gap:.2%} of the best ({found.method})"
    )
    if simulated is not None:
        _print_simulated(answer, simulated)
    for one in answer.unmet:
        note(f"even if nothing happens {number(one.pieces)} pieces of {one.demand} are lost:")
        for reason in one.reasons:
            note(f"  → {reason}")


def _print_futures(answer: DesignAnswer) -> None:
    columns = ("future", "chance", "cost, US$", "as it is, US$", "lost", "lost as it is")
    found, present = answer.found, answer.as_it_is
    rows = [
        (
            future.name,
            f"{future.probability:.1%}",
            number(found.future_usd[k]),
            number(present.future_usd[k]),
            number(found.lost_pieces[k].sum()),
            number(present.lost_pieces[k].sum()),
        )
        for k, future in enumerate(found.problem.futures)
    ]
    print_table(columns, rows, numbers=columns[1:])


def _print_simulated(answer: DesignAnswer, simulated: SimulatedAnswer) -> None:
    """What the programme promised beside what the simulation gave, by future and in all."""
    print(f"\nsimulated, {simulated.replications} replications of each future on the same random numbers (± is 95 %):")
    columns = ("future", "promised, US$", "simulated, US$", "lost", "simulated", "at once, %", "as it is, %")
    rows = [
        (
            future.name,
            number(answer.found.future_usd[k]),
            give_or_take(future.cost_usd, future.half),
            number(answer.found.lost_pieces[k].sum()),
            number(sum(future.unmet_pieces)),
            number(100 * future.fill_rate),
            number(100 * simulated.as_it_is.futures[k].fill_rate),
        )
        for k, future in enumerate(simulated.found.futures)
    ]
    print_table(columns, rows, numbers=columns[1:])
    print()
    _print_in_all(answer, simulated)
    promised_usd = answer.as_it_is.expected_usd - answer.found.expected_usd
    note(
        f"simulated, the design saves US${give_or_take(simulated.saved_usd, simulated.saved_half)} of expected cost, "
        f"where US${number(promised_usd)} were promised; "
        f"{simulated.found.fill_rate:.2%} served at once against {simulated.as_it_is.fill_rate:.2%}"
    )


def _print_in_all(answer: DesignAnswer, simulated: SimulatedAnswer) -> None:
    """Expected cost and CVaR, and what the expected cost is made of."""
    found, present = simulated.found, simulated.as_it_is
    columns = ("in all", "promised, US$", "simulated, US$", "as it is, promised", "as it is, simulated")
    promised = (answer.found.expected_usd, answer.as_it_is.expected_usd)
    expected = [give_or_take(one.expected_usd, one.half) for one in (found, present)]
    rows = [("expected cost", number(promised[0]), expected[0], number(promised[1]), expected[1])]
    tails = [number(one.tail_usd) for one in (answer.found, found, answer.as_it_is, present)]
    rows.append(("worst futures", tails[0], tails[1], tails[2], tails[3]))
    for entry, usd in found.expected_by_entry_usd.items():
        present_usd = present.expected_by_entry_usd[entry]
        if usd or present_usd:
            rows.append((f"  {entry}", "", number(usd), "", number(present_usd)))
    print_table(columns, rows, numbers=columns[1:])


def _plain_simulated(simulated: SimulatedAnswer) -> dict[str, Any]:
    return {
        "replications": simulated.replications,
        "saved_usd": simulated.saved_usd,
        "saved_half": simulated.saved_half,
        "design": _plain_one(simulated.found),
        "as_it_is": _plain_one(simulated.as_it_is),
    }


def _plain_one(one: SimulatedDesign) -> dict[str, Any]:
    return {
        "expected_usd": one.expected_usd,
        "half": one.half,
        "tail_usd": one.tail_usd,
        "fill_rate": one.fill_rate,
        "unmet_pieces": one.unmet_pieces,
        "expected_by_entry_usd": one.expected_by_entry_usd,
        "futures": [asdict(future) for future in one.futures],
    }


def _plain(answer: DesignAnswer) -> dict[str, Any]:
    found, present = answer.found, answer.as_it_is
    return {
        "options": [
            {"name": option.name, "open": bool(is_open), "opening_usd": option.opening_usd}
            for option, is_open in zip(found.problem.options, found.is_open, strict=True)
        ],
        "held": {
            stock: float(n) for stock, n in zip(answer.network.flows.stocks, found.held, strict=True) if n > 0.005
        },
        "cost_usd": found.cost_usd,
        "bound_usd": found.bound_usd,
        "gap": found.gap,
        "method": found.method,
        "expected_usd": found.expected_usd,
        "tail_usd": found.tail_usd,
        "as_it_is": {"expected_usd": present.expected_usd, "tail_usd": present.tail_usd},
        "futures": [
            {
                "name": future.name,
                "probability": future.probability,
                "cost_usd": float(found.future_usd[k]),
                "as_it_is_usd": float(present.future_usd[k]),
                "lost_pieces": found.lost_pieces[k].tolist(),
                "as_it_is_lost_pieces": present.lost_pieces[k].tolist(),
            }
            for k, future in enumerate(found.problem.futures)
        ],
        "binding": list(answer.binding),
        "unmet": [asdict(one) for one in answer.unmet],
    }
