"""The former place of `run_training`: a server of an earlier version submits it by this path.

Tasks for a Dask cluster are pickled as module and name. While the servers of one store are upgraded
one by one, a new worker must still find what an old server sends.
"""

from app.jobs.worker import run_training

__all__ = ["run_training"]
