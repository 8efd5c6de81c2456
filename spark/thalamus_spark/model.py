"""What a model is: a table of the warehouse, what it is made from, and the pure function that makes it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from pyspark.sql import DataFrame
from pyspark.sql.types import DataType, IntegralType, StructField, StructType

from thalamus_spark.warehouse_types import file_type, spark_type

Layer = Literal["tastg", "tadw", "tarpt"]
Frames = Mapping[str, DataFrame]


class DeclarationError(ValueError):
    """A model's declaration, or what its function returned, does not hold together."""


@dataclass(frozen=True)
class Column:
    name: str
    type: str
    """As written in DDL: VARCHAR(150), DECIMAL(9,2)."""
    nullable: bool = True

    def __post_init__(self) -> None:
        spark_type(self.type)


@dataclass(frozen=True)
class Table:
    """A table by layer and name, with all columns that models may know of."""

    layer: Layer
    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]

    def __post_init__(self) -> None:
        names = [column.name for column in self.columns]
        if len(set(names)) != len(names):
            raise DeclarationError(f"{self.id} declares a column twice")
        missing = [name for name in self.key if name not in names]
        if missing or not self.key:
            raise DeclarationError(f"{self.id} needs a key made of its own columns; not found: {missing}")

    @property
    def id(self) -> str:
        return f"{self.layer}.{self.name}"

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        for column in self.columns:
            if column.name == name:
                return column
        raise DeclarationError(f"{self.id} has no column {name}; it has {', '.join(self.names)}")

    def take(self, *names: str) -> "Input":
        """The table as an input, reduced to these columns; all of them when none is named."""
        return Input(self, tuple(self.column(name) for name in names) or self.columns)


def columns(**types: str) -> tuple[Column, ...]:
    """Columns by name; a type that ends with ` not null` makes one that never is."""
    return tuple(
        Column(name, declared.removesuffix(" not null"), nullable=not declared.endswith(" not null"))
        for name, declared in types.items()
    )


@dataclass(frozen=True)
class Input:
    table: Table
    columns: tuple[Column, ...]

    @property
    def schema(self) -> StructType:
        """The frame's schema as models see it."""
        return StructType([StructField(column.name, spark_type(column.type)) for column in self.columns])

    @property
    def file_schema(self) -> StructType:
        return StructType([StructField(column.name, file_type(column.type)) for column in self.columns])

    def from_file(self, frame: DataFrame) -> DataFrame:
        """The frame in the types that models see. As SQL texts: each column object is a trip to the JVM."""
        return frame.selectExpr(*[self._expression(column) for column in self.columns])

    @staticmethod
    def _expression(column: Column) -> str:
        name, wanted = _quoted(column.name), spark_type(column.type)
        return name if wanted == file_type(column.type) else f"cast({name} as {wanted.simpleString()}) as {name}"


@dataclass(frozen=True)
class Model:
    """
    A table of TADW or TARPT. `transform` gets a frame for each name in `inputs`, holding the declared columns and no
    others, and returns the table's rows. It is pure: no session, no clock, no files.
    """

    table: Table
    inputs: Mapping[str, Input]
    transform: Callable[[Frames], DataFrame]
    grain: tuple[str, ...]
    """Columns whose groups can be recomputed on their own: a subset of the key or of what determines a row."""
    checks: Mapping[str, str] = field(default_factory=dict)
    """Data tests beside `not null` and the unique key: a sentence, and the SQL condition that every row must meet."""

    def __post_init__(self) -> None:
        if self.table.layer == "tastg":
            raise DeclarationError(f"{self.id}: TASTG is the source's copy; a model makes a table of tadw or tarpt")
        if not self.inputs:
            raise DeclarationError(f"{self.id} has no inputs")
        for name in self.grain:
            self.table.column(name)

    @property
    def id(self) -> str:
        return self.table.id

    def frame(self, inputs: Frames) -> DataFrame:
        """The model's rows, with the declared columns in the declared order and types."""
        given = {
            name: inputs[name].select(*[_quoted(column.name) for column in wanted.columns])
            for name, wanted in self.inputs.items()
        }
        return conform(self.transform(given), self.table)


def conform(frame: DataFrame, table: Table) -> DataFrame:
    """
    Brings a frame into the table's columns, order and types. Only the width of integers is adapted (an overflow is an
    error): any other difference would change values unseen, so it is refused.
    """
    missing = [name for name in table.names if name not in frame.columns]
    extra = [name for name in frame.columns if name not in table.names]
    if missing or extra or len(frame.columns) != len(table.names):
        raise DeclarationError(f"{table.id} got other columns than declared: missing {missing}, not declared {extra}")
    found = {field.name: field.dataType for field in frame.schema.fields}
    return frame.selectExpr(*[_typed(table, column, found[column.name]) for column in table.columns])


def _typed(table: Table, column: Column, found: DataType) -> str:
    declared, name = spark_type(column.type), _quoted(column.name)
    if found == declared:
        return name
    if isinstance(found, IntegralType) and isinstance(declared, IntegralType):
        return f"cast({name} as {declared.simpleString()}) as {name}"
    raise DeclarationError(
        f"{table.id}.{column.name} is declared {column.type} ({declared.simpleString()}) but the model returns "
        f"{found.simpleString()}; cast it in the model, where the rounding can be chosen"
    )


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"
