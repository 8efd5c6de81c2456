"""Does with pymssql what lines on standard input ask for; the requests and replies are described in ../README.md."""

import datetime
import decimal
import sys
import urllib.parse
import uuid

import pymssql

HOST, PORT = sys.argv[1:3]


def reply(*fields):
    print("\t".join(field(value) for value in fields), flush=True)


def field(value):
    return "~" if value is None else urllib.parse.quote(str(value), safe="").replace("~", "%7E")


def fraction(microsecond):
    return f"{microsecond:06d}0"


def text_of(value):
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    if isinstance(value, (bytes, bytearray)):
        return value.hex()
    if isinstance(value, uuid.UUID):
        return str(value).upper()
    if isinstance(value, datetime.datetime):
        text = f"{value.date().isoformat()} {value:%H:%M:%S}.{fraction(value.microsecond)}"
        if value.tzinfo is None:
            return text
        minutes = int(value.utcoffset().total_seconds() // 60)
        sign = "-" if minutes < 0 else "+"
        return f"{text} {sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"
    if isinstance(value, datetime.time):
        return f"{value:%H:%M:%S}.{fraction(value.microsecond)}"
    if isinstance(value, float):
        return repr(value)
    return str(value)


KINDS = {
    "bool": lambda text: text == "1",
    "int": int,
    "long": int,
    "decimal": decimal.Decimal,
    "double": float,
    # pymssql writes bytes as a character literal.
    "bytes": bytearray.fromhex,
    "date": datetime.date.fromisoformat,
}


def value_of(kind, text):
    return None if text is None else KINDS.get(kind, str)(text)


def bulk_value(kind, text):
    # bulk_copy writes a small Decimal with an exponent, which DB-Library does not read, and takes no bytearray.
    if text is None or kind == "decimal":
        return text
    return bytes.fromhex(text) if kind == "bytes" else value_of(kind, text)


def told(state, severity, server, procedure, line, message):
    if severity <= 10:
        reply("info", state, severity, message.decode())


class Agent:
    connection = None

    def open(self, tls, user, password, database, _packet_size):
        self.connection = pymssql.connect(
            server=HOST,
            port=PORT,
            user=user,
            password=password,
            database=database,
            encryption="require" if tls == "on" else "off",
            autocommit=True,
        )
        self.connection._conn.set_msghandler(told)

    def show(self, cursor):
        while True:
            if cursor.description is not None:
                reply("set", *(column[0] for column in cursor.description))
                for row in cursor:
                    reply("row", *(text_of(value) for value in row))
            if not cursor.nextset():
                return

    def query(self, sql):
        with self.connection.cursor() as cursor:
            cursor.execute(sql)
            self.show(cursor)

    def prepared(self, sql, kinds, *values):
        kinds = kinds.split(",")
        with self.connection.cursor() as cursor:
            for start in range(0, len(values), len(kinds)):
                row = values[start : start + len(kinds)]
                cursor.execute(sql.replace("?", "%s"), tuple(map(value_of, kinds, row)))
                self.show(cursor)

    def begin(self):
        self.connection.autocommit(False)

    def commit(self):
        self.connection.commit()
        self.connection.autocommit(True)

    def rollback(self):
        self.connection.rollback()
        self.connection.autocommit(True)

    def cancel(self, sql, rows):
        cursor = self.connection.cursor()
        cursor.execute(sql)
        seen = sum(1 for _ in zip(range(int(rows)), cursor))
        self.connection._conn.cancel()
        reply("row", seen)

    def count(self, sql):
        with self.connection.cursor() as cursor:
            cursor.execute(sql)
            reply("row", sum(1 for _ in cursor))

    def bulk(self, table, _columns, kinds, *values):
        kinds = kinds.split(",")
        rows = [values[start : start + len(kinds)] for start in range(0, len(values), len(kinds))]
        self.connection.bulk_copy(table, [tuple(map(bulk_value, kinds, row)) for row in rows])

    def close(self):
        self.connection.close()


def main():
    agent = Agent()
    for line in sys.stdin:
        name, *fields = (None if part == "~" else urllib.parse.unquote(part) for part in line.rstrip("\n").split("\t"))
        try:
            getattr(agent, name)(*fields)
        except (pymssql.Error, pymssql._mssql.MSSQLException) as error:
            arguments = error.args[0] if error.args and isinstance(error.args[0], tuple) else error.args
            number = arguments[0] if isinstance(arguments[0], int) else 0
            message = arguments[-1]
            reply("error", number, message.decode() if isinstance(message, bytes) else message)
        except (AttributeError, TypeError, ValueError) as error:
            reply("error", -1, repr(error))
        reply("end")


main()
