"""``racktwin supply design``: what to open, qualify and hold against what may happen."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .supply_stress import seconds
from .terminal import note, number, print_json, print_table

if TYPE_CHECKING:
    from racktwin.plan.supply.network_design import DesignAnswer


def design(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="Scenario file, or the name of an example.")],
    period: Annotated[str, typer.Option(metavar="DURATION", help="Length of a period; shorter is finer.")] = "4 wk",
    risk: Annotated[float, typer.Option(min=0.0, max=1.0, help="0: expected cost; 1: only the worst futures.")] = 0.0,
    level: Annotated[float, typer.Option(min=0.0, max=0.999, help="The worst futures are this quantile's tail.")] = 0.9,
    gap: Annotated[str, typer.Option(metavar="SHARE", help="How close to the best is enough.")] = "1 %",
    limit_s: Annotated[float, typer.Option("--time", help="Seconds to search.")] = 600.0,
    overrides: Annotated[list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help="Change a value.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say what to open, qualify and hold, against the disruptions with a rate.

    A two-stage programme: the choice is made now, flows follow in each future. Its cost stands beside that of the
    network as it is, with the gap to the proven bound. Needs the solver HiGHS (pip install "racktwin[plan]").
    """
    from racktwin.plan import read_share
    from racktwin.plan.supply.network_design import DesignQuestion, design_network
    from racktwin.scenario import read_scenario

    plant = read_scenario(scenario, overrides or ()).scenario
    answer = design_network(plant, DesignQuestion(seconds(period), read_share(gap), limit_s, risk, level))
    if as_json:
        print_json(_plain(answer))
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
