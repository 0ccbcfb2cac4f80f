"""Writes a made-up world in the formats of GBIF, Darwin Core and iNaturalist: see `records`."""

import dataclasses

from .files import Table
from .records import Made, fill, no_effort, number, pick_num, record
from .world import Species

# Higher taxa, and what is said of a row that has them: nothing for birds.
TAXA = [
    (dict(kingdom="Animalia", phylum="Chordata", order="Passeriformes", **{"class": "Aves"}), None),
    (dict(kingdom="Animalia", phylum="Chordata", order="", **{"class": "Aves"}), None),
    (dict(kingdom="", phylum="", order="", **{"class": ""}), None),
    (dict(kingdom="Animalia", phylum="", order="Piciformes", **{"class": ""}), None),
]
OTHERS = [
    (dict(kingdom="Plantae", phylum="Tracheophyta", order="Rosales", **{"class": "Magnoliopsida"}), "Magnoliopsida"),
    (dict(kingdom="Plantae", phylum="", order="", **{"class": ""}), "Plantae"),
    (dict(kingdom="Animalia", phylum="Chordata", order="Perciformes", **{"class": ""}), "Perciformes"),
    (dict(kingdom="Animalia", phylum="Arthropoda", order="", **{"class": "Insecta"}), "Insecta"),
    (dict(kingdom="Animalia", phylum="Mollusca", order="", **{"class": ""}), "Mollusca"),
]


def higher_taxa(chance, share=0.12):
    return chance.choice(OTHERS) if chance.random() < share else chance.choice(TAXA)


def without_common(world, bird):
    """A bird in a file without common names."""
    if bird.scientific.startswith("Alius"):
        return world.names.unknown(bird.scientific, "", None, binomial=bird.binomial)
    return bird


def accepted(bird):
    """A bird that no taxonomy has, beside the name that GBIF accepts."""
    is_plain = bird.binomial and not bird.species.scientific and not bird.species.category and not bird.remark
    if is_plain and not any(sign in bird.scientific for sign in ("?", " cf")):
        return dataclasses.replace(bird, species=Species(bird.binomial))
    return bird


def located(place):
    """The code that a place without one has: its name, or its coordinates, or `unknown`."""
    return place.name or (f"{float(place.latitude)},{float(place.longitude)}" if place.latitude else "unknown")


def of_date(style, visit, interval=True):
    """The cell of a date that may have a time, and the time in it."""
    time = visit.time if style.chance.random() < 0.6 else None
    return style.date(visit.day, time, interval)


def gbif(world):
    chance, style = world.chance, world.style
    columns = ["gbifID", "datasetKey", "occurrenceID", "kingdom", "phylum", "class", "order", "family", "genus", "species",
               "infraspecificEpithet", "taxonRank", "scientificName", "verbatimScientificName", "countryCode", "locality",
               "stateProvince", "occurrenceStatus", "individualCount", "publishingOrgKey", "decimalLatitude", "decimalLongitude",
               "coordinateUncertaintyInMeters", "eventDate", "day", "month", "year", "taxonKey", "basisOfRecord", "recordedBy", "issue"]
    made = Made("gbif", Table(columns, style), file="0001234-261124.csv", repeated="error", foreign_signs="/-", has_parts=True,
                checked={"latitude": "decimalLatitude", "longitude": "decimalLongitude", "date": "eventDate", "count": "individualCount"})
    made.optional = {"coordinateUncertaintyInMeters": "coordinate_uncertainty_m", "family": None, "issue": None, "recordedBy": None}
    serial, from_r = iter(range(4_000_000_000, 5_000_000_000)), chance.random() < 0.2

    def rows(visit):
        place = visit.place
        for bird in visit.birds:
            taxa, other = higher_taxa(chance, 0 if made.ghost else 0.12)
            num, n, absent = pick_num(chance), next(serial), chance.random() < 0.15
            uncertain = chance.choice([None, 0, 30, 1000.5])
            day, has_species = visit.day, chance.random() < 0.9
            # The date may be in other columns alone.
            apart = chance.random() < 0.2 and day.year is not None
            date, time = ("", None) if apart else of_date(style, visit)
            row = dict.fromkeys(columns, "") | taxa | {
                "gbifID": str(n), "datasetKey": "k", "occurrenceID": f"o{n % 3}", "species": bird.binomial if has_species else "",
                "scientificName": bird.scientific, "countryCode": place.region[:2], "locality": place.name,
                "stateProvince": "Somewhere", "occurrenceStatus": "ABSENT" if absent else "PRESENT", "individualCount": style.count(num, ("",)),
                "decimalLatitude": style.number(place.latitude), "decimalLongitude": style.number(place.longitude),
                "coordinateUncertaintyInMeters": style.number(uncertain), "eventDate": date,
                "day": str(day.day or ""), "month": str(day.month or ""), "year": str(day.year or ""), "recordedBy": "Ann Example"}
            if from_r:
                row = {name: cell or ("" if name in ("countryCode", "occurrenceStatus", "scientificName") else "NA") for name, cell in row.items()}
            bird = without_common(world, bird)
            bird = accepted(bird) if has_species else bird
            yield row, f"not a bird ({other})" if other else record(
                visit, bird, 0 if absent else num, loc_id=located(place), region=place.region[:2], time=time,
                checklist_id=None, source_id=str(n), coordinate_uncertainty_m=uncertain or None, location_name=place.name or None,
                **no_effort())

    return fill(made, world, rows)


