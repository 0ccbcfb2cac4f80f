"""How long small requests wait, alone and beside queries that take long, with one event loop. Started by scripts/bench."""

import argparse
import http.client
import os
import pathlib
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time

from serving import serving, write_records

PROGRAM = os.environ.get("ROOKERY", ".build/release/rookery")
SMALL = "/observations?species=stejay&limit=16"
BESIDE = {"nothing": None, "a query that finds no row": "/checklists?min_num=9999",
          "a sort of everything": "/observations?sort=-num,latitude&limit=10"}


def ask(connection, target):
    connection.request("GET", target, headers={"Password": "mumble"})
    response = connection.getresponse()
    return response.status, response.read()


def measure(port, target, seconds):
    """The times of small requests, and statuses and times of the long ones that ran beside them."""
    end, long = time.monotonic() + seconds, []

    def repeat():
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        while time.monotonic() < end:
            began = time.monotonic()
            long.append((ask(connection, target)[0], time.monotonic() - began))

    beside = threading.Thread(target=repeat, daemon=True)
    if target:
        beside.start()
    times, connection = [], http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    while time.monotonic() < end:
        began = time.monotonic()
        if ask(connection, SMALL)[0] != 200:
            sys.exit("a small request was refused")
        times.append(time.monotonic() - began)
        time.sleep(0.002)
    if target:
        beside.join(60)
    return times, long


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--records", type=int, default=3_000_000)
    parser.add_argument("--seconds", type=int, default=10, help="for each kind of long query")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped by a signal"))
    folder = pathlib.Path(tempfile.mkdtemp(prefix="rookery-bench-"))
    try:
        write_records(folder / "birds.csv", arguments.records)
        subprocess.run([PROGRAM, "import", folder / "birds.csv", "--database", folder / "birds.db"], check=True,
                       stdout=subprocess.DEVNULL)
        with serving(PROGRAM, folder, "--threads", "1") as (_, port):
            for name, target in BESIDE.items():
                times, long = measure(port, target, arguments.seconds)
                parts = statistics.quantiles(times, n=100)
                print(f"beside {name}: p50 {parts[49] * 1e3:.2f} ms, p99 {parts[98] * 1e3:.2f} ms, "
                      f"longest {max(times) * 1e3:.2f} ms, {len(times)} requests; long ones: "
                      + (", ".join(f"{status} in {spent:.2f} s" for status, spent in long[:3]) or "none"), flush=True)
    finally:
        shutil.rmtree(folder)


main()
