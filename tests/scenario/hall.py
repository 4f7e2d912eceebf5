"""A sound hall, and what is wrong with it after one change each."""

from __future__ import annotations

import json
from dataclasses import dataclass

HALL = """\
racktwin: 1
name: hall
start: 2027-01-04
horizon: 2 d
replications: 1
feeds:
  utility: {limit: 200 kW}
  panel: {limit: 150 kW, parent: utility}
cooling_loops:
  room: {medium: air, heat_limit: 200 kW}
hall:
  compute_nodes:
    hgx: {gpu_model: H100, gpus: 8}
  racks:
    row: {compute_node: hgx, compute_nodes: 4, count: 2, feeds: [panel], cooling_loops: [room]}
fleet:
  job_classes:
    training_llm: {checkpoint: 1 h, restart: 10 min}
  scheduling: {order: fifo, backfill: easy}
  power: {rule: none}
gpu_jobs:
  - {job: a, submit: 0 s, gpus: 8, duration: 1 h, job_class: training_llm}
  - {job: b, submit: 10 min, gpus: 16, duration: 2 h, job_class: training_llm}
"""


@dataclass(frozen=True)
class WrongHall:
    """The hall with ``old`` replaced by ``new``; what must be said about it, and where."""

    name: str
    old: str
    new: str
    says: str
    path: str
    also: tuple[str, str] = ("", "")

    @property
    def text(self) -> str:
        assert self.old in HALL, f"{self.name}: the hall has no {self.old!r}"
        return HALL.replace(self.old, self.new, 1).replace(*self.also, 1)


_RACK = "    row: {compute_node: hgx, compute_nodes: 4"
_EVENT = "  power: {rule: none}"


def _work(keys: str, jobs: str) -> str:
    """A trace that was read already, as a run folder holds it."""
    return (
        f"{_EVENT}\n  work:\n    it: {{trace: {{file: jobs.csv, {keys}, jobs: {{of: OF, {jobs}, job: [x], "
        "submit_s: [0], duration_s: [60]}}}"
    ).replace("OF", _of(keys))


def _of(keys: str) -> str:
    known = {"file": "jobs.csv"} | ({"skip_bad": True} if "skip_bad" in keys else {})
    return "'" + json.dumps(known, sort_keys=True) + "'"


WRONG_HALLS = (
    WrongHall(
        "no_price",
        _EVENT,
        f"{_EVENT}\n  hours: {{dear: {{of: price, dearest: 5 %, job_classes: [training_llm]}}}}",
        "the hall has no price",
        "hours.dear.of",
    ),
    WrongHall("no_class", _EVENT, _work("load: 1", "gpus: [1], job_classes: [lm]"), "jobs of 'lm'", "work.it.trace"),
    WrongHall(
        "too_large_trace", _EVENT, _work("job_class: training_llm", "gpus: [999]"), "need more GPUs", "work.it.trace"
    ),
    WrongHall(
        "shared_feed",
        "hall:\n",
        "work_centers: {cell: {work_units: 1, feed: panel}}\nhall:\n",
        "both the line and the hall",
        "feeds.panel",
    ),
    WrongHall("node", "compute_node: hgx", "compute_node: hxg", "unknown compute node 'hxg'", "row.compute_node"),
    WrongHall("feed", "feeds: [panel]", "feeds: [pannel]", "unknown feed 'pannel'", "row.feeds.0"),
    WrongHall(
        "class", "job_class: training_llm}\n  - ", "job_class: training}\n  - ", "unknown job class", "job_class"
    ),
    WrongHall("twice", "job: b", "job: a", "a second job is named 'a'", "gpu_jobs.1.job"),
    WrongHall("domain", "gpus: 8}", "gpus: 8, nvlink_domain: 12}", "not made of whole nodes", "nvlink_domain"),
    WrongHall("too_large", "gpus: 16", "gpus: 128", "needs 128 GPUs, but the hall has 64", "gpu_jobs.1.gpus"),
    WrongHall("model", "gpu_model: H100", "gpu_model: H1000", "no power table for 'H1000'", "hgx.gpu_model"),
    WrongHall("power", "training_llm: {", "training_llm: {power: mining, ", "no power table for the class", "power"),
    WrongHall(
        "preemption", "{order: fifo", "{preemption: true, order: fifo", "preemption goes by priority", "preemption"
    ),
    WrongHall("event", _EVENT, f"{_EVENT}\n  events: [{{kind: trip, at: 1 h}}]", "trip of what?", "events.0"),
    WrongHall(
        "feed_of_others",
        "cooling_loops:\n",
        "  other: {limit: 10 kW}\ncooling_loops:\n",
        "unknown feed of the hall 'other'",
        "hours.dear.feed",
        also=(_EVENT, f"{_EVENT}\n  hours: {{dear: {{of: calendar, to_hour: 6, feed: other, share: 50 %}}}}"),
    ),
    WrongHall("capless", _EVENT, f"{_EVENT}\n  events: [{{kind: cap, at: 1 h}}]", "no racks are capped", "events.0"),
    WrongHall(
        "shared_draw",
        _EVENT,
        f"{_EVENT}\n  work:\n    chat: {{service: {{file: requests.csv, job_class: training_llm, gpus: 8, rate: 9 1/s, "
        "unloaded_draw: 40 %}}",
        "the draw of training_llm follows these requests",
        "work.chat.service.unloaded_draw",
    ),
    WrongHall("idle", "limit: 150 kW", "limit: 5 kW", "the idle racks of the hall", "feeds.panel.limit"),
    WrongHall(
        "no_hall", HALL[HALL.index("hall:\n") : HALL.index("fleet:")], "", "no hall for them to run in", "gpu_jobs"
    ),
)
ODD_HALLS = (
    WrongHall("idle_hall", HALL[HALL.index("gpu_jobs:") :], "", "the hall stands idle", "hall"),
    WrongHall(
        "two_kinds",
        "  racks:",
        "    old: {gpu_model: H100, gpus: 4}\n  racks:",
        "jobs that name H100 run in hgx only",
        "hall.compute_nodes.old.gpu_model",
    ),
)
ODD_WORK = (
    WrongHall(
        "hours_of_nothing",
        _EVENT,
        f"{_EVENT}\n  hours: {{night: {{of: calendar, to_hour: 6}}}}",
        "nothing happens in its hours",
        "hours.night",
    ),
    WrongHall(
        "left_out",
        _EVENT,
        _work("job_class: training_llm, skip_bad: true", "gpus: [1], left_out: {negative duration: 3}"),
        "3 rows: negative duration",
        "work.it.trace",
    ),
    WrongHall(
        "other_model",
        _EVENT,
        _work("job_class: training_llm", "gpus: [1], gpu_models: [T4], gpu_model: [0]"),
        "jobs ask for T4, which the hall has not",
        "work.it.trace",
    ),
)
