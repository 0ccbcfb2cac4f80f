"""Files that have no records to read: each is named by what it is, without its bytes, and following the advice works."""

import json
import pathlib
import random
import re
import shutil
import sqlite3
import subprocess
import tempfile
import zipfile

# Each of these makes files of a kind that is refused, so none of them is optional: requirements.txt brings them all.
import duckdb
import odf  # noqa: F401, for pandas
import openpyxl  # noqa: F401, for pandas
import pandas
import pyarrow  # noqa: F401, for pandas
import pyreadstat
import xlwt

from server import PASSWORD, PROJECT, Server, check, import_files, rookery

import requests

HEADER = "loc_id,latitude,longitude,region,year,month,day,species_id,num\n"
TEXT = HEADER + "".join(f"L{n},60.75,-135.5,CA-YT,2021,1,{1 + n % 31},stejay,{n}\n" for n in range(50))


def imported(folder, name):
    """The records of a file in a database of its own."""
    (folder / "birds.db").unlink(missing_ok=True)
    import_files(folder / "birds.db", folder / name)
    with sqlite3.connect(folder / "birds.db") as database:
        return database.execute("SELECT l.code, l.latitude, o.date, o.num FROM observation o JOIN location l ON l.id = location_id "
                                "ORDER BY o.num").fetchall()


def refused(folder, name, content=None):
    """What an import says of a file: one readable sentence after its path, of which this is the rest."""
    if content is not None:
        (folder / name).write_bytes(content)
    done = rookery("import", name, "--database", "none.db", cwd=folder)
    said = done.stderr
    check(done.returncode == 2 and said.startswith(f"rookery: {name} ") and said.endswith("\n"), f"{name} is refused", done)
    said = said.removeprefix(f"rookery: {name} ").removesuffix("\n")
    check(said.isprintable() and "\ufffd" not in said, f"in readable words: {said[:200]}", repr(said))
    check(not (folder / "none.db").exists(), "and nothing is made")
    return said


def works(folder, said, plain):
    (folder / "birds.csv").rename(folder / "converted.csv")
    check(imported(folder, "converted.csv") == plain, f"following it works: {said[-90:]}")


def follows_duckdb_and_python(folder, plain):
    """Advice that names a command to type."""
    table = pandas.read_csv(folder / "plain.csv")
    with duckdb.connect() as connection:
        connection.sql(f"COPY (FROM '{folder}/plain.csv') TO '{folder}/birds.parquet'")
        table.to_json(folder / "birds.json", orient="records")
        for name in ("birds.parquet", "birds.json"):
            said = refused(folder, name)
            command = said[said.index("COPY"):].rstrip(".").replace("'birds", f"'{folder}/birds")
            connection.sql(command)
            works(folder, said, plain)
    table.to_stata(folder / "birds.dta", write_index=False, version=118)
    table.to_stata(folder / "old.dta", write_index=False, version=114)
    refused(folder, "old.dta")
    table.to_feather(folder / "birds.arrow")
    pyreadstat.write_sav(table, str(folder / "birds.sav"))
    for name in ("birds.dta", "birds.arrow", "birds.sav"):
        said = refused(folder, name)
        command = said[said.index("pandas."):].rstrip(".").replace("'birds", f"'{folder}/birds")
        eval(command, {"pandas": pandas})
        works(folder, said, plain)


def follows_spreadsheets(folder, plain):
    """Advice to save a sheet as CSV, which pandas does as a spreadsheet does."""
    table = pandas.read_csv(folder / "plain.csv")
    table.to_excel(folder / "birds.xlsx", index=False)
    said = refused(folder, "birds.xlsx")
    check("an Excel workbook; save the sheet with the records as CSV" in said, "a workbook is one")
    pandas.read_excel(folder / "birds.xlsx").to_csv(folder / "birds.csv", index=False)
    works(folder, said, plain)
    table.to_excel(folder / "birds.ods", index=False, engine="odf")
    said = refused(folder, "birds.ods")
    check("an OpenDocument spreadsheet; save the sheet" in said, "a spreadsheet is one")
    pandas.read_excel(folder / "birds.ods", engine="odf").to_csv(folder / "birds.csv", index=False)
    works(folder, said, plain)
    book = xlwt.Workbook()
    sheet = book.add_sheet("birds")
    for row, cells in enumerate(line.split(",") for line in TEXT.splitlines()):
        for column, cell in enumerate(cells):
            sheet.write(row, column, cell)
    book.save(str(folder / "birds.xls"))
    check("is an old Excel workbook; save the sheet" in refused(folder, "birds.xls"), "an old workbook is one")


