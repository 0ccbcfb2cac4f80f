"""Web pages of other origins: none by default, those that are named with --cors, and never everybody."""

import tempfile

import requests

from server import PASSWORD, Server, check, rookery, sample_database

ORIGIN = "https://atlas.example"


def cors(answer):
    return {name: value for name, value in answer.headers.items() if name.startswith("Access-Control")}


def main():
    with tempfile.TemporaryDirectory() as folder:
        database = sample_database(folder)

        def ask(server, method, path, **fields):
            headers = {name.replace("_", "-"): value for name, value in fields.items()}
            return requests.request(method, server.url + path, headers=headers, timeout=30)

        preflight = {"Origin": ORIGIN, "Access_Control_Request_Method": "GET",
                     "Access_Control_Request_Headers": "authorization,password"}
        with Server(database) as server:
            check(not cors(ask(server, "GET", "/observations?limit=1", Origin=ORIGIN, Password=PASSWORD)),
                  "without --cors no page may read an answer")
            answer = ask(server, "OPTIONS", "/observations", **preflight)
            check(not cors(answer) and answer.status_code in (401, 403), "nor send credentials", answer.status_code)

        with Server(database, "--cors", ORIGIN, "--cors", "http://localhost:3000") as server:
            for origin in (ORIGIN, "http://localhost:3000"):
                answer = ask(server, "OPTIONS", "/observations", **preflight | {"Origin": origin})
                fields = cors(answer)
                check(answer.status_code == 204 and fields["Access-Control-Allow-Origin"] == origin,
                      f"a page of {origin} may ask", fields)
                allowed = fields["Access-Control-Allow-Headers"].lower()
                check("password" in allowed and "authorization" in allowed, "with credentials in fields", fields)
                check("*" not in str(fields), "and nothing is a wildcard", fields)
                answer = ask(server, "GET", "/observations?limit=1", Origin=origin, Password=PASSWORD)
                fields = cors(answer)
                check(answer.status_code == 200 and fields["Access-Control-Allow-Origin"] == origin, "its answer can be read")
                exposed = {name.strip() for name in fields["Access-Control-Expose-Headers"].split(",")}
                sent = {"Link", "ETag", "X-Request-Id"}
                check(sent <= exposed and sent <= set(answer.headers), "with its fields", exposed)
                check("Origin" in answer.headers["Vary"], "and depends on the origin", answer.headers["Vary"])
                wrong = ask(server, "GET", "/observations", Origin=origin, Password="wrong")
                check(wrong.status_code == 403 and cors(wrong)["Access-Control-Allow-Origin"] == origin,
                      "an error can be read too")
            for origin in ("https://atlas.example.evil", "http://atlas.example", "https://ATLAS.example:8443", "null",
                           "https://atlas.example/", "*"):
                for method, fields in (("GET", {"Password": PASSWORD}), ("OPTIONS", preflight)):
                    answer = ask(server, method, "/observations?limit=1", **fields | {"Origin": origin})
                    check("Access-Control-Allow-Origin" not in answer.headers, f"{origin} may not {method}", cors(answer))

        for origin in ("*", "null", "atlas.example", "https://atlas.example/path", "ftp://atlas.example"):
            done = rookery("serve", "--database", database, "--password", "x", "--port", "0", "--cors", origin)
            check(done.returncode == 2 and "--cors" in done.stderr, f"--cors '{origin}' is refused", done.stderr)


main()
