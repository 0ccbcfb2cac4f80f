import Birds

/// How a record names its species: by a code, by its names, or by both.
///
/// In `Staging` a taxon is a key of bytes: either the code alone, or a 0 and then the scientific name, the common name,
/// the name of the species, the category and the code, each with a 0 after it. The two can't be confused, since no text
/// of a record contains a 0 (`Columns.text` refuses control characters).
struct Taxon {
    /// Empty if the record gives only names.
    let code: [UInt8]
    // Empty if the record gives a code, or does not have the name.
    let scientificName: [UInt8]
    let commonName: [UInt8]
    /// The scientific name of the species, if the file gives it beside a more exact name.
    let speciesName: [UInt8]
    /// The category, if the file gives it for a subspecies with names of its own.
    let category: [UInt8]

    init(scientificName: [UInt8]) {
        (code, self.scientificName, commonName, speciesName, category) = ([], scientificName, [], [], [])
    }

    /// Takes a key apart.
    init(_ key: [UInt8]) {
        guard key.first == 0 else {
            (code, scientificName, commonName, speciesName, category) = (key, [], [], [], [])
            return
        }
        let parts = key.dropFirst().split(separator: 0, omittingEmptySubsequences: false).map(Array.init)
        func part(_ index: Int) -> [UInt8] { index < parts.count ? parts[index] : [] }
        (scientificName, commonName, speciesName, category, code) = (part(0), part(1), part(2), part(3), part(4))
    }

    /// Whether it has names, which may contradict its code.
    var isNamed: Bool { !scientificName.isEmpty || !commonName.isEmpty }

    /// Adds the names of a record to a table of keys.
    /// - Parameter key: A buffer, whose contents are replaced.
    /// - Returns: The number of the key, or nil if the table is full.
    /// - Throws: `StoreError` if a temporary file can't be written.
    static func write(
        _ record: SourceRecord, _ row: Row, to key: inout [UInt8], in table: ByteTable
    ) throws(StoreError) -> Int? {
        key.removeAll(keepingCapacity: true)
        key.append(0)
        func append(_ name: Row.Cell) {
            key.append(contentsOf: row.bytes[name.range])
            key.append(0)
        }
        append(record.scientificName)
        append(record.commonName)
        append(record.speciesName)
        append(record.category)
        append(record.species)
        return try key.withRawBytes { key throws(StoreError) in try table.number(of: key) }
    }
}
