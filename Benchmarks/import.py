#!/usr/bin/env python3
"""Imports plain rows, and has `sqlite3` import the same file into one table with two indexes: seconds of both, and memory.

    Benchmarks/import.py .build/release/rookery [--rows 1000000]
"""

import argparse
import os
import random
import tempfile
import time

HEADER = "loc_id,latitude,longitude,region,year,month,day,species_id,num\n"
SQLITE = """PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
.import --csv {path} raw
CREATE INDEX raw_by_date ON raw (year, month, day, loc_id, species_id);
CREATE INDEX raw_by_species ON raw (species_id, year, month, day);
"""


def write_rows(path, count):
    """The same rows in every run, in no order: 5,000 places, 400 species, 15 years."""
    chance = random.Random(7)
    places = [
        f"L{1000000 + n},{chance.uniform(42, 70):.6f},{chance.uniform(-140, -60):.6f},CA-{chance.choice(['BC', 'ON', 'YT', 'QC'])}"
        for n in range(5000)
    ]
    species = [f"spec{n:03}" for n in range(400)]
    with open(path, "w") as file:
        file.write(HEADER)
        for _ in range(count):
            # Some species are everywhere, most are rare.
            kind = species[int(400 * chance.random() ** 3)]
            file.write(
                f"{chance.choice(places)},{chance.randint(2008, 2022)},{chance.randint(1, 12)},"
                f"{chance.randint(1, 28)},{kind},{chance.choice(['', 1, 1, 2, 3, 12])}\n"
            )


def run(command, stdin=None):
    """Seconds and the most memory in MB of a command that must succeed."""
    # What was written before must not be waited for now.
    os.sync()
    began = time.monotonic()
    process = os.fork()
    if process == 0:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        if stdin:
            os.dup2(os.open(stdin, os.O_RDONLY), 0)
        os.execvp(command[0], command)
    _, status, usage = os.wait4(process, 0)
    if status != 0:
        raise SystemExit(f"{' '.join(command)} failed")
    return time.monotonic() - began, usage.ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rookery")
    parser.add_argument("--rows", type=int, default=1_000_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows, script = f"{folder}/rows.csv", f"{folder}/script"
        write_rows(rows, arguments.rows)
        with open(script, "w") as file:
            file.write(SQLITE.format(path=rows))
        theirs = run(["sqlite3", f"{folder}/raw.db"], stdin=script)
        ours = run([arguments.rookery, "import", rows, "--database", f"{folder}/birds.db"])
    print(f"{arguments.rows} rows")
    print(f"sqlite3 .import and two indexes: {theirs[0]:6.2f} s, {theirs[1]:5.0f} MB")
    print(f"rookery import:                  {ours[0]:6.2f} s, {ours[1]:5.0f} MB")
    print(f"ratio {ours[0] / theirs[0]:.2f}")


if __name__ == "__main__":
    main()
