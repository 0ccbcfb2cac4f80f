"""What an answer shows can be asked for: each loc_id, species_id, region and data set that any answer contains finds exactly its
records, in every filter and path that takes one, whatever characters it has. `agreement.py` calls this for its own data, for
the files of `imports.py` in every format, and for files with the oddest names, which this makes.

What should be found is computed here, from the whole answer without filters.
"""

import collections
import csv
import http.client
import json
import random
import sqlite3
import sys
import unicodedata
import urllib.parse

import imports
from server import PASSWORD, PROJECT, Server, check, import_files, rookery

MEMBERS = ["loc_id", "latitude", "longitude", "region", "year", "month", "day", "species_id", "num"]
FIELDS = ["id", "loc_id", "latitude", "longitude", "region", "date", "year", "species_id", "dataset", "checklist_id", "complete"]
VISIT = ["checklist_id", "loc_id", "latitude", "longitude", "region", "date", "dataset"]
# Which member of a row a filter looks at.
FILTERS = {"location": "loc_id", "region": "region", "species": "species_id", "dataset": "dataset"}
MOST_IN_PAGES = 1000
KEYS = ["species", "region", "location", "dataset"]

ODD = ["60.7155,-135.0294", "Fish Lake", "Fish Lake, north", '"quoted"', "quoted", '"open', 'mid"dle', 'end"', 'a""b', '"', '""', '","', ",",
       "a,", ",a", "a,,b", "a", "b", "a,b", "a/b", "/", "//", "a//b", "%2F", "100%", "%", "%zz", "%22a%22", "a+b", "a b", "a  b", "+", "a;b",
       "a&b=c", "a=b", "&", "a#b", "#", "a?b", "..", ".", "...", "x/../y", "../x", "L1.csv", ".csv", "a.json", "observations.csv", "é",
       "e\u0301", "É", ",\u0301", "鳥,獣", "\U0001F426", "Steller's", "a\\b", "<b>", "{x}", "[1]", "*", "~", "null", "NA", "=1+1", "CA", "CA-",
       "CA-YT", "CA-YT,", "CA,-YT", "-", "--", "l1.CSV", "x" * 400 + ","]
# Names that no import makes, but SQLite's tools may, and what stands for them in a file: it has the same place in the order.
EDITED = {"": "!", " lead": "!lead", "trail ": "trail!", " , ": "!,!", ' "x': '!"x', "\u00a0": "\u00a1"}
DATA_SETS = {"one, two": "plain", 'say "cheese"': 'say "cheese"', "a;b&c=d": "a;b&c=d", '"': "..", "é#%2F/+": "é#%2F/+"}


class Client:
    """Asks exactly for the target that it is given: no path is tidied up, and nothing encoded twice."""

    def __init__(self, server):
        self.connection = http.client.HTTPConnection(*server.address, timeout=60)
        self.count = 0

    def get(self, path, *items):
        query = urllib.parse.urlencode([(name, value) for name, value in items])
        return self.ask(path + ("?" + query if query else ""))

    def ask(self, target):
        self.count += 1
        self.connection.request("GET", target, headers={"Password": PASSWORD})
        answer = self.connection.getresponse()
        body = answer.read().decode()
        if answer.status != 200:
            sys.exit(f"FAILED: {target} is {answer.status}: {body}")
        self.link = answer.getheader("Link")
        return json.loads(body)

    def pages(self, path, *items):
        """The rows of all pages, and how many there are."""
        rows, pages = self.get(path, *items), 1
        while self.link and pages <= MOST_IN_PAGES:
            rows += self.ask(urllib.parse.urljoin(path, self.link[1:self.link.index(">")]))
            pages += 1
        return rows, pages


def quoted(value):
    return '"' + value.replace('"', '""') + '"'


class Rows:
    """The rows of an answer without filters, by the values of each filter."""

    def __init__(self, rows, filters):
        self.rows = rows
        self.positions = {name: collections.defaultdict(list) for name in filters}
        for name, positions in self.positions.items():
            for position, row in enumerate(rows):
                positions[row[FILTERS[name]]].append(position)

    def matching(self, name, asked):
        """Those that match a filter: `CA` is all regions within it too."""
        positions = set()
        for value, found in self.positions[name].items():
            if value in asked or name == "region" and value is not None and any(value.startswith(one + "-") for one in asked):
                positions.update(found)
        return [self.rows[position] for position in sorted(positions)]


