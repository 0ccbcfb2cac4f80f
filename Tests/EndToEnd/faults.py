"""What happens to the machine, the file and the clients neither stops nor fools the server: signals, descriptors, memory, logs that
nobody reads or that are full, clocks that step, system calls that fail, and a database that is replaced, cut, deleted or closed.

    faults.py
"""

import contextlib
import email.utils
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

from server import PASSWORD, PROGRAM, Server, check, environment, import_files, sample_database

JAYS = "/observations?species=stejay&limit=3"


def ask(server, target, source="127.0.0.1", timeout=30):
    """Status and body of an answer on a connection of its own."""
    client = http.client.HTTPConnection("127.0.0.1", server.port, timeout=timeout, source_address=(source, 0))
    try:
        client.request("GET", target, headers={"Password": PASSWORD})
        answer = client.getresponse()
        return answer.status, answer.read()
    finally:
        client.close()


def code(body):
    return json.loads(body).get("code")


def eventually(what, holds, seconds=20):
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            check(False, what)
        time.sleep(0.02)
    check(True, what)


def slow_reader(server, target, source):
    """A connection that has asked and reads only what shows the status."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.bind((source, 0))
    client.connect(server.address)
    client.settimeout(240)
    client.sendall(f"GET {target} HTTP/1.1\r\nHost: x\r\nPassword: {PASSWORD}\r\n\r\n".encode())
    return client


def status(client):
    answer = client.recv(600).split(b"\r\n\r\n", 1)
    number = int(answer[0].split()[1])
    return number, (code(answer[1]) if number == 503 and len(answer) > 1 and answer[1].endswith(b"}\n") else None)


def large_database(folder, rows=400_000):
    """Many records, so that a sort or a summary of all takes a while and has some memory."""
    path = folder / "many.csv"
    with open(path, "w") as file:
        file.write("loc_id,latitude,longitude,region,year,month,day,species_id,num\n")
        for row in range(rows):
            place = row * 7919 % 2000
            file.write(f"L{place},{40 + place / 500},{5 + place % 97 / 50},SE-N,{2000 + row % 23},{1 + row % 12},"
                       f"{1 + row * 31 % 28},sp{row * 104729 % 300},{row % 50}\n")
    database = folder / "many.db"
    import_files(database, path)
    return database


# Signals ----------------------------------------------------------------------------------------------------------------------

def signals(database, folder):
    deadly = {signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM, signal.SIGINT, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE,
              signal.SIGILL, signal.SIGSEGV, signal.SIGSYS, signal.SIGTRAP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU}
    harmless = [number for number in signal.valid_signals() if number not in deadly]
    with Server(database) as server:
        for number in harmless:
            os.kill(server.process.pid, number)
        time.sleep(0.3)
        check(server.process.poll() is None and ask(server, JAYS)[0] == 200, f"{len(harmless)} kinds of signals do not end the server")
        check(server.stop() == 0, "SIGTERM ends it in order")
    # Before it is ready: as soon as it runs, it may be opening its files.
    for number in (signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2):
        process = subprocess.Popen([PROGRAM, "serve", "--database", database, "--port", "0", "--access-log", "off", "--password", PASSWORD],
                                   env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        time.sleep(0.02)
        lines = []
        while line := process.stdout.readline():
            # It is ready to be told from its first own instruction on; before that, a signal meets the loader.
            lines.append(line)
            os.kill(process.pid, number)
            if "Rookery serves" in line:
                break
        time.sleep(0.1)
        alive = process.poll() is None
        process.terminate()
        check(alive and process.wait(30) == 0, f"{signal.Signals(number).name} while it starts does not end it", lines)


# Descriptors ------------------------------------------------------------------------------------------------------------------

def descriptors(database, folder):
    """Idle clients take all descriptors that they can. What was open goes on, also with long answers, and so do new clients later."""
    limit = 256
    with Server(database, "--threads", "2", under=("prlimit", f"--nofile={limit}:{limit}")) as server:
        friend = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)

        def friendly(target):
            friend.request("GET", target, headers={"Password": PASSWORD})
            answer = friend.getresponse()
            return answer.status, answer.read()

        friendly(JAYS)
        clients = []
        for number in range(400):
            client = socket.socket()
            client.settimeout(5)
            try:
                client.connect(server.address)
            except OSError:
                client.close()
                break
            clients.append(client)
        time.sleep(0.7)
        began = cpu(server)
        time.sleep(1)
        used = cpu(server) - began
        check(used < 0.5, f"{len(clients)} idle clients with {limit} descriptors do not make it spin", used)
        answer = friendly("/observations?sort=-num,latitude&format=csv")
        check(answer[0] == 200 and answer[1].count(b"\n") > 50_000, "a long answer still finds descriptors for its database")
        for client in clients:
            client.close()
        eventually("it accepts again", lambda: answers(server))


def answers(server):
    with contextlib.suppress(OSError, http.client.HTTPException):
        return ask(server, JAYS, timeout=3)[0] in (200, 400)
    return False


def cpu(server):
    fields = pathlib.Path(f"/proc/{server.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


# Memory -----------------------------------------------------------------------------------------------------------------------

def memory(database, folder):
    """Sorts and summaries that nobody reads share a bounded memory; also where the system gives little."""
    target = "/summary?by=species,location,date"
    for limit in (None, 300 << 20):
        under = ("prlimit", f"--as={limit}") if limit else ()
        with Server(database, "--query-timeout", 60, under=under) as server:
            clients = [slow_reader(server, target, f"127.0.1.{number // 8 + 1}") for number in range(64)]
            statuses = [status(client) for client in clients]
            served = sum(number == 200 for number, _ in statuses)
            codes = {name for number, name in statuses if number != 200}
            check(served > 0 and all(number in (200, 503) for number, _ in statuses) and codes <= {"out-of-memory", "too-busy", None},
                  f"64 slow readers of a large summary{' with 300 MiB of address space' if limit else ''}: {served} are served, and the "
                  "others are told that there is too much", statuses)
            highest = server.memory("VmHWM") >> 20
            check(highest < 600, f"they take at most {highest} MB", highest)
            check(ask(server, JAYS)[0] in (200, 400), "other clients are served")
            for client in clients:
                client.close()
            eventually("afterwards a summary is served", lambda: ask(server, "/summary?by=species,year", timeout=60)[0] == 200)
            check(server.stop() == 0, "and the server stops in order")


# Fairness ---------------------------------------------------------------------------------------------------------------------

def shares(database, folder):
    with Server(database) as server:
        mine = [slow_reader(server, "/observations", "127.0.0.2") for _ in range(9)]
        statuses = [status(client) for client in mine]
        check(sorted(number for number, _ in statuses) == [200] * 8 + [503] and (503, "too-many-answers") in statuses,
              "a client has eight long answers, and a ninth is refused", statuses)
        check(status(slow_reader(server, "/observations", "127.0.0.3"))[0] == 200, "another client has its own")
        for client in mine:
            client.close()
    with Server(database, "--query-timeout", 60, "--workers", 2) as server:
        clients = [slow_reader(server, f"/observations?sort=-num,latitude&min_num={number % 5}&limit=5", "127.0.0.2")
                   for number in range(12)]
        time.sleep(0.3)
        for client in clients:
            client.close()
        # Ended at once, so nearly no time is used afterwards.
        time.sleep(0.2)
        began = cpu(server)
        time.sleep(1)
        check(cpu(server) - began < 0.2, "twelve sorts end when their clients close", cpu(server) - began)


# Logs -------------------------------------------------------------------------------------------------------------------------

def logs(database, folder):
    """Nobody reads what the server writes to its standard output and standard error."""
    process = subprocess.Popen([PROGRAM, "serve", "--database", database, "--port", "0", "--password", PASSWORD], env=environment(),
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    line = process.stdout.readline().decode()
    port = int(line.rsplit(":", 1)[1])
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        for number in range(3000):
            # Each has a line of its own in both logs.
            client.request("GET", JAYS + "&fields=id,date,num,species_id,loc_id", headers={"Password": PASSWORD if number % 3 else f"wrong{number}"})
            answer = client.getresponse()
            answer.read()
        client.request("GET", "/metrics", headers={"Password": PASSWORD})
        answer = client.getresponse()
        text = answer.read().decode()
        # After so many wrong passwords, right ones from here still pass.
        lost = float(next(line.split()[1] for line in text.splitlines() if line.startswith("rookery_log_lines_lost_total")))
        check(answer.status == 200 and lost > 500, f"requests go on where nobody reads the logs, and {lost:.0f} lost lines are counted")
    finally:
        process.terminate()
        process.stdout.close()
        process.wait(30)


def full_logs(database, folder):
    """The logs may not grow any more: the disk is full, or a limit is reached. SIGXFSZ comes with it."""
    log = folder / "access.log"
    server = Server(database, "--access-log", log, under=["bash", "-c", 'ulimit -f 16; exec "$@"', "bash"])
    with server:
        for _ in range(400):
            status, _ = ask(server, JAYS)
            if status != 200:
                check(False, "requests go on where the log is full", status)
        text = ask(server, "/metrics")[1].decode()
        lost = float(next(line.split()[1] for line in text.splitlines() if line.startswith("rookery_log_lines_lost_total")))
        check(lost > 100 and log.stat().st_size <= 16 * 1024, f"requests go on where the log is full, and {lost:.0f} lost lines are counted")
        check(server.stop() == 0, "and it stops in order")
    with Server(database, "--access-log", "/dev/full") as server:
        check(all(ask(server, JAYS)[0] == 200 for _ in range(100)) and server.stop() == 0, "so does one on a full disk")


# Clocks -----------------------------------------------------------------------------------------------------------------------

def clock_steps(database, folder):
    """The wall clock of the server goes forward and back by days while clients are connected and a query is under way."""
    compiler = pathlib.Path(shutil.which("swift")).resolve().parent / "clang"
    library, step = folder / "stepped_clock.so", folder / "step"
    subprocess.run([compiler, "-O1", "-fPIC", "-shared", "-o", library, pathlib.Path(__file__).parent / "stepped_clock.c"], check=True)
    step.write_text("0")
    under = ["env", f"LD_PRELOAD={library}", f"STEPPED_CLOCK={step}"]

    def day(answer):
        return email.utils.parsedate_to_datetime(answer.getheader("Date")).timestamp() // 86400

    with Server(database, "--threads", "1", "--grace", "2", under=under) as server:
        idle = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        slow = slow_reader(server, "/observations?format=csv", "127.0.0.1")
        days = []
        for jump in (0, 3, -3, 0):
            step.write_text(str(jump * 86_400))
            time.sleep(1.2)
            began = time.monotonic()
            idle.request("GET", "/observations?limit=3", headers={"Password": PASSWORD})
            answer = idle.getresponse()
            answer.read()
            days.append(day(answer))
            check(answer.status == 200 and time.monotonic() - began < 1 and ask(server, "/health")[0] == 200,
                  f"a connection goes on where the clock is wrong by {jump} days", (answer.status, time.monotonic() - began))
        check(days == [days[0], days[0] + 3, days[0] - 3, days[0]], "and its dates are those of the clock", days)
        received = 0
        while (block := slow.recv(1 << 16)) and not block.endswith(b"0\r\n\r\n"):
            received += len(block)
        check(block != b"" and received > 100_000, "an answer under way comes to its end", (block[-40:], received))
        # The server waits for this one, and the clock goes back meanwhile.
        waiting = slow_reader(server, "/observations?format=csv", "127.0.0.1")
        time.sleep(0.2)
        began = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        step.write_text(str(-3 * 86_400))
        server.process.wait(20)
        check(time.monotonic() - began < 5, "and SIGTERM ends it in time", time.monotonic() - began)
        waiting.close()


# The file ---------------------------------------------------------------------------------------------------------------------

def files(database, folder):
    other = folder / "served.db"
    good = pathlib.Path(database).read_bytes()

    def replace(content):
        new = folder / "new.db"
        new.write_bytes(content)
        os.replace(new, other)

    replace(good)
    with Server(other, "--threads", "2") as server:
        def is_served():
            # Several connections, so that each loop has some.
            return all(ask(server, JAYS, timeout=10)[0] == 200 for _ in range(8))

        def put(kind):
            with contextlib.suppress(FileNotFoundError):
                if other.is_dir():
                    other.rmdir()
                else:
                    other.unlink()
            if kind == "a directory":
                other.mkdir()
            elif kind == "a pipe":
                os.mkfifo(other)
            elif kind == "cut off":
                other.write_bytes(good[:len(good) // 2])
            elif kind == "empty":
                other.write_bytes(b"")
            elif kind == "random":
                other.write_bytes(os.urandom(len(good)))

        # Until then, a loop may not have opened it.
        eventually("each loop has the database", is_served)
        for kind in ("deleted", "a directory", "a pipe", "cut off", "empty", "random"):
            put(kind)
            time.sleep(0.3)
            check(is_served(), f"the database is {kind}: the old one is still served")
        if other.is_dir():
            other.rmdir()
        replace(good)
        time.sleep(0.3)
        check(is_served(), "a good one is taken up again")
        # In place, as `truncate` or a copy over it does: that damages the file that is open.
        with open(other, "r+b") as file:
            file.truncate(4096)
        time.sleep(0.3)
        statuses = {ask(server, target, timeout=20)[0] for target in (JAYS, "/summary?by=species", "/health", "/observations?sort=-num") for _ in range(6)}
        check(statuses <= {200, 503} and ask(server, "/health")[0] == 200, "cut in place: each answer is right or a 503", statuses)
        replace(good)
        eventually("and a good one is taken up", is_served)
        check(server.stop() == 0, "the server stops in order")


# System calls -----------------------------------------------------------------------------------------------------------------

def system_calls(database, folder):
    """strace makes calls fail that may fail on a full or broken machine."""
    if subprocess.run(["strace", "-o", os.devnull, "true"], capture_output=True).returncode != 0:
        print("skipped: strace may not trace here")
        return
    for fault in ("pread64:error=EIO:when=40+3", "pread64:error=ENOMEM:when=40+3", "accept4:error=EMFILE:when=3+2",
                  "accept4:error=ECONNABORTED:when=2+2", "sendto,sendmsg:error=ENOBUFS:when=5+4", "recvfrom:error=ENOMEM:when=5+4",
                  "write:error=ENOSPC:when=3+2", "openat:error=EMFILE:when=60+2", "mmap:error=ENOMEM:when=200+5"):
        server = Server(database, "--threads", "2")
        try:
            tracer = subprocess.Popen(["strace", "-f", "-qq", "-o", os.devnull, "-p", str(server.process.pid), "-e", f"inject={fault}"],
                                      stderr=subprocess.PIPE)
            time.sleep(0.7)
            statuses = set()
            end = time.monotonic() + 3
            while time.monotonic() < end:
                for target in (JAYS, "/summary?by=species,year", "/observations?sort=-num&limit=20", "/observations?format=csv"):
                    with contextlib.suppress(OSError, http.client.HTTPException):
                        statuses.add(ask(server, target, timeout=3)[0])
            tracer.terminate()
            tracer.wait(10)
            check(server.process.poll() is None and statuses <= {200, 503}, f"{fault}: it lives, and answers {sorted(statuses)}",
                  (server.process.poll(), statuses, server.output()[-500:]))
            eventually("afterwards it answers as before", lambda: answers(server))
            check(server.stop() == 0, "and stops in order")
        finally:
            server.__exit__()


def main():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="rookery-faults-"))
    try:
        small, large = sample_database(folder), large_database(folder)
        for part, database in ((signals, small), (descriptors, large), (memory, large), (shares, large), (logs, small), (full_logs, small), (clock_steps, large), (files, small),
                               (system_calls, small)):
            if len(sys.argv) < 2 or part.__name__ in sys.argv[1:]:
                part(database, folder)
    finally:
        shutil.rmtree(folder)


main()
