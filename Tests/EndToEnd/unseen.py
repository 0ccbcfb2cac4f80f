"""What somebody may not see changes nothing that they are told: two databases that differ in nothing else answer alike,
byte for byte."""

import base64
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

import requests

from server import PROGRAM, Server, check, environment, rookery

PASSWORD = "korrektes Pferd"
HEADER = ("loc_id,location_name,latitude,longitude,region,year,month,day,time,species_id,num,checklist_id,source_id,minutes,complete,"
          "comments,coordinate_uncertainty_m,generalised\n")
READERS = {
    "warden": "regions=CA-YT,GB-SCT",
    "counter": "datasets=atlas,counts metrics",
    "both": "regions=CA datasets=atlas,counts",
}
TABLE = "species_code,scientific_name,american_english_name\nstejay,Cyanocitta stelleri,Steller's Jay\ncoohaw,Accipiter cooperii,Cooper's Hawk\nnobird,,no bird\n"


def row(place, species, day, num="", code="", source="", time="", minutes="", complete="", comments="", exact=("", "")):
    """A row of a plain file; a place is `code, name, latitude, longitude, region`."""
    cells = [*place, 2020 + day % 3, day % 12 + 1, day % 28 + 1, time, species, num, code, source, minutes, complete, comments, *exact]
    return ",".join('"' + str(cell).replace('"', '""') + '"' for cell in cells) + "\n"


def places(region, count, name=None, start=0):
    return [(f"L{start + n:03}", name or f"Marsh {n}", 60 + n / 10, -135 - n / 10, region) for n in range(count)]


def rows(random, places, species, count, prefix):
    """Random visits: each has a code, and each record an identifier of its own; some have neither."""
    text = ""
    for n in range(count):
        place, day = random.choice(places), random.randrange(400)
        code = random.choice(["", f"{prefix}{n}"])
        visit = dict(code=code, time=random.choice(["", "06:41"]), minutes=random.choice(["", 30]) if code else "",
                     complete=random.choice(["", 1, 0]) if code else "")
        for k in range(random.randrange(1, 4)):
            text += row(place, random.choice(species), day, random.choice(["", 0, 1, 7, 2000]), source=code and f"{code}-{k}",
                        comments=random.choice(["", "a pair"]), exact=random.choice([("", ""), (28000, 1)]), **visit)
    return text


def store(database, name, text, *options, at=1_700_000_000, dataset=None):
    """Imports rows at a time. The name of the file tells nothing of what is in it."""
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder, f"{name}.csv")
        file.write_text(text)
        done = subprocess.run(
            [PROGRAM, "import", str(file), "--database", str(database), "--dataset", dataset or name, "--source", "a file", *options],
            env=environment() | {"SOURCE_DATE_EPOCH": str(at)}, capture_output=True, text=True, timeout=300)
        if done.returncode != 0:
            sys.exit(f"FAILED: import of {name}:\n{done.stdout}{done.stderr}")


def common(database):
    """What both databases begin with."""
    chance = random.Random(7)
    with tempfile.TemporaryDirectory() as folder:
        table = pathlib.Path(folder, "species.csv")
        table.write_text(TABLE)
        done = rookery("import", table, "--database", database)
        check(done.returncode == 0, "a species table is imported", done.stderr)
    yukon, alaska = places("CA-YT", 8), places("US-AK", 6, start=4)
    store(database, "atlas", HEADER + rows(chance, yukon, ["stejay", "coohaw", "Xema local"], 60, "A") + rows(chance, alaska, ["stejay", "hidden1"], 30, "B"))
    store(database, "counts", HEADER + rows(chance, yukon[:4] + places("GB-SCT", 3, start=20), ["stejay", "nobird"], 40, "C"))
    store(database, "nests", HEADER + rows(chance, yukon, ["coohaw"], 20, "D"))


