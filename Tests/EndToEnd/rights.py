"""What people may see: `rookery rights`, and a server that takes a right back while an answer is under way."""

import os
import pathlib
import random
import signal
import socket
import tempfile
import time

import requests

from server import Server, check, import_files, rookery, sample_database

PASSWORDS = {"alice": "korrektes Pferd", "bob": "barn owls at dusk", "carla": "quiet please"}
GRACE = 3


def commands(folder):
    users, rights = pathlib.Path(folder, "users"), pathlib.Path(folder, "rights")
    for name, password in PASSWORDS.items():
        check(rookery("users", "add", name, "--users", users, input=password).returncode == 0, f"{name} is added")
    run = lambda *arguments: rookery("rights", *arguments, "--rights", rights, "--users", users)
    done = run("set", "alice", "metrics", "regions=CA,US-AK", "datasets=atlas,winter counts", "expires=2099-01-31")
    check(done.returncode == 0 and "Set the rights of alice" in done.stdout and rights.stat().st_mode & 0o777 == 0o600,
          "rights are given in a new file, which only its owner can read", done.stderr)
    line = 'alice metrics regions=CA,US-AK datasets=atlas,"winter counts" expires=2099-01-31\n'
    check(rights.read_text() == line, "in one line", rights.read_text())
    now = "the records of atlas and winter counts in CA and US-AK, and /metrics, until 2099-01-31"
    check(f"Before: nothing.\nNow: {now}.\n" in done.stdout, "and said in words", done.stdout)
    check(run("show").stdout == line == run("show", "alice").stdout, "they are shown")
    for words, why in [(["expires=2098-01-31"], "say which records"), (["metrics"], "say which records"), ([], "say which records"),
                       (["regions=CA", "expires=2098-01-31"], 'alice has datasets=atlas,"winter counts" now'),
                       (["all"], "alice has expires=2099-01-31 now")]:
        done = run("set", "alice", *words)
        check(done.returncode == 2 and why in done.stderr and rights.read_text() == line, f"no limit goes unsaid: {' '.join(words)}", done.stderr)
    rights.write_text("# wardens\n" + line.replace("\n", "  # until then\n") + "broken line\n")
    done = run("set", "alice", "regions=US", "--drop-limits")
    check(rights.read_text() == "# wardens\nalice regions=US  # until then\nbroken line\n", "comments and other lines stay", rights.read_text())
    check(done.returncode == 1 and f"{rights}, line 3: 'line' is not a right" in done.stderr and "SIGHUP" not in done.stdout,
          "no server takes it up while another line is wrong", done.stderr)
    done = run("check")
    check(done.returncode == 2 and f"{rights}, line 3: 'line' is not a right" in done.stderr, "a wrong line is named", done.stderr)
    rights.write_text("alice regions=US\n")
    for words, why in [(["bob", "precise"], "say which records"), (["bob", "all", "precise-regions=CA-YT-001"], "write CA-YT"),
                       (["bob", "all", "precise", "precise-datasets=a"], "'precise' is for everywhere"),
                       (["bob", "regions=CA", "precise-regions=US"], "none of the regions in 'regions'")]:
        done = run("set", *words)
        check(done.returncode == 2 and why in done.stderr and rights.read_text() == "alice regions=US\n", f"refused: {why}", done.stderr)
    for words, said in [(["precise"], "with exact places"),
                        (["precise-datasets=atlas,winter counts", "precise-regions=US-AK"], "with exact places in US-AK, and of atlas and winter counts"),
                        ([], None)]:
        done = run("set", "alice", "regions=US", *words)
        now = "the records in US" + (f", {said}" if said else "")
        check(done.returncode == 0 and f"Now: {now}.\n" in done.stdout, f"exact places: {now}", done.stdout)
    check("Before: the records in US, with exact places in US-AK, and of atlas and winter counts.\n" in done.stdout
          and rights.read_text() == "alice regions=US\n", "and none", done.stdout)
    for words, why in [(["bob", "region=US"], "is not a right"), (["bob", "regions=us"], "write US"), (["bob", "expires=never"], "is not a date"),
                       (["@all"], "is not a group"), (["bob", "datasets=a\neve metrics"], "control characters")]:
        done = run("set", *words)
        check(done.returncode == 2 and why in done.stderr and rights.read_text() == "alice regions=US\n", f"refused: {why}", done.stderr)
    done = run("set", "zoe", "all")
    check(done.returncode == 0 and "zoe is not in the users file" in done.stderr, "a name in no users file is a warning", done.stderr)
    done = run("check")
    check(done.returncode == 0 and "line 2: 'zoe' is not in the users file" in done.stderr and "2 lines" in done.stdout, "and here too", done.stderr)
    done = run("remove", "zoe")
    check(done.returncode == 0 and not done.stderr, "a line is removed", done.stderr)
    check(run("remove", "zoe").returncode == 2, "and not twice")
    check(run("show", "bob").stdout == "bob has no rights.\n", "who has no line has no rights")
    run("set", "@users", "regions=US,CA")
    check(run("show", "bob").stdout == "@users regions=US,CA\n", "or those of the group")
    check("Before: as @users: the records in US and CA.\nNow: nothing.\n" in run("set", "bob", "none").stdout and run("show", "bob").stdout == "bob none\n",
          "or nothing, whatever the group has")
    run("remove", "bob")
    rights.write_text(rights.read_text() + "broken line\n")
    done = run("remove", "alice")
    check(done.returncode == 1 and "alice has the rights of @users now" in done.stderr and "line 2: 'line' is not a right" in done.stderr,
          "removing a line may show more, with a warning", done.stderr)
    rights.write_text(rights.read_text().replace("broken line\n", ""))
    done = run("set", "alice", "all", "expires=2020-01-01", "--drop-limits")
    check("is over" in done.stderr and "expired" in run("show", "alice").stderr, "who has expired is told so")
    done = rookery("users", "remove", "carla", "--users", users, "--rights", rights)
    check(done.returncode == 0 and "rights" not in done.stdout, "somebody without a line is removed", done.stderr)
    done = rookery("users", "remove", "alice", "--users", users, "--rights", rights)
    check(done.returncode == 0 and rights.read_text() == "@users regions=US,CA\n" and "Removed the rights of alice" in done.stdout,
          "a person is removed with their line", done.stderr)
    half_removed(users, rights)
    rights.write_text("alice #regions=US\n")
    done = run("check")
    check(done.returncode == 0 and f"{rights}, line 1: 'regions=US' is in a comment" in done.stderr, "a limit in a comment is told", done.stderr)
    rights.write_text("alice regions=US expires=soon\n")
    done = run("set", "alice", "regions=US")
    check(done.returncode == 2 and "line 1, that of alice, has a mistake" in done.stderr and "soon" in rights.read_text(),
          "no limit goes that can't be read", done.stderr)
    rights.write_text("@users regions=US,CA\n")
    users.write_bytes(users.read_bytes() + b"eve:plain\n")
    run("set", "bob", "regions=US")
    done = rookery("users", "remove", "bob", "--users", users, "--rights", rights)
    check(done.returncode == 1 and f"{users}, line 1: " in done.stderr and "no server takes this up" in done.stderr and "bob" in rights.read_text(),
          "no server takes a removal up while another line is wrong", done.stderr)
    users.write_bytes(users.read_bytes().replace(b"eve:plain\n", b""))
    for name in ("alice", "bob", "carla"):
        rookery("users", "add", name, "--users", users, input=PASSWORDS[name])
    rights.unlink()
    return users, rights


