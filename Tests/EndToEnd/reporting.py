"""The report of an import: what it says to programs agrees with what is then served."""

import json
import pathlib
import shutil
import stat
import subprocess
import tempfile

import requests

from server import PASSWORD, PROGRAM, PROJECT, Server, check, environment, rookery

DATA = PROJECT / "data"


def run(database, *arguments):
    """The exit status, the text, and the JSON of an import."""
    report = database.parent / "report.json"
    done = rookery("import", *arguments, "--database", database, "--report", report)
    return done.returncode, done.stdout + done.stderr, json.loads(report.read_text()) if report.exists() else None


def agrees_with_the_server(folder):
    database = folder / "birds.db"
    files = (DATA / "species.csv", DATA / "feederwatch.csv")
    status, said, tried = run(database, *files, "--dry-run")
    check(status == 0 and tried["dry_run"] and not database.exists(), "a dry run makes no database", said)
    check(stat.S_IMODE((folder / "report.json").stat().st_mode) == 0o600, "its report is for its owner only")
    status, said, report = run(database, *files)
    check(status == 0 and report["stored"] and report["preview"] is None, "an import has a report", said)
    same = ("files", "names", "records", "species_named", "unknown_species", "same_data")
    check(all(tried[name] == report[name] for name in same), "a dry run tells what an import then does")
    with Server(database) as server:
        def ask(path):
            return requests.get(server.url + path, headers={"Password": PASSWORD}, timeout=30).json()
        check(tried["preview"] == ask("/?dataset=feederwatch&limit=3"), "the preview is what is served", tried["preview"])
        check(all(line in said for line in ("Names of species: from", "19,727 records read")), "the text says so too", said)
        [dataset] = ask("/datasets")
        check(report["records"]["stored"] == dataset["records"], "as many records are served as were stored", dataset)
        left_out = sum(reason["count"] for reason in report["files"][1]["left_out"])
        check(report["files"][1]["records"] == dataset["records"] + left_out, "each record was stored or left out")


def warns_of_the_same_data(folder):
    database = folder / "birds.db"
    lines = (DATA / "feederwatch.csv").read_text().splitlines(keepends=True)
    (folder / "first.csv").write_text("".join(lines[:10_000]))
    (folder / "second.csv").write_text("".join(lines))
    run(database, folder / "first.csv")
    for options in (("--dry-run",), ()):
        _, said, report = run(database, folder / "second.csv", *options)
        [pair] = report["same_data"]
        check((pair["dataset"], pair["other"], pair["all"]) == ("first", "second", True) and "Warning: all records of first" in said,
              "a second download of the same data is noticed", said)
    _, said, report = run(database, folder / "second.csv")
    check(not report["same_data"] and "Warning" not in said, "but not the same file again", said)
    done = rookery("datasets", "remove", "first", "--database", database)
    check(done.returncode == 0, "following the advice works", done)


def tells_errors(folder):
    database = folder / "birds.db"
    (folder / "bad.csv").write_text("loc_id,latitude,longitude,region,year,month,day,species_id,num\nL1,99,0,,2021,2,3,a,1\nL1,,,,2021,2,3,a,1\n")
    status, said, report = run(database, folder / "bad.csv")
    check(status == 1 and not report["stored"], "rows in error have a report too", said)
    [row] = report["rows_in_error"]["rows"]
    check((row["line"], row["column"]) == (2, "latitude") and row["reason"] in said, "that tells each", row)
    (folder / "page.csv").write_text("<!doctype html>")
    status, said, report = run(database, folder / "page.csv")
    check(status == 2 and not report["stored"] and report["error"] == {"status": 2, "message": said.strip().removeprefix("rookery: ")},
          "the report of an import that is refused has the reason", said)
    check(sorted(path.name for path in folder.iterdir()) == ["bad.csv", "page.csv", "report.json"], "nothing else is left")


def goes_where_a_shell_says(folder):
    """The report and the rejected rows go to pipes and to what the shell has opened."""
    (folder / "a.csv").write_text("loc_id,latitude,longitude,region,year,month,day,species_id,num\nL1,99,0,,2021,2,3,a,1\nL1,,,,2021,2,3,a,1\n")

    def shell(line):
        return subprocess.run(["bash", "-c", f"{PROGRAM} import a.csv --database birds.db --skip-errors {line}"], cwd=folder,
                              env=environment(), capture_output=True, text=True, timeout=60)
    done = shell("--report /dev/stdout")
    check(done.returncode == 0 and json.loads(done.stdout)["stored"] and "Stored: 1 record" in done.stderr,
          "standard output has the report alone", done)
    done = shell("--report /dev/stderr")
    check(json.loads(done.stderr)["stored"] and "Stored: 1 record" in done.stdout, "or standard error", done)
    done = shell("--report /dev/stdout | jq .records.stored")
    check(done.stdout == "1\n", "jq reads it from a pipe", done)
    done = shell("--report >(jq .records.stored >stored; echo done >ended) --rejects /dev/fd/3 3>>rejects && "
                 "until [ -e ended ]; do sleep 0.1; done")
    check(done.returncode == 0 and (folder / "stored").read_text() == "1\n", "or from >(…)", done)
    check(len((folder / "rejects").read_text().splitlines()) == 2, "a descriptor gets the rejected rows", done)
    (folder / "rejects").write_text((folder / "rejects").read_text().replace("L1,99,", "L1,55,"))
    done = subprocess.run([PROGRAM, "import", "rejects", "--dataset", "a", "--append", "--database", "birds.db"], cwd=folder,
                          env=environment(), capture_output=True, text=True, timeout=60)
    check("Stored: 1 record" in done.stdout, "corrected rows can be imported", done)
    (folder / "rejects").write_text("before\n")
    done = shell("--rejects /dev/stdout >>rejects")
    check((folder / "rejects").read_text().startswith("before\nfile,line"), "a file behind it is added to, not replaced", done)
    done = shell("--report >(true) 2>&1; echo $?")
    check(done.stdout.endswith(("\n0\n", "\n1\n")), "a reader that ends early does not end the import", done)
    for path in ("/dev/fd/77", "/dev/fd/0 <a.csv", "/dev/fd/birds"):
        done = shell(f"--report {path}")
        check(done.returncode == 2 and "is not open for writing" in done.stderr, f"{path} is refused", done)
    script = shutil.which("script")
    if script:
        done = subprocess.run([script, "-qec", f"{PROGRAM} import a.csv --database birds.db --skip-errors --report /dev/tty", "/dev/null"],
                              cwd=folder, env=environment(), capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
        check('"stored":true' in done.stdout, "a terminal shows it", done)


def main():
    for test in (agrees_with_the_server, warns_of_the_same_data, tells_errors, goes_where_a_shell_says):
        folder = pathlib.Path(tempfile.mkdtemp())
        try:
            test(folder)
        finally:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
