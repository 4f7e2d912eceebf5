"""Broken scenarios: the starter scenario with one change each, and what must be said about it."""

from __future__ import annotations

from dataclasses import dataclass

from racktwin.scenario import starter_text

STARTER = starter_text()


@dataclass(frozen=True)
class Broken:
    """The starter with ``old`` replaced by ``new``; the problem must stand in the line that holds ``at``.

    ``says`` is part of the message and ``path`` the end of its path; no more than ``most`` problems may be reported.
    ``also`` is a second replacement, ``cut`` drops the starter's text from there on, ``append`` adds text.
    """

    name: str
    old: str
    new: str
    says: str
    path: str = ""
    at: str = ""
    remedy: str = ""
    most: int = 1
    also: tuple[str, str] = ("", "")
    cut: str = ""
    append: str = ""

    @property
    def text(self) -> str:
        """The broken scenario."""
        assert self.old in STARTER, f"{self.name}: the starter has no {self.old!r}"
        text = STARTER[: STARTER.index(self.cut)] if self.cut else STARTER
        return text.replace(self.old, self.new, 1).replace(*self.also, 1) + self.append

    @property
    def line(self) -> int:
        """The line that must be named."""
        marks = [
            number for number, line in enumerate(self.text.splitlines(), 1) if (self.at or self.new.strip()) in line
        ]
        assert marks, f"{self.name}: no line holds {self.at or self.new!r}"
        return marks[0]


_DEMAND = "    interarrival: {exponential: {mean: 14 h}}\n"
_BUILD = "        duration: {lognormal: {mean: 4 h, cv: 0.2}}"
_SOAK = "            draw: 90 %\n            peak: 1.1\n            stress: 1 #"
_CAP_TABLE = "cap_tables: {hpl: {points: [[0.5, 0.7], [1, 1]]}}\n"