def darwin_core(world):
    """A table with terms of Darwin Core as columns, of which each file has others."""
    chance, style = world.chance, world.style
    optional = ["occurrenceID", "kingdom", "phylum", "class", "order", "vernacularName", "occurrenceStatus", "individualCount",
                "occurrenceRemarks", "coordinateUncertaintyInMeters", "dataGeneralizations", "eventID", "countryCode", "locationID",
                "locality", "decimalLatitude", "decimalLongitude", "eventTime", "samplingProtocol", "eventRemarks", "organismQuantity",
                "organismQuantityType", "recordedBy", "basisOfRecord"]
    has = set(optional) if chance.random() < 0.4 else {name for name in optional if chance.random() < 0.7}
    if len(has & {"decimalLatitude", "decimalLongitude"}) == 1:
        has -= {"decimalLatitude", "decimalLongitude"}
    columns = [name for name in ["occurrenceID", "scientificName", "eventDate", *optional[1:]] if name in has | {"scientificName", "eventDate"}]
    key = chance.choice(["occurrenceID", "gbifID", "id", "key"])
    columns = [key if name == "occurrenceID" else name for name in columns]
    made = Made("dwc", Table(columns, style), file="occurrence.txt", has_codes="occurrenceID" in has, repeated="error",
                checked={"date": "eventDate"} | ({"count": "individualCount"} if "individualCount" in has else {})
                | ({"latitude": "decimalLatitude", "longitude": "decimalLongitude"} if "decimalLatitude" in has else {}))
    make, from_r, in_parts = occurrence(world, made, has), chance.random() < 0.2, chance.random() < 0.2
    if in_parts:
        # The date has columns of its own, and no time.
        columns = [name for name in columns if name != "eventDate"] + ["year", "month", "day"]
        made.table = Table(columns, style)
        made.checked = {name: column for name, column in made.checked.items() if name != "date"} | {"day": "day"}

    def rows(visit):
        for bird in visit.birds:
            pairs = len(style.written_pairs)
            row, outcome = make(visit, bird)
            if in_parts:
                del style.written_pairs[pairs:]
                row |= {name: style.number(getattr(visit.day, name)) for name in ("year", "month", "day")}
                if isinstance(outcome, dict):
                    outcome["time"] = visit.clock if "eventTime" in has else None
            row = {name: row["occurrenceID" if name == key else name] for name in columns}
            if from_r:
                # R writes NA for what is missing. As a country it is Namibia.
                row = {name: cell or ("" if name in ("countryCode", "occurrenceStatus", "organismQuantityType") else "NA")
                       for name, cell in row.items()}
            yield row, outcome

    return fill(made, world, rows)


def occurrence(world, made, has):
    """Makes the cells of an occurrence by its terms, and its record."""
    chance, style = world.chance, world.style
    serial, dates = iter(range(1, 1_000_000)), {}

    def make(visit, bird):
        place, n = visit.place, next(serial)
        taxa, other = higher_taxa(chance, 0 if made.ghost else 0.12)
        if not all(taxon in has for taxon in taxa):
            taxa, other = TAXA[2]
        num, absent, quantity = pick_num(chance), chance.random() < 0.1, chance.random() < 0.2
        uncertain, general = chance.choice([None, 30, 0, 1000.5]), chance.choice(["", "", "no", "to 0.1 degrees"])
        remark = chance.choice([None, style.text(True)])
        by_event = "eventID" in has and chance.random() < 0.9
        # All rows of an event say the same of it. Without an event, places and days share a checklist.
        key = visit.id if by_event else n
        if key not in dates:
            dates[key] = of_date(style, visit)
        date, date_time = dates[key]
        effort = dict(protocol=visit.protocol, checklist_comments=visit.comment) if by_event else dict(protocol=None, checklist_comments=None)
        row = taxa | {
            "occurrenceID": f"o{n}", "scientificName": bird.scientific, "eventDate": date, "vernacularName": bird.common,
            "occurrenceStatus": "absent" if absent else chance.choice(["present", ""]), "occurrenceRemarks": remark or "",
            "individualCount": style.null() if quantity else style.count(num, ("",)),
            "organismQuantity": style.number(num) if quantity else "", "organismQuantityType": "individuals" if quantity else "",
            "coordinateUncertaintyInMeters": style.number(uncertain), "dataGeneralizations": general,
            "eventID": visit.id if by_event else "", "countryCode": place.region[:2], "locationID": place.code, "locality": place.name,
            "decimalLatitude": style.number(place.latitude), "decimalLongitude": style.number(place.longitude),
            "eventTime": style.time(visit.time), "samplingProtocol": effort["protocol"] or "",
            "eventRemarks": effort["checklist_comments"] or "", "recordedBy": "Ann Example", "basisOfRecord": "HumanObservation"}
        if other:
            return row, f"not a bird ({other})"
        if quantity and not {"organismQuantity", "organismQuantityType"} <= has or not quantity and "individualCount" not in has:
            num = None
        if absent and "occurrenceStatus" in has:
            num = 0
        latitude, longitude = (place.latitude, place.longitude) if "decimalLatitude" in has else ("", "")
        name = place.name if "locality" in has and place.name else None
        loc = place.code if "locationID" in has else name or (f"{float(latitude)},{float(longitude)}" if latitude else "unknown")
        values = dict(
            loc_id=loc, location_name=name, latitude=number(latitude), longitude=number(longitude),
            region=place.region[:2] if "countryCode" in has else None, num=num,
            time=visit.clock if "eventTime" in has and visit.clock else date_time, checklist_id=visit.id if by_event else None,
            source_id=f"o{n}" if "occurrenceID" in has else None, comments=remark if "occurrenceRemarks" in has else None,
            coordinate_uncertainty_m=(uncertain or None) if "coordinateUncertaintyInMeters" in has else None,
            generalised=True if general == "to 0.1 degrees" and "dataGeneralizations" in has else None,
            **no_effort(protocol=effort["protocol"] if "samplingProtocol" in has else None,
                        checklist_comments=effort["checklist_comments"] if "eventRemarks" in has else None))
        return row, record(visit, bird if "vernacularName" in has else without_common(world, bird), **values)

    return make


