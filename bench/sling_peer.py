"""Runs Sling with the given arguments and prints what it used: seconds, CPU-seconds and peak bytes, as JSON."""

import json
import resource
import subprocess
import sys
import time
from pathlib import Path

import sling_linux_amd64

binary = Path(sling_linux_amd64.__file__).parent / "bin" / "sling-linux-amd64"
began = time.monotonic()
code = subprocess.run([binary, *sys.argv[1:]], stdout=sys.stderr).returncode
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps({
    "seconds": time.monotonic() - began, "cpuSeconds": usage.ru_utime + usage.ru_stime,
    "peakBytes": usage.ru_maxrss * 1024,
}))
sys.exit(code)