def half_removed(users, rights):
    """Whatever is wrong with the file of rights, whoever is removed can't log in any more."""
    before = users.read_bytes()
    cut = rights.with_name("cut")
    cut.write_text("bob regions=CA\n@users regions=U")
    cut.chmod(0o600)
    for path, why in ((rights.with_name("missing"), "can't be read"), (cut, "its end may be missing")):
        remove = lambda: rookery("users", "remove", "bob", "--users", users, "--rights", path)
        done = remove()
        advice = f"rookery rights remove bob --rights {path}"
        check(done.returncode == 1 and "Removed bob" in done.stdout and why in done.stderr and advice in done.stderr,
              f"the login goes although the file of rights {why}", done.stderr)
        check(b"bob:" not in users.read_bytes(), "and is not left")
        done = remove()
        check(done.returncode == 2 and (path != cut or advice in done.stderr), "and twice it says what is left", done.stderr)
        users.write_bytes(before)


def auth(name):
    return name, PASSWORDS[name].encode()


def reload(server, marks=2):
    """Waits for so many files."""
    wanted, marks = marks, lambda: server.output().count("read again") + server.output().count("not taken up")
    seen = marks()
    server.process.send_signal(signal.SIGHUP)
    deadline = time.monotonic() + 10
    while marks() < seen + wanted and time.monotonic() < deadline:
        time.sleep(0.01)
    check(marks() == seen + wanted, "SIGHUP reads all files")


