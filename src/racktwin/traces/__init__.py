"""What the world does over time, from files: GPU jobs, requests, weather, prices, carbon."""

from .mapping import TraceMapping
from .read import Format, GpuJobs, Limits, read_gpu_jobs, stream_gpu_jobs
from .requests import RequestLoad, read_request_load
from .schema import GPU_JOB_COLUMNS, GPU_JOBS, REQUEST_LOAD

__all__ = [
    "GPU_JOBS",
    "GPU_JOB_COLUMNS",
    "REQUEST_LOAD",
    "Format",
    "GpuJobs",
    "Limits",
    "RequestLoad",
    "TraceMapping",
    "read_gpu_jobs",
    "read_request_load",
    "stream_gpu_jobs",
]
