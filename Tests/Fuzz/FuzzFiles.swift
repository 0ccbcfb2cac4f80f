import Birds
import Glibc

@testable import BirdImport

// What an import reads: files of records, archives, and the texts in their cells.

/// Reads a file as an import does. Its rows are the same each time, and their lines ascend.
func tryFile(_ bytes: [UInt8]) {
    let file = TemporaryFile(in: "/dev/shm")
    guard (try? file.append(bytes)) != nil, let source = try? SourceFile(file, path: "STA1_20210203_064100.csv"),
        let contents = try? Detection.open(source, as: nil, folder: "/dev/shm")
    else { return }
    for table in contents.flatMap(\.tables) {
        let columns = Columns(table.format, table.header, commas: table.commas)
        var records = RecordDecoder(table.format, columns, lastYear: 2030, file: table.paths.first ?? "")
        records.dates.order = .dayFirst
        var species = SpeciesDecoder(table.format, columns)
        var record = SourceRecord()
        var details: [UInt8] = []
        let first = read(table) { row in
            guard row.problem == nil else { return }
            if table.format.holdsSpecies {
                _ = try? species.decode(&row)
            } else if (try? records.decode(&row, into: &record)) != nil, record.otherAnimal == nil {
                RecordDetails.write(record, row, complete: nil, file: 0, to: &details)
                // What is staged is read again.
                let found = RecordDetails(details)
                check(details[found.source].elementsEqual(row.bytes[record.source.range]), "the source is staged")
                for member in DetailMember.texts {
                    let text = row.bytes[record[text: member].range]
                    check(found.text(member, in: details).elementsEqual(text), "\(member) is staged")
                }
            }
        }
        check(first == read(table) { _ in }, "rows are the same again")
    }
}

/// A number for each row of a table, which its cells decide.
private func read(_ table: SourceTable, _ body: (inout Row) -> Void) -> [Int] {
    guard let rows = try? table.open() else { return [] }
    var row = Row()
    var rowNumbers: [Int] = []
    var line = 0
    while (try? rows.next(&row)) == true {
        check(row.line >= line, "lines ascend")
        line = row.line
        var hasher = Hasher()
        hasher.combine(row.problem)
        // Else the cells are not used.
        if row.problem == nil { for cell in row.cells { hasher.combine(row.bytes[cell.range]) } }
        rowNumbers.append(hasher.finalize())
        body(&row)
    }
    return rowNumbers
}

/// A name, and on a second line what another column says. A name is never cut to its genus, and what is no wild species
/// never counts as one.
func tryName(_ bytes: [UInt8]) {
    let lines = bytes.split(separator: 0x0A, maxSplits: 1, omittingEmptySubsequences: false)
    let texts = lines.map { String(decoding: $0, as: UTF8.self) }
    guard let text = texts.first else { return }
    let name = ScientificName(text)
    guard let whole = name.names.first else { return check(false, "a name has a form") }
    if whole.contains(" "), name.kind == .species || name.kind == .subspecies {
        // A hyphen may stand for the space (`Parus-major`), and no genus has one.
        let isWhole = { (form: String) in form.contains(" ") || form.contains("-") }
        check((name.names + name.species).allSatisfy(isWhole), "no name is cut to its genus: \(name)")
    }
    if [.domestic, .several, .affinity].contains(name.kind) {
        check(Set(name.names).isDisjoint(with: name.species), "what is no wild species is not taken for one: \(name)")
    }
    check(name.kind != .species || name.category == nil, "a species has no other category")
    let second = texts.count > 1 ? texts[1] : text
    let other = ScientificName(second)
    check(!name.saysMore(than: other) || !other.isUncertain, "nothing is said of what is not certain")
    check(!name.adds(to: name) || !name.isUncertain, "nothing is added to what is not certain")
    _ = (name.adds(to: other), ScientificName.isDoubt(second))
    for isCommon in [false, true] {
        check(ScientificName.name(text, with: second, isCommon: isCommon) != "", "a qualified name is a name")
    }
}

/// A date that does not need an order is the same in both.
func tryDate(_ bytes: [UInt8]) {
    let text = bytes[...]
    let (day, month) = (try? DateText.parse(text, .dayFirst), try? DateText.parse(text, .monthFirst))
    if !DateText.needsOrder(text) {
        check(day?.year == month?.year && day?.month == month?.month && day?.day == month?.day, "the order matters")
    }
    for minutes in [
        DateText.minutes(text, .dayFirst), DateText.minutes(text, .monthFirst), TimeText.minutes(text),
        TimeText.minutes(within: text),
    ] {
        check(minutes.map { (0..<24 * 60).contains($0) } ?? true, "a time is within a day")
    }
    if day != nil || month != nil {
        check((0...60).contains(DateText.seconds(text)), "a time is within a minute")
        if let pair = DateText.pair(text) {
            check((0...99).contains(pair.first) && (0...99).contains(pair.second), "days and months have two digits")
        }
    }
    let pattern = String(decoding: bytes, as: UTF8.self)
    check(DateOrder(pattern: pattern) == nil || !DateOrder.isUnusual(pattern: pattern), "a known order is not unusual")
}

/// The description of a Darwin Core archive.
func tryDescription(_ bytes: [UInt8]) { _ = try? ArchiveDescription.parse(bytes) }
