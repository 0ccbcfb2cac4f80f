"""`serve --audit`: the lines are what clients got, whatever they asked and however it was sent; and `rookery audit` sums them up."""

import base64
import csv
import gzip
import http.client
import io
import json
import pathlib
import re
import resource
import signal
import socket
import tempfile
import threading
import time

from server import PASSWORD, Server, check, import_files, rookery

RECORDS = 60_000
ALICE = "korrektes Pferd"


def write_records(path):
    with open(path, "w") as file:
        file.write("loc_id,latitude,longitude,region,year,month,day,species_id,num\n")
        for i in range(RECORDS):
            place, day, species = i % 50, i // 50, i % 37
            file.write(f"L{place},{40 + place / 100:.4f},{-120 + place / 50:.4f},US-WA,{1990 + day // 336},"
                       f"{day // 28 % 12 + 1},{day % 28 + 1},species{species},{i % 9}\n")


def wait(what, condition, seconds=20):
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > deadline:
            check(False, what)
        time.sleep(0.01)
    return found


class Audit:
    """The file of a server, read as it grows."""

    def __init__(self, path):
        self.path = path

    def lines(self):
        text = self.path.read_text() if self.path.exists() else ""
        check(text == "" or text.endswith("\n"), "the audit ends with a whole line") if text[-1:] not in ("", "\n") else None
        return [json.loads(line) for line in text.splitlines()]

    def answers(self):
        return [line for line in self.lines() if "event" not in line]

    def of(self, request_id):
        """The line of a request with an id of its own, which is written once its answer has been sent."""
        def find():
            return [line for line in self.answers() if line.get("client_request_id") == request_id]
        found = wait(f"there is a line of {request_id}", find)
        check(len(found) == 1, "one line") if len(found) != 1 else None
        return found[0]


class Client:
    """One connection, whose requests have ids, and which counts what arrives."""

    def __init__(self, server, name, **fields):
        self.connection = http.client.HTTPConnection(*server.address, timeout=60)
        self.name, self.fields, self.number = name, fields, 0

    def ask(self, target, method="GET", **fields):
        """The id, the response, and the bytes of its body as they were sent."""
        self.number += 1
        request_id = f"{self.name}-{self.number}"
        self.connection.request(method, target, headers=self.fields | {k.replace("_", "-"): v for k, v in fields.items()}
                                | {"X-Request-Id": request_id})
        response = self.connection.getresponse()
        return request_id, response, response.read()


