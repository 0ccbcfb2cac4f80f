"""Every filter, order, page, resource and format against an independent computation over the same files.

    agreement.py [SEED]

Two data sets are served: the sample data, and plain records with the oddities that real ones have (dates without a day, no
count, no place, the antimeridian, a pole, places that share a loc_id), which this script makes.
"""

import collections
import csv
import datetime
import io
import itertools
import json
import math
import pathlib
import random
import sys
import tempfile

import requests

import shown
from server import PASSWORD, PROJECT, Server, check, import_files

SEED = int(sys.argv[1]) if len(sys.argv) > 1 else 20211
MEMBERS = ["loc_id", "latitude", "longitude", "region", "year", "month", "day", "species_id", "num"]
RANDOM = random.Random(SEED)
# More than any answer here has.
MOST_PAGES = 10_000


def plain_records():
    """Rows of a plain file: places are (code, latitude, longitude, region)."""
    places = [("P1", -17.5, 179.9999, "FJ-N"), ("P1", -17.5, -179.9999, "FJ-N"), ("P1", None, None, "FJ"),
              ("P2", -17.25, 180.0, "FJ"), ("P2", -17.25, -180.0, "FJ"),
              ("P3", 90.0, 0.0, ""), ("P4", -90.0, 12.5, ""), ("P5", None, None, "US"), ("P6", None, None, ""),
              ("P7", 0.0, 0.0, "US-WA-033"), ("L910051831", 59.638609, -151.4980938, "US-AK")]
    places += [(f"Q{n}", round(RANDOM.uniform(-85, 85), 6), round(RANDOM.uniform(-180, 180), 6), "CA-YT-00" + str(n % 3))
               for n in range(40)]
    rows = []
    for _ in range(3000):
        month = RANDOM.randrange(0, 13)
        day = RANDOM.randrange(0, 29) if month else 0
        rows.append([*RANDOM.choice(places), RANDOM.randrange(1990, 2023), month or None, day or None,
                     RANDOM.choice(["stejay", "comrav", "bkcchi", "nobird", "xenops1 sp."]),
                     RANDOM.choice([None, None, 0, 1, 2, 17, 10_000_000])])
    return rows + rows[:150]


