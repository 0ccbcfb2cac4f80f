"""People with passwords of their own: `rookery users` and htpasswd edit one file in turns, and a server takes it up."""

import base64
import os
import pathlib
import pty
import re
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import termios
import time

import requests

from server import PROGRAM, PROJECT, Server, check, environment, rookery, sample_database

ALICE, BOB = "korrektes Pferd", "barn owls at dusk"


def htpasswd(file, *arguments):
    return subprocess.run(["htpasswd", *arguments], capture_output=True, text=True, timeout=60)


def on_a_terminal(arguments, answers):
    """Runs the program on a terminal, types an answer after each question, and gives what the terminal showed."""
    process, terminal = pty.fork()
    if process == 0:
        # Whoever runs this in the background has it ignored.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.execve(PROGRAM, [PROGRAM, *map(str, arguments)], environment())
    shown = b""
    answers = list(answers)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        ready, _, _ = select.select([terminal], [], [], 1)
        if not ready:
            continue
        try:
            piece = os.read(terminal, 4096)
        except OSError:
            break
        if not piece:
            break
        shown += piece
        if answers and shown.rstrip(b" ").endswith(b":"):
            os.write(terminal, answers.pop(0))
    _, status = os.waitpid(process, 0)
    return shown.decode(), status


def signalled(arguments, number):
    """Sends a signal to the program while it waits for a password: how it ends, and whether the terminal shows what is typed."""
    terminal, other = pty.openpty()
    # Swift's runtime takes SIGQUIT for a crash, of which it would print a backtrace.
    variables = {**environment(), "SWIFT_BACKTRACE": "enable=no"}
    process = subprocess.Popen([PROGRAM, *map(str, arguments)], env=variables, stdin=other, stdout=other, stderr=other,
                               preexec_fn=lambda: signal.signal(number, signal.SIG_DFL))
    shown = b""
    while b"New password" not in shown:
        shown += os.read(terminal, 4096)
    hidden = not termios.tcgetattr(other)[3] & termios.ECHO
    process.send_signal(number)
    status = process.wait(30)
    shows = bool(termios.tcgetattr(other)[3] & termios.ECHO)
    os.close(terminal)
    os.close(other)
    return status, hidden and shows


