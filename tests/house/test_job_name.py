"""RQ knows a job by its name alone, which import-linter cannot see: it must lead to a function of one number."""

import importlib
import inspect

from hub.assemble import JOB
from workers import jobs


def test_the_name_leads_to_the_job() -> None:
    module, _, name = JOB.rpartition(".")
    job = getattr(importlib.import_module(module), name)
    assert job is jobs.run
    assert list(inspect.signature(job).parameters) == ["effect_id"]
