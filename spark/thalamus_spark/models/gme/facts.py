"""
TADW's facts: TASTG tables that carry `program_id` and `calendar_season_id`, brought down by declared paths of foreign
keys that are never NULL.
"""

from dataclasses import dataclass, replace

from pyspark.sql import DataFrame, functions as F

from thalamus_spark.joins import inner
from thalamus_spark.model import Column, Frames, Input, Model, Table
from thalamus_spark.models.gme import staging

SCOPE = ("program_id", "calendar_season_id")
_SCOPE_COLUMNS = (Column("program_id", "INTEGER", nullable=False), Column("calendar_season_id", "INTEGER", nullable=False))


@dataclass(frozen=True)
class Step:
    """One foreign key of a path: its column, of the same name in the table it leads to."""

    column: str
    to: Table


def _fact(source: Table, *path: Step) -> Model:
    """The source's rows, each with the scope found at the end of the path; without a path the scope is its own."""
    if not path:
        return Model(
            table=Table("tadw", source.name, tuple(_scoped(column) for column in source.columns), source.key),
            inputs={source.name: source.take()},
            transform=lambda inputs: inputs[source.name],
            grain=SCOPE,
        )
    return Model(
        table=Table("tadw", source.name, (*source.columns, *_SCOPE_COLUMNS), source.key),
        inputs={source.name: source.take(), **_path_inputs(path)},
        transform=lambda inputs: _carry(source, path, inputs),
        grain=SCOPE,
    )


def _scoped(column: Column) -> Column:
    return replace(column, nullable=False) if column.name in SCOPE else column


def _path_inputs(path: tuple[Step, ...]) -> dict[str, Input]:
    following = [step.column for step in path[1:]]
    wanted = [(step.column, next_column) for step, next_column in zip(path, following)]
    inputs = {step.to.name: step.to.take(*names) for step, names in zip(path, wanted)}
    last = path[-1]
    return {**inputs, last.to.name: last.to.take(last.column, *SCOPE)}


def _carry(source: Table, path: tuple[Step, ...], inputs: Frames) -> DataFrame:
    """
    The path is joined from its far end, so that it becomes one narrow frame `(foreign key, scope)` before it meets the
    source's wide rows.
    """
    *steps, last = path
    scope = inputs[last.to.name].select(last.column, *SCOPE)
    column = last.column
    for step in reversed(steps):
        scope = inner(inputs[step.to.name].select(step.column, column), scope, column).select(step.column, *SCOPE)
        column = step.column
    rows = inputs[source.name]
    return rows.join(scope, column).select(*[F.col(name) for name in source.names], *SCOPE)


_APPLICATION = Step("application_id", staging.APPLICATION)
_INVITATION = Step("invitation_id", staging.INVITATION)
_INTERVIEW = Step("interview_id", staging.INTERVIEW)
_INTERVIEW_DATE = Step("interview_date_id", staging.INTERVIEW_DATE)

APPLICATION = _fact(staging.APPLICATION)
INTERVIEW_DATE = _fact(staging.INTERVIEW_DATE)
INVITATION = _fact(staging.INVITATION, _APPLICATION)
INTERVIEW = _fact(staging.INTERVIEW, _INVITATION, _APPLICATION)
INTERVIEW_SLOT = _fact(staging.INTERVIEW_SLOT, _INTERVIEW_DATE)
WAITLIST = _fact(staging.WAITLIST, _INTERVIEW_DATE)
EVALUATION = _fact(staging.EVALUATION, _INTERVIEW, _INVITATION, _APPLICATION)
MESSAGE = _fact(staging.MESSAGE, _APPLICATION)

MODELS = (APPLICATION, INTERVIEW_DATE, INVITATION, INTERVIEW, INTERVIEW_SLOT, WAITLIST, EVALUATION, MESSAGE)
