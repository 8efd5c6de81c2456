from datetime import datetime, timezone

import pytest
from pyspark.sql import SparkSession, functions as F
from pyspark.sql.types import DecimalType

from tests.gme.frames import at, dec
from thalamus_spark.models.gme.measures import days, lower_median, minute_number, rate


@pytest.mark.parametrize(
    ("n", "d", "expected"),
    [
        (0, 7, "0.0000"),
        (1, 3, "0.3333"),
        (2, 3, "0.6667"),
        (1, 20000, "0.0001"),  # exactly half a unit: up
        (1, 20001, "0.0000"),  # a little less: down
        (3, 2, "1.5000"),  # overbooked
        (99999, 1, "99999.0000"),
        (5, 0, None),
        (0, 0, None),
    ],
)
def test_rate_rounds_half_up_and_is_null_of_nothing(spark: SparkSession, n: int, d: int, expected: str | None) -> None:
    frame = spark.createDataFrame([(n, d)], "n int, d int").select(rate(F.col("n"), F.col("d")).alias("rate"))
    assert frame.schema["rate"].dataType == DecimalType(9, 4)
    assert frame.first()["rate"] == (dec(expected) if expected else None)


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [(0, "0.00"), (7, "0.00"), (8, "0.01"), (1440, "1.00"), (36, "0.03"), (525_600, "365.00"), (None, None)],
)
def test_days_rounds_half_up(spark: SparkSession, minutes: int | None, expected: str | None) -> None:
    frame = spark.createDataFrame([(minutes,)], "m bigint").select(days(F.col("m")).alias("days"))
    assert frame.schema["days"].dataType == DecimalType(9, 2)
    assert frame.first()["days"] == (dec(expected) if expected else None)


def test_days_exactly_half_a_hundredth_goes_up(spark: SparkSession) -> None:
    # 36 minutes = 0.025 days exactly.
    assert spark.createDataFrame([(36,)], "m bigint").select(days(F.col("m"))).first()[0] == dec("0.03")


@pytest.mark.parametrize(
    ("values", "expected"),
    [([3], 3), ([1, 9], 1), ([9, 1, 5], 5), ([4, 4, 4, 100], 4), ([1, 2, 3, 4], 2), ([None, 8, None], 8), ([None], None)],
)
def test_lower_median(spark: SparkSession, values: list[int | None], expected: int | None) -> None:
    frame = spark.createDataFrame([(value,) for value in values], "v bigint")
    assert frame.agg(lower_median(F.col("v"))).first()[0] == expected


def test_minute_number_drops_seconds_before_anything_is_compared(spark: SparkSession) -> None:
    frame = spark.createDataFrame(
        [(at("1970-01-01T00:02:59.999999"), at("1969-12-31T23:59:59.999999"))], "a timestamp_ntz, b timestamp_ntz"
    )
    assert tuple(frame.select(minute_number(F.col("a")), minute_number(F.col("b"))).first()) == (2, -1)


def test_minute_number_of_a_time_with_zone_is_of_its_utc_instant(spark: SparkSession) -> None:
    instant = datetime(2026, 10, 1, 12, 0, tzinfo=timezone.utc)
    frame = spark.createDataFrame([(instant, at("2026-10-01T12:00:00"))], "tz timestamp, plain timestamp_ntz")
    zoned, plain = frame.select(minute_number(F.col("tz")), minute_number(F.col("plain"))).first()
    assert zoned == plain
