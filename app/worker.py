"""The path by which `run_training` is sent to workers, now and in earlier versions.

Tasks for a pool or a Dask cluster are pickled as module and name. While the machines of a cluster
are upgraded one by one, servers and workers of both versions find the function here.
"""

from app.jobs.worker import run_training

__all__ = ["run_training"]
