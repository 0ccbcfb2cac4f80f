"""Imports by root where other accounts may write: refused with a line that works, and nothing of others is touched."""

import grp
import os
import pathlib
import pwd
import random
import shutil
import signal
import stat
import subprocess
import tempfile

from server import PROGRAM, PROJECT, check, environment

NOBODY = pwd.getpwnam("nobody")
HEADER = "loc_id,latitude,longitude,region,year,month,day,species_id,num\n"
TEXT = HEADER + "".join(f"L{n},60.7,-135.0,CA-YT,2021,1,{1 + n % 31},stejay,{n}\n" for n in range(300))
ROUNDS = 60


def run(program, *arguments, before=()):
    return subprocess.run([*before, program, *map(str, arguments)], env=environment(), capture_output=True, text=True,
                          timeout=300)


def owner(path):
    status = os.lstat(path)
    return status.st_uid, stat.S_IMODE(status.st_mode)


def refuses_folders_of_others(program, folder):
    theirs = folder / "their's"
    theirs.mkdir()
    os.chown(theirs, NOBODY.pw_uid, NOBODY.pw_gid)
    (folder / "a.csv").write_text(TEXT)
    database = theirs / "birds.db"
    arguments = ("import", folder / "a.csv", "--database", database)
    for options in ((), ("--dry-run",)):
        done = run(program, *arguments, *options)
        check(done.returncode == 2 and not list(theirs.iterdir()), "root makes nothing in a folder of another account", done)
    done = run(program, *arguments)
    lines = done.stderr.splitlines()[1:]
    check(lines and lines[0].startswith("  sudo -u nobody "), "it says what to run instead", done.stderr)
    # Without sudo there is a second line.
    line = lines[0] if shutil.which("sudo") else lines[1]
    followed = subprocess.run(line, shell=True, env=environment(), capture_output=True, text=True, timeout=300)
    check(followed.returncode == 0 and owner(database) == (NOBODY.pw_uid, 0o600), f"{line.strip()} works", followed)
    done = run(program, "datasets", "remove", "a", "--database", database)
    check(done.returncode == 2 and "sudo -u nobody" in done.stderr, "root removes nothing there either", done.stderr)

    ours = folder / "ours"
    ours.mkdir()
    shutil.copy(database, ours / "birds.db")
    os.chown(ours / "birds.db", NOBODY.pw_uid, NOBODY.pw_gid)
    os.chmod(ours / "birds.db", 0o640)
    done = run(program, "import", folder / "a.csv", "--database", ours / "birds.db")
    check(done.returncode == 0 and owner(ours / "birds.db") == (NOBODY.pw_uid, 0o640),
          "a file of another account in a folder of root keeps owner and mode", done)


def refuses_what_others_could_replace(program, folder):
    """The lines that the refusals show work."""
    theirs, inner, shared, ours = (folder / name for name in ("their's", "their's/inner", "shared", "ours"))
    for path in (theirs, inner, shared, ours):
        path.mkdir()
    os.chown(theirs, NOBODY.pw_uid, NOBODY.pw_gid)
    shared.chmod(0o777)
    (folder / "a.csv").write_text(TEXT)
    run(program, "import", folder / "a.csv", "--database", ours / "first.db")
    shutil.copy(ours / "first.db", inner / "birds.db")
    (inner / "birds.db").chmod(0o600)

    def follow(done, lines):
        for line in lines:
            followed = subprocess.run(line, shell=True, env=environment(), capture_output=True, text=True, timeout=300)
            check(followed.returncode == 0, f"{line.strip()} works", followed)

    done = run(program, "import", folder / "a.csv", "--database", inner / "birds.db")
    lines = done.stderr.splitlines()[1:]
    check(done.returncode == 2 and len(lines) > 1, "root changes nothing below a folder of another account", done.stderr)
    follow(done, [lines[0], lines[1] if shutil.which("sudo") else lines[2]])
    check(owner(inner / "birds.db")[0] == NOBODY.pw_uid, "it belongs to that account then")

    arguments = ("import", folder / "a.csv", "--database", shared / "birds.db")
    done = run(program, *arguments)
    check(done.returncode == 2 and not list(shared.iterdir()), "nor where everybody may replace files", done.stderr)
    follow(done, done.stderr.splitlines()[1:])
    done = run(program, *arguments)
    check(done.returncode == 0 and (shared / "birds.db").exists(), "it does then", done)

    for option in ("--rejects", "--report"):
        done = run(program, "import", folder / "a.csv", "--database", ours / "birds.db", option, theirs / "a.txt")
        check(done.returncode == 2 and not (theirs / "a.txt").exists(), f"{option} makes nothing there either", done.stderr)
        follow(done, done.stderr.splitlines()[1:])
        check((ours / "a.txt").exists(), "the file is beside the database")
        (ours / "a.txt").unlink()


