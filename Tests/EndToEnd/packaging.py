"""Records in archives and compressed files: read like plain ones, refused where they can't be, with advice that works."""

import bz2
import gzip
import io
import lzma
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
import zipfile
import zlib

import duckdb

from server import check, measured, rookery

HEADER = "loc_id,latitude,longitude,region,year,month,day,species_id,num\n"
TEXT = (HEADER + "".join(f"L{n},60.7,-135.0,CA-YT,2021,1,{1 + n % 31},stejay,{n}\n" for n in range(5000))).encode()
README = "Read me.\n\nThese, as they say, are records; enjoy them.\n".encode()
CODES = "BCR\tname\n5\tNorthern Pacific Rainforest\n".encode()
MOST_SECONDS, MOST_MEGABYTES = 2, 64


def zipped(files, method=zipfile.ZIP_DEFLATED, stream=False):
    out = io.BytesIO()
    target = out
    if stream:
        # Without a way back, sizes stand after the content, as in what servers make on the fly.
        target = io.BufferedWriter(Unseekable(out))
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, content in files.items():
            with archive.open(name, "w", force_zip64=stream) as entry:
                entry.write(content)
    target.flush()
    return out.getvalue()


class Unseekable(io.RawIOBase):
    def __init__(self, out):
        self.out = out

    def writable(self):
        return True

    def write(self, data):
        return self.out.write(data)


def tarred(files, layout=tarfile.PAX_FORMAT):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=layout) as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return out.getvalue()


def imported(folder, name, content):
    """The records of a file in a database of its own."""
    (folder / name).write_bytes(content)
    (folder / "birds.db").unlink(missing_ok=True)
    done = rookery("import", folder / name, "--database", folder / "birds.db")
    check(done.returncode == 0, f"{name} is imported", done.stdout + done.stderr)
    with sqlite3.connect(folder / "birds.db") as database:
        return database.execute("SELECT l.code, o.date, o.num FROM observation o JOIN location l ON l.id = location_id "
                                "ORDER BY o.num").fetchall()


def reads_packed_files(folder):
    plain = imported(folder, "a.csv", TEXT)
    check(len(plain) == 5000, "a plain file has all its records", len(plain))
    download = {"README.txt": README, "BCRCodes.txt": CODES, "records.txt.gz": gzip.compress(TEXT),
                "terms.pdf": b"%PDF-1.7\0" + bytes(range(256))}
    files = {"folder/Küste " + "x" * 120 + ".csv": TEXT, "README": README}
    packed = {
        "one.csv.gz": gzip.compress(TEXT), "two-parts.csv.gz": gzip.compress(TEXT[:1000]) + gzip.compress(TEXT[1000:]),
        "deflated.zip": zipped(files), "stored.zip": zipped(files, zipfile.ZIP_STORED),
        "streamed.zip": zipped(files, stream=True), "download.zip": zipped(download),
        "pax.tar": tarred(files), "gnu.tar": tarred(files, tarfile.GNU_FORMAT), "download.tar": tarred(download),
        "ustar.tar": tarred({"a.csv": TEXT}, tarfile.USTAR_FORMAT), "all.tar.gz": gzip.compress(tarred(download)),
        "wrong-name.csv": zipped(files),
    }
    for name, content in packed.items():
        records = imported(folder, name, content)
        check(records == plain, f"{name} has the records of the plain file", len(records))


def refused(folder, name, content):
    """What an import of a file says that does not read it."""
    (folder / name).write_bytes(content)
    done = rookery("import", folder / name, "--database", folder / "birds.db", cwd=folder)
    check(done.returncode == 2 and len(done.stderr.splitlines()) == 1, f"{name} is refused in one line", done)
    return done.stderr


def gives_advice_that_works(folder):
    plain = imported(folder, "a.csv", TEXT)
    compressed = {"birds.csv.bz2": (bz2.compress(TEXT), "bunzip2"), "birds.csv.xz": (lzma.compress(TEXT), "unxz")}
    for program, suffix in (("unzstd", "zst"), ("unlz4", "lz4")):
        check(shutil.which(program), f"there is {program}")
        compressor = subprocess.run([program.removeprefix("un"), "-c"], input=TEXT, capture_output=True, check=True)
        compressed[f"birds.csv.{suffix}"] = (compressor.stdout, program)
    for name, (content, program) in compressed.items():
        said = refused(folder, name, content)
        check(said.rstrip().endswith(f"with {program}."), f"its advice is {program}", said)
        (folder / "birds.csv").unlink(missing_ok=True)
        # Where its output is no terminal, unlz4 needs the name of the file to write.
        output = [folder / "birds.csv"] if program == "unlz4" else []
        subprocess.run([program, "-k", folder / name, *output], check=True, capture_output=True)
        check(imported(folder, "birds.csv", (folder / "birds.csv").read_bytes()) == plain, "following it works")
    with duckdb.connect() as connection:
        connection.sql(f"COPY (FROM '{folder}/a.csv') TO '{folder}/birds.parquet'")
        said = refused(folder, "birds.parquet", (folder / "birds.parquet").read_bytes())
        command = said[said.index("COPY"):].rstrip().rstrip(".").replace("'birds", f"'{folder}/birds")
        (folder / "birds.csv").unlink()
        connection.sql(command)
        check(imported(folder, "birds.csv", (folder / "birds.csv").read_bytes()) == plain, f"{command} works")
    # Several files with records, and an archive in an archive: extract, and import each.
    inner = zipped({"a.csv": TEXT})
    for name, content, advice in (
            ("several.zip", zipped({"a.csv": TEXT, "b.csv": TEXT}), "extract them, and import each"),
            ("nested.zip", zipped({"inner.zip": inner}), "extract that, and import it"),
            ("bzip2.zip", zipped({"a.csv": TEXT}, zipfile.ZIP_BZIP2), "extract it, and import that file"),
            ("lzma.zip", zipped({"a.csv": TEXT}, zipfile.ZIP_LZMA), "extract it, and import that file")):
        said = refused(folder, name, content)
        check(advice in said, f"its advice is to {advice}", said)
        with zipfile.ZipFile(folder / name) as archive:
            for entry in archive.namelist():
                check(imported(folder, entry, archive.read(entry)) == plain, "following it works")
    said = refused(folder, "twice.csv.gz", gzip.compress(gzip.compress(TEXT)))
    (folder / "twice.csv").unlink(missing_ok=True)
    subprocess.run(["gunzip", folder / "twice.csv.gz"], check=True)
    check(imported(folder, "twice.csv", (folder / "twice.csv").read_bytes()) == plain, "gunzip works", said)
    check(shutil.which("zip") and shutil.which("unzip"), "there are zip and unzip")
    subprocess.run(["zip", "-q", "-P", "secret", "made.zip", "a.csv"], cwd=folder, check=True)
    said = refused(folder, "locked.zip", (folder / "made.zip").read_bytes())
    check("encrypted; extract it with its password" in said, "an encrypted entry is said to be so", said)
    subprocess.run(["unzip", "-q", "-o", "-P", "secret", "locked.zip"], cwd=folder, check=True)
    check(imported(folder, "a.csv", (folder / "a.csv").read_bytes()) == plain, "extracting it works")


