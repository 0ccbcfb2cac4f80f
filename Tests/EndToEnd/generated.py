"""Random files whose right answer is known, since they are made from it: every record is then as it was written.

`python3 generated.py [count] [seed] [first]` makes that many files (300), of each format with whatever oddities files have, imports each
with the program, and compares every record, checklist and number of the report. A file that is read in another way stays in a folder,
whose name is printed with its seed and number.
"""

import collections
import dataclasses
import json
import multiprocessing
import shutil
import sys
import tempfile
import traceback

from generator import check, taxonomies
from generator.case import Case
from generator.files import Style
from server import rookery


# The reason for which records of shared checklists are left out.
ON_OTHER_COPIES = "already reported by another observer of the same shared checklist"


class Failure(Exception):
    """What differs."""


class Import(Case):
    """A case, and its import into a new database."""

    def run(self):
        database = self.folder / "out.sqlite"
        taxonomy = [self.taxonomy_file] if self.taxonomy_file else []
        if self.name == "taxonomy":
            self.import_files(database, taxonomy, [[self.taxonomy_report]])
            self.compare(database)
            return
        if self.append:
            self.import_files(database, taxonomy + self.files[0], [[self.taxonomy_report] if taxonomy else [], self.reports[0]])
            self.import_files(database, self.files[1] + ["--append"], None)
        else:
            files = taxonomy + self.all_files()
            self.chance.shuffle(files)
            if self.chance.random() < 0.05:
                done = self.rookery(database, files, [*self.options, "--dataset", self.dataset, "--dry-run"])
                if done.returncode not in (0, 1) or database.exists():
                    raise Failure(f"a dry run ended with {done.returncode}, or stored something\n{done.stdout}{done.stderr}")
            if self.skips and self.chance.random() < 0.2:
                done = self.rookery(database, files, [option for option in self.options if option != "--skip-errors"])
                if done.returncode != 1 or database.exists():
                    raise Failure(f"rows in error did not stop the import: {done.returncode}\n{done.stdout}{done.stderr}")
            self.import_files(database, files, [[self.taxonomy_report] if taxonomy else [], *self.reports])
        self.compare(database)
        made = self.made
        if made.has_codes and self.chance.random() < 0.06:
            again = self.all_files()
            self.import_files(database, again + ["--append"], None)
            self.compare(database, "after importing it again: ")
        elif self.chance.random() < 0.03 and not self.append:
            self.import_files(database, self.all_files(), None)
            self.compare(database, "after replacing it: ")
        if self.taxonomy == "ebird-site" and self.chance.random() < 0.15:
            self.renew(database)

    def renew(self, database):
        """Imports a newer taxonomy, with other codes and some other names."""
        chance, taxa, changed, is_renamed = self.chance, [], {}, False
        for taxon in self.taxa:
            code = taxon.code + "n" if chance.random() < 0.4 else taxon.code
            scientific = taxon.scientific
            if taxon.category == "species" and chance.random() < 0.1:
                scientific, is_renamed = f"Novus {scientific.split(' ')[1]}{taxon.code}", True
            taxa.append(dataclasses.replace(taxon, code=code, scientific=scientific))
            changed[taxon.code] = code, scientific
        _, table, rows, self.species, _ = taxonomies.write("ebird-site", taxa, Style(chance, ",", plain=True))
        newer = self.save("newer.csv", table.write(rows)[0])
        self.records = [record | dict(zip(("species_id", "scientific_name"), changed[record["species_id"]]))
                        if record["species_id"] in changed else record for record in self.records]
        self.import_files(database, [newer], None)
        self.compare(database, "with a newer taxonomy: ")
        if not is_renamed and not self.append:
            self.import_files(database, self.all_files(), None)
            self.compare(database, "replaced after a newer taxonomy: ")

    def all_files(self):
        return [file for some in self.files for file in some]

    def rookery(self, database, files, options):
        return rookery("import", *files, *options, "--database", database, "--report", self.folder / "report.json")

    def import_files(self, database, files, reports):
        # Options for records would be refused without any.
        has_records = any(file in files for file in self.all_files())
        options = self.options + ["--dataset", self.dataset] if has_records else []
        done = self.rookery(database, files, options)
        # Rows in error that were skipped are told by the status too.
        if done.returncode not in (0, 1) or not database.exists() or has_records and "Stored" not in done.stdout + done.stderr:
            raise Failure(f"the import of {files} {options} ended with {done.returncode}\n{done.stdout}{done.stderr}")
        if reports is not None:
            self.compare_report(json.loads((self.folder / "report.json").read_text()), [one for some in reports for one in some])

    def compare_report(self, report, expected):
        found = []
        for file in report["files"]:
            one = {name: file[name] for name in ("format", "records", "checklists", "species", "rows_in_error", "separator", "cut_texts", "cut_remarks")}
            found.append(one | {"left_out": {row["reason"]: row["count"] for row in file["left_out"]}, "encoding": file["encoding"]["name"],
                                "replaced": file["encoding"]["replaced"]})
        expected = [{"cut_texts": 0, "cut_remarks": 0} | one for one in expected]
        copies = sum(file["left_out"].pop("already reported by another observer of the same shared checklist", 0) for file in found)
        if not self.name == "taxonomy" and not self.append and copies != self.left_on_copies:
            raise Failure(f"{copies} left out on copies, {self.left_on_copies} expected")

        def key(file):
            return json.dumps(file, sort_keys=True)
        expected, found = sorted(expected, key=key), sorted(found, key=key)
        if expected != found:
            lines = [f"  {name}: expected {a.get(name)!r}, found {b.get(name)!r}" for a, b in zip(expected, found)
                     for name in a | b if a.get(name) != b.get(name)]
            raise Failure("\n".join(["the report differs", *lines]) if len(expected) == len(found) else f"files: {expected} {found}")
        if self.name != "taxonomy":
            orders = {file["date_order"]["order"] for file in report["files"] if file["date_order"]}
            wanted = {self.date_order} - {None}
            if orders != wanted and not "--date-order" in self.options:
                raise Failure(f"date order: {wanted} expected, {orders} found")
            if not self.append and report["records"]["stored"] != len(self.records):
                raise Failure(f"{report['records']['stored']} records stored, {len(self.records)} expected")

    def compare(self, database, when=""):
        codes = {species.code for species in self.species.values()} | {record["species_id"] for record in self.records}
        problem = check.compare(database, self.records, self.checklists, codes)
        if problem:
            raise Failure(when + problem)
        if self.chance.random() < 0.1:
            problem = check.compare_served(database, self.records, self.checklists)
            if problem:
                raise Failure(when + problem)


