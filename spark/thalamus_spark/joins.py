"""Inner joins of models."""

from collections.abc import Sequence

from pyspark.sql import DataFrame


def inner(left: DataFrame, right: DataFrame, on: str | Sequence[str]) -> DataFrame:
    """
    `left.join(right, on)`, for a result that is joined again.

    Small inputs are one partition each, and nothing need be moved. Spark does not see that of an inner join, which has
    the partitioning of both sides (EnsureRequirements compares single partitions, not collections of them), and shuffles
    it for the next join: 25 exchanges in a run of the sample. Said to be one partition, it stays in its task.
    """
    joined = left.join(right, on if isinstance(on, str) else list(on))
    return joined.coalesce(1) if left.sparkSession.conf.get("spark.sql.shuffle.partitions") == "1" else joined
