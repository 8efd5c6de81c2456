"""Redshift types as they stand in DDL, and the Spark types that hold their values exactly."""

import re

from pyspark.sql.types import (
    BooleanType,
    DataType,
    DateType,
    DecimalType,
    DoubleType,
    FloatType,
    IntegerType,
    LongType,
    ShortType,
    StringType,
    TimestampNTZType,
    TimestampType,
)

_PLAIN: dict[str, DataType] = {
    "SMALLINT": ShortType(),
    "INTEGER": IntegerType(),
    "BIGINT": LongType(),
    "BOOLEAN": BooleanType(),
    "REAL": FloatType(),
    "DOUBLE PRECISION": DoubleType(),
    "DATE": DateType(),
    "TIMESTAMP": TimestampNTZType(),
    "TIMESTAMPTZ": TimestampType(),
    # Spark has no time of day: it travels as text, HH:MM:SS[.ffffff].
    "TIME": StringType(),
}
_DECIMAL = re.compile(r"DECIMAL\((\d{1,2}),(\d{1,2})\)")
_VARCHAR = re.compile(r"VARCHAR\(\d{1,5}\)")


def spark_type(warehouse_type: str) -> DataType:
    """The Spark type for a Redshift type; ValueError for one that has no exact counterpart here."""
    if warehouse_type in _PLAIN:
        return _PLAIN[warehouse_type]
    if _VARCHAR.fullmatch(warehouse_type):
        return StringType()
    decimal = _DECIMAL.fullmatch(warehouse_type)
    if decimal:
        return DecimalType(int(decimal[1]), int(decimal[2]))
    raise ValueError(
        f"{warehouse_type} has no Spark type here; write it as in DDL, in upper case, without blanks: DECIMAL(9,2)"
    )


def file_type(warehouse_type: str) -> DataType:
    """
    The type to read a Parquet column as. Timestamps with and without zone are told apart in Parquet by a flag that not
    every writer sets; read as an instant both are accepted, and with the session in UTC nothing is shifted.
    """
    found = spark_type(warehouse_type)
    return TimestampType() if isinstance(found, TimestampNTZType) else found
