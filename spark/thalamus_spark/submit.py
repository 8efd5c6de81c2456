"""
One run as a Spark application, for a standalone cluster in client mode:
`spark-submit --master spark://… submit.py --request request.json --result result.json`.
The result file holds what the warm driver would answer, an error included; the exit code is 0 when it was written.
"""

import argparse
import json
from pathlib import Path

from pyspark.sql import SparkSession

from thalamus_spark.job import Request, RequestError
from thalamus_spark.outcome import Failure, Outcome, execute
from thalamus_spark.session import configured


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--request", type=Path, required=True)
    parser.add_argument("--result", type=Path, required=True)
    options = parser.parse_args()
    outcome = _run(options.request)
    body = {"error": outcome.as_json()} if isinstance(outcome, Failure) else outcome
    options.result.write_text(json.dumps(body), encoding="utf-8")


def _run(path: Path) -> Outcome:
    try:
        request = Request.parse(json.loads(path.read_text(encoding="utf-8")))
    except RequestError as error:
        return Failure("request", str(error))
    spark = configured(SparkSession.builder.appName(f"thalamus {request.run}")).getOrCreate()
    try:
        return execute(spark, request)
    finally:
        spark.stop()


if __name__ == "__main__":
    main()
