"""Scripts that people have, as they have them: `requests` with either kind of credentials."""

import tempfile

import requests
from requests.auth import HTTPBasicAuth

from server import Server, check, sample_database


def main():
    with tempfile.TemporaryDirectory() as folder, Server(sample_database(folder)) as server:
        url = server.url

        password = {"Password": "mumble"}

        response = requests.get(url, params={"species": "stejay", "year": 2021}, headers=password)
        birds = response.json()
        check(response.status_code == 200 and 0 < len(birds) < 20, "headers={'Password': …} gets records", response.text)
        check(all((bird["species_id"], bird["year"]) == ("stejay", 2021) for bird in birds), "they are those asked for")
        check(response.headers["Content-Type"].startswith("application/json"), "the answer says that it is JSON")

        basic = requests.get(f"{url}/?species=stejay&year=2021", auth=HTTPBasicAuth("marlyn", "mumble"))
        check(basic.status_code == 200 and basic.json() == birds, "HTTPBasicAuth gets the same records")

        with requests.Session() as session:
            session.auth = ("marlyn", "mumble")
            pages = [session.get(url, params={"species": "stejay", "year": year}).json() for year in range(2012, 2025)]
            everything = session.get(f"{url}/?species=stejay").json()
        check(sum(pages, []) == everything, "a session asks year by year and gets what one request gets")

        denied = requests.get(f"{url}/?species=stejay", headers={"Password": "grumble"})
        body = denied.json()
        check(denied.status_code == 403 and body["status"] == 403, "a wrong Password is 403, in `status` too", body)
        check(body["error_message"] == "incorrect or missing password", "and `error_message` says why", body)

        denied = requests.get(f"{url}/?species=stejay", auth=HTTPBasicAuth("marlyn", "grumble"))
        body = denied.json()
        check(denied.status_code == 401 and body["status"] == 401
              and body["error_message"] == "incorrect or missing password",
              "a wrong password in HTTPBasicAuth is 401, with `error_message`", body)

        denied = requests.get(f"{url}/?species=stejay")
        body = denied.json()
        check((denied.status_code, body["status"], body["error_message"]) == (401, 401, "no authorization provided"),
              "no credentials are 401, with `error_message`", body)

        wrong = requests.get(f"{url}/?specie=stejay", headers=password)
        body = wrong.json()
        check(wrong.status_code == 400 and body["parameter"] == "specie" and body["nearest"] == "species",
              "a misspelt parameter is 400 and names the nearest", body)
        wrong = requests.get(f"{url}/?species=stejai", headers=password)
        body = wrong.json()
        check(wrong.status_code == 400 and body["value"] == "stejai" and body["nearest"] == "stejay",
              "a misspelt species is 400 and names the nearest", body)

        jay = requests.get(f"{url}/species/stejay", headers=password).json()
        check(jay["scientific_name"] == "Cyanocitta stelleri" and jay["common_name"] == "Steller's Jay",
              "/species/stejay has its names", jay)
        number = requests.get(f"{url}/?species=stejay&limit=1&fields=id,loc_id", headers=password).json()[0]
        one = requests.get(f"{url}/observations/{number['id']}", headers=password).json()
        check(one["loc_id"] == number["loc_id"], "/observations/{id} is the record of that id", one)
        datasets = requests.get(f"{url}/datasets", headers=password).json()
        check([data["name"] for data in datasets] == ["feederwatch"] and datasets[0]["records"] > 19_000,
              "/datasets names the import", datasets)
        check(requests.get(f"{url}/health").status_code == 200, "/health wants no credentials")


main()
