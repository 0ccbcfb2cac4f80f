"""Files of every format that people have, and what the service then says of their records: each as it was written."""

import collections
import csv
import datetime
import io
import json
import os
import pathlib
import random
import re
import shutil
import sqlite3
import subprocess
import tempfile
import zipfile

import requests

from server import PASSWORD, PROGRAM, Server, check, environment, import_files, measured, rookery

FIELDS = ["loc_id", "location_name", "latitude", "longitude", "region", "date", "time", "species_id", "common_name", "num",
          "checklist_id", "source_id", "complete", "minutes", "distance_km", "observers", "confidence", "comments",
          "coordinate_uncertainty_m", "generalised"]
SPECIES = [("Cyanocitta stelleri", "Steller's Jay", "stejay"), ("Corvus corax", "Common Raven", "comrav"),
           ("Larus sp.", "gull sp.", "gull1"), ("Avis ignota", "Odd Bird", None)]
KNOWN = {scientific: (code, common) for scientific, common, code in SPECIES if code}
PLACES = [("L1", 'Beacon Hill, "south" end', "48.41", "-123.36"), ("L2", "Marécage", "60.7200", "-135.05"),
          ("L3", "Hill\u2019s foot", "-1.5", "0")]
TAXONOMY = "TAXON_ORDER,CATEGORY,SPECIES_CODE,TAXON_CONCEPT_ID,PRIMARY_COM_NAME,SCI_NAME,ORDER,FAMILY,SPECIES_GROUP,REPORT_AS\r\n" \
    + "".join(f'{n},species,{code},,"{common}",{scientific},,,,\r\n'
              for n, (scientific, common, code) in enumerate(SPECIES) if code)
# In MB.
MOST_FOR_LONG_TEXTS, MOST_FOR_MANY_TEXTS = 48, 140
chance = random.Random(20_261_124)


def visits(count):
    """Visits to places, each with some species and their numbers; None for not counted."""
    for number in range(count):
        day = datetime.date(2018, 1, 1) + datetime.timedelta(chance.randrange(2000))
        birds = [(bird, chance.choice([None, 0, 1, 2, 10_000])) for bird in chance.sample(SPECIES, chance.randint(1, 4))]
        yield {"id": f"S{1000 + number}", "place": chance.choice(PLACES), "day": day,
               "time": chance.choice([None, datetime.time(chance.randrange(24), chance.randrange(60))]),
               "minutes": chance.choice([None, 45]), "km": chance.choice([None, 1.5]), "complete": chance.choice([0, 1]),
               "birds": birds, "comment": chance.choice(["", 'a "loud" one; it\tsang'])}


def expected(visit, bird, num, **changes):
    """A record as the service tells it."""
    scientific = bird[0]
    code, common = KNOWN.get(scientific, (scientific, None))
    place = visit["place"]
    record = {"loc_id": place[0], "location_name": place[1], "latitude": float(place[2]), "longitude": float(place[3]),
              "region": "CA-BC", "date": visit["day"].isoformat(), "time": visit["time"] and f"{visit['time']:%H:%M}",
              "species_id": code, "common_name": common, "num": num, "checklist_id": visit["id"],
              "source_id": None, "complete": bool(visit["complete"]), "minutes": visit["minutes"], "distance_km": visit["km"],
              "observers": 2, "confidence": None, "comments": visit["comment"] or None, "coordinate_uncertainty_m": None,
              "generalised": None}
    return record | changes


BARE = {"complete": None, "minutes": None, "distance_km": None, "observers": None}


def text(cell):
    return "" if cell is None else str(cell)