def basic(user, password):
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def records(target, response, body):
    """How many records a body has, counted without what the server says."""
    if response.headers.get("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
    if response.status != 200 or not body:
        return 0
    kind = response.headers["Content-Type"].split(";")[0]
    if kind == "text/csv":
        return len(list(csv.reader(io.StringIO(body.decode())))) - 1
    if kind == "application/x-ndjson":
        return len(body.splitlines())
    found = json.loads(body)
    return len(found["features"]) if kind == "application/geo+json" else len(found) if isinstance(found, list) else 1


TARGETS = [
    "/?limit=5", "/", "/observations.ndjson", "/observations.csv", "/observations.geojson?limit=2000", "/?species=species3", "/species",
    "/species/species3", "/locations.csv", "/locations/L7", "/regions", "/datasets", "/checklists?limit=100", "/checklists.ndjson",
    "/summary?by=species,year", "/observations/1?fields=date", "/?region=XX", "/?format=csv&spreadsheet=yes&limit=30", "/?sort=-num",
]


def every_answer(server, audit):
    client = Client(server, "all", Authorization=basic("marlyn", PASSWORD))
    sums = [0, 0, 0]
    for coding in ("identity", "gzip"):
        for target in TARGETS:
            request_id, response, body = client.ask(target, Accept_Encoding=coding)
            line = audit.of(request_id)
            got = (response.status, records(target, response, body), len(body))
            check((line["status"], line["records"], line["bytes"]) == got, f"{coding:8}  {target}: {got[1]} records, {got[2]} bytes", line)
            check(line["complete"] and line["edition"] == "exact" and line["target"] == target, "whole") if not (
                line["complete"] and line["edition"] == "exact" and line["target"] == target) else None
            sums = [sums[0] + 1, sums[1] + got[1], sums[2] + got[2]]
    for method in ("HEAD",):
        for target in ("/", "/?limit=5", "/species/species3", "/observations.csv?limit=7"):
            request_id, response, body = client.ask(target, method)
            line = audit.of(request_id)
            check((line["method"], line["records"], line["bytes"], line["status"]) == ("HEAD", 0, 0, 200), f"HEAD {target} takes nothing", line)
            sums[0] += 1
    request_id, response, _ = client.ask("/?limit=5")
    sums = [sums[0] + 1, sums[1] + 5, sums[2] + audit.of(request_id)["bytes"]]
    request_id, response, _ = client.ask("/?limit=5", If_None_Match=response.headers["ETag"])
    line = audit.of(request_id)
    check(response.status == line["status"] == 304 and line["records"] == line["bytes"] == 0, "a 304 takes nothing", line)
    sums[0] += 1
    for target, status in [("/?limt=5", 400), ("/species/nothing", 404), ("/nothing", 404), ("/?limit=5&after=secret", 400)]:
        request_id, response, body = client.ask(target)
        line = audit.of(request_id)
        check(response.status == line["status"] == status and line["records"] == 0 and line["bytes"] == len(body), f"{status}  {target}", line)
        check("secret" not in json.dumps(line), "and no token of a page") if "secret" in json.dumps(line) else None
        sums = [sums[0] + 1, sums[1], sums[2] + len(body)]

    # A walk over pages.
    target, walked = "/observations?limit=7000&fields=date", 0
    while target:
        request_id, response, body = client.ask(target)
        line = audit.of(request_id)
        walked += line["records"]
        check("after=..." in line["target"], "without the token") if "after=" in target and "after=..." not in line["target"] else None
        sums = [sums[0] + 1, sums[1] + records(target, response, body), sums[2] + len(body)]
        link = re.search(r"<\?([^>]*)>", response.headers.get("Link", ""))
        target = f"/observations?{link[1]}" if link else None
    check(walked == RECORDS, f"a walk over pages is {walked} records, and no line has the token of a page", walked)

    before = len(audit.answers())
    other = Client(server, "none", Password=PASSWORD)
    for target in ("/health", "/metrics", "/openapi.json"):
        other.ask(target)
    other.ask("/", "OPTIONS")
    nobody = Client(server, "nobody")
    for fields in ({}, {"Password": "wrong"}, {"Authorization": basic("marlyn", "wrong")}, {"Authorization": "Basic x"}):
        nobody.ask("/", **fields)
    with socket.create_connection(server.address) as raw:
        raw.sendall(b"GET /\x7f HTTP/1.1\r\n\r\n")
        raw.recv(4096)
    last, _, body = other.ask("/?limit=1")
    line = audit.of(last)
    check(len(audit.answers()) == before + 1 and line["person"] == "@shared" and "claimed_name" not in line,
          "answers about the server, and to nobody, have no line", audit.answers()[before:])
    return sums, (1, 1, len(body))


def broken_off(server, audit):
    """A client that goes away in the middle: the bytes are those that were sent, and so are the records, but for one piece."""
    whole = Client(server, "whole", Password=PASSWORD).ask("/observations.ndjson")[2]
    ends = [0]
    for line in whole.splitlines(keepends=True):
        ends.append(ends[-1] + len(line))
    for read in (0, 1000, 200_000, 2_000_000):
        request_id = f"broken-{read}"
        with socket.socket() as raw:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16_384)
            raw.connect(server.address)
            raw.sendall(f"GET /observations.ndjson HTTP/1.1\r\nHost: h\r\nPassword: {PASSWORD}\r\nX-Request-Id: {request_id}\r\n\r\n".encode())
            got = 0
            while got < read:
                got += len(raw.recv(min(65_536, read - got)))
            time.sleep(0.2)
            # A reset, with bytes that nobody has read.
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        line = audit.of(request_id)
        sent = sum(end <= line["bytes"] for end in ends[1:])
        piece = 70_000 / (len(whole) / RECORDS)
        check(not line["complete"] and read - 2000 <= line["bytes"] < len(whole) and sent <= line["records"] <= sent + piece,
              f"broken off after {got} bytes: {line['bytes']} were sent, with {line['records']} records ({sent} of them whole)", line)


