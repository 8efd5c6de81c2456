"""One run: read the inputs, compute the models in order, write their rows."""

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame, Observation, SparkSession, functions as F

from thalamus_spark.model import Input, Model
from thalamus_spark.registry import load
from thalamus_spark.workspace import StoreWorkspace, Workspace

WRITERS = 4
"""Models computed at a time: much of a small one is waiting, for the store or for Spark's driver to plan."""

SMALL_BYTES = 32_000_000
SMALL_SETTINGS = {
    # With every input in one partition nothing needs to be moved: a model is one job of one task.
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.autoBroadcastJoinThreshold": "-1",
    "spark.sql.shuffle.partitions": "1",
    # Without statistics Spark takes a join to be as large as its sides multiplied.
    "spark.sql.maxSinglePartitionBytes": str(2**62),
}
"""Inputs of at most so many bytes are computed in one task a model: moving them about would take longer than the work."""


class RequestError(ValueError):
    """The request cannot be carried out as it stands."""


class ModelFailed(Exception):
    """A model failed while it was planned or computed."""

    def __init__(self, model: str, cause: BaseException) -> None:
        super().__init__(f"{model}: {first_line(cause)}")
        self.model = model
        self.cause = cause


@dataclass(frozen=True)
class Request:
    """
    `inputs` says where the Parquet of each table is that no requested model makes; `output` is a prefix that ends with
    a slash, `files` the most files written for a model.
    """

    run: str
    package: str
    models: Sequence[str]
    inputs: Mapping[str, str]
    output: str
    files: int = 2

    @classmethod
    def parse(cls, given: Any) -> "Request":
        if not isinstance(given, dict):
            raise RequestError("a request is a JSON object")
        try:
            request = cls(
                run=str(given["run"]),
                package=str(given["package"]),
                models=tuple(given.get("models") or ()),
                inputs=dict(given["inputs"]),
                output=str(given["output"]),
                files=int(given.get("files", 2)),
            )
        except KeyError as error:
            raise RequestError(f"the request lacks {error}") from None
        if not request.output.endswith("/"):
            raise RequestError("output must be a prefix that ends with /")
        if request.files < 1:
            raise RequestError("files must be 1 or more")
        return request


def run(spark: SparkSession, request: Request, workspace: Workspace | None = None) -> dict[str, Any]:
    """
    Carries out a run and says for each model its rows, files and time. `spark` is a session of its own: its settings
    are changed. Models of one layer are computed side by side; the next layer reads what they wrote, so that no join is
    made twice.
    """
    started = time.monotonic()
    models = load(request.package).select(request.models)
    _check_inputs(request, models)
    with workspace or StoreWorkspace(spark) as files:
        job = _Job(spark, request, files)
        results = [result for layer in _layers(models) for result in job.compute(layer)]
    order = [model.id for model in models]
    results.sort(key=lambda result: order.index(result["model"]))
    return {"run": request.run, "models": results, "durationMs": _since(started)}


def _layers(models: Sequence[Model]) -> list[list[Model]]:
    """Models by how many models of the run they stand on, one after the other."""
    depth: dict[str, int] = {}
    for model in models:
        depth[model.id] = 1 + max((depth.get(wanted.table.id, -1) for wanted in model.inputs.values()), default=-1)
    return [[model for model in models if depth[model.id] == level] for level in sorted(set(depth.values()))]


def _check_inputs(request: Request, models: Sequence[Model]) -> None:
    given = set(request.inputs) | {model.id for model in models}
    needed = {wanted.table.id for model in models for wanted in model.inputs.values()}
    if needed - given:
        raise RequestError(f"no input is given for {', '.join(sorted(needed - given))}")


class _Job:
    def __init__(self, spark: SparkSession, request: Request, files: Workspace) -> None:
        self._spark = spark
        self._request = request
        self._files = files
        self._addresses = dict(files.bring(request.inputs))
        size = files.bytes_in()
        self._small = size is not None and size <= SMALL_BYTES
        for name, value in (SMALL_SETTINGS if self._small else {}).items():
            spark.conf.set(name, value)

    def compute(self, models: Sequence[Model]) -> list[dict[str, Any]]:
        with ThreadPoolExecutor(WRITERS, thread_name_prefix=self._request.run) as pool:
            return list(pool.map(self._compute, models))

    def _compute(self, model: Model) -> dict[str, Any]:
        started = time.monotonic()
        url = f"{self._request.output}{model.table.layer}/{model.table.name}/"
        written = self._files.output(url)
        try:
            rows = self._write(model, written)
            self._addresses[model.id] = written
            files = self._files.deliver(written, url)
        except Exception as error:
            raise ModelFailed(model.id, error) from error
        return {"model": model.id, "rows": rows, "files": files, "durationMs": _since(started)}

    def _write(self, model: Model, to: str) -> int:
        self._spark.sparkContext.setJobGroup(self._request.run, model.id, interruptOnCancel=True)
        frame = model.frame({name: self._read(wanted) for name, wanted in model.inputs.items()})
        observed = Observation(model.id)
        counted = frame.observe(observed, F.count(F.lit(1)).alias("rows"))
        counted.coalesce(self._request.files).write.mode("error").parquet(to)
        return int(observed.get["rows"])

    def _read(self, wanted: Input) -> DataFrame:
        """
        With the schema given Spark opens no file to find it. A prefix without files is a table without rows: UNLOAD
        writes none then. What is not Parquet (UNLOAD's manifest) is passed over.
        """
        address = self._addresses[wanted.table.id]
        if address is None:
            frame = _no_rows(self._spark, wanted)
        else:
            reader = self._spark.read.schema(wanted.file_schema).option("pathGlobFilter", "*.parquet")
            frame = reader.parquet(address)
        return wanted.from_file(frame.coalesce(1) if self._small else frame)


def _no_rows(spark: SparkSession, wanted: Input) -> DataFrame:
    """Without `createDataFrame`, which takes its rows through an RDD of Python objects."""
    fields = wanted.file_schema.fields
    return spark.range(0).selectExpr(*[f"cast(null as {field.dataType.simpleString()}) as `{field.name}`" for field in fields])


def empty_request(spark: SparkSession, run_id: str, package: str, folder: Path) -> Request:
    """A request for all models of a package over tables without rows, for which files are written into the folder."""
    tables = {
        wanted.table.id: wanted.table
        for model in load(package).models
        for wanted in model.inputs.values()
        if wanted.table.layer == "tastg"
    }
    inputs = {table_id: f"file://{folder}/in/{table_id}/" for table_id in tables}
    for table_id, url in inputs.items():
        _no_rows(spark, tables[table_id].take()).coalesce(1).write.parquet(url)
    return Request(run=run_id, package=package, models=(), inputs=inputs, output=f"file://{folder}/out/")


def first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def _since(started: float) -> int:
    return round((time.monotonic() - started) * 1000)
