"""Random imports into files that were changed with SQLite itself: what was kept is what was there, row by row, and answers are
of all records.

    edited.py [ROUNDS]
"""

import collections
import random
import sqlite3
import sys
import tempfile

import requests

from server import PASSWORD, Server, check, rookery

HEADER = "loc_id,latitude,longitude,region,year,month,day,species_id,num\n"
INTEGERS = [2**63 - 1, -(2**63), 2**53, 40_000_000, 20_000_000, 16_777_215, 0, -1, -5, None]
REALS = [1e308, -1e308, 5e-324, float("inf"), -0.0, None]
TEXTS = ["", "a\nb,\"'", "x" * 70_000, "é\u0000ü", None]
TOOLS = [
    "PRAGMA page_size = 512; VACUUM", "PRAGMA page_size = 65536; VACUUM", "PRAGMA page_size = 1024; VACUUM",
    "PRAGMA auto_vacuum = FULL; VACUUM", "PRAGMA auto_vacuum = INCREMENTAL; VACUUM", "PRAGMA journal_mode = WAL",
    "DROP INDEX observation_by_species", "ANALYZE", "DELETE FROM summary WHERE kind IN (2, 9)", "REINDEX",
    "DELETE FROM observation WHERE id % 7 = 0", "UPDATE location SET code = 'z' || code WHERE id % 3 = 0",
]
TABLES = {
    "observation": "id, checklist_id, dataset_id, date, num, source_id, valid, reviewed",
    "checklist": "id, dataset_id, code, date, time, minutes, distance_km, area_ha, observers, complete, protocol, comments,"
    " half_days, effort_hours_atleast, snow_depth_atleast",
}


def plain(chance, count, prefix):
    rows = [HEADER]
    for _ in range(count):
        place = chance.randrange(12)
        rows.append(
            f"{prefix}{place},{50 + place / 8},{place - 6},{chance.choice(['CA-YT', 'CA-BC', 'NO-03', ''])},"
            f"{chance.randint(2018, 2023)},{chance.randint(1, 12)},{chance.randint(1, 28)},sp{chance.randrange(40)},"
            f"{chance.choice(['', 0, 1, 1, 2, 30, 10000000])}\n"
        )
    return "".join(rows)


def feederwatch(chance, first, count):
    names = (
        "LOC_ID,LATITUDE,LONGITUDE,SUBNATIONAL1_CODE,ENTRY_TECHNIQUE,SUB_ID,OBS_ID,Month,Day,Year,PROJ_PERIOD_ID,"
        "SPECIES_CODE,alt_full_spp_code,HOW_MANY,PLUS_CODE,VALID,REVIEWED,DAY1_AM,DAY1_PM,DAY2_AM,DAY2_PM,"
        "EFFORT_HRS_ATLEAST,SNOW_DEP_ATLEAST,Data_Entry_Method\n"
    )
    rows = [names]
    for number in range(first, first + count):
        visit = chance.randrange(30)
        rows.append(
            f"F{visit % 4},60.5,-135.25,CA-YT,WEB,S{visit},OBS{number},2,{visit % 28 + 1},2021,PFW_2021,"
            f"sp{chance.randrange(40)},NA,{chance.randint(0, 9)},NA,1,0,1,0,NA,1,1.001,0,PFW Web\n"
        )
    return "".join(rows)


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


def run(*arguments):
    done = rookery(*arguments)
    assert done.returncode == 0, (arguments, done.returncode, done.stdout, done.stderr)


def edit(path, chance):
    """Changes some rows, in ways that SQLite accepts."""
    connection = sqlite3.connect(path, isolation_level=None)
    types = {
        (table, row[1]): row[2]
        for table in ("observation", "checklist", "observation_detail", "location", "species")
        for row in connection.execute(f"PRAGMA table_info({table})")
    }
    done = []
    for _ in range(chance.randint(1, 8)):
        table, column = chance.choice(list(types))
        value = chance.choice({"INTEGER": INTEGERS, "REAL": REALS, "TEXT": TEXTS}[types[table, column]])
        if table in ("location", "species") and len(str(value)) > 1000:
            value = "y" * 1000  # what names a row must fit into the address of a page
        if column in ("date", "species_id", "location_id", "dataset_id") and chance.random() < 0.7:
            continue  # not in every round, or few records would be left that are known
        rows = f"id % {chance.choice([1, 3, 50])} = 0"
        if column == "id":
            rows = f"id = (SELECT max(id) FROM {table})"
            value = chance.choice([*INTEGERS, 3, 77, 2**52 - 1])
            if table in ("location", "species"):
                # Records go with it, or they would name none.
                old = connection.execute(f"SELECT max(id) FROM {table}").fetchone()[0]
                for referring in ["observation"] + ["checklist"] * (table == "location"):
                    if value is not None:
                        connection.execute(
                            f"UPDATE {referring} SET {table}_id = ? WHERE {table}_id = ?", (value, old))
        try:
            connection.execute(f"UPDATE {table} SET {column} = ? WHERE {rows}", (value,))
            done.append(f"{table}.{column} = {str(value)[:20]!r} where {rows}")
        except sqlite3.Error:
            pass  # NOT NULL, UNIQUE
    if chance.random() < 0.7:
        tool = chance.choice(TOOLS)
        for statement in tool.split("; "):
            connection.execute(statement).fetchall()
        done.append(tool)
    connection.close()
    return done


