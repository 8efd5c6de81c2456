import pytest
from pyspark.sql import SparkSession

from tests.gme.frames import dec, inputs, rows_of
from thalamus_spark.models.gme import dimensions


def test_program_brings_its_institution_and_specialty(spark: SparkSession) -> None:
    given = inputs(
        spark,
        dimensions.PROGRAM,
        program=[
            {"program_id": 1, "institution_id": 10, "specialty_id": 3, "name": "IM", "order": 5, "stipend": dec("61234.5000")},
            {"program_id": 2, "institution_id": 10, "specialty_id": 4},
        ],
        institution=[
            {"institution_id": 10, "name": "Charité", "city": "Berlin", "time_zone": "Europe/Berlin"},
            {"institution_id": 11, "name": "unused"},
        ],
        specialty=[{"specialty_id": 3, "code": "IM", "name": "Internal Medicine"}, {"specialty_id": 4, "code": "DR"}],
    )
    first, second = rows_of(dimensions.PROGRAM.frame(given), "program_id")
    assert first | {"name": "IM", "order": 5, "stipend": dec("61234.5000")} == first
    assert (first["institution_name"], first["institution_city"], first["institution_time_zone"]) == (
        "Charité",
        "Berlin",
        "Europe/Berlin",
    )
    assert (first["specialty_code"], first["specialty_name"]) == ("IM", "Internal Medicine")
    assert (second["specialty_code"], second["specialty_name"]) == ("DR", None)


def test_program_has_the_documented_columns() -> None:
    documented = (
        "program_id institution_id institution_name institution_city institution_time_zone specialty_id specialty_code "
        "specialty_name accreditation_code name order positions stipend application_fee is_active website_url created_at "
        "updated_at"
    )
    assert dimensions.PROGRAM.table.names == tuple(documented.split())


def test_a_mirror_holds_the_rows_as_they_are(spark: SparkSession) -> None:
    rows = [
        {"applicant_id": "A0", "first_name": "", "middle_name": None, "gpa": dec("3.950"), "preferred_time": "09:30:00"},
        {"applicant_id": "B1", "first_name": "Zoë"},
    ]
    given = inputs(spark, dimensions.APPLICANT, rows=rows)
    first, second = rows_of(dimensions.APPLICANT.frame(given), "applicant_id")
    assert first | rows[0] == first
    assert second | rows[1] == second


@pytest.mark.parametrize("model", dimensions.MODELS, ids=lambda model: model.table.name)
def test_no_rows_in_no_rows_out(spark: SparkSession, model) -> None:
    frame = model.frame(inputs(spark, model))
    assert frame.columns == list(model.table.names)
    assert frame.count() == 0