def gives_rights_to_no_other_group(program, folder):
    """A group that the account is not in can't be kept. Its rights then go to nobody else, and a line restores them."""
    theirs = folder / "their folder"
    theirs.mkdir()
    os.chown(theirs, NOBODY.pw_uid, NOBODY.pw_gid)
    (folder / "a.csv").write_text(TEXT)
    database, daemon = theirs / "birds.db", grp.getgrnam("daemon").gr_gid
    account = dict(user=NOBODY.pw_uid, group=NOBODY.pw_gid, extra_groups=[], cwd="/")
    for arguments in (("import", folder / "a.csv"), ("datasets", "remove", "a")):
        done = subprocess.run([program, "import", folder / "a.csv", "--database", database], env=environment(),
                              capture_output=True, text=True, timeout=300, **account)
        check(done.returncode == 0 and "Warning" not in done.stdout + done.stderr, "a new file needs no warning", done)
        os.chown(database, NOBODY.pw_uid, daemon)
        database.chmod(0o640)
        done = subprocess.run([program, *arguments, "--database", database], env=environment(), capture_output=True,
                              text=True, timeout=300, **account)
        status = database.stat()
        check(done.returncode == 0 and (status.st_gid, stat.S_IMODE(status.st_mode)) == (NOBODY.pw_gid, 0o600),
              "no other group may read a database that daemon could read", (done, status))
        said = done.stdout + done.stderr
        check("can't keep nobody:daemon with mode 640" in said, "a warning says so", said)
        line = said[said.index("run as root: ") + len("run as root: "):].splitlines()[0]
        subprocess.run(line, shell=True, check=True)
        status = database.stat()
        check((status.st_uid, status.st_gid, stat.S_IMODE(status.st_mode)) == (NOBODY.pw_uid, daemon, 0o640),
              f"{line} works", status)
        database.unlink()


def swap(folder, victims):
    """As another account: puts links to what it may not change at the names that an import uses, as fast as it can."""
    os.setgroups([])
    os.setgid(NOBODY.pw_gid)
    os.setuid(NOBODY.pw_uid)
    chance = random.Random(os.getpid())
    names = [folder / f"birds.db{suffix}" for suffix in (".new", ".new", ".new", ".lock", ".new-journal", ".new-wal")]
    own = folder / "own"
    while True:
        name = chance.choice(names)
        try:
            match chance.randrange(4):
                case 0:
                    own.unlink(missing_ok=True)
                    os.symlink(chance.choice(victims), own)
                    own.rename(name)
                case 1:
                    own.unlink(missing_ok=True)
                    os.link(chance.choice(victims), own)
                    own.rename(name)
                case 2:
                    own.unlink(missing_ok=True)
                    own.write_bytes(b"SQLite format 3\0" + bytes(100))
                    own.rename(name)
                case 3:
                    name.unlink()
        except OSError:
            pass


