"""`/openapi.json` is true: a program that knows nothing else makes thousands of requests of it, right ones and wrong ones, and
no answer is other than it says; and everything that it says of an answer can be had."""

import pathlib
import subprocess
import sys
import tempfile

import requests
from openapi_spec_validator import OpenAPIV31SpecValidator

from server import PASSWORD, Server, check, environment, sample_database

CONFIGURATION = pathlib.Path(__file__).with_name("schemathesis.toml")
IDS = {"id": None, "species_id": "stejay", "loc_id": None}


class From(requests.adapters.HTTPAdapter):
    """Sends requests from an address of this machine."""

    def __init__(self, address):
        self.address = address
        super().__init__()

    def init_poolmanager(self, *arguments, **options):
        super().init_poolmanager(*arguments, source_address=(self.address, 0), **options)


def value(parameter):
    """The example of a parameter, as the description says that it is written in a query."""
    example = parameter["example"]
    return ",".join(map(str, example)) if isinstance(example, list) and not parameter["explode"] else example


def every_promise_is_kept(url, document):
    """Each status, media type and parameter of each path, by a request."""
    session = requests.Session()
    session.headers["Password"] = PASSWORD
    IDS["loc_id"] = session.get(f"{url}/locations?limit=1").json()[0]["loc_id"]
    IDS["id"] = session.get(f"{url}/?limit=1&fields=id").json()[0]["id"]
    long = "x" * 10_000
    # From an address of its own, which has to wait after some wrong passwords.
    guesser = requests.Session()
    guesser.mount("http://", From("127.0.0.9"))
    for path, item in document["paths"].items():
        operation = item["get"]
        target = url + path.format(**IDS)
        required = {p["name"]: value(p) for p in operation["parameters"] if p["in"] == "query" and p.get("required")}
        found = {session.get(target, params=required).status_code,
                 session.get(target, params={"nothing": 1}).status_code,
                 session.get(target, headers={"Password": "wrong"}).status_code,
                 session.get(target, headers={"Password": None}).status_code,
                 session.delete(target).status_code, session.get(target, params={"x": long}).status_code,
                 session.get(target, headers={"X-Long": long * 10}).status_code,
                 session.get(target, params=required, headers={"If-None-Match": "*"}).status_code,
                 session.get(target, params=required, headers={"Accept": "image/png"}).status_code}
        found.update(guesser.get(target, params=required, headers={"Password": f"{path} {index}"}).status_code for index in range(12))
        if "{" in path:
            found.add(session.get(url + path.format(id="0", species_id="nothing", loc_id="nothing")).status_code)
        # 503 is for a server that is too busy.
        documented = {int(status) for status in operation["responses"]} - {503}
        check(documented == found, f"{path} answers with {sorted(documented)}", sorted(found))

        answer = operation["responses"]["200"]
        for media_type in answer["content"]:
            accepted = session.get(target, params=required, headers={"Accept": media_type})
            kind = accepted.headers["Content-Type"].split(";")[0]
            check(accepted.status_code == 200 and kind == media_type, f"{path} comes as {media_type}", kind)
        for name, field in answer.get("headers", {}).items():
            extra = {"limit": "1"} if name == "Link" else {"count": "exact"} if name == "X-Total-Count" else {}
            got = session.get(target, params=required | extra)
            # The sample data has no general places.
            is_due = name != "Rookery-Generalised"
            check((name in got.headers) == is_due, f"{path} has {'the' if is_due else 'no'} field {name}", got.headers)
        for parameter in operation["parameters"]:
            if parameter["in"] == "query" and "example" in parameter and parameter["name"] != "after":
                got = session.get(target, params=required | {parameter["name"]: value(parameter)})
                told = got.json().get("code") if got.status_code == 400 else None
                # Some need another one beside them.
                check(got.status_code == 200 or told not in (None, "unknown-parameter"),
                      f"{path} takes {parameter['name']}={value(parameter)}", got.text[:300])


def main():
    with tempfile.TemporaryDirectory() as folder, Server(sample_database(folder)) as server:
        answer = requests.get(f"{server.url}/openapi.json", headers={"Password": PASSWORD})
        document = answer.json()
        OpenAPIV31SpecValidator(document).validate()
        check(len(document["paths"]) > 30, f"the description is OpenAPI {document['openapi']}, of {len(document['paths'])} paths")
        names = [item["get"]["operationId"] for item in document["paths"].values()]
        check(len(set(names)) == len(names), "every operation has a name of its own")
        every_promise_is_kept(server.url, document)

        # From a file: where it fetches the description, it leaves out that path.
        pathlib.Path(folder, "openapi.json").write_bytes(answer.content)
        done = subprocess.run(
            [pathlib.Path(sys.executable).with_name("schemathesis"), "--config-file", CONFIGURATION, "run",
             "openapi.json", "--url", server.url, "--header", f"Password: {PASSWORD}", "--checks", "all", "--max-examples", "25",
             "--continue-on-failure", "--no-color"],
            cwd=folder, env=environment(), capture_output=True, text=True, timeout=600)
        lines = done.stdout.splitlines()
        said = [line.strip() for line in lines if "Tested:" in line or "generated" in line]
        check(done.returncode == 0, f"schemathesis finds nothing: {'; '.join(said)}", done.stdout[-4000:] + done.stderr[-1000:])
        tested = next(int(line.split()[-1]) for line in said if "Tested:" in line)
        check(tested == len(names), f"it has tested all {tested} operations", len(names))
        check(server.process.poll() is None, "and the server still serves")


main()
