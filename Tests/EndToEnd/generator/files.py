"""Writes tables as files in the many ways in which programs and people do: separators, encodings, dates, packaging."""

import gzip
import io
import tarfile
import zipfile

# Stands for one byte that is not UTF-8 while a file is made; the service reads U+FFFD in its place.
BAD = "\ue000"
# Characters that outnumber those bytes.
VALID = "äöüßéèêñçœ"
PLAIN = ["Beacon Hill", "north shore", "two birds", "it sang", "near the road", "a/b", "100% sure", "=SUM(A1)", "'s Gravenland", "#4",
         "nobody, really", "one; two", "a|b", "<b>bold</b>", "C:\\birds", "NULL", "Null Island", "no", "N"]
LATIN = ["Öland-2", "Marécage", "São Tomé", "Größe", "l\u2019étang", "\u201cquoted\u201d pond", "ferme d’Yé"]
WIDE = ["Ελλάδα", "雪の森", "Łódź", "Żuraw 🐦", "Dvořák", "u\u0308ber"]
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
ENCODINGS = {"utf-8": "UTF-8", "cp1252": "Windows-1252", "utf-16-le": "UTF-16LE", "utf-16-be": "UTF-16BE"}


class Style:
    """How a file is written. What depends on it (texts, numbers, dates) is made with it."""

    def __init__(self, chance, separator, plain=False, archive=False):
        """
        - separator: The one that files of the format have as they are downloaded.
        - plain: Whether nothing is odd.
        - archive: Whether `meta.xml` describes the file, so that it has no title, repeated header or `sep=`.
        """
        def often(share):
            return not plain and chance.random() < share

        self.chance, self.original = chance, separator
        self.separator = chance.choice("\t,;") if often(0.5) else separator
        self.encoding = chance.choice(["utf-8", "utf-8", "cp1252", "utf-16-le", "utf-16-be"]) if often(0.5) else "utf-8"
        self.mark = self.encoding.startswith("utf-16") or self.encoding == "utf-8" and often(0.25)
        self.bad = self.encoding == "utf-8" and often(0.15)
        quotings = ["all", "minimal"] if self.separator != "\t" else ["all", "none", "none", "minimal"]
        self.quoting = chance.choice(quotings) if not plain else "minimal" if separator != "\t" else "none"
        self.newline = "\r\n" if often(0.4) else "\n"
        self.final_newline = not often(0.2)
        self.declares = not archive and often(0.1)
        self.trailing = often(0.1)
        # A cell in quotes between tabs is told by rows that have all cells.
        self.drops = not (self.separator == "\t" and self.quoting == "minimal") and often(0.25)
        self.reorders, self.extras = often(0.4), often(0.3) or self.bad
        self.header_case = chance.choice([str, str.upper, str.lower, str.title]) if often(0.3) else str
        self.titles = chance.randint(1, 4) if not archive and often(0.1) else 0
        self.repeats_header = not archive and often(0.1)
        self.empty_lines, self.empty_rows = often(0.15), not archive and often(0.1)
        self.pads, self.decimal_comma = often(0.1), self.separator != "," and often(0.4)
        self.na = often(0.3)
        self.dates = chance.choice(["iso", "iso", "iso", "basic", "ymd/", "dmy/", "dmy.", "dmy-", "mdy/", "mdy-", "named", "named-"]) \
            if often(0.5) else "iso"
        self.padded_dates, self.mixed_dates = not often(0.5), often(0.15)
        self.clocks = chance.choice(["24", "24s", "12", "12s", "24z"]) if often(0.4) else "24"
        self.written_pairs = []
        self.odd_names = often(0.6)
        self.long_texts = often(0.06)
        # Whether a cell without need of it may begin with a quote: between tabs, only as in the downloads of eBird and GBIF.
        self.raw_quotes = self.quoting != "none" or separator == "\t" and self.encoding in ("utf-8", "cp1252")

    def text(self, remark=False):
        """A text for a cell; a remark may have several lines and be long."""
        chance = self.chance
        pool = PLAIN + LATIN + (WIDE if self.encoding != "cp1252" else [])
        text = chance.choice(pool)
        if chance.random() < 0.3:
            text += " " + chance.choice(pool)
        if chance.random() < 0.1:
            text += ' the "loud" one'
        if self.raw_quotes and chance.random() < 0.05:
            text = chance.choice(['"quoted" there', '"quoted"', '"open'])
            if self.quoting == "none":
                text = chance.choice(['"quoted" there', '"open one'])
        if remark and self.quoting != "none" and chance.random() < 0.1:
            text += chance.choice(["\nand more", "\twide", "\n\nend"])
        if self.bad and chance.random() < 0.1:
            text = "caf" + BAD + " " + text
        if self.long_texts and chance.random() < 0.2:
            text += " " + chance.choice(["long ", "lång "]) * (2100 if remark else 120) + "end"
        return text

    def number(self, value):
        """A number, which is a text if its digits matter."""
        if value is None or value == "":
            return self.null()
        text = str(value)
        # Between tabs, `1,001` may also be a thousand and one.
        if self.separator == "\t" and len(text.partition(".")[2]) == 3:
            return text
        return text.replace(".", ",") if self.decimal_comma else text

    def null(self):
        return "NA" if self.na and self.chance.random() < 0.7 else ""

    def count(self, num, unknown=("X", "x", "")):
        if num is None:
            word = self.chance.choice(unknown)
            return self.null() if word == "" else word
        return self.number(f"{num}.0") if self.chance.random() < 0.1 else str(num)

    def date(self, day, time=None, interval=False):
        """A date, and the time in it that the service reads."""
        if day.year is None:
            return self.null(), None
        if day.day is None:
            return str(day), None
        kind = self.dates if not self.mixed_dates or self.chance.random() < 0.6 else "iso"
        pad = "02" if self.padded_dates else ""
        d, m = f"{day.day:{pad}}", f"{day.month:{pad}}"
        if kind[:3] in ("dmy", "mdy"):
            self.written_pairs.append((kind, day))
            text = kind[3].join([d, m, str(day.year)] if kind[:3] == "dmy" else [m, d, str(day.year)])
        elif kind.startswith("named"):
            return ("-" if kind == "named-" else " ").join([d, MONTHS[day.month - 1], str(day.year)]), None
        elif kind == "basic":
            return f"{day.year}{day.month:02}{day.day:02}", None
        elif kind == "ymd/":
            text = f"{day.year}/{m}/{d}"
        else:
            text = str(day)
            if interval and self.chance.random() < 0.3:
                return f"{text}/{text if self.chance.random() < 0.5 else text[8:]}", None
        if time is None:
            return text + (self.chance.choice(["T00:00:00", " 00:00:00", "T00:00:00Z"]) if self.chance.random() < 0.1 else ""), None
        clock = f"{time // 60:02}:{time % 60:02}"
        noon = f"{(time // 60 + 11) % 12 + 1}:{time % 60:02}"
        half = "AM" if time < 720 else "PM"
        return text + self.chance.choice([f"T{clock}:00", f"T{clock}", f" {clock}:30", f"T{clock}:00Z", f"T{clock}:00+02:00",
                                          f"T{clock}:00.000Z", f" {noon} {half}", f" {noon}:59 {half}"]), clock

    def time(self, minutes):
        if minutes is None:
            return self.null()
        clock = f"{minutes // 60:02}:{minutes % 60:02}"
        noon = f"{(minutes // 60 + 11) % 12 + 1:02}:{minutes % 60:02}"
        half = "AM" if minutes < 720 else "PM"
        return {"24": clock, "24s": clock + ":30", "12": f"{noon} {half}", "12s": f"{noon}:01 {half.lower()}",
                "24z": clock + ":00Z"}[self.clocks]

    @property
    def seconds(self):
        return {"24s": 30, "12s": 1}.get(self.clocks, 0)

    def encoded(self, text):
        """The bytes of a file, and what the report must say of them."""
        content = (("\ufeff" if self.mark else "") + text).encode(self.encoding).replace(BAD.encode(), b"\xe9")
        return content, {"replaced": text.count(BAD), "encoding": "UTF-8" if content.isascii() else ENCODINGS[self.encoding]}

    def date_order(self, foreign_signs="", has_parts=False):
        """The order of day and month that the report must tell, and the option without which it is not known.

        - has_parts: Whether each row has the day and the month in columns of their own too.
        """
        if all(day.day == day.month for _, day in self.written_pairs):
            return None, []
        kind = self.written_pairs[0][0]
        order = "day-first" if kind.startswith("dmy") else "month-first"
        tells = has_parts or any(day.day > 12 for _, day in self.written_pairs) or kind == "dmy." \
            or order == "month-first" and kind[-1] not in foreign_signs
        return order, [] if tells else ["--date-order", order]