def starting(folder, database, users, rights):
    refused = lambda *options: rookery("serve", "--database", database, "--port", "0", "--users", users, "--rights", rights, *options)
    rights.write_text("alice regions=US\nbob region=CA\n\neve expires=tomorrow\n")
    rights.chmod(0o600)
    done = refused()
    check(done.returncode == 2 and f"{rights}, line 2: " in done.stderr and f"{rights}, line 4: " in done.stderr, "wrong lines stop the start", done.stderr)
    rights.write_text("alice regions=US\n")
    rights.chmod(0o644)
    done = refused()
    check(done.returncode == 2 and f"chmod 600 {rights}" in done.stderr, "a file that others can read is refused", done.stderr)
    rights.chmod(0o666)
    done = refused("--insecure-permissions")
    check(done.returncode == 2 and f"other accounts can change {rights}" in done.stderr, "one that others can change always is", done.stderr)
    rights.chmod(0o644)
    for command in ("users", "rights"):
        run = lambda *options: rookery(command, "check", f"--{command}", {"users": users, "rights": rights}[command], *options)
        {"users": users, "rights": rights}[command].chmod(0o644)
        check(run().returncode == 2 and run("--insecure-permissions").returncode == 0, f"{command} check takes what the server takes")
    users.chmod(0o600)
    if os.geteuid() == 0:
        os.chown(rights, 4711, 4711)
        for mode in (0o600, 0o660, 0o664, 0o666):
            rights.chmod(mode)
            for options in ([], ["--insecure-permissions"]):
                done = refused(*options)
                check(done.returncode == 2 and "belongs to account number 4711" in done.stderr, f"a file of another account is refused: {mode:o}", done.stderr)
        os.chown(rights, 0, 4711)
        for mode in (0o660, 0o620, 0o606):
            rights.chmod(mode)
            done = refused("--insecure-permissions")
            check(done.returncode == 2 and "other accounts can change" in done.stderr, f"and one that its group can change: {mode:o}", done.stderr)
        rights.chmod(0o640)
        check(rookery("rights", "check", "--rights", rights).returncode == 0, "the group of a file of root may read it")
        os.chown(rights, 0, 0)
        rights.chmod(0o644)
    rights.chmod(0o600)
    shared = pathlib.Path(folder, "shared")
    shared.mkdir()
    for name, options in (("users", ["--users"]), ("rights", ["--users", users, "--rights"]), ("password", ["--password-file"])):
        path = shared / name
        path.write_text({"users": users.read_text(), "rights": "alice\n", "password": "mumble\n"}[name])
        path.chmod(0o600)
        shared.chmod(0o777)
        done = rookery("serve", "--database", database, "--port", "0", *options, path)
        check(done.returncode == 2 and f"every account can replace {path}" in done.stderr and f"chmod o-w {shared}" in done.stderr,
              f"a file of --{name} in a folder of everybody is refused", done.stderr)
        with Server(database, "--insecure-permissions", credentials=[*options, path]):
            check(True, "and taken if that is meant")
        shared.chmod(0o1777)
        with Server(database, credentials=[*options, path]) as server:
            check("every account" not in server.output(), "or if nobody else can replace it")
            if name == "password":
                path.chmod(0o644)
                server.process.send_signal(signal.SIGHUP)
                told = lambda: f"warning: other accounts can read {path}" in server.output()
                deadline = time.monotonic() + 10
                while not told() and time.monotonic() < deadline:
                    time.sleep(0.01)
                check(told(), "a password that others can read is told after a reload too")
    rights.chmod(0o644)
    rights.write_text("alice regions=US,XX datasets=feederwatch,nest\nbob precise-regions=US,YY precise-datasets=nests\n")
    done = rookery("rights", "check", "--rights", rights, "--database", database, "--insecure-permissions")
    check(done.returncode == 0 and f"{rights}, line 1: the database has no data set 'nest'" in done.stderr and "no region 'XX'" in done.stderr
          and f"{rights}, line 2: the database has no data set 'nests'" in done.stderr and "line 2: the database has no region 'YY'" in done.stderr,
          "names that the database does not have are told", done.stderr)
    with Server(database, "--rights", rights, "--insecure-permissions", credentials=["--users", users]) as server:
        check(f"{rights}, line 1: the database has no data set 'nest'" in server.output(), "and logged by a server", server.output())
    done = rookery("serve", "--database", database, "--port", "0", "--users", users, "--rights", users)
    check(done.returncode == 2 and "it is a line of a users file" in done.stderr and "$2y$" not in done.stderr, "no hash is shown where files were mixed up", done.stderr)
    rights.write_text("alice regions=US\n")
    with Server(database, "--rights", rights, "--insecure-permissions", credentials=["--users", users]) as server:
        check(requests.get(f"{server.url}/?limit=1", auth=auth("alice")).status_code == 200, "200  one that others can read is taken if that is meant")
    rights.chmod(0o600)