def follows_databases(folder, plain):
    with sqlite3.connect(folder / "other.db") as database:
        pandas.read_csv(folder / "plain.csv").to_sql("sightings", database, index=False)
        database.execute("CREATE TABLE notes (text)")
    said = refused(folder, "other.db")
    check("It has notes, sightings" in said or "It has sightings, notes" in said, "a SQLite file tells its tables", said)
    command = said[said.index("sqlite3 "):].replace("FILE", "other.db").replace("TABLE", "sightings").rstrip(".")
    subprocess.run(command, shell=True, cwd=folder, check=True)
    works(folder, said, plain)

    subprocess.run(["ogr2ogr", "birds.gpkg", "plain.csv", "-nln", "sightings", "-oo", "AUTODETECT_TYPE=YES"], cwd=folder,
                   check=True, capture_output=True)
    said = refused(folder, "birds.gpkg")
    command = said[said.index("ogr2ogr "):].replace("LAYER", "sightings").rstrip(".")
    subprocess.run(command, shell=True, cwd=folder, check=True, capture_output=True)
    works(folder, said, plain)

    import_files(folder / "mine.db", folder / "plain.csv")
    said = refused(folder, "mine.db")
    with Server(folder / "mine.db") as server:
        answer = requests.get(f"{server.url}/observations.csv", headers={"Password": PASSWORD}, timeout=30)
    check("/observations.csv" in said, "a database of ours is one", said)
    (folder / "birds.csv").write_bytes(answer.content)
    works(folder, said, plain)


def follows_archives(folder, plain):
    """7-Zip; the other packers are in packaging.py."""
    program = shutil.which("7z")
    check(program, "there is a 7z (Debian: p7zip-full)")
    shutil.copy(folder / "plain.csv", folder / "birds.csv")
    subprocess.run([program, "a", "birds.7z", "birds.csv"], cwd=folder, check=True, capture_output=True)
    (folder / "birds.csv").unlink()
    said = refused(folder, "birds.7z")
    command = re.search(r"with (7z x)", said)[1]
    subprocess.run(f"{command} birds.7z", shell=True, cwd=folder, check=True, capture_output=True)
    works(folder, said, plain)


