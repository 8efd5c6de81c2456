"""Does with one of Python's drivers what lines on standard input ask for; ../README.md describes requests and replies."""

import datetime
import decimal
import importlib
import sys
import threading
import time
import urllib.parse

NAME, HOST, PORT = sys.argv[1:4]
driver = importlib.import_module(NAME)


def reply(*fields):
    print("\t".join(field(value) for value in fields), flush=True)


def field(value):
    return "~" if value is None else urllib.parse.quote(str(value), safe="").replace("~", "%7E")


def text_of(value):
    """The one spelling of a value that all agents share."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value).hex()
    if isinstance(value, datetime.datetime):
        if value.tzinfo is None:
            return f"{value:%Y-%m-%d %H:%M:%S}.{value.microsecond:06d}"
        utc = value.astimezone(datetime.timezone.utc)
        return f"{utc:%Y-%m-%d %H:%M:%S}.{utc.microsecond:06d}Z"
    if isinstance(value, datetime.time):
        return f"{value:%H:%M:%S}.{value.microsecond:06d}"
    return repr(value) if isinstance(value, float) else str(value)


def zoned(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


KINDS = {
    "bool": lambda text: text == "true",
    "int": int,
    "decimal": decimal.Decimal,
    "double": float,
    "date": datetime.date.fromisoformat,
    "time": datetime.time.fromisoformat,
    "timestamp": datetime.datetime.fromisoformat,
    "offset": zoned,
}


def value_of(kind, text):
    return None if text is None else KINDS.get(kind, str)(text)


class Agent:
    connection = None

    def open(self, tls, user, password, database):
        secure = tls == "on"
        if NAME == "redshift_connector":
            options = {"ssl": secure, **({"sslmode": "verify-ca"} if secure else {})}
            self.connection = driver.connect(
                host=HOST, port=int(PORT), user=user, password=password, database=database, **options
            )
        else:
            mode = "require" if secure else "disable"
            self.connection = driver.connect(
                host=HOST, port=PORT, user=user, password=password, dbname=database, sslmode=mode
            )
        self.connection.autocommit = True

    def cursor(self):
        cursor = self.connection.cursor()
        if NAME == "redshift_connector":
            cursor.paramstyle = "qmark"
        return cursor

    def execute(self, cursor, sql, values=None):
        text = sql if NAME == "redshift_connector" or values is None else sql.replace("?", "%s")
        cursor.execute(text, values) if values is not None else cursor.execute(text)

    def query(self, sql):
        with self.cursor() as cursor:
            self.execute(cursor, sql)
            self.answer(cursor)

    def answer(self, cursor):
        if cursor.description is None:
            return reply("count", cursor.rowcount)
        reply("set", *(column[0] for column in cursor.description))
        for row in cursor.fetchall():
            reply("row", *(text_of(value) for value in row))

    def prepared(self, sql, kinds, *values):
        """One statement for each group of values, more often than psycopg waits before it prepares."""
        names = kinds.split(",")
        with self.cursor() as cursor:
            for start in range(0, len(values), len(names)):
                group = [value_of(kind, text) for kind, text in zip(names, values[start:])]
                self.execute(cursor, sql, group)
                self.answer(cursor)

    def begin(self):
        self.connection.autocommit = False

    def commit(self):
        self.connection.commit()
        self.connection.autocommit = True

    def rollback(self):
        self.connection.rollback()
        self.connection.autocommit = True

    def fetch(self, sql, size):
        """Reads by a cursor on the server where the driver has them; replies with the sum of the first column."""
        self.connection.autocommit = False
        named = NAME != "redshift_connector"
        cursor = self.connection.cursor("agent_cursor") if named else self.cursor()
        if NAME == "psycopg2":
            cursor.itersize = int(size)
        cursor.execute(sql)
        rows, total = 0, 0
        while True:
            batch = cursor.fetchmany(int(size))
            if not batch:
                break
            rows += len(batch)
            total += sum(row[0] for row in batch)
        cursor.close()
        self.commit()
        reply("row", rows, total)

    def cancel(self, sql):
        if NAME == "redshift_connector":
            return reply("unsupported")
        timer = threading.Timer(0.3, self.connection.cancel)
        timer.start()
        began = time.monotonic()
        try:
            self.query(sql)
        finally:
            timer.join()
            reply("row", "soon" if time.monotonic() - began < 10 else "late")

    def metadata(self, method, *arguments):
        if NAME != "redshift_connector":
            return reply("unsupported")
        with self.cursor() as cursor:
            for row in getattr(cursor, method)(*arguments):
                reply("row", *(text_of(value) for value in row))

    def close(self):
        self.connection.close()


def code_of(error):
    """The SQLSTATE, wherever the driver keeps it."""
    first = error.args[0] if error.args else None
    if isinstance(first, dict):
        return first.get("C", "-")
    return getattr(error, "sqlstate", None) or getattr(error, "pgcode", None) or "-"


def main():
    agent = Agent()
    for line in sys.stdin:
        name, *arguments = [
            None if text == "~" else urllib.parse.unquote(text) for text in line.rstrip("\n").split("\t")
        ]
        try:
            getattr(agent, name)(*arguments)
        except driver.Error as error:
            reply("error", code_of(error), error)
        except Exception as error:
            reply("error", "-", f"{type(error).__name__}: {error}")
        reply("end")


main()
