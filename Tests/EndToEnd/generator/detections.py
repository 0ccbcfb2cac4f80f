"""Writes a made-up world as detections of BirdNET-Pi, BirdNET-Go and BirdNET-Analyzer, and as SQLite files."""

import dataclasses
import datetime
import os
import sqlite3
import tempfile

from .files import Table
from .plain import plain
from .records import Made, by_code, fill, no_effort, number, record, scientific_name
from .world import Day


def detected(world, given):
    """A place as a detector knows it, maybe as (-1, -1), and its coordinates: those of options, if it has none."""
    place = world.chance.choice(world.places)
    if not place.latitude or world.chance.random() < 0.2:
        return world.chance.choice([("-1", "-1"), ("0.0", "0"), ("", ""), ("-1.0000", "-1.0000")]), given
    return (place.latitude, place.longitude), (place.latitude, place.longitude)


def place_option(world, made):
    """The place of detections without one, which an option may give."""
    if world.chance.random() < 0.8:
        return "", ""
    made.options += ["--latitude", "55.38", "--longitude=-12.5"]
    return "55.38", "-12.5"


def full(visit):
    """A detection always has a date and a time."""
    return visit.day if visit.day.day else Day(2021, 2, 3), visit.time if visit.time is not None else 184


def birdnet_pi(world):
    chance, style = world.chance, world.style
    columns = ["Date", "Time", "Sci_Name", "Com_Name", "Confidence", "Lat", "Lon", "Cutoff", "Week", "Sens", "Overlap"]
    made = Made("birdnet-pi", Table(columns, style), file="BirdDB.txt", repeated="detection", foreign_signs="/-",
                checked={"latitude": "Lat", "longitude": "Lon", "date": "Date", "confidence": "Confidence"})
    given = place_option(world, made)

    def rows(visit):
        (day, time), place = full(visit), (("5.5", "6.5"), ("5.5", "6.5")) if made.ghost else detected(world, given)
        for bird in visit.birds:
            date, clock = style.date(day)[0], style.time(time) or "03:04"
            confidence = str(round(chance.uniform(0.1, 1), 4))
            yield {"Date": date, "Time": clock, "Sci_Name": bird.scientific, "Com_Name": bird.common,
                   "Confidence": style.number(confidence),
                   "Lat": style.number(place[0][0]), "Lon": style.number(place[0][1]), "Cutoff": "0.7", "Week": "6", "Sens": "1.25",
                   "Overlap": "0.0"}, record(
                visit, bird, None, **of_detection(place[1]), date=str(day), time=f"{time // 60:02}:{time % 60:02}",
                source_id=f"{occasion(day, time, bird, style)} {float(confidence)}", confidence=float(confidence), **no_effort())

    return fill(made, world, rows)


def moment(day, time, style):
    """Date and time in the code of a detection, as they were read."""
    return f"{day.year}{day.month:02}{day.day:02} {time // 60:02}:{time % 60:02}:{style.seconds:02}"


def occasion(day, time, bird, style):
    return f"{moment(day, time, style)} {bird.scientific or bird.common}"


def of_detection(place, code=None):
    latitude, longitude = place
    # It ends its code, which is then not shortened any more.
    ending = f" @{float(latitude)},{float(longitude)}" if latitude else ""
    return dict(code_ending=ending, loc_id=code or (f"{float(latitude)},{float(longitude)}" if latitude else "unknown"), location_name=None, latitude=number(latitude),
                longitude=number(longitude), region=None, checklist_id=None)


