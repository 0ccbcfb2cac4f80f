"""What selective queries cost with few records and with many: CPU time of the server for each request, side by side.
Started by scripts/bench."""

import argparse
import contextlib
import http.client
import os
import pathlib
import random
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

PROGRAM = os.environ.get("ROOKERY", ".build/release/rookery")
TICK = os.sysconf("SC_CLK_TCK")
# Each has the same number of rows in both files: what it asks for is written into both.
QUERIES = [
    "/observations?species=rare&year=2021", "/observations?location=Lrare&from=2021-02", "/observations?species=rare&region=CA-YT",
    "/observations?from=1985-03-01&to=1985-03-02", "/observations?species=rare&sort=-date&limit=10",
    "/observations?near=85.5,10.5&within=1", "/observations?bbox=10,85,11,86", "/observations/7", "/checklists?location=Lrare",
    "/observations?species=rare&location=L1,Lrare", "/species/rare", "/locations/Lrare", "/observations?species=rare&count=exact&limit=5",
    "/observations?region=CA-NU&from=2021", "/observations?dataset=small&limit=100", "/observations?bbox=-90,70,-80,80&year=2021&limit=50",
    "/summary?by=year", "/summary?by=species", "/summary?by=region,year", "/summary?by=species,month&species=rare",
]


def write_records(path, count):
    """60 records of a rare species at one place, 12 of one day, and 120 of one region, among `count` of others in no order."""
    chance = random.Random(count)
    with open(path, "w") as file:
        file.write("loc_id,latitude,longitude,region,year,month,day,species_id,num\n")
        for i in range(60):
            year, month, day = (1985, 3, 1) if i < 12 else (2021, i % 12 + 1, i % 28 + 1)
            file.write(f"Lrare,85.5,10.5,CA-YT,{year},{month},{day},rare,{i % 7 + 1}\n")
        # And 60 places, more than are read side by side, with two records each.
        for i in range(120):
            file.write(f"N{i % 60},75.{i % 60},-85.5,CA-NU,2021,{i % 12 + 1},{i % 28 + 1},other{i % 97},{i % 7 + 1}\n")
        for _ in range(count - 180):
            place = chance.randrange(500)
            file.write(f"L{place},{40 + place / 100:.4f},{-120 + place / 50:.4f},US-WA,{chance.randrange(1990, 2025)},"
                       f"{chance.randrange(1, 13)},{chance.randrange(1, 29)},other{chance.randrange(97)},{chance.randrange(9)}\n")


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


@contextlib.contextmanager
def serving(folder, count):
    """The process id and a connection of a server with so many records."""
    folder = folder / str(count)
    folder.mkdir()
    write_records(folder / "birds.csv", count)
    subprocess.run([PROGRAM, "import", folder / "birds.csv", "--database", folder / "birds.db"], check=True,
                   stdout=subprocess.DEVNULL)
    with open(folder / "small.csv", "w") as file:
        file.write("loc_id,latitude,longitude,region,year,month,day,species_id,num\n")
        for i in range(90):
            file.write(f"S{i % 70},35.{i % 70},-85.5,US-TN,2021,{i % 12 + 1},{i % 28 + 1},other{i % 97},{i % 7 + 1}\n")
    subprocess.run([PROGRAM, "import", folder / "small.csv", "--database", folder / "birds.db"], check=True,
                   stdout=subprocess.DEVNULL)
    (folder / "birds.csv").unlink()
    with open(folder / "log", "w") as log:
        server = subprocess.Popen([PROGRAM, "serve", "--database", folder / "birds.db", "--password", "mumble", "--port", "0",
                                   "--threads", "1", "--access-log", "off"], stdout=log, stderr=log)
    try:
        for _ in range(600):
            if found := re.search(r"serves .*http://\S+:(\d+)", (folder / "log").read_text()):
                break
            time.sleep(0.05)
        else:
            sys.exit("the server did not become ready")
        yield server.pid, http.client.HTTPConnection("127.0.0.1", int(found[1]), timeout=60)
    finally:
        server.terminate()
        server.wait(30)


def ask(connection, target):
    connection.request("GET", target, headers={"Password": "mumble"})
    response = connection.getresponse()
    body = response.read()
    if response.status != 200:
        sys.exit(f"{target}: {body.decode()}")
    return body


def measure(pid, connection, target, seconds):
    """CPU microseconds of the server for each request."""
    began, spent, asked = time.monotonic(), cpu_seconds(pid), 0
    while time.monotonic() - began < seconds:
        for _ in range(100):
            ask(connection, target)
        asked += 100
    return (cpu_seconds(pid) - spent) / asked * 1e6


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--few", type=int, default=10_000)
    parser.add_argument("--many", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=1, help="for each query, size and round")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped by a signal"))
    folder = pathlib.Path(tempfile.mkdtemp(prefix="rookery-bench-"))
    try:
        with serving(folder, arguments.few) as few, serving(folder, arguments.many) as many:
            ratios = []
            print(f"CPU µs per request with {arguments.few:,} and {arguments.many:,} records")
            for target in QUERIES:
                rows = [len(ask(connection, target).splitlines()) for _, connection in (few, many)]
                if rows[0] != rows[1]:
                    sys.exit(f"{target} has {rows[0]} and {rows[1]} rows")
                rounds = [[measure(*server, target, arguments.seconds) for server in (few, many)]
                          for _ in range(arguments.rounds)]
                costs = [statistics.median(costs) for costs in zip(*rounds)]
                ratios.append(costs[1] / costs[0])
                print(f"{costs[0]:8.1f} {costs[1]:8.1f}  ratio {ratios[-1]:.2f}  {target}", flush=True)
            print(f"greatest ratio {max(ratios):.2f}")
    finally:
        shutil.rmtree(folder)


main()