VALUES = (
    # What a number may be.
    Broken("wrong_unit", "limit: 120 kW, parent", "limit: 120 kg, parent", "'120 kg' is not a quantity in W", "limit"),
    Broken("unknown_unit", "limit: 120 kW, parent", "limit: 120 kWatts, parent", "unit 'kWatts' is not known", "limit"),
    Broken("bare_number", "horizon: 26 wk", "horizon: 26", "26 has no unit", "horizon"),
    Broken("no_number", "horizon: 26 wk", "horizon: soon", "'soon' is not a number with a unit", "horizon"),
    Broken(
        "peak_below_mean",
        "peak: 1.1\n            stress",
        "peak: 0.5\n            stress",
        "0.5 is too small: it must be at least 1",
        "soak.peak",
        at="peak: 0.5",
    ),
    Broken("wild_variation", "mean: 4 h, cv: 0.2", "mean: 4 h, cv: 1e200", "too large: at most 100", "lognormal.cv"),
    Broken(
        "wild_shape",
        "{shape: 0.6, scale: 60 h}",
        "{shape: 0.001, scale: 60 h}",
        "it must be at least 0.05",
        "weibull.shape",
    ),
    Broken(
        "too_many_skills",
        "operators: {packing: 2}",
        "operators: {packing: 1, assembly: 1, test: 1, debug: 1, x: 1}",
        "at most 4 are allowed, found 5",
        "pack.operators",
    ),
    Broken("negative_time", "duration: 1 h", "duration: -1 h", "-1 h is too small", "pack.duration"),
    Broken("zero_horizon", "horizon: 26 wk", "horizon: 0 wk", "0 wk is too small: it must be more than 0", "horizon"),
    Broken(
        "probability_over_1",
        "{loose_connector: 5 %}",
        "{loose_connector: 105 %}",
        "105 % is too large: at most 1",
        "loose_connector",
    ),
    Broken("infinite", "mass: 400 kg", "mass: 1e999 kg", "is not a finite number", "parts.rack.mass"),
    Broken("not_a_number", "p_false_failure: 1 %", "p_false_failure: .nan", "nan is not a finite number"),
    Broken("infinity", "p_false_failure: 1 %", "p_false_failure: .inf", "inf is not a finite number"),
    Broken("half_a_person", "operators: {assembly: 2}", "operators: {assembly: 1.5}", "expected a whole number"),
    Broken("huge_count", "work_units: 3\n", "work_units: 100000000000000\n", "expected a whole number"),
    Broken("value_out_of_range", "low: 12 h, high: 72 h}", "low: 30 h, high: 72 h}", "lies outside its range"),
    Broken(
        "range_of_other_kind",
        "peak: 1.1\n            stress",
        "peak: {value: 1.1, low: 3 kW}\n            stress",
        "is not a plain number",
        "peak.low",
        at="low: 3 kW",
    ),
    Broken(
        "confidence_without_source",
        "wage: 40 USD/h",
        "wage: {value: 40 USD/h, confidence: A}",
        "confidence A without a source",
        "wage.confidence",
    ),
    Broken(
        "misspelt_provenance",
        "wage: 40 USD/h",
        "wage: {value: 40 USD/h, sauce: me}",
        "unknown key 'sauce'",
        remedy="did you mean 'source'?",
    ),
    # What a duration may be.
    Broken("unknown_law", "{mean: 14 h}", "{mean: 14 h}, sometimes: 1", "not a distribution"),
    Broken(
        "misspelt_law",
        "{exponential: {mean: 14 h}}",
        "{exponentail: {mean: 14 h}}",
        "not a distribution",
        remedy="did you mean 'exponential'?",
    ),
    Broken("law_out_of_order", "{low: 60 min, mode: 75 min,", "{low: 60 min, mode: 75 h,", "out of order"),
    Broken(
        "law_without_parameter",
        "{mean: 4 h, cv: 0.2}",
        "{mean: 4 h}",
        "'cv' is missing",
        "integrate.duration.lognormal",
        remedy="cv: 0.5",
    ),
    Broken("law_parameter_misspelt", "{mean: 4 h, cv: 0.2}", "{mean: 4 h, vc: 0.2, cv: 0.2}", "unknown key 'vc'"),
    Broken("law_parameter_bare", "{mean: 4 h, cv: 0.2}", "{mean: 4, cv: 0.2}", "4 has no unit", "lognormal.mean"),
    Broken(
        "other_law_for_failure",
        "{weibull: {shape: 0.6, scale: 60 h}}",
        "{exponential: {mean: 60 h}}",
        "only a Weibull law",
        "weak_solder.time_to_failure",
    ),
    Broken(
        "by_defekt",
        "duration: by_defect # the",
        "duration: by_defekt # the",
        "'by_defekt' is not allowed here",
        remedy="did you mean 'by_defect'?",
        at="by_defekt",
    ),
    # Keys, names, kinds of value.
    Broken(
        "misspelt_key",
        "        duration: 1 h\n",
        "        durration: 1 h\n",
        "unknown key 'durration'",
        remedy="did you mean 'duration'?",
    ),
    Broken(
        "misspelt_top_key",
        "replications: 10",
        "replicatons: 10",
        "unknown key 'replicatons'",
        remedy="did you mean 'replications'?",
    ),
    Broken("missing_key", "        work_center: dock\n", "", "'work_center' is missing", "pack", at="operation: pack"),
    Broken("missing_top_key", "name: starter\n", "", "'name' is missing", at="racktwin: 1 #"),
    Broken("no_duration", "        duration: 1 h\n", "", "'duration' is missing", "pack", at="operation: pack"),
    Broken(
        "flat_and_phases",
        "        work_center: burn_in_bay\n",
        "        work_center: burn_in_bay\n        peak: 2\n",
        "both 'phases' and 'peak'",
        "burn_in",
        at="operation: burn_in",
    ),
    Broken(
        "format_of_the_future", "racktwin: 1 #", "racktwin: 2 #", "2 is not allowed here", "racktwin", at="racktwin: 2"
    ),
    Broken("name_with_space", "  dock: {", "  the dock: {", "'the dock' is not a name"),
    Broken("number_as_name", "product: rack", "product: 12", "expected text, found a whole number", remedy="quotes"),
    Broken("list_for_mapping", "admission: {rule: peak, order: fifo}", "admission: [peak]", "expected a mapping"),
    Broken("text_for_list", "skills: [test, debug]", "skills: test", "expected a list"),
    Broken(
        "nothing_for_mapping", "demand: #", "demand:\nreplicas: #", "expected a mapping", "demand", at="demand:", most=2
    ),
    Broken(
        "no_operations",
        "",
        "",
        "at least one is needed",
        "routings.tray.operations",
        at="operations: []",
        append="routings: {tray: {operations: []}}\n",
        cut="routings:",
    ),
    Broken("empty_skills", "skills: [test, debug]", "skills: []", "at least one is needed", "skills"),
    Broken(
        "unknown_choice",
        "{rule: peak, order: fifo}",
        "{rule: peek, order: fifo}",
        "'peek' is not allowed here",
        remedy="did you mean 'peak'?",
    ),
    Broken(
        "group_misspelt",
        "work_units: 4, feed: test_floor",
        "work_units: [{name: a, cuont: 4}], feed: test_floor",
        "unknown key 'cuont'",
        "work_units.a.cuont",
        remedy="did you mean 'count'?",
    ),
    # Times.
    Broken("no_date", "start: 2027-01-04", "start: 2027-02-30", "'2027-02-30' is not a date or time", "start"),
    Broken("date_as_number", "start: 2027-01-04", "start: 20270104", "20270104 is not a date or time", "start"),
    Broken("date_with_zone", "start: 2027-01-04", "start: 2027-01-04T06:00+02:00", "time zone of its own", "start"),
    Broken("far_date", "start: 2027-01-04", "start: 9999-01-04", "not within the years 1970 to 2199", "start"),
    Broken("clock", 'start: "22:00"', 'start: "25:00"', "'25:00' is not a time of day", "start"),
    Broken("clock_as_number", 'start: "22:00"', "start: 22:00:00", "is not a time of day", "start"),
    Broken("day", "days: mon-fri, start", "days: mon-fry, start", "'mon-fry' is not a day", "days"),
    Broken("holiday", "[2027-01-18, 2027-05-31]", "[2027-01-18, easter]", "'easter' is not a date", "holidays.1"),
)
"""What no scenario may say, whatever else it says."""