def read_all(folder):
    """All records, with everything that is known of them; and the checklists, by their keys."""
    with open(PROJECT / "data/species.csv", newline="", encoding="utf-8-sig") as file:
        names = {row["species_code"]: (row["scientific_name"], row["american_english_name"])
                 for row in csv.DictReader(file)}
    records = []
    with open(PROJECT / "data/feederwatch.csv", newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["VALID"] == "0":
                continue
            records.append(dict(
                loc_id=row["LOC_ID"], latitude=float(row["LATITUDE"]), longitude=float(row["LONGITUDE"]),
                region=row["SUBNATIONAL1_CODE"], year=int(row["Year"]), month=int(row["Month"]), day=int(row["Day"]),
                species_id=row["SPECIES_CODE"], num=None if row["HOW_MANY"] in ("", "NA", "X") else int(float(row["HOW_MANY"])),
                dataset="feederwatch", checklist_id=row["SUB_ID"], source_id=row["OBS_ID"], complete=True))
    odd = plain_records()
    with open(folder / "odd.csv", "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(MEMBERS)
        writer.writerows(odd)
    for row in odd:
        record = dict(zip(MEMBERS, row))
        record["region"] = record["region"] or None
        record.update(dataset="odd", checklist_id=None, source_id=None, complete=None)
        records.append(record)
    for record in records:
        record["scientific_name"], record["common_name"] = names.get(record["species_id"], (None, None))
        record["date"] = "-".join(f"{part:0{width}d}" for part, width in
                                  ((record["year"], 4), (record["month"], 2), (record["day"], 2)) if part)
        record["number"] = record["year"] * 10000 + (record["month"] or 0) * 100 + (record["day"] or 0)
        point = [(-1e9 if record[name] is None else record[name]) for name in ("latitude", "longitude")]
        record["place"] = (record["loc_id"].encode(), *point, (record["region"] or "").encode())
    return sorted(records, key=default_key), names


def null_first(value):
    return (0,) if value is None else (1, value.encode() if isinstance(value, str) else value)


def default_key(record):
    return (record["number"], record["place"], record["species_id"].encode(), null_first(record["num"]),
            record["dataset"] != "feederwatch")


def distance(latitude, longitude, record):
    """Kilometres along a great circle, by the angle between two vectors."""
    def vector(up, along):
        up, along = math.radians(up), math.radians(along)
        return math.cos(up) * math.cos(along), math.cos(up) * math.sin(along), math.sin(up)
    a, b = vector(latitude, longitude), vector(record["latitude"], record["longitude"])
    cross = math.sqrt((a[1] * b[2] - a[2] * b[1]) ** 2 + (a[2] * b[0] - a[0] * b[2]) ** 2 + (a[0] * b[1] - a[1] * b[0]) ** 2)
    return 6371.0088 * math.atan2(cross, sum(x * y for x, y in zip(a, b)))


def matches(record, filters):
    for name, value in filters.items():
        values = str(value).split(",")
        if name == "species":
            own = [record["species_id"]] + [n.lower() for n in (record["scientific_name"], record["common_name"]) if n]
            if not any(one == own[0] or one.lower() in own[1:] for one in values):
                return False
        elif name in ("year", "month", "day"):
            if record[name] is None or record[name] not in map(int, values):
                return False
        elif name == "from":
            if record["number"] < int((value.replace("-", "") + "0000")[:8]):
                return False
        elif name == "to":
            if record["number"] > int((value.replace("-", "") + "9999")[:8]):
                return False
        elif name == "region":
            if not any(record["region"] == one or (record["region"] or "").startswith(one + "-") for one in values):
                return False
        elif name in ("location", "dataset"):
            if record["loc_id" if name == "location" else name] not in values:
                return False
        elif name == "bbox":
            west, south, east, north = map(float, values)
            latitude, longitude = record["latitude"], record["longitude"]
            if latitude is None or not south <= latitude <= north:
                return False
            # The meridians 180 and -180 are one, and at a pole all are.
            written = {longitude, -longitude} if abs(longitude) == 180 else {longitude}
            inside = [west <= one <= east if west <= east else one >= west or one <= east for one in written]
            if not any(inside) and abs(latitude) != 90:
                return False
        elif name == "near":
            if record["latitude"] is None or distance(*map(float, values), record) > float(filters["within"]):
                return False
        elif name == "min_num":
            if record["num"] is None or record["num"] < int(value):
                return False
        elif name == "max_num":
            if record["num"] is None or record["num"] > int(value):
                return False
    return True


def random_filters(records, names):
    some = RANDOM.choice(records)
    other = RANDOM.choice(records)
    def box():
        center = (some["longitude"] or 0.0, some["latitude"] or 0.0)
        west, east = center[0] - RANDOM.uniform(0, 60), center[0] + RANDOM.uniform(0, 60)
        wrap = lambda x: x + 360 if x < -180 else x - 360 if x > 180 else x
        return f"{wrap(west):.4f},{max(-90, center[1] - 7.5):.4f},{wrap(east):.4f},{min(90, center[1] + 7.5):.4f}"
    choices = {
        "species": lambda: RANDOM.choice([
            some["species_id"], some["scientific_name"] or "nobird", (some["common_name"] or "nobird").upper().replace("NOBIRD", "nobird"),
            f"{some['species_id']},{other['species_id']}", ",".join(RANDOM.sample(sorted(names), 40))]),
        "year": lambda: RANDOM.choice([some["year"], f"{some['year']},{other['year']}"]),
        "month": lambda: RANDOM.choice(["1", "12,1,2", "7"]), "day": lambda: RANDOM.choice(["1", "3,17,28"]),
        "from": lambda: some["date"], "to": lambda: some["date"],
        "region": lambda: RANDOM.choice([some["region"] or "XX", "US", "CA,FJ", "CA-YT", "US-AK,US-WA"]),
        "location": lambda: RANDOM.choice([some["loc_id"], f"{some['loc_id']},{other['loc_id']}", "P1,P2,none"]),
        "dataset": lambda: RANDOM.choice(["odd", "feederwatch", "odd,none"]),
        "bbox": box, "near": lambda: f"{some['latitude'] or 0},{some['longitude'] or 0}",
        "min_num": lambda: RANDOM.choice([0, 1, 5]), "max_num": lambda: RANDOM.choice([5, 10, 10_000_000]),
    }
    filters = {name: choices[name]() for name in RANDOM.sample(sorted(choices), RANDOM.choice([1, 1, 2, 2, 3]))}
    if "near" in filters:
        filters["within"] = RANDOM.choice(["0.001", "50", "999.5", "15000"])
    if "from" in filters and "to" in filters and not matches({"number": int((filters["from"].replace("-", "") + "0000")[:8])}, {"to": filters["to"]}):
        del filters["to"]
    return filters


def order(records, sort):
    """Sorted as `sort` has it; the keys that it does not name follow in the direction of its last."""
    names = [name.lstrip("-") for name in sort.split(",")]
    down = [name.startswith("-") for name in sort.split(",")]
    def value(record, name):
        if name == "date":
            return record["number"]
        if name == "loc_id":
            return record["loc_id"].encode()
        return null_first(record[name])
    result = sorted(records, key=default_key, reverse=down[-1])
    for name, is_down in reversed(list(zip(names, down))):
        # A stable sort keeps what is equal as it was, also in reverse.
        result = sorted(result, key=lambda record: value(record, name), reverse=is_down)
    return result


class Client:
    def __init__(self, url):
        self.url = url
        self.session = requests.Session()
        self.session.headers["Password"] = PASSWORD

    def get(self, path, **parameters):
        answer = self.session.get(self.url + path, params=parameters, timeout=60)
        if answer.status_code != 200:
            sys.exit(f"FAILED: {answer.url} answers {answer.status_code}: {answer.text}")
        return answer

    def rows(self, path, **parameters):
        return self.get(path, **parameters).json()

    def pages(self, path, **parameters):
        """The rows of all pages, by following the links."""
        rows = []
        answer = self.get(path, **parameters)
        for _ in range(MOST_PAGES):
            page = answer.json()
            rows += page
            if "next" not in answer.links:
                return rows
            if len(page) != parameters["limit"]:
                sys.exit(f"FAILED: a page of {len(page)} rows before the last: {answer.url}")
            answer = self.session.get(requests.compat.urljoin(answer.url, answer.links["next"]["url"]), timeout=60)
        sys.exit(f"FAILED: pages that do not end: {answer.url}")


def same(found, expected, what):
    if found != expected:
        for index, (one, other) in enumerate(itertools.zip_longest(found, expected)):
            if one != other:
                sys.exit(f"FAILED: {what}: row {index} is {one} and should be {other} ({len(found)} and {len(expected)} rows)")


FIELDS = MEMBERS + ["date", "common_name", "scientific_name", "checklist_id", "source_id", "dataset"]
SORTS = ["date", "-date", "species_id", "-species_id,-date", "loc_id", "-loc_id", "num", "-num,species_id", "common_name,-date",
         "region,month", "-longitude,day", "dataset,-year,num", "species_id,-date", "scientific_name,-latitude", "loc_id,num", "loc_id,-date", "-loc_id,-date,-species_id",
         "date,loc_id,species_id,num"]


def check_filters(client, records, names):
    found_any = 0
    for _ in range(250):
        filters = random_filters(records, names)
        expected = [record for record in records if matches(record, filters)]
        found_any += bool(expected)
        answer = client.get("/observations", fields=",".join(FIELDS), count="exact", **filters)
        # What is equal in the default order may come in the order of its file or not.
        key = lambda row: json.dumps([row[name] for name in FIELDS])
        tie = lambda rows, get: [sorted(map(key, group)) for _, group in itertools.groupby(rows, get)]
        plain = lambda record: tuple(record[name] for name in MEMBERS + ["dataset"])
        same(tie(answer.json(), plain), tie(expected, plain), str(filters))
        if int(answer.headers["X-Total-Count"]) != len(expected):
            sys.exit(f"FAILED: {filters}: X-Total-Count is {answer.headers['X-Total-Count']}")
    check(found_any > 150, "random filters find what a reading of the files finds", f"{found_any} of 250 with records")


def check_orders(client, records, names):
    for sort in SORTS:
        for filters in ({"dataset": "odd"}, {"species": "stejay,comrav", "year": "2013,2014,2015"}):
            expected = [[r[name] for name in MEMBERS] for r in order([r for r in records if matches(r, filters)], sort)]
            rows = client.rows("/observations", sort=sort, **filters)
            same([[row[name] for name in MEMBERS] for row in rows], expected, f"sort={sort}")
            rows = client.pages("/observations", sort=sort, limit=RANDOM.choice([97, 500, 1000]), **filters)
            same([[row[name] for name in MEMBERS] for row in rows], expected, f"pages of sort={sort}")
    everything = client.rows("/observations")
    same(client.pages("/observations", limit=1013), everything, "pages of everything")
    check(True, "every order is that of its keys, and pages are its parts")


def check_formats(client, records, names):
    for filters in ({}, {"region": "US-AK"}, {"dataset": "odd", "month": "2"}, {"year": "1066"}):
        for path in ("/observations", "/checklists", "/locations"):
            filters_here = {n: v for n, v in filters.items() if path != "/locations" or n == "region"}
            rows = client.rows(path, **filters_here)
            lines = client.get(path + ".ndjson", **filters_here).text
            same([json.loads(line) for line in lines.splitlines()], rows, f"{path}.ndjson")
            table = list(csv.reader(io.StringIO(client.get(path, format="csv", **filters_here).text, newline="")))
            text = lambda value: "" if value is None else str(int(value)) if isinstance(value, bool) else str(value)
            same(table[1:], [[text(value) for value in row.values()] for row in rows], f"{path} as CSV")
            if rows:
                same(table[0], list(rows[0]), f"header of {path}")
            collection = client.session.get(client.url + path, params=filters_here, headers={"Accept": "application/geo+json"}).json()
            features = []
            for row in rows:
                geometry = None
                if row["latitude"] is not None:
                    geometry = {"type": "Point", "coordinates": [row["longitude"], row["latitude"]]}
                properties = {name: value for name, value in row.items() if name not in ("latitude", "longitude")}
                if path == "/checklists":
                    properties |= {"coordinate_uncertainty_m": None, "generalised": None}
                features.append({"type": "Feature", "geometry": geometry, "properties": properties})
            same(collection["features"], features, f"{path} as GeoJSON")
            same([collection["type"]], ["FeatureCollection"], "GeoJSON")
    for path in ("/species", "/regions", "/datasets", "/summary?by=year"):
        rows = client.rows(path)
        lines = client.session.get(client.url + path, headers={"Accept": "application/x-ndjson"}).text
        same([json.loads(line) for line in lines.splitlines()], rows, f"{path} as NDJSON")
    check(True, "all formats hold the same records")


def group_key(record, name):
    if name in ("iso_year", "week"):
        if not record["day"]:
            return None
        return datetime.date(record["year"], record["month"], record["day"]).isocalendar()[name == "week"]
    return record[{"species": "species_id", "location": "loc_id"}.get(name, name)]


def check_summaries(client, records, names):
    keys = ["species", "region", "location", "year", "iso_year", "month", "week", "date", "dataset"]
    wanted = [[key] for key in keys] + [["species", key] for key in keys[1:]]
    wanted += [["region", "year"], ["location", "year"], ["dataset", "year"], ["month", "region"], ["iso_year", "week", "species"], ["region", "iso_year", "week"],
               [key for key in keys if key != "year"], [key for key in keys if key != "week"]]
    plans = [(by, {}) for by in wanted] + [(RANDOM.choice(wanted), random_filters(records, names)) for _ in range(80)]
    for by, filters in plans:
        groups = collections.defaultdict(list)
        for record in records:
            if matches(record, filters):
                groups[tuple(group_key(record, key) for key in by)].append(record)
        expected = []
        for key in sorted(groups, key=lambda key: [null_first(part) for part in key]):
            group = groups[key]
            nums = [record["num"] for record in group if record["num"] is not None]
            ordered = sorted(group, key=lambda record: record["number"])
            names_of = [{"species": "species_id", "location": "loc_id"}.get(name, name) for name in by]
            expected.append(dict(zip(names_of, key)) | dict(
                records=len(group), total=sum(nums) if nums else None, max=max(nums) if nums else None,
                first=ordered[0]["date"], last=ordered[-1]["date"]))
        same(client.rows("/summary", by=",".join(by), **filters), expected, f"summary by {by} of {filters}")
    check(True, "summaries are what adding up the records gives")


def check_resources(client, records, names):
    groups = collections.defaultdict(list)
    for record in records:
        groups[(record["number"], record["place"], record["dataset"] != "feederwatch", record["checklist_id"] or "")].append(record)
    def checklist(group):
        first = group[0]
        seen = {r["species_id"] for r in group if r["species_id"] != "nobird" and r["num"] != 0}
        return {name: first[name] for name in ("checklist_id", "loc_id", "date", "dataset", "complete")} | {"species_count": len(seen)}
    fields = "checklist_id,loc_id,date,dataset,complete,species_count"
    for filters in [{}] + [random_filters(records, names) for _ in range(60)]:
        expected = [checklist(group) for key, group in sorted(groups.items()) if any(matches(r, filters) for r in group)]
        answer = client.get("/checklists", fields=fields, count="exact", **filters)
        key = lambda row: (row["date"], row["loc_id"], row["dataset"])
        tie = lambda rows: [sorted(map(str, group)) for _, group in itertools.groupby(rows, key)]
        same(tie(answer.json()), tie(expected), f"checklists of {filters}")
        same([int(answer.headers["X-Total-Count"])], [len(expected)], f"number of checklists of {filters}")
        same(client.pages("/checklists", fields=fields, limit=211, **filters), answer.json(), f"pages of checklists of {filters}")
    check(True, "checklists are those of the files, for every filter")

    places = collections.defaultdict(list)
    for record in records:
        places[record["place"]].append(record)
    def numbers(group):
        ordered = sorted(group, key=lambda record: record["number"])
        return {"records": len(group), "first": ordered[0]["date"], "last": ordered[-1]["date"]}
    def location(group):
        return {n: group[0][n] for n in ("loc_id", "latitude", "longitude", "region")} | {"location_name": None} \
            | numbers(group) | {"coordinate_uncertainty_m": None, "generalised": None, "generalisation": None}
    for filters in [{}, {"region": "CA"}, {"bbox": "170,-90,-150,90"}, {"bbox": "-180,-20,-179.99995,90"}, {"near": "90,77", "within": "0.001"},
                    {"near": "-17.5,180", "within": "40"}, {"location": "P1,P9"}]:
        expected = [location(places[place]) for place in sorted(places) if matches(places[place][0], filters)]
        same(client.rows("/locations", **filters), expected, f"locations of {filters}")
        same(client.pages("/locations", limit=7, **filters), expected, f"pages of locations of {filters}")
    for code in ("P1", "P5", "L910051831", "Q3"):
        own = sorted((p for p in places if p[0] == code.encode()), key=lambda p: (-len(places[p]), p))
        def full(place):
            seen = {r["species_id"] for r in places[place] if r["species_id"] != "nobird" and r["num"] != 0}
            return location(places[place]) | {"species": len(seen)}
        expected = full(own[0])
        if own[1:]:
            expected["other_places"] = [full(place) for place in sorted(own[1:])]
        same([client.rows(f"/locations/{code}")], [expected], f"location {code}")
    regions = collections.defaultdict(list)
    for record in records:
        regions[record["region"]].append(record)
    expected = [{"region": region, "locations": len({r["place"] for r in regions[region]})} | numbers(regions[region])
                for region in sorted(regions, key=null_first)]
    same(client.rows("/regions"), expected, "regions")
    for code in ("stejay", "nobird", "xenops1 sp.", "cangoo"):
        group = [r for r in records if r["species_id"] == code]
        nums = [r["num"] for r in group if r["num"] is not None]
        found = client.rows(f"/species/{requests.utils.quote(code)}")
        expected = numbers(group) | {"total": sum(nums) if nums else None, "species_id": code,
                                     "months": [sum(r["month"] == m for r in group) for m in range(1, 13)]}
        same([{name: found[name] for name in expected}], [expected], f"species {code}")
    check(True, "locations, regions and species have the numbers of their records")


def check_zeros(client, records, names):
    visits = collections.defaultdict(list)
    for record in records:
        if record["complete"]:
            visits[(record["number"], record["place"], record["checklist_id"])].append(record)
    filled = 0
    for filters in [{}, {"region": "CA"}, {"month": "1,2"}, {"dataset": "odd"}, {"from": "2015-03", "to": "2016"}]:
        for species in (["stejay"], ["bkcchi", "comrav", "nobird"]):
            expected = []
            for key in sorted(visits):
                if not matches(visits[key][0], filters):
                    continue
                for code in sorted(species):
                    own = [r for r in visits[key] if r["species_id"] == code]
                    empty = visits[key][0] | {"species_id": code, "num": 0, "source_id": None}
                    if len(own) > 1:
                        nums = [r["num"] for r in own]
                        own = [empty | {"num": None if None in nums else sum(nums)}]
                    expected += own or [empty]
                    filled += not own
            shown = ["checklist_id", "loc_id", "date", "species_id", "num", "source_id", "complete"]
            rows = client.rows("/observations", zerofill="yes", species=",".join(species), fields=",".join(shown), **filters)
            group = lambda row: (row["date"], row["loc_id"])
            tie = lambda rows: [sorted(str([row[name] for name in shown]) for row in part) for _, part in itertools.groupby(rows, group)]
            same(tie(rows), tie(expected), f"zeros for {species} of {filters}")
            wanted = dict(zerofill="yes", species=",".join(species), fields=",".join(shown), **filters)
            same(client.pages("/observations", limit=911, **wanted), rows, f"pages of zeros for {species} of {filters}")
            answer = client.get("/observations", limit=1, count="exact", **wanted)
            same([int(answer.headers["X-Total-Count"])], [len(rows)], f"number of zeros for {species} of {filters}")
    check(filled > 1000, "every complete checklist has a row for a species, with 0 where it was not reported")


def main():
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        records, names = read_all(folder)
        database = folder / "birds.db"
        import_files(database, PROJECT / "data/species.csv", PROJECT / "data/feederwatch.csv")
        import_files(database, folder / "odd.csv")
        with Server(database) as server:
            client = Client(server.url)
            check_filters(client, records, names)
            check_orders(client, records, names)
            check_formats(client, records, names)
            check_summaries(client, records, names)
            check_resources(client, records, names)
            check_zeros(client, records, names)
            shown.Check(server, "sample data and plain records")
        shown.check_imports(folder)
        shown.check_odd_names(folder)


main()