def my_ebird_data(old):
    header = ["Submission ID", "Common Name", "Scientific Name", "Taxonomic Order", "Count", "State/Province", "County",
              *([] if old else ["Location ID"]), "Location", "Latitude", "Longitude", "Date", "Time", "Protocol",
              "Duration (Min)", "All Obs Reported", "Distance Traveled (km)", "Area Covered (ha)", "Number of Observers",
              "Breeding Code", "Species Comments" if old else "Observation Details", "Checklist Comments"]
    out, records = io.StringIO(), []
    out.write(",".join(header) + "\r\n")
    for visit in visits(60):
        for bird, num in visit["birds"]:
            place, day, time = visit["place"], visit["day"], visit["time"]
            row = [visit["id"], bird[1], bird[0], 1, "X" if num is None else num, "CA-BC", "Capital",
                   *([] if old else [place[0]]), *place[1:], f"{day:%m-%d-%Y}" if old else day,
                   time and f"{time:%I:%M %p}", "Stationary", visit["minutes"], visit["complete"], visit["km"], "", 2, "",
                   visit["comment"], ""]
            row = [text(cell) for cell in row]
            while row[-1] == "":
                row.pop()
            csv.writer(out).writerow(row)
            records.append(expected(visit, bird, num, source_id=f"{visit['id']} {bird[0]}",
                                    loc_id=place[1] if old else place[0]))
    return out.getvalue().encode(), records


def basic_dataset(old):
    header = ["GLOBAL UNIQUE IDENTIFIER", "COMMON NAME", "SCIENTIFIC NAME", "OBSERVATION COUNT", "COUNTRY CODE", "STATE CODE",
              "LOCALITY", "LOCALITY ID", "LATITUDE", "LONGITUDE", "OBSERVATION DATE", "TIME OBSERVATIONS STARTED",
              *(["FIRST NAME", "LAST NAME", "PROTOCOL TYPE"] if old else ["PROTOCOL NAME"]), "SAMPLING EVENT IDENTIFIER",
              "DURATION MINUTES", "EFFORT DISTANCE KM", "EFFORT AREA HA", "NUMBER OBSERVERS", "ALL SPECIES REPORTED",
              "GROUP IDENTIFIER", "APPROVED", "REVIEWED", "TRIP COMMENTS" if old else "CHECKLIST COMMENTS", "SPECIES COMMENTS"]
    lines, records, number = [], [], 0
    for visit in visits(60):
        copies, shared = chance.choice([1, 1, 3]), {}
        for copy in range(copies):
            # The lowest copy gives the effort, and of each species the lowest that reports it.
            event = visit["id"] if copy == 0 else f"S{20_000 + 10 * len(lines) + copy}"
            effort = visit | {"id": event, "minutes": visit["minutes"] and visit["minutes"] + copy}
            for bird, num in visit["birds"] if copies == 1 else chance.sample(visit["birds"], chance.randint(0, len(visit["birds"]))):
                number += 1
                num = num and num - chance.randint(0, 1)
                comment, approved = visit["comment"].replace("\t", " "), chance.choice([1, 1, 1, 0])
                lines.append([f"URN:{number}", bird[1], bird[0], "X" if num is None else num, "CA", "CA-BC",
                              visit["place"][1], visit["place"][0], *visit["place"][2:], visit["day"],
                              visit["time"] and f"{visit['time']:%H:%M:%S}", *(["Ann", "Example", "x"] if old else ["x"]),
                              event, effort["minutes"], visit["km"], "", 2, visit["complete"],
                              f"G{visit['id']}" if copies > 1 else "", approved, 0, "", comment, ""])
                if approved == 1:
                    lowest = shared.setdefault(None, effort)
                    shared.setdefault(bird, expected(lowest, bird, num, source_id=f"URN:{number}", comments=comment or None))
        records += [record for bird, record in shared.items() if bird]
    chance.shuffle(lines)
    body = "".join("\t".join(text(cell) for cell in line) + "\n" for line in lines)
    return ("\t".join(header) + "\t\n" + body).encode(), records