def bombs():
    """Small files that would fill a disk or the memory, by their names."""
    part = gzip.compress(b"0" * (64 << 20))
    deflater = zlib.compressobj(9, zlib.DEFLATED, 31)
    big = b"".join([deflater.compress(TEXT)] + [deflater.compress(bytes(1 << 20)) for _ in range(2000)] + [deflater.flush()])
    yield "zeros.csv.gz", big, "more than 100 times"
    yield "parts.csv.gz", gzip.compress(HEADER.encode()) + part * 1000, "more than 100 times"
    yield "late.csv.gz", gzip.compress(HEADER.encode()) + gzip.compress(os.urandom(20 << 20)) + part * 1000, "more than 100 times"
    content = HEADER.encode() + bytes([0x30]) * (1 << 30)
    yield "big.zip", zipped({"a.csv": content}), "more than 100 times"
    yield "in.zip", zipped({"a.csv.gz": gzip.compress(HEADER.encode()) + part * 1000}), "more than 100 times"
    yield "in.tar", tarred({"a.csv.gz": gzip.compress(HEADER.encode()) + part * 1000}), "more than 100 times"
    yield "tar.tar.gz", gzip.compress(tarred({"a.csv": content})), "more than 100 times"
    yield "nested.zip", zipped({f"{n}.zip": zipped({"0.zip": zipped({"a": bytes(1 << 20)})}) for n in range(16)}), "another archive"
    yield "many.zip", zipped({f"{n}": b"" for n in range(70_000)}), "more than 65536 entries"
    yield "list.zip", zipped({f"{n}": b"" for n in range(400_000)}), "list of entries"
    yield "wide.zip", zipped({f"{n}.csv": HEADER.encode() + b"0" * (30 << 20) for n in range(30)}), "several files with records"
    yield "thousand.zip", zipped({f"{n}.csv": TEXT.replace(b"loc_id", b"id") for n in range(1000)}), "several texts"
    yield "lines.zip", zipped({f"{n}.txt": b"0" * (1 << 16) for n in range(500)}), "several texts"
    yield "many.tar", tarred({f"{n}": b"" for n in range(70_000)}), "more than 65536 entries"
    yield "names.tar", tarred({f"{n}" + "x" * 100_000: b"" for n in range(100)}, tarfile.GNU_FORMAT), "too long"
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 20))
    yield "laughs.zip", zipped({"meta.xml": f'<!DOCTYPE a [<!ENTITY l0 "ha">{laughs}]><a>&l19;</a>'.encode()}), "document type"
    yield "deep.zip", zipped({"meta.xml": b"<a>" * 300_000}), "nested deeper"
    yield "long.zip", zipped({"meta.xml": b"<a>" + b" " * (1 << 30)}), "longer than"
    yield "elements.zip", zipped({"meta.xml": b"<a>" + b"<b/>" * 260_000 + b"</a>"}), "does not describe an archive"


def refuses_bombs(folder):
    for name, content, reason in bombs():
        (folder / name).write_bytes(content)
        status, took, megabytes, message = measured("import", folder / name, "--database", folder / "bomb.db")
        check(status == 2 and reason in message,
              f"{name} ({len(content) / 1e6:.1f} MB) is refused in {took:.2f} s of processor time with {megabytes:.0f} MB", message[:500])
        check(took < MOST_SECONDS and megabytes < MOST_MEGABYTES, "that is quick and small", (took, megabytes))
        (folder / name).unlink()


def main():
    for test in (reads_packed_files, gives_advice_that_works, refuses_bombs):
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            test(folder)
            left = {path.name for path in folder.iterdir() if path.name.startswith(".") or "db." in path.name}
            check(not left, "nothing that was unpacked is left", left)


if __name__ == "__main__":
    main()
