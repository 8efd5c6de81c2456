import pytest
from pyspark.sql import SparkSession, functions as F

from thalamus_spark.model import Column, DeclarationError, Model, Table, columns, conform
from thalamus_spark.registry import Registry, load

SOURCE = Table("tastg", "item", columns(id="INTEGER not null", amount="DECIMAL(9,2)", note="VARCHAR(30)"), ("id",))


def table(name: str, layer: str = "tadw") -> Table:
    return Table(layer, name, columns(id="INTEGER not null"), ("id",))


def model(name: str, *sources: Table, layer: str = "tadw") -> Model:
    return Model(
        table=table(name, layer),
        inputs={source.name: source.take("id") for source in sources},
        transform=lambda inputs: next(iter(inputs.values())),
        grain=("id",),
    )


def test_models_come_after_the_models_they_read() -> None:
    a, b = model("a", SOURCE), model("b", table("a"))
    c = model("c", table("b"), table("a"), layer="tarpt")
    for declared in ([a, b, c], [c, b, a], [b, c, a]):
        assert [m.id for m in Registry(declared).models] == ["tadw.a", "tadw.b", "tarpt.c"]


def test_selection_keeps_the_order() -> None:
    registry = Registry([model("b", table("a")), model("a", SOURCE)])
    assert [m.id for m in registry.select(["tadw.b", "tadw.a"])] == ["tadw.a", "tadw.b"]
    assert [m.id for m in registry.select(None)] == ["tadw.a", "tadw.b"]
    with pytest.raises(DeclarationError, match="there is no model tadw.x; there are tadw.a, tadw.b"):
        registry.select(["tadw.x"])


def test_circles_doubles_and_unknown_inputs_are_refused() -> None:
    with pytest.raises(DeclarationError, match="circle"):
        Registry([model("a", table("b")), model("b", table("a"))])
    with pytest.raises(DeclarationError, match="tadw.a is declared twice"):
        Registry([model("a", SOURCE), model("a", SOURCE)])
    with pytest.raises(DeclarationError, match="tadw.a reads tadw.nowhere, which no model makes"):
        Registry([model("a", table("nowhere"))])


def test_declarations_name_what_is_wrong() -> None:
    with pytest.raises(DeclarationError, match="tastg.item has no column colour; it has id, amount, note"):
        SOURCE.take("colour")
    with pytest.raises(DeclarationError, match="needs a key made of its own columns"):
        Table("tadw", "t", columns(id="INTEGER"), ("other",))
    with pytest.raises(DeclarationError, match="TASTG is the source's copy"):
        model("x", SOURCE, layer="tastg")
    with pytest.raises(ValueError, match="NUMERIC has no Spark type here"):
        Column("c", "NUMERIC")


def test_a_model_sees_only_the_columns_it_declared(spark: SparkSession) -> None:
    rows = spark.createDataFrame([(1, "x")], "id int, note string")
    greedy = Model(table("greedy"), {"item": SOURCE.take("id")}, lambda inputs: inputs["item"].select("note"), ())
    with pytest.raises(Exception, match="note"):
        greedy.frame({"item": rows})


def test_conform_orders_columns_and_fits_integers_only(spark: SparkSession) -> None:
    target = Table("tadw", "t", columns(id="INTEGER", n="SMALLINT", amount="DECIMAL(9,2)"), ("id",))
    frame = spark.sql("select cast(1.25 as decimal(9,2)) as amount, 7L as n, 1 as id")
    assert [tuple(row) for row in conform(frame, target).collect()] == [(1, 7, frame.first()["amount"])]
    with pytest.raises(DeclarationError, match=r"tadw.t.amount is declared DECIMAL\(9,2\) .* returns decimal\(9,3\)"):
        conform(frame.withColumn("amount", F.col("amount").cast("decimal(9,3)")), target)
    with pytest.raises(DeclarationError, match=r"missing \['n'\], not declared \['m'\]"):
        conform(frame.withColumnRenamed("n", "m"), target)


def test_an_integer_that_does_not_fit_is_an_error_and_not_another_number(spark: SparkSession) -> None:
    target = Table("tadw", "t", columns(id="SMALLINT"), ("id",))
    with pytest.raises(Exception, match="CAST_OVERFLOW"):
        conform(spark.sql("select 40000L as id"), target).collect()


def test_packages_are_found_by_short_or_full_name() -> None:
    assert load("gme").models == load("thalamus_spark.models.gme").models
    with pytest.raises(DeclarationError, match="there is no package of models nowhere"):
        load("nowhere")


def test_gme_has_the_documented_tables() -> None:
    tables = (
        "applicant application calendar_season evaluation institution interview interview_date interview_slot invitation "
        "message program specialty waitlist"
    ).split()
    reports = ["applicant_funnel", "interview_fill_rate"]
    documented = {*(f"tadw.{name}" for name in tables), *(f"tarpt.{name}" for name in reports)}
    assert {m.id for m in load("gme").models} == documented