def under_load(server, audit):
    """Many connections on several loops: every line is whole and true."""
    before = len(audit.answers())
    got, failures = {}, []

    def work(index):
        try:
            client = Client(server, f"load{index}", Authorization=basic(f"warden {index}", PASSWORD))
            for number in range(150):
                target = f"/observations.ndjson?limit={1 + (index * 31 + number) % 700}&fields=date,num"
                request_id, response, body = client.ask(target, Accept_Encoding="gzip" if number % 2 else "identity")
                got[request_id] = (f"warden {index}", records(target, response, body), len(body))
        except Exception as failure:
            failures.append(failure)

    threads = [threading.Thread(target=work, args=(index,)) for index in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    check(not failures, "16 clients at once get their answers", failures)
    lines = wait("all lines are there", lambda: (lines := audit.answers()[before:]) if len(audit.answers()) >= before + 2400 else None)
    told = {line["client_request_id"]: (line["claimed_name"], line["records"], line["bytes"]) for line in lines}
    check(len({line["request_id"] for line in lines} - set(got)) == len(lines), "the server has an id of its own for each")
    check(told == got, f"{len(lines)} lines under load, each as its client saw it")


def rotation(server, audit, folder):
    old = folder / "audit.1"
    client = Client(server, "rotate", Password=PASSWORD)
    audit.of(client.ask("/?limit=1")[0])
    count = len(audit.lines())
    log, old_log = folder / "access.log", folder / "access.log.1"
    audit.path.rename(old)
    log.rename(old_log)
    audit_old = Audit(old)
    audit_old.of(client.ask("/?limit=2")[0])
    server.process.send_signal(signal.SIGUSR1)
    wait("there is a new file", lambda: audit.lines())
    check(audit.lines()[0]["event"] == "reopen" and audit.path.stat().st_mode & 0o777 == 0o600, "SIGUSR1 begins a new file, which only its owner can read")
    audit.of(client.ask("/?limit=3")[0])
    check(len(audit_old.lines()) == count + 1 and [line["records"] for line in audit.answers()] == [3], "no line is lost or written twice")
    wait("the access log is new too", lambda: log.exists() and "/?limit=3 HTTP" in log.read_text())
    check("/?limit=3 HTTP" not in old_log.read_text(), "the access log is opened again too")

    # A folder that is gone.
    audit.path.rename(old)
    away = folder / "away"
    parent = audit.path.parent
    parent.rename(away)
    server.process.send_signal(signal.SIGUSR1)
    wait("requests are refused", lambda: client.ask("/?limit=1")[1].status == 503)
    _, response, body = client.ask("/?limit=1")
    check(json.loads(body)["code"] == "audit-unavailable" and int(response.headers["Retry-After"]) > 0, "503  without a file to write to", body)
    for target in ("/health", "/metrics"):
        check(client.ask(target)[1].status == 200, f"200  {target}")
    check(Client(server, "nobody").ask("/")[1].status == 401, "401  nobody learns of it")
    away.rename(parent)
    wait("requests are served again", lambda: client.ask("/?limit=4")[1].status == 200)
    check(server.output().count("the audit file can't be written") == 1, "the log tells it once", server.output())
    check("the audit file can be written again" in server.output(), "and that it is over", server.output())
    wait("the line is there", lambda: [line["records"] for line in audit.answers()][-1:] == [4])

    audit.path.unlink()
    wait("a new file", audit.path.exists)
    audit.of(client.ask("/?limit=5")[0])
    check(audit.lines()[0]["event"] == "reopen", "a file that was removed is made again")
    audit.path.unlink()
    audit.of(client.ask("/?limit=6")[0])
    check(server.output().count("the audit file was removed or replaced") == 2, "at once, and the log says so", server.output())


def full_disk(server, audit):
    """A file that may not grow, as on a full disk: an answer that was under way is written later."""
    client = Client(server, "full", Password=PASSWORD)
    audit.of(client.ask("/?limit=1")[0])
    limit = audit.path.stat().st_size + 40
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    request_id, response, _ = client.ask("/?limit=6")
    check(response.status == 200, "200  the answer during which it became full")
    wait("requests are refused", lambda: client.ask("/?limit=1")[1].status == 503)
    check(audit.path.stat().st_size == limit, "a part of its line is written")
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    wait("requests are served again", lambda: client.ask("/?limit=7")[1].status == 200)
    wait("two lines", lambda: [line["records"] for line in audit.answers()][-2:] == [6, 7])
    check(audit.of(request_id)["records"] == 6, "what was written in part is whole, and in order")


def start(folder, database):
    serve = lambda *options: rookery("serve", "--database", database, "--port", "0", "--password", PASSWORD, *options)
    link, target = folder / "link", folder / "target"
    link.symlink_to(target)
    for path, why in [("/dev/full", "No space left on device"), (link, "is a link"), (folder, "is a folder"), (folder / "no/audit", "can't be opened")]:
        done = serve("--audit", path)
        check(done.returncode == 2 and why in done.stderr and "serves" not in done.stdout, f"exit 2  {path.name if path != '/dev/full' else path}: {why}", done.stderr)
    check(not target.exists(), "a link is not followed")
    done = serve("--audit", "-")
    check(done.returncode == 2 and "--access-log off" in done.stderr, "exit 2  audit and access log on one output", done.stderr)
    path = folder / "one.audit"
    with Server(database, "--audit", path) as server:
        busy = lambda: "another server writes" in serve("--audit", path).stderr
        done = serve("--audit", path)
        check(done.returncode == 2 and f"another server writes {path}; give each server a file of its own with --audit" in done.stderr
              and "serves" not in done.stdout, "exit 2  the file of another server", done.stderr)
        reopened = lambda: wait("it is opened again", lambda: path.exists() and '"reopen"' in path.read_text())
        server.process.send_signal(signal.SIGUSR1)
        reopened()
        check(busy(), "also after SIGUSR1")
        path.rename(folder / "one.audit.1")
        server.process.send_signal(signal.SIGUSR1)
        reopened()
        check(busy(), "and if the file was renamed before")
        path.unlink()
        reopened()
        check(busy(), "and once it was removed and made again")
        Client(server, "one", Password=PASSWORD).ask("/?limit=3")
        wait("a line", lambda: '"records":3' in path.read_text())
        done = rookery("audit", path)
        check(done.returncode == 0 and "@shared" in done.stdout, "rookery audit reads it nevertheless", done.stderr)
    with Server(database, "--audit", path):
        check(True, "the next server takes it once the other one has ended")
    with Server(database) as server:
        server.process.send_signal(signal.SIGUSR1)
        time.sleep(0.2)
        check(Client(server, "none", Password=PASSWORD).ask("/?limit=3")[1].status == 200, "SIGUSR1 does nothing without logs")
    with Server(database, "--audit", "-") as server:
        Client(server, "out", Password=PASSWORD).ask("/?limit=3")
        wait("a line on the standard output", lambda: '"records":3' in server.output())
        check('"event":"start"' in server.output(), "- is the standard output")


def people(folder, database):
    users, path = folder / "users", folder / "people.audit"
    for name in ("alice", "bob"):
        rookery("users", "add", name, "--users", users, input=f"{ALICE} {len(name)}")
    with Server(database, "--users", users, "--audit", path) as server:
        audit = Audit(path)
        for name in ("alice", "bob"):
            line = audit.of(Client(server, name, Authorization=basic(name, f"{ALICE} {len(name)}")).ask("/?limit=2")[0])
            check(line["person"] == name and "claimed_name" not in line, f"{name} is named", line)
        line = audit.of(Client(server, "eve", Authorization=basic("eve", PASSWORD)).ask("/?limit=2")[0])
        check(line["person"] == "@shared" and line["claimed_name"] == "eve", "a name with the shared password is only claimed", line)
        line = audit.of(Client(server, "secret", Authorization=basic(PASSWORD, PASSWORD)).ask("/?limit=2")[0])
        check(PASSWORD not in json.dumps(line), "a password in place of the name is not written", line)
        check(ALICE not in path.read_text() and PASSWORD not in path.read_text(), "no password is written")
    with Server(database, "--audit", path, "--trusted-proxy", "127.0.0.1", credentials=["--public"]) as server:
        line = Audit(path).of(Client(server, "public").ask("/?limit=2", X_Forwarded_For="192.0.2.9")[0])
        check(line["person"] == "@public" and line["address"] == "192.0.2.9", "a public server, and a client of a proxy", line)


def summing_up(folder, sums, other):
    path = folder / "first.audit"
    done = rookery("audit", path, "--csv")
    rows = {(row["person"], row["claimed_name"]): row for row in csv.DictReader(io.StringIO(done.stdout))}
    row = rows["@shared", "marlyn"]
    check([int(row[name]) for name in ("requests", "records", "bytes")] == sums, f"rookery audit: {sums[0]} requests, {sums[1]} records, {sums[2]} bytes", row)
    row = rows["@shared", ""]
    check([int(row[name]) for name in ("requests", "records", "bytes")] == list(other), "and those without a name", row)
    done = rookery("audit", path)
    check(done.returncode == 0 and re.search(rf"^@shared  marlyn\s+{sums[0]:,}\s+{sums[1]:,}\s+{sums[2]:,}  20\S+Z  20\S+Z$", done.stdout, re.M) is not None,
          "as a table", done.stdout)
    packed, broken = folder / "packed.gz", folder / "broken"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    broken.write_bytes(path.read_bytes()[:-20])
    with open(broken, "r+b") as file:
        text = file.read()
        file.seek(0)
        file.write(b"what is this\n\xff\xfe\0\n" + text)
    done = rookery("audit", packed, path)
    check(done.returncode == 2 and "would count twice" in done.stderr and not done.stdout, "exit 2  a file and its compressed copy", done.stderr)
    lines = path.read_bytes().splitlines(keepends=True)
    first, rest = folder / "audit.2.gz", folder / "audit.1"
    first.write_bytes(gzip.compress(b"".join(lines[:20])))
    rest.write_bytes(b"".join(lines[20:]))
    done = rookery("audit", first, rest, "--csv")
    check(f"@shared,marlyn,{sums[0]},{sums[1]}," in done.stdout, "several files, one compressed", done.stdout)
    done = rookery("audit", broken, "--csv")
    last = len(broken.read_bytes().splitlines())
    check(done.returncode == 1 and f"{broken}, line 1 is not" in done.stderr and f"line 2 is not" in done.stderr
          and f"line {last} is cut off" in done.stderr and "3 lines do not count" in done.stderr, "bad lines are named", done.stderr)
    check(f"@shared,marlyn,{sums[0]},{sums[1]}," in done.stdout, "and the others count")
    for arguments, count in ((["--since", "2000-01-01"], 3), (["--until", "2000-01-01"], 1), (["--since", "2999"], 1)):
        check(len(rookery("audit", path, "--csv", *arguments).stdout.splitlines()) == count, " ".join(arguments))
    done = rookery("audit", path, "--since", "yesterday")
    check(done.returncode == 2 and "2026-01-31" in done.stderr, "exit 2  a day that is none", done.stderr)
    done = rookery("audit", folder / "nothing")
    check(done.returncode == 2 and "can't be read: No such file" in done.stderr, "exit 2  a file that is not there", done.stderr)


def main():
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        database, source = folder / "birds.db", folder / "birds.csv"
        write_records(source)
        import_files(database, source)
        start(folder, database)
        path = folder / "first.audit"
        with Server(database, "--threads", "2", "--audit", path) as server:
            audit = Audit(path)
            check(audit.lines()[0]["event"] == "start" and path.stat().st_mode & 0o777 == 0o600, "a file that only its owner can read begins with the start")
            sums, other = every_answer(server, audit)
        summing_up(folder, sums, other)
        logs = folder / "logs"
        logs.mkdir()
        path = logs / "audit"
        with Server(database, "--threads", "2", "--audit", path, "--access-log", folder / "access.log") as server:
            audit = Audit(path)
            broken_off(server, audit)
            under_load(server, audit)
            rotation(server, audit, folder)
            full_disk(server, audit)
            check(server.process.poll() is None, "and the server still serves")
        people(folder, database)


main()
