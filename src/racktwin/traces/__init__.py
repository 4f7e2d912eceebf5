"""What the world does over time, from files: GPU jobs, requests, weather, prices, carbon."""

from racktwin.model.trace_model import JobGroup, Positive, TraceModel, read_model

from .generate import generate_gpu_jobs
from .hourly import HourlySeries, read_hourly_carbon, read_hourly_load, read_hourly_price
from .mapping import TraceMapping
from .read import Format, GpuJobs, Limits, read_gpu_jobs, stream_gpu_jobs
from .requests import RequestLoad, read_request_load
from .schema import GPU_JOB_COLUMNS, GPU_JOBS, REQUEST_LOAD
from .weather import Weather, read_epw

__all__ = [
    "GPU_JOBS",
    "GPU_JOB_COLUMNS",
    "REQUEST_LOAD",
    "Format",
    "GpuJobs",
    "HourlySeries",
    "JobGroup",
    "Limits",
    "Positive",
    "RequestLoad",
    "TraceMapping",
    "TraceModel",
    "Weather",
    "generate_gpu_jobs",
    "read_epw",
    "read_gpu_jobs",
    "read_hourly_carbon",
    "read_hourly_load",
    "read_hourly_price",
    "read_model",
    "read_request_load",
    "stream_gpu_jobs",
]