def kept(path, dataset):
    """The rows of all data sets but one, with the names of their places and species."""
    connection = sqlite3.connect(path)
    connection.text_factory = bytes
    row = connection.execute("SELECT id FROM dataset WHERE name = ?", (dataset,)).fetchone()
    without = row[0] if row else None
    rows = []
    for table, columns in TABLES.items():
        species = "(SELECT code FROM species s WHERE s.id = species_id)" if table == "observation" else "1"
        rows.append(
            connection.execute(
                f"""SELECT {columns}, (SELECT code FROM location l WHERE l.id = location_id), {species}
                FROM {table} NOT INDEXED WHERE dataset_id IS NOT ? ORDER BY id""",
                (without,),
            ).fetchall()
        )
    rows.append(
        connection.execute(
            "SELECT * FROM observation_detail d WHERE NOT EXISTS (SELECT 1 FROM observation o WHERE o.id = d.id"
            " AND dataset_id IS ?) ORDER BY id",
            (without,),
        ).fetchall()
    )
    connection.close()
    return rows


def compare_answers(path, what):
    """Lists, pages and summaries are of all records, wherever each record names a place, a species and a data set."""
    connection = sqlite3.connect(path)
    connection.text_factory = lambda text: text.decode(errors="replace")
    dangling = connection.execute(
        """SELECT count(*) FROM observation WHERE location_id NOT IN (SELECT id FROM location)
            OR species_id NOT IN (SELECT id FROM species) OR dataset_id NOT IN (SELECT id FROM dataset)"""
    ).fetchone()[0]
    if dangling:
        connection.close()
        return 0
    # The least number of all is shown as none.
    rows = connection.execute(
        """SELECT l.code, s.code, nullif(num, -9223372036854775808), d.name FROM observation o JOIN location l ON l.id = location_id
            JOIN species s ON s.id = species_id JOIN dataset d ON d.id = dataset_id"""
    ).fetchall()
    connection.close()
    expected = collections.Counter(rows)
    with Server(path) as server, requests.Session() as session:
        session.headers["Password"] = PASSWORD

        def get(target):
            answer = session.get(server.url + target)
            assert answer.status_code == 200, (what, target, answer.status_code, answer.text)
            return answer

        for order in ("", "&sort=-date", "&sort=loc_id", "&sort=species_id,-num"):
            listed = get(f"/?fields=loc_id,species_id,num,dataset{order}").json()
            found = collections.Counter((r["loc_id"], r["species_id"], r["num"], r["dataset"]) for r in listed)
            assert found == expected, (what, order, list((found - expected).items())[:3], list((expected - found).items())[:3])
        ids = [row["id"] for row in get("/?fields=id").json()]
        paged, target = [], "/?limit=97&fields=id"
        while target and len(paged) <= len(ids):
            answer = get(target)
            paged += [row["id"] for row in answer.json()]
            target = "/" + answer.links["next"]["url"] if "next" in answer.links else None
        assert paged == ids, (what, "paged", len(paged), "of", len(ids))
        for by in ("species", "date", "year,month", "location", "region", "dataset", "iso_year,week", "species,date", "month"):
            records = sum(row["records"] for row in get(f"/summary?by={by}").json())
            assert records == len(rows), (what, by, records, "of", len(rows))
    return 1


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    compared = 0
    for seed in range(rounds):
        chance = random.Random(seed)
        with tempfile.TemporaryDirectory() as folder:
            database = f"{folder}/birds.db"
            write(f"{folder}/one.csv", plain(chance, chance.choice([5, 300]), "L"))
            write(f"{folder}/two.csv", feederwatch(chance, 0, chance.choice([5, 300])))
            run("import", f"{folder}/one.csv", f"{folder}/two.csv", "--database", database)
            for step in range(3):
                done = edit(database, chance)
                name = chance.choice(["one", "two", "new"])
                before = kept(database, name)
                how = chance.choice(["replace", "append", "append", "remove"])
                text = (
                    feederwatch(chance, chance.randrange(400), chance.choice([1, 40]))
                    if name == "two"
                    else plain(chance, chance.choice([1, 400]), chance.choice("KLM"))
                )
                write(f"{folder}/{name}.csv", text)
                if how == "remove" and name != "new":
                    command = ["datasets", "remove", name, "--database", database]
                else:
                    command = ["import", f"{folder}/{name}.csv", "--database", database]
                    command += ["--append"] if how == "append" else []
                what = f"round {seed}, step {step}: {done}, then {command[0]} {name} ({how})"
                run(*command)
                connection = sqlite3.connect(database)
                integrity = connection.execute("PRAGMA integrity_check").fetchall()
                connection.close()
                assert integrity == [("ok",)], (what, integrity[:3])
                for there, now in zip(before, kept(database, name)):
                    lost = [row for row in there if row not in now][:3]
                    assert there == now, (what, "was", lost, "of", len(there), "now", len(now))
                if how == "remove" and name != "new":
                    break
            compared += compare_answers(database, what)
    check(True, f"imports into {rounds} files that were changed with SQLite keep what was there")
    check(compared >= rounds // 8, f"answers from {compared} of them are of all records")


if __name__ == "__main__":
    main()
