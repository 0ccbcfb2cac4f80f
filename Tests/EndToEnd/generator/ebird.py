"""Writes a made-up world in the formats of eBird: see `records`."""

import dataclasses
import re

from .files import Table
from .records import EFFORT, Made, composed, fill, no_effort, pick_num, record
from .world import Bird, Species


def my_ebird(world, old=False):
    chance, style = world.chance, world.style
    if old and style.dates == "iso":
        style.dates = "mdy-"
    columns = ["Submission ID", "Common Name", "Scientific Name", "Taxonomic Order", "Count", "State/Province", "County",
               *([] if old else ["Location ID"]), "Location", "Latitude", "Longitude", "Date", "Time", "Protocol", "Duration (Min)",
               "All Obs Reported", "Distance Traveled (km)", "Area Covered (ha)", "Number of Observers", "Breeding Code",
               "Species Comments" if old else "Observation Details", "Checklist Comments", *([] if old else ["ML Catalog Numbers"])]
    made = Made("ebird-mydata", Table(columns, style), file="MyEBirdData.csv", repeated=None, foreign_signs="/",
                checked={"latitude": "Latitude", "longitude": "Longitude", "date": "Date", "count": "Count"})
    made.optional = {"Protocol": "protocol", "Duration (Min)": "minutes", "All Obs Reported": "complete", "Breeding Code": "breeding_code",
                     "Distance Traveled (km)": "distance_km", "Area Covered (ha)": "area_ha", "Number of Observers": "observers",
                     "Checklist Comments": "checklist_comments", "Taxonomic Order": None, "County": None}

    def rows(visit):
        date, _ = style.date(visit.day)
        for bird in visit.birds:
            num, breeding, remark = pick_num(chance), chance.choice([None, "NY"]), chance.choice([None, style.text(True)])
            place = visit.place
            row = {"Submission ID": visit.id, "Common Name": bird.common, "Scientific Name": bird.scientific, "Taxonomic Order": "1",
                   "Count": style.count(num), "State/Province": place.region, "County": "Capital", "Location ID": place.code,
                   "Location": place.name, "Latitude": style.number(place.latitude), "Longitude": style.number(place.longitude),
                   "Date": date, "Time": style.time(visit.time), "Protocol": visit.protocol or "",
                   "Duration (Min)": style.number(visit.minutes), "All Obs Reported": style.number(visit.complete),
                   "Distance Traveled (km)": style.number(visit.km), "Area Covered (ha)": style.number(visit.ha),
                   "Number of Observers": style.number(visit.observers), "Breeding Code": breeding or "",
                   "Checklist Comments": visit.comment or "", "ML Catalog Numbers": ""}
            row["Species Comments" if old else "Observation Details"] = remark or ""
            yield row, record(visit, bird, num, source_id=f"{visit.id} {bird.scientific}", breeding_code=breeding, comments=remark,
                              loc_id=place.name if old else place.code)

    return fill(made, world, rows)


def life_list(world):
    chance, style = world.chance, world.style
    if style.dates == "iso":
        style.dates = "named"
    columns = ["Row #", "Taxon Order", "Category", "Common Name", "Scientific Name", "Count", "Location", "S/P", "Date", "LocID", "SubID",
               "Exotic", "Countable"]
    made = Made("ebird-lifelist", Table(columns, style), file="ebird_world_life_list.csv", foreign_signs="/-", checked={"date": "Date", "count": "Count"})

    def rows(visit):
        bird, num, place = visit.birds[0], pick_num(chance), visit.place
        yield {"Row #": str(len(made.rows)), "Taxon Order": "7", "Category": "species", "Common Name": bird.common,
               "Scientific Name": bird.scientific, "Count": style.count(num), "Location": place.name, "S/P": place.region,
               "Date": style.date(visit.day)[0], "LocID": place.code, "SubID": visit.id, "Exotic": "", "Countable": "1"}, record(
            visit, bird, num, latitude=None, longitude=None, time=None, source_id=f"{visit.id} {bird.scientific}", **no_effort())

    return fill(made, world, rows)