def differ_by_region(database, side):
    """What `warden` does not see: other regions, of data sets of which they see a part, and of others."""
    chance = random.Random(side)
    seen = random.Random(8)
    visible = rows(seen, places("CA-YT", 8), ["stejay", "coohaw", "Xema local", "Xema other"], 70, "A") + rows(seen, places(
        "GB-SCT", 3, start=40), ["stejay"], 9, "G")
    elsewhere = places("US-AK", 6, start=4) + places(["US-AK-090", "MX", ""][side], 3, "Owl wood" if side else "Eagle crag", start=1)
    hidden = lambda count, prefix: rows(chance, elsewhere, ["stejay", "hidden1", "owl" if side else "eagle", "Xema local"], count, prefix)
    # Before and after what can be seen, and between it.
    store(database, "before", HEADER + hidden(10 + 30 * side, "E"), at=1_700_000_100 + side)
    lines = (visible + hidden(20 + 50 * side, "F")).splitlines(keepends=True)
    fixed = [line for line in lines if line in visible]
    for line in [line for line in lines if line not in visible]:
        fixed.insert(chance.randrange(len(fixed) + 1), line)
    store(database, "atlas", HEADER + "".join(fixed), at=1_700_001_000)
    store(database, "counts", HEADER + hidden(5 + 9 * side, "H"), "--append", at=1_700_002_000 + 500 * side)
    store(database, "counts", HEADER + rows(random.Random(9), places("GB-SCT", 3, start=20), ["stejay"], 6, "K"), "--append", at=1_700_003_000)
    if side:
        store(database, "zoo", HEADER + hidden(9, "I"), at=1_700_005_000)


def differ_by_dataset(database, side):
    """What `counter` does not see: data sets, also at the places that they see."""
    chance = random.Random(20 + side)
    own = places("CA-YT", 8, "The owl's nest" if side else "The eagle's nest") + places(["CA-YT", "CA-BC"][side], 5, start=3 + side)
    moved = [(code, name, latitude + 1 + side, longitude, region) for code, name, latitude, longitude, region in own[:3]]
    species = ["coohaw", "hidden2", "owl" if side else "eagle", "Xema other"]
    hidden = lambda count, prefix: rows(chance, own + moved, species, count, prefix)
    store(database, "nests", HEADER + hidden(25 + 60 * side, "N"), at=1_700_000_100 + side)
    store(database, "aviary" if side else "zoo", HEADER + hidden(5 + side, "O"), at=1_700_000_200 + side)
    visible = HEADER + rows(random.Random(8), places("CA-YT", 8), ["stejay", "Xema local", "Xema more"], 70, "A")
    store(database, "atlas", visible, at=1_700_001_000)
    store(database, "nests", HEADER + hidden(5, "P"), "--append", at=1_700_002_000 + 50 * side)
    store(database, "counts", HEADER + rows(random.Random(9), places("GB-SCT", 3, start=20), ["stejay"], 6, "K"), "--append", at=1_700_003_000)
    if side:
        done = rookery("datasets", "remove", "aviary", "--database", database)
        check(done.returncode == 0, "a hidden data set is removed", done.stderr)


FIELDS = ("id,loc_id,location_name,latitude,longitude,region,date,time,species_id,common_name,scientific_name,category,num,dataset,checklist_id,"
          "source_id,minutes,complete,comments,coordinate_uncertainty_m,generalised")
FILTERS = [
    "", "species=stejay", "species=Xema local", "species=xema LOCAL", "species=hidden1", "species=hidden2", "species=owl", "species=eagle",
    "species=hiden1", "species=owll", "species=stejai", "species=Cooper's hawk", "species=coohaw,owl", "year=2021", "month=2&day=9", "from=2021&to=2021-06",
    "region=CA-YT", "region=US", "region=US-AK", "region=US-AK-090", "region=MX", "region=CA", "location=L001", "location=L005", "location=L041",
    "location=L999", "location=L001,L002", "bbox=-136,60,-135,61.5", "near=61,-136&within=100", "min_num=1", "max_num=0", "dataset=atlas", "dataset=nests",
    "dataset=zoo", "dataset=aviary", "dataset=before", "dataset=atlas,nests", "dataset=nests,counts&species=stejay",
]
PATHS = ["/observations", "/checklists", "/locations", "/species", "/regions", "/datasets", "/openapi.json", "/health", "/nothing", "/observations/1",
         "/observations/0", "/observations/4503599627370495", "/observations/x", "/species/stejay", "/species/hidden1", "/species/owl", "/species/eagle",
         "/species/Xema%20local", "/species/Xema%20other", "/species/coohaw", "/locations/L041", "/locations/L999"] + [f"/locations/L{n:03}" for n in range(12)]
SORTS = ["", "-date", "species_id", "-loc_id", "num", "location_name,-num", "-dataset,date", "common_name", "region,-latitude", "category,day"]
KEYS = ["species", "region", "location", "year", "iso_year", "month", "week", "date", "dataset", "species,year", "species,location", "location,year",
        "dataset,region", "species,region,month"]


