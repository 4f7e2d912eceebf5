"""The command line: parse, call the public API, print.

Commands import what they need as they run, so that ``racktwin --help`` loads neither numba nor pyarrow.
"""

from __future__ import annotations

import gc
import signal
import sys
from functools import cache
from typing import Annotated, Any

import typer

from racktwin import __version__
from racktwin.errors import RacktwinError

from .calibrate import calibrate, validate
from .check import check
from .compare import compare
from .examples import examples
from .fleet import fleet_app
from .kpis import kpis
from .new import new
from .plan import plan_app
from .query import query
from .replications import replications
from .report import report
from .resume import resume
from .run import run
from .schema import schema
from .select import select
from .sensitivity import sensitivity, tornado
from .serve import serve
from .supply import supply
from .sweep import sweep
from .tables import tables
from .terminal import note
from .trace import trace
from .warm import warm
from .warm_up import run_length, warm_up

FAILED = 2
_OBJECTS_BEFORE_COLLECTION = 10_000
"""By default Python looks for cycles after some hundred new objects: 6 % of a run, most of it for nothing."""

app = typer.Typer(name="racktwin", no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)
COMMANDS = (
    *(
        run,
        resume,
        check,
        new,
        schema,
        examples,
        report,
        kpis,
        compare,
        calibrate,
        validate,
        query,
        tables,
        trace,
        serve,
    ),
    *(warm_up, run_length, replications, select, tornado, sensitivity, sweep, warm),
)
for command in COMMANDS:
    app.command()(command)
app.add_typer(supply, name="supply")
app.add_typer(plan_app)
app.add_typer(fleet_app)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"racktwin {__version__}")
        raise typer.Exit


@app.callback()
def _racktwin(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """The digital twin of an AI rack, from its first part to its last watt."""


@cache
def _command() -> Any:
    """The command line as click has it, made once for who calls :func:`main` often: a twelfth of a second."""
    return typer.main.get_command(app)


def main() -> None:
    """Run the command line; what racktwin refuses is one message and exit code 2, without a traceback.

    A request to terminate is taken like Ctrl-C: what is done is kept. The process then looks for garbage more seldom.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    gc.set_threshold(_OBJECTS_BEFORE_COLLECTION, 10, 20)
    try:
        _command()()
    except RacktwinError as error:
        note(str(error))
        sys.exit(FAILED)
    except OSError as error:
        note(f"{error.filename}: {error.strerror}" if error.filename else str(error))
        sys.exit(FAILED)
