"""
A warm Spark driver behind HTTP on 127.0.0.1. Starting Spark takes seconds; a run in a session that is up does not.

POST /runs               a request (see `job.Request`) → its result; runs wait for one another
DELETE /runs/<run>       cancels it
GET  /models?package=gme the models of a package
GET  /health[/ready]     {"status": "ready", "running": <run> | null, "runs": <count>}

Errors are `{"error": {"kind", "message", "model"?}}`: `request` 400, `model` 422, `store` 503, `cancelled` 409,
`spark` 500.
"""

import argparse
import json
import os
import signal
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from pyspark.sql import SparkSession

from thalamus_spark.describe import describe
from thalamus_spark.job import Request, empty_request
from thalamus_spark.model import DeclarationError
from thalamus_spark.outcome import Failure, Outcome, execute, failure_of
from thalamus_spark.registry import load
from thalamus_spark.session import local_session
from thalamus_spark.workspace import LocalWorkspace

WARM_UP = "warm-up"
_BODY_LIMIT = 4_000_000
_NICENESS = 2
"""A warm driver shares its machine with the services that keep TASTG fresh: they go first. The JVM inherits it."""


class Runs:
    """Runs of one driver: one at a time, each in a session of its own."""

    def __init__(self, spark: SparkSession, scratch: Path | None = None) -> None:
        self._spark = spark
        self._scratch = scratch
        self._turn = threading.Lock()
        self._cancelled: set[str] = set()
        self._warmed: set[str] = set()
        self.running: str | None = None
        self.count = 0

    def run(self, given: Any) -> Outcome:
        request = Request.parse(given)
        self.cancel(WARM_UP)
        with self._turn:
            self.count += 1
            return self._run(request)

    def cancel(self, run: str) -> None:
        if run != self.running:
            return
        self._cancelled.add(run)
        self._spark.sparkContext.cancelJobGroup(run)

    def warm_up(self, package: str) -> threading.Thread | None:
        """
        Runs the package's models over empty tables, once: Spark's first run in a process takes ten times as long as the
        fifth, and who asks for a description will ask for a run. A run that comes meanwhile ends it.
        """
        if package in self._warmed:
            return None
        self._warmed.add(package)
        thread = threading.Thread(target=self._warm_up, args=(package,), daemon=True)
        thread.start()
        return thread

    def _warm_up(self, package: str) -> None:
        with self._turn, tempfile.TemporaryDirectory(prefix="warm-up-", dir=self._scratch) as folder:
            if self.count == 0:
                self._run(empty_request(self._spark, WARM_UP, package, Path(folder)))

    def _run(self, request: Request) -> Outcome:
        self.running = request.run
        try:
            workspace = LocalWorkspace(self._spark, self._scratch)
            outcome = execute(self._spark.newSession(), request, workspace)
            if isinstance(outcome, Failure) and request.run in self._cancelled:
                return Failure("cancelled", f"the run {request.run} was cancelled")
            return outcome
        finally:
            self._cancelled.discard(request.run)
            self.running = None


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    runs: Runs
    warms: bool

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        if url.path in ("/health", "/health/ready", "/health/live"):
            self._answer(200, {"status": "ready", "running": self.runs.running, "runs": self.runs.count})
        elif url.path == "/models":
            package = parse_qs(url.query).get("package", [""])[0]
            self._guarded(lambda: self._describe(package))
        else:
            self._not_found()

    def do_POST(self) -> None:
        if self.path != "/runs":
            self._not_found()
            return
        body = self._body()
        if body is not None:
            self._guarded(lambda: self.runs.run(json.loads(body)))

    def do_DELETE(self) -> None:
        if not self.path.startswith("/runs/"):
            self._not_found()
            return
        self.runs.cancel(unquote(self.path.removeprefix("/runs/")))
        self._answer(202, {})

    def _describe(self, package: str) -> dict[str, Any]:
        described = describe(package, load(package))
        if self.warms:
            self.runs.warm_up(package)
        return described

    def _body(self) -> bytes | None:
        length = self.headers.get("content-length", "")
        if not length.isdigit() or int(length) > _BODY_LIMIT:
            self._fail(Failure("request", f"a body of at most {_BODY_LIMIT} bytes with its content-length is expected"))
            return None
        return self.rfile.read(int(length))

    def _guarded(self, work) -> None:
        try:
            outcome = work()
        except DeclarationError as error:
            outcome = Failure("model", str(error))
        except Exception as error:
            outcome = failure_of(error)
        if isinstance(outcome, Failure):
            self._fail(outcome)
        else:
            self._answer(200, outcome)

    def _fail(self, failure: Failure) -> None:
        self._answer(failure.status, {"error": failure.as_json()})

    def _not_found(self) -> None:
        self._answer(404, {"error": {"kind": "request", "message": f"there is no {self.command} {self.path}"}})

    def _answer(self, status: int, body: Any) -> None:
        data = json.dumps(body).encode()
        try:
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # The caller gave up; nobody is left to be told.

    def log_message(self, format: str, *args: Any) -> None:
        """Runs are logged by the service that asks for them."""


class Server(ThreadingHTTPServer):
    daemon_threads = True


def serve(
    spark: SparkSession, port: int, scratch: Path | None = None, *, host: str = "127.0.0.1", warms: bool = False
) -> Server:
    """A bound server; the caller runs `serve_forever`. It may warm up once a package is described."""
    handler = type("BoundHandler", (Handler,), {"runs": Runs(spark, scratch), "warms": warms})
    return Server((host, port), handler)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on; nobody is asked who they are")
    parser.add_argument("--port", type=int, default=0, help="0 = any free port")
    parser.add_argument("--jars", type=Path, default=_folder("THALAMUS_SPARK_JARS"), help="folder with the jars of s3a")
    parser.add_argument("--scratch", type=Path, default=_folder("THALAMUS_SPARK_DIR"), help="folder for temporary files")
    parser.add_argument("--exit-with-parent", action="store_true", help="stop when standard input ends")
    options = parser.parse_args()

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    if options.exit_with_parent:
        threading.Thread(target=_wait_for_end_of_input, args=(stop,), daemon=True).start()

    os.nice(_NICENESS)
    spark = local_session(options.jars, options.scratch)
    server = serve(spark, options.port, options.scratch, host=options.host, warms=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(json.dumps({"port": server.server_address[1]}), flush=True)
    stop.wait()
    server.shutdown()
    _stop_jvm(spark)


def _folder(variable: str) -> Path | None:
    value = os.environ.get(variable)
    return Path(value) if value else None


def _wait_for_end_of_input(stop: threading.Event) -> None:
    while os.read(sys.stdin.fileno(), 4096):
        pass
    stop.set()


def _stop_jvm(spark: SparkSession) -> None:
    """Spark's JVM is a child that ends when its standard input does; it is given five seconds."""
    gateway = spark.sparkContext._gateway  # noqa: SLF001  pyspark has no public way to end its JVM
    process = gateway.proc
    spark.stop()
    gateway.shutdown()
    process.stdin.close()
    try:
        process.wait(5)
    except Exception:
        process.kill()
        process.wait(5)


if __name__ == "__main__":
    main()