def serving(database, users, rights):
    rights.write_text("alice metrics regions=US\nbob regions=CA\n@shared regions=CA-YT\nzoe\n")
    with Server(database, "--users", users, "--rights", rights) as server:
        check(f"{rights}, line 4: 'zoe' is in no users file" in server.output(), "a name of nobody is a warning", server.output())
        session = requests.Session()
        regions = lambda auth=None, **more: {row["region"][:2] for row in session.get(f"{server.url}/regions", auth=auth, **more).json()}
        for _ in range(2):
            check(regions(auth("alice")) == {"US"} and regions(auth("bob")) == {"CA"}, "200  two people on one connection have their own records")
        shared = {row["region"] for row in requests.get(f"{server.url}/observations", params={"fields": "region"}, headers={"Password": "mumble"}).json()}
        check(shared == {"CA-YT"}, "200  the shared password has its line", shared)
        answer = session.get(f"{server.url}/", auth=auth("carla"))
        check(answer.status_code == 403 and answer.json()["code"] == "no-rights", "403  who has no line", answer.text)
        check(session.get(f"{server.url}/metrics", auth=auth("alice")).status_code == 200, "200  /metrics with the right to it")
        answer = session.get(f"{server.url}/metrics", auth=auth("bob"))
        check(answer.status_code == 403 and answer.json()["code"] == "no-rights", "403  and without", answer.text)
        tag = session.get(f"{server.url}/species", auth=auth("alice")).headers["ETag"]
        asked = lambda name: session.get(f"{server.url}/species", auth=auth(name), headers={"If-None-Match": tag}).status_code
        check(asked("alice") == 304 and asked("bob") == 200, "304  for one's own copy only")

        rights.write_text("alice regions=CA\nbob regions=C\n")
        reload(server)
        check(f"{rights}, line 2: 'C' is not the code of a region" in server.output() and "the rights stay as they were" in server.output(),
              "a bad file is logged with its line", server.output())
        check(regions(auth("alice")) == {"US"}, "200  and the rights stay as they were")
        good = users.read_bytes()
        users.write_text("alice:plain\n")
        rights.write_text("alice regions=US\nbob expires=2020-01-01\n")
        reload(server)
        check("the people stay as they were" in server.output() and session.get(f"{server.url}/", headers={"Password": "mumble"}).status_code == 403,
              "403  each file on its own, where that takes something away")
        answer = session.get(f"{server.url}/", auth=auth("bob"))
        check(answer.status_code == 403 and answer.json()["code"] == "expired", "403  who has expired", answer.text)
        # Carla is removed from both files, but only one of them is right.
        rights.write_text("alice regions=US\nbob expires=2020-01-01\ncarla regions=US\n")
        users.write_bytes(good)
        reload(server)
        check(regions(auth("carla")) == {"US"}, "200  carla has her line")
        users.write_bytes(b"".join(line for line in good.splitlines(True) if not line.startswith(b"carla:")) + b"eve:plain\n")
        rights.write_text("alice regions=US\nbob expires=2020-01-01\n@users\n")
        reload(server)
        check("'carla' sees no more than before until every file is right" in server.output(),
              "nobody sees more because only one of the files is right", server.output())
        check(regions(auth("carla")) == {"US"}, "200  carla sees what she saw")
        users.write_bytes(good)
        reload(server)
        check(regions(auth("carla")) == {"US", "CA"}, "200  who has no line has that of @users, once both are right")
        answer = session.get(f"{server.url}/", auth=auth("bob"))
        check(answer.status_code == 403 and answer.json()["code"] == "expired", "403  who has expired, whatever @users may see", answer.text)
        rights.write_text("carla none\n@users regions=US\n")
        reload(server)
        answer = session.get(f"{server.url}/", auth=auth("carla"))
        check(answer.status_code == 403 and answer.json()["code"] == "no-rights", "403  who has none, whatever @users may see", answer.text)

    taking_away(database, users, rights)

    rights.write_text("@public regions=US\nalice\n")
    with Server(database, "--public", "--rights", rights, credentials=[]) as server:
        check({row["region"][:2] for row in requests.get(f"{server.url}/regions").json()} == {"US"}, "200  everybody has the line @public")
        check(requests.get(f"{server.url}/metrics").status_code == 403, "403  which may leave out /metrics")


