"""What somebody may not see changes nothing that they are told: two databases that differ in nothing else answer alike,
byte for byte."""

import base64
import gzip
import http.client
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
import urllib.parse
import urllib.request

from server import PROGRAM, Server, check, environment, rookery

PASSWORD = "korrektes Pferd"
HEADER = ("loc_id,location_name,latitude,longitude,region,year,month,day,time,species_id,num,checklist_id,source_id,minutes,complete,"
          "comments,coordinate_uncertainty_m,generalised\n")
# `curator` sees everything: what is kept for their answers must not get into those of others.
READERS = {
    "curator": "",
    "warden": "regions=CA-YT,GB-SCT metrics",
    "counter": "datasets=atlas,counts metrics",
    "both": "regions=CA datasets=atlas,counts",
}
# A species that no table lists, and a bird that counts as one if a record says that it is an intergrade.
JUNCOS = ["Junco hyemalis", "Junco hyemalis hyemalis x oreganus"]
TABLE = """species_code,scientific_name,american_english_name
stejay,Cyanocitta stelleri,Steller's Jay
coohaw,Accipiter cooperii,Cooper's Hawk
nobird,,no bird
"""
# The newer one has other codes for the Siberian Jay, which all may see, and for the owl, which only hidden records name.
OLD_TAXONOMY = """species_code,category,sci_name,primary_com_name,taxon_order
oldjay,species,Perisoreus infaustus,Siberian Jay,2
"""
TAXONOMY = """species_code,category,sci_name,primary_com_name,taxon_order
sibjay1,species,Perisoreus infaustus,Siberian Jay,2
eueowl1,species,Bubo bubo,Eurasian Eagle-Owl,3
"""


def row(place, species, day, num="", code="", source="", time="", minutes="", complete="", comments="", exact=("", "")):
    """A row of a plain file; a place is `code, name, latitude, longitude, region`."""
    cells = [*place, 2020 + day % 3, day % 12 + 1, day % 28 + 1, time, species, num, code, source, minutes, complete, comments, *exact]
    return ",".join('"' + str(cell).replace('"', '""') + '"' for cell in cells) + "\n"


def places(region, count, name=None, start=0):
    return [(f"L{start + n:03}", name or f"Marsh {n}", 60 + n / 10, -135 - n / 10, region) for n in range(count)]


def rows(random, places, species, count, prefix, uncertainty=28_000):
    """Random visits: each has a code, and each record an identifier of its own; some have neither."""
    text = ""
    for n in range(count):
        place, day = random.choice(places), random.randrange(400)
        code = random.choice(["", f"{prefix}{n}"])
        visit = dict(code=code, time=random.choice(["", "06:41"]), minutes=random.choice(["", 30]) if code else "",
                     complete=random.choice(["", 1, 0]) if code else "")
        for k in range(random.randrange(1, 4)):
            text += row(place, random.choice(species), day, random.choice(["", 0, 1, 7, 2000]), source=code and f"{code}-{k}",
                        comments=random.choice(["", "a pair"]), exact=random.choice([("", ""), (uncertainty, 1)]), **visit)
    return text


def bare_rows(random, places, species, count):
    """Random records that say nothing beyond place, day, species and number."""
    return "".join(row(random.choice(places), random.choice(species), random.randrange(400), random.choice([1, 7])) for _ in range(count))


def ebird_rows(place, common_name, scientific_name, category, species=("Dark-eyed Junco", "Junco hyemalis")):
    """A file of the eBird Basic Dataset with a subspecies, which gives it names and a category."""
    cells = {
        "GLOBAL UNIQUE IDENTIFIER": "E1", "COMMON NAME": species[0], "SCIENTIFIC NAME": species[1], "CATEGORY": category,
        "SUBSPECIES COMMON NAME": common_name, "SUBSPECIES SCIENTIFIC NAME": scientific_name, "OBSERVATION COUNT": "3",
        "COUNTRY CODE": place[4][:2], "STATE CODE": place[4], "LOCALITY": place[1], "LOCALITY ID": place[0], "LATITUDE": str(place[2]),
        "LONGITUDE": str(place[3]), "OBSERVATION DATE": "2021-02-03", "TIME OBSERVATIONS STARTED": "07:00:00",
        "SAMPLING EVENT IDENTIFIER": "S1", "ALL SPECIES REPORTED": "1"}
    return "\t".join(cells) + "\n" + "\t".join(cells.values()) + "\n"