def shown(client):
    """The values of each filter that any answer contains."""
    values = {name: {} for name in FILTERS}

    def look(value):
        if isinstance(value, list):
            for one in value:
                look(one)
        elif isinstance(value, dict):
            for name, member in FILTERS.items():
                if value.get(member) is not None:
                    values[name][value[member]] = None
            for one in value.values():
                look(one)

    for path in ("/observations?fields=loc_id,species_id,region,dataset", "/checklists?fields=loc_id,region,dataset", "/locations",
                 "/species", "/regions", *(f"/summary?by={key}" for key in KEYS)):
        look(client.ask(path))
    look([{"dataset": row["name"]} for row in client.ask("/datasets")])
    for code in list(values["location"])[:200]:
        if code not in ("", ".", ".."):
            look(client.get("/locations/" + urllib.parse.quote(code, safe="")))
    return {name: list(found) for name, found in values.items()}


class Check:
    def __init__(self, server, what):
        self.client, self.server = Client(server), server
        self.records = Rows(self.client.get("/observations", ("fields", ",".join(FIELDS))), FILTERS)
        self.checklists = Rows(self.client.get("/checklists", ("fields", ",".join(VISIT))), ("location", "region", "dataset"))
        self.places = Rows(self.client.get("/locations"), ("location", "region"))
        self.values = shown(self.client)
        self.names = {row["species_id"]: row["scientific_name"] for row in self.client.get("/species")}
        self.on_visit = collections.defaultdict(list)
        self.known = {name: set(found) for name, found in self.values.items()}
        chance = random.Random(11)
        for name, found in self.values.items():
            for value in found:
                self.one(name, value, chance.choice(found))
        check(all(self.values.values()), f"{what}: each of {sum(map(len, self.values.values()))} names that are shown finds its records, "
              f"in {self.client.count} requests")

    def is_alone(self, record):
        """Whether no other record on its checklist is of its species or of a subspecies of it."""
        if not self.on_visit:
            for other in self.records.rows:
                self.on_visit[tuple(other[member] for member in VISIT)].append(other["species_id"])
        name = (self.names.get(record["species_id"]) or record["species_id"]) + " "
        others = self.on_visit[tuple(record[member] for member in VISIT)]
        return others.count(record["species_id"]) == 1 and not any(
            (self.names.get(other) or other).startswith(name) for other in others)

    def same(self, found, wanted, what):
        if found != wanted:
            sys.exit(f"FAILED: {what}: {len(found)} and not {len(wanted)}: {str(found)[:300]} instead of {str(wanted)[:300]}")

    def forms(self, name, value, other):
        """The ways to ask for a value, each with the values that it asks for."""
        # A value that is an id as a whole is that id, so that another's quoted form may be one.
        safe = quoted(value) not in self.known[name]
        if value:
            yield [value], [value]
            if other:
                yield [value, other], [value, other]
                yield [other, value], [value, other]
        if safe:
            yield [quoted(value)], [value]
            if other:
                yield [quoted(value), other], [value, other]
        both = quoted(value) + "," + quoted(other)
        if both not in self.known[name]:
            yield [both], [value, other]

    def one(self, name, value, other):
        for given, asked in self.forms(name, value, other):
            items = [(name, one) for one in given]
            what = f"{name}={' & '.join(given)}"
            records = self.records.matching(name, asked)
            ids = [record["id"] for record in records]
            found = self.client.get("/observations", ("fields", "id"), *items)
            self.same([row["id"] for row in found], ids, what)
            years = collections.Counter(record["year"] for record in records)
            found = self.client.get("/summary", ("by", "year"), *items)
            self.same({row["year"]: row["records"] for row in found}, dict(years), f"summary of {what}")
            found = self.client.get("/checklists", ("fields", ",".join(VISIT)), *items)
            if name == "species":
                visits = {tuple(record[member] for member in VISIT) for record in records}
                self.same({tuple(row.values()) for row in found}, visits, f"checklists of {what}")
                if len(given) == 1:
                    found = self.client.get("/observations", ("fields", "id"), ("zerofill", "yes"), *items)
                    # What a checklist has of a species in several records is added up to a row that is none of them.
                    seen = [record["id"] for record in records if record["complete"] and self.is_alone(record)]
                    self.same(sorted(row["id"] for row in found if row["id"] is not None), sorted(seen), f"zeros of {what}")
            else:
                self.same(found, self.checklists.matching(name, asked), f"checklists of {what}")
            if name in ("location", "region"):
                places = self.places.matching(name, asked)
                self.same(self.client.get("/locations", *items), places, f"locations of {what}")
                if given == [value]:
                    self.pages("/locations", places, what, *items)
            # Pages of many records are looked at elsewhere.
            if len(given) == 2 and len(records) < MOST_IN_PAGES:
                self.pages("/observations", records, what, ("fields", ",".join(FIELDS)), *items)
        if value not in ("", ".", ".."):
            # A slash belongs to the id. An id that ends as a format does is an id.
            count = len(self.records.matching(name, [value]))
            path = urllib.parse.quote(value, safe="")
            if name == "species":
                self.same([self.client.get("/species/" + path)[member] for member in ("species_id", "records")], [value, count],
                          f"/species/{path}")
            elif name == "location":
                found = self.client.get("/locations/" + path)
                every = [found, *found.get("other_places", [])]
                self.same([{place["loc_id"] for place in every}, sum(place["records"] for place in every)], [{value}, count],
                          f"/locations/{path}")

    def pages(self, path, rows, what, *items):
        size = max(1, -(-len(rows) // 3))
        found, pages = self.client.pages(path, ("limit", size), *items)
        self.same(found, rows, f"pages of {path} of {what}")
        self.same(pages, max(1, -(-len(rows) // size)), f"number of pages of {path} of {what}")

    def typed(self):
        """`rookery get` asks for what is typed."""
        for name, found in self.values.items():
            for value in found:
                count = len(self.records.matching(name, [value]))
                if not value or quoted(value) in self.known[name]:
                    continue
                # What has a meaning in a query is encoded; all else can be typed as it is.
                plain = quoted(value).replace("%", "%25").replace("&", "%26").replace("+", "%2B")
                for query in (f"{name}={plain}", f"/observations?{name}={urllib.parse.quote(value)}",
                              f"{self.server.url}/observations?{name}=" + plain.replace("#", "%23")):
                    done = rookery("get", "--password", PASSWORD, "--server", self.server.url, "--count", query)
                    self.same(done.stdout.split(" ")[0] + done.stderr, str(count), f"rookery get {query}")
        for value in self.values["location"]:
            if value not in ("", ".", ".."):
                done = rookery("get", "--password", PASSWORD, "--server", self.server.url, "/locations/" + urllib.parse.quote(value, safe=""))
                self.same(json.loads(done.stdout or "{}").get("loc_id"), value, f"rookery get of {value}: {done.stderr}")
        check(True, "rookery get asks for each of them as it is typed")


def composed(text):
    return unicodedata.normalize("NFC", text)


def odd_rows(seed):
    """The nine members of records in which everything has the oddest names; None where there is none."""
    names, chance = ODD + list(EDITED), random.Random(seed)
    for index in range(len(names) * 2):
        place = index % len(names)
        region, species = names[(place * 7 + 3) % len(names)], names[(index + seed) % len(names)]
        if index >= len(names):
            region, species = chance.choice([region, region, None]), chance.choice(names)
        yield [names[place], float(place), -0.25 * place, region, 2000 + index % 20, 1 + index % 12, 1 + index % 28, species,
               index % 5 or None]


def odd_database(folder):
    """A database of plain files with such rows, some of whose names are changed with SQLite; and what is in it."""
    database, written = folder / "odd.db", []
    for seed, (name, imported) in enumerate(DATA_SETS.items()):
        rows = list(odd_rows(seed))
        with open(folder / "odd.csv", "w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(MEMBERS)
            writer.writerows([EDITED.get(cell, cell) for cell in row] for row in rows)
        import_files(database, folder / "odd.csv", "--dataset", imported)
        # Places have their marks with the letters, however the file writes them.
        written += [[composed(row[0]), *row[1:], name] for row in rows]
    connection = sqlite3.connect(database)
    with connection:
        for new, old in EDITED.items():
            for table, column in (("location", "code"), ("species", "code"), ("location", "region"), ("region", "code")):
                connection.execute(f"UPDATE {table} SET {column} = ? WHERE {column} = ?", (new, old))
        for new, old in DATA_SETS.items():
            connection.execute("UPDATE dataset SET name = ? WHERE name = ?", (new, old))
    connection.close()
    return database, written


def check_odd_names(folder):
    database, written = odd_database(folder)
    with Server(database) as server:
        one = Check(server, "odd names")
        found = one.client.get("/observations", ("fields", ",".join(MEMBERS + ["dataset"])))
        one.same(collections.Counter(tuple(row.values()) for row in found), collections.Counter(map(tuple, written)), "odd records")
        for name, values in one.values.items():
            names = DATA_SETS if name == "dataset" else ODD + list(EDITED)
            one.same(set(values), set(map(composed, names) if name == "location" else names), f"each {name} is shown")
        one.typed()


def check_imports(folder):
    files = imports.generated_files()
    (folder / "taxonomy.csv").write_bytes(b"\xef\xbb\xbf" + imports.TAXONOMY.encode())
    for name, (_, (content, _)) in files.items():
        (folder / name).write_bytes(content)
    import_files(folder / "imports.db", folder / "taxonomy.csv", *(folder / name for name in files))
    with Server(folder / "imports.db") as server:
        Check(server, "imports of every format")
    # Without a table of species, its names are its ids.
    import_files(folder / "nameless.db", *(folder / name for name in files))
    with Server(folder / "nameless.db") as server:
        Check(server, "imports of every format without a taxonomy")
