"""TASTG tables of interview scheduling, with the columns and types that the type map gives them."""

from thalamus_spark.model import Column, Table, columns


def _staging(name: str, key: tuple[str, ...], declared: tuple[Column, ...]) -> Table:
    return Table("tastg", name, declared, key)


INSTITUTION = _staging(
    "institution",
    ("institution_id",),
    columns(
        institution_id="INTEGER not null",
        parent_institution_id="INTEGER",
        name="VARCHAR(600)",
        city="VARCHAR(300)",
        state_code="VARCHAR(6)",
        country_code="VARCHAR(6)",
        time_zone="VARCHAR(192)",
        latitude="DOUBLE PRECISION",
        longitude="DOUBLE PRECISION",
        bed_count="SMALLINT",
        is_teaching="BOOLEAN",
        founded_on="DATE",
        created_at="TIMESTAMP",
        updated_at="TIMESTAMP",
    ),
)

SPECIALTY = _staging(
    "specialty",
    ("specialty_id",),
    columns(
        specialty_id="SMALLINT not null",
        code="VARCHAR(30)",
        name="VARCHAR(300)",
        parent_specialty_id="SMALLINT",
        duration_years="SMALLINT",
        match_rate="REAL",
    ),
)

PROGRAM = _staging(
    "program",
    ("program_id",),
    columns(
        program_id="INTEGER not null",
        institution_id="INTEGER",
        specialty_id="SMALLINT",
        accreditation_code="VARCHAR(30)",
        name="VARCHAR(600)",
        order="INTEGER",
        positions="SMALLINT",
        stipend="DECIMAL(20,4)",
        application_fee="DECIMAL(10,4)",
        is_active="BOOLEAN",
        website_url="VARCHAR(1200)",
        created_at="TIMESTAMP",
        updated_at="TIMESTAMP",
    ),
)

CALENDAR_SEASON = _staging(
    "calendar_season",
    ("calendar_season_id",),
    columns(
        calendar_season_id="INTEGER not null",
        name="VARCHAR(27)",
        starts_on="DATE",
        ends_on="DATE",
        invitations_open_at="TIMESTAMP",
        is_current="BOOLEAN",
    ),
)

APPLICANT = _staging(
    "applicant",
    ("applicant_id",),
    columns(
        applicant_id="VARCHAR(36) not null",
        aamc_id="VARCHAR(24)",
        first_name="VARCHAR(300)",
        middle_name="VARCHAR(300)",
        last_name="VARCHAR(300)",
        full_name="VARCHAR(603)",
        email="VARCHAR(762)",
        phone="VARCHAR(90)",
        school="VARCHAR(600)",
        graduated_on="DATE",
        needs_visa="BOOLEAN",
        gpa="DECIMAL(4,3)",
        time_zone="VARCHAR(192)",
        preferred_time="TIME",
        created_at="TIMESTAMP",
        updated_at="TIMESTAMP",
    ),
)

APPLICATION = _staging(
    "application",
    ("application_id",),
    columns(
        application_id="BIGINT not null",
        applicant_id="VARCHAR(36)",
        program_id="INTEGER",
        calendar_season_id="INTEGER",
        status="VARCHAR(36)",
        usmle_step1="SMALLINT",
        usmle_step2="SMALLINT",
        screening_score="DOUBLE PRECISION",
        signal_rank="SMALLINT",
        fee_paid="DECIMAL(20,4)",
        personal_statement="VARCHAR(3000)",
        reviewed_by_faculty_id="INTEGER",
        received_at="TIMESTAMPTZ",
        withdrawn_on="DATE",
        updated_at="TIMESTAMP",
    ),
)

INTERVIEW_DATE = _staging(
    "interview_date",
    ("interview_date_id",),
    columns(
        interview_date_id="INTEGER not null",
        program_id="INTEGER",
        calendar_season_id="INTEGER",
        held_on="DATE",
        capacity="SMALLINT",
        mode="VARCHAR(30)",
        doors_open_at="TIME",
        notes="VARCHAR(1200)",
        updated_at="TIMESTAMP",
    ),
)

INTERVIEW_SLOT = _staging(
    "interview_slot",
    ("interview_date_id", "slot_no"),
    columns(
        interview_date_id="INTEGER not null",
        slot_no="SMALLINT not null",
        starts_at="TIMESTAMP",
        minutes="SMALLINT",
        ends_at="TIMESTAMP",
        room="VARCHAR(150)",
        is_open="BOOLEAN",
        host_faculty_id="INTEGER",
        updated_at="TIMESTAMP",
    ),
)

INVITATION = _staging(
    "invitation",
    ("invitation_id",),
    columns(
        invitation_id="BIGINT not null",
        application_id="BIGINT",
        replaces_invitation_id="BIGINT",
        status="VARCHAR(36)",
        sent_at="TIMESTAMP",
        expires_at="TIMESTAMP",
        responded_at="TIMESTAMP",
        note="VARCHAR(1500)",
        updated_at="TIMESTAMP",
    ),
)

INTERVIEW = _staging(
    "interview",
    ("interview_id",),
    columns(
        interview_id="BIGINT not null",
        invitation_id="BIGINT",
        interview_date_id="INTEGER",
        slot_no="SMALLINT",
        status="VARCHAR(36)",
        rescheduled_from_interview_id="BIGINT",
        scheduled_at="TIMESTAMP",
        cancelled_at="TIMESTAMP",
        cancel_reason="VARCHAR(600)",
        updated_at="TIMESTAMP",
    ),
)

WAITLIST = _staging(
    "waitlist",
    ("interview_date_id", "application_id"),
    columns(
        interview_date_id="INTEGER not null",
        application_id="BIGINT not null",
        position="INTEGER",
        added_at="TIMESTAMP",
        reason="VARCHAR(600)",
        updated_at="TIMESTAMP",
    ),
)

EVALUATION = _staging(
    "evaluation",
    ("interview_id", "faculty_id"),
    columns(
        interview_id="BIGINT not null",
        faculty_id="INTEGER not null",
        score="DECIMAL(5,2)",
        confidence="REAL",
        is_final="BOOLEAN",
        comments="VARCHAR(3000)",
        rubric="VARCHAR(3000)",
        submitted_at="TIMESTAMP",
        updated_at="TIMESTAMP",
    ),
)

MESSAGE = _staging(
    "message",
    ("message_id",),
    columns(
        message_id="BIGINT not null",
        application_id="BIGINT",
        direction="VARCHAR(3)",
        sender_faculty_id="INTEGER",
        reply_to_message_id="BIGINT",
        importance="SMALLINT",
        subject="VARCHAR(600)",
        body="VARCHAR(3000)",
        sent_at="TIMESTAMP",
        read_at="TIMESTAMP",
    ),
)