def import_text(database, name, text, *options, at):
    """Imports a file of this text at a time. Its name tells nothing of what is in it."""
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder, f"{name}.csv")
        file.write_text(text)
        done = subprocess.run([PROGRAM, "import", str(file), "--database", str(database), *options],
                              env=environment() | {"SOURCE_DATE_EPOCH": str(at)}, capture_output=True, text=True, timeout=300)
        if done.returncode != 0:
            sys.exit(f"FAILED: import of {name}:\n{done.stdout}{done.stderr}")


def store(database, name, text, *options, at=1_700_000_000, source="a file"):
    import_text(database, name, HEADER + text, "--dataset", name, "--source", source, *options, at=at)


def common(database):
    """What both databases begin with."""
    chance = random.Random(7)
    import_text(database, "species", TABLE, at=1_600_000_000)
    import_text(database, "species", OLD_TAXONOMY, at=1_600_000_001)
    yukon, alaska = places("CA-YT", 8), places("US-AK", 6, start=100)
    store(database, "atlas", rows(chance, yukon, ["stejay", "coohaw", "Xema local", "oldjay"], 60, "A") + rows(
        chance, alaska, ["stejay", "hidden1"], 30, "B"), "--licence", "CC0-1.0", "--citation", "The atlas")
    store(database, "counts", rows(chance, yukon[:4] + places("GB-SCT", 3, start=20), ["stejay", "nobird"], 40, "C"))
    store(database, "nests", rows(chance, yukon, ["coohaw"], 20, "D"))


def differ_by_region(database, side):
    """What `warden` does not see: other regions, of data sets of which they see a part, and of others."""
    chance = random.Random(side)
    seen = random.Random(8)
    visible = rows(seen, places("CA-YT", 8), ["stejay", "coohaw", "Xema local", "Xema other", "oldjay", *JUNCOS], 70, "A") + rows(
        seen, places("GB-SCT", 3, start=40), ["stejay"], 9, "G")
    # On one side, they share codes with places that can be seen.
    elsewhere = places("US-AK", 6, start=4 if side else 100) + places(
        ["US-AK-090", "MX", ""][side], 3, "Owl wood" if side else "Eagle crag", start=1 if side else 101)
    species = ["stejay", "hidden1", "owl" if side else "eagle", "Xema local"]
    if side:
        # Lists, unless there is something with this name.
        elsewhere.append(("L001,L002", "Owl nest", 60.1, -135.1, "CA-YT,GB-SCT"))
        species += ["coohaw,owl", "Bubo bubo"]
    hidden = lambda count, prefix: rows(chance, elsewhere, species, count, prefix, 40_000 + side)
    # Before and after what can be seen, and between it.
    store(database, "before", hidden(10 + 30 * side, "E"), at=1_700_000_100 + side)
    import_text(database, "species", TAXONOMY, at=1_700_000_200)
    lines = (visible + hidden(20 + 50 * side, "F")).splitlines(keepends=True)
    fixed = [line for line in lines if line in visible]
    for line in [line for line in lines if line not in visible]:
        fixed.insert(chance.randrange(len(fixed) + 1), line)
    store(database, "atlas", "".join(fixed), "--licence", "CC0-1.0", "--citation", "The atlas", at=1_700_001_000)
    store(database, "counts", hidden(5 + 9 * side, "H"), "--append", at=1_700_002_000 + 500 * side)
    store(database, "counts", rows(random.Random(9), places("GB-SCT", 3, start=20), ["stejay"], 6, "K"), "--append", at=1_700_003_000)
    store(database, "counts", hidden(5 + 9 * side, "L"), "--append", at=1_700_004_000 + 500 * side, source=f"owls {side}")
    if side:
        import_text(database, "counts", ebird_rows(elsewhere[0], "Dark-eyed Junco (mixed)", JUNCOS[1], "intergrade"),
                    "--dataset", "counts", "--append", at=1_700_004_600)
        store(database, "albums", hidden(20, "I"), "--licence", "secret", at=1_700_005_000)


