"""How warm the GPUs of a rack are, from what the rack draws: the law of the cold plate that throttles them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def gpu_draw_w(
    rack_w: Floats, busy_gpus: Floats, gpus: Floats, host_w: Floats, host_factor: Floats, idle_gpu_w: Floats
) -> Floats:
    """Mean draw of a rack's GPUs at work, W; of all its GPUs where none is: the rack's draw less its host and idle.

    ``rack_w = host_w + host_factor * (sum of the draws of its GPUs)``, as ``ComputeNode`` says. Arrays broadcast.
    """
    all_w = np.maximum(rack_w - host_w, 0.0) / host_factor
    idle_w = (gpus - busy_gpus) * idle_gpu_w
    with np.errstate(divide="ignore", invalid="ignore"):
        at_work = np.maximum(all_w - idle_w, 0.0) / busy_gpus
        mean = np.where(gpus > 0, all_w / gpus, np.nan)
    return np.asarray(np.where(busy_gpus >= 0.5, at_work, mean))


def gpu_temperature_k(gpu_w: Floats, coolant_k: Floats, resistance_k_per_w: float) -> Floats:
    """Temperature of a GPU behind its cold plate, K: coolant + draw * resistance.

    The inverse of the law in ``model.cooling.ColdPlate``, by which a GPU on coolant that warm is throttled.
    """
    return np.asarray(coolant_k + gpu_w * resistance_k_per_w)