def record_format(world, bare=False):
    chance, style = world.chance, world.style
    if style.dates == "iso":
        style.dates = "mdy/"
    columns = ["Common Name", "Genus", "Species", "Number", "Species Comments", "Location Name", "Latitude", "Longitude", "Date",
               "Start Time", "State/Province", "Country Code", "Protocol", "Number of Observers", "Duration",
               "All observations reported?", "Effort Distance Miles", "Effort area acres", "Submission Comments"]
    made = Made("ebird-record", Table(columns, style, bare), file="records.csv",
                checked={"latitude": "Latitude", "longitude": "Longitude", "date": "Date", "count": "Number"})
    if not bare:
        made.optional = {"Protocol": "protocol", "Number of Observers": "observers", "Duration": "minutes",
                         "All observations reported?": "complete", "Effort Distance Miles": "distance_km", "Effort area acres": "area_ha",
                         "Submission Comments": "checklist_comments"}
        made.synonyms = {"Number": ["Species Count", "Count"], "Location Name": ["Location"], "Date": ["Observation Date"],
                         "Start Time": ["Time"], "State/Province": ["State"], "Country Code": ["Country"],
                         "Effort Distance Miles": ["Distance (miles)", "Distance Covered"], "Duration": ["Duration (min)"],
                         "All observations reported?": ["All observations reported (Y/N)"], "Submission Comments": ["Checklist Comments"]}
    seen = set()

    def rows(visit):
        place = visit.place
        # Year or month alone are written with zeros.
        code = composed(place.name)
        if visit.day.year is not None:
            code += f" {visit.day.year}-{visit.day.month or 0:02}-{visit.day.day or 0:02}"
        code += f" {visit.clock}" if visit.clock else ""
        if code in seen:
            return
        seen.add(code)
        date, _ = style.date(visit.day)
        written = set()
        for bird in visit.birds:
            words = bird.scientific.split(" ", 1)
            genus, epithet = words if len(words) > 1 else (words[0], "")
            num, remark = pick_num(chance), chance.choice([None, style.text(True)])
            if bird.scientific in written:
                continue
            written.add(bird.scientific)
            yield {"Common Name": bird.common, "Genus": genus, "Species": epithet, "Number": style.count(num),
                   "Species Comments": remark or "", "Location Name": place.name, "Latitude": style.number(place.latitude),
                   "Longitude": style.number(place.longitude), "Date": date, "Start Time": style.time(visit.time),
                   "State/Province": place.region.split("-")[1] if chance.random() < 0.8 else place.region,
                   "Country Code": place.region.split("-")[0], "Protocol": visit.protocol or "",
                   "Number of Observers": style.number(visit.observers), "Duration": style.number(visit.minutes),
                   "All observations reported?": "" if visit.complete is None else chance.choice(
                       [["N", "n", "No", "0"], ["Y", "y", "Yes", "1"]][visit.complete]),
                   "Effort Distance Miles": style.number(visit.km), "Effort area acres": style.number(visit.ha),
                   "Submission Comments": visit.comment or ""}, record(
                visit, bird, num, loc_id=place.name, checklist_id=code, source_id=f"{code} {bird.scientific}", comments=remark,
                distance_km=visit.km and round(visit.km * 1.609344, 6), area_ha=visit.ha and round(visit.ha * 0.40468564224, 6))

    return fill(made, world, rows)


def sampling(world):
    """The sampling events alone."""
    made = basic_dataset(world, pair=True)
    events = made.sampling
    events.union, events.make_ghost, events.has_codes, events.of_checklists = made.union, made.make_ghost, False, True
    return events


