"""Wrong requests of every kind: each is refused with the parameter, the value and the nearest name, and never answered."""

import re
import tempfile

import requests

from server import PASSWORD, Server, check, sample_database

BAD = [  # path and query, the parameter that is named, the nearest name if there is one
    ("/observations?specie=stejay", "specie", "species"), ("/observations?sepcies=stejay", "sepcies", "species"),
    ("/observations?species=stejai", "species", "stejay"), ("/observations?fields=loc_id,regoin", "fields", "region"),
    ("/observations?sort=-dat", "sort", "date"), ("/observations?sort=date,date", "sort", None),
    ("/observations?sort=date,-date", "sort", None), ("/observations?sort=minutes", "sort", None),
    ("/observations?sort=", "sort", None),
    ("/observations?from=2020&from=2021", "from", None), ("/observations?limit=0", "limit", None),
    ("/observations?limit=-1", "limit", None), ("/observations?limit=99999999999999999999", "limit", None),
    ("/observations?count=all", "count", None), ("/observations?format=cvs", "format", "csv"),
    ("/observations?after=nonsense&limit=1", "after", None), ("/observations?bbox=1,2,3", "bbox", None),
    ("/observations?bbox=1,50,2,40", "bbox", None), ("/observations?bbox=-181,0,0,1", "bbox", None),
    ("/observations?bbox=0,0,nan,1", "bbox", None), ("/observations?near=60,-135", "near", None),
    ("/observations?within=5", "within", None), ("/observations?near=91,0&within=5", "near", None),
    ("/observations?near=60,-135&within=-1", "within", None), ("/observations?near=60,-135&within=1e999", "within", None),
    ("/observations?min_num=-1", "min_num", None), ("/observations?min_num=1.5", "min_num", None),
    ("/observations?min_num=9&max_num=3", None, None), ("/observations?spreadsheet=yes", "spreadsheet", None),
    ("/observations?spreadsheet=maybe&format=csv", "spreadsheet", None), ("/observations.csv?format=json", "format", None),
    ("/summary", "by", None), ("/summary?by=", "by", None), ("/summary?by=yaer", "by", "year"),
    ("/summary?by=year,year", "by", None), ("/summary?by=year,week", "by", None), ("/summary?by=year&format=geojson", "format", None),
    ("/species?format=geojson", "format", None), ("/locations?limit=x", "limit", None),
    ("/checklists?fields=nothing", "fields", None), ("/observations?fields=num&fields=num", "fields", None),
    ("/observations?location=%22L1", "location", None), ("/locations?region=CA,", "region", None),
    ("/checklists?dataset=%22a%22b", "dataset", None), ("/observations?location=L1,%20%22a,b%22", "location", None),
    ("/observations?year=2020&year=", "year", None), ("/observations?species=stejay&species=stejai", "species", "stejay"),
]


def main():
    with tempfile.TemporaryDirectory() as folder, Server(sample_database(folder)) as server, requests.Session() as session:
        session.headers["Password"] = PASSWORD

        def get(path, **headers):
            return session.get(server.url + path, headers=headers, timeout=30)

        for path, parameter, nearest in BAD:
            answer = get(path)
            body = answer.json()
            right = answer.status_code == body["status"] == 400 and body["error_message"]
            right = right and (parameter is None or body.get("parameter") == parameter)
            check(right and (nearest is None or body.get("nearest") == nearest), f"{path} is 400", answer.text)

        for path, nearest in [("/observations/", "/observations"), ("/observations.csv/", "/observations.csv"),
                              ("/species/stejay/", "/species/stejay"), ("/locations/a/b", "/locations/a%2Fb"), ("/nothing/", None)]:
            body = get(path).json()
            check(body["status"] == 404 and body.get("nearest") == nearest, f"{path} is 404 and names {nearest}", body)

        first = get("/observations?species=stejay&limit=2")
        link = first.links["next"]["url"]
        link = requests.compat.urljoin(first.url, link)
        link = link.removeprefix(server.url)
        check(get(link).status_code == 200, "the link of a page is answered")
        token = re.search(r"after=([^&]+)", link)[1]
        everything = get("/observations?species=stejay").json()
        refused = refused_heads = heads = 0
        for index in range(len(token)):
            for letter in "Az_5":
                other = token[:index] + letter + token[index + 1:]
                if other == token:
                    continue
                answer = get(link.replace(token, other))
                # A token is a place in the order of one query: another place of the same query is no secret.
                right = answer.status_code == 400 and answer.json()["parameter"] == "after"
                refused += right
                heads += index < 12
                refused_heads += right and index < 12
                right = right or answer.status_code == 200 and all(row in everything for row in answer.json()[:3])
                if not right or answer.status_code == 200 and len(answer.json()) > 2:
                    check(False, "a token that was tampered with does no harm", f"{other}: {answer.text}")
        # The version and the hash of the query are 9 bytes: 12 letters, with no bit of what follows.
        check(refused_heads == heads, "a token of another version or query is always 400", f"{refused_heads} of {heads}")
        check(refused > heads, f"{refused} of {4 * len(token)} tokens that were tampered with are 400, the others places in "
              "the same query")
        for other in ("", "A", token + "A", token + "AAAA", token[1:], token[:-1], token[::-1]):
            answer = get(link.replace(token, other))
            check(answer.status_code == 400 and answer.json()["parameter"] == "after", f"{other[:20]}… is 400", answer.text)
        for path in ("/checklists", "/locations", "/observations.csv"):
            answer = get(f"{path}?species=stejay&limit=2&after={token}" if path != "/locations" else f"{path}?limit=2&after={token}")
            same = path == "/observations.csv"
            check(answer.status_code == (200 if same else 400), f"{path} {'takes' if same else 'refuses'} it", answer.text)
        for query in ("species=bkcchi&limit=2", "species=stejay&limit=2&sort=-date", "species=stejay&year=2021&limit=2"):
            check(get(f"/observations?{query}&after={token}").status_code == 400, f"a token of another query is 400: {query}")
        check(get(link.replace(token, token[: len(token) // 2])).status_code == 400, "half a token is 400")

        for path, accept in [("/observations", "text/html"), ("/observations", "application/json;q=0"),
                             ("/species", "application/geo+json"), ("/species/stejay", "text/csv")]:
            answer = get(path, Accept=accept)
            check(answer.status_code == 406 and answer.json()["code"] == "not-acceptable", f"{path} as {accept} is 406",
                  answer.text)
            check("application/json" in answer.json()["error_message"], "and says what there is", answer.text)
        check(get("/observations.csv?limit=1", Accept="text/html").status_code == 200, "an extension wins over Accept")
        check(get("/observations?limit=1", Accept="text/csv, application/json;q=0.5").headers["Content-Type"]
              .startswith("text/csv"), "Accept chooses by weight")
        check(get("/observations?limit=1&spreadsheet=yes&format=csv").status_code == 200, "spreadsheet=yes goes with CSV")


main()
