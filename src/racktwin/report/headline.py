"""The headline: what ships, what limits it, and how far the numbers can be trusted."""

from __future__ import annotations

from .blocks import Block, Card, Cards, Ledger, Note, Section
from .evidence import Evidence
from .limits import limit_sentence
from .numbers import number, unit_word

_MOST_PRODUCTS = 4


def headline_section(evidence: Evidence, ledger: Ledger) -> Section:
    """The numbers a plant manager asks for first."""
    blocks: list[Block] = [Note(limit_sentence(evidence), "lead")]
    blocks += [Note(warning, "warning") for warning in _warnings(evidence)]
    blocks.append(Cards(_cards(evidence, ledger)))
    blocks.append(Note(ledger.share_sentence() + " They are listed, weakest first, in the assumption ledger below."))
    return Section("headline", "At a glance", _ships(evidence), tuple(blocks))


def _ships(evidence: Evidence) -> str:
    """What leaves the plant per week, in words."""
    found = evidence.of("throughput")
    span = evidence.interval("throughput")
    certainty = f" (95 % interval {span})" if span else ""
    products = evidence.products()
    split = ", ".join(f"{number(evidence.of('throughput', product).mean)} {product}" for product in products)
    made_of = f": {split}" if len(products) > 1 else f" {products[0]}" if products else " products"
    return f"The plant ships {number(found.mean)} a week{certainty}{made_of}."


def _warnings(evidence: Evidence) -> list[str]:
    manifest = evidence.run.manifest
    done, planned = len(evidence.run.replications), manifest.replications_planned
    warnings = []
    if manifest.status != "finished":
        warnings.append(f"This run was {manifest.status}: {done} of {planned} replications are done.")
    if done == 1:
        warnings.append("One replication only: nothing here has an interval. Run at least five.")
    if evidence.of("throughput").mean == 0:
        warnings.append("Nothing shipped in the time watched: lengthen the horizon, or see what holds the plant up.")
    return warnings


def _cards(evidence: Evidence, ledger: Ledger) -> tuple[Card, ...]:
    cards = [
        _card(evidence, "throughput", "Shipped", "per week", _by_product(evidence, "throughput")),
        _card(evidence, "on_time_share", "On time", details=_by_product(evidence, "on_time_share")),
        _card(evidence, "cycle_time_mean", "Cycle time", details=_within(evidence)),
        _card(evidence, "wip", "In progress", "products", _by_product(evidence, "wip")),
        _card(
            evidence,
            "energy_per_product",
            "Test energy",
            "kWh per product",
            _by_product(evidence, "energy_per_product"),
        ),
        _card(evidence, "labour_per_product", "Labour", "h per product", _by_product(evidence, "labour_per_product")),
        _card(
            evidence,
            "latent_escapes",
            "Escapes",
            "latent defects per product",
            (f"patent: {evidence.show('patent_escapes')} per product",),
        ),
        Card(
            "Rests on assumptions",
            f"{ledger.unsourced:,}",
            f"of {len(ledger.rows):,} quantities",
            ("have no source",),
            "Quantities the scenario gives without a source. Defaults and names are not counted.",
        ),
    ]
    return tuple(cards)


def _card(evidence: Evidence, kpi: str, title: str, unit: str = "", details: tuple[str, ...] = ()) -> Card:
    shown = evidence.scale(kpi, "")
    found = evidence.of(kpi)
    span = evidence.interval(kpi)
    certainty = f"95 %: {span}" if span else "no interval"
    details = ("in every replication" if found.half_width == 0 else certainty, *details)
    unit = unit or unit_word(shown.unit)
    return Card(title, number(shown(found.mean)), unit, details, evidence.definition(kpi))


def _by_product(evidence: Evidence, kpi: str) -> tuple[str, ...]:
    """A line for each product where there are several."""
    products = evidence.products()
    if len(products) < 2:
        return ()
    shown = evidence.scale(kpi, "")
    return tuple(f"{product}: {number(shown(evidence.of(kpi, product).mean))}" for product in products[:_MOST_PRODUCTS])


def _within(evidence: Evidence) -> tuple[str, ...]:
    shown = evidence.scale("cycle_time_mean", "")
    latest = f"95 % within {number(shown(evidence.of('cycle_time_p95').mean))} {unit_word(shown.unit)}"
    return latest, *_by_product(evidence, "cycle_time_mean")
