"""From what was observed to parameters: read history, fit, propose overrides, and judge a twin against it."""

from .against import MEASURES, Comparison, Measure, compare_with_history
from .calibration import Calibration, FirstPass, calibrate, overrides_text
from .change import Change
from .choice import LAWS, FittedLaw, choose_law
from .durations import Note
from .goodness import Goodness, goodness_of
from .laws import Fit, Sample, fit_law, sample_of
from .mapping import Mapping, read_mapping
from .observation import Observed
from .plant import Plant
from .read import FORMATS, read_observed
from .run_folder import observe_run

__all__ = [
    "FORMATS",
    "LAWS",
    "MEASURES",
    "Calibration",
    "Change",
    "Comparison",
    "FirstPass",
    "Fit",
    "FittedLaw",
    "Goodness",
    "Mapping",
    "Measure",
    "Note",
    "Observed",
    "Plant",
    "Sample",
    "calibrate",
    "choose_law",
    "compare_with_history",
    "fit_law",
    "goodness_of",
    "observe_run",
    "overrides_text",
    "read_mapping",
    "read_observed",
    "sample_of",
]
