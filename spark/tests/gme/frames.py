"""Small inputs for models: rows that name only the columns that matter to the test."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from pyspark.sql import DataFrame, SparkSession

from thalamus_spark.model import Model

Rows = Iterable[Mapping[str, Any]]


def at(text: str) -> datetime:
    """A UTC time without zone, as TIMESTAMP columns hold it."""
    return datetime.fromisoformat(text)


def dec(text: str) -> Decimal:
    return Decimal(text)


def inputs(spark: SparkSession, model: Model, **tables: Rows) -> dict[str, DataFrame]:
    """A frame for every input of the model; tables not given are empty, columns not given NULL."""
    unknown = set(tables) - set(model.inputs)
    assert not unknown, f"{model.id} has no input {unknown}"
    frames = {}
    for name, wanted in model.inputs.items():
        names = [column.name for column in wanted.columns]
        rows = list(tables.get(name, ()))
        for row in rows:
            assert set(row) <= set(names), f"{name} has no column {set(row) - set(names)}"
        frames[name] = spark.createDataFrame([tuple(row.get(key) for key in names) for row in rows], wanted.schema)
    return frames


def rows_of(frame: DataFrame, *order: str) -> list[dict[str, Any]]:
    return [row.asDict() for row in frame.orderBy(*order).collect()]
