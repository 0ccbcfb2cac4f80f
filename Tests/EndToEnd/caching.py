"""What a client keeps, and how answers travel: ETag, 304, HEAD, gzip."""

import gzip
import http.client
import tempfile

from server import PASSWORD, PROJECT, Server, check, import_files, sample_database


def ask(server, target, method="GET", **headers):
    """Status, fields, and the body as it travelled (without a transfer coding)."""
    connection = http.client.HTTPConnection(*server.address, timeout=30)
    fields = {"Password": PASSWORD} | {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, target, headers=fields)
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response.status, response.headers, body


def main():
    with tempfile.TemporaryDirectory() as folder:
        database = sample_database(folder)
        with Server(database) as server:
            tags = set()
            targets = ["/observations?species=stejay", "/observations?species=stejay&format=csv", "/observations",
                       "/observations?species=stejay&limit=1", "/checklists", "/locations", "/regions", "/species",
                       "/species/stejay", "/datasets", "/summary?by=species"]
            for target in targets:
                status, fields, body = ask(server, target)
                tag = fields["ETag"]
                check(status == 200 and tag.startswith('"') and tag.endswith('"'), f"{target} has a strong ETag", tag)
                check("no-cache" in fields["Cache-Control"] and "private" in fields["Cache-Control"],
                      "and is private, and asked for again", fields["Cache-Control"])
                for name in ("Accept", "Accept-Encoding", "Authorization", "Password"):
                    check(name in fields["Vary"], f"and varies by {name}", fields["Vary"])
                for value in (tag, f'"other", {tag}', "*", "W/" + tag):
                    status, again, body = ask(server, target, If_None_Match=value)
                    check((status, body, again["ETag"]) == (304, b"", tag), f"If-None-Match: {value} is 304", status)
                modified = fields["Last-Modified"]
                check(ask(server, target, If_Modified_Since=modified)[0] == 304, "and If-Modified-Since")
                status, *_ = ask(server, target, If_None_Match='"other"', If_Modified_Since=modified)
                check(status == 200, "If-None-Match overrules If-Modified-Since", status)
                status, head, body = ask(server, target, method="HEAD")
                check((status, body, head["ETag"], head["Content-Type"]) == (200, b"", tag, fields["Content-Type"]),
                      "HEAD has the same fields", head.items())
                tags.add(tag)
            check(len(tags) == len(targets), "each representation has a tag of its own")
            status, *_ = ask(server, "/observations?specie=stejay", If_None_Match="*")
            check(status == 400, "a wrong request is 400, whatever the client has", status)
            status, *_ = ask(server, "/observations", If_None_Match="*", Password="grumble")
            check(status == 403, "a wrong password is 403, whatever the client has", status)
            status, fields, _ = ask(server, "/observations?species=stejay&limit=1&count=exact", method="HEAD")
            check(status == 200 and "next" in (fields["Link"] or "") and int(fields["X-Total-Count"]) > 1,
                  "HEAD with limit and count has Link and X-Total-Count", fields.items())

            for target in ("/observations?region=US-AK", "/observations", "/observations.csv", "/summary?by=species"):
                _, plain, body = ask(server, target)
                _, packed, small = ask(server, target, Accept_Encoding="gzip")
                check(packed["Content-Encoding"] == "gzip" and gzip.decompress(small) == body,
                      f"{target} comes as gzip, {len(small)} of {len(body)} bytes", packed.items())
                check(packed["ETag"] != plain["ETag"], "with a tag of its own")
                check(ask(server, target, Accept_Encoding="gzip", If_None_Match=packed["ETag"])[0] == 304, "that is 304")
                for unwanted in ("gzip;q=0", "identity", "br"):
                    _, fields, same = ask(server, target, Accept_Encoding=unwanted)
                    check(fields["Content-Encoding"] is None and same == body, f"and as it is for {unwanted}")

            _, before, _ = ask(server, "/observations")
            import_files(database, PROJECT / "data/feederwatch.csv", "--dataset", "more")
            status, after, _ = ask(server, "/observations", If_None_Match=before["ETag"])
            for _ in range(100):
                if status == 200:
                    break
                status, after, _ = ask(server, "/observations", If_None_Match=before["ETag"])
            check(status == 200 and after["ETag"] != before["ETag"], "an import changes the tag", status)


main()