def differ_by_dataset(database, side):
    """What `counter` does not see: data sets, also at the places that they see."""
    chance = random.Random(20 + side)
    own = places("CA-YT", 8, "The owl's nest" if side else "The eagle's nest") + places(["CA-YT", "CA-BC"][side], 5, start=3 + side)
    moved = [(code, name, latitude + 1 + side, longitude, region) for code, name, latitude, longitude, region in own[:3]]
    species = ["coohaw", "hidden2", "owl" if side else "eagle", "Xema other"]
    if side:
        own.append(("L001,L002", "Owl nest", 60.1, -135.1, "CA-YT,GB-SCT"))
        species += ["coohaw,owl", "Bubo bubo"]
    hidden = lambda count, prefix: rows(chance, own + moved * side, species, count, prefix, 40_000 + side)
    store(database, "nests", hidden(25 + 60 * side, "N"), "--licence", f"licence {side}", "--citation", f"{side}", at=1_700_000_100 + side)
    store(database, "aviary" if side else "zoo", hidden(5 + side, "O"), at=1_700_000_200 + side)
    import_text(database, "species", TAXONOMY, at=1_700_000_300)
    store(database, "atlas", rows(random.Random(8), places("CA-YT", 8), ["stejay", "Xema local", "Xema more", "oldjay"], 70, "A"),
          "--licence", "CC0-1.0", "--citation", "The atlas", at=1_700_001_000)
    store(database, "nests", hidden(5, "P"), "--append", at=1_700_002_000 + 50 * side, source=f"owls {side}")
    store(database, "counts", rows(random.Random(9), places("GB-SCT", 3, start=20), ["stejay"], 6, "K"), "--append", at=1_700_003_000)
    if side:
        done = rookery("datasets", "remove", "aviary", "--database", database)
        check(done.returncode == 0, "a hidden data set is removed", done.stderr)
        store(database, "albums", hidden(20, "I"), "--licence", "secret", at=1_700_005_000)


def differ_in_kind(database, side):
    """What is hidden is on one side only, and of a kind that nothing visible is: it has codes, details, places that share
    a code, and names for a species that can be seen and that no table has."""
    sparrow = ("White-crowned Sparrow", "Zonotrichia leucophrys")
    species = ["stejay", "Xema local", "Junco hyemalis oreganus", "Dark-eyed Junco (Oregon)", "Zonotrichia leucophrys gambelii"]
    if side:
        import_text(database, "ebird", ebird_rows(places("US-AK", 1)[0], "Dark-eyed Junco (Oregon)", "Junco hyemalis oreganus", "form"),
                    "--dataset", "ebird", at=1_700_000_000)
        import_text(database, "ebird", ebird_rows(places("US-AK", 1)[0], "Gambel's Sparrow", "Zonotrichia leucophrys gambelii", "issf", sparrow),
                    "--dataset", "ebird", "--append", at=1_700_000_000)
        # What came first does not decide which of two equal records comes first.
        store(database, "twins", bare_rows(random.Random(6), places("US-AK", 3), ["stejay"], 5), at=1_700_000_000)
    store(database, "atlas", bare_rows(random.Random(3), places("CA-YT", 8), species, 90))
    if side:
        store(database, "zoo", rows(random.Random(4), places("US-AK", 8) + [("L003", "No region", 1, 1, "")], ["stejay", "owl"], 50, "Z"),
              at=1_700_000_100)
    store(database, "counts", bare_rows(random.Random(5), places("GB-SCT", 3, start=20), ["stejay", "Xema other"], 20), at=1_700_001_000)
    store(database, "twins", bare_rows(random.Random(3), places("CA-YT", 8), species, 90), *["--append"] * side, at=1_700_002_000)
    # It knows the species of the sparrow, of which hidden records name a subspecies.
    import_text(database, "species", f"species_code,category,sci_name,primary_com_name,taxon_order\nwhcspa,species,{sparrow[1]},{sparrow[0]},4\n",
                at=1_700_003_000)


