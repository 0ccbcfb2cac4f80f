"""The table of answers to credentials, row by row, with curl: status, body, challenge."""

import base64
import json
import pathlib
import subprocess
import tempfile

import requests

from server import Server, check, sample_database

CHALLENGE = 'Basic realm="Rookery", charset="UTF-8"'
WRONG, NONE, MALFORMED = "incorrect or missing password", "no authorization provided", "malformed authorization header"


def curl(url, *arguments):
    """Status, header fields by lower-case name, body."""
    done = subprocess.run(["curl", "-sS", "-i", "--max-time", "10", *arguments, url], capture_output=True, check=True)
    head, _, body = done.stdout.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
    return int(lines[0].split()[1]), fields, body.decode()


def basic(user_and_password, scheme="Basic "):
    if isinstance(user_and_password, str):
        user_and_password = user_and_password.encode()
    return f"Authorization: {scheme}{base64.b64encode(user_and_password).decode()}"


def encodings(folder):
    """A password beyond ASCII, as `requests` sends it (ISO-8859-1) and as curl does (UTF-8); and the name in the log."""
    log = pathlib.Path(folder, "log")
    with Server(sample_database(folder), "--access-log", log, credentials=["--password", "pässword"]) as server:
        url = f"{server.url}/?limit=1"
        reference = requests.get(url, auth=("Jürgen".encode(), "pässword".encode()))
        check(reference.status_code == 200 and reference.json(), "200  a password in UTF-8", reference.text)
        for what, sent in {
            "a password in ISO-8859-1": {"auth": ("Jürgen", "pässword")},
            "with a user name of ASCII": {"auth": ("marlyn", "pässword")},
            "in the field Password, in UTF-8": {"headers": {"Password": "pässword".encode()}},
            "in the field Password, in ISO-8859-1": {"headers": {"Password": "pässword"}},
        }.items():
            answer = requests.get(url, **sent)
            check(answer.status_code == 200 and answer.text == reference.text, f"200  {what}", answer.text)
        for what, sent, status in [("a user name", {"auth": ("Jürgen", "pässward")}, 401),
                                   ("the field Password", {"headers": {"Password": "pässward"}}, 403)]:
            check(requests.get(url, **sent).status_code == status, f"{status}  another password in ISO-8859-1 with {what}")
        names = ['Jür "x" gen', "Jürgen\u00a0K"]
        for name in names:
            requests.get(url, auth=(name, "pässword"))
        server.stop()
    users = [line.split(" ", 2)[1] for line in log.read_text(encoding="utf-8").splitlines()]
    check(users[:2] == ["Jürgen", "Jürgen"] and users[-2:] == ["Jür__x__gen", "Jürgen\u00a0K"], "the log has the names in UTF-8", users)


