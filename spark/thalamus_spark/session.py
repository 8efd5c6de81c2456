"""How sessions are made: UTC, exact, small, and with S3 as the environment says."""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pyspark.sql import SparkSession

EXACTNESS: Mapping[str, str] = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    # The default, INT96, is a type of the past that warehouses read with a guess about the zone.
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.sql.parquet.compression.codec": "snappy",
}

OUTPUT: Mapping[str, str] = {
    # Output goes under the run's own prefix, read only when the run succeeded: no second rename, no marker.
    "spark.hadoop.mapreduce.fileoutputcommitter.algorithm.version": "2",
    "spark.hadoop.mapreduce.fileoutputcommitter.marksuccessfuljobs": "false",
    "spark.hadoop.fs.s3a.directory.marker.retention": "keep",
    # No look before each write whether something is there: a run's prefix is its own.
    "spark.hadoop.fs.s3a.performance.flags": "create,delete,mkdir",
}

# Hadoop's local file system runs chmod for each file and folder; with vfork that costs a third less of a small run.
# Small runs are planning, not computing: with the first compiler alone the sample's 15 models take 22 s in a fresh JVM
# and 8 s in a warm one, with both 30 s and 14-18 s (2 cores), for the second one competes with the work it is to speed up.
_JAVA_OPTIONS = (
    "-Duser.timezone=UTC -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Djdk.lang.Process.launchMechanism=VFORK"
)


def store_settings(env: Mapping[str, str]) -> dict[str, str]:
    """Settings of s3a from THALAMUS_STORE_*. Without an endpoint: AWS itself; without a key: its default credentials."""
    settings = {"spark.hadoop.fs.s3a.endpoint.region": env.get("THALAMUS_STORE_REGION") or "us-east-1"}
    endpoint = env.get("THALAMUS_STORE_ENDPOINT")
    if endpoint:
        settings["spark.hadoop.fs.s3a.endpoint"] = endpoint
        settings["spark.hadoop.fs.s3a.path.style.access"] = "true"
        settings["spark.hadoop.fs.s3a.connection.ssl.enabled"] = str(endpoint.startswith("https:")).lower()
    access, secret = env.get("THALAMUS_STORE_ACCESS_KEY"), env.get("THALAMUS_STORE_SECRET_KEY")
    if access and secret:
        settings["spark.hadoop.fs.s3a.access.key"] = access
        settings["spark.hadoop.fs.s3a.secret.key"] = secret
    # An unreachable store must fail a run within seconds: the service tries again by itself.
    settings["spark.hadoop.fs.s3a.attempts.maximum"] = "3"
    settings["spark.hadoop.fs.s3a.retry.limit"] = "3"
    settings["spark.hadoop.fs.s3a.connection.establish.timeout"] = "5s"
    return settings


def local_session(jars: Path | None, scratch: Path | None = None, env: Mapping[str, str] = os.environ) -> SparkSession:
    """The warm driver's session: two cores, one gigabyte, nothing but loopback; `scratch` holds its temporary files."""
    scratch = scratch or Path(tempfile.gettempdir())
    builder = (
        SparkSession.builder.master("local[2]")
        .appName("thalamus")
        .config("spark.driver.memory", "1g")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.extraJavaOptions", _JAVA_OPTIONS)
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.default.parallelism", "2")
        # Fifteen models are more classes than the default of 100 keeps compiled.
        .config("spark.sql.codegen.cache.maxEntries", "2000")
        .config("spark.local.dir", str(scratch))
        .config("spark.sql.warehouse.dir", str(scratch / "warehouse"))
        .config("spark.hadoop.fs.s3a.buffer.dir", str(scratch / "s3a"))
    )
    if jars is not None:
        builder = builder.config("spark.driver.extraClassPath", f"{jars}/*")
    spark = configured(builder, env).getOrCreate()
    _remember_names(spark)
    return spark


def _remember_names(spark: SparkSession) -> None:
    """
    py4j asks the JVM anew what each dotted name is, and the JVM looks in every jar for a class `org`, `org.apache`…:
    800 times in a run of the sample, a fifth of its CPU time. What is found once stays.
    """
    for path in ("functions", "PythonUtils", "py4j.reflection.TypeUtil", "org.apache.hadoop.fs.Path"):
        place: Any = spark.sparkContext._jvm  # noqa: SLF001  the view all of pyspark works with
        for name in path.split("."):
            found = getattr(place, name)
            setattr(place, name, found)
            place = found


def configured(builder: SparkSession.Builder, env: Mapping[str, str] = os.environ) -> SparkSession.Builder:
    for name, value in {**EXACTNESS, **OUTPUT, **store_settings(env)}.items():
        builder = builder.config(name, value)
    return builder
