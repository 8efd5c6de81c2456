import pytest
from pyspark.sql import SparkSession

from tests.gme.frames import at, inputs, rows_of
from thalamus_spark.models.gme import facts

APPLICATIONS = [
    {"application_id": 11, "program_id": 1, "calendar_season_id": 2026},
    {"application_id": 12, "program_id": 2, "calendar_season_id": 2025},
]
INVITATIONS = [{"invitation_id": 21, "application_id": 11}, {"invitation_id": 22, "application_id": 12}]
INTERVIEWS = [{"interview_id": 31, "invitation_id": 21}, {"interview_id": 32, "invitation_id": 22}]


def scopes(rows: list[dict], key: str) -> dict:
    return {row[key]: (row["program_id"], row["calendar_season_id"]) for row in rows}


def test_invitation_takes_its_scope_from_its_application(spark: SparkSession) -> None:
    given = inputs(
        spark,
        facts.INVITATION,
        application=APPLICATIONS,
        invitation=[
            {"invitation_id": 21, "application_id": 12, "status": "accepted", "sent_at": at("2026-10-01T08:00:00.123456")},
            {"invitation_id": 22, "application_id": 12, "replaces_invitation_id": 21},
            {"invitation_id": 23, "application_id": 11},
        ],
    )
    rows = rows_of(facts.INVITATION.frame(given), "invitation_id")
    assert scopes(rows, "invitation_id") == {21: (2, 2025), 22: (2, 2025), 23: (1, 2026)}
    assert rows[0]["sent_at"] == at("2026-10-01T08:00:00.123456")
    assert rows[1]["status"] is None


def test_interview_goes_by_invitation_and_application(spark: SparkSession) -> None:
    given = inputs(
        spark,
        facts.INTERVIEW,
        application=APPLICATIONS,
        invitation=INVITATIONS,
        interview=[
            {"interview_id": 31, "invitation_id": 21},
            {"interview_id": 32, "invitation_id": 21, "rescheduled_from_interview_id": 31},
            {"interview_id": 33, "invitation_id": 22},
        ],
    )
    rows = rows_of(facts.INTERVIEW.frame(given), "interview_id")
    assert scopes(rows, "interview_id") == {31: (1, 2026), 32: (1, 2026), 33: (2, 2025)}


def test_evaluation_goes_three_steps(spark: SparkSession) -> None:
    given = inputs(
        spark,
        facts.EVALUATION,
        application=APPLICATIONS,
        invitation=INVITATIONS,
        interview=INTERVIEWS,
        evaluation=[
            {"interview_id": 31, "faculty_id": 7, "comments": ""},
            {"interview_id": 31, "faculty_id": 8},
            {"interview_id": 32, "faculty_id": 7},
        ],
    )
    rows = rows_of(facts.EVALUATION.frame(given), "interview_id", "faculty_id")
    assert [(row["program_id"], row["calendar_season_id"]) for row in rows] == [(1, 2026), (1, 2026), (2, 2025)]
    assert [row["comments"] for row in rows] == ["", None, None]


@pytest.mark.parametrize(
    ("model", "key"), [(facts.INTERVIEW_SLOT, "slot_no"), (facts.WAITLIST, "application_id")], ids=["slot", "waitlist"]
)
def test_what_belongs_to_a_date_takes_its_scope(spark: SparkSession, model, key: str) -> None:
    given = inputs(
        spark,
        model,
        interview_date=[
            {"interview_date_id": 5, "program_id": 1, "calendar_season_id": 2026},
            {"interview_date_id": 6, "program_id": 2, "calendar_season_id": 2026},
        ],
        **{
            model.table.name: [
                {"interview_date_id": 5, key: 1},
                {"interview_date_id": 5, key: 2},
                {"interview_date_id": 6, key: 1},
            ]
        },
    )
    rows = rows_of(model.frame(given), "interview_date_id", key)
    assert [row["program_id"] for row in rows] == [1, 1, 2]


def test_message_goes_by_application(spark: SparkSession) -> None:
    given = inputs(
        spark,
        facts.MESSAGE,
        application=APPLICATIONS,
        message=[{"message_id": 1, "application_id": 12, "body": "grüß 🎓"}, {"message_id": 2, "application_id": 11}],
    )
    rows = rows_of(facts.MESSAGE.frame(given), "message_id")
    assert scopes(rows, "message_id") == {1: (2, 2025), 2: (1, 2026)}
    assert rows[0]["body"] == "grüß 🎓"


@pytest.mark.parametrize("model", [facts.APPLICATION, facts.INTERVIEW_DATE], ids=["application", "interview_date"])
def test_tables_with_a_scope_of_their_own_stay_as_they_are(spark: SparkSession, model) -> None:
    key = model.table.key[0]
    given = inputs(spark, model, **{model.table.name: [{key: 1, "program_id": 3, "calendar_season_id": 2026}]})
    (row,) = rows_of(model.frame(given), key)
    assert (row["program_id"], row["calendar_season_id"]) == (3, 2026)
    assert list(row) == list(model.table.names)


@pytest.mark.parametrize("model", facts.MODELS, ids=lambda model: model.table.name)
def test_no_rows_in_no_rows_out(spark: SparkSession, model) -> None:
    frame = model.frame(inputs(spark, model))
    assert frame.columns == list(model.table.names)
    assert frame.count() == 0
