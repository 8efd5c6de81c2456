"""How full each interview date is, who waits, and how late the last booking came."""

from pyspark.sql import DataFrame, Window, functions as F

from thalamus_spark.joins import inner
from thalamus_spark.model import Frames, Model, Table, columns
from thalamus_spark.models.gme import dimensions, facts
from thalamus_spark.models.gme.measures import minute_number, rate

_DATE = "interview_date_id"
_OCCUPYING = ("scheduled", "completed", "no-show")


def _transform(inputs: Frames) -> DataFrame:
    dates = (
        inputs["interview_date"]
        .withColumn("capacity", F.col("capacity").cast("int"))
        .join(_bookings(inputs["interview"]), _DATE, "left")
        .join(_waiting(inputs["waitlist"]), _DATE, "left")
        .join(_last_booking(inputs["interview"], inputs["interview_slot"]), _DATE, "left")
        .fillna(0, ["booked", "cancelled", "no_shows", "wait_list_length"])
    )
    programs = inputs["program"].withColumnRenamed("name", "program_name")
    seasons = inputs["calendar_season"].withColumnRenamed("name", "season_name")
    named = inner(dates, programs, "program_id").join(seasons, "calendar_season_id")
    return named.withColumn("free", F.greatest(F.col("capacity") - F.col("booked"), F.lit(0))).withColumn(
        "fill_rate", rate(F.col("booked"), F.col("capacity"))
    )


def _bookings(interview: DataFrame) -> DataFrame:
    status = F.col("status")
    return interview.groupBy(_DATE).agg(
        F.count_if(status.isin(*_OCCUPYING)).cast("int").alias("booked"),
        F.count_if(status == "cancelled").cast("int").alias("cancelled"),
        F.count_if(status == "no-show").cast("int").alias("no_shows"),
    )


def _waiting(waitlist: DataFrame) -> DataFrame:
    return waitlist.groupBy(_DATE).agg(F.count(F.lit(1)).cast("int").alias("wait_list_length"))


def _last_booking(interview: DataFrame, slot: DataFrame) -> DataFrame:
    """The booking of the greatest minute, among equals of the greatest id; several can fall into one minute."""
    latest = Window.partitionBy(_DATE).orderBy(F.desc("booked_minute"), F.desc("interview_id"))
    last = (
        interview.where(F.col("status").isin(*_OCCUPYING))
        .withColumn("booked_minute", minute_number(F.col("scheduled_at")))
        .withColumn("rank", F.row_number().over(latest))
        .where(F.col("rank") == 1)
    )
    return inner(last, slot, [_DATE, "slot_no"]).select(
        _DATE,
        (minute_number(F.col("starts_at")) - F.col("booked_minute")).cast("int").alias("last_booking_lead_minutes"),
    )


INTERVIEW_FILL_RATE = Model(
    table=Table(
        "tarpt",
        "interview_fill_rate",
        columns(
            program_id="INTEGER not null",
            calendar_season_id="INTEGER not null",
            interview_date_id="INTEGER not null",
            program_name="VARCHAR(600) not null",
            institution_name="VARCHAR(600) not null",
            season_name="VARCHAR(27) not null",
            held_on="DATE not null",
            mode="VARCHAR(30) not null",
            capacity="INTEGER not null",
            booked="INTEGER not null",
            cancelled="INTEGER not null",
            no_shows="INTEGER not null",
            free="INTEGER not null",
            fill_rate="DECIMAL(9,4)",
            wait_list_length="INTEGER not null",
            last_booking_lead_minutes="INTEGER",
        ),
        ("program_id", "calendar_season_id", "interview_date_id"),
    ),
    inputs={
        "interview_date": facts.INTERVIEW_DATE.table.take(
            _DATE, "program_id", "calendar_season_id", "held_on", "mode", "capacity"
        ),
        "interview": facts.INTERVIEW.table.take("interview_id", _DATE, "slot_no", "status", "scheduled_at"),
        "interview_slot": facts.INTERVIEW_SLOT.table.take(_DATE, "slot_no", "starts_at"),
        "waitlist": facts.WAITLIST.table.take(_DATE, "application_id"),
        "program": dimensions.PROGRAM.table.take("program_id", "name", "institution_name"),
        "calendar_season": dimensions.CALENDAR_SEASON.table.take("calendar_season_id", "name"),
    },
    transform=_transform,
    grain=("program_id", "calendar_season_id"),
    checks={
        "no-shows are booked": "no_shows <= booked",
        "free places fit the capacity": "free between 0 and capacity",
        "a lead time belongs to a booking": "(last_booking_lead_minutes is null) = (booked = 0)",
    },
)
