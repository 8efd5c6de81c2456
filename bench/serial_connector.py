"""The connector this product replaces: one connection at each end, table by table, in full.

Reads with pymssql, writes multi-row INSERTs with psycopg: what its users would have written. Prints one JSON line.
Connection data come from the environment variables of the pipeline (THALAMUS_SOURCE_*, THALAMUS_WAREHOUSE_*).
"""

import json
import os
import re
import resource
import sys
import time

import psycopg
import pymssql

ROWS_A_STATEMENT = 500

TYPES = {
    "bit": "boolean", "tinyint": "smallint", "smallint": "smallint", "int": "integer", "bigint": "bigint",
    "money": "decimal(19,4)", "smallmoney": "decimal(10,4)", "float": "double precision", "real": "real",
    "date": "date", "time": "time", "datetime": "timestamp", "smalldatetime": "timestamp", "datetime2": "timestamp",
    "datetimeoffset": "timestamptz", "uniqueidentifier": "varchar(36)",
}
BINARY = {"binary", "varbinary", "image", "timestamp", "rowversion"}


def snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def target_type(kind: str, length: int, precision: int, scale: int) -> str:
    if kind in ("decimal", "numeric"):
        return f"decimal({precision},{scale})"
    if kind in TYPES:
        return TYPES[kind]
    # sys.columns counts bytes: of an n-type two for each character. -1 is (max).
    characters = length // 2 if kind.startswith("n") else length
    return "varchar(3000)" if length == -1 else f"varchar({min(65535, 3 * max(1, characters))})"


def columns_of(source, schema: str, table: str):
    source.execute(
        "select c.name, t.name, c.max_length, c.precision, c.scale from sys.columns as c "
        "join sys.types as t on t.user_type_id = c.user_type_id "
        f"where c.object_id = object_id('[{schema}].[{table}]') order by c.column_id"
    )
    return [row for row in source.fetchall() if row[1] not in BINARY]


def copy_table(source, target, schema: str, table: str, into: str) -> int:
    columns = columns_of(source, schema, table)
    names = ", ".join(f'"{snake(c[0])}"' for c in columns)
    target.execute(f'drop table if exists {into}."{snake(table)}"')
    ddl = ", ".join(f'"{snake(c[0])}" {target_type(*c[1:])}' for c in columns)
    target.execute(f'create table {into}."{snake(table)}" ({ddl})')
    source.execute("select " + ", ".join(f"[{c[0]}]" for c in columns) + f" from [{schema}].[{table}]")
    rows = 0
    row_marks = "(" + ", ".join(["%s"] * len(columns)) + ")"
    while batch := source.fetchmany(ROWS_A_STATEMENT):
        values = [cut(value) for row in batch for value in row]
        statement = f'insert into {into}."{snake(table)}" ({names}) values ' + ", ".join([row_marks] * len(batch))
        target.execute(statement, values)
        rows += len(batch)
    return rows


def cut(value):
    if isinstance(value, str):
        return value[:1000].replace("\x00", "")
    return str(value).upper() if value.__class__.__name__ == "UUID" else value


def main() -> None:
    env = os.environ
    source = pymssql.connect(
        server=env["THALAMUS_SOURCE_HOST"], port=env["THALAMUS_SOURCE_PORT"], user=env["THALAMUS_SOURCE_USER"],
        password=env["THALAMUS_SOURCE_PASSWORD"], database=sys.argv[1],
    )
    target = psycopg.connect(
        host=env["THALAMUS_WAREHOUSE_HOST"], port=env["THALAMUS_WAREHOUSE_PORT"], user=env["THALAMUS_WAREHOUSE_USER"],
        password=env["THALAMUS_WAREHOUSE_PASSWORD"], dbname=env["THALAMUS_WAREHOUSE_DATABASE"], sslmode="disable",
        cursor_factory=psycopg.ClientCursor,
    )
    into = sys.argv[2]
    reader, writer = source.cursor(), target.cursor()
    writer.execute(f"create schema if not exists {into}")
    reader.execute(
        "select s.name, t.name from sys.tables as t join sys.schemas as s on s.schema_id = t.schema_id order by 1, 2"
    )
    tables = reader.fetchall()
    began, rows = time.monotonic(), 0
    for schema, table in tables:
        rows += copy_table(reader, writer, schema, table, into)
        target.commit()
    usage = resource.getrusage(resource.RUSAGE_SELF)
    print(json.dumps({
        "rows": rows, "seconds": time.monotonic() - began, "cpuSeconds": usage.ru_utime + usage.ru_stime,
        "peakBytes": usage.ru_maxrss * 1024,
    }))


if __name__ == "__main__":
    main()