FIELDS = ("id,loc_id,location_name,latitude,longitude,region,date,time,species_id,common_name,scientific_name,category,num,dataset,checklist_id,"
          "source_id,minutes,complete,comments,coordinate_uncertainty_m,generalised,generalisation")
CHECKLIST_FIELDS = ("checklist_id,loc_id,location_name,date,time,dataset,minutes,complete,species_count,coordinate_uncertainty_m,"
                    "generalised,generalisation")
FILTERS = [
    "", "species=stejay", "species=Xema local", "species=xema LOCAL", "species=hidden1", "species=hidden2", "species=owl", "species=eagle",
    "species=hiden1", "species=owll", "species=stejai", "species=Cooper's hawk", "species=coohaw,owl", "species=oldjay", "species=bubo bubo", "species=Junco hyemalis", "species=Dark-eyed Junco (Oregon)", "species=junco hyemalis OREGANUS", "species=whcspa", "species=Zonotrichia leucophrys gambelii",
    "year=2021", "month=2&day=9", "from=2021&to=2021-06", "region=CA-YT", "region=US", "region=US-AK", "region=US-AK-090", "region=MX",
    "region=CA", "region=CA-YT,GB-SCT", "location=L001", "location=L005", "location=L041", "location=L101", "location=L999", "location=L001,L002",
    "bbox=-136,60,-135,61.5", "near=61,-136&within=100", "min_num=1", "max_num=0", "dataset=atlas", "dataset=nests", "dataset=zoo",
    "generalised=yes", "generalised=no", "generalised=yes&species=stejay", "dataset=aviary", "dataset=before", "dataset=albums", "dataset=atlas,nests", "dataset=nests,counts&species=stejay",
]
PATHS = ["/observations", "/checklists", "/locations", "/species", "/regions", "/datasets", "/openapi.json", "/health", "/nothing", "/observations/1",
         "/observations/0", "/observations/4503599627370495", "/observations/x", "/species/stejay", "/species/nosuch", "/locations/L999"]
SORTS = ["", "-date", "species_id", "-loc_id", "num", "location_name,-num", "-dataset,date", "common_name", "region,-latitude", "category,day",
         "-date,-loc_id,-species_id", "loc_id,date,species_id", "year,-month", "-scientific_name", "longitude,region"]
KEYS = ["species", "region", "location", "year", "iso_year", "month", "week", "date", "dataset", "species,year", "species,location", "location,year",
        "dataset,region", "species,region,month"]


def requests_to_make():
    for path in PATHS:
        yield path
    for given in FILTERS:
        for path in ("/observations", "/checklists", "/locations"):
            yield f"{path}?{given}&count=exact&limit=1000" if given else f"{path}?count=exact&limit=1000"
        yield f"/observations?{given}&fields={FIELDS}".replace("?&", "?")
        yield f"/observations?{given}&zerofill=yes&limit=100&count=exact".replace("?&", "?")
        for keys in KEYS:
            yield f"/summary?by={keys}&{given}".rstrip("&")
    for sort in SORTS:
        yield f"/observations?sort={sort}&fields={FIELDS}" if sort else f"/observations?fields={FIELDS}"
    for style in ("json", "ndjson", "csv", "geojson"):
        for path in ("/observations", "/checklists", "/locations", "/species", "/regions", "/datasets", "/summary?by=species"):
            yield f"{path}{'&' if '?' in path else '?'}format={style}"
    yield "/observations?format=csv&spreadsheet=yes"
    yield f"/checklists?fields={CHECKLIST_FIELDS}"
    yield f"/checklists?fields={CHECKLIST_FIELDS}&species=stejay"
    yield "/?after=AAAA&limit=3"
    yield "/?colour=red"


