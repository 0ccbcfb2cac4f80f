"""What one client that asks for far too much costs another one: each row is asked alone and beside it. Started by scripts/bench.

The clients are 127.0.0.2, which asks for too much, and 127.0.0.3.
"""

import argparse
import contextlib
import http.client
import os
import pathlib
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

from serving import serving, write_records

PROGRAM = os.environ.get("ROOKERY", ".build/release/rookery")
SMALL = "/observations?species=stejay&limit=16"
LONG = "/observations?sort=-num,latitude&limit=10"
# Requests without credentials, each of 8 KiB but for the first.
HEADS = {
    "a short one": b"/observations",
    "one segment": b"/" + b"a" * 8000,
    "8,000 segments": b"/" * 8000,
    "dot segments": b"/" + b"./" * 4000,
    "segments that are left": b"/" + b"a/../" * 1600,
    "encoded characters": b"/" + b"%C3%A9" * 1330,
    "4,000 parameters": b"/observations?" + b"a&" * 3990,
    "2,000 parameters with values": b"/observations?" + b"a=b&" * 1990,
    "separators": b"/?" + b";" * 8000,
    "long credentials": b"/observations HTTP/1.1\r\nAuthorization: Basic " + b"YWJj" * 1900,
}
SPECIES = ",".join(f"other{number}" for number in range(97))
BESIDE = {
    "nothing": (0, []),
    "50 sorts of everything": (50, [LONG + f"&min_num={number}" for number in range(5)]),
    "20 counts": (20, [f"/observations?min_num=5&max_num={number + 20}&count=exact&limit=1" for number in range(5)]),
    "20 summaries of odd pairs": (20, ["/summary?by=location,week&min_num=2", "/summary?by=month,location&min_num=3"]),
    "20 zero-fills": (20, [f"/observations?zerofill=yes&species={SPECIES}&count=exact&limit=1"]),
    "50 unknown species": (50, ["/observations?species=" + "x" * 7000, "/observations?species=stejey"]),
}


class Server:
    def __init__(self, folder, process, port):
        self.folder, self.process, self.port = folder, process, port

    def connect(self, source):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=120, source_address=(source, 0))

    def processor_time(self):
        """Seconds, of all threads."""
        threads = pathlib.Path(f"/proc/{self.process.pid}/task").glob("*/schedstat")
        return sum(int(thread.read_text().split()[0]) for thread in threads) / 1e9


def ask(connection, target):
    """Status and time of an answer."""
    began = time.monotonic()
    connection.request("GET", target, headers={"Password": "mumble"})
    response = connection.getresponse()
    response.read()
    return response.status, time.monotonic() - began


def times(server, target, seconds):
    connection, found, end = server.connect("127.0.0.3"), [], time.monotonic() + seconds
    while time.monotonic() < end or len(found) < 3:
        status, spent = ask(connection, target)
        if status != 200:
            sys.exit(f"{target}: {status}")
        found.append(spent)
        time.sleep(0.003)
    return sorted(found)


def measure(server, clients, targets, seconds):
    end, statuses, lock = time.monotonic() + 3 * seconds, {}, threading.Lock()

    def attack(number):
        while time.monotonic() < end:
            with contextlib.suppress(OSError, http.client.HTTPException):
                status, _ = ask(server.connect("127.0.0.2"), targets[number % len(targets)])
                with lock:
                    statuses[status] = statuses.get(status, 0) + 1
                if status == 503:
                    time.sleep(0.1)

    threads = [threading.Thread(target=attack, args=[number], daemon=True) for number in range(clients)]
    for thread in threads:
        thread.start()
    time.sleep(0.5 if clients else 0)
    small, health, long = times(server, SMALL, seconds), times(server, "/health", seconds / 2), times(server, LONG, seconds)
    for thread in threads:
        thread.join()
    return small, health, long, statuses


