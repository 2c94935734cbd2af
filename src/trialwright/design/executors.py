"""Who computes: this process, several on this machine, or a Ray cluster; the same tasks, in the same order."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from importlib import import_module
from importlib.util import find_spec
from multiprocessing import get_context
from typing import Any, Protocol, TypeVar

Task = TypeVar("Task")
Made = TypeVar("Made")


class Executor(Protocol):
    """Answers come back in the order of the tasks, whoever computed them and whenever."""

    def map(self, work: Callable[[Task], Made], tasks: Sequence[Task]) -> Iterable[Made]: ...

    def close(self) -> None: ...


class Serial:
    """One task after the other, here."""

    def map(self, work: Callable[[Task], Made], tasks: Sequence[Task]) -> Iterator[Made]:
        return map(work, tasks)

    def close(self) -> None:
        """Nothing is open."""


class Processes:
    """Several processes on this machine. Started afresh, not forked: a fork would copy threads that hold locks."""

    def __init__(self, workers: int) -> None:
        self._pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"))

    def map(self, work: Callable[[Task], Made], tasks: Sequence[Task]) -> Iterator[Made]:
        return self._pool.map(work, tasks)

    def close(self) -> None:
        self._pool.shutdown()


class RayCluster:
    """
    Workers of Ray, an optional extra: on this machine, or of the cluster at `address`.

    Raises: ModuleNotFoundError where Ray is not installed.
    """

    def __init__(self, workers: int, address: str = "") -> None:
        self._ray: Any = import_module("ray")
        where = {"address": address} if address else {"num_cpus": workers, "include_dashboard": False}
        self._ray.init(**where, ignore_reinit_error=True, log_to_driver=False)

    def map(self, work: Callable[[Task], Made], tasks: Sequence[Task]) -> Iterator[Made]:
        remote = self._ray.remote(work)
        return iter(self._ray.get([remote.remote(task) for task in tasks]))

    def close(self) -> None:
        self._ray.shutdown()


def has_ray() -> bool:
    return find_spec("ray") is not None


def executor_of(workers: int) -> Executor:
    """This process for one worker, else as many processes."""
    return Serial() if workers <= 1 else Processes(workers)
