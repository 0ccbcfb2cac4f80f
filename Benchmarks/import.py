"""What an import of plain rows costs, beside three others that read the same file. Started by scripts/bench."""

import argparse
import os
import pathlib
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
import venv

PROGRAM = os.environ.get("ROOKERY", ".build/release/rookery")
HEADER = "loc_id,latitude,longitude,region,year,month,day,species_id,num\n"

# One table of text, and two indexes.
RAW = """PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
.import --csv {path} raw
"""
RAW_INDEXES = """CREATE INDEX raw_by_date ON raw (year, month, day, loc_id, species_id);
CREATE INDEX raw_by_species ON raw (species_id, year, month, day);
"""
# What Rookery makes of the rows: its tables, indexes and summaries, whose schema comes from an empty database of its own.
SAME = """BEGIN;
INSERT INTO dataset VALUES (1, 'rows', 'plain', NULL, NULL, NULL, '2024-05-06T07:08:09Z', 0, 0);
INSERT INTO species (id, code)
    SELECT row_number() OVER (ORDER BY species_id), species_id FROM (SELECT DISTINCT species_id FROM raw);
INSERT INTO location (id, code, latitude, longitude, region)
    SELECT row_number() OVER (ORDER BY loc_id, latitude, longitude, region), loc_id, latitude, longitude, region
    FROM (SELECT DISTINCT loc_id, CAST(latitude AS REAL) AS latitude, CAST(longitude AS REAL) AS longitude, region FROM raw);
INSERT INTO location_box SELECT id, longitude, longitude, latitude, latitude FROM location;
INSERT INTO region (code) SELECT DISTINCT region FROM location ORDER BY region;
CREATE TEMP TABLE record AS
    SELECT year * 10000 + month * 100 + day AS date, l.id AS location_id, s.id AS species_id,
        CAST(nullif(num, '') AS INTEGER) AS num
    FROM raw JOIN location l ON l.code = loc_id AND l.latitude = CAST(raw.latitude AS REAL)
        AND l.longitude = CAST(raw.longitude AS REAL) AND +l.region = raw.region
    JOIN species s ON s.code = raw.species_id;
INSERT INTO checklist (dataset_id, location_id, date, species_count)
    SELECT 1, location_id, date, count(DISTINCT CASE WHEN num IS NOT 0 THEN species_id END)
    FROM record GROUP BY date, location_id;
{checklist_indexes}
INSERT INTO observation (checklist_id, dataset_id, date, location_id, species_id, num)
    SELECT c.id, 1, r.date, r.location_id, species_id, num
    FROM record r JOIN checklist c ON c.location_id = r.location_id AND c.date = r.date
    ORDER BY r.date, r.location_id, species_id, num;
{observation_indexes}
{summaries}
UPDATE dataset SET records = (SELECT count(*) FROM observation), checklists = (SELECT count(*) FROM checklist);
DROP TABLE raw;
COMMIT;
"""
WEEK = """(strftime('%j', printf('%04d-%02d-%02d', date / 10000, date / 100 % 100, date % 100), '-3 days', 'weekday 4') - 1)
    / 7 + 1"""
KEYS = [
    ("species_id", "0"), ("date / 10000", "0"), ("date / 100 % 100", "0"), (WEEK, "0"), ("date", "0"),
    ("species_id", "date / 10000"), ("species_id", "date / 100 % 100"), ("species_id", WEEK), ("species_id", "date"),
    ("species_id", "location_id"), ("location_id", "date / 10000"),
]
SUMMARY = """INSERT INTO summary
    SELECT {kind}, {first}, {second}, r.id, 1, count(*), sum(num), max(num), min(date), max(date)
    FROM observation o JOIN location l ON l.id = location_id JOIN region r ON r.code = l.region GROUP BY 2, 3, 4;
"""


def write_rows(path, count, per_visit):
    """The same rows in every run, in no order: 5,000 places, 15 years, 400 species, so many of them on a visit on average."""
    chance = random.Random(7)
    places = [
        f"L{1000000 + n},{chance.uniform(42, 70):.6f},{chance.uniform(-140, -60):.6f},CA-{chance.choice(['BC', 'ON', 'YT', 'QC'])}"
        for n in range(5000)
    ]
    species = [f"spec{n:03}" for n in range(400)]
    rows = []
    while len(rows) < count:
        visit = f"{chance.choice(places)},{chance.randint(2008, 2022)},{chance.randint(1, 12)},{chance.randint(1, 28)}"
        for _ in range(chance.randint(1, 2 * per_visit - 1)):
            # Some species are everywhere, most are rare.
            kind = species[int(400 * chance.random() ** 3)]
            rows.append(f"{visit},{kind},{chance.choice(['', 1, 1, 2, 3, 12])}\n")
    chance.shuffle(rows)
    with open(path, "w") as file:
        file.write(HEADER)
        file.writelines(rows[:count])