def names_what_it_is(folder):
    chance = random.Random(20_261_126)
    noise = {f"noise-{size}.csv": chance.randbytes(size) for size in (1, 2, 3, 10, 20, 40, 64, 100, 1000, 5000, 100_000)}
    for turn in range(60):
        noise[f"short-{turn}.csv"] = chance.randbytes(chance.randrange(5, 80))
        noise[f"high-{turn}.csv"] = bytes(chance.choice(range(0x80, 0x100)) for _ in range(chance.randrange(5, 300)))
    page = b"<title>Log in</title><form><input name=user></form>"
    mail = b"From: A <a@b.example>\nTo: C <c@d.example>\nSubject: My records, as promised\n\nHello,\n\nSee the attachment.\n"
    files = noise | {
        "empty.csv": b"", "zeros.csv": bytes(10_000), "blank.csv": b"\n \n\n",
        "a.pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "page.csv": b"<!DOCTYPE html><html>" + page,
        "page2.csv": b"\xef\xbb\xbf\n  <HTML lang=en>" + page, "page3.csv": b"<?xml version='1.0'?><html xmlns='x'>" + page,
        "part.csv": b"<div class=error>404</div>", "map.kml": b"<?xml version='1.0'?>\n<kml xmlns='http://www.opengis.net/kml/2.2'/>",
        "meta.xml": b"<archive xmlns='http://rs.tdwg.org/dwc/text/'/>", "other.xml": b"<?xml version='1.0'?><a/>",
        "track.gpx": b"<?xml version='1.0'?><gpx/>", "one.json": b'{"a": 1}', "lines.ndjson": b'{"a":1}\n{"a":2}\n',
        "array.json": b"\n[\n 1, 2]", "map.geojson": b'{"type":"FeatureCollection","features":[]}',
        "mail.mbox": b"From a@b.example Mon Feb  1 10:00:00 2021\n" + mail, "mail.eml": b"MIME-Version: 1.0\n" + mail,
        "old.mdb": b"\0\1\0\0Standard Jet DB\0" + chance.randbytes(4000),
        "new.accdb": b"\0\1\0\0Standard ACE DB\0" + chance.randbytes(4000),
        "spss.sav": b"$FL2@(#) SPSS DATA FILE" + bytes(100), "r.rds": b"X\n\0\0\0\3\0\4\1\0" + bytes(100),
        "text.rds": b"A\n3\n262401\n197888\n", "map.shp": b"\0\0\x27\x0a" + bytes(96), "song.wav": b"RIFF\0\0\0\0WAVEfmt ",
        "song.mp3": b"ID3\3\0\0\0\0", "song.flac": b"fLaC\0\0\0\x22", "film.mp4": b"\0\0\0\x18ftypmp42", "a.png": b"\x89PNG\r\n\x1a\n",
        "a.jpg": b"\xff\xd8\xff\xe0\0\x10JFIF", "a.webp": b"RIFF\0\0\0\0WEBPVP8 ", "a.heic": b"\0\0\0\x18ftypheic", "a.rtf": b"{\\rtf1\\ansi Hello, world}",
        "a.exe": b"MZ\x90\0\3", "run.sh": b"#!/bin/sh\necho a, b\n", "lfs.csv": b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
        "dump.sql": b"-- MySQL dump 10.13\n--\n", "._a.csv": b"\0\5\x16\7\0\2\0\0Mac OS X        ",
        "utf16.csv": HEADER.encode("utf-16-le"), "utf32.csv": HEADER.encode("utf-32"),
        "prose.txt": b"Dear all,\n\nhere are my records.\n", "word.txt": b"Great Tits\n",
        "values.csv": "\n".join(TEXT.splitlines()[1:]).encode(),
    }
    says = {
        "empty.csv": "is empty", "zeros.csv": "damaged: it begins with zeros only", "blank.csv": "has no header", "a.pdf": "a PDF", "page.csv": "a web page",
        "page2.csv": "a web page", "page3.csv": "a web page", "part.csv": "a web page", "map.kml": "a map (KML)",
        "meta.xml": "the description of a Darwin Core Archive", "other.xml": "is XML", "track.gpx": "a track (GPX)",
        "one.json": "is JSON", "lines.ndjson": "is JSON", "array.json": "is JSON", "map.geojson": "is GeoJSON", "mail.mbox": "an e-mail",
        "mail.eml": "an e-mail", "old.mdb": "Microsoft Access", "new.accdb": "Microsoft Access", "spss.sav": "an SPSS file",
        "r.rds": "an R data file", "text.rds": "an R data file", "map.shp": "a shapefile", "song.wav": "a sound recording", "song.mp3": "a sound recording",
        "song.flac": "a sound recording", "film.mp4": "a film", "a.png": "a picture", "a.jpg": "a picture", "a.webp": "a picture",
        "a.heic": "a picture", "a.rtf": "a document of an office program", "a.exe": "a program", "run.sh": "a program", "lfs.csv": "git lfs pull",
        "dump.sql": "an SQL dump", "._a.csv": "macOS", "utf16.csv": "UTF-16 text without a byte order mark", "utf32.csv": "UTF-32",
        "prose.txt": "has no known format", "word.txt": "has no known format", "values.csv": "has no header",
    }
    for name, content in files.items():
        said = refused(folder, name, content)
        check(says.get(name, "") in said, f"{name} is named", said)
    with zipfile.ZipFile(folder / "a.docx", "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<w/>")
    with zipfile.ZipFile(folder / "a.numbers", "w") as archive:
        archive.writestr("Index/Document.iwa", b"\0\1")
    check("a document of an office program" in refused(folder, "a.docx"), "a Word document is named")
    check("Apple Numbers" in refused(folder, "a.numbers"), "an Apple document is named")
    # Words that files of other kinds begin with may begin a header.
    for word in ("BZh", "MZ", "ID3", "OggS", "PAR1", "RDX", "GIF8", "Rar!", "[id]", "<id>", "From site", "FEA1"):
        said = refused(folder, "header.csv", f"{word},b\n1,2\n".encode())
        check(f"its first line is '{word}, b'" in said, f"{word} may begin a header", said)
        (folder / "good.csv").write_text(TEXT.replace("loc_id,", f"{word},loc_id,", 1).replace("\nL", "\nx,L"))
        check(len(imported(folder, "good.csv")) == 50, "of records too")


def main():
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        names_what_it_is(folder)
        (folder / "plain.csv").write_text(TEXT)
        plain = imported(folder, "plain.csv")
        check(len(plain) == 50, "the plain file has its records")
        for test in (follows_duckdb_and_python, follows_spreadsheets, follows_databases, follows_archives):
            test(folder, plain)


if __name__ == "__main__":
    main()