class Answer:
    def __init__(self, answer):
        self.status, self.body = answer.status, answer.read()
        self.fields = {name.lower(): value for name, value in answer.getheaders()}

    @property
    def told(self):
        fields = {name: value for name, value in self.fields.items() if name not in ("date", "x-request-id")}
        return self.status, fields, re.sub(rb'"request_id":"[^"]*"', b"", self.body)

    def json(self):
        return json.loads(gzip.decompress(self.body) if self.fields.get("content-encoding") == "gzip" else self.body)

    @property
    def next(self):
        """The query of the next page."""
        link = re.search(r"<(.*?)>", self.fields.get("link", ""))
        return link and link[1]


class Pair:
    """The same request to both servers, whose answers to a reader must be equal."""

    def __init__(self, servers, reader):
        self.reader, self.count = reader, 0
        self.connections = [http.client.HTTPConnection(*server.address, timeout=30) for server in servers]

    def ask(self, path, reader, method="GET", **fields):
        """The answers of both, whatever they are."""
        credentials = base64.b64encode(f"{reader}:{PASSWORD}".encode()).decode()
        fields = {"Authorization": f"Basic {credentials}", "Accept-Encoding": "gzip"} | fields
        answers = []
        for connection in self.connections:
            connection.request(method, urllib.parse.quote(path, safe="/?&=%,:-._~'"), headers=fields)
            answers.append(Answer(connection.getresponse()))
        return answers

    def __call__(self, path, method="GET", status=None, **fields):
        one, other = self.ask(path, self.reader, method, **fields)
        if one.told != other.told:
            parts = [(a, b) for a, b in zip(one.told, other.told) if a != b]
            sys.exit(f"FAILED: {self.reader} is told apart by {method} {path} {fields}: {str(parts)[:1500]}")
        if status not in (None, one.status):
            sys.exit(f"FAILED: {self.reader} gets {one.status} for {method} {path} {fields}")
        self.count += 1
        return one


def compare_answers(pair):
    differing = 0
    for path in requests_to_make():
        # On the same connection, so that one loop answers both people.
        all_there_is = pair.ask(path, "curator")
        differing += all_there_is[0].told != all_there_is[1].told
        answer = pair(path)
        # Summaries are many, and alike in these.
        if answer.status == 200 and ("/summary" not in path or path in ("/summary?by=region", "/summary?by=species")):
            assert not pair(path, "HEAD", **{"Accept-Encoding": "identity"}).body
            tag, date = answer.fields.get("etag"), answer.fields.get("last-modified")
            if tag:
                pair(path, "HEAD", status=304, **{"If-None-Match": tag})
                pair(path, status=200, **{"If-None-Match": ", ".join(other.fields["etag"] for other in all_there_is)})
            if date:
                pair(path, status=200, **{"If-Modified-Since": date})
    check(differing > 200, f"{pair.count} answers to {pair.reader} are equal, and {differing} to who sees everything differ")


def compare_what_is_hidden(pair):
    """Each thing that is in one of the databases: those that can't be seen are as if they did not exist."""
    for path, member, filter in (("/observations?fields=id", "id", None), ("/locations", "loc_id", "location"),
                                 ("/species", "species_id", "species"), ("/regions", "region", "region"), ("/datasets", "name", "dataset")):
        seen = {thing[member] for thing in pair(path).json()}
        # A region may be unknown.
        has_none = None in seen
        seen -= {None}
        there = {thing[member] for answer in pair.ask(path, "curator") for thing in answer.json()} - {None}
        hidden = random.Random(1).sample(sorted(there - seen), min(60, len(there - seen)))
        shown = random.Random(1).sample(sorted(seen), min(40, len(seen)))
        for things, status in ((shown, 200), (hidden, 404)):
            for thing in things:
                text = urllib.parse.quote(str(thing), safe="")
                if path.split("?")[0] in ("/observations", "/locations", "/species"):
                    pair(f"{path.split('?')[0]}/{text}", status=status)
                    pair(f"{path.split('?')[0]}/{text}", "HEAD", status=status)
                if filter:
                    pair(f"/observations?{filter}={text}")
                    pair(f"/summary?by=year&{filter}={text}")
        if path.startswith("/observations"):
            for number in shown:
                pair(f"/observations/{number + 1}", status=404)
            check(len(seen) > 50 and len(hidden) > 30 and not has_none, f"{len(seen)} ids of records are equal, {len(hidden)} are hidden")


