"""What became of a run, told so that a caller can act on it."""

from dataclasses import dataclass
from typing import Any, Literal

from pyspark.sql import SparkSession

from thalamus_spark.job import ModelFailed, Request, RequestError, first_line, run
from thalamus_spark.model import DeclarationError
from thalamus_spark.workspace import Workspace

Kind = Literal["request", "model", "store", "cancelled", "spark"]
_STATUS: dict[Kind, int] = {"request": 400, "model": 422, "store": 503, "cancelled": 409, "spark": 500}

# Java classes that say: the object store could not be reached or throttles. From hadoop-aws 3.4.1 and AWS SDK v2.
_STORE_CLASSES = (
    "AWSClientIOException",
    "AWSStatus500Exception",
    "AWSServiceThrottledException",
    "ApiCallTimeoutException",
    "ApiCallAttemptTimeoutException",
    "SdkClientException",
    "java.net.ConnectException",
    "java.net.UnknownHostException",
    "java.net.SocketTimeoutException",
)
# py4j says these when the JVM is gone.
_SPARK_GONE = ("Py4JNetworkError", "ConnectionRefusedError", "ConnectionResetError")


@dataclass(frozen=True)
class Failure:
    kind: Kind
    message: str
    model: str | None = None

    @property
    def status(self) -> int:
        return _STATUS[self.kind]

    def as_json(self) -> dict[str, Any]:
        told = {"kind": self.kind, "message": self.message}
        return told if self.model is None else {**told, "model": self.model}


Outcome = dict[str, Any] | Failure


def execute(spark: SparkSession, request: Request, workspace: Workspace | None = None) -> Outcome:
    try:
        return run(spark, request, workspace)
    except Exception as error:
        return failure_of(error)


def failure_of(error: BaseException) -> Failure:
    model = error.model if isinstance(error, ModelFailed) else None
    cause = error.cause if isinstance(error, ModelFailed) else error
    if isinstance(cause, RequestError | DeclarationError):
        return Failure("model" if model or isinstance(cause, DeclarationError) else "request", str(error), model)
    if type(cause).__name__ in _SPARK_GONE:
        return Failure("spark", f"Spark's JVM is gone: {first_line(cause)}", model)
    text = str(cause)
    if any(name in text for name in _STORE_CLASSES):
        return Failure("store", f"{model or 'the run'}: {_store_line(text)}", model)
    if model is None:
        kind: Kind = "request" if isinstance(cause, ValueError) else "spark"
        return Failure(kind, first_line(cause))
    return Failure("model", f"{model}: {first_line(cause)}", model)


def _store_line(text: str) -> str:
    for line in text.splitlines():
        if any(name in line for name in _STORE_CLASSES):
            return line.strip()
    return text.splitlines()[0]
