import Birds

/// How a record names its species: by a code, or by its names if the format has no codes.
///
/// In `Staging` a taxon is a key of bytes: either the code, or 0, the scientific name, 0 and the common name. The two
/// can't be confused, since no text of a record contains a 0 (`Columns.text` refuses control characters).
struct Taxon {
    /// Empty if the record gives names instead.
    let code: [UInt8]
    // Empty if the record gives a code, or only the other name.
    let scientificName: [UInt8]
    let commonName: [UInt8]

    /// Takes a key apart.
    init(_ key: ArraySlice<UInt8>) {
        guard key.first == 0 else {
            (code, scientificName, commonName) = (Array(key), [], [])
            return
        }
        let names = key.dropFirst()
        let end = names.firstIndex(of: 0) ?? names.endIndex
        (code, scientificName, commonName) = ([], Array(names[..<end]), Array(names[end...].dropFirst()))
    }

    /// Adds the names of a record to a table of keys.
    /// - Parameter key: A buffer, whose contents are replaced.
    /// - Returns: The number of the key, or nil if the table is full.
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
