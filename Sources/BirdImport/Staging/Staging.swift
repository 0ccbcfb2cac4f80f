import Birds

/// The valid records of an import, until all files are read and it is known that they will be stored.
///
/// They wait in files without names. Places and species have provisional numbers, in the order in which they were met; only
/// those are held in memory.
final class Staging {
    /// Where its files are.
    let folder: String
    // Unchecked: a check at run time for each record costs more than what it guards, which only `add` changes.
    @exclusivity(unchecked) private var locations = ByteTable()
    @exclusivity(unchecked) private var species = ByteTable()
    /// What places are called, where a record tells: the first name that was met.
    private var locationNames: [Int: [UInt8]] = [:]
    private let records: Spool
    private var sources: SourceCodes?
    @exclusivity(unchecked) private var key: [UInt8] = []
    @exclusivity(unchecked) private var details: [UInt8] = []

    /// - Parameter folder: one with room for as much as is imported.
    init(in folder: String) {
        self.folder = folder
        records = Spool(in: folder)
    }

    var count: Int { records.count }

    /// Whether files give some of the records a code of their own.
    var hasSources: Bool { sources != nil }

    /// What the provisional numbers stand for. It is handed out once, and no record can be added any more.
    struct Names {
        let locations: ByteTable
        let locationNames: [Int: [UInt8]]
        let species: ByteTable
    }

    func takeNames() -> Names {
        defer { (locations, locationNames, species) = (ByteTable(), [:], ByteTable()) }
        return Names(locations: locations, locationNames: locationNames, species: species)
    }

    enum Outcome: Equatable {
        case staged
        /// The data set has had a record with the same code of its own.
        case repeated(file: Int, line: Int)
    }

    func add(
        _ record: SourceRecord, _ row: Row, dataset: Int, file: Int, complete: Bool?
    ) throws(StoreError) -> Outcome {
        LocationKey.write(record, row, to: &key)
        let location = key.withUnsafeBytes { locations.number(of: $0) }
        let kind =
            if record.species.isEmpty {
                Taxon.write(record, row, to: &key, in: &species)
            } else {
                row.bytes.withUnsafeBytes { bytes in
                    species.number(of: UnsafeRawBufferPointer(rebasing: bytes[record.species.range]))
                }
            }
        guard let location, let kind else {
            throw .unusable(path: "The import", reason: "it has more than \(ByteTable.mostKeys) locations or species")
        }
        guard
            let staged = RecordKey(
                date: record.date, location: location, species: kind, num: record.count, dataset: dataset)
        else {
            throw .unusable(path: "The import", reason: "a date, a number or the number of data sets is too great")
        }
        if !record.source.isEmpty {
            let codes = if let sources { sources } else { try SourceCodes() }
            sources = codes
            let outcome = try codes.add(row, record.source, dataset: dataset, file: file)
            if outcome != .staged { return outcome }
        }
        if !record.locationName.isEmpty, locationNames[location] == nil {
            locationNames[location] = Array(row.bytes[record.locationName.range])
        }
        let packed = staged.packed()
        let item = SortItem(high: packed.high, low: packed.low, tag: UInt64(count))
        RecordDetails.write(record, row, complete: complete.map { $0 ? 1 : 0 }, to: &details)
        try details.withRawBytes { bytes throws(StoreError) in try records.append(item, bytes) }
        return .staged
    }

    /// Goes through the codes that files give to their records, each with the number of its data set.
    func forEachSource(_ body: (_ dataset: Int, _ code: String) throws(StoreError) -> Void) throws(StoreError) {
        try sources?.forEach(body)
    }

    /// Gives the records to a sorter by `RecordKey`. What is equal in all of that is ordered by the codes of checklists
    /// and of records, and else stays as it was read.
    /// - Parameters:
    ///   - places: the rank of each place, by its provisional number; so `species`, in which several may have one rank.
    ///   - datasets: the rank of each data set.
    func add(to sorter: Sorter, locations: [Int], species: [Int], datasets: [Int]) throws(StoreError) {
        var reader = records.reader()
        var item = SortItem()
        var bytes: [UInt8] = []
        while try reader.next(&item, &bytes) {
            let staged = RecordKey(item)
            // Ranks are no greater than the numbers that were staged.
            guard
                let key = RecordKey(
                    date: staged.date, location: locations[staged.location], species: species[staged.species],
                    num: staged.num,
                    dataset: datasets[staged.dataset])
            else { throw .unusable(path: "The import", reason: "its names are too many") }
            (item.high, item.low) = key.packed()
            try sorter.add(item, bytes[...])
        }
    }
}

extension LocationKey {
    /// The key of a record's place.
    @inline(__always)
    fileprivate static func write(_ record: SourceRecord, _ row: Row, to key: inout [UInt8]) {
        write(
            row.bytes[record.location.range], record.latitude, record.longitude, row.bytes[record.region.range],
            to: &key)
    }
}
