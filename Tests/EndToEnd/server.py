"""What the end-to-end scripts share: running the program, and saying what holds."""

import os
import pathlib
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time

PROJECT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("ROOKERY", str(PROJECT / ".build/release/rookery"))
PASSWORD = "mumble"

# A script that is told to end leaves no server and no folder behind.
signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped by a signal"))

if not os.access(PROGRAM, os.X_OK):
    sys.exit(f"there is no {PROGRAM}: build it with 'swift build -c release', or name another in ROOKERY")


def check(holds, what, detail=""):
    """Prints `ok` and what holds, or ends the script with what does not."""
    if not holds:
        sys.exit(f"FAILED: {what}{': ' if detail != '' else ''}{detail}")
    print(f"ok  {what}", flush=True)


def environment():
    """Ours, without the settings of a Rookery that its user may have there."""
    return {name: value for name, value in os.environ.items() if not name.startswith("ROOKERY")}


def rookery(*arguments, **options):
    """Runs the program to its end."""
    return subprocess.run([PROGRAM, *map(str, arguments)], env=environment(), capture_output=True, text=True,
                          timeout=300, **options)


# A process begins with the memory of the one that starts it in its account, so a small one starts the program.
MEASURE = """
import os, sys
null = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
_, status, usage = os.wait4(os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=null), 0)
print(os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)
"""


def measured(*arguments):
    """Runs the program to its end: its exit status, seconds of processor time, most memory in MB, and standard error."""
    done = subprocess.run([sys.executable, "-c", MEASURE, PROGRAM, *map(str, arguments)], env=environment(),
                          capture_output=True, text=True, timeout=600)
    return *(float(number) for number in done.stdout.split()), done.stderr


def import_files(database, *files_and_options):
    done = rookery("import", *files_and_options, "--database", database)
    if done.returncode != 0:
        sys.exit(f"FAILED: import of {files_and_options} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def sample_database(folder):
    database = pathlib.Path(folder) / "birds.db"
    import_files(database, PROJECT / "data/species.csv", PROJECT / "data/feederwatch.csv")
    return database


class Server:
    """`with Server(database) as server:` serves at `server.url` until the block ends. `under` is a program that starts it."""

    def __init__(self, database, *options, credentials=("--password", PASSWORD), under=()):
        self.log = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            [*under, PROGRAM, "serve", "--database", str(database), "--port", "0", "--access-log", "off",
             *credentials, *map(str, options)], env=environment(), stdout=self.log, stderr=subprocess.STDOUT)
        deadline = time.monotonic() + 30
        while not (ready := re.search(r"^.*Rookery serves .*?(http://\S+:(\d+)).*\n", self.output(), re.MULTILINE)):
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.process.kill()
                sys.exit(f"FAILED: the server did not become ready:\n{self.output()}")
            time.sleep(0.01)
        self.ready_line, self.url, self.port = ready[0].strip(), ready[1].rstrip("/"), int(ready[2])
        self.address = ("127.0.0.1", self.port)

    def output(self):
        self.log.seek(0)
        return self.log.read()

    def memory(self, name="VmRSS"):
        """Resident bytes now, or with `VmHWM` at the highest."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(rf"{name}:\s*(\d+) kB", status)[1]) * 1024

    def stop(self, grace=30):
        """Asks it to stop, and gives its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(grace)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.close()


def raise_descriptor_limit():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard
