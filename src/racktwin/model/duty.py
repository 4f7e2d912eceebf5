"""Customs: dated duty rules, and what of a part's value comes from where."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from .entity import Entity, Name
from .instant import Date
from .quantity import Count, Probability, WholeNumber

COUNTRY_PATTERN = r"^[A-Z]{2}$"
HTS_PATTERN = r"^\d{2}(\d{2}(\.\d{2}){0,3})?$"

Country = Annotated[str, StringConstraints(pattern=COUNTRY_PATTERN)]
"""Two letters of ISO 3166-1: ``US``, ``TW``, ``MX``."""

HtsPrefix = Annotated[str, StringConstraints(pattern=HTS_PATTERN)]
"""The beginning of an HTS code: ``84``, ``8471``, ``8471.50``."""


class ContentTest(Entity):
    """A share of the value from these countries decides: ``{countries: [US], at_least: 20 %}``.

    A part's content is the ``content`` of its supply; what is not said there comes from the supply's origin.
    ``then: exempt`` exempts the whole part, ``then: only_rest`` takes duty on the value from elsewhere only.
    """

    countries: tuple[Country, ...] = Field(min_length=1)
    at_least: Probability
    then: Literal["exempt", "only_rest"] = "exempt"


class DutyRule(Entity):
    """A duty on imports ``into`` a country, from ``starts`` until the day before ``ends`` (open: without end).

    It applies to parts whose HTS code begins with one of ``hts`` (none: all) and not with one of ``except_hts``, and
    whose origin is among ``origins`` (none: all but ``into`` itself) and not among ``except_origins``. Rules apply by
    ``order``, the lowest first; one that applies switches off those it names in ``instead_of``, whatever their order.
    ``on: value_and_duty`` is taken on the value and all duties of lower order. ``exempt_end_uses`` are shares of the
    importing site's ``end_uses`` that pay nothing.

    Goods that enter a foreign-trade zone pay as they leave it for the country: ``zone: product`` at the product's own
    code and rate, ``zone: part`` at the part's (privileged foreign status, as Sections 232 and 301 demand).
    """

    into: Country
    rate: Probability
    starts: Date
    ends: Date | None = None
    hts: tuple[HtsPrefix, ...] = ()
    except_hts: tuple[HtsPrefix, ...] = ()
    origins: tuple[Country, ...] = ()
    except_origins: tuple[Country, ...] = ()
    order: WholeNumber = Count(0)
    on: Literal["value", "value_and_duty"] = "value"
    instead_of: tuple[Name, ...] = ()
    content_test: ContentTest | None = None
    exempt_end_uses: tuple[Name, ...] = ()
    zone: Literal["product", "part"] = "product"
