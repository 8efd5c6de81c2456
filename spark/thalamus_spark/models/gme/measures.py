"""The formulas that reports share, from integers only, so that any SQL gives the same digits."""

from pyspark.sql import Column, functions as F


def minute_number(at: Column) -> Column:
    """
    Whole minutes since 1970, UTC; seconds are dropped. From microseconds, because `unix_timestamp` rounds times before
    1970 up, and in integers, because they do not all fit a double.
    """
    micros = F.unix_micros(at.cast("timestamp"))
    return _div(micros - F.pmod(micros, F.lit(60_000_000)), F.lit(60_000_000))


def rate(part: Column, whole: Column) -> Column:
    """`part / whole` as DECIMAL(9,4), rounded half up; NULL when the whole is 0. Neither is negative."""
    n, d = part.cast("bigint"), F.nullif(whole.cast("bigint"), F.lit(0).cast("bigint"))
    return _scaled(_div(n * F.lit(20000) + d, d * F.lit(2)), "0.0001", "decimal(9,4)")


def days(minutes: Column) -> Column:
    """Minutes, not negative, as days: DECIMAL(9,2), rounded half up."""
    return _scaled(_div(minutes.cast("bigint") * F.lit(200) + F.lit(1440), F.lit(2880)), "0.01", "decimal(9,2)")


def lower_median(value: Column) -> Column:
    """Of integers the middle value, of an even number of them the lower of the middle two; NULL of none."""
    ordered = F.sort_array(F.collect_list(value))
    middle = _div(F.size(ordered) + F.lit(1), F.lit(2)).cast("int")
    return F.try_element_at(ordered, F.when(middle > 0, middle))


def present(value: Column) -> Column:
    """How many are not NULL, as an integer."""
    return F.count(value).cast("int")


def _div(n: Column, d: Column) -> Column:
    return F.call_function("div", n.cast("bigint"), d.cast("bigint"))


def _scaled(units: Column, unit: str, decimal: str) -> Column:
    """An integer number of decimal units, as an exact decimal."""
    return (units.cast("decimal(18,0)") * F.lit(unit).cast("decimal(5,4)")).cast(decimal)
