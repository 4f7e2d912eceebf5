"""What a module prints when the kernels run as plain Python."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

from tests.house.checkout import ROOT


def printed_uncompiled(module: str) -> Any:
    """The JSON that ``python -m module`` prints without compilation."""
    done = subprocess.run(
        [sys.executable, "-m", module],
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    return json.loads(done.stdout)
