import json
import os
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from thalamus_spark.driver import Runs, serve
from thalamus_spark.job import Request, empty_request
from thalamus_spark.outcome import execute

SPARK_FOLDER = Path(__file__).parent.parent


def call(base: str, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(base + path, data=data, method=method)
    try:
        with urllib.request.urlopen(request, timeout=120) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


@pytest.fixture
def base(spark: SparkSession) -> Iterator[str]:
    server = serve(spark, 0)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join(5)


def one_model(tmp_path: Path, **more) -> dict[str, Any]:
    return {
        "run": "r7",
        "package": "gme",
        "models": ["tadw.specialty"],
        "inputs": {"tastg.specialty": f"file://{tmp_path}/none/"},
        "output": f"file://{tmp_path}/out/",
        **more,
    }


def test_a_run_over_http(base: str, tmp_path: Path) -> None:
    status, result = call(base, "POST", "/runs", one_model(tmp_path))
    assert status == 200
    assert (result["run"], result["models"][0]["model"], result["models"][0]["rows"]) == ("r7", "tadw.specialty", 0)
    assert call(base, "GET", "/health") == (200, {"status": "ready", "running": None, "runs": 1})


def test_models_are_described(base: str) -> None:
    status, described = call(base, "GET", "/models?package=gme")
    assert status == 200
    fill = next(model for model in described["models"] if model["model"] == "tarpt.interview_fill_rate")
    assert fill["columns"][13] == {"name": "fill_rate", "type": "DECIMAL(9,4)", "nullable": True}
    assert {"table": "tadw.waitlist", "columns": [
        {"name": "interview_date_id", "type": "INTEGER"}, {"name": "application_id", "type": "BIGINT"}
    ]} in fill["inputs"]


def test_errors_say_what_kind_they_are(base: str, tmp_path: Path) -> None:
    status, told = call(base, "POST", "/runs", {"run": "x"})
    assert (status, told["error"]["kind"]) == (400, "request")
    status, told = call(base, "POST", "/runs", one_model(tmp_path, inputs={}))
    assert (status, told["error"]["kind"]) == (400, "request")
    (tmp_path / "none").mkdir()
    (tmp_path / "none" / "broken.parquet").write_text("not parquet")
    status, told = call(base, "POST", "/runs", one_model(tmp_path))
    assert (status, told["error"]["kind"], told["error"]["model"]) == (422, "model", "tadw.specialty")
    status, told = call(base, "GET", "/models?package=nowhere")
    assert status == 422 and "there is no package of models nowhere" in told["error"]["message"]
    assert call(base, "GET", "/elsewhere")[0] == 404


def test_cancelling_what_does_not_run_is_harmless(base: str) -> None:
    assert call(base, "DELETE", "/runs/unknown") == (202, {})


class RecordedRuns(Runs):
    """Remembers what it was to run, and runs nothing."""

    def __init__(self, spark: SparkSession, scratch: Path) -> None:
        super().__init__(spark, scratch)
        self.seen: list[str] = []

    def _run(self, request: Request) -> dict[str, Any]:
        self.seen.append(request.run)
        return {}


def test_a_package_is_warmed_up_once(spark: SparkSession, tmp_path: Path) -> None:
    runs = RecordedRuns(spark, tmp_path)
    runs.warm_up("gme").join(60)
    assert runs.warm_up("gme") is None
    assert runs.seen == ["warm-up"]


def test_a_warm_up_that_comes_after_a_run_is_left_out(spark: SparkSession, tmp_path: Path) -> None:
    runs = RecordedRuns(spark, tmp_path)
    runs.run(one_model(tmp_path))
    runs.warm_up("gme").join(60)
    assert runs.seen == ["r7"]


def test_an_empty_request_runs(spark: SparkSession, tmp_path: Path) -> None:
    outcome = execute(spark.newSession(), empty_request(spark, "w", "gme", tmp_path))
    assert [entry["rows"] for entry in outcome["models"]] == [0] * 15


def children_of(pid: int) -> list[int]:
    found = subprocess.run(["ps", "--ppid", str(pid), "-o", "pid="], capture_output=True, text=True, check=False)
    return [int(line) for line in found.stdout.split()]


@pytest.mark.parametrize("how", ["SIGTERM", "end of input"])
def test_the_process_starts_answers_and_leaves_nothing_behind(how: str) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "thalamus_spark.driver", "--port", "0", "--exit-with-parent"],
        cwd=SPARK_FOLDER,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        port = json.loads(process.stdout.readline())["port"]
        assert call(f"http://127.0.0.1:{port}", "GET", "/health")[0] == 200
        (jvm,) = children_of(process.pid)
        if how == "SIGTERM":
            process.send_signal(signal.SIGTERM)
        else:
            process.stdin.close()
        assert process.wait(20) == 0
        with pytest.raises(ProcessLookupError):
            os.kill(jvm, 0)
    finally:
        process.kill()
        process.wait(10)
