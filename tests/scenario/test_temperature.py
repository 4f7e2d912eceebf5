"""Temperatures keep the zero of their unit."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from racktwin.model.cooling import CoolingPlant
from racktwin.model.quantity import Temperature

_READ = TypeAdapter(Temperature).validate_python


@pytest.mark.parametrize(
    ("text", "kelvin"), [("32 degC", 305.15), ("32 °C", 305.15), ("90 degF", 305.372), ("300 K", 300)]
)
def test_units(text: str, kelvin: float) -> None:
    assert float(_READ(text)) == pytest.approx(kelvin, abs=1e-3)


@pytest.mark.parametrize("text", ["32", 32, "32 kW", "-300 degC", "warm"])
def test_what_is_none(text: object) -> None:
    with pytest.raises(ValidationError):
        _READ(text)


def test_defaults_of_a_plant_say_where_they_come_from() -> None:
    plant = CoolingPlant.model_validate({"heat": "10 MW", "outdoors": {"kind": "cooling_tower", "approach": "5 K"}})

    assert plant.supply_k.written == "32 degC"
    assert plant.cdu.approach_k.provenance.confidence == "C"
    assert plant.cdu.least_flow.provenance.confidence == "assumed"
    assert float(plant.outdoors.approach_k) == 5
    for entity in (plant.cdu, plant.cold_plate, plant.outdoors):
        for name in type(entity).model_fields:
            provenance = getattr(getattr(entity, name), "provenance", None)
            if provenance is not None and not (name == "approach_k" and entity is plant.outdoors):
                assert provenance.low is not None
                assert provenance.low <= getattr(entity, name) <= provenance.high