def taking_away(database, users, rights):
    """What takes something away never waits for a mistake in another file to be mended."""
    people = users.read_bytes()
    password = rights.with_name("shared-password")
    password.write_text("mumble\n")
    rights.write_text("alice regions=US\nbob regions=CA\ncarla regions=US\n@shared regions=CA\n")
    set_rights = lambda *words: rookery("rights", "set", *words, "--rights", rights)
    with Server(database, "--rights", rights, credentials=["--users", users, "--password-file", password]) as server:
        asked = lambda name: requests.get(f"{server.url}/?limit=1", auth=auth(name)).status_code
        regions = lambda name: {row["region"][:2] for row in requests.get(f"{server.url}/regions", auth=auth(name)).json()}
        check([asked(name) for name in PASSWORDS] == [200, 200, 200], "200  each person")
        password.write_text("")
        set_rights("alice", "none")
        set_rights("bob", "regions=CA,US")
        reload(server, marks=3)
        check(asked("alice") == 403, "403  who has none now, while the file of the shared password has a mistake", server.output())
        check(regions("bob") == {"CA"} and "'bob' sees no more than before until every file is right" in server.output(),
              "200  and nobody sees more", server.output())
        password.write_text("mumble\n")
        reload(server, marks=3)
        check(regions("bob") == {"CA", "US"}, "200  before all are right")
        good = rights.read_text()
        rights.write_text(good.replace("regions=", "region=", 1))
        rookery("users", "remove", "carla", "--users", users)
        rookery("users", "add", "dora", "--users", users, input="a better one")
        reload(server, marks=3)
        check(asked("carla") == 401, "401  who was removed, while the file of rights has a mistake", server.output())
        check("'dora' is new, and can't log in before every file is right" in server.output(), "who is new has to wait", server.output())
        check(f"{users} was read again: 2 people may log in" in server.output(), "and does not count yet", server.output())
        check("@public" not in server.output(), "who can't come is not named", server.output())
        rights.write_text(good)
        reload(server, marks=3)
        check(requests.get(f"{server.url}/", auth=("dora", "a better one")).json()["code"] == "no-rights", "403  and logs in then")
    users.write_bytes(people)