def gbif():
    header = ["gbifID", "datasetKey", "class", "species", "scientificName", "countryCode", "locality", "occurrenceStatus",
              "individualCount", "decimalLatitude", "decimalLongitude", "eventDate", "day", "month", "year"]
    lines, records, number = [header], [], 0
    for visit in visits(80):
        for bird, num in visit["birds"]:
            number += 1
            place, day = visit["place"], visit["day"]
            kind = chance.choice(["Aves", "Aves", "", "Mammalia"])
            absent = chance.random() < 0.2
            date, shown, time = chance.choice([
                (day, day, None), (f"{day}T06:41:00Z", day, "06:41"), (f"{day}T00:00:00", day, None),
                (f"{day}/{day}", day, None), (f"{day:%Y-%m}", day, None), ("", day, None)])
            name = "" if bird[0].endswith("sp.") else bird[0]
            lines.append([number, "k", kind, name, f"{bird[0]} (Gmelin, 1788)", "CA", place[1],
                          "ABSENT" if absent else "PRESENT", num, place[2], place[3], date, day.day, day.month, day.year])
            if kind != "Mammalia":
                records.append(expected(
                    visit, bird, 0 if absent else num, source_id=str(number), loc_id=place[1], region="CA", date=str(shown),
                    time=time, checklist_id=None, comments=None, **BARE))
    return "\n".join("\t".join(text(cell) for cell in line) for line in lines).encode(), records


def detections(go):
    if go:
        names = ["id", "source_node", "date", "time", "scientific_name", "common_name", "confidence", "latitude", "longitude"]
    else:
        names = ["Date", "Time", "Sci_Name", "Com_Name", "Confidence", "Lat", "Lon", "Cutoff", "Week", "Sens", "Overlap"]
    out, records, number = io.StringIO(), [], 0
    rows = csv.writer(out, delimiter="," if go else ";", lineterminator="\n")
    rows.writerow(names)
    for visit in visits(80):
        for bird, _ in visit["birds"]:
            number += 1
            time = visit["time"] or datetime.time(3, 4)
            confidence = round(chance.uniform(0.7, 1), 4)
            latitude, longitude = chance.choice([visit["place"][2:], ("-1", "-1"), ("0.0", "0")])
            shared = [visit["day"], f"{time:%H:%M:%S}", bird[0], bird[1], confidence, latitude, longitude]
            rows.writerow([number, "garden", *shared] if go else [*shared, 0.7, 6, 1.25, 0.0])
            known = latitude not in ("-1", "0.0")
            moment = f"{visit['day']:%Y%m%d} {time:%H:%M:%S}"
            detection = f"garden/{number} {moment}" if go else f"{moment} {bird[0]} {confidence}"
            records.append(expected(
                visit, bird, None, loc_id="garden" if go else f"{float(latitude)},{float(longitude)}" if known else "unknown",
                location_name=None, latitude=float(latitude) if known else None, longitude=float(longitude) if known else None,
                region=None, time=f"{time:%H:%M}", checklist_id=None, 
                source_id=at_place(detection, (latitude, longitude) if known else None),
                confidence=confidence, comments=None, **BARE))
    return out.getvalue().encode(), records


def at_place(detection, place):
    """The code of a detection."""
    return f"{detection} @{float(place[0])},{float(place[1])}" if place else detection


