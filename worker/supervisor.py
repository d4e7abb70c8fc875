"""Keep the processes of docker-compose.yml running on this machine, without Docker."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from worker.compose import COMPOSE_FILE, read_services, search_path
from worker.supervised import Supervised

SERVICES = ("web", "worker", "beat", "flower")
WATCH_SECONDS = 0.1
HEALTH_PAUSE = 0.3


class Supervisor:
    """Runs services with the commands and health checks of the compose file, so that the two cannot differ.

    All processes are started by one thread, which lives as long as the supervision: on Linux a process on a
    leash dies with the thread that started it.
    """

    def __init__(
        self,
        environment: Mapping[str, str],
        log_dir: Path,
        services: tuple[str, ...] = SERVICES,
        compose_file: Path = COMPOSE_FILE,
    ) -> None:
        """Read the services; the environment fills in their variables and is what the processes get."""
        self._environment = search_path(environment, Path(sys.executable).parent)
        self._log_dir = log_dir
        self._compose_file = compose_file
        self._names = services
        self._health = {service.name: service for service in read_services(services, environment, compose_file)}
        self._running: dict[str, list[Supervised]] = {name: [] for name in services}
        self._lock = threading.RLock()
        self._stopping = threading.Event()
        self._watch = threading.Thread(target=self._watch_over, name="supervisor", daemon=True)

    def start(self, **replicas: int) -> None:
        """Start every service, once or as often as asked: `start(worker=4)`."""
        self._log_dir.mkdir(parents=True, exist_ok=True)
        for name in self._names:
            self.scale(**{name: replicas.get(name, 1)})
        self._watch.start()

    def scale(self, **replicas: int) -> None:
        """Set how many processes of a service run: `scale(worker=2)`; those too many are ended in order."""
        for name, count in replicas.items():
            with self._lock:
                current = self._running[name]
                surplus = current[count:]
                del current[count:]
                current.extend(self._replica(name, number) for number in range(len(current) + 1, count + 1))
            _end(surplus)

    def _replica(self, name: str, number: int) -> Supervised:
        """Prepare one process; its number is in the environment, for names that must differ."""
        environment = {**self._environment, "BOEKBRUG_REPLICA": str(number)}
        (service,) = read_services((name,), environment, self._compose_file)
        return Supervised(service, number, environment, self._log_dir / f"{name}-{number}.log")

    def pids(self, name: str) -> list[int]:
        """Return the ids of a service's running processes."""
        with self._lock:
            return [process.pid for process in self._running[name] if process.pid is not None]

    def starts(self, name: str) -> int:
        """Return how often processes of a service were started, the first time included."""
        with self._lock:
            return sum(process.starts for process in self._running[name])

    def kill(self, name: str, replica: int = 1) -> None:
        """Kill one process without warning, as a crash would; it is started again like after any end."""
        with self._lock:
            self._running[name][replica - 1].signal(signal.SIGKILL)

    def healthy(self, name: str) -> bool:
        """Run the health check of a service; one without a check is healthy when all its processes run."""
        service = self._health[name]
        with self._lock:
            wanted = len(self._running[name])
        if len(self.pids(name)) < wanted:
            return False
        return not service.health or self._passes(service.health, service.health_timeout)

    def _passes(self, command: tuple[str, ...], timeout: float) -> bool:
        """Run a health check; one that takes too long fails."""
        try:
            done = subprocess.run(
                command,
                cwd=COMPOSE_FILE.parent,
                env=self._environment,
                capture_output=True,
                timeout=timeout,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return False
        return done.returncode == 0

    def wait_healthy(self, timeout: float) -> None:
        """Wait until every service is healthy; raises TimeoutError with the last words of one that is not."""
        deadline = time.monotonic() + timeout
        for name in self._names:
            while not self.healthy(name):
                if time.monotonic() > deadline:
                    raise TimeoutError(f"{name} is not healthy after {timeout:g} s:\n{self._last_words(name)}")
                time.sleep(HEALTH_PAUSE)

    def _last_words(self, name: str) -> str:
        """Return the ends of the logs of a service."""
        return "\n".join(process.last_words() for process in self._running[name])

    def stop(self) -> None:
        """End everything in reverse order of starting; nothing is started again."""
        self._stopping.set()
        if self._watch.ident is not None:
            self._watch.join()

    def _watch_over(self) -> None:
        """Start what should run and does not, until told to stop; then end everything."""
        while not self._stopping.wait(WATCH_SECONDS):
            with self._lock:
                for processes in self._running.values():
                    for process in processes:
                        process.tend()
        for name in reversed(self._names):
            _end(self._running[name])

    def __enter__(self) -> Self:
        """Return the supervisor; starting it is a step of its own, because of its arguments."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop everything."""
        self.stop()


def _end(processes: list[Supervised]) -> None:
    """End processes at the same time, each killed when its period of grace is over."""
    for process in processes:
        process.signal(signal.SIGTERM)
    now = time.monotonic()
    for process in processes:
        process.wait_end(now + process.service.grace)
