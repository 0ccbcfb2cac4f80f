"""Writes the inputs that libFuzzer begins with, into a folder for each target: `seeds.py FOLDER`.

They are those made here, and the lines of corpus/TARGET, each an input with Python's escapes, which may be written by hand.
`seeds.py keep TARGET FILE…` adds files to these.
"""

import gzip
import io
import pathlib
import sys
import tarfile
import zipfile

PLAIN = "loc_id,latitude,longitude,region,year,month,day,species_id,num\nL1,60.5,-135.25,CA-YT,2021,2,3,stejay,3.0\n"
MY_EBIRD = ("Submission ID,Common Name,Scientific Name,Taxonomic Order,Count,State/Province,County,Location ID,Location,Latitude,"
            "Longitude,Date,Time\nS1,\"Jay, Steller's\",Cyanocitta stelleri,1,X,CA-BC,,L1,Hill,48.4,-123.3,2021-02-03,06:41 AM\n")
DARWIN_CORE = ("occurrenceID\tscientificName\tclass\teventDate\teventID\tdecimalLatitude\tdecimalLongitude\tindividualCount\n"
               "o1\tParus (Cyanistes) caeruleus Linnaeus, 1758\tAves\t2021-02-03T06:41:00Z\te1\t55,4\t12.8\t2\n")
INATURALIST = ("id,observed_on,scientific_name,iconic_taxon_name,quality_grade,latitude,longitude,coordinates_obscured,"
               "positional_accuracy\n1,2021-02-03,Larus canus,Aves,research,55.4,12.8,true,10\n")
BIRDNET = "Start (s),End (s),Scientific name,Common name,Confidence\n3.0,6.0,Parus major,Great Tit,0.71\n"
BIRDNET_PI = "Date;Time;Sci_Name;Com_Name;Confidence;Lat;Lon;Cutoff;Week;Sens;Overlap\n2022-02-07;06:41:09;Parus major;Great Tit;0,87;48.4;-123.3;0.7;6;1.25;0.0\n"
RECORD = "Great Tit,Parus,major,3,,Falsterbo,55.4,12.8,02/03/2021,06:41,N,SE,Traveling,1,60,Y,1.5,,\n"
TAXONOMY = "TAXON_ORDER,CATEGORY,SPECIES_CODE,TAXON_CONCEPT_ID,PRIMARY_COM_NAME,SCI_NAME\n1,species,gretit1,,Great Tit,Parus major\n"
SAMPLING = ("COUNTRY CODE\tSTATE CODE\tLOCALITY\tLOCALITY ID\tLATITUDE\tLONGITUDE\tOBSERVATION DATE\tTIME OBSERVATIONS STARTED\t"
            "SAMPLING EVENT IDENTIFIER\tPROTOCOL NAME\tALL SPECIES REPORTED\tGROUP IDENTIFIER\n"
            "SE\tSE-N\tFalsterbo\tL1\t55.4\t12.8\t2021-02-03\t06:41:00\tS1\tTraveling\t1\tG1\n")
META = """<?xml version="1.0"?><archive xmlns="http://rs.tdwg.org/dwc/text/">
<core rowType="http://rs.tdwg.org/dwc/terms/Event" fieldsTerminatedBy="\\t" linesTerminatedBy="\\n" ignoreHeaderLines="1">
<files><location>event.txt</location></files><id index="0"/><field index="1" term="http://rs.tdwg.org/dwc/terms/eventDate"/>
<field index="2" term="http://rs.tdwg.org/dwc/terms/parentEventID"/><field term="http://rs.tdwg.org/dwc/terms/countryCode" default="SE"/></core>
<extension rowType="http://rs.tdwg.org/dwc/terms/Occurrence" fieldsTerminatedBy="\\t" fieldsEnclosedBy="&quot;" ignoreHeaderLines="1">
<files><location>occurrence.txt</location></files><coreid index="0"/><field index="1" term="http://rs.tdwg.org/dwc/terms/scientificName"/>
</extension></archive>"""
EVENTS = "id\tdate\tparent\ne1\t2021-02-03\t\ne2\t\te1\n"
OCCURRENCES = "id\tname\ne2\tParus major\n"
TEXTS = [PLAIN, MY_EBIRD, DARWIN_CORE, INATURALIST, BIRDNET, BIRDNET_PI, RECORD, TAXONOMY, SAMPLING]
NAMES = ["Parus (Cyanistes) caeruleus Linnaeus, 1758", "PARUS MAJOR", "Turdus cf. merula", "Anser anser f. domestica", "Larus sp.",
         "Corvus corone ssp. cornix", "Anas crecca/carolinensis", "Turdus merula × philomelos", "Larus aff. fuscus (L.)",
         "Setophaga coronata coronata x auduboni", "†Pinguinus impennis", "Phasianus colchicus Ödman"]
DATES = ["2021-02-03", "02-03-2021", "2022/02/07", "2021-02-03T00:00:00+01:00", "1996-02-28/1996-02-28", "5/14/2009 6:01:24 PM", "2021",
         "3.2.2021", "07 Feb 2021", "25/12/2021 06:41", "2021-02", "06:41 AM"]


def zipped(files, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return out.getvalue()


def tarred(files):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return out.getvalue()


darwin_core = {"meta.xml": META, "event.txt": EVENTS, "occurrence.txt": OCCURRENCES}
SEEDS = {
    "csv": [text.encode(code) for text in TEXTS for code in ("utf-8", "utf-16")] + [("sep=;\n" + PLAIN.replace(",", ";")).encode()],
    "names": [name.encode() for name in NAMES],
    "dates": [date.encode() for date in DATES],
    "archives": [zipped(darwin_core), zipped(darwin_core, zipfile.ZIP_STORED), zipped({"README.txt": "Birds", "a.csv": PLAIN}),
                 gzip.compress(MY_EBIRD.encode()), tarred({"ebd.txt.gz": gzip.compress(SAMPLING.encode()), "terms.txt": b"Terms"}),
                 gzip.compress(tarred({"a.csv": PLAIN.encode()}))],
    "description": [META.encode(), META.encode("utf-16")],
}
CORPUS = pathlib.Path(__file__).parent / "corpus"


def write_seeds(folder):
    for target in sorted(SEEDS.keys() | {file.name for file in CORPUS.iterdir()}):
        inputs = list(SEEDS.get(target, []))
        if (CORPUS / target).exists():
            lines = (CORPUS / target).read_text("ascii").splitlines()
            inputs += [line.encode().decode("unicode_escape").encode("latin-1") for line in lines]
        (folder / target).mkdir(parents=True, exist_ok=True)
        for number, content in enumerate(inputs):
            (folder / target / str(number)).write_bytes(content)


def keep(target, files):
    inputs = sorted((pathlib.Path(file).read_bytes() for file in files), key=lambda content: (len(content), content))
    with open(CORPUS / target, "a", encoding="ascii") as kept:
        kept.writelines(content.decode("latin-1").encode("unicode_escape").decode() + "\n" for content in inputs)


if sys.argv[1] == "keep":
    keep(sys.argv[2], sys.argv[3:])
else:
    write_seeds(pathlib.Path(sys.argv[1]))