def analyzer(layout):
    """Results of BirdNET-Analyzer, of recordings that begin at the visits; detections may be a day later."""
    headers = {
        "csv": ["Start (s)", "End (s)", "Scientific name", "Common name", "Confidence", "File"],
        "raven": ["Selection", "View", "Channel", "Begin Time (s)", "End Time (s)", "Low Freq (Hz)", "High Freq (Hz)",
                  "Common Name", "Species Code", "Confidence", "Begin Path", "File Offset (s)"],
        "kaleidoscope": ["INDIR", "FOLDER", "IN FILE", "OFFSET", "DURATION", "scientific_name", "common_name", "confidence",
                         "lat", "lon", "week", "overlap", "sensitivity"],
        "r": ["filepath", "start", "end", "scientific_name", "common_name", "confidence", "lat", "lon", "week", "overlap",
              "sensitivity", "min_conf", "species_list", "model"]}
    out, records = io.StringIO(), []
    rows = csv.writer(out, delimiter="\t" if layout == "raven" else ",", lineterminator="\n")
    rows.writerow(headers[layout])
    for visit in visits(80):
        station = chance.choice(["STA1", "S4A04271", "\u00d6land-2"])
        begin = datetime.datetime.combine(visit["day"], visit["time"] or datetime.time())
        stem = f"{station}_{begin:%Y%m%d}" + (f"_{begin:%H%M%S}" if visit["time"] else "")
        place = chance.choice([visit["place"][2:], ("-1.0000", "-1.0000")])
        for bird, _ in visit["birds"]:
            offset, confidence = chance.randrange(0, 90_000, 3) / 2, round(chance.uniform(0.1, 1), 4)
            scientific, common, code = bird
            rows.writerow({
                "csv": [offset, offset + 3, scientific, common, confidence, f"/rec/{stem}.wav"],
                "raven": [len(records) + 1, "Spectrogram 1", 1, offset + 7200, offset + 7203, 0, 15000, common,
                          code or f"{scientific}_{common}", confidence, f"C:\\rec\\{stem}.WAV", offset],
                "kaleidoscope": ["/rec", "night", f"{stem}.wav", offset, 3.0, scientific, common, confidence, *place, 5, 0.0, 1.0],
                "r": [f"/rec/{stem}.wav", offset, offset + 3, scientific, common, confidence, *place, -1, 0.0, 1.0, 0.1, "", "m"],
            }[layout])
            at = begin + datetime.timedelta(seconds=offset if visit["time"] else 0)
            known = layout in ("kaleidoscope", "r") and place[0] != "-1.0000"
            records.append(expected(
                visit, bird, None, loc_id=station, location_name=None, latitude=float(place[0]) if known else None,
                longitude=float(place[1]) if known else None, region=None, date=f"{at:%Y-%m-%d}",
                time=f"{at:%H:%M}" if visit["time"] else None, checklist_id=None,
                source_id=at_place(f"{stem} {offset} {scientific} {confidence}", place if known else None), confidence=confidence, comments=None, **BARE))
    return out.getvalue().encode("utf-8-sig" if layout == "csv" else "utf-8"), records


def record_format(has_header):
    names = ["Common Name", "Genus", "Species", "Number", "Species Comments", "Location Name", "Latitude", "Longitude", "Date",
             "Start Time", "State/Province", "Country Code", "Protocol", "Number of Observers", "Duration",
             "All observations reported?", "Effort Distance Miles", "Effort area acres", "Submission Comments"]
    out, records, seen = io.StringIO(), [], set()
    rows = csv.writer(out)
    if has_header:
        rows.writerow(names)
    for visit in visits(60):
        place, day, time = visit["place"], visit["day"], visit["time"]
        code = f"{place[1]} {day}" + (f" {time:%H:%M}" if time else "")
        if code in seen:
            continue
        seen.add(code)
        for bird, num in visit["birds"]:
            rows.writerow([text(cell) for cell in [
                bird[1], *bird[0].split(" "), "X" if num is None else num, visit["comment"], *place[1:], f"{day:%m/%d/%Y}",
                time and f"{time:%H:%M}", "BC", "CA", "Traveling", 2, visit["minutes"], "NY"[visit["complete"]], visit["km"], 2, ""]])
            km = visit["km"] and round(visit["km"] * 1.609344, 6)
            records.append(expected(visit, bird, num, loc_id=place[1], checklist_id=code, source_id=f"{code} {bird[0]}",
                                    distance_km=km))
    return out.getvalue().encode(), records


