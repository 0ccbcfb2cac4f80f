"""How long small requests wait, alone and beside queries that take long, with one event loop. Started by scripts/bench."""

import argparse
import contextlib
import http.client
import os
import pathlib
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time

PROGRAM = os.environ.get("ROOKERY", ".build/release/rookery")
SMALL = "/observations?species=stejay&limit=16"
BESIDE = {"nothing": None, "a query that finds no row": "/checklists?min_num=9999",
          "a sort of everything": "/observations?sort=-num,latitude&limit=10"}


def write_records(path, count):
    with open(path, "w") as file:
        file.write("loc_id,latitude,longitude,region,year,month,day,species_id,num\n")
        for i in range(count):
            place, species = i % 500, "stejay" if i % 10_000 == 0 else f"other{i % 97}"
            file.write(f"L{place},{40 + place / 100:.4f},{-120 + place / 50:.4f},US-WA,{1990 + i // 336 % 30},"
                       f"{i // 28 % 12 + 1},{i % 28 + 1},{species},{i % 9 + 1}\n")


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
        with contextlib.ExitStack() as stack:
            log = stack.enter_context(open(folder / "log", "w+"))
            server = subprocess.Popen([PROGRAM, "serve", "--database", folder / "birds.db", "--password", "mumble",
                                       "--port", "0", "--threads", "1", "--access-log", "off"], stdout=log, stderr=log)
            stack.callback(server.wait)
            stack.callback(server.terminate)
            for _ in range(600):
                if found := re.search(r"serves .*http://\S+:(\d+)", (folder / "log").read_text()):
                    break
                time.sleep(0.05)
            else:
                sys.exit("the server did not become ready")
            for name, target in BESIDE.items():
                times, long = measure(int(found[1]), target, arguments.seconds)
                parts = statistics.quantiles(times, n=100)
                print(f"beside {name}: p50 {parts[49] * 1e3:.2f} ms, p99 {parts[98] * 1e3:.2f} ms, "
                      f"longest {max(times) * 1e3:.2f} ms, {len(times)} requests; long ones: "
                      + (", ".join(f"{status} in {spent:.2f} s" for status, spent in long[:3]) or "none"), flush=True)
    finally:
        shutil.rmtree(folder)


main()
