"""What files are made of, and the records that the service must then tell.

A maker of a format is a function that takes a `World` and returns a `Made`.
"""

import dataclasses
import unicodedata

from .files import BAD, Table
from .world import Bird, Day, Place, Species, Visit

# The members of records that are compared.
FIELDS = ["loc_id", "location_name", "latitude", "longitude", "region", "date", "time", "species_id", "scientific_name", "common_name",
          "category", "num", "checklist_id", "source_id", "complete", "minutes", "distance_km", "area_ha", "observers", "protocol",
          "checklist_comments", "breeding_code", "confidence", "comments", "valid", "reviewed", "day1_am", "day1_pm", "day2_am",
          "day2_pm", "effort_hours_atleast", "snow_depth_atleast", "coordinate_uncertainty_m", "generalised", "dataset"]
EFFORT = ("complete", "minutes", "distance_km", "area_ha", "observers", "protocol", "checklist_comments")
# The limits of texts in bytes.
LONGEST_TEXT, LONGEST_REMARK = 500, 10_000


@dataclasses.dataclass
class World:
    """What a file is made of."""
    chance: object
    style: object
    names: object
    places: list
    visits: list


@dataclasses.dataclass
class Made:
    """A file before it is written: its rows, each with the record that it becomes, or why it does not.

    An outcome is a dict (a record), a text (the reason for leaving it out) or None (an error).
    """
    format: str
    table: Table
    rows: list = dataclasses.field(default_factory=list)
    # The columns in which a wrong value is an error of the row, by `latitude`, `longitude`, `date` and `count`.
    checked: dict = dataclasses.field(default_factory=dict)
    # Makes a row of a visit that nothing else has, to be broken; and whether it does.
    make_ghost: object = None
    ghost: bool = False
    # Checklists beside those of the records.
    checklists: list = dataclasses.field(default_factory=list)
    # Whether records have codes, so that a repetition is an error, or is passed over if it is a detection.
    repeated: object = None
    has_codes: bool = True
    # The signs in dates with the year at the end that the format does not have: a spreadsheet wrote them.
    foreign_signs: str = ""
    # Whether each row with a date has its day and month in columns of their own too.
    has_parts: bool = False
    options: list = dataclasses.field(default_factory=list)
    # Whether copies of shared checklists become one, as a function of all outcomes.
    union: object = None
    file: str = ""
    # Whether the name of the file tells something.
    keeps_name: bool = False
    # The other file of a pair, as `Made`.
    sampling: object = None
    # Whether its rows are checklists, which are not records.
    of_checklists: bool = False

    # The columns that a file may lack, each with the members that then are null; and other names of columns.
    optional: dict = dataclasses.field(default_factory=dict)
    synonyms: dict = dataclasses.field(default_factory=dict)
    # Writes files that are not text: with it, the names of their columns.
    write_archive: object = None
    columns: list = dataclasses.field(default_factory=list)

    @property
    def is_text(self):
        return self.write_archive is None

    def add(self, row, outcome):
        self.rows.append((row, outcome))


def told(text):
    """A text as the service tells it."""
    return text.replace(BAD, "\ufffd") if text else None


def number(text):
    return None if text in (None, "") else float(text)


def cut(text, longest, cuts, kind):
    """A text up to a limit in bytes, and the end of a character."""
    if text is None or len(text.encode()) <= longest:
        return text
    cuts[kind] = cuts.get(kind, 0) + 1
    return text.encode()[:longest].decode(errors="ignore")


def shortened(text, cuts):
    """A code up to the limit, with a hash (FNV-1a) that keeps it different from others."""
    code = text.encode()
    if len(code) <= LONGEST_TEXT:
        return text
    value = 0xCBF29CE484222325
    for byte in code:
        value = (value ^ byte) * 0x100000001B3 % 2**64
    cuts["texts"] = cuts.get("texts", 0) + 1
    return code[:LONGEST_TEXT - 17].decode(errors="ignore") + f"#{value:016x}"


def record(visit, bird, num, **changes):
    """A record as the service tells it. Texts are as the file has them, and are cut at the end."""
    place, species = visit.place, bird.species
    values = dict.fromkeys(FIELDS) | {
        "loc_id": place.code, "location_name": place.name, "latitude": number(place.latitude), "longitude": number(place.longitude),
        "region": place.region, "date": visit.day.told, "time": visit.clock, "species_id": species.code,
        "scientific_name": species.scientific, "common_name": species.common, "category": species.category, "num": num,
        "checklist_id": visit.id, "complete": None if visit.complete is None else bool(visit.complete), "minutes": visit.minutes,
        "distance_km": visit.km, "area_ha": visit.ha, "observers": visit.observers, "protocol": visit.protocol,
        "checklist_comments": visit.comment} | changes
    return finish(values, bird.remark)


def composed(text):
    """The name of a place with letters in one piece with their marks."""
    return text and unicodedata.normalize("NFC", text)


def finish(values, remark=None):
    """Cuts texts, shortens codes and adds what the species does not say. Notes cuts in the member `cuts`."""
    cuts = {}
    by_name = values["loc_id"] == values["location_name"]
    values["location_name"] = composed(cut(told(values["location_name"]), LONGEST_TEXT, cuts, "texts"))
    # The name that is the code too counts as cut once.
    values["loc_id"] = composed(shortened(told(values["loc_id"]), {} if by_name else cuts))
    for member in ("checklist_id", "source_id"):
        values[member] = values[member] and shortened(told(values[member]), cuts)
    values["source_id"] = (values["source_id"] or "") + values.pop("code_ending", "") or None
    for member in ("protocol", "breeding_code"):
        values[member] = cut(told(values[member]), LONGEST_TEXT, cuts, "texts")
    for member in ("comments", "checklist_comments"):
        values[member] = cut(told(values[member]), LONGEST_REMARK, cuts, "remarks")
    if values.pop("captive", False):
        values["comments"] = "; ".join(filter(None, [values["comments"], "captive"]))
    if remark:
        values["comments"] = "; ".join(filter(None, [values["comments"], remark]))
    return values | {"cuts": cuts}


def no_effort(**changes):
    return dict.fromkeys(EFFORT) | changes


def pick_num(chance):
    return chance.choice([None, 0, 1, 1, 2, 7, 250, 10_000_000])


NOBIRD = Bird("", "", Species("nobird")), "nobird"


def by_code(world, bird):
    """A bird that a file names by its code."""
    code = bird.taxon.code if bird.taxon else "unknwn1"
    known = next((species for species in world.names.known.values() if species.code == code), Species(code))
    return Bird("", "", known), code


def scientific_name(world, code, common):
    """The scientific name that the taxonomy has for a code, or else for a common name."""
    known = [species for species in world.names.known.values() if species.scientific]
    of_code = [species for species in known if species.code == code]
    of_name = [species for species in known if (species.common or "").lower() == common.lower()]
    return (of_code + of_name)[0].scientific if of_code + of_name else None


def fill(made, world, rows):
    """Adds the rows of all visits, and keeps a way to make rows of a visit that is no part of the world."""
    for visit in world.visits:
        for row, outcome in rows(visit):
            made.add(row, outcome)

    def ghost(number):
        made.ghost = True
        visit = Visit(f"S9000{number}", Place(f"GHOST{number}", f"Ghost {number}", "5.5", "6.5", "ZW-HA"), Day(2020, 5, 14), 400, None, None, None,
                      None, None, None, None, (Bird("Spectrum nullum", "ghost", Species("ghost")),))
        return next(iter(rows(visit)))[0]
    made.make_ghost = ghost
    return made