class Table:
    """Rows by the names of their columns, and how they become a file."""

    def __init__(self, columns, style, bare=False):
        """
        - columns: Names in the usual order.
        - bare: Whether the file has no header, so that the order of columns is fixed.
        """
        self.style, self.bare = style, bare
        # What a file calls columns that have several names.
        self.called = {}
        chance = style.chance
        self.columns, self.usual = list(columns), set(columns)
        if bare:
            style.titles, style.reorders, style.extras, style.bad, style.repeats_header = 0, False, False, False, False
        if style.reorders:
            chance.shuffle(self.columns)
        if style.extras:
            for name in chance.sample(["My notes", "x_1", "öäü", "", "Column 7"], chance.randint(1, 3)):
                name = "" if name == "öäü" and style.encoding == "cp1252" else name
                self.columns.insert(chance.randint(0, len(self.columns)), name)
        if style.bad:
            self.columns.append("x_remarks")

    def cells(self, row):
        def extra(name):
            if name == "x_remarks":
                return VALID
            return row.get(name, "") if name in self.usual else self.style.chance.choice(["", "7", "extra"])
        return [extra(name) for name in self.columns]

    def write(self, rows):
        """The file with these rows. A row is a dict, or a list of cells as they are.

        Returns bytes, and a dict: the numbers of rows that are passed over, of bytes that are replaced, and the encoding.
        """
        style, chance = self.style, self.style.chance
        names = [style.header_case(self.called.get(name, name)) for name in self.columns]
        header = [f" {name} " if style.pads and name else name for name in names]
        lines, told, widths = [], {"repeated": 0, "empty": 0}, []
        if style.declares:
            lines.append(f"sep={style.separator}")
        lines += [self.join(chance.choice([["My birds of 2021"], ["Exported", "2026"], ["Table 3", "", "", ""]]))
                  for _ in range(style.titles)]
        head = len(lines)
        if not self.bare:
            lines.append(self.join(header))
        for number, row in enumerate(rows):
            cells = self.cells(row) if isinstance(row, dict) else row
            if style.empty_lines and chance.random() < 0.1 and number:
                lines.append("")
            if number and style.repeats_header and chance.random() < 0.1:
                lines.append(lines[head])
                told["repeated"] += 1
            if number and style.empty_rows and chance.random() < 0.1:
                lines.append(style.separator * (len(self.columns) - 1))
                told["empty"] += 1
            # Without a header, the first row tells whether there is a separator at the end of each.
            drops = style.drops and not (self.bare and style.trailing and not number)
            lines.append(self.join(cells, drops))
            widths.append(len(self.dropped(cells, drops)) + style.trailing)
        text = style.newline.join(lines) + (style.newline if style.final_newline or seems_cut(widths, len(self.columns)) else "")
        content, encoding = style.encoded(text)
        return content, told | encoding

    def dropped(self, cells, drops):
        cells = list(cells)
        while drops and len(cells) > 1 and cells[-1] == "":
            cells.pop()
        return cells

    def join(self, cells, drops=False):
        cells = map(self.quoted, self.dropped(cells, drops))
        return self.style.separator.join(cells) + (self.style.separator if self.style.trailing else "")

    def quoted(self, cell):
        style = self.style
        if style.quoting == "none":
            return cell
        if style.quoting == "all" or any(sign in cell for sign in (style.separator, '"', "\n", "\r")):
            return '"' + cell.replace('"', '""') + '"'
        return f" {cell} " if style.pads and style.chance.random() < 0.1 and cell else cell


