"""TADW's dimensions: small tables that reports join by their key."""

from pyspark.sql import DataFrame, functions as F

from thalamus_spark.joins import inner
from thalamus_spark.model import Column, Frames, Model, Table
from thalamus_spark.models.gme import staging


def _mirror(source: Table) -> Model:
    """A dimension that holds the TASTG table as it is."""
    return Model(
        table=Table("tadw", source.name, source.columns, source.key),
        inputs={"rows": source.take()},
        transform=lambda inputs: inputs["rows"],
        grain=source.key,
    )


def _program(inputs: Frames) -> DataFrame:
    program, institution, specialty = inputs["program"], inputs["institution"], inputs["specialty"]
    places = institution.select(
        "institution_id",
        F.col("name").alias("institution_name"),
        F.col("city").alias("institution_city"),
        F.col("time_zone").alias("institution_time_zone"),
    )
    fields = specialty.select(
        "specialty_id", F.col("code").alias("specialty_code"), F.col("name").alias("specialty_name")
    )
    return inner(program, places, "institution_id").join(fields, "specialty_id")


def _program_columns() -> tuple[Column, ...]:
    own = {column.name: column for column in staging.PROGRAM.columns}
    joined = (
        own.pop("program_id"),
        own.pop("institution_id"),
        Column("institution_name", staging.INSTITUTION.column("name").type),
        Column("institution_city", staging.INSTITUTION.column("city").type),
        Column("institution_time_zone", staging.INSTITUTION.column("time_zone").type),
        own.pop("specialty_id"),
        Column("specialty_code", staging.SPECIALTY.column("code").type),
        Column("specialty_name", staging.SPECIALTY.column("name").type),
    )
    return (*joined, *own.values())


INSTITUTION = _mirror(staging.INSTITUTION)
SPECIALTY = _mirror(staging.SPECIALTY)
CALENDAR_SEASON = _mirror(staging.CALENDAR_SEASON)
APPLICANT = _mirror(staging.APPLICANT)
PROGRAM = Model(
    table=Table("tadw", "program", _program_columns(), ("program_id",)),
    inputs={
        "program": staging.PROGRAM.take(),
        "institution": staging.INSTITUTION.take("institution_id", "name", "city", "time_zone"),
        "specialty": staging.SPECIALTY.take("specialty_id", "code", "name"),
    },
    transform=_program,
    grain=("program_id",),
)

MODELS = (INSTITUTION, SPECIALTY, CALENDAR_SEASON, APPLICANT, PROGRAM)