def run(task):
    """Makes, imports and compares a file. Gives its format, and what differs or nothing."""
    seed, number = task
    folder = tempfile.mkdtemp(prefix=f"generated-{seed}-{number}-")
    name, problem = "", ""
    try:
        case = Import(seed, number, folder)
        name = case.name
        case.run()
    except Failure as failure:
        problem = f"seed {seed}, file {number} ({name}), kept in {folder}:\n{failure}"
    except Exception:
        problem = f"seed {seed}, file {number} ({name}), in {folder}: {traceback.format_exc()}"
    if not problem:
        shutil.rmtree(folder)
    return name, problem


def main():
    count, seed, first = (list(map(int, sys.argv[1:])) + [300, 1, 0][len(sys.argv) - 1:])[:3]
    told, problems = collections.Counter(), []
    with multiprocessing.Pool(2) as pool:
        for name, problem in pool.imap_unordered(run, ((seed, number) for number in range(first, first + count))):
            told[name] += 1
            if problem:
                problems.append(problem)
                print(f"FAILED: {problem}", flush=True)
        pool.close()
        pool.join()
    for name, files in told.items():
        print(f"ok  {files} files of {name}" if not problems else f"    {files} files of {name}")
    if problems:
        sys.exit(f"FAILED: {len(problems)} of {count} files are read otherwise than they were written")
    print(f"ok  {count} files are read as they were written (seed {seed})")


if __name__ == "__main__":
    main()
