"""CPU time for each request: Rookery's authenticated query beside nginx's static file. Started by scripts/bench."""

import argparse
import base64
import contextlib
import os
import pathlib
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

PROGRAM = os.environ.get("ROOKERY", ".build/release/rookery")
AUTHORIZATION = "Basic " + base64.b64encode(b"marlyn:mumble").decode()
TICK = os.sysconf("SC_CLK_TCK")

NGINX = """
worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    sendfile off;
    {cache}
    tcp_nodelay on;
    keepalive_requests 1000000000;
    keepalive_timeout 1h;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    types {{ application/json json; }}
    server {{ listen 127.0.0.1:{port}; root {folder}/www; }}
}}
"""


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def write_records(path):
    """Fourteen years at 40 feeders; 16 of 20,000 records are of Steller's Jays."""
    with open(path, "w") as file:
        file.write("loc_id,latitude,longitude,region,year,month,day,species_id,num\n")
        for i in range(20_000):
            place = i % 40
            species = "stejay" if i % 1250 == 0 else f"other{i % 61}"
            file.write(f"L{6510383 + place},{60.702886 + place / 1000:.6f},{-135.014611 - place / 1000:.6f},CA-YT,"
                       f"{2010 + i // 40 % 14},{i // 7 % 12 + 1},{i // 3 % 28 + 1},{species},{i % 9 + 1}\n")


@contextlib.contextmanager
def running(*command):
    """A process that does not outlive the block."""
    process = subprocess.Popen(list(map(str, command)), stdout=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def fetch(url):
    """The body, once the server is there."""
    request = urllib.request.Request(url, headers={"Authorization": AUTHORIZATION})
    for _ in range(200):
        try:
            with urllib.request.urlopen(request, timeout=5) as response:
                return response.read()
        except urllib.error.HTTPError:
            raise
        except OSError:
            time.sleep(0.05)
    sys.exit(f"there is no answer from {url}")


def start_nginx(stack, folder, body, cache):
    """The process id of its one worker, and the URL of the body."""
    port = free_port()
    (folder / "www").mkdir(parents=True)
    (folder / "www/stejay.json").write_bytes(body)
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=port, cache=cache))
    os.chmod(folder.parent, 0o755)  # The worker is not root.
    master = stack.enter_context(running("nginx", "-p", folder, "-c", folder / "nginx.conf", "-e", folder / "error.log"))
    url = f"http://127.0.0.1:{port}/stejay.json"
    if fetch(url) != body:
        sys.exit("nginx does not answer with the same bytes")
    return int(pathlib.Path(f"/proc/{master.pid}/task/{master.pid}/children").read_text().split()[0]), url


def start_rookery(stack, program, folder):
    """The process id, and the URL of a query with 16 records, of a server with a database of its own."""
    folder.mkdir()
    database = folder / "birds.db"
    subprocess.run([program, "import", folder.parent / "birds.csv", "--database", database], check=True,
                   stdout=subprocess.DEVNULL)
    port = free_port()
    process = stack.enter_context(running(
        program, "serve", "--database", database, "--password", "mumble", "--port", port, "--threads", 1,
        "--access-log", "off"))
    return process.pid, f"http://127.0.0.1:{port}/?species=stejay"


def cpu_seconds(pid):
    """User and system time of a process, all its threads, as the kernel accounts it."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def measure(pid, url, arguments):
    """CPU microseconds for each request, and requests per second."""
    before = cpu_seconds(pid)
    done = subprocess.run(["wrk", "-t1", f"-c{arguments.connections}", f"-d{arguments.seconds}s",
                           "-H", f"Authorization: {AUTHORIZATION}", url],
                          capture_output=True, text=True, check=True, timeout=arguments.seconds + 60)
    spent = cpu_seconds(pid) - before
    if "Non-2xx" in done.stdout or "Socket errors" in done.stdout:
        sys.exit(f"wrk met errors:\n{done.stdout}")
    requests = int(re.search(r"(\d+) requests in", done.stdout)[1])
    return spent / requests * 1e6, requests / arguments.seconds


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3, help="for each server in each round")
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--before", metavar="PROGRAM", help="an earlier rookery, to be measured in the same run")
    arguments = parser.parse_args()

    # However it is ended, no server and no folder is left behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped by a signal"))
    folder = pathlib.Path(tempfile.mkdtemp(prefix="rookery-bench-"))
    try:
        with contextlib.ExitStack() as stack:
            write_records(folder / "birds.csv")
            rookery = start_rookery(stack, PROGRAM, folder / "rookery")
            body = fetch(rookery[1])
            if body.count(b"stejay") != 16:
                sys.exit(f"the answer should have 16 records:\n{body.decode()}")

            servers = {"nginx": start_nginx(stack, folder / "nginx", body, ""),
                       "nginx with open_file_cache": start_nginx(
                           stack, folder / "nginx-cache", body, "open_file_cache max=16;")}
            if arguments.before:
                servers["Rookery before"] = start_rookery(stack, arguments.before, folder / "before")
                if fetch(servers["Rookery before"][1]) != body:
                    sys.exit(f"{arguments.before} gives another answer")
            servers["Rookery"] = rookery
            print(f"{len(body)} bytes, {arguments.connections} connections, {arguments.seconds} s each; "
                  "CPU µs per request (requests per second)")
            results = {name: [] for name in servers}
            for number in range(arguments.rounds + 1):
                line = []
                for name, (pid, url) in servers.items():
                    spent, rate = measure(pid, url, arguments)
                    line.append(f"{name} {spent:6.2f} ({rate:,.0f})")
                    if number > 0:
                        results[name].append(spent)
                print(f"round {number}  " if number else "warm-up  ", "   ".join(line), flush=True)
            medians = {name: statistics.median(values) for name, values in results.items()}
            for name, median in medians.items():
                print(f"median   {name}: {median:.2f} µs")
            for name, median in list(medians.items())[:-1]:
                print(f"ratio    Rookery to {name}: {medians['Rookery'] / median:.2f}")
    finally:
        shutil.rmtree(folder)


main()
