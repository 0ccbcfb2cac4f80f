"""Writes a made-up world as Darwin Core Archives, with occurrences or events as their core."""

from .files import VALID, archive, seems_cut
from .records import Made, no_effort, number, record
from .occurrences import occurrence, of_date, without_common
from .world import Bird, Day, Place, Species, Visit

TERM = "http://rs.tdwg.org/dwc/terms/"
# Terms whose value may stand in `meta.xml` alone.
OCCURRENCE = ["occurrenceID", "scientificName", "kingdom", "phylum", "class", "order", "vernacularName", "occurrenceStatus", "individualCount",
              "occurrenceRemarks", "coordinateUncertaintyInMeters", "dataGeneralizations", "organismQuantity", "organismQuantityType"]
VISIT = ["eventDate", "countryCode", "locationID", "locality", "decimalLatitude", "decimalLongitude", "eventTime", "samplingProtocol",
         "eventRemarks"]


def file_of(style, columns, rows, header_lines):
    """The text of a file in an archive. Rows are dicts by the names of columns."""
    def cell(text):
        if style.quoting == "none":
            return text
        if style.quoting == "all" or any(sign in text for sign in (style.separator, '"', "\n")):
            return '"' + text.replace('"', '""') + '"'
        return text
    # Between commas, only the header tells a separator at the end of all lines from a decimal comma.
    trailing = style.separator if style.trailing and (header_lines > 0 or style.separator != ",") else ""
    lines = [style.separator.join(map(cell, columns)) + trailing] * min(header_lines, 1) + ["a note"] * max(header_lines - 1, 0)
    widths = []
    for row in rows:
        cells = list(row) if isinstance(row, (list, tuple)) else [VALID if name == "x_remarks" else row.get(name, "") for name in columns]
        while style.drops and len(cells) > 1 and cells[-1] == "":
            cells.pop()
        widths.append(len(cells) + len(trailing))
        lines.append(style.separator.join(map(cell, cells)) + trailing)
    text = style.newline.join(lines) + (style.newline if style.final_newline or seems_cut(widths, len(columns)) else "")
    return style.encoded(text)


def table(style, kind, row_type, file, columns, id_name, header_lines, defaults):
    """The element of a file in `meta.xml`."""
    escape = {"\t": "\\t", ",": ",", ";": ";"}[style.separator]
    quote = "" if style.quoting == "none" else "&quot;"
    fields = [f'<field index="{n}" term="{TERM}{name}"/>' for n, name in enumerate(columns) if not name.startswith(("x_", "id", "coreid"))]
    fields += [f'<field default="{value}" term="{TERM}{name}"/>' for name, value in defaults.items()]
    style.chance.shuffle(fields)
    return (f'<{kind} encoding="UTF-8" fieldsTerminatedBy="{escape}" linesTerminatedBy="\\n" fieldsEnclosedBy="{quote}" '
            f'ignoreHeaderLines="{header_lines}" rowType="{TERM}{row_type}"><files><location>{file}</location></files>'
            f'<{id_name} index="{columns.index("id" if "id" in columns else "coreid")}"/>{"".join(fields)}</{kind}>')


def packed(chance, tables, files):
    meta = '<?xml version="1.0" encoding="UTF-8"?>\n<archive xmlns="http://rs.tdwg.org/dwc/text/" metadata="eml.xml">' + "".join(tables) + "</archive>"
    entries = [("meta.xml", meta.encode()), *files, ("eml.xml", b"<eml/>")]
    chance.shuffle(entries)
    folder = chance.choice(["", "", "dwca-7/"])
    return archive(chance, [(folder + name, content) for name, content in entries], chance.choice(["zip", "zip", "zip", "tar", "tar.gz"]))


def constants(world, columns):
    """Columns that give way to a default in `meta.xml`, with its value."""
    if "countryCode" in columns and world.chance.random() < 0.3:
        columns.remove("countryCode")
        return {"countryCode": "NA"}
    return {}