def seems_cut(widths, columns):
    """Whether the last row, by the numbers of cells of all rows, seems cut off if it has no line end."""
    *others, last = widths or [columns]
    fewest = min([width for width in others if width > 1], default=columns)
    return last < columns and (fewest >= columns or len(others) >= 20 and last < fewest)


# Files that downloads have beside their records.
BESIDE = {"README.txt": b"Birds of 2021.\nSee the terms.\n", "terms_of_use.txt": b"Use them well, and cite them.\n",
          "BCRCodes.txt": b"BCR CODE\tBCR NAME\n1\tAleutian Islands\n2\tWestern Alaska\n", "recommended_citation.txt": b"Birds. 2026.\n",
          "IBACodes.csv": b"IBA CODE,IBA NAME\nX1,Hill\n", "map.png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "empty.txt": b""}


def pack(chance, files, kind):
    """Files as one, and its extension. `files` are pairs of a name and bytes."""
    if kind == "gz":
        (name, content), = files
        return gzip.compress(content, mtime=0), "." + name.rsplit(".", 1)[-1] + ".gz"
    entries = list(files)
    if chance.random() < 0.5:
        entries += [(name, BESIDE[name]) for name in chance.sample(list(BESIDE), chance.randint(1, 4))]
    if chance.random() < 0.3:
        chance.shuffle(entries)
    folder = chance.choice(["", "", "download/", "a b/ö/"])
    hidden = [(chance.choice([f"__MACOSX/{folder}._{name}", f"{folder}._{name}"]), b"\0\5\x16\7\0\2\0\0Mac OS X" + bytes(50))
              for name, _ in files] if chance.random() < 0.2 else []
    if chance.random() < 0.25:
        entries = [(name + ".gz", gzip.compress(content, mtime=0)) if (name, content) in files else (name, content)
                   for name, content in entries]
    return archive(chance, [(folder + name, content) for name, content in entries] + hidden, kind), "." + kind


def archive(chance, entries, kind="zip"):
    """A zip or tar."""
    out = io.BytesIO()
    if kind == "zip":
        method = chance.choice([zipfile.ZIP_DEFLATED, zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
        with zipfile.ZipFile(out, "w", method) as zipped:
            for name, content in entries:
                zipped.writestr(name, content)
        return out.getvalue()
    style = chance.choice([tarfile.PAX_FORMAT, tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT])
    with tarfile.open(fileobj=out, mode="w", format=style, encoding="utf-8") as tar:
        for name, content in entries:
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return gzip.compress(out.getvalue(), mtime=0) if kind == "tar.gz" else out.getvalue()
