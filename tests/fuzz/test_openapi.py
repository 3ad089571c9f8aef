"""Whatever the API's own description allows, and much that it does not: nothing is a 500."""

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from app.jobs.service import JobService
from app.main import create_app
from app.settings import Settings

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]

schema = schemathesis.openapi.from_dict(create_app(Settings()).openapi())
operations = [result.ok() for result in schema.get_all_operations()]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that queues jobs and never trains them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(JobService, "start", lambda self: None)
        app = create_app(Settings(data_dir=tmp_path_factory.mktemp("data"), max_queued_jobs=5))
        server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None))
        thread = threading.Thread(target=server.run)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        server.should_exit = True
        thread.join()


@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize("operation", operations, ids=[one.label for one in operations])
def test_no_request_breaks_the_service(address: str, operation: Any, mode: GenerationMode) -> None:
    @settings(
        max_examples=15, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def run(case: Any) -> None:
        case.call_and_validate(base_url=address, checks=CHECKS)

    try:
        run()
    except Unsatisfiable:  # what takes no parameters cannot be asked wrongly
        assert mode is GenerationMode.NEGATIVE