def shuffled(world, columns):
    columns = columns + (["x_extra"] if world.style.extras else []) + (["x_remarks"] if world.style.bad else [])
    if world.style.reorders:
        world.chance.shuffle(columns)
    if world.style.separator == ",":
        # A row with more cells than terms would be in error.
        columns.sort(key=lambda name: not name.startswith("x_"))
    return columns


def occurrences(world):
    """An archive whose core are occurrences."""
    chance, style = world.chance, world.style
    terms = [name for name in OCCURRENCE + ["eventID"] + VISIT if name in ("scientificName", "eventDate") or chance.random() < 0.85]
    if ("decimalLatitude" in terms) != ("decimalLongitude" in terms):
        terms = [name for name in terms if not name.startswith("decimal")]
    defaults = constants(world, terms)
    made = Made("dwca", None, file="dwca-7.zip", repeated="error",
                checked={"date": "eventDate"} | ({"count": "individualCount"} if "individualCount" in terms else {})
                | ({"latitude": "decimalLatitude", "longitude": "decimalLongitude"} if "decimalLatitude" in terms else {}))
    has = set(terms) | set(defaults)
    make = occurrence(world, made, has)
    columns = shuffled(world, ["id", *terms])
    number_of = iter(range(1, 1_000_000))

    def add(visit, bird):
        row, outcome = make(visit, bird)
        key = str(next(number_of))
        if isinstance(outcome, dict):
            outcome["region"] = defaults.get("countryCode") or outcome["region"]
            # Without a code of its own, an occurrence has the id of its row.
            outcome["source_id"] = outcome["source_id"] or key
        return {"id": key} | {name: row[name] for name in terms}, outcome

    for visit in world.visits:
        for bird in visit.birds:
            made.add(*add(visit, bird))
    made.make_ghost = ghost(made, add)
    header_lines = chance.choice([0, 1, 1, 1, 2])
    made.columns = columns

    def write(rows):
        content, told = file_of(style, columns, rows, header_lines)
        return packed(chance, [table(style, "core", "Occurrence", "occurrence.txt", columns, "id", header_lines, defaults)],
                      [("occurrence.txt", content)]), told
    made.write_archive = write
    return made


def ghost(made, add):
    """Makes a row of a visit that is no part of the world, to be broken."""
    def make(number):
        made.ghost = True
        visit = Visit(f"S9000{number}", Place(f"GHOST{number}", f"Ghost {number}", "5.5", "6.5", "ZW-HA"), Day(2020, 5, 14), 400, None, None,
                      None, None, None, None, None, (Bird("Spectrum nullum", "ghost", Species("ghost")),))
        row, _ = add(visit, visit.birds[0])
        return row
    return make


