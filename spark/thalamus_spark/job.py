"""One run: read the inputs, compute the models in order, write their rows."""

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from pyspark.sql import DataFrame, Observation, SparkSession, functions as F

from thalamus_spark.model import Input, Model
from thalamus_spark.registry import Registry, load

WRITERS = 4
"""Models written at a time: most of a small write is waiting for the store."""


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


def run(spark: SparkSession, request: Request) -> dict[str, Any]:
    """
    Carries out a run and says for each model its rows, files and time. A model that reads another model of the same run
    gets its frame, not its files: Spark prunes the columns it does not need, which beats reading the files back.
    """
    started = time.monotonic()
    registry = load(request.package)
    models = registry.select(request.models)
    frames = _plan(spark, request, models)
    with ThreadPoolExecutor(WRITERS, thread_name_prefix=request.run) as pool:
        results = list(pool.map(lambda model: _write(spark, request, model, frames[model.id]), models))
    return {"run": request.run, "models": results, "durationMs": _since(started)}


def _plan(spark: SparkSession, request: Request, models: Sequence[Model]) -> dict[str, DataFrame]:
    _check_inputs(request, models)
    made: dict[str, DataFrame] = {}
    for model in models:
        try:
            made[model.id] = model.frame(
                {
                    name: made[wanted.table.id] if wanted.table.id in made else _read(spark, request, wanted)
                    for name, wanted in model.inputs.items()
                }
            )
        except Exception as error:
            raise ModelFailed(model.id, error) from error
    return made


def _check_inputs(request: Request, models: Sequence[Model]) -> None:
    given = set(request.inputs) | {model.id for model in models}
    needed = {wanted.table.id for model in models for wanted in model.inputs.values()}
    if needed - given:
        raise RequestError(f"no input is given for {', '.join(sorted(needed - given))}")


def _read(spark: SparkSession, request: Request, wanted: Input) -> DataFrame:
    """
    With the schema given Spark opens no file to find it. A prefix without files is a table without rows: UNLOAD writes
    none then. What is not Parquet (UNLOAD's manifest) is passed over.
    """
    url = request.inputs[wanted.table.id]
    if not _exists(spark, url):
        return spark.createDataFrame([], wanted.schema)
    frame = spark.read.schema(wanted.file_schema).option("pathGlobFilter", "*.parquet").parquet(url)
    return wanted.from_file(frame)


def _write(spark: SparkSession, request: Request, model: Model, frame: DataFrame) -> dict[str, Any]:
    started = time.monotonic()
    url = f"{request.output}{model.table.layer}/{model.table.name}/"
    observed = Observation(model.id)
    try:
        spark.sparkContext.setJobGroup(request.run, model.id, interruptOnCancel=True)
        counted = frame.observe(observed, F.count(F.lit(1)).alias("rows"))
        counted.coalesce(request.files).write.mode("error").parquet(url)
        rows = int(observed.get["rows"])
        files = _files(spark, url)
    except Exception as error:
        raise ModelFailed(model.id, error) from error
    return {"model": model.id, "rows": rows, "files": files, "durationMs": _since(started)}


def _exists(spark: SparkSession, url: str) -> bool:
    path, files = _path(spark, url)
    return bool(files.exists(path))


def _files(spark: SparkSession, url: str) -> list[dict[str, Any]]:
    path, files = _path(spark, url)
    found = [(status.getPath().toString(), status.getLen()) for status in files.listStatus(path)]
    return [{"url": name, "bytes": size} for name, size in sorted(found) if name.endswith(".parquet")]


def _path(spark: SparkSession, url: str) -> tuple[Any, Any]:
    context = spark.sparkContext
    path = context._jvm.org.apache.hadoop.fs.Path(url)  # noqa: SLF001  pyspark shows no other door to the file system
    return path, path.getFileSystem(context._jsc.hadoopConfiguration())  # noqa: SLF001


def first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def _since(started: float) -> int:
    return round((time.monotonic() - started) * 1000)
