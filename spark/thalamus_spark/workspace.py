"""
Where a run's files are while it computes.

Spark makes fifteen and more requests to the store to read or write a small file. `LocalWorkspace` copies inputs to disk
and results back, one request a file each way; `StoreWorkspace` works in the store, as a cluster must.
"""

import shutil
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

from pyspark.sql import SparkSession

_COPIES = 8
File = dict[str, Any]


class Workspace(AbstractContextManager["Workspace"], Protocol):
    def bring(self, inputs: Mapping[str, str]) -> Mapping[str, str | None]:
        """Addresses for Spark to read each table from; None for a table without files."""

    def bytes_in(self) -> int | None:
        """Size of the inputs, where that is known."""

    def output(self, url: str) -> str:
        """Address for Spark to write to what belongs at `url`."""

    def deliver(self, written: str, url: str) -> list[File]:
        """Makes what was written be at `url`; gives its files there."""


class StoreWorkspace:
    def __init__(self, spark: SparkSession) -> None:
        self._store = _Files(spark)

    def __enter__(self) -> "StoreWorkspace":
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def bring(self, inputs: Mapping[str, str]) -> Mapping[str, str | None]:
        return {table: url if self._store.exists(url) else None for table, url in inputs.items()}

    def bytes_in(self) -> int | None:
        return None

    def output(self, url: str) -> str:
        return url

    def deliver(self, written: str, url: str) -> list[File]:
        return self._store.parquet_files(written)


class LocalWorkspace:
    """Only for a Spark whose executors share this machine's disk."""

    def __init__(self, spark: SparkSession, scratch: Path | None = None) -> None:
        self._store = _Files(spark)
        self._folder = Path(tempfile.mkdtemp(prefix="run-", dir=scratch))
        self._outputs = 0
        self._bytes = 0

    def __enter__(self) -> "LocalWorkspace":
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

    def bring(self, inputs: Mapping[str, str]) -> Mapping[str, str | None]:
        with ThreadPoolExecutor(_COPIES) as pool:
            found = dict(zip(inputs, pool.map(self._store.parquet_files, inputs.values())))
            copies = [
                (file["url"], self._folder / "in" / table / f"{at}.parquet")
                for table, files in found.items()
                for at, file in enumerate(files)
            ]
            list(pool.map(lambda copy: self._store.fetch(*copy), copies))
        self._bytes = sum(file["bytes"] for files in found.values() for file in files)
        return {table: f"file://{self._folder}/in/{table}/" if files else None for table, files in found.items()}

    def bytes_in(self) -> int | None:
        return self._bytes

    def output(self, url: str) -> str:
        self._outputs += 1
        return f"file://{self._folder}/out/{self._outputs}/"

    def deliver(self, written: str, url: str) -> list[File]:
        folder = Path(written.removeprefix("file://"))
        delivered = []
        for at, file in enumerate(sorted(folder.glob("*.parquet"))):
            to = f"{url}part-{at:05d}.parquet"
            self._store.put(file, to)
            delivered.append({"url": to, "bytes": file.stat().st_size})
        return delivered


class _Files:
    """Hadoop's file system, whatever the scheme."""

    def __init__(self, spark: SparkSession) -> None:
        context = spark.sparkContext
        self._jvm = context._jvm  # noqa: SLF001  pyspark shows no other door to the file system
        self._configuration = context._jsc.hadoopConfiguration()  # noqa: SLF001

    def exists(self, url: str) -> bool:
        path = self._path(url)
        return bool(self._system(path).exists(path))

    def parquet_files(self, url: str) -> list[File]:
        path = self._path(url)
        try:
            found = [(status.getPath().toString(), status.getLen()) for status in self._system(path).listStatus(path)]
        except Exception as error:
            if "java.io.FileNotFoundException" in str(error):
                return []
            raise
        return [{"url": name, "bytes": size} for name, size in sorted(found) if name.endswith(".parquet")]

    def fetch(self, url: str, to: Path) -> None:
        path = self._path(url)
        # The last argument: no .crc file beside it.
        self._system(path).copyToLocalFile(False, path, self._path(f"file://{to}"), True)

    def put(self, file: Path, url: str) -> None:
        path = self._path(url)
        self._system(path).copyFromLocalFile(False, True, self._path(f"file://{file}"), path)

    def _path(self, url: str) -> Any:
        return self._jvm.org.apache.hadoop.fs.Path(url)

    def _system(self, path: Any) -> Any:
        return path.getFileSystem(self._configuration)
