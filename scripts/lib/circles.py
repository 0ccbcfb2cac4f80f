"""Ends with an error where folders of a module use each other's types, directly or in a circle.

The compiler proves this for modules. Files beside the folders of a module may use all of these, and none of them may use
such a file. Types are found by their names, so what an extension adds to a type of another folder goes unseen.
"""

import pathlib
import re
import sys

DECLARATION = re.compile(r"^( *)(?:@\w+(?:\([^)]*\))? |[a-z]+ )*(?:struct|class|enum|protocol|typealias) (\w+)", re.M)


def code(path):
    """The file without its comments and texts."""
    text = re.sub(r"^\s*//.*", "", path.read_text(), flags=re.M)
    text = re.sub(r'""".*?"""', "", text, flags=re.S)
    return re.sub(r"//.*", "", re.sub(r'"(?:\\.|[^"\\\n])*"', "", text))


def uses(module):
    """For each folder, the other folders whose types its files name: (folder, type, file)."""
    sources = [(path, code(path)) for path in sorted(module.rglob("*.swift"))]
    folder_of, nested = {}, {}
    for path, text in sources:
        folder = path.relative_to(module).parts[0] if path.parent != module else "."
        for indent, name in DECLARATION.findall(text):
            if indent:
                nested.setdefault(folder, set()).add(name)
            else:
                folder_of.setdefault(name, set()).add(folder)
    found = {}
    for path, text in sources:
        folder = path.relative_to(module).parts[0] if path.parent != module else "."
        for name in set(re.findall(r"\b[A-Z]\w+", text)) - nested.get(folder, set()):
            for other in folder_of.get(name, set()) - {folder}:
                found.setdefault(folder, {}).setdefault(other, []).append((name, path))
    return found


def reached(start, found):
    """All folders that a folder uses, by way of others too."""
    seen, open_ = set(), [start]
    while open_:
        for other in found.get(open_.pop(), {}):
            if other not in seen:
                seen.add(other)
                open_.append(other)
    return seen


def main():
    faults = []
    for module in sorted(path for path in pathlib.Path("Sources").iterdir() if path.is_dir()):
        found = uses(module)
        for folder, others in found.items():
            for other in others:
                if folder in reached(other, found):
                    name, path = others[other][0]
                    faults.append(f"{path} uses {name} of the folder {other}, which uses {folder}")
    if faults:
        sys.exit("\n".join(["these folders use each other in a circle:", *sorted(faults)]))


main()