PLANTS = (
    Broken(
        "time_zone",
        "time_zone: America/Chicago",
        "time_zone: America/Chicgo",
        "unknown time zone 'America/Chicgo'",
        remedy="America/Chicago",
    ),
    Broken("warm_up", "warm_up: 2 wk", "warm_up: 26 wk", "not shorter than the horizon", "warm_up"),
    Broken("long_horizon", "horizon: 26 wk", "horizon: 3000 yr", "longer than a hundred years", "horizon"),
    Broken(
        "group_on_unknown_feed",
        "{work_units: 4, feed: test_floor,",
        "{work_units: [{name: a, count: 4, feed: mains}],",
        "unknown feed 'mains'",
        "test_slot.work_units.a.feed",
    ),
    Broken(
        "second_group_of_a_name",
        "work_units: 4, feed: test_floor,",
        "work_units: [{name: a, count: 2}, {name: a, count: 2}], feed: test_floor,",
        "a second group of work units",
    ),
    # Names that lead nowhere.
    Broken(
        "unknown_feed",
        "{work_units: 4, feed: test_floor,",
        "{work_units: 4, feed: tset_floor,",
        "unknown feed 'tset_floor'",
        remedy="did you mean 'test_floor'?",
    ),
    Broken("unknown_parent", "parent: utility", "parent: utilty", "unknown feed 'utilty'", "test_floor.parent"),
    Broken(
        "unknown_loop",
        "[facility_water, room_air], idle_draw",
        "[facility_water, rom_air], idle_draw",
        "unknown cooling loop 'rom_air'",
    ),
    Broken(
        "unknown_calendar",
        "dock: {work_units: 1, calendar: day}",
        "dock: {work_units: 1, calendar: days}",
        "unknown calendar 'days'",
    ),
    Broken(
        "unknown_crew_calendar",
        "{calendar: night, headcount: 2}",
        "{calendar: nite, headcount: 2}",
        "unknown calendar 'nite'",
    ),
    Broken(
        "unknown_skill",
        "operators: {packing: 2}",
        "operators: {paking: 2}",
        "unknown skill 'paking'",
        remedy="did you mean 'packing'?",
    ),
    Broken("unknown_repair_skill", "repair_skill: debug", "repair_skill: mending", "unknown skill 'mending'"),
    Broken("unknown_work_center", "work_center: dock", "work_center: doc", "unknown work center 'doc'"),
    Broken("unknown_routing", "    routing: tray\n", "    routing: trays\n", "unknown routing 'trays'"),
    Broken(
        "unknown_part",
        "{tray: 2, manifold: 1}\n    mass",
        "{tray: 2, manifolds: 1}\n    mass",
        "unknown part 'manifolds'",
        at="manifolds",
    ),
    Broken("unknown_consumed_part", "consumes: {board: 2}", "consumes: {bord: 2}", "unknown part 'bord'"),
    Broken(
        "unknown_kind",
        "defects: {loose_connector: 5 %}",
        "defects: {lose_connector: 5 %}",
        "unknown defect kind 'lose_connector'",
    ),
    Broken(
        "unknown_detected_kind",
        "{board_fault: 95 %, weak_solder: 90 %",
        "{bord_fault: 95 %, weak_solder: 90 %",
        "unknown defect kind 'bord_fault'",
        "detects.bord_fault",
    ),
    Broken(
        "unknown_replacement",
        "{repair_time: 1 h, replace: board}",
        "{repair_time: 1 h, replace: bored}",
        "unknown part 'bored'",
    ),
    Broken("unknown_product", "product: rack", "product: wreck", "unknown part 'wreck'", "demand.racks.product"),
    Broken("unknown_debug", "{debug: tray_debug,", "{debug: tray_debg,", "unknown operation of tray 'tray_debg'"),
    Broken("unknown_retest", "retest_from: tray_test}", "retest_from: testing}", "unknown operation of tray 'testing'"),
    Broken(
        "unknown_cap_table",
        _SOAK,
        "            cap: {table: hpl, levels: [1]}\n" + _SOAK,
        "unknown cap table 'hpl'",
        "soak.cap.table",
        at="table: hpl",
    ),
    Broken(
        "second_operation_of_a_name",
        "- operation: pack",
        "- operation: burn_in # again",
        "a second operation is named 'burn_in'",
    ),
    # Trees that are no trees.
    Broken(
        "bill_of_materials_cycle",
        "bill_of_materials: {board: 2}",
        "bill_of_materials: {board: 2, rack: 1}",
        "a part contains itself: rack → tray → rack",
        at="{tray: 2, manifold: 1}",
    ),
    Broken(
        "feed_cycle",
        "{limit: 200 kW, kind: utility}",
        "{limit: 200 kW, parent: test_floor}",
        "feeds supply each other in a circle",
    ),
    Broken(
        "loop_cycle",
        "{medium: air, heat_limit: 60 kW}",
        "{medium: air, heat_limit: 60 kW, parent: room_air}",
        "in a circle: room_air → room_air",
    ),
    # Material.
    Broken(
        "consumes_what_is_not_in_the_bill",
        "consumes: {board: 2}",
        "consumes: {board: 2, manifold: 1}",
        "'manifold' is not in the bill of materials of tray",
    ),
    Broken("consumes_too_much", "consumes: {board: 2}", "consumes: {board: 3}", "the bill of tray lists 2"),
    Broken(
        "made_part_received",
        "    routing: tray\n",
        "    routing: tray\n    supply: receipts\n",
        "a part with a routing is made here",
        at="supply: receipts",
    ),
    Broken("product_bought", "product: rack", "product: board", "board has no routing, so it cannot be made"),
    # Tests and debug.
    Broken("debug_on_main_route", "debug: tray_debug", "debug: assemble", "which is on the main route"),
    Broken(
        "unreachable_rework",
        "        on_fail: {debug: tray_debug, retest_from: tray_test}\n",
        "",
        "nothing leads to the rework operation 'tray_debug'",
        at="operation: tray_debug",
    ),
    Broken("retest_too_late", "retest_from: burn_in, scrap", "retest_from: pack, scrap", "comes after the test"),
    Broken(
        "rework_consumes",
        "- operation: tray_debug\n        rework: true # off the main route: only on_fail leads here\n",
        "- operation: tray_debug\n        rework: true\n        consumes: {board: 1}\n",
        "a rework operation consumes parts",
        at="consumes: {board: 1}",
    ),
    Broken("retest_in_rework", "retest_from: tray_test}", "retest_from: tray_debug}", "is a rework operation"),
    Broken(
        "by_defect_on_main_route",
        "duration: 1 h\n",
        "duration: by_defect # here\n",
        "'by_defect' outside a rework operation",
    ),
    Broken("no_repair_time", "loose_connector: {repair_time: 20 min}", "loose_connector: {}", "has no repair_time"),
    Broken(
        "only_rework",
        "- operation: pack\n",
        "- operation: pack\n        rework: true\n",
        "nothing leads to the rework operation 'pack'",
        at="operation: pack",
    ),
    Broken(
        "latent_without_law",
        "    time_to_failure: {weibull: {shape: 0.6, scale: 60 h}}\n",
        "",
        "latent but has no time_to_failure",
        at="  weak_solder: #",
    ),
    # People and hours.
    Broken(
        "too_few_people",
        "operators: {packing: 2}",
        "operators: {packing: 5}",
        "needs 5 people with the skill 'packing' at once; at most 4",
    ),
    Broken(
        "nobody_ever_comes",
        "{calendar: day, headcount: 4}",
        "{calendar: day, headcount: 0}",
        "nobody is ever present",
        at="operators: {assembly: 1}",
        most=3,
    ),
    Broken(
        "routing_no_calendar_can_finish",
        '      - days: mon-fri\n        start: "06:00"\n        end: "14:30"\n',
        '      - days: []\n        start: "06:00"\n        end: "14:30"\n',
        "is never finished",
        "work_center",
        at="work_center: bench",
        most=6,
    ),
    Broken(
        "gang_too_large",
        "- operation: burn_in\n",
        "- operation: burn_in\n        gang: 4\n",
        "a gang of 4 at burn_in_bay, which has 3 work units",
        at="gang: 4",
    ),
    # Power and coolant.
    Broken(
        "phase_exceeds_feed",
        "limit: 120 kW, parent",
        "limit: 24 kW, parent",
        "but the feed test_floor has",
        "soak.draw",
        at="draw: 90 %",
    ),
    Broken(
        "phase_exceeds_loop",
        "heat_limit: 120 kW, flow",
        "heat_limit: 12 kW, flow",
        "but the heat of the cooling loop facility_water has 12 kW",
        at="draw: 90 %",
    ),
    Broken(
        "phase_exceeds_flow",
        "flow_limit: 150 L/min",
        "flow_limit: 12 L/min",
        "but the flow facility_water has 12 L/min",
        at="draw: 90 %",
    ),
    Broken(
        "idle_exceeds_feed",
        "idle_draw: 0.2 kW",
        "idle_draw: 40 kW",
        "exceed its limit",
        "test_floor.limit",
        at="test_floor: {limit",
        most=2,
    ),
    Broken(
        "share_of_unknown_power",
        "    rated_power: 10 kW\n",
        "",
        "a share of the rated power of tray, which has none",
        "diagnose.draw",
        at="draw: 80 %",
    ),
    Broken(
        "cap_outside_table",
        _SOAK,
        "            cap: {table: hpl, levels: [1, 0.4]}\n" + _SOAK,
        "the cap 0.4 lies outside the table hpl",
        at="levels: [1, 0.4]",
        append=_CAP_TABLE,
    ),
    Broken(
        "cap_table_out_of_order",
        _SOAK,
        "            cap: {table: hpl, levels: [1]}\n" + _SOAK,
        "the points of a cap table must rise",
        "cap_tables.hpl.points.1",
        at="cap_tables:",
        append="cap_tables: {hpl: {points: [[1, 1], [0.5, 0.7]]}}\n",
    ),
    Broken("negative_efficiency", "efficiency: 98 %", "efficiency: -98 %", "-98 % is too small", "efficiency"),
    # Work.
    Broken("nothing_to_simulate", "", "", "there is nothing to simulate", cut="work_centers:", at="racktwin: 1 #"),
    Broken("line_without_parts", "", "", "a line needs parts", cut="parts:", at="racktwin: 1 #", most=3),
    Broken("nothing_ordered", "", "", "nothing is ordered", cut="demand:", at="racktwin: 1 #"),
    Broken(
        "nothing_on_main_route",
        "",
        "",
        "no part can start here",
        "routings.rack.operations",
        cut="routings:",
        append="routings:\n  tray: {operations: [{operation: a, work_center: dock, duration: 1 h}]}\n"
        "  rack: {operations: [{operation: b, rework: true, work_center: dock, duration: 1 h}]}\n"
        "demand: {racks: {product: rack, max_wip: 3}}\n",
        at="  rack: {operations",
        most=2,
    ),
    Broken(
        "too_few_to_repair",
        "repair_skill: debug",
        "repair_skill: debug\n      repair_operators: 7",
        "needs 7 people with the skill 'debug' at once; at most 3",
        "repair_skill",
        at="repair_skill",
    ),
    Broken(
        "too_many_work_units",
        "  bench: {work_units: 3,",
        "  bench: {work_units: 1000000,",
        "1,000,010 work units in all",
    ),
    Broken(
        "too_many_pieces",
        "",
        "",
        "2,000,000 pieces at once",
        "order_book.0.quantity",
        at="product: rack, quantity",
        append="order_book:\n  - {product: rack, quantity: 2000000}\n",
    ),
    Broken(
        "received_but_made",
        "",
        "",
        "tray is made here, and so is not received",
        "part_receipts.0.part",
        at="part: tray",
        append="part_receipts: [{part: tray, quantity: 2, at: 3 d}]\n",
    ),
    Broken(
        "idle_heats_the_room",
        "{medium: air, heat_limit: 60 kW}",
        "{medium: air, heat_limit: 2 kW}",
        "the idle draws of its work units (2.3 kW) exceed its limit 2 kW",
        "room_air.heat_limit",
    ),
    Broken("endless_demand", _DEMAND, "", "neither interarrival nor max_wip", "demand.racks", at="  racks:"),
    Broken(
        "orders_all_at_once",
        "{exponential: {mean: 14 h}}\n    due",
        "0 h\n    due",
        "orders come all at once",
        "interarrival",
        at="interarrival: 0 h",
    ),
    Broken("fails_at_once", "time_between: {exponential: {mean: 600 h}}", "time_between: 0 h", "fail without pause"),
)
"""What does not fit together, or not into its time."""