def requests_to_make():
    for path in PATHS:
        yield path
    for given in FILTERS:
        for path in ("/observations", "/checklists", "/locations"):
            yield f"{path}?{given}&count=exact&limit=1000" if given else f"{path}?count=exact&limit=1000"
        yield f"/observations?{given}&fields={FIELDS}".replace("?&", "?")
        yield f"/observations?{given}&zerofill=yes&limit=100".replace("?&", "?")
        for keys in KEYS:
            yield f"/summary?by={keys}&{given}".rstrip("&")
    for sort in SORTS:
        yield f"/observations?sort={sort}&fields={FIELDS}" if sort else f"/observations?fields={FIELDS}"
    for style in ("json", "ndjson", "csv", "geojson"):
        for path in ("/observations", "/checklists", "/locations", "/species", "/regions", "/datasets", "/summary?by=species"):
            yield f"{path}{'&' if '?' in path else '?'}format={style}"
    yield "/observations?format=csv&spreadsheet=yes"
    yield "/?after=AAAA&limit=3"
    yield "/?colour=red"


class Pair:
    """The same request to both servers, whose answers must be equal."""

    def __init__(self, servers, name):
        self.servers, self.count = servers, 0
        self.sessions = [requests.Session() for _ in servers]
        for session in self.sessions:
            session.auth = (name, PASSWORD.encode())

    def __call__(self, path, method="GET", **fields):
        answers = [session.request(method, server.url + path, headers=fields, timeout=30, allow_redirects=False)
                   for server, session in zip(self.servers, self.sessions)]
        told = [self.told(answer) for answer in answers]
        if told[0] != told[1]:
            parts = [(one, other) for one, other in zip(*told) if one != other]
            sys.exit(f"FAILED: {self.sessions[0].auth[0]} is told apart by {method} {path} {fields}: {str(parts)[:1500]}")
        self.count += 1
        return answers[0]

    @staticmethod
    def told(answer):
        fields = sorted((name, value) for name, value in answer.headers.items() if name.lower() not in ("date", "x-request-id"))
        body = answer.content
        if answer.status_code >= 500:
            body = re.sub(rb'"request_id":"[^"]*"', b"", body)
        return answer.status_code, fields, body


def compare(pair):
    ids = set()
    for path in requests_to_make():
        answer = pair(path)
        if answer.headers.get("Content-Type") == "application/json" and "fields=id" in path:
            ids |= {record["id"] for record in answer.json()}
        if answer.status_code == 200:
            head = pair(path, "HEAD")
            assert not head.content
            if tag := answer.headers.get("ETag"):
                assert pair(path, **{"If-None-Match": tag}).status_code == 304, path
            if date := answer.headers.get("Last-Modified"):
                pair(path, **{"If-Modified-Since": date})
    check(len(ids) > 50 and None not in ids, f"{pair.count} answers are equal, with {len(ids)} ids of records")
    for number in sorted(ids)[:40]:
        assert pair(f"/observations/{number}").status_code == 200
        pair(f"/observations/{number}", "HEAD")
        pair(f"/observations/{number + 1}")
    pages = 0
    for path in ("/observations", "/checklists", "/locations", "/observations?sort=-num,location_name", "/observations?sort=-loc_id",
                 "/observations?species=stejay&zerofill=yes", "/observations?dataset=atlas&sort=species_id", "/observations?region=CA-YT&sort=-date"):
        following = f"{path}{'&' if '?' in path else '?'}limit=7&count=exact"
        tokens = set()
        while following:
            answer = pair(following)
            assert answer.status_code == 200, answer.text
            pages += 1
            link = answer.links.get("next", {}).get("url")
            if link:
                assert link not in tokens
                tokens.add(link)
            following = link and path.split("?")[0] + link
        for token in list(tokens)[:2]:
            changed = re.sub("after=(.)", lambda found: "after=" + ("B" if found[1] == "A" else "A"), token)
            assert pair(path.split("?")[0] + changed).status_code == 400, "a changed token is refused"
    check(pages > 60, f"{pages} pages are equal, with all their tokens")
    for method, path in [("OPTIONS", "/observations"), ("POST", "/observations"), ("DELETE", "/locations/L041"), ("GET", "//"), ("GET", "/metrics/x")]:
        pair(path, method)
    metrics = [requests.get(server.url + "/metrics", auth=session.auth, timeout=30) for server, session in zip(pair.servers, pair.sessions)]
    data = [(answer.status_code, [line for line in answer.text.splitlines() if "generation" in line]) for answer in metrics]
    check(data[0] == data[1], "what the metrics say of the data is equal", data)