def abandoned(server):
    """Processor time of the server after twelve sorts have lost their clients, for each second."""
    clients = []
    for number in range(12):
        client = server.connect("127.0.0.2")
        client.request("GET", LONG + f"&min_num={number % 5}", headers={"Password": "mumble"})
        clients.append(client)
    time.sleep(0.5)
    for client in clients:
        client.close()
    time.sleep(0.1)
    before = server.processor_time()
    time.sleep(1)
    return server.processor_time() - before


def pipelined(server, seconds):
    """Times of /health beside 50 connections that send summaries without end."""
    end = time.monotonic() + seconds

    def attack():
        request = b"GET /summary?by=dataset HTTP/1.1\r\nHost: x\r\nPassword: mumble\r\n\r\n" * 50
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", server.port), 5, ("127.0.0.2", 0)) as client:
            def read():
                with contextlib.suppress(OSError):
                    while client.recv(1 << 16):
                        pass
            threading.Thread(target=read, daemon=True).start()
            while time.monotonic() < end:
                client.sendall(request)

    threads = [threading.Thread(target=attack, daemon=True) for _ in range(50)]
    for thread in threads:
        thread.start()
    time.sleep(0.3)
    found = times(server, "/health", seconds - 0.5)
    for thread in threads:
        thread.join(10)
    return found


def refused(server, head, requests=2000):
    """The least processor time of the server for a request without credentials, out of five rounds."""
    request = head if b" HTTP/1.1\r\n" in head else head + b" HTTP/1.1"
    request, spent = b"GET " + request + b"\r\nHost: x\r\n\r\n", []
    with socket.create_connection(("127.0.0.1", server.port), 30) as client, client.makefile("rb") as answers:
        for _ in range(5):
            before = server.processor_time()
            for _ in range(requests):
                client.sendall(request)
                status, length = answers.readline().split()[1], 0
                if status not in (b"401", b"400"):
                    sys.exit(f"a request without credentials: {status.decode()}")
                while (line := answers.readline()) != b"\r\n":
                    if line.lower().startswith(b"content-length:"):
                        length = int(line.split(b":")[1])
                answers.read(length)
            time.sleep(0.01)
            spent.append((server.processor_time() - before) / requests)
    return min(spent)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--records", type=int, default=3_000_000)
    parser.add_argument("--seconds", type=int, default=4, help="for each query of the other client")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped by a signal"))
    folder = pathlib.Path(tempfile.mkdtemp(prefix="rookery-bench-"))
    try:
        write_records(folder / "birds.csv", arguments.records)
        subprocess.run([PROGRAM, "import", folder / "birds.csv", "--database", folder / "birds.db"], check=True,
                       stdout=subprocess.DEVNULL)
        with serving(PROGRAM, folder, "--query-timeout", "60") as (process, port):
            server = Server(folder, process, port)
            for name, head in HEADS.items():
                print(f"a request without credentials, {name}: {refused(server, head) * 1e6:.1f} µs of the processor", flush=True)
            alone = None
            for name, (clients, targets) in BESIDE.items():
                small, health, long, statuses = measure(server, clients, targets, arguments.seconds)
                alone = alone or statistics.median(long)
                print(f"beside {name}: a small query p99 {small[int(len(small) * 0.99)] * 1e3:.1f} ms, longest {small[-1] * 1e3:.1f} ms; "
                      f"/health longest {health[-1] * 1e3:.1f} ms; a sort {statistics.median(long):.2f} s, "
                      f"{statistics.median(long) / alone:.1f} times its time alone; the other's statuses: {statuses}", flush=True)
            print(f"twelve sorts whose clients have gone: {abandoned(server):.2f} s of the processor in the next second", flush=True)
            found = pipelined(server, arguments.seconds)
            print(f"beside 50 connections that pipeline: /health longest {found[-1] * 1e3:.1f} ms", flush=True)
    finally:
        shutil.rmtree(folder)


main()