class Download:
    """A large answer of which only the beginning is read."""

    def __init__(self, server, name, compressed):
        self.was_reset = False
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
        self.socket.connect(server.address)
        request = requests.Request("GET", f"{server.url}/observations", auth=auth(name)).prepare()
        coding = "Accept-Encoding: gzip\r\n" if compressed else ""
        self.socket.sendall(f"GET / HTTP/1.1\r\nHost: x\r\n{coding}Authorization: {request.headers['Authorization']}\r\n\r\n".encode())
        self.socket.settimeout(30)
        check(self.socket.recv(1000).startswith(b"HTTP/1.1 200"), f"200  {name}'s download has begun")

    def rest(self):
        """All that comes, and whether the end is a reset."""
        count, tail = 0, b""
        try:
            while piece := self.socket.recv(1 << 20):
                count, tail = count + len(piece), (tail + piece)[-7:]
                if tail.endswith(b"\r\n0\r\n\r\n"):
                    return count, False
            return count, False
        except ConnectionResetError:
            return count, True

    def is_reset(self):
        """Whether the server has given up, seen without reading: epoll would report it, and so does the error of the socket."""
        # The system tells it once.
        self.was_reset = self.was_reset or self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) != 0
        return self.was_reset


def under_way(folder, users, rights):
    """Whoever loses a right is cut off, whether they read or not; nobody else is."""
    plain = pathlib.Path(folder, "many.csv")
    with plain.open("w") as file:
        print("loc_id,latitude,longitude,region,year,month,day,species_id,num", file=file)
        # Numbers that don't compress well: what the system takes of an answer at once is not taken back.
        chance = random.Random(1)
        for index in range(300_000):
            place = index % 20_000
            print(f"L{place * 7919 % 20_000},45.{place * 104_729 % 999_983:06},-120.{place * 15_485_863 % 999_983:06},US-WA,"
                  f"{1990 + index // 10_000},{1 + index % 12},{1 + index % 28},stejay,{chance.randrange(10_000_000)}", file=file)
    database = pathlib.Path(folder, "many.db")
    import_files(database, plain)
    everything = "".join(f"{name} regions=US precise\n" for name in PASSWORDS)
    for what, people, text in [
        ("removed from the people", {"bob", "carla"}, everything),
        ("without a line of rights", set(PASSWORDS), everything.replace("alice regions=US precise\n", "")),
        ("narrowed", set(PASSWORDS), everything.replace("alice regions=US", "alice regions=US-WA")),
        ("without exact places", set(PASSWORDS), everything.replace("alice regions=US precise", "alice regions=US precise-regions=US-WA")),
    ]:
        all_users = users.read_bytes()
        rights.write_text(everything)
        with Server(database, "--rights", rights, "--grace", GRACE, credentials=["--users", users]) as server:
            downloads = [Download(server, name, zipped) for name in ("alice", "bob") for zipped in (False, True)]
            users.write_bytes(b"".join(line for line in all_users.splitlines(True) if line.split(b":")[0].decode() in people))
            # Bob has more than before.
            rights.write_text(text.replace("bob regions=US", "bob"))
            began = time.monotonic()
            reload(server)
            while not all(download.is_reset() for download in downloads[:2]) and time.monotonic() < began + 10:
                time.sleep(0.02)
            took = time.monotonic() - began
            # A second, and one more for a busy machine.
            check(took < 2, f"{what}: a client that does not read is reset within a second", took)
            check([download.rest()[1] for download in downloads[2:]] == [False, False], f"{what}: the others have all they asked for")
            check(server.stop() == 0, "SIGTERM stops it")
        users.write_bytes(all_users)


def main():
    with tempfile.TemporaryDirectory() as folder:
        users, rights = commands(folder)
        database = sample_database(folder)
        starting(folder, database, users, rights)
        serving(database, users, rights)
        under_way(folder, users, rights)


main()
