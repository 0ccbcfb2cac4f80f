"""A server at full load for a while, with all that happens in a year: clients that come and go, read slowly or not at all, abandon
streams and log in wrongly; imports, changed people and reopened logs. At its end it has no descriptor and hardly a byte more.

    soak.py [SECONDS]
"""

import base64
import contextlib
import http.client
import os
import pathlib
import random
import shutil
import signal
import socket
import statistics
import sys
import tempfile
import threading
import time

from server import PROJECT, Server, check, import_files, rookery

SECONDS = int(sys.argv[1]) if len(sys.argv) > 1 else 600
TARGETS = ["/observations?species=stejay&limit=16", "/summary?by=species,year", "/locations?limit=20", "/species", "/datasets",
           "/observations?sort=-num,latitude&limit=20", "/checklists?limit=10", "/observations.csv?year=2021", "/health",
           "/observations?format=geojson&limit=50", "/species/stejay", "/observations?species=stejey", "/nothing", "/?limit=x"]
PEOPLE = ["alice", "bob"]
OWN = "seven herons wade"


class Load:
    def __init__(self, server):
        self.server, self.end = server, time.monotonic() + SECONDS
        self.lock, self.statuses, self.faults, self.memory = threading.Lock(), {}, [], []

    def note(self, status):
        with self.lock:
            self.statuses[status] = self.statuses.get(status, 0) + 1

    def fail(self, what):
        with self.lock:
            self.faults.append(what)

    def goes_on(self):
        return time.monotonic() < self.end and not self.faults

    def connect(self, chance):
        return http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60, source_address=(f"127.0.2.{chance.randint(1, 20)}", 0))

    def client(self, seed):
        """Asks for this and that, a few times on each connection. Rarely with a wrong password."""
        chance = random.Random(seed)
        while self.goes_on():
            client = self.connect(chance)
            try:
                for _ in range(chance.randint(1, 40)):
                    target = chance.choice(TARGETS)
                    password = OWN if chance.random() > 0.001 else "wrong"
                    name = chance.choice(PEOPLE)
                    token = base64.b64encode(f"{name}:{password}".encode()).decode()
                    client.request(chance.choice(["GET", "GET", "GET", "HEAD"]), target, headers={"Authorization": f"Basic {token}"})
                    answer = client.getresponse()
                    answer.read()
                    self.note(answer.status)
                    if answer.status >= 500 and answer.status != 503:
                        self.fail(f"{target}: {answer.status}")
            except (OSError, http.client.HTTPException) as error:
                self.fail(f"{target}: {error!r}")
            finally:
                client.close()

    def leaver(self, seed):
        """Goes away in the midst of an answer, or reads it slowly for a while."""
        chance = random.Random(seed)
        token = base64.b64encode(f"alice:{OWN}".encode()).decode()
        while self.goes_on():
            with contextlib.suppress(OSError), socket.socket() as client:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                client.bind((f"127.0.3.{chance.randint(1, 20)}", 0))
                client.settimeout(10)
                client.connect(self.server.address)
                target = chance.choice(["/observations", "/observations?sort=-num", "/summary?by=species,location,date", "/observations.csv"])
                text = f"GET {target} HTTP/1.1\r\nHost: x\r\nAuthorization: Basic {token}\r\n\r\n".encode()
                client.sendall(text[:chance.choice([len(text), len(text), chance.randint(0, len(text))])])
                for _ in range(chance.randint(0, 30)):
                    if not client.recv(chance.choice([100, 4096])):
                        break
                    time.sleep(0.02)

    def keeper(self, folder):
        """Imports again, changes people, reads settings again and reopens the logs."""
        number = 0
        while self.goes_on():
            number += 1
            done = rookery("import", PROJECT / "data/feederwatch.csv", "--database", folder / "birds.db")
            if done.returncode != 0:
                self.fail(f"the import ended with {done.returncode}: {done.stderr}")
            for sign in (signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2):
                os.kill(self.server.process.pid, sign)
            time.sleep(0.5)


    def watch(self):
        """Memory goes up and down with what clients ask for, so it is looked at all the time."""
        while self.goes_on():
            self.memory.append(self.server.memory())
            time.sleep(0.25)

    def part_of_memory(self, start, end):
        """The median of a part of the time."""
        return statistics.median(self.memory[int(len(self.memory) * start):int(len(self.memory) * end)])


def resources(server):
    return len(os.listdir(f"/proc/{server.process.pid}/fd")), len(os.listdir(f"/proc/{server.process.pid}/task"))


def settled(server):
    """Its resources once it has nothing to do: what the last clients have left is given back."""
    lowest = resources(server)
    for _ in range(60):
        time.sleep(0.25)
        lowest = tuple(map(min, lowest, resources(server)))
    return lowest


def main():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="rookery-soak-"))
    try:
        import_files(folder / "birds.db", PROJECT / "data/species.csv", PROJECT / "data/feederwatch.csv")
        for name in PEOPLE:
            rookery("users", "add", name, "--users", folder / "people", input=OWN)
        with Server(folder / "birds.db", "--users", folder / "people", "--audit", folder / "audit", "--idle-timeout", 2, credentials=()) as server:
            def run(seconds):
                load = Load(server)
                load.end = time.monotonic() + seconds
                threads = [threading.Thread(target=load.client, args=[seed]) for seed in range(8)]
                threads += [threading.Thread(target=load.leaver, args=[100 + seed]) for seed in range(8)]
                threads += [threading.Thread(target=load.keeper, args=[folder]), threading.Thread(target=load.watch)]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()
                return load

            # What is made once is made now, and the allocator has seen the load.
            first = run(max(5, SECONDS / 10))
            check(not first.faults, "the load begins", first.faults[:5])
            before = settled(server)
            load = run(SECONDS)
            after = settled(server)
            served = sum(load.statuses.values())
            check(not load.faults and server.process.poll() is None, f"{served} requests in {SECONDS} seconds, and no fault", load.faults[:5])
            check(load.statuses.get(200, 0) > served / 2, f"statuses are {dict(sorted(load.statuses.items()))}", load.statuses)
            check(after[0] <= before[0], f"no descriptor more: {before[0]} before, {after[0]} after", after)
early, late = load.part_of_memory(0, 0.3), load.part_of_memory(0.7, 1)
            check(late <= early * 1.1 + (4 << 20), f"hardly more memory: {early / 2**20:.0f} MB early, {late / 2**20:.0f} MB late", load.memory[::100])
            check(after[1] <= before[1] + 8, f"few threads more: {before[1]} before, {after[1]} after", after)
            check(server.stop() == 0, "the server stops in order")
    finally:
        shutil.rmtree(folder)


main()