def basic_dataset(world, old=False, pair=False):
    chance, style = world.chance, world.style
    visit_columns = ["COUNTRY", "COUNTRY CODE", "STATE", "STATE CODE", "COUNTY", "LOCALITY", "LOCALITY ID", "LOCALITY TYPE", "LATITUDE",
                     "LONGITUDE", "OBSERVATION DATE", "TIME OBSERVATIONS STARTED", "OBSERVER ID",
                     *(["FIRST NAME", "LAST NAME", "PROTOCOL TYPE"] if old else ["PROTOCOL NAME"]), "SAMPLING EVENT IDENTIFIER",
                     "DURATION MINUTES", "EFFORT DISTANCE KM", "EFFORT AREA HA", "NUMBER OBSERVERS", "ALL SPECIES REPORTED",
                     "GROUP IDENTIFIER", "TRIP COMMENTS" if old else "CHECKLIST COMMENTS"]
    columns = ["GLOBAL UNIQUE IDENTIFIER", "LAST EDITED DATE", "TAXONOMIC ORDER", "CATEGORY", "COMMON NAME", "SCIENTIFIC NAME",
               "SUBSPECIES COMMON NAME", "SUBSPECIES SCIENTIFIC NAME", "OBSERVATION COUNT",
               "BREEDING BIRD ATLAS CODE" if old else "BREEDING CODE", *visit_columns, "HAS MEDIA", "APPROVED", "REVIEWED", "SPECIES COMMENTS"]
    checked = {"latitude": "LATITUDE", "longitude": "LONGITUDE", "date": "OBSERVATION DATE"}
    made = Made("ebird", Table(columns, style), file="ebd_relNov-2026.txt", foreign_signs="/-", checked=checked | {"count": "OBSERVATION COUNT"})
    events = Made("ebird-sampling", Table(visit_columns, style), file="ebd_relNov-2026_sampling.txt", foreign_signs="/-", checked=checked)
    if not pair:
        made.optional = {"PROTOCOL TYPE" if old else "PROTOCOL NAME": "protocol", "DURATION MINUTES": "minutes", "EFFORT DISTANCE KM": "distance_km",
                         "EFFORT AREA HA": "area_ha", "NUMBER OBSERVERS": "observers", "REVIEWED": "reviewed", "COUNTRY": None,
                         "TRIP COMMENTS" if old else "CHECKLIST COMMENTS": "checklist_comments", "HAS MEDIA": None}
    invalid = chance.random() < 0.3
    if invalid and chance.random() < 0.3:
        made.options.append("--include-invalid")

    def of_visit(visit, group):
        place, region = visit.place, visit.place.region
        return {"COUNTRY": "Somewhere", "COUNTRY CODE": region[:2], "STATE": "Somewhere", "STATE CODE": region, "LOCALITY": place.name,
                "LOCALITY ID": place.code, "LOCALITY TYPE": "P", "LATITUDE": style.number(place.latitude),
                "LONGITUDE": style.number(place.longitude), "OBSERVATION DATE": style.date(visit.day)[0],
                "TIME OBSERVATIONS STARTED": style.time(visit.time), "OBSERVER ID": "obsr1", "FIRST NAME": "Ann", "LAST NAME": "Example",
                "PROTOCOL TYPE": visit.protocol or "", "PROTOCOL NAME": visit.protocol or "", "SAMPLING EVENT IDENTIFIER": visit.id,
                "DURATION MINUTES": style.number(visit.minutes), "EFFORT DISTANCE KM": style.number(visit.km),
                "EFFORT AREA HA": style.number(visit.ha), "NUMBER OBSERVERS": style.number(visit.observers),
                "ALL SPECIES REPORTED": style.number(visit.complete), "GROUP IDENTIFIER": group or "",
                "TRIP COMMENTS": visit.comment or "", "CHECKLIST COMMENTS": visit.comment or ""}

    serial = iter(range(1, 1_000_000))

    def rows(visit):
        copies, group = [visit], None
        if not made.ghost and chance.random() < 0.3:
            group, first = f"G{visit.id[1:]}", int(visit.id[1:])
            # Numbers with different numbers of digits: S99 is lower than S1000.
            numbers = [first, *chance.sample(range(10 ** 5, 10 ** 6), chance.randint(1, 2)), *([first - 995] if chance.random() < 0.3 else [])]
            copies = [dataclasses.replace(visit, id=f"S{n}", minutes=chance.choice([None, 5, 30]), observers=2, complete=chance.choice([0, 1]),
                                          comment=chance.choice([None, visit.comment]), time=chance.choice([None, 400, visit.time]))
                      for n in numbers]
            if chance.random() < 0.2:
                # Each observer may put it elsewhere or on another day: then it is a visit of its own.
                other = chance.choice(world.visits)
                copies[-1] = dataclasses.replace(copies[-1], **chance.choice([{"place": other.place}, {"day": other.day}]))
        for copy in copies:
            pairs = len(style.written_pairs)
            ours = of_visit(copy, group)
            if not made.ghost:
                events.add(ours, dict(record(copy, Bird("", "", Species("")), None), group=group, copy=int(copy.id[1:])))
            birds = [world.names.plain(bird.taxon) if bird.taxon and bird.taxon.category == "issf" else bird for bird in visit.birds]
            birds = [bird for bird in birds if len(copies) == 1 or chance.random() < 0.6]
            if len(copies) == 1 and pair and not made.ghost and chance.random() < 0.2:
                birds = []
            if not birds and not pair:
                # Nothing of it is in the file.
                del style.written_pairs[pairs:]
            for bird in birds:
                n, num, remark = next(serial), pick_num(chance), chance.choice([None, style.text(True)])
                approved, reviewed = 0 if invalid and chance.random() < 0.2 else 1, chance.choice([0, 1])
                names, species = subspecies(world, bird), bird
                if names:
                    species = names[1]
                row = ours | {"GLOBAL UNIQUE IDENTIFIER": f"URN:{n}", "LAST EDITED DATE": "2025-01-02 03:04:05", "TAXONOMIC ORDER": "9",
                              "CATEGORY": bird.taxon.category if bird.taxon else "species", "COMMON NAME": bird.common,
                              "SCIENTIFIC NAME": bird.scientific, "OBSERVATION COUNT": style.count(num),
                              "BREEDING CODE": "", "APPROVED": str(approved), "REVIEWED": str(reviewed), "SPECIES COMMENTS": remark or ""} \
                    | (names[0] if names else {})
                row = {name: row.get(name, "") for name in columns} | {"SPECIES COMMENTS": remark or ""}
                if approved == 0 and not made.options:
                    yield row, "did not pass review (--include-invalid keeps them)"
                else:
                    yield row, dict(record(copy, species, num, source_id=f"URN:{n}", valid=bool(approved), reviewed=bool(reviewed),
                                           comments=remark), group=group, copy=int(copy.id[1:]))

    fill(made, world, rows)
    made.union = union
    if pair:
        made.sampling, events.of_checklists = events, True
        chance.shuffle(events.rows)
    return made


