from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from pyspark.sql import SparkSession
from pyspark.sql.types import TimestampNTZType, TimestampType

from thalamus_spark.job import ModelFailed, Request, RequestError, run
from thalamus_spark.registry import load


def request(tmp_path: Path, models: list[str], inputs: dict[str, str], **more) -> Request:
    given = {"run": "r1", "package": "gme", "models": models, "inputs": inputs, "output": f"file://{tmp_path}/out/"}
    return Request.parse({**given, **more})


def write(spark: SparkSession, tmp_path: Path, table: str, rows: list[dict]) -> str:
    wanted = next(
        source for model in load("gme").models for source in model.inputs.values() if source.table.id == table
    ).table.take()
    names = [column.name for column in wanted.columns]
    frame = spark.createDataFrame([tuple(row.get(name) for name in names) for row in rows], wanted.schema)
    url = f"{tmp_path}/in/{table}"
    frame.write.parquet(url)
    return f"file://{url}/"


def test_a_run_feeds_reports_from_tables_of_the_same_run(spark: SparkSession, tmp_path: Path) -> None:
    received = datetime(2026, 10, 1, 12, 30, 0, 123456, tzinfo=timezone.utc)
    inputs = {
        "tastg.application": write(
            spark,
            tmp_path,
            "tastg.application",
            [
                {
                    "application_id": 2**60,
                    "program_id": 1,
                    "calendar_season_id": 2026,
                    "fee_paid": Decimal("922337203685477.5807"),
                    "received_at": received,
                    "updated_at": datetime(2026, 10, 1, 12, 30, 0, 654321),
                }
            ],
        ),
        "tastg.program": write(
            spark, tmp_path, "tastg.program", [{"program_id": 1, "institution_id": 1, "specialty_id": 1, "name": "P"}]
        ),
        "tastg.institution": write(spark, tmp_path, "tastg.institution", [{"institution_id": 1, "name": "I"}]),
        "tastg.specialty": write(spark, tmp_path, "tastg.specialty", [{"specialty_id": 1, "name": "S"}]),
        "tastg.calendar_season": write(spark, tmp_path, "tastg.calendar_season", [{"calendar_season_id": 2026, "name": "N"}]),
    }
    empty = ("invitation", "interview", "interview_slot", "interview_date", "evaluation")
    inputs |= {f"tastg.{name}": f"file://{tmp_path}/in/nothing/{name}/" for name in empty}
    names = ["application", "program", "calendar_season", "invitation", "interview", "interview_slot", "evaluation"]
    result = run(spark, request(tmp_path, [*(f"tadw.{name}" for name in names), "tarpt.applicant_funnel"], inputs))

    rows = {entry["model"]: entry["rows"] for entry in result["models"]}
    assert rows["tadw.application"] == rows["tarpt.applicant_funnel"] == 1
    assert rows["tadw.invitation"] == rows["tadw.interview_slot"] == 0
    assert [entry["model"] for entry in result["models"]][-1] == "tarpt.applicant_funnel"

    files = next(entry["files"] for entry in result["models"] if entry["model"] == "tadw.application")
    assert all(file["bytes"] == Path(file["url"].removeprefix("file:")).stat().st_size for file in files)
    read = spark.read.parquet(*[file["url"] for file in files])
    assert read.columns == list(load("gme")["tadw.application"].table.names)
    # The flag in the file that tells TIMESTAMPTZ from TIMESTAMP.
    assert read.schema["received_at"].dataType == TimestampType()
    assert read.schema["updated_at"].dataType == TimestampNTZType()
    row = read.first()
    assert (row["application_id"], row["fee_paid"]) == (2**60, Decimal("922337203685477.5807"))
    assert row["received_at"].astimezone(timezone.utc) == received
    assert row["updated_at"] == datetime(2026, 10, 1, 12, 30, 0, 654321)


def test_what_is_not_parquet_is_passed_over(spark: SparkSession, tmp_path: Path) -> None:
    url = write(spark, tmp_path, "tastg.specialty", [{"specialty_id": 1, "match_rate": 0.5}])
    Path(url.removeprefix("file://"), "manifest").write_text("{}")
    result = run(spark, request(tmp_path, ["tadw.specialty"], {"tastg.specialty": url}))
    assert result["models"][0]["rows"] == 1


def test_a_table_of_an_earlier_run_can_be_an_input(spark: SparkSession, tmp_path: Path) -> None:
    wanted = load("gme")["tarpt.applicant_funnel"].inputs.values()
    inputs = {source.table.id: f"file://{tmp_path}/nothing/{source.table.name}/" for source in wanted}
    result = run(spark, request(tmp_path, ["tarpt.applicant_funnel"], inputs))
    assert [(entry["model"], entry["rows"]) for entry in result["models"]] == [("tarpt.applicant_funnel", 0)]


def test_a_missing_input_is_named(spark: SparkSession, tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="no input is given for tastg.institution, tastg.specialty"):
        run(spark, request(tmp_path, ["tadw.program"], {"tastg.program": "file:///nowhere/"}))


def test_a_file_of_another_type_fails_its_model_by_name(spark: SparkSession, tmp_path: Path) -> None:
    spark.createDataFrame([("x",)], "specialty_id string").write.parquet(f"{tmp_path}/wrong")
    with pytest.raises(ModelFailed) as failed:
        run(spark, request(tmp_path, ["tadw.specialty"], {"tastg.specialty": f"file://{tmp_path}/wrong/"}))
    assert failed.value.model == "tadw.specialty"


@pytest.mark.parametrize(
    ("change", "problem"),
    [({"output": "s3a://b/x"}, "ends with /"), ({"files": 0}, "1 or more")],
)
def test_requests_are_checked(tmp_path: Path, change: dict, problem: str) -> None:
    with pytest.raises(RequestError, match=problem):
        request(tmp_path, [], {}, **change)
    with pytest.raises(RequestError, match="lacks 'run'"):
        Request.parse({"package": "gme"})
