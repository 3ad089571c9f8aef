"""An alias of `run_training` at its former path, which servers of earlier versions submit.

Tasks for a Dask cluster are pickled as module and name. While the servers of one store are upgraded
one by one, a new worker must still find what an old server sends.
"""

from app.jobs.worker import run_training

__all__ = ["run_training"]
