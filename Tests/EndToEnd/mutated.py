"""A database file is as foreign as a request: cells, pages and schema rows of a good file are changed at random, and the server
that serves it refuses the file or answers. It never dies, hangs or shows what a view may not see; nor do commands die or hang.

    mutated.py [FILES [SEED]]
"""

import base64
import http.client
import json
import pathlib
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time

from server import PROGRAM, Server, check, environment, import_files, rookery
from unseen import PASSWORD, add_people

# All text of the first kind is in the exact edition alone, all of the second in one data set alone.
EXACT, OTHER = ("Exactum", "60.712345", "135.043211"), ("Ringarum",)
READERS = {
    "curator": "all precise metrics",
    "reader": "all",
    "warden": "regions=CA-YT datasets=atlas",
    "keeper": "regions=CA-YT datasets=atlas precise",
}
# Who may see what of which edition: a change of that edition itself may show it.
HIDDEN = [("reader", EXACT, None), ("warden", EXACT, None), ("warden", OTHER, "general"), ("keeper", OTHER, "exact")]
SPECIES = """species_code,scientific_name,american_english_name
stejay,Cyanocitta stelleri,Steller's Jay
coohaw,Accipiter cooperii,Cooper's Hawk
goleag,Aquila chrysaetos,Golden Eagle
grhowl,Bubo virginianus,Great Horned Owl
nobird,,no bird
"""
SENSITIVE = "species,category,from,to,contact\ngoleag,2,,,warden@example.org\nGreat Horned Owl,0,,,\n"
HEADER = ("loc_id,location_name,latitude,longitude,region,date,time,species_id,num,checklist_id,source_id,minutes,complete,comments,"
          "coordinate_uncertainty_m\n")
FIELDS = ("fields=loc_id,latitude,longitude,region,location_name,date,species_id,common_name,category,num,dataset,id,checklist_id,source_id,"
          "comments,time,minutes,complete,coordinate_uncertainty_m,generalised,generalisation")
TARGETS = [
    f"/?{FIELDS}", f"/?{FIELDS}&sort=-date&limit=20", f"/?{FIELDS}&format=csv", "/", "/?format=csv", "/?format=geojson",
    "/?format=ndjson", "/?format=csv&spreadsheet=yes", "/?limit=7&sort=-num,species_id",
    "/?sort=-date,loc_id&limit=9&count=exact", "/?sort=location_name,dataset&limit=5", "/?species=goleag", "/?species=Jay&limit=3",
    "/?species=Steller%27s%20Jay&zerofill=yes", "/?from=2020-03&to=2021-06&region=CA-YT", "/?month=5&year=2021&count=exact",
    "/?bbox=-136,60,-135,61", "/?near=60.7,-135.05&within=40&format=geojson", "/?min_num=2&max_num=2000", "/?generalised=yes",
    "/?dataset=atlas&region=CA&limit=11", "/?location=L3", "/observations/1234567890123", "/species", "/species?format=csv",
    "/species/stejay", "/species/goleag", "/datasets", "/regions", "/locations?count=exact", "/locations?format=geojson",
    "/locations/L3", "/checklists?count=exact", "/checklists?species=stejay&format=csv", "/checklists?limit=3", "/summary?by=species,year",
    "/summary?by=location,month", "/summary?by=region,dataset", "/summary?by=week,iso_year", "/summary?by=date&species=stejay",
    "/summary?by=location&min_num=1",
]
INTEGERS = [2**63 - 1, -(2**63), 2**62, -(2**62), 2**53, 2**52, 2**31, 99999999, 99999998, 20211399, 16_777_215, 1, 0, -1]
REALS = [1e308, -1e308, 5e-324, float("inf"), float("-inf"), 9.3e18, -0.0, 90.0, 180.00001]
TEXTS = ["", "a\nb\r\nX: y,\"'", "x" * 1_000_000, "é\u0000ü", "=1+1", "-", "9" * 400]
BLOBS = [b"", b"\xff\xfe\x00", b"\xff" * 2000, b"\x80" * 64, bytes(range(256))]
# How long an answer may take: as long as a query and an opening may, on a busy machine.
PATIENCE = 60