def birdnet_go(world):
    chance, style = world.chance, world.style
    camel = chance.random() < 0.5
    names = ["id", "source_node", "date", "time", "begin_time", "end_time", "species_code", "scientific_name", "raw_scientific_name",
             "common_name", "confidence", "latitude", "longitude", "threshold", "sensitivity", "clip_name", "processing_time", "unlikely"]
    spelt = {name: name.split("_")[0] + "".join(map(str.title, name.split("_")[1:])) if camel else name for name in names}
    made = Made("birdnet-go", Table([spelt[name] for name in names], style), file="detections.csv", repeated="detection", foreign_signs="/-",
                checked={"latitude": "latitude", "longitude": "longitude", "date": "date", "confidence": "confidence"})
    serial, given = iter(range(1, 1_000_000)), place_option(world, made)

    def rows(visit):
        (day, time), place = full(visit), (("5.5", "6.5"), ("5.5", "6.5")) if made.ghost else detected(world, given)
        for bird in visit.birds:
            n, confidence = next(serial), str(round(chance.uniform(0.1, 1), 4))
            unlikely = not made.ghost and chance.random() < 0.1
            species, code = bird, ""
            if bird.taxon and bird.scientific == bird.taxon.scientific and chance.random() < 0.3:
                # The name decides if a table knows it, whatever the code means; else the code.
                if bird.scientific in world.names.known:
                    code = chance.choice([bird.taxon, chance.choice(world.names.taxa)]).code
                else:
                    species, code = by_code(world, bird)
            row = {"id": str(n), "source_node": "garden", "date": style.date(day)[0], "time": style.time(time) or "03:04",
                   "begin_time": "2021-02-03T06:41:00Z", "species_code": code, "scientific_name": bird.scientific, "common_name": bird.common,
                   "confidence": style.number(confidence), "latitude": style.number(place[0][0]), "longitude": style.number(place[0][1]),
                   "unlikely": "true" if unlikely else chance.choice(["false", ""])}
            if unlikely:
                outcome = "did not pass review (--include-invalid keeps them)"
            else:
                outcome = record(visit, species, None, **of_detection(place[1], "garden"), date=str(day),
                                 time=f"{time // 60:02}:{time % 60:02}", source_id=f"garden/{n} {moment(day, time, style)}", confidence=float(confidence), **no_effort())
            yield {spelt[name]: row.get(name, "") for name in names}, outcome

    return fill(made, world, rows)


ANALYZER = {
    "csv": ["Start (s)", "End (s)", "Scientific name", "Common name", "Confidence", "File"],
    "raven": ["Selection", "View", "Channel", "Begin Time (s)", "End Time (s)", "Low Freq (Hz)", "High Freq (Hz)", "Common Name",
              "Species Code", "Confidence", "Begin Path", "File Offset (s)"],
    "kaleidoscope": ["INDIR", "FOLDER", "IN FILE", "OFFSET", "DURATION", "scientific_name", "common_name", "confidence", "lat", "lon",
                     "week", "overlap", "sensitivity"],
    "r": ["filepath", "start", "end", "scientific_name", "common_name", "confidence", "lat", "lon", "week", "overlap", "sensitivity",
          "min_conf", "species_list", "model"]}


NOISES = ["nocall", "Human vocal", "Dog", "Engine"]


