"""What a BI tool asks SQLAlchemy's inspector with Redshift's dialect; prints one JSON document."""

import json
import sys
import warnings

import sqlalchemy
from sqlalchemy.exc import SAWarning
from sqlalchemy.schema import CreateTable

dialect, host, port, user, password, database, schema, table, view = sys.argv[1:]
# The dialect knows no VARBYTE.
warnings.simplefilter("ignore", SAWarning)
engine = sqlalchemy.create_engine(
    sqlalchemy.URL.create(f"redshift+{dialect}", user, password, host, int(port), database),
    connect_args={"ssl": False} if dialect == "redshift_connector" else {"sslmode": "disable"},
)
inspector = sqlalchemy.inspect(engine)
reflected = sqlalchemy.Table(table, sqlalchemy.MetaData(), autoload_with=engine, schema=schema)
copied = sqlalchemy.Table("copied", sqlalchemy.MetaData(), sqlalchemy.Column("n", sqlalchemy.Integer), schema=schema)
with engine.begin() as connection:
    copied.create(connection)
    connection.execute(copied.insert(), [{"n": n} for n in range(3)])
    total = connection.execute(sqlalchemy.select(sqlalchemy.func.sum(copied.c.n)).where(copied.c.n > 0)).scalar()
    copied.drop(connection)
print(
    json.dumps(
        {
            "schemas": inspector.get_schema_names(),
            "tables": sorted(inspector.get_table_names(schema)),
            "views": inspector.get_view_names(schema),
            "viewDefinition": inspector.get_view_definition(view, schema),
            "columns": [
                [column["name"], str(column["type"]), column["nullable"], column["info"].get("encode")]
                for column in inspector.get_columns(table, schema)
            ],
            "primaryKey": inspector.get_pk_constraint(table, schema),
            "foreignKeys": inspector.get_foreign_keys(table, schema),
            "uniqueConstraints": inspector.get_unique_constraints(table, schema),
            "options": inspector.get_table_options(table, schema=schema),
            "exists": [inspector.has_table(name, schema) for name in (table, "nowhere")],
            "definition": " ".join(str(CreateTable(reflected).compile(engine)).split()),
            "sum": int(total),
        }
    )
)
engine.dispose()
