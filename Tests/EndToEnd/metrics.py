"""`/metrics` as Prometheus's own parser reads it: every number is what was done before."""

import http.client
import pathlib
import socket
import tempfile
import time

from prometheus_client.parser import text_string_to_metric_families

from server import PASSWORD, Server, check, sample_database


def ask(connection, target, **fields):
    connection.request("GET", target, headers={"Password": PASSWORD} | {k.replace("_", "-"): v for k, v in fields.items()})
    response = connection.getresponse()
    return response, response.read()


def read(connection):
    """The samples by name and labels, and the types by name."""
    response, body = ask(connection, "/metrics")
    check(response.headers["Content-Type"].startswith("text/plain; version=0.0.4"), "metrics are in the text format")
    samples, types = {}, {}
    for family in text_string_to_metric_families(body.decode()):
        types[family.name] = family.type
        for sample in family.samples:
            key = (sample.name, tuple(sorted(sample.labels.items())))
            check(key not in samples, f"{sample.name} {dict(sample.labels)} is there once")
            samples[key] = sample.value
    return samples, types


def open_files(server):
    """How many files and sockets the server has."""
    return len(list(pathlib.Path(f"/proc/{server.process.pid}/fd").iterdir()))


def main():
    with tempfile.TemporaryDirectory() as folder, Server(sample_database(folder), "--threads", "2") as server:
        connection = http.client.HTTPConnection(*server.address, timeout=30)
        read(connection)
        before, _ = read(connection)

        sent = 0
        for _ in range(7):
            response, body = ask(connection, "/observations?species=stejay")
            sent += len(body)
        tag = response.headers["ETag"]
        for _ in range(3):
            ask(connection, "/observations?species=stejay", If_None_Match=tag)
        for password in ("wrong", "wronger"):
            sent += len(ask(connection, "/summary?by=year", Password=password)[1])
        sent += len(ask(connection, "/species/nothing")[1])
        sent += len(ask(connection, "/observations?specie=x")[1])
        sent += len(ask(connection, "/observations.csv")[1])
        others = [socket.create_connection(server.address) for _ in range(5)]
        for other in others:
            other.sendall(b"GET /health HTTP/1.1\r\nHost: h\r\n\r\n")
            sent += len(other.recv(4096).split(b"\r\n\r\n", 1)[1])
        opened = open_files(server)
        for other in others[:2]:
            other.close()
        for _ in range(3_000):
            if open_files(server) <= opened - 2:
                break
            time.sleep(0.01)
        after, types = read(connection)

        def grown(name, **labels):
            key = (name, tuple(sorted(labels.items())))
            return after.get(key, 0) - before.get(key, 0)

        for labels, count in [(("observations", "200"), 8), (("observations", "304"), 3), (("none", "403"), 2),
                              (("one_species", "404"), 1), (("observations", "400"), 1), (("health", "200"), 5),
                              (("metrics", "200"), 1)]:
            route, status = labels
            check(grown("rookery_requests_total", route=route, status=status) == count, f"{count} × {route} {status}",
                  after)
        total = sum(value - before.get(key, 0) for key, value in after.items() if key[0] == "rookery_requests_total")
        check(total == 21, "and no other request", total)
        check(grown("rookery_failed_logins_total") == 2, "two failed logins")
        check(grown("rookery_cache_hits_total") == 3, "three answers that the client had")
        check(grown("rookery_connections_total") == 5, "five more connections", grown("rookery_connections_total"))
        check(after["rookery_open_connections", ()] == 4, "four of which are open", after["rookery_open_connections", ()])
        # The numbers of one answer are counted when it has been sent: the last of them was that of the metrics before.
        check(grown("rookery_request_duration_seconds_count") == 21, "each request has a duration",
              grown("rookery_request_duration_seconds_count"))
        buckets = sorted((float(dict(key[1])["le"]), value) for key, value in after.items()
                         if key[0] == "rookery_request_duration_seconds_bucket")
        check(all(a[1] <= b[1] for a, b in zip(buckets, buckets[1:])) and buckets[-1][0] == float("inf"),
              "the buckets ascend to infinity", buckets)
        check(buckets[-1][1] == after["rookery_request_duration_seconds_count", ()], "and the last holds all")
        check(after["rookery_request_duration_seconds_sum", ()] > 0, "their sum is there")
        metrics_size = grown("rookery_response_body_bytes_total") - sent
        check(1000 < metrics_size < 20_000, "the bytes are those that came, and those of the metrics", metrics_size)
        queries = grown("rookery_query_duration_seconds_count", where="loop")
        check(queries == 12, "twelve queries, single records and those that were not modified too", queries)
        # On a machine that is busy, others may need more than their 2 ms too.
        check(1 <= grown("rookery_query_duration_seconds_count", where="worker") <= 12, "the long one went to a worker")
        check(0 < grown("rookery_query_duration_seconds_sum", where="worker") < 30, "and took some time")
        check(after["rookery_long_answers", ()] == 0, "no long answer is under way")
        infos = [dict(key[1])["id"] for key in after if key[0] == "rookery_generation_info"]
        check(len(infos) == 1 and len(infos[0]) == 32, "the generation is named", infos)
        check(abs(after["rookery_generation_time_seconds", ()] - time.time()) < 600, "and when it was made")
        for name, kind in [("rookery_requests", "counter"), ("rookery_request_duration_seconds", "histogram"),
                           ("rookery_open_connections", "gauge"), ("rookery_query_duration_seconds", "summary")]:
            check(types.get(name) == kind, f"{name} is a {kind}", types)
        for other in others:
            other.close()
        connection.close()


main()
