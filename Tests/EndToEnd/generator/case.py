"""Makes a file of a format, or a few that belong together, and what must become of them."""

import collections
import dataclasses
import pathlib
import random

from . import archives, check, detections, ebird, occurrences, plain, taxonomies, world
from .files import Style, pack
from .records import World

# A maker for each format, and the separator of its files as they are downloaded.
FORMATS = {
    "mydata": (ebird.my_ebird, ","), "mydata-old": (lambda made_of: ebird.my_ebird(made_of, old=True), ","),
    "lifelist": (ebird.life_list, ","), "record": (ebird.record_format, ","),
    "record-bare": (lambda made_of: ebird.record_format(made_of, bare=True), ","), "ebd": (ebird.basic_dataset, "\t"),
    "ebd-old": (lambda made_of: ebird.basic_dataset(made_of, old=True), "\t"),
    "ebd-pair": (lambda made_of: ebird.basic_dataset(made_of, pair=True), "\t"),
    "ebd-sampling": (ebird.sampling, "\t"),
    "feederwatch": (plain.feederwatch, ","), "plain": (plain.plain, ","),
    "gbif": (occurrences.gbif, "\t"), "dwc": (occurrences.darwin_core, "\t"), "inaturalist": (occurrences.inaturalist, ","),
    "dwca-occurrences": (archives.occurrences, "\t"), "dwca-events": (archives.events, "\t"),
    "birdnet-pi": (detections.birdnet_pi, ";"), "birdnet-go": (detections.birdnet_go, ","),
    **{f"analyzer-{layout}": (lambda made_of, layout=layout: detections.analyzer(made_of, layout), "\t" if layout == "raven" else ",")
       for layout in detections.ANALYZER},
    "sqlite-birds": (lambda made_of: detections.sqlite_file(made_of, "birds"), ","),
    "sqlite-detections": (lambda made_of: detections.sqlite_file(made_of, "detections"), ","),
    "taxonomy": (None, ","),
}
ARCHIVES = ("dwca-occurrences", "dwca-events")
WITHOUT_LONG_TEXTS = ("record", "record-bare")
MAY_LACK_NAMES = ("gbif", "dwc", "inaturalist", *ARCHIVES)
FILE_NAMES = ["{}", "{} (1)", "birds of {}", "{}'s", "Ö-{}", "雪 {}", "{}#1", "%41{}", "{}.v2", "--{}", "{}&x=y"]