class Cost:
    """What a command took: seconds of the clock and of the processor, and the most memory in MB."""

    def __init__(self, command, stdin=None):
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
            sys.exit(f"{' '.join(map(str, command))} failed")
        self.seconds = time.monotonic() - began
        self.processor = usage.ru_utime + usage.ru_stime
        self.memory = usage.ru_maxrss / 1024


def same_work(folder, rows):
    """The script with which `sqlite3` makes what Rookery makes."""
    empty = f"{folder}/empty.db"
    one = f"{folder}/one.csv"
    with open(one, "w") as file:
        file.write(HEADER + "L,1,1,X,2020,1,1,s,1\n")
    subprocess.run([PROGRAM, "import", one, "--database", empty], check=True, capture_output=True)
    tables, indexes = [], {"checklist": [], "observation": []}
    for kind, name, table, sql in sqlite3.connect(empty).execute("SELECT type, name, tbl_name, sql FROM sqlite_schema"):
        if sql and not name.startswith("location_box_"):
            (indexes[table] if kind == "index" and table in indexes else tables).append(sql + ";")
    summaries = "".join(
        SUMMARY.format(kind=kind + 1, first=first, second=second) for kind, (first, second) in enumerate(KEYS))
    return RAW.format(path=rows) + "\n".join(tables) + "\n" + SAME.format(
        checklist_indexes="\n".join(indexes["checklist"]), observation_indexes="\n".join(indexes["observation"]),
        summaries=summaries)


def same_rows(one, other):
    """Whether two databases have the same records, checklists and summaries."""
    def numbers(path):
        sql = """SELECT count(*), sum(date), sum(num) FROM observation; SELECT count(*), sum(species_count) FROM checklist;
            SELECT kind, count(*), sum(records), sum(total), sum(max), sum(first), sum(last) FROM summary GROUP BY 1;"""
        return subprocess.run(["sqlite3", path, sql], check=True, capture_output=True, text=True).stdout
    return numbers(one) == numbers(other)


def sqlite_utils():
    """Installed from PyPI, beside the tests' own packages."""
    folder = pathlib.Path(".build/venv-bench")
    if not (folder / "bin/sqlite-utils").exists():
        venv.create(folder, with_pip=True)
        subprocess.run([folder / "bin/pip", "-q", "install", "sqlite-utils"], check=True)
    return str(folder / "bin/sqlite-utils")


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench import", description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--per-visit", type=int, default=1, help="rows of one place and date, on average")
    arguments = parser.parse_args()
    utils = sqlite_utils()
    with tempfile.TemporaryDirectory() as folder:
        rows = f"{folder}/rows.csv"
        write_rows(rows, arguments.rows, arguments.per_visit)
        scripts = {"raw": RAW.format(path=rows) + RAW_INDEXES, "same": same_work(folder, rows)}
        for name, script in scripts.items():
            with open(f"{folder}/{name}.sql", "w") as file:
                file.write(script)
        birds = f"{folder}/birds.db"
        ours = Cost([PROGRAM, "import", rows, "--database", birds])
        peers = [
            ("sqlite3: one raw table, two indexes", Cost(["sqlite3", f"{folder}/raw.db"], stdin=f"{folder}/raw.sql")),
            ("sqlite3: the same tables in SQL",
             Cost(["sqlite3", "-bail", f"{folder}/same.db"], stdin=f"{folder}/same.sql")),
            ("sqlite-utils insert: one raw table",
             Cost([utils, "insert", f"{folder}/utils.db", "raw", rows, "--csv"])),
        ]
        if not same_rows(birds, f"{folder}/same.db"):
            sys.exit("sqlite3 made other rows than Rookery")
        print(f"{arguments.rows:,} rows{'processor':>40}{'ratio':>8}{'clock':>10}{'memory':>9}")
        for name, cost in [("rookery import", ours), *peers]:
            ratio = ours.processor / cost.processor
            print(f"{name:40}{cost.processor:8.2f} s{ratio:8.2f}{cost.seconds:8.2f} s{cost.memory:6.0f} MB")
        with open(f"{folder}/one.csv", "w") as file:
            file.write(HEADER + "L1000001,50.5,-100.5,CA-BC,2021,3,4,spec007,3\n")
        copy = Cost(["sh", "-c", f"cp {birds} {folder}/copy.db && sync {folder}/copy.db"])
        append = Cost([PROGRAM, "import", f"{folder}/one.csv", "--dataset", "rows", "--append", "--database", birds])
        print(f"{'one record appended':40}{append.processor:8.2f} s{'':8}{append.seconds:8.2f} s{append.memory:6.0f} MB")
        print(f"{'cp and sync of the file':40}{copy.processor:8.2f} s{'':8}{copy.seconds:8.2f} s")


if __name__ == "__main__":
    main()
