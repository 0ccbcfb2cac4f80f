"""Every member of every record, against an independent reading of the file.

    records.py [FILE [SPECIES-FILE]]    a FeederWatch or a plain file; by default the sample data
"""

import csv
import io
import pathlib
import random
import sys
import tempfile

import requests

from server import PASSWORD, PROJECT, Server, check, import_files

MEMBERS = ["loc_id", "latitude", "longitude", "region", "year", "month", "day", "species_id", "num"]
FEEDERWATCH = [
    "LOC_ID", "LATITUDE", "LONGITUDE", "SUBNATIONAL1_CODE", "Year", "Month", "Day", "SPECIES_CODE", "HOW_MANY"]


def read_records(path):
    """The records of a file as the service should give them, in the order in which it should."""
    with open(path, newline="", encoding="utf-8-sig") as file:
        rows = [row for row in csv.DictReader(file) if row.get("VALID", "1") != "0"]
    columns = FEEDERWATCH if "LOC_ID" in rows[0] else MEMBERS
    records = []
    for row in rows:
        cells = [row[column].strip() for column in columns]
        num = None if cells[8] in ("", "NA", "X") else int(float(cells[8]))
        records.append(dict(zip(MEMBERS, [cells[0], float(cells[1]), float(cells[2]), cells[3], *map(int, cells[4:7]),
                                          cells[7], num])))
    return sorted(records, key=lambda r: (date(r), r["loc_id"], r["latitude"], r["longitude"], r["region"],
                                          r["species_id"], -1 if r["num"] is None else r["num"]))


def read_names(path):
    """Code to (scientific name, common name)."""
    with open(path, newline="", encoding="utf-8-sig") as file:
        return {
            row.get("species_code") or row["species_id"]: (row.get("scientific_name") or row["sci_name"],
                                                           row.get("american_english_name") or row["en_us"])
            for row in csv.DictReader(file)
        }


def date(record):
    return f"{record['year']:04d}-{record['month']:02d}-{record['day']:02d}"


def within(region, wanted):
    return any(region == one or region.startswith(one + "-") for one in wanted)


def matches(record, filters, names):
    """Whether a record passes the filters, each a list of strings by parameter name."""
    for parameter, wanted in filters.items():
        if parameter == "species":
            # Whoever asks for a name asks for all that bear it.
            own = [record["species_id"], *names.get(record["species_id"], ())]
            holds = any(one.lower() in [name.lower() for name in own] for one in wanted)
        elif parameter in ("year", "month", "day"):
            holds = str(record[parameter]) in wanted
        elif parameter == "region":
            holds = within(record["region"], wanted)
        elif parameter == "location":
            holds = record["loc_id"] in wanted
        elif parameter == "from":
            holds = date(record) >= wanted[0]
        elif parameter == "to":
            holds = date(record) <= wanted[0] + "-99"
        else:
            continue
        if not holds:
            return False
    return True


def random_filters(draw, records, names):
    """A few filters around a record, so that most combinations match something."""
    def several(values):
        return sorted({draw.choice(values) for _ in range(draw.randint(1, 3))})

    near, other = draw.choice(records), draw.choice(records)
    first, last = sorted([date(near), date(other)])
    code = near["species_id"]
    possible = {
        "species": [draw.choice([code, *names.get(code, ())])] + several(
            [r["species_id"] for r in draw.choices(records, k=3)]),
        "year": several([str(near["year"]), str(other["year"])]),
        "month": several([str(near["month"]), str(other["month"])]),
        "day": several([str(near["day"]), str(other["day"]), "31"]),
        "region": several([near["region"], near["region"][:2], other["region"], "XX"]),
        "location": several([near["loc_id"], other["loc_id"], "L0"]),
        "from": [first[: draw.choice([4, 7, 10])]],
        "to": [last[: draw.choice([4, 7, 10])]],
        "limit": [str(draw.choice([1, 2, 7, 100, 100_000]))],
    }
    return {name: possible[name] for name in draw.sample(sorted(possible), draw.randint(1, 4))}


def main():
    given = [pathlib.Path(argument).resolve() for argument in sys.argv[1:]]
    file = given[0] if given else PROJECT / "data/feederwatch.csv"
    species_file = given[1] if len(given) > 1 else None if given else PROJECT / "data/species.csv"
    records, names = read_records(file), read_names(species_file) if species_file else {}
    codes = {record["species_id"] for record in records} | set(names)

    with tempfile.TemporaryDirectory() as folder, requests.Session() as session:
        database = pathlib.Path(folder) / "birds.db"
        import_files(database, *filter(None, [species_file, file]))
        session.headers["Password"] = PASSWORD
        with Server(database) as server:
            def ask(filters):
                query = {name: ",".join(values) for name, values in filters.items()}
                response = session.get(f"{server.url}/", params=query)
                if response.status_code != 200:
                    sys.exit(f"FAILED: {response.url} is {response.status_code}: {response.text}")
                return response

            def same(filters):
                expected = [record for record in records if matches(record, filters, names)]
                expected = expected[: int(filters["limit"][0])] if "limit" in filters else expected
                response = ask(filters)
                if (got := response.json()) != expected:
                    shorter = min(len(got), len(expected))
                    at = next((i for i in range(shorter) if got[i] != expected[i]), shorter)
                    sys.exit(f"FAILED: {response.url}: {len(got)} records, not {len(expected)}; they part at {at}:\n"
                             f"{got[at:at + 1]} instead of {expected[at:at + 1]}")
                return len(expected)

            count = same({})
            check(list(ask({"limit": ["1"]}).json()[0]) == MEMBERS, "a record has its nine members in their order")
            check(True, f"all {count} records of {file.name} are the file's, member by member, in order")

            table = csv.reader(io.StringIO(ask({"format": ["csv"]}).content.decode(), newline=""))
            check(next(table) == MEMBERS, "CSV begins with the names of the members")
            kinds = [str, float, float, str, int, int, int, str, int]
            rows = [{member: kind(cell) if cell else None
                     for member, kind, cell in zip(MEMBERS, kinds, row, strict=True)} for row in table]
            check(rows == records, f"all {len(rows)} records of the CSV are the file's too")

            for filters in [
                {"species": ["stejay"]}, {"species": ["stejay"], "year": ["2021"]}, {"species": ["nobird"]},
                {"region": ["CA"]}, {"region": ["CA-YT"]}, {"region": ["C"]},
                {"year": ["2021", "2022"], "month": ["1", "12"]},
                {"from": [date(records[9])], "to": [date(records[9])]}, {"from": ["2021-03"], "to": ["2021"]},
                {"from": ["2021"], "to": ["2021-03"]}, {"day": ["29"], "month": ["2"]},
                {"location": [records[0]["loc_id"]]}, {"location": ["nowhere"]}, {"limit": ["3"]},
                {"species": [records[-1]["species_id"], records[0]["species_id"]], "limit": ["1000000"]},
            ]:
                if not codes.issuperset(filters.get("species", ())):
                    continue  # To ask for a species that nothing names is an error.
                count = same(filters)
                query = "&".join(f"{name}={','.join(values)}" for name, values in filters.items())
                check(True, f"{query}: the same {count} records")

            draw, total, rounds = random.Random(7), 0, 300
            for _ in range(rounds):
                total += same(random_filters(draw, records, names))
            check(total > 0, f"{rounds} random combinations of filters: the same {total} records")


main()
