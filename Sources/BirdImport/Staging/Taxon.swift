import Birds

/// What a record calls its species: by a code, or, in formats that have none, by names.
///
/// Invariant: a key is the bytes of the code, or 0, the scientific name, 0 and the common name; no text of a record holds a 0.
struct Taxon {
    /// Empty where there is none.
    let code: [UInt8]
    let scientificName: [UInt8]
    let commonName: [UInt8]

    /// Reads a key.
    init(_ key: ArraySlice<UInt8>) {
        guard key.first == 0 else {
            (code, scientificName, commonName) = (Array(key), [], [])
            return
        }
        let names = key.dropFirst()
        let end = names.firstIndex(of: 0) ?? names.endIndex
        (code, scientificName, commonName) = ([], Array(names[..<end]), Array(names[end...].dropFirst()))
    }

    /// The number of a record's names in a table of keys; nil where the table is full.
    static func write(
        _ record: SourceRecord, _ row: Row, to key: inout [UInt8], in table: inout ByteTable
    ) -> Int? {
        key.removeAll(keepingCapacity: true)
        key.append(0)
        key.append(contentsOf: row.bytes[record.scientificName.range])
        key.append(0)
        key.append(contentsOf: row.bytes[record.commonName.range])
        return key.withUnsafeBytes { table.number(of: $0) }
    }
}
