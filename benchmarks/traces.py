"""Time and memory of streaming a job trace of any size: ``python benchmarks/traces.py GIGABYTES``.

A CSV of that size is written (in order, unique names), streamed into Parquet in a process of its own, and removed.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HEAD = "job,submit_s,gpus,duration_s,job_class,priority,user\n"
BLOCK_JOBS = 200_000


def write_trace(path: Path, gigabytes: float) -> int:
    """A CSV of about so many gigabytes; its jobs."""
    jobs = 0
    with path.open("w") as file:
        file.write(HEAD)
        while file.tell() < gigabytes * 1e9:
            file.write(
                "".join(
                    f"job-{job:012},{job * 0.25},{(0.25, 1, 2, 8)[job % 4]},{600 + job % 5000}.5,"
                    f"training_llm,{job % 3},user-{job % 500:04}\n"
                    for job in range(jobs, jobs + BLOCK_JOBS)
                )
            )
            jobs += BLOCK_JOBS
    return jobs


def stream(path: Path) -> None:
    """Stream the trace and print time and peak memory of this process."""
    from racktwin.traces import stream_gpu_jobs

    begun_s, cpu_s = time.perf_counter(), time.process_time()
    skipped = stream_gpu_jobs(path, path.with_suffix(".parquet"))
    wall_s, cpu_s = time.perf_counter() - begun_s, time.process_time() - cpu_s
    megabytes = path.stat().st_size / 1e6
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rate = megabytes / cpu_s
    print(f"{megabytes:,.0f} MB in {wall_s:.1f} s ({rate:.0f} MB per CPU-second), peak {peak:.0f} MB, {skipped}")


def main() -> None:
    """Write, stream, remove."""
    if sys.argv[1] == "--stream":
        stream(Path(sys.argv[2]))
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "trace.csv")
        jobs = write_trace(path, float(sys.argv[1]))
        print(f"{jobs:,} jobs")
        subprocess.run([sys.executable, __file__, "--stream", str(path)], check=True)


if __name__ == "__main__":
    main()
