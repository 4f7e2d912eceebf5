"""The peers' own environments, made once from PyPI with exact pins; SimPy and Naga share one, prodsys pins others."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / ".peers"
PINS = {
    "simpy": ("simpy==4.1.2", "nagasim==0.18.0"),
    "naga": ("simpy==4.1.2", "nagasim==0.18.0"),
    "prodsys": ("prodsys==1.3.1",),
}


def python_of(peer: str) -> Path:
    """The Python that has the peer installed; makes its environment if there is none of these pins."""
    pins = PINS[peer]
    folder = FOLDER / "-".join(pins).replace("==", "_")
    python = folder / "bin" / "python"
    stamp = folder / "installed"
    if not stamp.exists():
        print(f"installing {' '.join(pins)} into {folder}", file=sys.stderr)
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *pins], check=True)
        stamp.touch()
    return python
