"""Each format read by programs that people have, without options: they find the records of the JSON answer."""

import csv
import io
import json
import pathlib
import subprocess
import tempfile

import duckdb
import pandas
import requests

from server import PASSWORD, Server, check, import_files, sample_database


def run(*command):
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, check=True, timeout=120).stdout


def spreadsheets(folder):
    """What a spreadsheet would run as a formula is text in it, and numbers stay numbers."""
    header = "Submission ID,Common Name,Scientific Name,Count,State/Province,Location ID,Location,Latitude,Longitude,Date,Time," \
        "Observation Details\n"
    cells = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "=HYPERLINK(\"\"x\"\")", "plain", "'quoted", "1-2"]
    rows = [f'S{n},Jay,Avis ignota,1,CA-BC,L{n},Home,-48.5,-123.5,2021-02-03,,"{cell}"\n' for n, cell in enumerate(cells)]
    (folder / "own.csv").write_text(header + "".join(rows))
    import_files(folder / "own.db", folder / "own.csv")
    with Server(folder / "own.db") as server:
        def read(**parameters):
            answer = requests.get(f"{server.url}/observations.csv", params={"fields": "comments,latitude"} | parameters,
                                  headers={"Password": PASSWORD})
            marks = answer.content.count(b"\xef\xbb\xbf")
            if marks != ("spreadsheet" in parameters) or marks and not answer.content.startswith(b"\xef\xbb\xbf"):
                check(False, "CSV for spreadsheets begins with a byte order mark, and other CSV has none", answer.content[:80])
            return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))[1:]
        written = sorted(cell.replace('""', '"') for cell in cells)
        check(sorted(row[0] for row in read()) == written, "CSV is the data as it is", read())
        harmless = read(spreadsheet="yes")
        check(all(not row[0].startswith(("=", "+", "-", "@", "\t", "\r")) for row in harmless), "spreadsheet=yes leaves no formula",
              harmless)
        check(sorted(row[0].removeprefix("'") if row[0][1:2] in ("=", "+", "-", "@", "\t") else row[0] for row in harmless) == written,
              "and changes nothing else", harmless)
        check({row[1] for row in harmless} == {"-48.5"}, "a negative number is one still", harmless)
        check(read(spreadsheet="yes", year="1999") == [], "and a table without rows has its mark and header too")
        sheet = requests.get(f"{server.url}/species.csv?spreadsheet=yes", headers={"Password": PASSWORD}).content
        frame = pandas.read_csv(io.BytesIO(sheet), encoding="utf-8-sig")
        check(list(frame.columns)[0] == "species_id", "pandas finds the first column behind the mark", list(frame.columns))


def main():
    with tempfile.TemporaryDirectory() as folder:
        spreadsheets(pathlib.Path(folder))
    with tempfile.TemporaryDirectory() as folder, Server(sample_database(folder)) as server, requests.Session() as session:
        session.headers["Password"] = PASSWORD
        folder = pathlib.Path(folder)
        for path in ("observations", "checklists", "locations"):
            rows = session.get(f"{server.url}/{path}").json()
            files = {}
            for extension in ("csv", "ndjson", "geojson"):
                files[extension] = folder / f"{path}.{extension}"
                answer = session.get(f"{server.url}/{path}.{extension}")
                check(answer.headers["Content-Disposition"] == f'inline; filename="{path}.{extension}"',
                      f"a browser saves {path}.{extension} under that name", answer.headers)
                files[extension].write_bytes(answer.content)

            frame = pandas.read_csv(files["csv"])
            check(list(frame.columns) == list(rows[0]), f"pandas finds the columns of {path}", list(frame.columns))
            found = frame.astype(object).where(frame.notna(), None).to_dict("records")
            check(found == rows, f"pandas reads {len(rows)} {path} from CSV")

            if path == "observations":
                table = duckdb.read_csv(str(files["csv"]))
                check(table.columns == list(rows[0]) and table.fetchall() == [tuple(row.values()) for row in rows],
                      "DuckDB reads them too")

            lines = run("jq", "-c", ".", files["ndjson"]).splitlines()
            check([json.loads(line) for line in lines] == rows, f"jq reads {path} from NDJSON")
            count = run("jq", ".features | length", files["geojson"])
            check(int(count) == len(rows), f"jq counts the features of {path}", count)

            table = csv.DictReader(io.StringIO(run("ogr2ogr", "-f", "CSV", "-lco", "GEOMETRY=AS_XY", "/vsistdout/",
                                                   files["geojson"])))
            text = lambda row: (float(row["X"]), float(row["Y"]), row["loc_id"], row["region"])
            expected = [(row["longitude"], row["latitude"], row["loc_id"], row["region"]) for row in rows]
            check([text(row) for row in table] == expected, f"GDAL reads {path}, with their places, from GeoJSON")


main()
