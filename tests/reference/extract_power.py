"""Measured points of power and speed, from the public data: ``python -m tests.reference.extract_power FOLDER``.

FOLDER holds ``zeus/`` (ml-energy/zeus, Apache-2.0) and ``mlperf/`` (MLCommons training v4.0, v4.1, v5.0 and inference
v4.1, v5.1, Apache-2.0). Written are ``power_points.csv`` (all points) and, from these alone, ``power_tables.csv``,
``power_curves.csv`` and ``power_host.csv`` in ``src/racktwin/reference``.
"""

from __future__ import annotations

import csv
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from racktwin.calibrate.power import POINT_COLUMNS, Point
from racktwin.calibrate.power_tables import write_tables

REFERENCE = Path(__file__).parents[2] / "src" / "racktwin" / "reference"
SHORTEST_S = 180.0
"""Runs that were busy for less are mostly start-up: they are in the points, and marked as not used."""

_ZEUS_CLASSES = {
    "shufflenetv2": "training_vision",
    "resnet50": "training_vision",
    "resnet18": "training_vision",
    "deepspeech2": "training_speech",
    "ncf": "training_recommendation",
    "bert_base_uncased": "training_language",
    "bert-base-uncased": "training_language",
}
_TRAINING_CLASSES = {
    "gpt3": "training_llm",
    "llama2_70b_lora": "training_llm",
    "bert": "training_language",
    "resnet": "training_vision",
    "ssd": "training_vision",
    "unet3d": "training_vision",
    "retinanet": "training_vision",
    "dlrm_dcnv2": "training_recommendation",
    "stable_diffusion": "training_image_generation",
}
_INFERENCE_CLASSES = {
    "llama2-70b-99": "inference_llm",
    "llama3.1-405b": "inference_llm",
    "llama3.1-8b": "inference_llm",
    "mixtral-8x7b": "inference_llm",
    "gptj-99": "inference_llm",
    "bert-99": "inference_language",
    "resnet50": "inference_vision",
    "stable-diffusion-xl": "inference_image_generation",
    "whisper": "inference_speech",
    "rgat": "inference_graph",
}
_CAPS_W = {
    ("llama2-70b-99", "Offline"): 500.0,
    ("llama2-70b-99", "Server"): 500.0,
    ("mixtral-8x7b", "Offline"): 500.0,
    ("mixtral-8x7b", "Server"): 500.0,
    ("stable-diffusion-xl", "Offline"): 450.0,
    ("stable-diffusion-xl", "Server"): 450.0,
    ("bert-99", "Offline"): 400.0,
    ("bert-99", "Server"): 400.0,
    ("gptj-99", "Offline"): 350.0,
    ("gptj-99", "Server"): 350.0,
    ("resnet50", "Offline"): 350.0,
}
"""The power limits of NVIDIA's Max-Q round (inference v4.1), where they are known."""

Samples = npt.NDArray[np.float64]


def busy(samples: Samples) -> tuple[float, float, float]:
    """Mean, 99th percentile (W) and length (s) of what lies between the first and last sample under load.

    ``samples``: rows of time, s, and power, W. Under load: above 60 % of the way from the least to the 95th percentile.
    """
    times_s, watts = samples[:, 0], samples[:, 1]
    threshold = watts.min() + 0.6 * (np.percentile(watts, 95) - watts.min())
    loaded = np.flatnonzero(watts > threshold)
    part = slice(loaded[0], loaded[-1] + 1)
    steps_s = np.diff(times_s[part])
    mean_w = float((watts[part][:-1] * steps_s).sum() / steps_s.sum())
    return mean_w, float(np.percentile(watts[part], 99)), float(steps_s.sum())


def _devices(path: Path) -> dict[str, Samples]:
    found: dict[str, list[tuple[float, float]]] = defaultdict(list)
    with path.open() as file:
        for row in csv.DictReader(file):
            found[row.get("device", "node_0")].append((float(row["t_s"]), float(row["watts"])))
    return {device: np.array(sorted(rows)) for device, rows in found.items()}


def zeus_points(folder: Path) -> Iterator[Point]:
    """Epoch time and mean GPU power at each power limit; the profiles, measured apart, are held back."""
    for gpu in ("P100", "V100"):
        with (folder / f"summary_power_{gpu.lower()}.csv").open() as file:
            for row in csv.DictReader(file):
                workload = "/".join(row[name] for name in ("dataset", "network", "batch_size", "optimizer"))
                yield Point(
                    source="zeus",
                    gpu_model=gpu,
                    job_class=_ZEUS_CLASSES[row["network"]],
                    workload=workload,
                    cap_w=float(row["power_limit"]),
                    draw_w=round(float(row["average_power"]), 2),
                    speed=1.0 / float(row["time_per_epoch"]),
                )
    for path in sorted((folder / "profile_data").glob("*.csv")):
        gpu, network, devices = path.stem.split("+")
        count = len(devices.removeprefix("gpu").split(","))
        with path.open() as file:
            for row in csv.DictReader(file):
                time_s = float(row["elapsed_time"])
                energy_j = sum(float(row[name]) for name in row if name.endswith("_energy"))
                yield Point(
                    source="zeus_profile",
                    gpu_model=gpu,
                    job_class=_ZEUS_CLASSES[network],
                    workload=f"profile/{network}/{count} GPU",
                    cap_w=float(row["window_name"].rpartition("_")[2]),
                    draw_w=round(energy_j / time_s / count, 2),
                    speed=1.0 / time_s,
                    used=False,
                )


