"""Decision points of the line: which bank of work units takes an item, and at what cap."""

from __future__ import annotations

from racktwin.sim.jit import kernel

from .draw import refused_by
from .tables import Line
from .work import cap_of


@kernel
def levels_of(line: Line, operation: int) -> int:
    """How many cap levels an operation may be admitted at (1 if it knows none)."""
    row = line.operations[operation]
    most = 1
    for phase in range(row.first_phase, row.first_phase + row.n_phases):
        most = max(most, line.phases[phase].n_levels)
    return most


@kernel
def admitted_w(line: Line, operation: int, level: int) -> float:
    """What an operation must reserve as it starts: the peak of all phases, or of the first if time-phased."""
    row = line.operations[operation]
    n_phases = 1 if line.clock[0].is_time_phased else row.n_phases
    watts = 0.0
    for phase in range(row.first_phase, row.first_phase + n_phases):
        watts = max(watts, line.phases[phase].peak_w * cap_of(line, phase, level))
    return watts


@kernel
def choose_bank(line: Line, w: int, operation: int, part: int) -> tuple[int, int, int]:
    """(bank, level, -1) for the least cap at which a bank with a free unit can take the part, or (-1, -1, limit)."""
    center = line.centers[w]
    refusing = -1
    for level in range(levels_of(line, operation)):
        watts = admitted_w(line, operation, level)
        for bank in range(center.first_bank, center.first_bank + center.n_banks):
            if line.banks[bank].n_free > 0:
                refused = refused_by(line, bank, part, watts)
                if refused < 0:
                    return bank, level, -1
                if refusing < 0:
                    refusing = refused
    return -1, -1, refusing
