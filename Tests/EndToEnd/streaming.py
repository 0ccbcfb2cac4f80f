"""An answer of 1,000,000 records: in constant memory, to a slow reader too, while the data is replaced.

    streaming.py [SECONDS]    how long the slow reader is slow, at 10 kB/s; by default 5
"""

import http.client
import pathlib
import sys
import tempfile
import threading
import time

import requests

from server import PASSWORD, Server, check, import_files

RECORDS = 1_000_000
MEMORY = 64 * 2**20
OLD, NEW = 7, 8  # The number in every record before and after the data is replaced.


def write_file(path, records, num):
    with open(path, "w") as file:
        file.write("loc_id,latitude,longitude,region,year,month,day,species_id,num\n")
        for i in range(records):
            place, day, species = i % 500, i // 500 % 9000, i % 97
            year, month, day = 1990 + day // 336, day // 28 % 12 + 1, day % 28 + 1
            file.write(f"L{place},{40 + place / 100:.4f},{-120 + place / 50:.4f},US-WA,{year},{month},{day},"
                       f"species{species},{num}\n")


class SlowReader(threading.Thread):
    """Reads 10 kB/s for some seconds, then as fast as it can; counts the records of before and after the import."""

    def __init__(self, server, seconds):
        super().__init__(daemon=True)
        self.seconds, self.old, self.new, self.failure = seconds, 0, 0, None
        self.connection = http.client.HTTPConnection(*server.address, timeout=60)
        self.connection.request("GET", "/", headers={"Password": PASSWORD})

    def run(self):
        try:
            response = self.connection.getresponse()
            began, read, rest = time.monotonic(), 0, b""
            while True:
                slow = time.monotonic() - began < self.seconds
                data = response.read(1000 if slow else 262_144)
                if not data:
                    return
                read += len(data)
                records, brace, rest = (rest + data).rpartition(b"}")
                self.old += (records + brace).count(b'"num":%d}' % OLD)
                self.new += (records + brace).count(b'"num":%d}' % NEW)
                if slow:
                    time.sleep(max(0, read / 10_000 - (time.monotonic() - began)))
        except (OSError, http.client.HTTPException) as failure:  # an answer that is cut short, above all
            self.failure = failure


def main():
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 5
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        database, old, new = folder / "birds.db", folder / "old.csv", folder / "new.csv"
        write_file(old, RECORDS, OLD)
        write_file(new, 1000, NEW)
        began = time.monotonic()
        import_files(database, old, "--dataset", "big")
        check(True, f"{RECORDS} records were imported in {time.monotonic() - began:.1f} s")

        with Server(database) as server, requests.Session() as session:
            session.headers["Password"] = PASSWORD
            began, read, records = time.monotonic(), 0, 0
            with session.get(f"{server.url}/", stream=True) as response:
                for line in response.iter_lines(chunk_size=262_144):
                    records += line.count(b'"num":')
                    read += len(line)
            check(response.headers.get("Transfer-Encoding") == "chunked", "the answer is chunked")
            check(records == RECORDS, f"{records} records came, {read / 1e6:.0f} MB in {time.monotonic() - began:.1f} s")
            check(server.memory("VmHWM") < MEMORY, f"with {server.memory('VmHWM') / 2**20:.1f} MiB resident at most")

            reader = SlowReader(server, seconds)
            reader.start()
            time.sleep(min(1, seconds / 4))
            import_files(database, new, "--dataset", "big")
            time.sleep(0.1)
            began = time.monotonic()
            birds = session.get(f"{server.url}/").json()
            check(len(birds) == 1000 and all(bird["num"] == NEW for bird in birds),
                  "after an import another client sees the new records", len(birds))
            check(time.monotonic() - began < 1 and reader.is_alive(),
                  "at once, while the slow reader still reads the old ones")
            check(server.memory("VmHWM") < MEMORY, f"with {server.memory('VmHWM') / 2**20:.1f} MiB resident at most")
            reader.join(seconds + 120)
            check(not reader.is_alive() and reader.failure is None,
                  f"a client that reads 10 kB/s for {seconds:g} s, then the rest, gets a whole answer", reader.failure)
            check((reader.old, reader.new) == (RECORDS, 0), "all of it from before the import", (reader.old, reader.new))
            check(server.memory("VmHWM") < MEMORY, f"with {server.memory('VmHWM') / 2**20:.1f} MiB resident at most")


main()