def commands(folder):
    users = pathlib.Path(folder, "users")
    add = lambda name, password: rookery("users", "add", name, "--users", users, input=password)
    done = add("alice", ALICE + "\n")
    check(done.returncode == 0 and "Added alice" in done.stdout and users.stat().st_mode & 0o777 == 0o600,
          "a person is added to a new file, which only its owner can read", done.stderr)
    check(htpasswd(users, "-vb", users, "alice", ALICE).returncode == 0, "htpasswd takes the password")
    check(htpasswd(users, "-bB", users, "bob", "owl").returncode == 0, "htpasswd adds another")
    users.write_text("# wardens\n" + users.read_text())
    for password, why in [("owl-owl", "too short"), ("I am alice", "contains the name"), ("1q2w3e4r5t", "many people"),
                          ("sommer2026", "one word"), ("abcdefghij", "counts up"),
                          ("", "no password"), ("x" * 73, "too long")]:
        done = rookery("users", "passwd", "alice", "--users", users, input=password + "\n")
        check(done.returncode == 2 and why in done.stderr and (not password or password not in done.stderr), f"a password is refused: {why}", done.stderr)
    done = rookery("users", "passwd", "bob", "--users", users, input=BOB)
    check(done.returncode == 0 and htpasswd(users, "-vb", users, "bob", BOB).returncode == 0, "a password is changed", done.stderr)
    check(users.read_text().startswith("# wardens\nalice:$2y$12$"), "comments stay")
    done = add("bob", "x")
    check(done.returncode == 2 and "already" in done.stderr, "nobody is added twice", done.stderr)
    check(rookery("users", "list", "--users", users).stdout == "alice\nbob\n", "the people are listed")
    check(rookery("users", "check", "--users", users).returncode == 0, "the file is right")

    shown, status = on_a_terminal(["users", "add", "carla", "--users", users], [b"quiet please\n", b"quiet please\n"])
    check(status == 0 and "quiet" not in shown and htpasswd(users, "-vb", users, "carla", "quiet please").returncode == 0,
          "a terminal does not show the password", shown)
    shown, status = on_a_terminal(["users", "passwd", "carla", "--users", users], [b"quiet please\n", b"quite please\n"])
    check(status != 0 and "differ" in shown, "a slip of the finger is noticed", shown)
    shown, status = on_a_terminal(["users", "passwd", "carla", "--users", users], [b"\x03"])
    check(os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGINT, "Ctrl-C ends it", shown)
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGHUP):
        status, shows = signalled(["users", "passwd", "carla", "--users", users], number)
        check(status == -number and shows, f"{number.name} gives the terminal back, and ends it", status)

    htpasswd(users, "-bm", users, "dora", "apache's own")
    done = rookery("users", "check", "--users", users)
    check(done.returncode == 2 and "line 5" in done.stderr and "MD5" in done.stderr and "rookery users passwd dora" in done.stderr,
          "a weak hash is named with its line", done.stderr)
    check(rookery("users", "passwd", "dora", "--users", users, input="a better one").returncode == 0
          and rookery("users", "check", "--users", users).returncode == 0, "and its advice mends it")
    done = rookery("users", "remove", "dora", "--users", users)
    check("rookery rights remove dora --rights FILE" in done.stderr, "a line of rights that may be left is told", done.stderr)
    check(done.returncode == 0 and rookery("users", "list", "--users", users).stdout == "alice\nbob\ncarla\n", "somebody is removed")
    check(rookery("users", "remove", "dora", "--users", users).returncode == 2, "and not twice")
    for words, meant in [("users delete dora", "did you mean 'rookery users remove'?"), ("rights add dora all", "did you mean 'rookery rights set'?"),
                         ("user add dora", "did you mean 'rookery users'?"), ("users edit", "there are add, passwd, remove, list, check")]:
        done = rookery(*words.split())
        check(done.returncode == 2 and meant in done.stderr, f"'{words}' is no command", done.stderr)
    rights = pathlib.Path(folder, "old-rights")
    rights.write_text("dora\n")
    done = rookery("users", "add", "dora", "--users", users, "--rights", rights, input="a better one")
    check(done.returncode == 0 and f"rookery rights show dora --rights {rights}" in done.stderr, "a new person with an old line is told", done.stderr)
    rookery("users", "remove", "dora", "--users", users, "--rights", rights)
    check(rights.read_text() == "", "and removed from both files")
    done = rookery("users", "add", "x y", "--users", users, input="sommer2026")
    check(done.returncode == 2, "a word with a year is no password")
    return users


