"""What clients and scripts rely on changes only on purpose: the paths, parameters and members of `/openapi.json`, the names
and labels of `/metrics`, and the text of every `--help` are those of the files in `contract`.

A change that is meant is written there by `contract.py --write`, and its differences are read before they are committed."""

import json
import pathlib
import re
import sys
import tempfile

import requests

from server import PASSWORD, Server, check, rookery, sample_database

FOLDER = pathlib.Path(__file__).with_name("contract")
COMMANDS = [[], ["serve"], ["import"], ["datasets"], ["datasets", "list"], ["datasets", "describe"], ["datasets", "remove"],
            ["sensitive"], *(["sensitive", name] for name in ("import", "list", "check", "remove")), ["publish"],
            ["users"], *(["users", name] for name in ("add", "passwd", "remove", "list", "check")),
            ["rights"], *(["rights", name] for name in ("set", "remove", "show", "check")), ["audit"], ["get"], ["health"]]


def one_line(value):
    return json.dumps(value, ensure_ascii=False)


class Parts:
    """Gives each value a name, the same one to equal values, since most parameters and answers belong to many paths."""

    def __init__(self):
        self.names = {}

    def name(self, word, value):
        key = word, one_line(value)
        if key not in self.names:
            others = sum(known == word for known, _ in self.names)
            self.names[key] = f"{word}#{others + 1}" if others else word
        return self.names[key]

    def lines(self):
        return [f"  {name} {text}" for (_, text), name in self.names.items()]


def description(document):
    """`/openapi.json` with a line for each thing, and each thing once."""
    parameters, responses = Parts(), Parts()
    lines = ["paths"]
    for path, item in document["paths"].items():
        for method, operation in item.items():
            lines.append(f"  {method.upper()} {path}")
            for name, value in operation.items():
                if name == "parameters":
                    value = " ".join(parameters.name(parameter["name"], parameter) for parameter in value)
                elif name == "responses":
                    value = " ".join(responses.name(status, response) for status, response in value.items())
                else:
                    value = one_line(value)
                lines.append(f"    {name}: {value}")
    lines += ["parameters"] + parameters.lines() + ["responses"] + responses.lines()
    for name, value in document.items():
        if name not in ("paths", "components"):
            lines.append(f"{name} {one_line(value)}")
    for section, values in document["components"].items():
        lines.append(section)
        for name, value in values.items():
            properties = value.get("properties", {})
            lines.append(f"  {name} {one_line({key: part for key, part in value.items() if key != 'properties'})}")
            lines += [f"    {member} {one_line(part)}" for member, part in properties.items()]
    return "\n".join(lines) + "\n"


def metrics(text):
    """What is said of each metric, and its samples with their labels, without their values."""
    lines = [line if line.startswith("#") else line.rpartition(" ")[0] for line in text.splitlines()]
    return re.sub(r'\{id="\w+"', '{id="…"', "\n".join(lines)) + "\n"


def help_texts():
    texts = []
    for command in COMMANDS:
        done = rookery(*command, "--help")
        line = " ".join(["rookery", *command, "--help"])
        check(done.returncode == 0 and not done.stderr, f"'{line}' helps", done.stderr)
        texts.append(f"$ {line}\n{done.stdout}")
    return "\n".join(texts)


def main():
    with tempfile.TemporaryDirectory() as folder, Server(sample_database(folder)) as server:
        session = requests.Session()
        session.headers["Password"] = PASSWORD
        document = session.get(f"{server.url}/openapi.json").json()
        # Each resource has its label in the metrics once it was asked for.
        for path in [*document["paths"], "/nothing"]:
            session.get(server.url + path, params={"limit": 1})
        found = {
            "openapi.txt": description(document),
            "metrics.txt": metrics(session.get(f"{server.url}/metrics").text),
            "help.txt": help_texts(),
        }
    for name, text in found.items():
        file = FOLDER / name
        if sys.argv[1:] == ["--write"]:
            FOLDER.mkdir(exist_ok=True)
            file.write_text(text)
        kept = file.read_text() if file.exists() else ""
        differences = [f"\n- {old}\n+ {new}" for old, new in zip(kept.splitlines() + [""], text.splitlines() + [""])
                       if old != new]
        check(kept == text, f"contract/{name} is what is told", "".join(differences[:1])
              + "\nIf that is meant: Tests/EndToEnd/contract.py --write")


main()
