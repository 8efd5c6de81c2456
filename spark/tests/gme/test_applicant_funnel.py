from datetime import datetime, timezone

from pyspark.sql import SparkSession

from tests.gme.frames import at, dec, inputs, rows_of
from thalamus_spark.models.gme.applicant_funnel import APPLICANT_FUNNEL

PROGRAMS = [{"program_id": 1, "name": "Surgery", "specialty_name": "General Surgery"}, {"program_id": 2, "name": "IM"}]
SEASONS = [{"calendar_season_id": 2026, "name": "2026-2027"}]
DATE = 5


def application(number: int, program: int = 1, received: str = "2026-10-01T00:00:00") -> dict:
    instant = datetime.fromisoformat(received).replace(tzinfo=timezone.utc)
    return {"application_id": number, "program_id": program, "calendar_season_id": 2026, "received_at": instant}


def invitation(number: int, application_id: int, sent: str) -> dict:
    return {"invitation_id": number, "application_id": application_id, "sent_at": at(sent)}


def interview(number: int, invitation_id: int, slot: int, status: str, scheduled: str) -> dict:
    return {
        "interview_id": number,
        "invitation_id": invitation_id,
        "interview_date_id": DATE,
        "slot_no": slot,
        "status": status,
        "scheduled_at": at(scheduled),
    }


def slot(number: int, starts: str) -> dict:
    return {"interview_date_id": DATE, "slot_no": number, "starts_at": at(starts)}


def evaluation(interview_id: int, faculty: int, submitted: str) -> dict:
    return {"interview_id": interview_id, "faculty_id": faculty, "submitted_at": at(submitted)}


def report(spark: SparkSession, **tables) -> list[dict]:
    given = inputs(spark, APPLICANT_FUNNEL, program=PROGRAMS, calendar_season=SEASONS, **tables)
    return rows_of(APPLICANT_FUNNEL.frame(given), "program_id")


def test_a_whole_way_through_the_funnel(spark: SparkSession) -> None:
    (row,) = report(
        spark,
        application=[application(1), application(2), application(3)],
        invitation=[invitation(1, 1, "2026-10-02T12:00:00"), invitation(2, 2, "2026-10-03T00:00:00")],
        interview=[interview(1, 1, 1, "completed", "2026-10-02T18:00:00")],
        interview_slot=[slot(1, "2026-10-12T18:00:00")],
        evaluation=[evaluation(1, 7, "2026-10-13T00:00:00"), evaluation(1, 8, "2026-10-12T19:30:00")],
    )
    assert row == {
        "program_id": 1,
        "calendar_season_id": 2026,
        "program_name": "Surgery",
        "specialty_name": "General Surgery",
        "season_name": "2026-2027",
        "applied": 3,
        "invited": 2,
        "scheduled": 1,
        "interviewed": 1,
        "evaluated": 1,
        "invited_rate": dec("0.6667"),
        "scheduled_rate": dec("0.5000"),
        "interviewed_rate": dec("1.0000"),
        "evaluated_rate": dec("1.0000"),
        "overall_rate": dec("0.3333"),
        "median_days_to_invite": dec("1.50"),  # of 1.5 and 2 days the lower
        "median_days_to_schedule": dec("0.25"),
        "median_days_to_interview": dec("10.00"),
        "median_days_to_evaluate": dec("0.06"),  # 90 minutes = 0.0625 days
    }


def test_without_invitations_the_rates_behind_are_null(spark: SparkSession) -> None:
    (row,) = report(spark, application=[application(1)])
    assert [row[name] for name in ("applied", "invited", "scheduled", "interviewed", "evaluated")] == [1, 0, 0, 0, 0]
    assert (row["invited_rate"], row["overall_rate"]) == (dec("0.0000"), dec("0.0000"))
    for name in ("scheduled_rate", "interviewed_rate", "evaluated_rate", "median_days_to_invite"):
        assert row[name] is None


def test_a_rebooking_counts_once_and_the_first_booking_is_the_step(spark: SparkSession) -> None:
    (row,) = report(
        spark,
        application=[application(1)],
        invitation=[invitation(1, 1, "2026-10-01T00:00:00"), invitation(2, 1, "2026-10-05T00:00:00")],
        interview=[
            interview(1, 1, 1, "cancelled", "2026-10-03T00:00:00"),
            interview(2, 2, 2, "completed", "2026-10-06T00:00:00"),
        ],
        interview_slot=[slot(1, "2026-10-10T00:00:00"), slot(2, "2026-10-13T00:00:00")],
    )
    assert (row["invited"], row["scheduled"], row["interviewed"]) == (1, 1, 1)
    assert row["median_days_to_schedule"] == dec("2.00")
    assert row["median_days_to_interview"] == dec("10.00")


def test_evaluations_of_interviews_not_completed_do_not_count(spark: SparkSession) -> None:
    (row,) = report(
        spark,
        application=[application(1)],
        invitation=[invitation(1, 1, "2026-10-01T00:00:00")],
        interview=[interview(1, 1, 1, "no-show", "2026-10-03T00:00:00")],
        interview_slot=[slot(1, "2026-10-10T00:00:00")],
        evaluation=[evaluation(1, 7, "2026-10-11T00:00:00")],
    )
    assert (row["scheduled"], row["interviewed"], row["evaluated"]) == (1, 0, 0)
    assert row["evaluated_rate"] is None


def test_a_step_that_went_backwards_counts_as_no_time(spark: SparkSession) -> None:
    (row,) = report(
        spark,
        application=[application(1, received="2026-10-02T00:00:00"), application(2)],
        invitation=[invitation(1, 1, "2026-10-01T00:00:00"), invitation(2, 2, "2026-10-04T00:00:00")],
    )
    assert row["median_days_to_invite"] == dec("0.00")


def test_programs_are_apart_and_those_without_applications_absent(spark: SparkSession) -> None:
    rows = report(spark, application=[application(1, program=2), application(2, program=2)])
    assert [(row["program_id"], row["applied"], row["specialty_name"]) for row in rows] == [(2, 2, None)]


def test_no_applications_no_rows(spark: SparkSession) -> None:
    assert report(spark) == []
