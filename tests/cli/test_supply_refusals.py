"""What is wrong with a network is said in one message with a remedy, by every command, without a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command import Answer, racktwin

_FILE = Path(__file__).parents[1] / "scenario" / "network.yaml"


def _written(folder: Path, *changes: tuple[str, str]) -> Path:
    """The network with its text changed."""
    text = _FILE.read_text()
    for before, after in changes:
        assert before in text
        text = text.replace(before, after, 1)
    (folder / "network.yaml").write_text(text)
    return folder / "network.yaml"


def _refused(answer: Answer, *words: str) -> bool:
    told = answer.stderr
    return answer.returncode == 2 and "Traceback" not in told and all(word in told for word in words)


@pytest.mark.parametrize(
    ("change", "message", "remedy"),
    [
        (("{board: 36, frame: 1}", "{board: 36, frame: 1, nut: 2}"), "nobody makes nut", "add a supply of nut"),
        (
            ("[{supply: racks}]", "[{stock: racks_dallas, lane: racks_back}]"),
            "in a circle: racks_georgetown ← racks_dallas ← racks_georgetown",
            "let one of them come from a supply",
        ),
        (("from: georgetown, to: dallas", "from: georgetown, to: nowhere"), "unknown site 'nowhere'", "known sites: "),
        (("starts: 2026-01-15, order: 2", "order: 2"), "'starts' is missing", "add for example starts: 2027-03-01"),
        (("pieces: 600", "pieces: 0"), "0 is too small", "write for example 4"),
        (("mean: 4", "mean: 4000"), "is more than the 600 its supplies can make", "raise their capacity"),
        (("into: US", "into: usa"), "'usa' is not a country", "two capital letters of ISO 3166-1"),
        (('"8471.50", "8473.30"', '"84715"'), "'84715' is not the beginning of an HTS code", "'8471.50'"),
        (("TWD: [", "EUR: ["), "unknown currency 'TWD'", "known currencies: EUR"),
        ((", qualification_time: 26 wk", ""), "not qualified, and never will be", "qualification_time: 26 wk"),
    ],
)
@pytest.mark.parametrize("command", ["run", "cost", "stress", "design", "stock"])
def test_a_wrong_network_is_refused(
    command: str, change: tuple[str, str], message: str, remedy: str, tmp_path: Path
) -> None:
    changes = [change]
    if "nut" in change[1]:
        changes.append(("  frame: {hts", "  nut: {mass: 1 g}\n  frame: {hts"))
    if "racks_back" in change[1]:
        changes.append(
            ("    racks_truck: {", "    racks_back: {from: dallas, to: georgetown, lead_time: 1 d}\n    racks_truck: {")
        )
    asked = ("rack", "--at", "dallas") if command == "cost" else ()
    answer = racktwin("supply", command, _written(tmp_path, *changes), *asked, "--json")

    assert _refused(answer, message, remedy)
    assert answer.stderr.count("→") == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("design", "--gap", "5"), ("a gap of 500% proves nothing", "write for example 0.1 %")),
        (("design", "--period", "5 yr"), ("longer than the horizon of 26 weeks", "shorten it")),
        (("cost", "rack", "--at", "dallas", "--made-at", "mars"), ("unknown site 'mars'", "known sites: taoyuan")),
        (("cost", "gizmo", "--at", "dallas"), ("unknown part 'gizmo'", "known parts: rack")),
        (("cost", "rack", "--at", "dallas", "--on", "soon"), ("'soon' is not a date", "2027-03-01")),
    ],
)
def test_a_wrong_question_is_refused(arguments: tuple[str, ...], words: tuple[str, ...]) -> None:
    command, *rest = arguments

    assert _refused(racktwin("supply", command, _FILE, *rest), *words)


def test_a_site_that_nobody_opened_ships_nothing() -> None:
    """Before, a run took parts from it all the same."""
    shut = racktwin("supply", "run", _FILE, "--json", "--set", "network.sites.taoyuan.open=false")
    usual = racktwin("supply", "run", _FILE, "--json")

    assert '"price_usd_per_week": 0.0' in shut.stdout.split('"frames_georgetown"')[0]
    assert '"price_usd_per_week": 0.0' not in usual.stdout.split('"frames_georgetown"')[0]


def test_what_an_alternate_could_make_is_asked_of_design(tmp_path: Path) -> None:
    """Boards of Taiwan are too few, Mexico could make the rest: odd for a run, and what design is for."""
    file = _written(tmp_path, ("pieces: 600", "pieces: 100"), ("qualification_time: 26 wk", "qualification_time: 4 wk"))
    checked, designed = racktwin("check", file), racktwin("supply", "design", file, "--json")

    assert checked.returncode == designed.returncode == 0
    assert "is more than the 100 its supplies can make" in checked.stdout + checked.stderr
    assert "name boards_mexico as a source, or ask 'racktwin supply design'" in checked.stdout + checked.stderr
    assert '"open": true' in designed.stdout