def inaturalist(world):
    chance, style = world.chance, world.style
    columns = ["id", "uuid", "observed_on_string", "observed_on", "time_observed_at", "time_zone", "user_login", "quality_grade", "description",
               "captive_cultivated", "place_guess", "latitude", "longitude", "positional_accuracy", "private_latitude", "private_longitude",
               "public_positional_accuracy", "coordinates_obscured", "scientific_name", "common_name", "iconic_taxon_name", "taxon_id"]
    made = Made("inaturalist", Table(columns, style), file="observations-7.csv", repeated="error", foreign_signs="/-",
                checked={"latitude": "latitude", "longitude": "longitude", "date": "observed_on"})
    made.synonyms = {"iconic_taxon_name": ["taxon_class_name"]}
    made.optional = {"uuid": None, "time_zone": None, "user_login": None, "private_latitude": None, "time_observed_at": None}
    serial = iter(range(70_000, 900_000))

    def rows(visit):
        place, day, time = visit.place, visit.day, visit.time
        for bird in visit.birds:
            kind = "Aves" if made.ghost else chance.choice(["Aves"] * 8 + ["Plantae", "Insecta", ""])
            captive, obscured = chance.choice(["true", "false", ""]), chance.choice(["true", "false"])
            remark, n = chance.choice([None, style.text(True)]), next(serial)
            clock = f"{time // 60:02}:{time % 60:02}" if time is not None else None
            entered = [str(day)] if time is None else [
                f"{day} {clock}", f"Wed Feb 03 2021 {clock}:10 GMT-0800 (PST)", f"{day}T{clock}:00-08:00", f"{day} {clock} PST"]
            lost = time is not None and chance.random() < 0.1
            if lost:
                # The local time is not known.
                entered = [f"{day} {clock} UTC", f"{day}T{clock}:00Z"]
            accuracy = chance.choice([None, 5, 120])
            public = 28_000 if obscured == "true" else accuracy
            place_name = place.name or None
            yield {"id": str(n), "uuid": "u", "observed_on_string": chance.choice(entered), "observed_on": style.date(day)[0],
                   "time_observed_at": "2021-02-03 12:34:56 UTC", "time_zone": "Pacific Time (US & Canada)", "user_login": "ann",
                   "quality_grade": "research", "description": remark or "", "captive_cultivated": captive, "place_guess": place.name,
                   "latitude": style.number(place.latitude), "longitude": style.number(place.longitude),
                   "positional_accuracy": style.number(accuracy), "private_latitude": style.number("1.5") if obscured == "true" else "",
                   "private_longitude": style.number("1.5") if obscured == "true" else "", "public_positional_accuracy": style.number(public),
                   "coordinates_obscured": obscured, "scientific_name": bird.scientific, "common_name": bird.common,
                   "iconic_taxon_name": kind, "taxon_id": "7"}, f"not a bird ({kind or 'unknown'})" if kind != "Aves" else record(
                visit, bird, None, loc_id=located(place), location_name=place_name, region=None, source_id=str(n), checklist_id=None,
                time=None if lost else clock, coordinate_uncertainty_m=public, generalised=obscured == "true",
                comments=remark, captive=captive == "true", **no_effort())

    return fill(made, world, rows)