def serving(folder, users):
    database = sample_database(folder)
    refused = lambda *options: rookery("serve", "--database", database, "--port", "0", *options)
    users.chmod(0o644)
    done = refused("--users", users)
    check(done.returncode == 2 and f"chmod 600 {users}" in done.stderr, "a file that others can read is refused", done.stderr)
    users.chmod(0o600)
    bad = pathlib.Path(folder, "bad")
    bad.write_text("alice:plain text\n\nbob\n")
    bad.chmod(0o600)
    done = refused("--users", bad)
    check(done.returncode == 2 and f"{bad}, line 1: " in done.stderr and f"{bad}, line 3: " in done.stderr and "plain text" not in done.stderr,
          "wrong lines stop the start, each with its number", done.stderr)

    with Server(database, credentials=["--users", users]) as server:
        url = f"{server.url}/?limit=1"
        alice, bob = requests.Session(), requests.Session()
        alice.auth, bob.auth = ("alice", ALICE.encode()), ("bob", BOB.encode())
        check(alice.get(url).status_code == bob.get(url).status_code == 200, "200  each person with their own password")
        for what, auth in {"another's": ("alice", BOB), "a wrong": ("alice", "x"), "nobody's": ("eve", ALICE)}.items():
            answer = requests.get(url, auth=auth)
            check(answer.status_code == 401 and "incorrect or missing password" in answer.text, f"401  {what} password", answer.text)
        used = lambda: sum(map(int, pathlib.Path(f"/proc/{server.process.pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]))
        before = used()
        for _ in range(50):
            alice.get(url)
        ticks = used() - before
        check(ticks < 2 * os.sysconf("SC_CLK_TCK"), "50 requests check no hash again, which would take 10 seconds", ticks)

        def reload():
            server.process.send_signal(signal.SIGHUP)
            seen = server.output().count("read again") + server.output().count("not taken up")
            deadline = time.monotonic() + 10
            while server.output().count("read again") + server.output().count("not taken up") == seen and time.monotonic() < deadline:
                time.sleep(0.01)

        rookery("users", "remove", "alice", "--users", users)
        check(alice.get(url).status_code == 200, "200  before SIGHUP nothing changes")
        began = time.monotonic()
        server.process.send_signal(signal.SIGHUP)
        while alice.get(url).status_code == 200 and time.monotonic() < began + 10:
            pass
        took = time.monotonic() - began
        check(alice.get(url).status_code == 401, "401  who was removed is out, on an open connection too")
        # A second, and one more for a busy machine.
        check(took < 2, "within a second", took)
        check(bob.get(url).status_code == 200, "200  the others stay")
        good = users.read_bytes()
        users.write_text("bob:plain text\n")
        reload()
        check("line 1: the password of 'bob' is not hashed" in server.output(), "a bad file is logged with its line", server.output())
        check(bob.get(url).status_code == 200, "200  and the people stay as they were")
        users.write_bytes(good)
        rookery("users", "add", "eve", "--users", users, input=ALICE)
        reload()
        check(requests.get(url, auth=("eve", ALICE)).status_code == 200, "200  who was wrong before and is right now")

        for index in range(20):
            answer = requests.get(url, auth=("bob", f"guess {index}"))
            if answer.status_code == 429:
                break
        check(answer.status_code == 429 and 1 <= int(answer.headers["Retry-After"]) <= 900, "429  who guesses has to wait", answer.text)
        check(bob.get(url).status_code == 200, "200  and who was logged in there is served")
        check("failed login from 127.0.0.1" in server.output() and "guess" not in server.output(), "failed logins are logged, without names and passwords")
        fail2ban(folder, server)
        check(server.stop() == 0, "SIGTERM stops it")

    with Server(database, "--log-format", "json", credentials=["--users", users]) as server:
        requests.get(server.url, auth=("bob", "x"))
        fail2ban(folder, server)

    with Server(database, "--users", users) as server:
        url = f"{server.url}/?limit=1"
        check(requests.get(url, headers={"Password": "mumble"}).status_code == 200, "200  a shared password beside people")
        check(requests.get(url, auth=("anybody", "mumble")).status_code == 200, "200  with any other name")
        check(requests.get(url, auth=("bob", "mumble")).status_code == 401, "401  but not with the name of a person")


def fail2ban(folder, server):
    if not shutil.which("fail2ban-regex"):
        print("--  there is no fail2ban-regex here, so nothing tries docs/fail2ban")
        return
    lines = pathlib.Path(folder, "events")
    lines.write_text(server.output())
    found = subprocess.run(["fail2ban-regex", lines, PROJECT / "docs/fail2ban/rookery.conf"], capture_output=True, text=True).stdout
    failures = server.output().count("failed login")
    check(failures and f" {failures} matched" in found, f"fail2ban finds the {failures} failed logins", found)


def shared_password(folder):
    """SIGHUP takes up another shared password, and whoever has the old one is out."""
    file = pathlib.Path(folder, "password")
    file.write_text("mumble\n")
    database = pathlib.Path(folder, "birds.db")
    with Server(database, credentials=["--password-file", file]) as server:
        url = f"{server.url}/?limit=1"
        ask = lambda password: session.get(url, headers={"Password": password}).status_code
        session = requests.Session()
        check(ask("mumble") == 200, "200  with the shared password")

        def reload(mark):
            seen = server.output().count(mark)
            server.process.send_signal(signal.SIGHUP)
            deadline = time.monotonic() + 10
            while server.output().count(mark) == seen and time.monotonic() < deadline:
                time.sleep(0.01)

        file.write_text("another one\n")
        reload("was read again")
        check((ask("mumble"), ask("another one")) == (403, 200), "403  with the old one after SIGHUP", server.output())
        file.write_text("\n")
        reload("not taken up")
        check(f"{file} was not taken up: the shared password stays as it was" in server.output(), "a bad file is logged", server.output())
        check(ask("another one") == 200, "200  and the password stays as it was")
        check("another" not in server.output(), "no password is logged", server.output())


def abandoned(folder, users):
    """Guesses of clients that reset their connections count if they are checked, and are not checked if they wait."""
    database = pathlib.Path(folder, "birds.db")
    with Server(database, "--trusted-proxy", "127.0.0.1", credentials=["--users", users]) as server:
        def guess(index, address, seconds):
            with socket.create_connection(server.address) as raw:
                token = base64.b64encode(f"nobody {index}:x".encode()).decode()
                raw.sendall(f"GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: {address}\r\nAuthorization: Basic {token}\r\n\r\n".encode())
                time.sleep(seconds)
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

        ask = lambda address, password: requests.get(
            f"{server.url}/?limit=1", auth=("bob", password.encode()), headers={"X-Forwarded-For": address}).status_code
        failures = lambda address: server.output().count(f"failed login from {address}\n")
        for index in range(60):
            guess(index, "192.0.2.3", 0.01)
        check(ask("192.0.2.2", BOB) == 200, "200  a right password from elsewhere, after 60 guesses")
        check(failures("192.0.2.3") <= 12, f"{failures('192.0.2.3')} of them were checked, and logged", server.output())
        # These are gone while they are checked. On a busy machine, some are gone before.
        for index in range(100, 160):
            before = failures("192.0.2.1")
            if before >= 10:
                break
            guess(index, "192.0.2.1", 0.05)
            deadline = time.monotonic() + 1
            while failures("192.0.2.1") == before and time.monotonic() < deadline:
                time.sleep(0.01)
        check(failures("192.0.2.1") == 10, "10 guesses that nobody waited for were checked, and logged", server.output())
        # The first wait is only a second.
        check(429 in [ask("192.0.2.1", f"x{index}") for index in range(3)], "429  from where the guesses came, although nobody waited for the answers")


def stray_signals():
    """`pkill` sends a signal for the server to other commands too."""
    pipes = dict(stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    with subprocess.Popen([PROGRAM, "audit", "-"], env=environment(), **pipes) as process:
        wanted = 1 << signal.SIGHUP - 1 | 1 << signal.SIGUSR1 - 1
        ignored = lambda: int(re.search(r"SigIgn:\s*(\w+)", pathlib.Path(f"/proc/{process.pid}/status").read_text())[1], 16)
        deadline = time.monotonic() + 20
        while ignored() & wanted != wanted and time.monotonic() < deadline:
            time.sleep(0.01)
        for number in (signal.SIGHUP, signal.SIGUSR1):
            process.send_signal(number)
        process.communicate()
        check(process.returncode == 0, "SIGHUP and SIGUSR1 don't end a command that has no terminal", process.returncode)


def main():
    with tempfile.TemporaryDirectory() as folder:
        users = commands(folder)
        serving(folder, users)
        abandoned(folder, users)
        shared_password(folder)
    stray_signals()


main()