def analyzer(world, layout):
    """Detections in recordings, whose names tell date, time and station, unless options or the name of the file do."""
    chance, style = world.chance, world.style
    # Files of one recording may be named after it, and then not name it.
    is_one = layout in ("csv", "raven") and chance.random() < 0.3
    columns = [name for name in ANALYZER[layout] if not is_one or name not in ("File", "Begin Path")]
    made = Made("birdnet-analyzer", Table(columns, style), file="BirdNET_results.csv", repeated="detection", checked={
        "confidence": {"csv": "Confidence", "raven": "Confidence"}.get(layout, "confidence")})
    seen, given = set(), place_option(world, made)
    dated = chance.random() < 0.9
    if not dated:
        made.options += ["--date", "2020-02-29"]

    def recording(visit):
        """The name of a recording without its extension, its station, and when it begins."""
        station = chance.choice(["STA1", "S4A04271", "Moor-2", "a b"])
        day, time = visit.day if visit.day.day else Day(2021, 2, 3), visit.time
        if not dated:
            return f"{station} take {chance.randint(1, 9)}", None, Day(2020, 2, 29), None
        at = datetime.date(day.year, day.month, day.day)
        stem = f"{station}_{chance.choice([f'{at:%Y%m%d}', f'{at:%Y-%m-%d}'])}"
        if time is not None:
            stem += chance.choice(["_", "T"]) + f"{time // 60:02}{time % 60:02}00"
        return stem, station, day, time
    only = recording(world.visits[0])
    if is_one:
        made.file = only[0] + chance.choice([".BirdNET.results.csv", ".BirdNET.selection.table.txt", ".csv"])
        made.keeps_name = True

    def rows(visit):
        stem, station, day, time = only if is_one else recording(visit)
        shown, place = (("5.5", "6.5"), ("5.5", "6.5")) if made.ghost else detected(world, given)
        if layout in ("csv", "raven"):
            place = given
        folder = {"csv": "rec", "raven": "rec", "kaleidoscope": "night", "r": "rec"}[layout] if not is_one else ""
        for bird in visit.birds:
            offset, confidence = chance.randrange(0, 90_000, 3) / 2, str(round(chance.uniform(0.1, 1), 4))
            # All layouts have the common name. Labels are a scientific and a common name with an underscore between them.
            if (stem, offset) in seen or not bird.common or layout == "raven" and "_" in bird.scientific:
                continue
            seen.add((stem, offset))
            scientific, common = bird.scientific, bird.common
            identified = scientific or common
            species, code, number_of = bird, f"{bird.scientific}_{bird.common}", style.number
            if layout == "raven" and bird.taxon and bird.scientific == bird.taxon.scientific and chance.random() < 0.5:
                species, code = by_code(world, bird)
                # The common name decides if a table knows only that.
                named = [known for known in world.names.known.values() if (known.common or "").lower() == common.lower()]
                if named and not species.species.common:
                    species = bird
                identified = scientific_name(world, code, common) or code
            noise = chance.choice(NOISES) if chance.random() < 0.08 and not made.ghost else None
            if noise:
                scientific, common, code = noise, noise, noise
            row = {
                "csv": [number_of(offset), number_of(offset + 3), scientific, common, number_of(confidence), f"/rec/{stem}.wav"],
                "raven": [str(len(seen)), "Spectrogram 1", "1", number_of(offset + (0 if is_one else 7200)), number_of(offset + 7203), "0",
                          "15000", common, code, number_of(confidence), f"C:\\rec\\{stem}.WAV", number_of(offset)],
                "kaleidoscope": ["/rec", "night", f"{stem}.wav", number_of(offset), "3.0", scientific, common,
                                 number_of(confidence), number_of(shown[0]), number_of(shown[1]), "5", "0.0", "1.0"],
                "r": [f"/rec/{stem}.wav", number_of(offset), number_of(offset + 3), scientific, common, number_of(confidence),
                      number_of(shown[0]), number_of(shown[1]), "-1", "0.0", "1.0", "0.1", "", "m"]}[layout]
            row = dict(zip(ANALYZER[layout], row))
            if noise:
                yield row, f"not a bird ({noise})"
                continue
            at = datetime.datetime(day.year, day.month, day.day)
            heard = at + datetime.timedelta(minutes=time or 0, seconds=offset if time is not None else 0)
            where = of_detection(place, station)
            if not station:
                # Without a station, the place in the file or the folder is the location, and the folder tells the recording
                # from others.
                if place == given and (folder or not place[0]):
                    where["loc_id"] = folder or "unknown"
                # Nor does such a name tell the date.
                stem_of_source = f"{'/'.join(filter(None, [folder, stem]))} {day.year}{day.month:02}{day.day:02}"
            yield row, record(
                visit, species, None, **where, date=f"{heard:%Y-%m-%d}", time=f"{heard:%H:%M}" if time is not None else None,
                source_id=f"{stem if station else stem_of_source} {offset} {identified} {float(confidence)}",
                confidence=float(confidence), **no_effort())

    return fill(made, world, rows)


def sqlite_file(world, kind):
    """A SQLite file with a table `birds` or `detections`."""
    style = world.style
    style.decimal_comma, style.encoding, style.mark, style.bad, style.extras = False, "utf-8", False, False, world.chance.random() < 0.3
    # A real number has no more digits than it needs, also in the code of a place that has no other.
    world.places = [dataclasses.replace(place, latitude=place.latitude and str(float(place.latitude)),
                                        longitude=place.longitude and str(float(place.longitude))) for place in world.places]
    made = plain(world) if kind == "birds" else birdnet_pi(world)
    made.format, made.file, columns = "sqlite", "birds.db", made.table.columns

    affinity = {"num": "INTEGER", "latitude": "REAL", "longitude": "REAL", "Confidence": "FLOAT", "Lat": "FLOAT", "Lon": "FLOAT"}

    def value(name, text):
        if text == "" and world.chance.random() < 0.7:
            return None
        if affinity.get(name) in ("REAL", "FLOAT"):
            # Where SQLite itself makes a number of a text, its last bit may be wrong.
            try:
                return float(text)
            except ValueError:
                pass
        return text

    def write(rows):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "x.db")
            database = sqlite3.connect(path)
            database.execute(f"CREATE TABLE {kind} (" + ", ".join(f'"{name or "x"}" {affinity.get(name, "TEXT")}' for name in columns) + ")")
            for row in rows:
                database.execute(f"INSERT INTO {kind} VALUES ({', '.join('?' * len(columns))})", [value(name, row.get(name, "")) for name in columns])
            database.commit()
            database.close()
            with open(path, "rb") as file:
                content = file.read()
        return content, {"replaced": 0, "encoding": "UTF-8"}
    made.write_archive, made.columns = write, columns
    return made
