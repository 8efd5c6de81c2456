from datetime import date

from pyspark.sql import SparkSession

from tests.gme.frames import at, dec, inputs, rows_of
from thalamus_spark.models.gme.interview_fill_rate import INTERVIEW_FILL_RATE

PROGRAMS = [{"program_id": 1, "name": "Surgery", "institution_name": "General"}]
SEASONS = [{"calendar_season_id": 2026, "name": "2026-2027"}]


def interview_date(number: int, capacity: int) -> dict:
    return {
        "interview_date_id": number,
        "program_id": 1,
        "calendar_season_id": 2026,
        "held_on": date(2026, 11, 3),
        "mode": "virtual",
        "capacity": capacity,
    }


def interview(number: int, slot: int, status: str, scheduled_at: str, on: int = 5) -> dict:
    return {
        "interview_id": number,
        "interview_date_id": on,
        "slot_no": slot,
        "status": status,
        "scheduled_at": at(scheduled_at),
    }


def report(spark: SparkSession, **tables) -> list[dict]:
    given = inputs(spark, INTERVIEW_FILL_RATE, program=PROGRAMS, calendar_season=SEASONS, **tables)
    return rows_of(INTERVIEW_FILL_RATE.frame(given), "interview_date_id")


def slots(*starts: str, on: int = 5) -> list[dict]:
    return [{"interview_date_id": on, "slot_no": no, "starts_at": at(start)} for no, start in enumerate(starts, 1)]


def test_counts_and_rates_of_a_date(spark: SparkSession) -> None:
    (row,) = report(
        spark,
        interview_date=[interview_date(5, 6)],
        interview=[
            interview(1, 1, "completed", "2026-10-01T08:00:00"),
            interview(2, 2, "no-show", "2026-10-02T08:00:00"),
            interview(3, 3, "cancelled", "2026-10-09T08:00:00"),
            interview(4, 3, "scheduled", "2026-10-03T08:00:59.999999"),
            interview(5, 1, "cancelled", "2026-10-04T08:00:00"),
        ],
        interview_slot=slots("2026-11-03T09:00:00", "2026-11-03T10:00:00", "2026-11-03T11:00:00"),
        waitlist=[{"interview_date_id": 5, "application_id": 1}, {"interview_date_id": 5, "application_id": 2}],
    )
    assert row == {
        "program_id": 1,
        "calendar_season_id": 2026,
        "interview_date_id": 5,
        "program_name": "Surgery",
        "institution_name": "General",
        "season_name": "2026-2027",
        "held_on": date(2026, 11, 3),
        "mode": "virtual",
        "capacity": 6,
        "booked": 3,
        "cancelled": 2,
        "no_shows": 1,
        "free": 3,
        "fill_rate": dec("0.5000"),
        "wait_list_length": 2,
        # Interview 4, seconds dropped: 2026-10-03 08:00 to 2026-11-03 11:00, 31 days and 3 hours.
        "last_booking_lead_minutes": 31 * 1440 + 180,
    }


def test_a_date_without_bookings_is_there(spark: SparkSession) -> None:
    (row,) = report(spark, interview_date=[interview_date(5, 4)])
    assert [row[name] for name in ("booked", "cancelled", "no_shows", "free", "wait_list_length")] == [0, 0, 0, 4, 0]
    assert row["fill_rate"] == dec("0.0000")
    assert row["last_booking_lead_minutes"] is None


def test_only_cancelled_interviews_book_nothing(spark: SparkSession) -> None:
    (row,) = report(
        spark,
        interview_date=[interview_date(5, 4)],
        interview=[interview(1, 1, "cancelled", "2026-10-01T08:00:00")],
        interview_slot=slots("2026-11-03T09:00:00"),
    )
    assert (row["booked"], row["cancelled"], row["last_booking_lead_minutes"]) == (0, 1, None)


def test_capacity_zero_has_no_rate_and_overbooking_leaves_nothing_free(spark: SparkSession) -> None:
    booked = [interview(1, 1, "scheduled", "2026-10-01T08:00:00"), interview(2, 1, "completed", "2026-10-01T08:00:00", on=6)]
    starts = slots("2026-11-03T09:00:00") + slots("2026-11-03T09:00:00", on=6)
    more = interview(3, 1, "no-show", "2026-09-01T08:00:00", on=6)
    none, one = report(
        spark,
        interview_date=[interview_date(5, 0), interview_date(6, 1)],
        interview=[*booked, more],
        interview_slot=starts,
    )
    assert (none["fill_rate"], none["free"]) == (None, 0)
    assert (one["fill_rate"], one["free"], one["booked"]) == (dec("2.0000"), 0, 2)


def test_of_bookings_in_one_minute_the_greatest_id_is_the_last(spark: SparkSession) -> None:
    # Interview 2 is booked 58 s after 3, but in the same minute.
    (row,) = report(
        spark,
        interview_date=[interview_date(5, 4)],
        interview=[
            interview(3, 1, "scheduled", "2026-11-03T08:00:01"),
            interview(2, 2, "scheduled", "2026-11-03T08:00:59"),
        ],
        interview_slot=slots("2026-11-03T09:00:00", "2026-11-03T12:00:00"),
    )
    assert row["last_booking_lead_minutes"] == 60


def test_a_booking_after_the_start_has_a_negative_lead(spark: SparkSession) -> None:
    (row,) = report(
        spark,
        interview_date=[interview_date(5, 4)],
        interview=[interview(1, 1, "completed", "2026-11-03T09:01:00")],
        interview_slot=slots("2026-11-03T09:00:59"),
    )
    assert row["last_booking_lead_minutes"] == -1


def test_no_dates_no_rows(spark: SparkSession) -> None:
    assert report(spark) == []
