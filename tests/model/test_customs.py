"""Duty by hand: which rules apply, in which order, on which part of the value."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from racktwin.model.customs import Import, duty_dates, duty_lines, duty_usd
from racktwin.model.duty import DutyRule
from racktwin.model.network import Site

DAY = dt.date(2026, 6, 1)


def rule(rate: str, **keys: Any) -> DutyRule:
    """A rule into the United States since January 2026."""
    return DutyRule.model_validate({"into": "US", "starts": "2026-01-15", "rate": rate, **keys})


def site(**keys: Any) -> Site:
    """A plant in the United States."""
    return Site.model_validate({"kind": "plant", "country": "US", **keys})


def rack(value_usd: float = 3.1e6, into: Site | None = None, **keys: Any) -> Import:
    """A rack from Taiwan."""
    given: dict[str, Any] = {"hts": "8471.50", "origin": "TW", "date": DAY, **keys}
    return Import(value_usd=value_usd, into=into or site(), **given)


def test_a_quarter_of_a_rack() -> None:
    assert duty_usd({"section_232": rule("25 %", hts=["8471.50", "8473.30"])}, rack()) == 775_000.0


@pytest.mark.parametrize(
    ("date", "due"), [("2026-01-14", 0.0), ("2026-01-15", 10.0), ("2026-07-23", 10.0), ("2026-07-24", 0.0)]
)
def test_a_regime_holds_from_its_first_day_to_the_day_before_its_end(date: str, due: float) -> None:
    rules = {"section_122": rule("10 %", ends="2026-07-24")}

    assert duty_usd(rules, rack(100.0, date=dt.date.fromisoformat(date))) == due
    assert duty_dates(rules) == (dt.date(2026, 1, 15), dt.date(2026, 7, 24))


@pytest.mark.parametrize(
    ("hts", "rule_hts", "applies"),
    [("8471.50", "8471", True), ("8471.50", "8471.80", False), ("8473.30.11", "8473.3011", True), (None, "84", False)],
)
def test_a_rule_looks_at_the_beginning_of_the_code(hts: str | None, rule_hts: str, applies: bool) -> None:
    of_rule = DutyRule.model_construct(**{**rule("10 %").__dict__, "hts": (rule_hts,)})

    assert bool(duty_lines({"r": of_rule}, rack(hts=hts))) is applies


def test_what_is_excepted_and_what_is_domestic_pays_nothing() -> None:
    assert duty_usd({"r": rule("20 %", except_hts=["8471"])}, rack()) == 0.0
    assert duty_usd({"r": rule("20 %", except_origins=["TW"])}, rack()) == 0.0
    assert duty_usd({"r": rule("20 %", origins=["CN"])}, rack()) == 0.0
    assert duty_usd({"r": rule("20 %")}, rack(origin="US")) == 0.0
    assert duty_usd({"r": rule("20 %", into="MX")}, rack()) == 0.0


def test_rules_stack_by_their_order_and_switch_others_off() -> None:
    rules = {
        "last": rule("10 %", order=2, on="value_and_duty"),
        "first": rule("5 %", order=1),
        "general": rule("3 %", order=0),
        "special": rule("25 %", order=5, instead_of=["general"], origins=["TW"]),
    }
    lines = duty_lines(rules, rack(1000.0))

    assert [(line.rule, round(line.usd, 9)) for line in lines] == [("first", 50.0), ("last", 105.0), ("special", 250.0)]
    assert duty_lines(rules, rack(1000.0, origin="CN"))[0].rule == "general"


def test_a_content_test_exempts_all_or_taxes_the_rest() -> None:
    test = {"countries": ["US"], "at_least": "20 %"}
    exempt, rest = rule("10 %", content_test=test), rule("10 %", content_test={**test, "then": "only_rest"})

    assert duty_usd({"r": exempt}, rack(100.0, content={"US": 0.19})) == 10.0
    assert duty_usd({"r": exempt}, rack(100.0, content={"US": 0.2})) == 0.0
    assert duty_usd({"r": rest}, rack(100.0, content={"US": 0.3})) == pytest.approx(7.0)
    assert duty_usd({"r": rest}, rack(100.0, content={"US": 0.1})) == 10.0


def test_end_use_exempts_its_share() -> None:
    into = site(end_uses={"us_data_center": "80 %", "repair": "5 %"})

    due = duty_usd({"r": rule("25 %", exempt_end_uses=["us_data_center", "repair"])}, rack(100.0, into))

    assert due == pytest.approx(3.75)


def test_a_zone_defers_and_may_turn_a_part_into_the_product() -> None:
    zone = site(foreign_trade_zone=True)
    part = rack(100.0, zone, hts="8473.30", product_hts="8471.50")
    of_part, of_product = rule("10 %", hts=["8473.30"]), rule("0 %", hts=["8471.50"])

    assert duty_usd({"a": of_part, "b": of_product}, part) == 0.0  # inverted tariff: the product's rate is 0
    (line,) = duty_lines({"a": rule("10 %", hts=["8473.30"], zone="part")}, part)
    assert (line.usd, line.is_deferred) == (10.0, True)


def test_a_disruption_may_set_another_rate() -> None:
    assert duty_usd({"r": rule("25 %")}, rack(100.0), {"r": 0.5}) == 50.0


@given(value=st.floats(1, 1e7), rates=st.lists(st.integers(0, 100), min_size=1, max_size=5))
def test_duty_is_proportional_to_value_and_adds_up(value: float, rates: list[int]) -> None:
    rules = {f"r{number}": rule(f"{rate} %", order=number) for number, rate in enumerate(rates)}

    assert duty_usd(rules, rack(value)) == pytest.approx(value * sum(rates) / 100)
    assert duty_usd(rules, rack(2 * value)) == pytest.approx(2 * duty_usd(rules, rack(value)))