def rows(chance, prefix, count, mark):
    """Visits to places that nothing protects, and to nests in the same two regions."""
    text = ""
    for n in range(count):
        k = chance.randrange(8)
        region = ("CA-YT", "US-AK")[k % 2]
        kinds = chance.sample(["stejay", "coohaw", "nobird", "Xema local"], 2)
        place = [f"L{k}", f"Marsh {k}", f"{50 + k}.5", f"-{130 + k}.5", region]
        if n % 6 == 0:
            place, kinds = [f"N{k % 3}{EXACT[0]}", f"Nest {EXACT[0]}", EXACT[1], f"-{EXACT[2]}", "CA-YT"], ["goleag", "grhowl"]
        for species in kinds:
            cells = [*place, f"202{n % 3}-{n % 12 + 1:02}-{n % 27 + 1:02}", chance.choice(["", "06:41"]), species,
                     chance.choice(["", 0, 1, 7, 2000]), f"{prefix}{n}", f"{prefix}{n}{species}", 30, chance.choice(["", 0, 1]),
                     f"{mark} {EXACT[0] if n % 6 == 0 else ''}", chance.choice(["", 30])]
            text += ",".join(f'"{cell}"' for cell in cells) + "\n"
    return text


def good_file(folder):
    """A small database with both editions, two data sets and two regions."""
    database, chance = folder / "good.db", random.Random(1)
    for name, text in (("species", SPECIES), ("list", SENSITIVE), ("atlas", HEADER + rows(chance, "A", 120, "seen")),
                       ("ringing", HEADER + rows(chance, OTHER[0], 60, OTHER[0])), ("more", HEADER + rows(chance, "M", 3, "more"))):
        (folder / f"{name}.csv").write_text(text)
    import_files(database, folder / "species.csv", "--sensitive", folder / "list.csv")
    import_files(database, folder / "atlas.csv", folder / "ringing.csv", "--source", "a file", "--licence", "CC0-1.0")
    return database


