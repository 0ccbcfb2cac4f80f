"""Writes a made-up world as plain tables, and as those of Project FeederWatch: see `records`."""

from .files import Table
from .records import NOBIRD, Made, by_code, fill, no_effort, pick_num, record


def feederwatch(world):
    chance, style = world.chance, world.style
    columns = ["LOC_ID", "LATITUDE", "LONGITUDE", "SUBNATIONAL1_CODE", "ENTRY_TECHNIQUE", "SUB_ID", "OBS_ID", "Month", "Day", "Year",
               "PROJ_PERIOD_ID", "SPECIES_CODE", "alt_full_spp_code", "HOW_MANY", "PLUS_CODE", "VALID", "REVIEWED", "DAY1_AM", "DAY1_PM",
               "DAY2_AM", "DAY2_PM", "EFFORT_HRS_ATLEAST", "SNOW_DEP_ATLEAST", "Data_Entry_Method"]
    if chance.random() < 0.3:
        columns = [name.lower() for name in columns if name not in ("alt_full_spp_code", "Data_Entry_Method")]
    made = Made("feederwatch", Table(columns, style), file="PFW_all_2021.csv",
                checked={"latitude": "LATITUDE", "longitude": "LONGITUDE", "count": "HOW_MANY", "day": "Day"})
    optional = {"reviewed": "reviewed", "effort_hrs_atleast": "effort_hours_atleast", "snow_dep_atleast": "snow_depth_atleast",
                "entry_technique": None, "proj_period_id": None}
    made.optional = {name: optional[name.lower()] for name in columns if name.lower() in optional}
    made.checked = {key: next(n for n in columns if n.lower() == name.lower()) for key, name in made.checked.items()}
    if chance.random() < 0.2:
        made.options.append("--include-invalid")
    serial = iter(range(1, 1_000_000))

    def rows(visit):
        halves = [chance.choice([0, 1]) for _ in range(4)] if chance.random() < 0.8 else [None] * 4
        effort, snow = chance.choice([None, 1.001, 4.001, 8]), chance.choice([None, 0, 5, 0.001])
        for bird in visit.birds:
            species, code = by_code(world, bird) if chance.random() < 0.9 else NOBIRD
            num, n, valid, place, day = pick_num(chance), next(serial), chance.choice([1, 1, 1, 0]), visit.place, visit.day
            values = {"loc_id": place.code, "latitude": style.number(place.latitude), "longitude": style.number(place.longitude),
                      "subnational1_code": place.region, "entry_technique": "x", "sub_id": visit.id, "obs_id": f"OBS{n}",
                      "month": style.number(day.month), "day": style.number(day.day), "year": style.number(day.year),
                      "proj_period_id": "PFW_2021", "species_code": code, "how_many": style.count(num, ("X", "--", "")),
                      "valid": str(valid), "reviewed": str(1 - valid), "effort_hrs_atleast": style.number(effort),
                      "snow_dep_atleast": style.number(snow), "data_entry_method": "PFW web"}
            names = ["day1_am", "day1_pm", "day2_am", "day2_pm"]
            values |= {name: style.number(half) for name, half in zip(names, halves)}
            row = {name: values.get(name.lower(), "") for name in columns}
            if not valid and not made.options:
                yield row, "did not pass review (--include-invalid keeps them)"
                continue
            yield row, record(visit, species, num, location_name=None, time=None, source_id=f"OBS{n}", valid=bool(valid),
                              reviewed=not valid, effort_hours_atleast=effort, snow_depth_atleast=snow,
                              **{name: None if half is None else bool(half) for name, half in zip(names, halves)},
                              **no_effort(complete=True))

    return fill(made, world, rows)


def plain(world):
    chance, style = world.chance, world.style
    exact = chance.random() < 0.3
    columns = ["loc_id", "latitude", "longitude", "region", "year", "month", "day", "species_id", "num",
               *(["coordinate_uncertainty_m", "generalised"] if exact else [])]
    made = Made("plain", Table(columns, style), file="birds.csv", has_codes=False,
                checked={"latitude": "latitude", "longitude": "longitude", "count": "num", "day": "day"})

    def rows(visit):
        for bird in visit.birds:
            species, code = by_code(world, bird) if chance.random() < 0.9 else NOBIRD
            num, place, day = pick_num(chance), visit.place, visit.day
            uncertain, general = chance.choice([(None, None), (30, False), (28_000.5, True)]) if exact else (None, None)
            row = {"loc_id": place.code, "latitude": style.number(place.latitude), "longitude": style.number(place.longitude),
                   "region": place.region, "year": style.number(day.year), "month": style.number(day.month), "day": style.number(day.day),
                   "species_id": code, "num": style.count(num, ("X", "--", "", "x"))}
            if exact:
                row |= {"coordinate_uncertainty_m": style.number(uncertain),
                        "generalised": style.null() if general is None else chance.choice([["0", "no", "false"], ["1", "TRUE", "y"]][general])}
            yield row, record(visit, species, num, location_name=None, time=None, checklist_id=None, coordinate_uncertainty_m=uncertain,
                              generalised=general, **no_effort())

    return fill(made, world, rows)
