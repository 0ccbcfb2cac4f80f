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
    // Of the columns for parts of a name.
    private let genera: [Int]
    private let epithets: [Int]
    private let subspecies: [Int]
    /// Whether there is a column for the species beside one for a name that may be more exact.
    private let hasSpecies: Bool

    init(_ format: Format, _ header: Header) {
        func has(_ member: Format.Member) -> Bool {
            format.columns.contains { $0.member == member && header.position($0) != nil }
        }
        func positions(of names: Set<String>) -> [Int] {
            format.holdsSpecies ? [] : header.names.indices.filter { names.contains(Self.word(header.names[$0])) }
        }
        // What these have is kept whole. The verbatim name may be one of several.
        let read = Set(format.columns.filter { $0.member != .verbatimName }.compactMap(header.position))
        self.positions =
            format.holdsSpecies
            ? [] : header.names.indices.filter { !read.contains($0) && Self.isName(Self.word(header.names[$0])) }
        genera = positions(of: ["genus", "genericname"])
        epithets = positions(of: ["specificepithet"])
        subspecies = positions(of: ["infraspecificepithet", "subspecificepithet", "subspecies", "ssp"])
        hasSpecies = has(.authoredName) && has(.scientificName)
    }

    /// Whether a row may have some.
    var isEmpty: Bool { positions.isEmpty && epithets.isEmpty && subspecies.isEmpty && !hasSpecies }

    /// The name of a column as it is compared.
    private static func word(_ column: String) -> String { column.lowercased().filter(\.isLetter) }

    /// Whether a column may have names of species, to judge by its own name.
    private static func isName(_ word: String) -> Bool {
        if whole.contains(word) { return true }
        return names.contains(where: word.contains) && !other.contains(where: word.hasSuffix)
    }

    private static let names = [
        "species", "especie", "espece", "sppcode", "scientific", "cientific", "wissenschaftlich", "vetenskaplig",
        "vitenskapelig", "wetenschappelijk", "sciname", "latinname", "binomial", "commonname", "comname", "vernacular",
        "vernaculaire", "englishname", "taxonname", "taxonsubspecies", "birdname", "acceptedname", "originalname",
        "validname", "canonicalname", "verbatimname", "matchedname", "preferredname", "displayname", "typifiedname",
        "nameusage", "verbatimidentification", "previousidentification", "organismname", "aouname", "iocname",
    ]
    private static let whole: Set<String> = [
        "taxon", "taxa", "acceptedtaxon", "associatedtaxa", "bird", "english", "latin", "common", "organism",
        "sp", "spp", "identification", "identifiedas", "determination", "determinedas", "alphacode", "ebirdcode",
        "aoucode", "birdcode", "artname", "art", "soort", "vogel", "ave", "oiseau", "uccello",
    ]
    /// Ends of the names of columns about a name, and not of a name.
    private static let other = ["authorship", "remarks", "comments", "notes", "count", "number", "rank", "status"]

    /// Adds those of a row to the others of its record.
    func add(from row: inout Row, to record: inout SourceRecord) {
        if !epithets.isEmpty || !subspecies.isEmpty { addParts(&row, &record) }
        for position in positions {
            let name = row.trimmed(position)
            Self.add(name, &row, &record)
            addEpithet(name, &row, &record)
        }
        if hasSpecies { addEpithet(record.speciesName, &row, &record) }
    }

    /// Adds the name that the genus of a record makes with an epithet alone.
    private func addEpithet(_ name: Row.Cell, _ row: inout Row, _ record: inout SourceRecord) {
        guard Self.isEpithet(name, row) else { return }
        let genus = Self.word(0, of: record.scientificName, row)
        if !genus.isEmpty { Self.add(row.compose(genus, " ", name), &row, &record) }
    }

    /// Whether a name may be the epithet of a species: a word without capitals.
    private static func isEpithet(_ name: Row.Cell, _ row: Row) -> Bool {
        !name.isEmpty && row.bytes[name.range].allSatisfy { $0 >= 0x61 }
    }

    /// The first word of a name, or the second one; empty if it has none.
    private static func word(_ number: Int, of name: Row.Cell, _ row: Row) -> Row.Cell {
        let words = row.bytes[name.range].split(separator: 0x20, maxSplits: 2)
        guard number < words.count else { return .empty }
        return Row.Cell(
            start: Int32(clamping: words[number].startIndex), end: Int32(clamping: words[number].endIndex))
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

    /// Adds the name that the parts make. Those that are missing are taken from the name of the record.
    private func addParts(_ row: inout Row, _ record: inout SourceRecord) {
        func first(_ positions: [Int]) -> Row.Cell {
            for position in positions where !row.trimmed(position).isEmpty { return row.trimmed(position) }
            return .empty
        }
        var (genus, epithet) = (first(genera), first(epithets))
        let own = first(subspecies)
        if epithet.isEmpty, own.isEmpty { return }
        if genus.isEmpty { genus = Self.word(0, of: record.scientificName, row) }
        if epithet.isEmpty {
            let second = Self.word(1, of: record.scientificName, row)
            epithet = Self.isEpithet(second, row) ? second : .empty
        }
        // A subspecies alone is enough to know a listed one.
        Self.add(own, &row, &record)
        var name = genus.isEmpty ? epithet : row.compose(genus, " ", epithet)
        if !own.isEmpty, !epithet.isEmpty { name = row.compose(name, " ", own) }
        Self.add(name, &row, &record)
    }
}