def inaturalist():
    header = ["id", "uuid", "observed_on_string", "observed_on", "time_observed_at", "time_zone", "user_login", "quality_grade",
              "description", "captive_cultivated", "place_guess", "latitude", "longitude", "positional_accuracy",
              "private_latitude", "private_longitude", "public_positional_accuracy", "coordinates_obscured", "scientific_name",
              "common_name", "iconic_taxon_name", "taxon_id"]
    out, records = io.StringIO(), []
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(header)
    for number, visit in enumerate(visits(160)):
        bird = visit["birds"][0][0]
        place, day, time = visit["place"], visit["day"], visit["time"]
        written = [f"{day}"] if time is None else [
            f"{day} {time:%H:%M}", f"{day:%a %b %d %Y} {time:%H:%M:%S} GMT-0800 (PST)", f"{day:%Y/%m/%d} {time:%I:%M %p} PST",
            f"{day}T{time:%H:%M:%S}-08:00"]
        kind = chance.choice(["Aves"] * 6 + ["Plantae", ""])
        captive, obscured = chance.choice(["true", "false", ""]), chance.choice(["true", "false"])
        rows.writerow([number, "u", chance.choice(written), day, f"{day} 12:34:56 UTC", "Pacific Time (US & Canada)", "ann",
                       "research", visit["comment"], captive, *place[1:], 5,
                       *(["1.5", "1.5", 28_000] if obscured == "true" else ["", "", 5]), obscured, bird[0], bird[1], kind, 7])
        if kind == "Aves":
            comments = [visit["comment"]] * bool(visit["comment"]) + ["captive"] * (captive == "true")
            records.append(expected(visit, bird, None, loc_id=place[1], source_id=str(number), region=None, checklist_id=None,
                                    time=time and time != datetime.time() and f"{time:%H:%M}" or None,
                                    comments="; ".join(comments) or None, generalised=obscured == "true",
                                    coordinate_uncertainty_m=28_000.0 if obscured == "true" else 5.0, **BARE))
    return out.getvalue().encode(), records


META = """<?xml version="1.0" encoding="UTF-8"?><archive xmlns="http://rs.tdwg.org/dwc/text/">{}</archive>"""
TABLE = """<{kind} encoding="UTF-8" fieldsTerminatedBy="{separator}" linesTerminatedBy="\\n" fieldsEnclosedBy='{quote}'
 ignoreHeaderLines="1" rowType="http://rs.tdwg.org/dwc/terms/{type}"><files><location>{file}</location></files>
 <{id} index="0"/>{fields}</{kind}>"""


def table(kind, row_type, file, terms, quoted=False, **defaults):
    term = "http://rs.tdwg.org/dwc/terms/"
    fields = "".join(f'<field index="{n}" term="{term}{name}"/>' for n, name in enumerate(terms, 1))
    fields += "".join(f'<field default="{value}" term="{term}{name}"/>' for name, value in defaults.items())
    return TABLE.format(kind=kind, type=row_type, file=file, fields=fields, id="id" if kind == "core" else "coreid",
                        separator="," if quoted else "\\t", quote='"' if quoted else "")


