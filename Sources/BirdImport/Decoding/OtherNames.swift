/// What a row says of its species in columns that do not decide what it is: a verbatim name, a name in columns that the
/// format does not read, or the parts of a name beside a whole one.
///
/// They only count for `NamesBesideSpecies`: no listed name may pass because it stands in another column.
struct OtherNames {
    /// Between two of them in `SourceRecord.otherNames`. No text of a record has a control character.
    static let separator: UInt8 = 1
    /// The longest beginning of a name that is kept, in bytes: what is longer is free text, and each may be another
    /// one.
    private static let longest = 120

    private let positions: [Int]
    private let hasParts: Bool
    /// Whether there is a column for the species beside one for a name that may be more exact.
    private let hasSpecies: Bool

    init(_ format: Format, _ header: Header) {
        func has(_ member: Format.Member) -> Bool {
            format.columns.contains { $0.member == member && header.position($0) != nil }
        }
        // What these have is kept whole. The verbatim name may be one of several.
        let read = Set(format.columns.filter { $0.member != .verbatimName }.compactMap(header.position))
        positions =
            format.holdsSpecies
            ? [] : header.names.indices.filter { !read.contains($0) && Self.isName(header.names[$0]) }
        hasParts = has(.epithet) && (has(.authoredName) || has(.scientificName))
        hasSpecies = has(.authoredName) && has(.scientificName)
    }

    /// Whether a row may have some.
    var isEmpty: Bool { positions.isEmpty && !hasParts && !hasSpecies }

    /// Whether a column may have names of species, to judge by its own name.
    private static func isName(_ column: String) -> Bool {
        let word = column.lowercased().filter(\.isLetter)
        return names.contains(where: word.contains) && !other.contains(where: word.hasSuffix)
    }

    private static let names = [
        "species", "sppcode", "scientificname", "sciname", "latinname", "commonname", "vernacular", "englishname",
        "taxonname", "taxonsubspecies", "birdname", "nameusage", "verbatimidentification", "previousidentification",
        "organismname",
    ]
    /// Ends of the names of columns about a name, and not of a name.
    private static let other = [
        "id", "ids", "key", "authorship", "remarks", "comments", "notes", "count", "number", "list", "rank", "status",
        "group",
    ]

    /// Adds those of a row to the others of its record.
    func add(from row: inout Row, _ columns: Columns, to record: inout SourceRecord) {
        if hasParts { addParts(&row, columns, &record) }
        for position in positions {
            let name = row.trimmed(position)
            Self.add(name, &row, &record)
            addEpithet(name, &row, &record)
        }
        if hasSpecies { addEpithet(record.speciesName, &row, &record) }
    }

    /// Adds the name that the genus of a record makes with an epithet alone.
    private func addEpithet(_ name: Row.Cell, _ row: inout Row, _ record: inout SourceRecord) {
        if let genus = genus(row, record, beside: name) { Self.add(row.compose(genus, " ", name), &row, &record) }
    }

    /// The genus of a record, if a name may be the epithet of a species: a word without capitals.
    private func genus(_ row: Row, _ record: SourceRecord, beside name: Row.Cell) -> Row.Cell? {
        guard !name.isEmpty, row.bytes[name.range].allSatisfy({ $0 >= 0x61 }) else { return nil }
        let known = record.scientificName
        let length = row.bytes[known.range].prefix { $0 != 0x20 }.count
        return length == 0 ? nil : Row.Cell(start: known.start, end: known.start + Int32(clamping: length))
    }

    /// Adds a name, unless the record has it.
    static func add(_ name: Row.Cell, _ row: inout Row, _ record: inout SourceRecord) {
        if name.isEmpty { return }
        let text = row.bytes[name.range]
        let isKnown = [record.scientificName, record.speciesName, record.commonName, record.species].contains {
            row.bytes[$0.range].elementsEqual(text)
        }
        // The author may be missing.
        let isBeginning = row.bytes[record.scientificName.range].starts(with: text + [0x20])
        // Numbers are no names.
        guard !isKnown, !isBeginning, text.contains(where: { $0 | 0x20 >= 0x61 }) else { return }
        let kept = text.prefix(longest).map { $0 < 0x20 ? 0x20 : $0 }
        let others = record.otherNames
        record.otherNames = row.compose(
            others.isEmpty ? kept : Array(row.bytes[others.range]) + [separator] + kept)
    }

    /// Adds the name that the parts make.
    private func addParts(_ row: inout Row, _ columns: Columns, _ record: inout SourceRecord) {
        let (genus, epithet) = (columns.cell(.genus, row), columns.cell(.epithet, row))
        if epithet.isEmpty { return }
        var name = genus.isEmpty ? epithet : row.compose(genus, " ", epithet)
        let subspecies = columns.cell(.subspecificEpithet, row)
        if !subspecies.isEmpty { name = row.compose(name, " ", subspecies) }
        Self.add(name, &row, &record)
    }
}