def follow_pages_over_an_import(folder, users, rights):
    """The last row of a page is gone when the next page is asked for: on one side only, hidden records still have its
    species, place or data set."""
    visible, hidden = places("CA-YT", 3), places("US-AK", 1, start=2)
    kept = row(visible[0], "stejay", 1, 5) + row(visible[1], "coohaw", 2, 3) + row(visible[1], "stejay", 3, 1)
    # In each order, the row with most birds comes first.
    gone = {"species": ("atlas", row(visible[0], "Xema rara", 4, 900)), "place": ("atlas", row(visible[2], "stejay", 4, 900)),
            "dataset": ("aaa", row(visible[0], "stejay", 4, 900))}
    orders = ["", "-num", "-num,loc_id", "-num,dataset", "dataset,-num", "-species_id,loc_id,date", "-loc_id,date,species_id"]

    def put(database, name, rows, *options):
        file = pathlib.Path(folder, f"{name}.csv")
        file.write_text(HEADER + rows)
        done = subprocess.run([PROGRAM, "import", str(file), "--database", str(database), "--dataset", name, "--source", "a file", *options],
                              env=environment() | {"SOURCE_DATE_EPOCH": "1700000000"}, capture_output=True, text=True, timeout=300)
        if done.returncode != 0:
            sys.exit(f"FAILED: import of {name}:\n{done.stdout}{done.stderr}")

    def ask(server, query):
        request = urllib.request.Request(f"{server.url}/?{query}", headers={
            "Authorization": "Basic " + base64.b64encode(f"warden:{PASSWORD}".encode()).decode()})
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.headers.get("Link", ""), answer.headers["ETag"], answer.read()
        except urllib.error.HTTPError as error:
            return error.code, "", "", re.sub(rb'"request_id":"[^"]*"', b"", error.read())

    for kind, (name, last) in gone.items():
        told = {}
        first = pathlib.Path(folder, f"{kind}.db")
        put(first, "atlas", kept)
        for side in (0, 1):
            database = pathlib.Path(folder, f"{kind}-{side}.db")
            shutil.copy(first, database)
            put(database, name, last + (kept if name == "atlas" else ""))
            if side:
                put(database, "aaa", row(hidden[0], "Xema rara", 9, 2), "--append")
            with Server(database, "--users", users, "--rights", rights, credentials=()) as server:
                pages = [ask(server, f"limit=1&sort={order}" if order else "limit=1") for order in orders]
                links = [re.search(r"\?([^>]*)>", page[1])[1] for page in pages]
                # The hidden record stays.
                if name == "atlas":
                    put(database, "atlas", kept)
                elif side:
                    put(database, "aaa", row(hidden[0], "Xema rara", 9, 2))
                else:
                    rookery("datasets", "remove", "aaa", "--database", database)
                time.sleep(0.2)
                told[side] = pages, [ask(server, link) for link in links]
        for order, one, other in zip(orders, told[0][1], told[1][1]):
            if one != other:
                sys.exit(f"FAILED: a page after an import tells of a hidden {kind} in the order '{order}': {one} {other}")
        check(told[0] == told[1], f"pages over an import tell nothing of a hidden {kind}", told)


def main():
    with tempfile.TemporaryDirectory() as folder:
        users, rights = pathlib.Path(folder, "users"), pathlib.Path(folder, "rights")
        for name, words in READERS.items():
            for command, options in (("users", ["add", name]), ("rights", ["set", name, *words.split()])):
                done = rookery(command, *options, "--users", users, *(["--rights", rights] if command == "rights" else []), input=PASSWORD)
                check(done.returncode == 0, f"{name} has {command}", done.stderr)
        follow_pages_over_an_import(folder, users, rights)
        first = pathlib.Path(folder, "first.db")
        common(first)
        for differ, readers in ((differ_by_region, ["warden"]), (differ_by_dataset, ["counter", "both"])):
            databases = []
            for side in (0, 1):
                # The same path, so that not even an error could tell them apart.
                os.makedirs(pathlib.Path(folder, differ.__name__, str(side)))
                databases.append(pathlib.Path(folder, differ.__name__, str(side), "birds.db"))
                shutil.copy(first, databases[side])
                differ(databases[side], side)
            with Server(databases[0], "--users", users, "--rights", rights, credentials=()) as one, \
                    Server(databases[1], "--users", users, "--rights", rights, credentials=()) as other:
                for reader in readers:
                    compare(Pair([one, other], reader))


main()