def archive(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in files.items():
            zipped.writestr(name, content)
    return out.getvalue()


def occurrence_archive():
    terms = ["occurrenceID", "eventID", "scientificName", "individualCount", "locationID", "locality", "decimalLatitude",
             "decimalLongitude", "eventDate", "eventTime", "occurrenceRemarks"]
    out, records, number = io.StringIO(), [], 0
    rows = csv.writer(out)
    rows.writerow(["id", *terms])
    for visit in visits(60):
        for bird, num in visit["birds"]:
            number += 1
            time = visit["time"] and f"{visit['time']:%H:%M:%S}+00:00"
            rows.writerow(map(text, [number, f"o{number}", visit["id"], f"{bird[0]} Gmelin, 1788", num, *visit["place"],
                                     visit["day"], time, visit["comment"]]))
            records.append(expected(visit, bird, num, source_id=f"o{number}", region="CA", **BARE))
    meta = META.format(table("core", "Occurrence", "occurrence.csv", terms, quoted=True, countryCode="CA"))
    return archive({"meta.xml": meta, "occurrence.csv": out.getvalue(), "eml.xml": "<eml/>"}), records


def event_archive():
    events = ["locationID", "locality", "decimalLatitude", "decimalLongitude", "eventDate", "eventTime"]
    occurrences = ["occurrenceID", "scientificName", "vernacularName", "organismQuantity", "organismQuantityType"]
    event_lines, lines, records = ["\t".join(["id", *events])], [], []
    for visit in visits(60):
        time = visit["time"] and f"{visit['time']:%H:%M}"
        event_lines.append("\t".join(map(text, [visit["id"], *visit["place"], visit["day"], time])))
        for bird, num in visit["birds"]:
            key = f"o{len(lines)}"
            lines.append("\t".join(map(text, [visit["id"], key, bird[0], bird[1], num, "individuals"])))
            records.append(expected(visit, bird, num, source_id=key, region=None, comments=None, **BARE))
    chance.shuffle(lines)
    meta = META.format(table("core", "Event", "event.txt", events)
                       + table("extension", "Occurrence", "occurrence.txt", occurrences))
    return archive({"occurrence.txt": "\n".join(["x" * 9, *lines]), "event.txt": "\n".join(event_lines) + "\n",
                    "meta.xml": meta}), records


def generated_files():
    """A file of every format by its name: the title of the format, its content, and its records as the service tells them."""
    return {
        "MyEBirdData.csv": ("My eBird Data", my_ebird_data(old=False)),
        "MyOldEBirdData.csv": ("My eBird Data", my_ebird_data(old=True)),
        "ebd_relNov-2026.txt": ("eBird Basic Dataset", basic_dataset(old=False)),
        "ebd_relMay-2017.txt": ("eBird Basic Dataset", basic_dataset(old=True)),
        "0001234-261124.csv": ("GBIF simple download", gbif()),
        "BirdDB.txt": ("BirdNET-Pi", detections(go=False)),
        "detections.csv": ("BirdNET-Go", detections(go=True)),
        "BirdNET_CombinedTable.csv": ("BirdNET-Analyzer", analyzer("csv")),
        "BirdNET_SelectionTable.txt": ("BirdNET-Analyzer", analyzer("raven")),
        "BirdNET_Kaleidoscope.csv": ("BirdNET-Analyzer", analyzer("kaleidoscope")),
        "BirdNET_RTable.csv": ("BirdNET-Analyzer", analyzer("r")),
        "records.csv": ("eBird record format", record_format(has_header=True)),
        "records-bare.csv": ("eBird record format", record_format(has_header=False)),
        "observations-7.csv": ("iNaturalist", inaturalist()),
        "occurrences.zip": ("Darwin Core Archive", occurrence_archive()),
        "events.zip": ("Darwin Core Archive", event_archive()),
    }


# Taxonomies with a jay, and the code that it has then.
TAXONOMIES = {
    "taxonomy-api.csv": ("eBird taxonomy", "SCIENTIFIC_NAME,COMMON_NAME,SPECIES_CODE,CATEGORY,TAXON_ORDER,COM_NAME_CODES,ORDER,REPORT_AS\n"
                         "Cyanocitta stelleri,Steller's Jay,stejay,species,20000.0,STJA,Passeriformes,\n", "stejay"),
    "clements.csv": ("Clements checklist", "sort v2025,species_code,Clements v2025 change,category,English name,scientific name,authority\n"
                     "0.2,,,,Citation,,\n20000,stejay,,species,Steller's Jay,Cyanocitta stelleri,\"(Gmelin, 1788)\"\n"
                     "20001,,,subspecies,,Cyanocitta stelleri annectens,\n", "stejay"),
    "ioc.csv": ("IOC World Bird List", "Seq.,Order,Family,Scientific name,Authority,English name,Code\n"
                "9,PASSERIFORMES,Corvidae,Cyanocitta stelleri,\"(Gmelin, 1788)\",Steller's Jay,TAX\n", "Cyanocitta stelleri"),
    "ioc-master.csv": ("IOC master list", "IOC WORLD BIRD LIST,,,,,,\n,,,,,,\n"
                       "Order,Family (Scientific),Genus,Species (Scientific),Subspecies,Authority,Species (English)\n"
                       "PASSERIFORMES,,,,,,\n,Corvidae,,,,,\n,,Cyanocitta,,,,\n,,,stelleri,,\"(Gmelin, 1788)\",Steller's Jay\n"
                       ",,,,annectens,,\n", "Cyanocitta stelleri"),
}
# Names as collections write them: whether a taxonomy has the species, and what comments keep.
WRITTEN = [
    ("Corvus (Cyanocitta) stelleri Gmelin, 1788", True, None), ("CYANOCITTA STELLERI", True, None),
    ("Cyanocitta stelleri, Gmelin 1788", True, None), ("Cyanocitta\u00a0 stelleri", True, None), ("Cyanocitta_stelleri", True, None),
    ("Cyanocitta cf. stelleri", True, "identified as Cyanocitta cf. stelleri"),
    ("Cyanocitta stelleri ssp. nova", True, "identified as Cyanocitta stelleri ssp. nova"),
    ("Cyanocitta stelleri f. domestica", False, None), ("Cyanocitta aff. stelleri", False, None),
    ("Cyanocitta stelleri × Aphelocoma californica", False, None), ("Cyanocitta sp.", False, None),
]


def taxonomies_and_names():
    """Each taxonomy is known by its header, and finds a species under each form of its name."""
    for file, (title, content, code) in TAXONOMIES.items():
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            (folder / file).write_text(content)
            (folder / "names.tsv").write_text("occurrenceID\tscientificName\teventDate\tclass\tkingdom\n" + "".join(
                f"o{number}\t{name}\t2021-02-03\t\tAnimalia\n" for number, (name, _, _) in enumerate(WRITTEN))
                + "p\tCyanocitta stelleri\t2021-02-03\t\tPlantae\n")
            told = import_files(folder / "birds.db", folder / file, folder / "names.tsv")
            check(f"{folder / file}: {title}\n" in told, f"{file} is taken for {title}", told)
            check("1 left out: not a bird (Plantae), on line 13\n" in told, "a plant is left out", told)
            with Server(folder / "birds.db") as server:
                answer = requests.get(f"{server.url}/observations.ndjson", params={"fields": "source_id,species_id,comments"},
                                      headers={"Password": PASSWORD}, timeout=30)
                found = {record["source_id"]: (record["species_id"], record["comments"])
                         for record in map(json.loads, answer.text.splitlines())}
                wanted = {f"o{number}": (code if known else name, comments)
                          for number, (name, known, comments) in enumerate(WRITTEN)}
                check(found == wanted, f"{file}: names are found in each form", (found, wanted))


ONE_RECORD = "loc_id,latitude,longitude,region,year,month,day,species_id,num\nL1,,,,2021,2,3,stejay,1\n"


def syncs_before_renaming():
    """Whatever ends the machine leaves the old file or the new one, whole: the new one is synced before it gets its name."""
    strace = shutil.which("strace")
    if not strace:
        print("--  there is no strace here: nobody looked whether files are synced")
        return
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder).resolve()
        (folder / "a.csv").write_text(ONE_RECORD)
        database = folder / "birds.db"
        for what in ("a new database", "a database in place of another"):
            done = subprocess.run(
                [strace, "-f", "-y", "-e", "trace=fsync,fdatasync,rename,renameat,renameat2", "-o", folder / "trace",
                 PROGRAM, "import", folder / "a.csv", "--database", database],
                env=environment(), capture_output=True, text=True, timeout=300)
            if done.returncode != 0 and "ptrace" in done.stderr:
                print(f"--  strace can't trace here: nobody looked whether files are synced: {done.stderr.strip()}")
                return
            check(done.returncode == 0, f"{what} is made under strace", done.stderr)
            trace = (folder / "trace").read_text()
            # `renameat` names the folder by its descriptor.
            trace = re.sub(r'renameat2?\(\w+<([^>]*)>, "', r'rename("\1/', trace)
            calls = re.findall(r'(sync|rename)\w*\((?:\w+<)?"?([^">]*)', trace)
            wanted = [("sync", f"{database}.new"), ("rename", f"{database}.new"), ("sync", str(folder))]
            check(calls == wanted, f"{what} is synced, renamed, and its folder synced, in this order", calls)


