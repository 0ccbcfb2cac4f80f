"""What a database holds after an import, read with SQLite or asked of a server, to compare it with what was expected."""

import collections
import json
import sqlite3
import urllib.request

from .records import FIELDS
from server import PASSWORD, Server

CHECKLIST_FIELDS = ["checklist_id", "loc_id", "location_name", "latitude", "longitude", "region", "date", "time", "minutes", "distance_km",
                    "area_ha", "observers", "complete", "protocol", "checklist_comments", "day1_am", "day1_pm", "day2_am", "day2_pm",
                    "effort_hours_atleast", "snow_depth_atleast", "dataset"]
FLAGS = {"complete", "valid", "reviewed", "generalised", "day1_am", "day1_pm", "day2_am", "day2_pm"}
VISIT = """
    location.code AS loc_id,
    (SELECT location_name.name FROM location_name
        WHERE location_name.location_id = location.id AND location_name.dataset_id = dataset.id) AS location_name, latitude, longitude, region, dataset.name AS dataset,
    checklist.code AS checklist_id, complete, minutes, distance_km, area_ha, observers, protocol,
    checklist.comments AS checklist_comments, effort_hours_atleast, snow_depth_atleast,
    half_days & 1 AS day1_am, half_days >> 1 & 1 AS day1_pm, half_days >> 2 & 1 AS day2_am, half_days >> 3 & 1 AS day2_pm"""
RECORDS = f"""
    SELECT {VISIT}, observation.date AS date, coalesce(observation_detail.time, checklist.time) AS time, species.code AS species_id,
        scientific_name, common_name, category, num, source_id, breeding_code, confidence, observation_detail.comments AS comments,
        valid, reviewed, coordinate_uncertainty_m, generalised
    FROM observation JOIN checklist ON checklist.id = checklist_id JOIN location ON location.id = observation.location_id
        JOIN species ON species.id = species_id JOIN dataset ON dataset.id = observation.dataset_id
        LEFT JOIN observation_detail ON observation_detail.id = observation.id"""
CHECKLISTS = f"""
    SELECT {VISIT}, checklist.date AS date, time, species_count
    FROM checklist JOIN location ON location.id = location_id JOIN dataset ON dataset.id = dataset_id"""


def date(number):
    """A date as the service tells it: `2021-02-03`, `2021-02`, `2021` or nothing."""
    if number == 99999999:
        return None
    text = f"{number:08}"
    return "-".join(part for part in (text[:4], text[4:6], text[6:]) if part != "00")


def rows(database, query):
    database.row_factory = sqlite3.Row
    for row in database.execute(query):
        values = dict(row)
        values["date"] = date(values["date"])
        yield {name: bool(value) if name in FLAGS and value is not None else value for name, value in values.items()}


def counted(members, fields):
    return collections.Counter(tuple(member[name] for name in fields) for member in members)


def checklists_of(records, more=()):
    """The checklists of records and those without any: each once, with its number of species."""
    found = {}
    for record in [*records, *more]:
        key = tuple(record[name] for name in ("dataset", "checklist_id", "loc_id", "latitude", "longitude", "region", "date"))
        checklist = found.setdefault(key, {name: record[name] for name in CHECKLIST_FIELDS} | {"species": set()})
        if record["checklist_id"] is None:
            # The time is that of the record.
            checklist["time"] = None
        if record["species_id"] and record["num"] != 0 and record["species_id"] != "nobird":
            checklist["species"].add(record["species_id"])
    return [checklist | {"species_count": len(checklist["species"])} for checklist in found.values()]


def difference(what, expected, found, fields):
    """What is missing and what is too much, as a text; empty if nothing is."""
    expected, found = counted(expected, fields), counted(found, fields)
    if expected == found:
        return ""
    lines = [f"{what}: {sum(expected.values())} expected, {sum(found.values())} found"]
    missing, more = list((expected - found).elements()), list((found - expected).elements())
    for one, other in list(zip(missing, more))[:3]:
        # The most similar of the others tells best what is wrong.
        other = max(more, key=lambda row: sum(a == b for a, b in zip(one, row)))
        lines += [f"  {name}: expected {a!r}, found {b!r}" for name, a, b in zip(fields, one, other) if a != b]
        lines.append(f"  in {dict(zip(fields, one))}")
    if len(missing) != len(more) or not missing:
        lines += [f"  missing {dict(zip(fields, row))}" for row in missing[:2]] + [f"  too much {dict(zip(fields, row))}" for row in more[:2]]
    return "\n".join(lines)


def compare(path, records, checklists, species):
    """Compares a database with records, checklists, and the codes of all species."""
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        problems = [difference("records", records, rows(database, RECORDS), FIELDS),
                    difference("checklists", checklists, rows(database, CHECKLISTS), [*CHECKLIST_FIELDS, "species_count"])]
        codes = {code for code, in database.execute("SELECT code FROM species")}
        if codes != species:
            problems.append(f"species: missing {species - codes}, too much {codes - species}")
        places = {tuple(row) for row in database.execute("SELECT code, latitude, longitude, region FROM location")}
        wanted = {tuple(one[name] for name in ("loc_id", "latitude", "longitude", "region")) for one in [*records, *checklists]}
        if places != wanted:
            problems.append(f"locations: missing {wanted - places}, too much {places - wanted}")
        if database.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
            problems.append("the file is broken")
        return "\n".join(filter(None, problems))
    finally:
        database.close()


def ask(server, resource, fields):
    request = urllib.request.Request(f"{server.url}/{resource}.ndjson?fields={','.join(fields)}", headers={"Password": PASSWORD})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return [json.loads(line) for line in answer.read().decode().splitlines()]


def compare_served(path, records, checklists):
    """Compares what is served from a database."""
    with Server(path) as server:
        fields = [name for name in CHECKLIST_FIELDS if name in SERVED] + ["species_count"]
        return "\n".join(filter(None, [
            difference("served records", records, ask(server, "observations", FIELDS), FIELDS),
            difference("served checklists", checklists, ask(server, "checklists", fields), fields)]))


SERVED = set(CHECKLIST_FIELDS)