class Mutation:
    """A good file, changed at random. `parts` are the editions that differ."""

    def __init__(self, good, folder, chance):
        self.folder, self.chance, self.done, self.parts = folder, chance, [], set()
        size = int.from_bytes(good[16:18], "big") * int.from_bytes(good[28:32], "big")
        self.editions = {"exact": good[:size], "general": good[size:]}
        for _ in range(chance.choice([1, 1, 1, 2, 3])):
            self.part = chance.choice(["exact", "general"])
            self.parts.add(self.part)
            chance.choice([self.change_cells, self.change_pages, self.change_schema])()
            if chance.random() < 0.4:
                self.seal()
        self.bytes = self.editions["exact"] + self.editions["general"]
        if chance.random() < 0.06:
            self.parts |= {"exact", "general"}
            size = chance.randrange(len(self.bytes))
            self.bytes = chance.choice([self.bytes[:size], self.bytes + b"\0" * size, self.bytes + self.bytes[:8192], self.editions["exact"],
                                        self.editions["exact"] * 2])
            self.done.append(f"{len(self.bytes)} bytes")

    def note(self, what):
        self.done.append(f"{self.part}: {str(what)[:200]}")

    def edit(self, change):
        """Changes an edition with SQLite itself."""
        path = self.folder / "edited.db"
        path.write_bytes(self.editions[self.part])
        connection = sqlite3.connect(path, isolation_level=None)
        try:
            connection.execute("PRAGMA synchronous = OFF")
            change(connection)
        except sqlite3.Error:
            pass  # NOT NULL, UNIQUE, or what an earlier change has left
        connection.close()
        for suffix in ("-journal", "-wal", "-shm"):
            pathlib.Path(f"{path}{suffix}").unlink(missing_ok=True)
        self.editions[self.part] = path.read_bytes()

    def seal(self):
        """Makes a change look like one of ours: an import then relies on all tables."""
        def change(connection):
            connection.execute("UPDATE seal SET header = zeroblob(100)")
            header = bytearray((self.folder / "edited.db").read_bytes()[:100])
            for start in (24, 92):
                header[start:start + 4] = ((int.from_bytes(header[start:start + 4], "big") + 1) % 2**32).to_bytes(4, "big")
            connection.execute("UPDATE seal SET header = ?", (bytes(header),))
        self.note("sealed")
        self.edit(change)

    def change_cells(self):
        def change(connection):
            chance = self.chance
            tables = [name for name, in connection.execute(
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE 'CREATE TABLE%' AND name NOT LIKE 'sqlite_%'")]
            if chance.random() < 0.5:
                # STRICT holds only for what SQLite writes.
                connection.execute("PRAGMA writable_schema = ON")
                connection.execute("UPDATE sqlite_schema SET sql = replace(replace(sql, ') STRICT, ', ') '), ') STRICT', ')')")
                connection.execute("PRAGMA writable_schema = RESET")
            for _ in range(chance.randint(1, 6)):
                table = chance.choice(tables)
                column = chance.choice([row[1] for row in connection.execute(f"PRAGMA table_info({table})")] or ["id"])
                value = chance.choice(chance.choice([INTEGERS, INTEGERS, INTEGERS, REALS, TEXTS, BLOBS, [None]]))
                where = chance.choice(["true", "true", "random() % 3 = 0", f"{column} = (SELECT max({column}) FROM {table})"])
                self.note(f"{table}.{column} = {str(value)[:30]!r} where {where}")
                try:
                    connection.execute(f"UPDATE OR {chance.choice(['IGNORE', 'REPLACE'])} {table} SET {column} = ? WHERE {where}", (value,))
                    if chance.random() < 0.1:
                        connection.execute(f"DELETE FROM {chance.choice(tables)} WHERE random() % 2 = 0")
                except sqlite3.Error:
                    pass
            if "STRICT" not in connection.execute("SELECT sql FROM sqlite_schema WHERE name = 'dataset'").fetchone()[0]:
                connection.execute("PRAGMA writable_schema = ON")
                connection.execute("UPDATE sqlite_schema SET sql = sql || CASE WHEN sql LIKE '%WITHOUT ROWID' THEN ', STRICT' ELSE ' STRICT' END"
                                   " WHERE type = 'table' AND sql LIKE 'CREATE TABLE%' AND name NOT LIKE '%box%'")
        self.edit(change)

    def change_pages(self):
        chance, data = self.chance, bytearray(self.editions[self.part])
        pages = max(1, len(data) // 8192)
        for _ in range(chance.choice([1, 1, 2, 8])):
            kind = chance.choice(["flip", "flip", "header", "tree", "zero", "swap", "copy", "noise"])
            page, other = chance.randrange(pages) * 8192, chance.randrange(pages) * 8192
            place = chance.randrange(len(data))
            self.note(f"{kind} {page} {other} {place}")
            if kind == "flip":
                data[place] ^= 1 << chance.randrange(8)
            elif kind == "header":
                data[chance.randrange(100)] = chance.choice([0, 1, 2, 255, chance.randrange(256)])
            elif kind == "tree":
                # The head of a page and the first offsets of its cells.
                start = page + (100 if page == 0 else 0) + chance.randrange(40)
                data[start] = chance.choice([0, 2, 5, 10, 13, 255, chance.randrange(256)])
            elif kind == "zero":
                end = min(len(data), place + chance.choice([1, 16, 8192]))
                data[place:end] = bytes(end - place)
            elif kind == "swap":
                data[page:page + 8192], data[other:other + 8192] = data[other:other + 8192], data[page:page + 8192]
            elif kind == "copy":
                data[page:page + 8192] = data[other:other + 8192]
            else:
                end = min(len(data), place + chance.choice([4, 64, 2000]))
                data[place:end] = chance.randbytes(end - place)
        if chance.random() < 0.15:
            data = data[:chance.randrange(len(data))] if chance.random() < 0.5 else data + chance.randbytes(chance.randrange(20_000))
            self.note(f"{len(data)} bytes")
        self.editions[self.part] = bytes(data)

    def change_schema(self):
        chance = self.chance
        endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n)"

        def change(connection):
            objects = connection.execute("SELECT rowid, type, name, tbl_name, rootpage, sql FROM sqlite_schema").fetchall()
            columns = {name: [row[1] for row in connection.execute(f"PRAGMA table_info({name})")]
                       for _, kind, name, *_ in objects if kind == "table" and "sqlite" not in name}
            connection.execute("PRAGMA writable_schema = ON")
            for _ in range(chance.choice([1, 1, 2])):
                row, kind, name, table, root, sql = chance.choice(objects)
                other = chance.choice(objects)
                sql = sql or ""
                what = chance.choice(["view", "view", "virtual", "trigger", "generated", "roots", "root", "letter", "name", "type", "null", "index",
                                      "deep", "long", "statistics", "drop", "twice"])
                self.note(f"{what} {name} {other[2]}")

                def write(**values):
                    for column, value in values.items():
                        connection.execute(f"UPDATE sqlite_schema SET {column} = ? WHERE rowid = ?", (value, row))

                if what == "view" and name in columns:
                    selected = ", ".join(f"x AS {column}" for column in columns[name])
                    kind = chance.choice([f"{endless} SELECT {selected} FROM n", f"{endless} SELECT {selected} FROM n WHERE x < 0",
                                          f"SELECT * FROM {other[2]}"])
                    write(type="view", rootpage=0, sql=f"CREATE VIEW {name} AS {kind}")
                elif what == "virtual" and name in columns:
                    module = chance.choice(["dbstat", "fts5(id, code, name)", "rtree(id, west, east)", "fts4", "json_each", "nothing",
                                            "rtree_i32(id,a,b)"])
                    write(type="table", rootpage=0, sql=f"CREATE VIRTUAL TABLE {name} USING {module}")
                elif what == "trigger":
                    connection.execute(
                        "INSERT INTO sqlite_schema VALUES ('trigger', 'fires', ?, 0, ?)",
                        (table, f"CREATE TRIGGER fires {chance.choice(['BEFORE', 'AFTER'])} {chance.choice(['INSERT', 'DELETE', 'UPDATE'])} ON {table}"
                                f" BEGIN SELECT count(*) FROM (SELECT 1 FROM {table} a, {table} b, {table} c, {table} d, {table} e); END"))
                elif what == "generated":
                    write(sql=chance.choice([
                        sql.replace(" INTEGER", " INTEGER GENERATED ALWAYS AS (abs(-9223372036854775807 - 1))", 1),
                        sql.replace(" TEXT", " TEXT AS (hex(zeroblob(100000000)))", 1),
                        sql.replace(" INTEGER NOT NULL", " INTEGER NOT NULL CHECK (length(zeroblob(1000000000)) > 0)", 1)]))
                elif what == "roots":
                    connection.execute("UPDATE sqlite_schema SET rootpage = ? WHERE rowid = ?", (root, other[0]))
                    write(rootpage=other[4])
                elif what == "root":
                    write(rootpage=chance.choice([0, 1, 2, 7, -1, 2**31, 2**63 - 1, None, "x", other[4]]))
                elif what == "letter" and sql:
                    place = chance.randrange(len(sql))
                    write(sql=sql[:place] + chance.choice(["", "x", "(", "--", "'", "\0"]) + sql[place + 1:])
                elif what == "name":
                    write(name=chance.choice([other[2], "", None, "sqlite_stat1"]), tbl_name=chance.choice([table, other[3]]))
                elif what == "type":
                    write(type=chance.choice(["table", "index", "view", "trigger", "", None]))
                elif what == "null":
                    write(sql=None)
                elif what == "index":
                    connection.execute(
                        "INSERT INTO sqlite_schema VALUES ('index', 'extra', ?, ?, ?)",
                        (table, other[4], f"CREATE INDEX extra ON {table} ({chance.choice(['id', 'date', 'abs(id)', 'code COLLATE NOCASE'])})"))
                elif what == "deep":
                    write(sql=sql[:-1] + ", CHECK (" + "(" * 5000 + "1" + ")" * 5000 + "))")
                elif what == "long":
                    write(sql=sql + " -- " + "x" * 6_000_000)
                elif what == "statistics":
                    connection.execute("INSERT INTO sqlite_schema VALUES ('view', 'sqlite_stat1', 'sqlite_stat1', 0, ?)",
                                       (f"CREATE VIEW sqlite_stat1 AS {endless} SELECT x AS tbl, x AS idx, x AS stat FROM n",))
                elif what == "drop":
                    connection.execute("DELETE FROM sqlite_schema WHERE rowid = ?", (row,))
                elif what == "twice":
                    connection.execute("INSERT INTO sqlite_schema SELECT type, name, tbl_name, rootpage, sql FROM sqlite_schema"
                                       " WHERE rowid = ?", (row,))
        self.edit(change)


class Asker:
    """Sends requests of several people, each over a connection of its own, so that all loops have some."""

    def __init__(self, server):
        self.server, self.slowest, self.statuses = server, (0, ""), {}

    def get(self, target, who, method="GET"):
        """The status and the body; whatever was read of one that is cut off."""
        began, connection = time.monotonic(), http.client.HTTPConnection(*self.server.address, timeout=PATIENCE)
        fields = {"Authorization": "Basic " + base64.b64encode(f"{who}:{PASSWORD}".encode()).decode()}
        try:
            connection.request(method, target, headers=fields)
            answer = connection.getresponse()
            body = b""
            try:
                while piece := answer.read1(1 << 20):
                    body += piece
            except (http.client.IncompleteRead, ConnectionResetError):
                pass
            self.slowest = max(self.slowest, (time.monotonic() - began, f"{who} {target} {answer.status}"))
            self.statuses[answer.status] = self.statuses.get(answer.status, 0) + 1
            return answer.status, answer.headers, body
        finally:
            connection.close()


def commands(folder, database, chance):
    """Commands that read and change a mutated file: each ends, and not by a signal."""
    copy, target = folder / "copy.db", folder / "published.db"
    shutil.copy(database, copy)
    target.unlink(missing_ok=True)
    arguments = chance.choice([
        ["import", folder / "more.csv", "--database", copy], ["import", folder / "more.csv", "--append", "--dataset", "atlas", "--database", copy],
        ["import", folder / "ringing.csv", "--database", copy], ["import", folder / "species.csv", "--database", copy],
        ["sensitive", "check", "--database", copy], ["sensitive", "list", "--database", copy],
        ["sensitive", "import", folder / "list.csv", "--database", copy], ["datasets", "list", "--database", copy],
        ["datasets", "remove", "ringing", "--database", copy], ["publish", "--database", copy, "--to", target]])
    done = rookery(*arguments)
    assert done.returncode in (0, 1, 2), (arguments, done.returncode, done.stderr[-3000:])
    return done.returncode


def main():
    files, seed = int(sys.argv[1]) if len(sys.argv) > 1 else 200, int(sys.argv[2]) if len(sys.argv) > 2 else 1
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        good = good_file(folder).read_bytes()
        users, rights = add_people(folder, READERS)
        served, new = folder / "birds.db", folder / "birds.db.next"
        served.write_bytes(good)
        codes = {}

        def replace(data):
            new.write_bytes(data)
            new.rename(served)
            # Longer than a loop waits between two looks at the file.
            time.sleep(0.055)

        with Server(served, "--users", users, "--rights", rights, "--threads", 2, credentials=()) as server:
            asker = Asker(server)
            status, _, right = asker.get(f"/?{FIELDS}", "curator")
            assert status == 200 and all(mark.encode() in right for mark in (*EXACT, *OTHER)), (status, right[:300])
            for who, marks, _ in HIDDEN:
                body = asker.get(f"/?{FIELDS}", who)[2]
                assert b"stejay" in body and not any(mark.encode() in body for mark in marks), (who, body[:500])
            for number in range(files):
                chance = random.Random(f"{seed}.{number}")
                mutation = Mutation(good, folder, chance)
                what = f"file {number} of seed {seed}: {mutation.done}"
                replace(mutation.bytes)
                try:
                    for target in chance.sample(TARGETS, 16):
                        for who in chance.sample(list(READERS), 2):
                            status, fields, body = asker.get(target, who, chance.choice(["GET"] * 9 + ["HEAD"]))
                            assert status in (200, 400, 404, 503), (what, who, target, status, body[:300])
                            if status != 200 and body:
                                assert "error_message" in json.loads(body), (what, who, target, status, body[:300])
                            text = body + str(fields).encode()
                            for reader, marks, edition in HIDDEN:
                                if who == reader and edition not in mutation.parts:
                                    assert not any(mark.encode() in text for mark in marks), (what, who, target, text[:2000])
                            if link := fields.get("Link"):
                                asker.get("/" + link.split(">")[0].lstrip("<").lstrip("/"), who)
                    if number % 2 == 0:
                        code = commands(folder, served, chance)
                        codes[code] = codes.get(code, 0) + 1
                    replace(good)
                    deadline, right_ones = time.monotonic() + PATIENCE, 0
                    while right_ones < 4:
                        status, _, body = asker.get(f"/?{FIELDS}", "curator")
                        right_ones = right_ones + 1 if (status, body) == (200, right) else 0
                        assert time.monotonic() < deadline, (what, "the good file is not served again", status, body[:300])
                    assert asker.get("/health", "reader")[0] == 200, what
                except (OSError, http.client.HTTPException, AssertionError, subprocess.TimeoutExpired) as error:
                    (pathlib.Path(tempfile.gettempdir()) / "mutated.db").write_bytes(mutation.bytes)
                    state = server.process.poll()
                    sys.exit(f"FAILED: {what}\n{type(error).__name__} {str(error)[:3000]}\nserver: {state}\n{server.output()[-3000:]}")
            refused = server.output().count("the new database is refused")
            check(server.process.poll() is None and server.stop() == 0, "the server is alive, and stops when it is told to")
        check(True, f"{files} files changed at random are refused or answered, and nobody sees more than before "
              f"(answers: {asker.statuses}, slowest {asker.slowest[0]:.1f} s, {asker.slowest[1]}; refusals: {refused}; commands: {codes})")


if __name__ == "__main__":
    main()