def subspecies(world, bird):
    """The cells of the columns for a subspecies, and the bird with them; nil for other birds."""
    taxon = bird.taxon
    if not taxon or taxon.category != "issf" or bird.scientific != taxon.scientific:
        return None
    species = " ".join(taxon.scientific.split(" ")[:2])
    cells = {"SCIENTIFIC NAME": species, "COMMON NAME": taxon.common.split(" (")[0], "SUBSPECIES SCIENTIFIC NAME": taxon.scientific,
             "SUBSPECIES COMMON NAME": taxon.common, "CATEGORY": "issf"}
    known = world.names.known.get(taxon.scientific) or Species(taxon.scientific, taxon.scientific, taxon.common, "issf")
    return cells, dataclasses.replace(bird, species=known, remark=None)


def whole_species(outcome):
    """The name of the species that zero-filling counts a bird as."""
    name = outcome["scientific_name"] or outcome["species_id"]
    words = name.split(" ", 2)
    if len(words) < 3:
        return name
    if outcome["category"]:
        return " ".join(words[:2]) if outcome["category"] in ("issf", "form", "intergrade", "subspecies") else name
    epithet = re.sub(r"^(ssp|subsp|var)\. ", "", words[2])
    is_part = epithet.startswith("[") or re.fullmatch("[a-z/-]+", epithet) and epithet not in ("domestica", "domesticus")
    return " ".join(words[:2]) if is_part else name


def union(outcomes):
    """The records of shared checklists: at one place on one date, of each species, with its parts, those of the lowest copy, with the effort of the lowest
    copy of all.

    Returns records, and the number of those that are left out.
    """
    groups, result, left_out = {}, [], 0
    for outcome in outcomes:
        if outcome.get("group"):
            visit = tuple(outcome[name] for name in ("group", "loc_id", "latitude", "longitude", "region", "date"))
            groups.setdefault(visit, []).append(outcome)
        else:
            result.append(outcome)
    for copies in groups.values():
        lowest, best = min(copies, key=lambda outcome: outcome["copy"]), {}
        for outcome in copies:
            if outcome["species_id"]:
                best.setdefault(whole_species(outcome), []).append(outcome)
        effort = {name: lowest[name] for name in ("checklist_id", "time", *EFFORT)}
        result += [dict(lowest)] if not lowest["species_id"] else []
        for records in best.values():
            copy = min(outcome["copy"] for outcome in records)
            ours = [outcome | effort for outcome in records if outcome["copy"] == copy]
            result += ours
            left_out += len(records) - len(ours)
    return result, left_out
