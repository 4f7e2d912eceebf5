"""What customs takes: duty rules applied to one import. Simulation, cost and optimisation all ask here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from .duty import ContentTest, DutyRule
from .network import Site


@dataclass(frozen=True)
class Import:
    """A piece that enters ``into`` on ``date``: its HTS code, customs value, origin, and where its value comes from.

    ``content`` are shares of the value by country; what they leave is of ``origin``. ``product_hts`` is the code of the
    product the piece leaves a foreign-trade zone in, where ``into`` is one.
    """

    hts: str | None
    value_usd: float
    origin: str
    into: Site
    date: dt.date
    content: Mapping[str, float] = field(default_factory=dict)
    product_hts: str | None = None


@dataclass(frozen=True)
class DutyLine:
    """What one rule takes on one import: ``usd = rate * base_usd``. ``is_deferred``: due as it leaves the zone."""

    rule: str
    rate: float
    base_usd: float
    usd: float
    is_deferred: bool


def duty_lines(
    rules: Mapping[str, DutyRule], goods: Import, rates: Mapping[str, float] | None = None
) -> tuple[DutyLine, ...]:
    """What is due on ``goods``, by rule in stacking order; nothing on goods of the country itself or within it.

    ``rates`` replaces the rate of some rules (a disruption of kind ``duty``).
    """
    applying = [name for name, rule in rules.items() if _applies(rule, goods)]
    switched_off = {other for name in applying for other in rules[name].instead_of}
    applying = sorted((name for name in applying if name not in switched_off), key=lambda name: int(rules[name].order))
    lines: list[DutyLine] = []
    for name in applying:
        rule = rules[name]
        rate = float(rule.rate) if rates is None else rates.get(name, float(rule.rate))
        before = sum(line.usd for line in lines if int(rules[line.rule].order) < int(rule.order))
        whole = goods.value_usd + (before if rule.on == "value_and_duty" else 0.0)
        base_usd = whole * _taxed_content(rule.content_test, goods) * _taxed_use(rule, goods)
        if base_usd > 0.0 and rate > 0.0:
            lines.append(DutyLine(name, rate, base_usd, rate * base_usd, goods.into.foreign_trade_zone))
    return tuple(lines)


def duty_usd(rules: Mapping[str, DutyRule], goods: Import, rates: Mapping[str, float] | None = None) -> float:
    """The duty on one piece, US$."""
    return sum(line.usd for line in duty_lines(rules, goods, rates))


def duty_dates(rules: Mapping[str, DutyRule]) -> tuple[dt.date, ...]:
    """The days on which what is due may change, ascending: between two of them one answer holds."""
    return tuple(sorted({day for rule in rules.values() for day in (rule.starts, rule.ends) if day is not None}))


def _applies(rule: DutyRule, goods: Import) -> bool:
    if rule.into != goods.into.country or goods.origin == rule.into:
        return False
    if goods.date < rule.starts or (rule.ends is not None and goods.date >= rule.ends):
        return False
    if (rule.origins and goods.origin not in rule.origins) or goods.origin in rule.except_origins:
        return False
    in_zone_as_product = goods.into.foreign_trade_zone and rule.zone == "product" and goods.product_hts
    hts = (goods.product_hts if in_zone_as_product else goods.hts) or ""
    return (not rule.hts or _begins(hts, rule.hts)) and not _begins(hts, rule.except_hts)


def _begins(hts: str, prefixes: tuple[str, ...]) -> bool:
    digits = hts.replace(".", "")
    return any(digits.startswith(prefix.replace(".", "")) for prefix in prefixes)


def _taxed_content(test: ContentTest | None, goods: Import) -> float:
    """The share of the value that a rule with a content test takes duty on."""
    if test is None:
        return 1.0
    rest = max(0.0, 1.0 - sum(goods.content.values()))
    share = sum(goods.content.get(country, 0.0) for country in test.countries)
    share += rest if goods.origin in test.countries else 0.0
    if share < test.at_least:
        return 1.0
    return 0.0 if test.then == "exempt" else 1.0 - min(1.0, share)


def _taxed_use(rule: DutyRule, goods: Import) -> float:
    return 1.0 - min(1.0, sum(float(goods.into.end_uses.get(use, 0.0)) for use in rule.exempt_end_uses))
