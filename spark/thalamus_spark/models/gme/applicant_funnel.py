"""How far applications come: applied, invited, scheduled, interviewed, evaluated, and the days between."""

from pyspark.sql import Column, DataFrame, functions as F

from thalamus_spark.joins import inner
from thalamus_spark.model import Frames, Model, Table, columns
from thalamus_spark.models.gme import dimensions, facts
from thalamus_spark.models.gme.measures import days, lower_median, minute_number, present, rate

_STEPS = ("applied", "invited", "scheduled", "interviewed", "evaluated")
_MEDIANS = {
    "median_days_to_invite": ("applied", "invited"),
    "median_days_to_schedule": ("invited", "scheduled"),
    "median_days_to_interview": ("scheduled", "interviewed"),
    "median_days_to_evaluate": ("interviewed", "evaluated"),
}


def _transform(inputs: Frames) -> DataFrame:
    funnel = (
        _steps(inputs)
        .groupBy("program_id", "calendar_season_id")
        .agg(
            *[present(F.col(step)).alias(step) for step in _STEPS],
            *[days(lower_median(_between(*steps))).alias(name) for name, steps in _MEDIANS.items()],
        )
        .withColumn("overall_rate", rate(F.col("evaluated"), F.col("applied")))
    )
    for before, step in zip(_STEPS, _STEPS[1:]):
        funnel = funnel.withColumn(f"{step}_rate", rate(F.col(step), F.col(before)))
    programs = inputs["program"].withColumnRenamed("name", "program_name")
    seasons = inputs["calendar_season"].withColumnRenamed("name", "season_name")
    return inner(funnel, programs, "program_id").join(seasons, "calendar_season_id")


def _between(before: str, after: str) -> Column:
    """Minutes between two steps of an application; one that went backwards counts as 0, a missing step as NULL."""
    minutes = F.col(after) - F.col(before)
    return F.when(minutes < 0, F.lit(0)).otherwise(minutes).cast("bigint")


def _steps(inputs: Frames) -> DataFrame:
    """One row an application: the minute of each step, NULL for a step it has not reached."""
    applied = inputs["application"].select(
        "application_id",
        "program_id",
        "calendar_season_id",
        minute_number(F.col("received_at")).alias("applied"),
    )
    interviews = _interviews(inputs)
    reached = (
        inputs["invitation"]
        .join(interviews, "invitation_id", "left")
        .groupBy("application_id")
        .agg(
            F.min(minute_number(F.col("sent_at"))).alias("invited"),
            *[F.min(step).alias(step) for step in _STEPS[2:]],
        )
    )
    return applied.join(reached, "application_id", "left")


def _interviews(inputs: Frames) -> DataFrame:
    """One row an interview. Only a completed one counts as interviewed, and only its evaluations as evaluated."""
    evaluated = inputs["evaluation"].groupBy("interview_id").agg(
        F.min(minute_number(F.col("submitted_at"))).alias("first_evaluation")
    )
    completed = F.col("status") == "completed"
    return (
        inner(inputs["interview"], inputs["interview_slot"], ["interview_date_id", "slot_no"])
        .join(evaluated, "interview_id", "left")
        .select(
            "invitation_id",
            minute_number(F.col("scheduled_at")).alias("scheduled"),
            F.when(completed, minute_number(F.col("starts_at"))).alias("interviewed"),
            F.when(completed, F.col("first_evaluation")).alias("evaluated"),
        )
    )


APPLICANT_FUNNEL = Model(
    table=Table(
        "tarpt",
        "applicant_funnel",
        columns(
            program_id="INTEGER not null",
            calendar_season_id="INTEGER not null",
            program_name="VARCHAR(600) not null",
            specialty_name="VARCHAR(300) not null",
            season_name="VARCHAR(27) not null",
            applied="INTEGER not null",
            invited="INTEGER not null",
            scheduled="INTEGER not null",
            interviewed="INTEGER not null",
            evaluated="INTEGER not null",
            invited_rate="DECIMAL(9,4) not null",
            scheduled_rate="DECIMAL(9,4)",
            interviewed_rate="DECIMAL(9,4)",
            evaluated_rate="DECIMAL(9,4)",
            overall_rate="DECIMAL(9,4) not null",
            median_days_to_invite="DECIMAL(9,2)",
            median_days_to_schedule="DECIMAL(9,2)",
            median_days_to_interview="DECIMAL(9,2)",
            median_days_to_evaluate="DECIMAL(9,2)",
        ),
        ("program_id", "calendar_season_id"),
    ),
    inputs={
        "application": facts.APPLICATION.table.take(
            "application_id", "program_id", "calendar_season_id", "received_at"
        ),
        "invitation": facts.INVITATION.table.take("invitation_id", "application_id", "sent_at"),
        "interview": facts.INTERVIEW.table.take(
            "interview_id", "invitation_id", "interview_date_id", "slot_no", "status", "scheduled_at"
        ),
        "interview_slot": facts.INTERVIEW_SLOT.table.take("interview_date_id", "slot_no", "starts_at"),
        "evaluation": facts.EVALUATION.table.take("interview_id", "faculty_id", "submitted_at"),
        "program": dimensions.PROGRAM.table.take("program_id", "name", "specialty_name"),
        "calendar_season": dimensions.CALENDAR_SEASON.table.take("calendar_season_id", "name"),
    },
    transform=_transform,
    grain=("program_id", "calendar_season_id"),
    checks={
        "each step is reached from the one before": (
            "applied > 0 and invited <= applied and scheduled <= invited and interviewed <= scheduled"
            " and evaluated <= interviewed"
        ),
    },
)