def main():
    with tempfile.TemporaryDirectory() as folder:
        encodings(folder)
    with tempfile.TemporaryDirectory() as folder, Server(sample_database(folder)) as server:
        url = f"{server.url}/?species=stejay&year=2021"
        reference = curl(url, "-u", "marlyn:mumble")[2]

        served = {
            "Password: mumble": ["-H", "Password: mumble"],
            "Password decides over a wrong Authorization": ["-H", "Password: mumble", "-u", "marlyn:grumble"],
            "Password decides over a malformed Authorization": [
                "-H", "Password: mumble", "-H", "Authorization: Basic %%"],
            "curl -u marlyn:mumble": ["-u", "marlyn:mumble"],
            "any user name": ["-u", "somebody else:mumble"],
            "no user name": ["-u", ":mumble"],
            "a user name in UTF-8": ["-u", "Åsa:mumble"],
            "a user name in ISO-8859-1": ["-H", basic("Jürgen:mumble".encode("latin-1"))],
            "scheme in lower case": ["-H", basic("marlyn:mumble", "basic ")],
            "scheme in upper case, several spaces": ["-H", basic("marlyn:mumble", "BASIC   ")],
        }
        for what, arguments in served.items():
            status, fields, body = curl(url, *arguments)
            check(status == 200 and body == reference and json.loads(body), f"200  {what}", (status, body))
            check(fields["cache-control"] == "private, no-cache" and "authorization" in fields["vary"].lower()
                  and "password" in fields["vary"].lower(), "     private, and varies with the credentials", fields)

        refused = [
            (403, WRONG, "a wrong Password", ["-H", "Password: grumble"]),
            (403, WRONG, "an empty Password", ["-H", "Password;"]),
            (403, WRONG, "a Password that begins like the right one", ["-H", "Password: mumbl"]),
            (403, WRONG, "a Password that goes on after the right one", ["-H", "Password: mumblemumble"]),
            (403, WRONG, "a wrong Password decides over a right Authorization", [
                "-H", "Password: grumble", "-u", "marlyn:mumble"]),
            (401, WRONG, "Basic with a wrong password", ["-u", "marlyn:grumble"]),
            (401, WRONG, "Basic with an empty password", ["-u", "marlyn:"]),
            (401, WRONG, "Basic with a colon in the password", ["-u", "marlyn:mumble:mumble"]),
            (401, NONE, "no credentials", []),
            (401, None, "another scheme: Bearer", ["-H", "Authorization: Bearer bXVtYmxl"]),
            (401, None, "another scheme: Digest", ["-H", 'Authorization: Digest username="marlyn"']),
            (400, MALFORMED, "Basic without credentials", ["-H", "Authorization: Basic"]),
            (400, MALFORMED, "Basic that is not base64", ["-H", "Authorization: Basic %%%%"]),
            (400, MALFORMED, "Basic without its padding", ["-H", "Authorization: Basic bWFybHluOm11bWJsZQ"]),
            (400, MALFORMED, "Basic with too much padding", ["-H", "Authorization: Basic bWFybHluOm11bWJsZQ==="]),
            (400, MALFORMED, "Basic with bits after its end", ["-H", "Authorization: Basic bWFybHluOm11bWJsZR=="]),
            (400, MALFORMED, "Basic in the URL alphabet", ["-H", "Authorization: Basic _-_-Om11bWJsZQ=="]),
            (400, MALFORMED, "Basic with white space inside", ["-H", "Authorization: Basic bWFybHlu Om11bWJsZQ=="]),
            (400, MALFORMED, "Basic without a colon", ["-H", basic("mumble")]),
            (400, MALFORMED, "Basic with a control character of ISO-8859-1", ["-H", basic(b"marl\x85n:mumble")]),
            (400, MALFORMED, "Basic with one in UTF-8", ["-H", basic("marl\x85n:mumble")]),
            (400, MALFORMED, "Basic with a control character", ["-H", basic("marlyn:mum\x07ble")]),
            (400, MALFORMED, "Basic with a NUL", ["-H", basic("marlyn\0:mumble")]),
            (400, None, "two Password fields", ["-H", "Password: mumble", "-H", "Password: mumble"]),
            (400, None, "two Authorization fields", ["-H", basic("marlyn:mumble"), "-H", basic("marlyn:mumble")]),
        ]
        for expected, message, what, arguments in refused:
            status, fields, text = curl(url, *arguments)
            body = json.loads(text)
            check(status == expected and body["status"] == expected and body["error_message"]
                  and message in (None, body["error_message"]), f"{expected}  {what}: {body['error_message']}", text)
            check({"status", "title", "code", "error_message"} <= set(body) and "species_id" not in text
                  and fields["content-type"] == "application/problem+json", "     as problem details", (fields, text))
            check(fields.get("www-authenticate") == (CHALLENGE if expected == 401 else None),
                  f"     {'with the' if expected == 401 else 'without a'} challenge", fields)

        def without_variables(answer):
            status, fields, body = answer
            return status, {name: value for name, value in fields.items() if name not in ("date", "x-request-id")}, body

        paths = ["/", "/species/stejay", "/nowhere", "/observations/0", "/?no=1"]
        hidden = [without_variables(curl(server.url + path)) for path in paths]
        check(all(answer == hidden[0] for answer in hidden),
              "without credentials a path that exists looks like one that does not")
        wrong = [without_variables(curl(server.url + path, "-u", "marlyn:grumble")) for path in paths]
        check(all(answer == wrong[0] for answer in wrong), "and so it does with wrong ones")
        check(curl(server.url + "/health")[0] == 200, "/health wants none")
        status, fields, body = curl(url, "-I")
        check(status == 401 and body == "" and fields["www-authenticate"] == CHALLENGE,
              "HEAD is refused as GET is, without a body")

    with tempfile.TemporaryDirectory() as folder:
        with Server(sample_database(folder), credentials=["--public"]) as server:
            check(curl(server.url + "/?limit=1")[0] == 200, "200  anybody, where the server was started with --public")


main()