def stays_readable_for_its_group():
    """Who may not give a file away still leaves it to the group that a server reads it in."""
    if os.geteuid() != 0:
        print("--  only root can be another user: nobody looked who owns a database that another user replaces")
        return
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "a.csv").write_text(ONE_RECORD)
        database = folder / "birds.db"
        import_files(database, folder / "a.csv")
        # Root refuses to write where everybody may.
        folder.chmod(0o777)
        os.chown(database, 1234, 2345)
        database.chmod(0o640)
        try:
            done = rookery("import", folder / "a.csv", "--database", database, cwd="/", user=1000, group=1000, extra_groups=[2345])
        except PermissionError as error:
            print(f"--  another user can't run this program: {error}")
            return
        check(done.returncode == 0, "another user of its group replaces a database", done.stdout + done.stderr)
        status = database.stat()
        check((status.st_uid, status.st_gid, status.st_mode & 0o7777) == (1000, 2345, 0o640),
              "it keeps its group and its mode", status)


def needs_no_memory_for_long_texts():
    """Codes of locations, regions and species that are as long as they may be, and more regions than there are."""
    count = 100_000
    most = {}
    for kind, filling in (("short", ""), ("long", "x" * 480)):
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            with open(folder / "a.csv", "w") as file:
                file.write("loc_id,latitude,longitude,region,year,month,day,species_id,num\n")
                for n in range(count):
                    file.write(f"L{filling}{n},60.5,-135.2,R{filling}{n},2021,{1 + n % 12},{1 + n % 28},s{filling}{n},1\n")
            status, _, most[kind], told = measured("import", folder / "a.csv", "--database", folder / "birds.db")
            check(status == 0, f"{count} {kind} texts of each kind are imported", told)
    check(most["long"] < most["short"] + MOST_FOR_LONG_TEXTS and most["short"] < MOST_FOR_MANY_TEXTS,
          "neither their length nor the number of regions takes memory", most)