def touches_nothing_of_others(program, folder):
    safe = folder / "safe"
    safe.mkdir(mode=0o755)
    (folder / "a.csv").write_text(TEXT)
    run(program, "import", folder / "a.csv", "--database", safe / "other.db")
    (safe / "shadow").write_text("of great value")
    (safe / "empty").write_text("")
    victims = sorted(safe.iterdir())
    for victim in victims:
        victim.chmod(0o600)
    before = [(owner(victim), victim.read_bytes()) for victim in victims]

    delay = ["strace", "-f", "-o", "/dev/null", "-e", "trace=openat,fsync,fchmod,fchown,renameat", "-e",
             "inject=openat,fsync,fchmod,fchown,renameat:delay_enter=1000"]
    if not shutil.which("strace") or run("true", before=delay[:4]).returncode != 0:
        print("--  there is no strace here: the moments between two steps are as short as usual")
        delay = []
    for mode in (0o777, 0o1777):
        shared = folder / f"shared-{mode:o}"
        shared.mkdir()
        shared.chmod(mode)
        child = os.fork()
        if child == 0:
            try:
                swap(shared, victims)
            finally:
                os._exit(1)
        try:
            ends = [run(program, "import", folder / "a.csv", "--database", shared / "birds.db",
                        before=delay if turn % 2 else ()) for turn in range(ROUNDS)]
        finally:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        wrong = [end for end in ends if end.returncode not in (0, 1, 2) or end.returncode and not end.stderr.endswith((".\n", f"  chmod +t {shared}\n"))]
        check(not wrong, f"{ROUNDS} imports end as they should, {sum(end.returncode == 0 for end in ends)} with success",
              wrong[:1])
        if mode == 0o777:
            check(all(end.returncode == 2 and end.stderr.endswith(f"\n  chmod +t {shared}\n") for end in ends),
                  "all are refused where everybody may replace all files", ends[:1])
        after = [(owner(victim), victim.read_bytes()) for victim in victims]
        check(after == before, f"no link in a folder with mode {mode:o} had another file changed or given away",
              [(victim, now[0]) for victim, now, then in zip(victims, after, before)
               if now != then])


def advises_nothing_that_takes_changes_of_others(program, folder):
    """SQLite takes the changes of a journal into the database of whoever opens that next."""
    folder.chmod(0o1777)
    database, journal = folder / "birds.db", folder / "birds.db-journal"
    (folder / "a.csv").write_text(TEXT)
    run(program, "import", folder / "a.csv", "--database", database)
    journal.write_bytes(bytes([0xD9, 0xD5, 0x05, 0xF9, 0x20, 0xA1, 0x63, 0xD7]) + bytes(1024))
    os.chown(journal, NOBODY.pw_uid, NOBODY.pw_gid)
    done = run(program, "import", folder / "a.csv", "--database", database)
    check(done.returncode == 2 and "sqlite3" not in done.stderr and "nobody" in done.stderr and "remove it" in done.stderr,
          "a journal of another account is not to be taken", done.stderr)
    os.chown(journal, 0, 0)
    done = run(program, "import", folder / "a.csv", "--database", database)
    check(done.returncode == 2 and "sqlite3" in done.stderr, "a journal of the owner's may be", done.stderr)


def serves_no_checkout_of_others(folder):
    checkout = folder / "it's a checkout"
    shutil.copytree(PROJECT / "scripts", checkout / "scripts")
    os.chown(checkout, NOBODY.pw_uid, NOBODY.pw_gid)
    done = subprocess.run([checkout / "scripts/serve", "--port", "80 80"], capture_output=True, text=True, timeout=600,
                          env=environment() | {"ROOKERY_PASSWORD": "mumble"})
    line = "sudo -u nobody --preserve-env=ROOKERY_PASSWORD "
    check(done.returncode == 1 and line in done.stderr and "scripts/serve --port 80\\ 80" in done.stderr,
          "scripts/serve run by root says what to do in a checkout of another account", done)
    check(not (checkout / ".build").exists(), "and makes nothing there")
    inner = checkout / "inner"
    shutil.copytree(PROJECT / "scripts", inner / "scripts")
    done = subprocess.run([inner / "scripts/serve"], capture_output=True, text=True, timeout=600, env=environment())
    check(done.returncode == 1 and f"chown -hR {NOBODY.pw_uid} " in done.stderr and "sudo -u nobody" in done.stderr,
          "and in one below a folder of another account", done)


def main():
    if os.geteuid() != 0:
        print("--  these tests need root: nothing was tried")
        return
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        folder.chmod(0o755)
        # Another account must be able to run it, wherever it was built.
        program = folder / "rookery"
        shutil.copy(PROGRAM, program)
        for test in (refuses_folders_of_others, refuses_what_others_could_replace, gives_rights_to_no_other_group,
                     touches_nothing_of_others, advises_nothing_that_takes_changes_of_others):
            (folder / test.__name__).mkdir()
            test(program, folder / test.__name__)
        serves_no_checkout_of_others(folder)


if __name__ == "__main__":
    main()