def compare_pages(pair):
    pages = 0
    for path in ("/observations", "/checklists", "/locations", "/observations?sort=-num,location_name", "/observations?sort=-loc_id",
                 "/observations?species=stejay&zerofill=yes", "/observations?dataset=atlas&sort=species_id", "/observations?region=CA-YT&sort=-date",
                 "/observations?sort=-date,-loc_id,-species_id"):
        following = f"{path}{'&' if '?' in path else '?'}limit=7&count=exact"
        for answer in pair.ask(following, "curator"):
            if answer.next:
                pair(path.split("?")[0] + answer.next, status=400)
        tokens = set()
        while following:
            answer = pair(following, status=200)
            pages += 1
            following = answer.next and path.split("?")[0] + answer.next
            assert following not in tokens
            if following:
                tokens.add(following)
        for token in list(tokens)[:2]:
            changed = re.sub("after=(.)", lambda found: "after=" + ("B" if found[1] == "A" else "A"), token)
            pair(changed, status=400)
    check(pages > 60, f"{pages} pages are equal, with all their tokens")


def compare(pair):
    compare_answers(pair)
    compare_what_is_hidden(pair)
    compare_pages(pair)
    for method, path in [("OPTIONS", "/observations"), ("POST", "/observations"), ("DELETE", "/locations/L041"), ("GET", "//"), ("GET", "/metrics/x")]:
        pair(path, method)
    pair.ask("/metrics", "curator")
    metrics = [[line for line in answer.body.decode().splitlines() if "generation" in line] for answer in pair.ask("/metrics", pair.reader)]
    assert bool(metrics[0]) == ("metrics" in READERS[pair.reader])
    check(metrics[0] == metrics[1], "what the metrics say of the data is equal", metrics)


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


def add_people(folder, readers):
    """Files of people and of their rights; no words are all records."""
    users, rights = pathlib.Path(folder, "users"), pathlib.Path(folder, "rights")
    for name, words in readers.items():
        for command, options in (("users", ["add", name]), ("rights", ["set", name, *(words or "all").split()])):
            done = rookery(command, *options, "--users", users, *(["--rights", rights] if command == "rights" else []), input=PASSWORD)
            check(done.returncode == 0, f"{name} has {command}", done.stderr)
    return users, rights


def both_sides(folder, first, differ):
    """Two copies of a file, since equal answers need equal keys, made to differ."""
    databases = []
    for side in (0, 1):
        # The same name, so that not even an error could tell them apart.
        os.makedirs(pathlib.Path(folder, differ.__name__, str(side)))
        databases.append(pathlib.Path(folder, differ.__name__, str(side), "birds.db"))
        shutil.copy(first, databases[side])
        differ(databases[side], side)
    return databases


def main():
    with tempfile.TemporaryDirectory() as folder:
        users, rights = add_people(folder, READERS)
        follow_pages_over_an_import(folder, users, rights)
        for differ, readers in ((differ_by_region, ["warden"]), (differ_by_dataset, ["counter", "both"]), (differ_in_kind, ["warden", "counter"])):
            first = pathlib.Path(folder, f"{differ.__name__}.db")
            if differ is differ_in_kind:
                import_text(first, "species", TABLE, at=1_600_000_000)
            else:
                common(first)
            databases = both_sides(folder, first, differ)
            with Server(databases[0], "--users", users, "--rights", rights, credentials=()) as one, \
                    Server(databases[1], "--users", users, "--rights", rights, credentials=()) as other:
                for reader in readers:
                    compare(Pair([one, other], reader))


if __name__ == "__main__":
    main()