def main():
    syncs_before_renaming()
    needs_no_memory_for_long_texts()
    stays_readable_for_its_group()
    taxonomies_and_names()
    files = generated_files()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "taxonomy.csv").write_bytes(b"\xef\xbb\xbf" + TAXONOMY.encode())
        for name, (_, (content, _)) in files.items():
            (folder / name).write_bytes(content)
        told = import_files(folder / "birds.db", folder / "taxonomy.csv", *(folder / name for name in files),
                            "--report", folder / "report.json")
        report = json.loads((folder / "report.json").read_text())["records"]
        (folder / "report.json").unlink()
        with sqlite3.connect(folder / "birds.db") as database:
            counted = {table: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
                       for table in ("observation", "checklist", "location")}
            summed = database.execute("SELECT sum(records), sum(checklists) FROM dataset").fetchone()
        check((report["stored"], report["checklists"], report["locations"]) == tuple(counted.values()),
              "the report counts what the tables have", (report, counted))
        check(summed == (report["stored"], report["checklists"]), "and so do the data sets", summed)
        for name, (title, _) in files.items():
            check(f"{folder / name}: {title}, data set" in told, f"{name} is taken for {title}", told)
        with Server(folder / "birds.db") as server:
            ask = requests.Session()
            ask.headers["Password"] = PASSWORD
            for name, (title, (_, records)) in files.items():
                dataset = name.rsplit(".", 1)[0]
                answer = ask.get(f"{server.url}/observations.ndjson", params={"dataset": dataset, "fields": ",".join(FIELDS)})
                found = collections.Counter(answer.text.splitlines())
                wanted = collections.Counter(json.dumps(record, ensure_ascii=False, separators=(",", ":"))
                                             for record in records)
                found = collections.Counter(json.dumps(json.loads(line), ensure_ascii=False, separators=(",", ":"))
                                            for line in found.elements())
                difference = (list((wanted - found).elements())[:2], list((found - wanted).elements())[:2])
                check(found == wanted and wanted, f"{name}: {len(records)} records are as they were written", difference)
        # Nothing is left but the database: what was unpacked and sorted meanwhile had no name.
        left = {path.name for path in folder.iterdir()} - set(files) - {"taxonomy.csv"}
        check(left == {"birds.db"}, "no other file is left", left)
        again = rookery("import", folder / "events.zip", "--database", folder / "birds.db", "--format", "gbif")
        check(again.returncode == 2 and "is a Darwin Core Archive, not of the format gbif" in again.stderr,
              "another format than the file's is refused", again.stderr)


if __name__ == "__main__":
    main()
