"""Connections: pipelined, byte by byte, idle by the thousand; an orderly stop; and what can't be started."""

import json
import pathlib
import socket
import tempfile
import threading
import time

import requests

from server import PASSWORD, Server, check, raise_descriptor_limit, rookery, sample_database

IDLE = 5000
IDLE_MEMORY = 8192
ALL_FIELDS = """id loc_id latitude longitude region date year month day species_id num checklist_id source_id common_name
scientific_name category location_name dataset minutes distance_km observers complete day1_am day1_pm day2_am day2_pm
effort_hours_atleast snow_depth_atleast valid reviewed""".split()


def request(target, extra=""):
    return f"GET {target} HTTP/1.1\r\nHost: localhost\r\nPassword: {PASSWORD}\r\n{extra}\r\n".encode()


def read_response(file):
    """Status and body of one response that has a Content-Length or is chunked."""
    status = int(file.readline().split()[1])
    fields = {}
    while (line := file.readline()) not in (b"\r\n", b""):
        name, _, value = line.decode().partition(":")
        fields[name.lower()] = value.strip()
    if fields.get("transfer-encoding") != "chunked":
        return status, file.read(int(fields["content-length"]))
    body = b""
    while size := int(file.readline(), 16):
        body += file.read(size)
        file.readline()
    file.readline()
    return status, body


def pipelined(server):
    count = 1000
    with socket.create_connection(server.address, timeout=30) as client, client.makefile("rb") as file:
        # They are more than a server takes in before some of its answers are read, so the write goes on beside the reading.
        text = b"".join(request(f"/?limit={number + 1}&fields=id") for number in range(count))
        sender = threading.Thread(target=client.sendall, args=[text])
        sender.start()
        for number in range(count):
            status, body = read_response(file)
            if status != 200 or len(json.loads(body)) != number + 1:
                check(False, "pipelined requests are answered in order", f"answer {number} is {status}, {body[:200]}")
        sender.join()
    check(True, f"{count} requests in one write are answered in order")


def byte_by_byte(server):
    text = request("/?species=stejay&year=2021")
    with socket.create_connection(server.address, timeout=30) as client, client.makefile("rb") as file:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in text:
            client.sendall(bytes([byte]))
            time.sleep(0.002)
        status, body = read_response(file)
    check(status == 200 and len(json.loads(body)) > 0, f"a request of {len(text)} bytes, one at a time, is served")


def idle(server):
    hard = raise_descriptor_limit()
    count = min(IDLE, hard - 200)
    clients = []
    for _ in range(50):  # What is made once is made now.
        clients.append(socket.create_connection(server.address, timeout=30))
        clients[-1].sendall(request("/?species=stejay&year=2021"))
        clients[-1].recv(65536)
    before = server.memory()
    for _ in range(count):
        client = socket.create_connection(server.address, timeout=30)
        client.sendall(request("/?species=stejay&year=2021"))
        client.recv(65536)
        clients.append(client)
    each = (server.memory() - before) / count
    opened = len(list(pathlib.Path(f"/proc/{server.process.pid}/fd").iterdir()))
    check(opened > count, f"{count} connections are open, after an answer on each", opened)
    check(each < IDLE_MEMORY, f"idle ones cost {each:.0f} bytes each")
    began = time.monotonic()
    answer = requests.get(f"{server.url}/?species=stejay&year=2021", headers={"Password": PASSWORD})
    took = time.monotonic() - began
    check(answer.status_code == 200 and took < 1, f"and the next request is answered in {took * 1000:.1f} ms")
    for client in clients:
        client.close()
    check(requests.get(f"{server.url}/health").status_code == 200, "they may all leave at once")


def orderly_stop(database):
    with Server(database) as server:
        with socket.create_connection(server.address, timeout=30) as client, client.makefile("rb") as file, \
                socket.create_connection(server.address, timeout=30) as waiting:
            waiting.sendall(request("/health"))
            waiting.recv(4096)
            client.sendall(request(f"/?fields={','.join(ALL_FIELDS)}"))
            file.peek(1)  # The answer has begun, and is longer than the sockets hold.
            stopping = threading.Thread(target=server.stop)
            stopping.start()
            refused = False
            for _ in range(3_000):  # The signal may take its time; a connection before it is one of the last.
                try:
                    socket.create_connection(server.address, timeout=5).close()
                    time.sleep(0.01)
                except OSError:
                    refused = True
                    break
            check(refused, "after SIGTERM new connections are refused")
            check(server.process.poll() is None, "an answer that has begun goes on")
            check(waiting.recv(1) == b"", "idle ones are closed")
            status, body = read_response(file)
            check(status == 200 and len(json.loads(body)) > 19_000, "the answer comes to its end")
            stopping.join(30)
        check(server.process.poll() == 0, "and the server ends with 0", server.process.poll())
        check("Fatal error" not in server.output(), "without a stack trace")


def starts_refused(server, database, folder):
    serve = ["serve", "--password", PASSWORD, "--database"]
    broken = folder / "broken.db"
    broken.write_bytes(b"This is not a database. " * 1000)
    cases = {
        "a taken port, even by another Rookery": [*serve, database, "--port", server.port],
        "a bad address": [*serve, database, "--port", "0", "--host", "300.1.2.3"],
        "an address of another machine": [*serve, database, "--port", "0", "--host", "192.0.2.1"],
        "a missing database": [*serve, folder / "missing.db", "--port", "0"],
        "a file that is no database": [*serve, broken, "--port", "0"],
        "a folder that does not exist, for the socket": [*serve, database, "--socket", folder / "none" / "socket"],
        "no password": ["serve", "--database", database, "--port", "0"],
        "no file of the password": ["serve", "--database", database, "--port", "0", "--password-file", folder / "none"],
        "a port that is none": [*serve, database, "--port", "70000"],
        "an unknown option": [*serve, database, "--prot", "8000"],
        "an import of a missing file": ["import", folder / "missing.csv", "--database", folder / "new.db"],
    }
    for what, arguments in cases.items():
        done = rookery(*arguments)
        said = (done.stdout + done.stderr).strip()
        sentences = [line for line in said.splitlines() if not line.startswith(("Usage:", "  See", "Help:"))]
        check(done.returncode == 2 and len(sentences) == 1 and "Fatal error" not in said and "0x" not in said,
              f"{what}: 2, \"{sentences[0] if sentences else ''}\"", (done.returncode, said))


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        database = sample_database(folder)
        with Server(database) as server:
            check(server.ready_line.endswith(f":{server.port}") or server.ready_line.endswith("/"),
                  f"it says when it is ready: {server.ready_line}")
            pipelined(server)
            byte_by_byte(server)
            idle(server)
            starts_refused(server, database, folder)
            check(server.stop() == 0, "SIGTERM ends it with 0")
        orderly_stop(database)


main()