class Case:
    """One file, or a few that belong together, with what must become of them."""

    def __init__(self, seed, number, folder):
        self.chance = chance = random.Random(f"{seed} {number}")
        self.folder = pathlib.Path(folder)
        self.name = list(FORMATS)[number % len(FORMATS)]
        self.taxa = world.make_taxa(chance)
        self.species, self.taxonomy, self.taxonomy_file, self.taxonomy_report = {}, None, None, None
        if self.name == "taxonomy" or chance.random() < 0.9:
            self.write_taxonomy()
        self.files, self.reports = [], []
        if self.name == "taxonomy":
            self.records, self.checklists = [], []
            return
        make, separator = FORMATS[self.name]
        while True:
            self.made = make(self.made_of(separator))
            if self.made.rows or self.made.sampling:
                break
        self.skips = False
        self.vary_columns()
        self.arrange()
        self.write()

    def made_of(self, separator):
        """What a file is made of, and how it is written."""
        chance = self.chance
        self.style = style = Style(chance, separator, plain=chance.random() < 0.1, archive=self.name in ARCHIVES)
        style.long_texts = style.long_texts and self.name not in WITHOUT_LONG_TEXTS
        # There is no column for the characters that must outnumber bad bytes.
        style.bad = style.bad and self.name != "record-bare"
        names = world.Names(chance, self.taxa, self.species)
        places = world.make_places(chance, style.text)
        if self.name in MAY_LACK_NAMES:
            places = [place if chance.random() < 0.9 else dataclasses.replace(place, name="") for place in places]
        count = chance.choice([1, 2, 4, 8, 8, 16, 40])
        visits = list(world.make_visits(chance, places, names, style.text, count, style.odd_names))
        if self.name == "record-bare" and not any(visit.day.year for visit in visits):
            visits = [dataclasses.replace(visit, day=world.Day(2021, 2, 3)) for visit in visits]
        if style.long_texts and self.name in ("dwc", *ARCHIVES):
            visits = [dataclasses.replace(visit, id=f"{visit.id}/{'é' * 300}") for visit in visits]
        return World(chance, style, names, places, visits)

    def write_taxonomy(self):
        chance = self.chance
        self.taxonomy = kind = chance.choice(list(taxonomies.TAXONOMIES))
        style = Style(chance, ",", plain=self.name != "taxonomy" and chance.random() < 0.7)
        style.decimal_comma = False
        form, table, rows, self.species, left_out = taxonomies.write(kind, self.taxa, style)
        content, told = table.write(rows)
        name, content = self.pack([(f"taxonomy{chance.choice(['.csv', '.txt', ''])}", content)], 0.3 if self.name == "taxonomy" else 0.05)
        self.taxonomy_file = self.save(name, content)
        self.taxonomy_report = {"format": form, "species": len(rows) + told["repeated"] + told["empty"], "records": 0, "checklists": 0,
                                "left_out": self.passed_over(left_out, told), "rows_in_error": 0, "encoding": told["encoding"],
                                "replaced": told["replaced"], "separator": style.separator}

    @staticmethod
    def passed_over(left_out, told):
        reasons = {"a repeated header": told["repeated"], "an empty row": told["empty"]} | left_out
        return {reason: count for reason, count in reasons.items() if count}

    def pack(self, files, share):
        """Files as one, packed or not, under any name."""
        chance = self.chance
        kinds = ["zip", "zip", "tar", "tar.gz"] + (["gz"] * 2 if len(files) == 1 else [])
        if chance.random() < share:
            content, extension = pack(chance, files, chance.choice(kinds))
            stem = files[0][0].rsplit(".", 1)[0]
            return stem + extension, content
        (name, content), = files
        return name, content

    def save(self, name, content):
        path = self.folder / name
        path.write_bytes(content)
        return path

    def vary_columns(self):
        """Leaves out columns that a file need not have, and gives other names to some."""
        chance, made = self.chance, self.made
        if not made.is_text or made.table.bare or self.style.long_texts:
            return
        made.table.called = {name: chance.choice(others) for name, others in made.synonyms.items() if chance.random() < 0.3}
        missing = [name for name in made.optional if chance.random() < 0.3] if chance.random() < 0.3 else []
        made.table.columns = [name for name in made.table.columns if name not in missing]
        nulls = dict.fromkeys(made.optional[name] for name in missing if made.optional[name])
        made.rows = [(row, outcome | nulls if isinstance(outcome, dict) else outcome) for row, outcome in made.rows]

    def arrange(self):
        """Puts rows into an order, with repeated rows and rows in error among them."""
        chance, made = self.chance, self.made
        # The first row of a file without a header tells the format: with a date, and without an error.
        first = [pair for pair in made.rows if isinstance(pair[1], dict) and pair[1]["date"]][:1]
        if chance.random() < 0.4:
            chance.shuffle(made.rows)
        stored = [(row, outcome) for row, outcome in made.rows if isinstance(outcome, dict)]
        self.errors, self.again = [], []
        if stored and made.repeated and made.has_codes and chance.random() < 0.2:
            for row, outcome in chance.sample(stored, min(len(stored), chance.randint(1, 3))):
                self.again.append((row, "a detection that is already there" if made.repeated == "detection" else None))
        if stored and chance.random() < 0.25:
            self.errors = [self.broken(number) for number in range(chance.randint(1, 4))]
        rows = made.rows
        if made.is_text and made.table.bare:
            rows = [pair for pair in rows if pair not in first]
        for row in self.errors:
            rows.insert(chance.randint(0, len(rows)), (row, None))
        if made.is_text and made.table.bare:
            rows[:0] = first
        made.rows = rows + self.again
        self.skips = bool(self.errors) or any(outcome is None for _, outcome in self.again)

    def broken(self, number):
        """A row with one wrong value."""
        chance, made, style = self.chance, self.made, self.style
        pairs = len(style.written_pairs)
        row = made.make_ghost(number)
        if self.name == "dwca-events":
            # Its event is not there.
            del style.written_pairs[pairs:]
            return row
        checked = dict(made.checked)
        may_be_wide = made.format != "sqlite" and not (style.separator == "\t" and style.quoting == "minimal") \
            and (self.name not in ARCHIVES or style.separator == ",")
        kind = chance.choice(list(checked) + ["wide"] * may_be_wide)
        if kind == "wide":
            # Its cells may be those of other columns, so its date tells nothing.
            del style.written_pairs[pairs:]
            cells = made.table.cells(row) if made.table else [row.get(name, "") for name in made.columns]
            return cells + ["", "more"]
        if kind == "date":
            del style.written_pairs[pairs:]
        row[checked[kind]] = {
            "latitude": ["95.5", "-90.1", "", "north"], "longitude": ["-181", "180.5", ""], "day": ["32", "0", "x"],
            "date": ["2021-02-30", "1750-01-01", "someday", "2021-12-30/2022-01-02", "2021-13-01", "2099-01-01"],
            "count": ["-1", "2.5", "20000000", "many"], "confidence": ["1.5", "-0.1", "high"]}[kind][chance.randrange(3)]
        return row

    def write(self):
        """Writes the files, and computes what must be stored and reported."""
        chance, made, style = self.chance, self.made, self.style
        rows = made.rows
        outcomes = [outcome for _, outcome in rows]
        self.options = list(made.options) + (["--skip-errors"] if self.skips else [])
        text = made.is_text
        self.divide(rows)
        self.dataset = chance.choice(["birds", "my birds", "Öl", "a'b", 'x"y'])
        written = []
        for number, part in enumerate(self.parts):
            if text:
                content, told = made.table.write([row for row, _ in part])
            else:
                content, told = made.write_archive([row for row, _ in part])
                told |= {"repeated": 0, "empty": 0}
            stem, _, extension = made.file.rpartition(".")
            extension = chance.choice([extension, extension, "csv", "txt", "data", "TSV"]) if text and not made.keeps_name else extension
            name = f"{stem}{number or ''}.{extension}"
            pair = [(name, content)]
            reports = [self.report(made, part, told)]
            if made.sampling:
                other, told_other = made.sampling.table.write([row for row, _ in made.sampling.rows])
                pair.append((f"{stem}_sampling.{extension}", other))
                reports.append(self.report(made.sampling, made.sampling.rows, told_other))
            if self.name in ARCHIVES:
                written.append([(self.file_name(name), content)])
            elif len(pair) > 1 and chance.random() < 0.5:
                written.append([*pair])
            else:
                # Recordings of one name in two archives are taken for those of two stations.
                is_apart = made.format == "birdnet-analyzer" and len(self.parts) > 1
                packed = self.pack(pair, 1 if len(pair) > 1 else 0 if is_apart else 0.35)
                written.append([(self.file_name(packed[0]), packed[1])])
            self.reports.append(reports)
        self.files = [[self.save(name, content) for name, content in files] for files in written]
        order, options = style.date_order(made.foreign_signs, made.has_parts)
        # Each file of a pair is judged alone, and one may have the only date that tells.
        self.options += ["--date-order", order] if order and made.sampling else options
        self.date_order = order
        if not self.taxonomy and (not made.sampling or len(self.files[0]) == 1) and chance.random() < 0.3:
            self.options += ["--format", made.format]
        self.expect(outcomes)

    def divide(self, rows):
        """Puts the rows into one file or two, which may be imported one after the other."""
        chance, made = self.chance, self.made
        self.parts, self.append = [rows], False
        is_whole = not made.is_text or made.sampling or made.table.bare or made.keeps_name or self.again or self.errors \
            or self.style.written_pairs
        if is_whole or len(rows) < 2 or chance.random() < 0.75:
            return
        middle = chance.randint(1, len(rows) - 1)
        self.parts, self.append = [rows[:middle], rows[middle:]], chance.random() < 0.5
        if self.append and made.union:
            # A database does not keep which copy of three a record is of, so all of them must be in one import.
            copies = collections.defaultdict(set)
            for _, outcome in rows:
                if isinstance(outcome, dict) and outcome["group"]:
                    copies[outcome["group"]].add(outcome["copy"])
            several = [pair for pair in self.parts[1] if isinstance(pair[1], dict) and len(copies[pair[1]["group"]]) > 2]
            self.parts = [self.parts[0] + several, [pair for pair in self.parts[1] if pair not in several]]
            self.append = len(self.parts[1]) > 0
            self.parts = [part for part in self.parts if part]

    def expect(self, outcomes):
        """Computes what must be stored."""
        made = self.made
        kept = [outcome for outcome in outcomes if isinstance(outcome, dict)]
        if made.sampling:
            kept += [outcome for _, outcome in made.sampling.rows]
        kept, self.left_on_copies = made.union(kept) if made.union else (kept, 0)
        # A row that names a species names it for all rows with its code.
        named = {outcome["species_id"]: {name: outcome[name] for name in ("scientific_name", "common_name", "category")}
                 for outcome in kept if outcome["scientific_name"]}
        kept = [outcome | named.get(outcome["species_id"], {}) | {"dataset": self.dataset} for outcome in kept]
        self.records = [outcome for outcome in kept if outcome["species_id"]]
        self.checklists = check.checklists_of(
            self.records, [outcome for outcome in kept if not outcome["species_id"]]
            + [outcome | {"dataset": self.dataset} for outcome in made.checklists])

    def file_name(self, name):
        stem, dot, extension = name.partition(".")
        if self.name != "taxonomy" and self.made.keeps_name:
            return name
        return self.chance.choice(FILE_NAMES).format(stem) + dot + extension if self.chance.random() < 0.3 else name

    @staticmethod
    def report(made, part, told):
        """What the report must say of a file."""
        outcomes = [outcome for _, outcome in part]
        left_out = collections.Counter(outcome for outcome in outcomes if isinstance(outcome, str))
        cuts = collections.Counter()
        for outcome in outcomes:
            cuts.update(outcome["cuts"] if isinstance(outcome, dict) else {})
        for checklist in made.checklists:
            cuts.update(checklist["cuts"])
        rows = len(part) + told["repeated"] + told["empty"]
        return {"format": made.format, "records": 0 if made.of_checklists else rows,
                "checklists": rows if made.of_checklists else len(made.checklists),
                "species": 0, "left_out": Case.passed_over(dict(left_out), told), "rows_in_error": sum(outcome is None for outcome in outcomes),
                "encoding": told["encoding"], "replaced": told["replaced"], "separator": made.table.style.separator if made.is_text else None,
                "cut_texts": cuts["texts"], "cut_remarks": cuts["remarks"]}
