"""What the benchmarks of a running server share: its records, and a server of them."""

import contextlib
import re
import subprocess
import sys
import time


def write_records(path, count):
    with open(path, "w") as file:
        file.write("loc_id,latitude,longitude,region,year,month,day,species_id,num\n")
        for i in range(count):
            place, species = i % 500, "stejay" if i % 10_000 == 0 else f"other{i % 97}"
            file.write(f"L{place},{40 + place / 100:.4f},{-120 + place / 50:.4f},US-WA,{1990 + i // 336 % 30},"
                       f"{i // 28 % 12 + 1},{i % 28 + 1},{species},{i % 9 + 1}\n")


@contextlib.contextmanager
def serving(program, folder, *options):
    """Serves `birds.db` of a folder until the block ends: the process and its port. The password is mumble."""
    with contextlib.ExitStack() as stack:
        log = stack.enter_context(open(folder / "log", "w+"))
        process = subprocess.Popen([program, "serve", "--database", folder / "birds.db", "--password", "mumble", "--port", "0",
                                    "--access-log", "off", *options], stdout=log, stderr=log)
        stack.callback(process.wait)
        stack.callback(process.terminate)
        for _ in range(600):
            if found := re.search(r"serves .*http://\S+:(\d+)", (folder / "log").read_text()):
                break
            time.sleep(0.05)
        else:
            sys.exit("the server did not become ready")
        yield process, int(found[1])