def training_points(folder: Path) -> Iterator[Point]:
    """Uncapped runs: mean power of a node between start and end of its load, averaged over nodes."""
    pattern = re.compile(r"train_v(4\.0_smc-ac-power|5\.0_Lenovo)_(\d*)x?(\S+?80GB|\S+?180GB)_(\w+)_run(\d+)")
    for path in sorted(folder.glob("train_v*.csv")):
        match = pattern.match(path.stem)
        if match is None:
            continue
        nodes = [busy(samples) for samples in _devices(path).values()]
        yield _training_point(match[4], int(match[5]), nodes, "B200" if "B200" in match[3] else "H100")
    dell: dict[int, dict[str, list[tuple[float, float]]]] = defaultdict(lambda: defaultdict(list))
    with (folder / "training_v4.1_Dell_8xXE9680_H100_llama2_70b_lora_power.csv").open() as file:
        for row in csv.DictReader(file):
            if row["device"].startswith("node"):
                dell[int(row["run"])][row["device"]].append((float(row["t_ms_epoch"]) / 1000, float(row["watts"])))
    for run, devices in sorted(dell.items()):
        nodes = [busy(np.array(sorted(rows))) for rows in devices.values()]
        yield _training_point("llama2_70b_lora", run, nodes, "H100", "Dell XE9680")


def _training_point(
    benchmark: str, run: int, nodes: list[tuple[float, float, float]], gpu: str, maker: str = ""
) -> Point:
    mean_w, peak_w, span_s = np.mean(nodes, axis=0)
    maker = maker or {"H100": "Supermicro", "B200": "Lenovo SR780a"}[gpu]
    return Point(
        source="mlperf_training",
        gpu_model=gpu,
        job_class=_TRAINING_CLASSES[benchmark],
        workload=f"{maker}/{benchmark}/{len(nodes)} nodes",
        repeat=f"run {run}",
        node_w=round(float(mean_w), 1),
        peak_ratio=round(float(peak_w / mean_w), 4),
        span_s=round(float(span_s)),
        used=bool(span_s >= SHORTEST_S),
    )


def inference_points(folder: Path) -> Iterator[Point]:
    """H200 under Max-Q caps: speed against the uncapped submission of the same round. B200: uncapped."""
    with (folder / "inference_v4.1_H200x8_MaxQ_summary.csv").open() as file:
        for row in csv.DictReader(file):
            key = row["benchmark"], row["scenario"]
            if key in _CAPS_W:
                yield Point(
                    source="mlperf_inference",
                    gpu_model="H200",
                    job_class=_INFERENCE_CLASSES[row["benchmark"]],
                    workload=row["benchmark"],
                    repeat=row["scenario"],
                    cap_w=_CAPS_W[key],
                    node_w=float(row["avg_W"]),
                    speed=float(row["perf_ratio"]),
                    span_s=float(row["window_s"]),
                )
    with (folder / "inference_v5.1_power_summary.csv").open() as file:
        for row in csv.DictReader(file):
            benchmark, scenario = row["path"].split("/")[-2:]
            if benchmark in _INFERENCE_CLASSES:
                yield Point(
                    source="mlperf_inference",
                    gpu_model="B200",
                    job_class=_INFERENCE_CLASSES[benchmark],
                    workload=benchmark,
                    repeat=scenario,
                    node_w=float(row["p50_W"]),
                    peak_ratio=round(float(row["p99_W"]) / float(row["p50_W"]), 4),
                    span_s=float(row["n"]),
                )


def points(folder: Path) -> list[Point]:
    """All points below ``folder``."""
    return [
        *zeus_points(folder / "zeus"),
        *training_points(folder / "mlperf"),
        *inference_points(folder / "mlperf"),
    ]


def main() -> None:
    """Write the three files."""
    found = points(Path(sys.argv[1]))
    with (REFERENCE / "power_points.csv").open("w", newline="") as file:
        file.write(
            "# Measured points of power and speed under power caps. Written by tests/reference/extract_power.py from\n"
        )
        file.write("# ml-energy/zeus (NSDI'23) and MLCommons results, both Apache-2.0; see power_tables.csv.\n")
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(POINT_COLUMNS)
        writer.writerows(point.cells() for point in found)
    write_tables(found, REFERENCE)


if __name__ == "__main__":
    main()