BENCH = "  bench: {work_units: 3, calendar: day}"
ASSEMBLE = "        operators: {assembly: 1}\n        consumes: {board: 2}\n"

SEMANTICS = (
    # Set-ups, batches, upkeep, alternatives, transport, cards, drum and rope, lots, limits that move.
    Broken(
        "prebuilt_bought_part",
        "    price: 30000 USD\n",
        "    price: 30000 USD\n    prebuilt: [{share: 50 %}]\n",
        "board has no routing",
        "board.prebuilt",
        at="prebuilt: [",
        remedy="leave 'prebuilt' out",
        most=2,
    ),
    Broken(
        "prebuilt_twice_at_once",
        "    routing: tray\n",
        "    routing: tray\n    prebuilt: [{share: 50 %}, {share: 60 %}]\n",
        "two shares start at the same instant",
        "tray.prebuilt.0",
        at="prebuilt: [",
        remedy="keep one of the two",
        most=2,
    ),
    Broken(
        "prebuilt_from_nowhere",
        "    routing: tray\n",
        "    routing: tray\n    prebuilt: [{share: 50 %}]\n",
        "nothing brings it",
        "tray.prebuilt",
        at="prebuilt: [",
        remedy="part_receipts",
    ),
    Broken(
        "two_upkeep_intervals",
        BENCH,
        "  bench:\n    work_units: 3\n    upkeep: [{name: clean, every: 30 d, every_parts: 9, duration: 1 h}]",
        "due by time or by parts",
        "upkeep.clean",
        at="upkeep: [",
        remedy="'every' or 'every_parts'",
    ),
    Broken(
        "upkeep_without_pause",
        BENCH,
        "  bench:\n    work_units: 3\n    upkeep: [{name: clean, every: 30 min, duration: 1 h}]",
        "takes 1 h every 0.5 h",
        "every",
        at="upkeep: [",
    ),
    Broken(
        "upkeep_by_nobody",
        BENCH,
        "  bench:\n    work_units: 3\n    upkeep: [{name: clean, every: 30 d, duration: 1 h, skill: cleaning}]",
        "unknown skill 'cleaning'",
        "upkeep.clean.skill",
        at="upkeep: [",
    ),
    Broken(
        "batch_never_full",
        BENCH,
        "  bench:\n    work_units: 3\n    batch: {size: 2, minimum: 3}",
        "at least 3 parts, but at most 2",
        "batch.minimum",
        at="batch: {",
    ),
    Broken(
        "batch_beyond_its_feed",
        "  burn_in_bay:\n    work_units: 3\n",
        "  burn_in_bay:\n    work_units: 3\n    batch: {size: 9}\n",
        "9 rack reserve",
        "soak.draw",
        at="draw: 90 %",
        most=2,
    ),
    Broken(
        "alternative_to_itself",
        ASSEMBLE,
        ASSEMBLE + "        alternatives: [{work_center: bench}]\n",
        "bench is an alternative to itself",
        "alternatives",
        at="alternatives: [",
    ),
    Broken(
        "unknown_alternative",
        ASSEMBLE,
        ASSEMBLE + "        alternatives: [{work_center: benhc}]\n",
        "unknown work center 'benhc'",
        "alternatives.0.work_center",
        at="alternatives: [",
        remedy="did you mean 'bench'",
    ),
    Broken(
        "transport_without_vehicles",
        "    mass: 400 kg\n",
        "    mass: 400 kg\n    transport: dock\n",
        "dock has no vehicles",
        "rack.transport",
        at="transport: dock",
    ),
    Broken(
        "too_heavy_for_its_vehicle",
        "    mass: 400 kg\n",
        "    mass: 400 kg\n    transport: cart\n",
        "cart carries 300 kg, rack has 400 kg",
        "rack.transport",
        at="transport: cart",
        also=(BENCH, BENCH + "\n  cart: {work_units: 1, vehicle: {speed: 1 m/s, max_mass: 300 kg}}"),
    ),
    Broken(
        "moved_between_nowhere",
        "    mass: 400 kg\n",
        "    mass: 400 kg\n    transport: cart\n",
        "where is it?",
        "work_centers.bench",
        at=BENCH.strip(),
        also=(BENCH, BENCH + "\n  cart: {work_units: 1, vehicle: {speed: 1 m/s}}"),
        most=4,
    ),
    Broken(
        "cards_of_a_bought_part",
        "  manifold: {price: 4000 USD}",
        "  manifold: {price: 4000 USD, kanban: 3}",
        "manifold is bought",
        "manifold.kanban",
    ),
    Broken(
        "fewer_cards_than_an_assembly_takes",
        "    routing: tray\n",
        "    routing: tray\n    kanban: 1\n",
        "one assembly takes 2 at once",
        "tray.kanban",
        at="kanban: 1",
    ),
    Broken(
        "rope_without_drum",
        _DEMAND,
        _DEMAND + "    rope: 48 h\n",
        "no drum to tie it to",
        "racks.rope",
        at="rope: 48 h",
    ),
    Broken(
        "unknown_drum",
        "horizon: 26 wk",
        "horizon: 26 wk\ndrum: burnin",
        "unknown work center 'burnin'",
        "drum",
        at="drum: burnin",
        most=2,
    ),
    Broken(
        "rework_with_a_choice",
        "        work_center: debug_station\n        duration: by_defect",
        "        alternatives: [{work_center: bench}]\n        work_center: debug_station\n        duration: by_defect",
        "a rework operation has one work center",
        "alternatives",
        at="alternatives: [",
    ),
    Broken(
        "gang_in_batches",
        ASSEMBLE,
        ASSEMBLE + "        gang: 2\n",
        "bench works in batches",
        "gang",
        at="gang: 2",
        also=(BENCH, "  bench: {work_units: 3, calendar: day, batch: {size: 2}}"),
    ),
    Broken(
        "work_done_in_a_vehicle",
        BENCH,
        "  bench: {work_units: 3, calendar: day, vehicle: {speed: 1 m/s}}",
        "bench has vehicles, which only move parts",
        "work_center",
        at="work_center: bench",
        most=9,
    ),
    Broken(
        "lot_of_a_made_part",
        "",
        "",
        "each piece has a serial number",
        "part_receipts.0.lot",
        at="lot: X7",
        append="part_receipts: [{part: tray, quantity: 2, at: 3 d, lot: X7}]\n",
        most=2,
    ),
    Broken(
        "observed_stock_of_nothing",
        "",
        "",
        "unknown part 'boards'",
        "observed.stock.boards",
        at="stock: {boards",
        append="observed:\n  at: 3 d\n  stock: {boards: 2}\n",
    ),
    Broken(
        "alternative_in_a_vehicle",
        ASSEMBLE,
        ASSEMBLE + "        alternatives: [{work_center: cart}]\n",
        "cart has vehicles, which only move parts",
        "alternatives.0.work_center",
        at="alternatives: [",
        also=(BENCH, BENCH + "\n  cart: {work_units: 1, vehicle: {speed: 1 m/s}}"),
    ),
    Broken(
        "limit_below_idle",
        "limit: 120 kW, parent",
        "changes: [{at: 9 d, limit: 1 kW}], limit: 120 kW, parent",
        "its work units draw 2.3 kW when idle",
        "changes.0.limit",
    ),
)


BROKEN = VALUES + PLANTS + SEMANTICS
