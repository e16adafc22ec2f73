"""Two processes racing for one thing on the test database.

    with racers() as race:
        for _ in range(50):
            case_a, case_b = …  # committed by this process: the test is marked `transaction`
            outcomes = race("tests.races.test_headroom:approve", {"case": case_a.pk}, {"case": case_b.pk})
            assert [outcome.won for outcome in outcomes].count(True) == 1
            TEMPLATE.restore()  # tests.databases: back to the prepared database, if the rounds must not pile up

The two processes are started once and kept for all rounds. In each round both connect first, wait for each other at a
barrier, and only then act, so the time it takes to import Django or to reach the server decides nothing.
"""

import importlib
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

WAIT_SECONDS = 60


@dataclass(frozen=True)
class Outcome:
    """What became of one contestant: the value returned, or the name and text of the exception that stopped it."""

    value: Any = None
    error: str = ""
    message: str = ""

    @property
    def won(self) -> bool:
        return not self.error


def _contestant(pipe, barrier, database_name: str) -> None:
    """The life of one process. Django is set up here, on the test database of the process that started us."""
    import django
    from django.conf import settings

    settings.DATABASES["default"]["NAME"] = database_name
    django.setup()
    from django.db import connection

    from tests.databases import let_go

    while task := pipe.recv():
        target, arguments = task
        module, _, function = target.partition(":")
        try:
            act = getattr(importlib.import_module(module), function)
            connection.ensure_connection()
            barrier.wait(WAIT_SECONDS)
            outcome = Outcome(value=act(**arguments))
        except Exception as exception:  # whatever it is, the test decides whether it is a clean refusal
            outcome = Outcome(error=type(exception).__name__, message=str(exception))
        finally:
            # Nobody may hold the database open between rounds: it may be about to be replaced.
            let_go()
        pipe.send(outcome)


@contextmanager
def racers() -> Iterator:
    """Start two processes; gives `race(target, first, second)`, which returns both outcomes."""
    from django.db import connection

    spawn = multiprocessing.get_context("spawn")
    barrier = spawn.Barrier(2)
    pipes, processes = [], []
    for _ in range(2):
        ours, theirs = spawn.Pipe()
        arguments = (theirs, barrier, connection.settings_dict["NAME"])
        process = spawn.Process(target=_contestant, args=arguments, daemon=True)
        process.start()
        theirs.close()
        pipes.append(ours)
        processes.append(process)

    def race(target: str, first: dict[str, Any], second: dict[str, Any]) -> tuple[Outcome, Outcome]:
        for pipe, arguments in zip(pipes, (first, second), strict=True):
            pipe.send((target, arguments))
        outcomes = []
        for pipe in pipes:
            # Longer than the barrier's patience, so that its complaint arrives before ours.
            assert pipe.poll(2 * WAIT_SECONDS), f"{target} did not come back within {2 * WAIT_SECONDS} seconds"
            outcomes.append(pipe.recv())
        assert not any(outcome.error == "BrokenBarrierError" for outcome in outcomes), f"{target}: {outcomes}"
        return tuple(outcomes)

    try:
        yield race
        for pipe in pipes:
            pipe.send(None)
        for process in processes:
            process.join(10)
    finally:
        for process in processes:
            process.kill()
            process.join()