def events(world):
    """An archive whose core are events, some of which have parents, or no occurrences."""
    chance, style = world.chance, world.style
    terms = [name for name in VISIT if name == "eventDate" or chance.random() < 0.85]
    if ("decimalLatitude" in terms) != ("decimalLongitude" in terms):
        terms = [name for name in terms if not name.startswith("decimal")]
    has_parents = chance.random() < 0.6
    defaults = constants(world, terms)
    own = [name for name in OCCURRENCE if name in ("occurrenceID", "scientificName") or chance.random() < 0.85]
    made = Made("dwca", None, file="events.zip", repeated="error", checked={"count": "individualCount"} if "individualCount" in own else {})
    make = occurrence(world, made, set(own) | set(terms) | set(defaults) | {"eventID"})
    event_columns = shuffled(world, ["id", *terms, *(["parentEventID"] if has_parents else [])])
    columns = shuffled(world, ["coreid", *own])
    event_rows, parents = [], []

    def event(visit):
        """The row of an event, whose date or place may be in a parent; what is told of its records."""
        date, date_time = of_date(style, visit)
        place = visit.place
        row = {"id": visit.id, "eventDate": date, "countryCode": place.region[:2], "locationID": place.code, "locality": place.name,
               "decimalLatitude": style.number(place.latitude), "decimalLongitude": style.number(place.longitude),
               "eventTime": style.time(visit.time), "samplingProtocol": visit.protocol or "", "eventRemarks": visit.comment or ""}
        time = visit.clock if "eventTime" in terms and visit.clock else date_time
        if has_parents and chance.random() < 0.6 and date:
            parent = {"id": f"P{visit.id}"}
            for moved in chance.choice([["eventDate"], ["locationID", "locality", "decimalLatitude", "decimalLongitude"], ["countryCode"],
                                        ["eventDate", "locationID", "locality", "decimalLatitude", "decimalLongitude", "countryCode"]]):
                parent[moved] = row[moved]
                row[moved] = ""
            row["parentEventID"] = parent["id"]
            if chance.random() < 0.3:
                # A grandparent has all.
                parents.append(parent | {"id": "G" + parent["id"]})
                parent = {"id": parent["id"], "parentEventID": "G" + parent["id"]}
            parents.append(parent)
        return row, time

    def told_of(visit, time):
        place = visit.place
        latitude, longitude = (place.latitude, place.longitude) if "decimalLatitude" in terms else ("", "")
        name = place.name if "locality" in terms and place.name else None
        loc = place.code if "locationID" in terms else name or (f"{float(latitude)},{float(longitude)}" if latitude else "unknown")
        region = defaults.get("countryCode") or (place.region[:2] if "countryCode" in terms else None)
        return dict(loc_id=loc, location_name=name, latitude=number(latitude), longitude=number(longitude), region=region, time=time,
                    checklist_id=visit.id, **no_effort(
                        protocol=visit.protocol if "samplingProtocol" in terms else None,
                        checklist_comments=visit.comment if "eventRemarks" in terms else None))

    # The visits with other animals only, with what they are as checklists; and the protocols with which birds were found.
    without_birds, of_birds = [], set()
    for visit in world.visits:
        row, time = event(visit)
        event_rows.append(row)
        protocol = "samplingProtocol" in terms and visit.protocol
        if chance.random() < 0.15:
            made.checklists.append(record(visit, Bird("", "", Species("")), None, **told_of(visit, time)))
            continue
        others = True
        for bird in visit.birds:
            pairs = len(style.written_pairs)
            cells, outcome = make(visit, bird)
            others = others and not isinstance(outcome, dict)
            # The date is that of the event.
            del style.written_pairs[pairs:]
            if isinstance(outcome, dict):
                bird = bird if "vernacularName" in own else without_common(world, bird)
                outcome = record(visit, bird, outcome["num"], **{name: outcome[name] for name in (
                    "source_id", "coordinate_uncertainty_m", "generalised")},
                    comments=(cells["occurrenceRemarks"] or None) if "occurrenceRemarks" in own else None, **told_of(visit, time))
            made.add({"coreid": visit.id} | {name: cells[name] for name in own}, outcome)
        if others and visit.birds:
            without_birds.append((protocol, record(visit, Bird("", "", Species("")), None, **told_of(visit, time))))
        elif visit.birds:
            of_birds.add(protocol)
    made.checklists += [checklist for protocol, checklist in without_birds if protocol in of_birds]
    repeated = [row for row in event_rows if chance.random() < 0.1]
    all_events = event_rows + parents
    chance.shuffle(all_events)
    # What is repeated later is passed over, whatever it says.
    all_events += [row | {"locality": "Elsewhere", "eventDate": "1999-01-01"} for row in repeated]
    header_lines, event_lines = chance.choice([0, 1, 1, 2]), chance.choice([0, 1, 1, 2])
    made.columns = columns

    def add(visit, bird):
        cells, outcome = make(visit, bird)
        # Its event is not there, so it is in error without being broken.
        return {"coreid": "NOWHERE"} | {name: cells[name] for name in own}, outcome
    made.make_ghost = ghost(made, add)

    def write(rows):
        content, told = file_of(style, columns, rows, header_lines)
        tables = [table(style, "core", "Event", "event.txt", event_columns, "id", event_lines, defaults),
                  table(style, "extension", "Occurrence", "occurrence.txt", columns, "coreid", header_lines, {})]
        of_events, _ = file_of(style, event_columns, all_events, event_lines)
        return packed(chance, tables, [("event.txt", of_events), ("occurrence.txt", content)]), told
    made.write_archive = write
    return made
