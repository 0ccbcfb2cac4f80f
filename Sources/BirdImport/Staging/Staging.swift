import Birds

/// Keeps the valid records and checklists of an import until all files have been read. Only then is it known whether
/// the import succeeds, and the database is not touched before.
///
/// Records are in a temporary file without a name, in the order of reading. Locations and species are known by
/// provisional numbers, in the order in which they appeared, since their ids depend on all of them (`Catalogue`).
///
/// Invariants:
/// - Memory grows with the numbers of different locations and species, not with the number of records.
/// - Numbers are given out in `add` only. After `takeNames` no record is added.
final class Staging {
    /// The folder of its temporary files.
    let folder: String
    // Without the check for exclusive access at run time, which would cost more than the accesses do. Only `add` and
    // `takeNames` change these properties, and neither calls code that could reach them again.
    @exclusivity(unchecked) private var locations: ByteTable
    @exclusivity(unchecked) private var species: ByteTable
    /// The names of locations: the first name that a record of a data set gives. Not all formats have names.
    private let locationNames: Spool
    /// Whether a location is in `locationNames`, by the number of the data set and by provisional number. The lists may
    /// be shorter than those.
    @exclusivity(unchecked) private var isNamed: [[Bool]] = []
    /// Records, and checklists without records.
    private let records: Spool
    /// The number of checklists in `records`.
    private var checklists = 0
    /// The records of shared checklists, which are not in `records` yet; nil until there is one.
    private(set) var shared: SharedChecklists?
    /// The groups that rows tell; nil for an import that does not need them.
    let toldGroups: ToldGroups?
    /// What rows say of their species beside its name: four bytes of the number of the taxon, and `OtherNames`.
    @exclusivity(unchecked) private var otherNames: ByteTable
    /// Detections without a place, which are not in `records` before `settleUnplaced`; nil until there is one.
    private var unplaced: UnplacedDetections?
    /// Nil until a record has a code of its own, since plain files have none, and after `forgetSources`.
    private var sources: SourceCodes?
    /// The files of the records, in the order of reading.
    @exclusivity(unchecked) private(set) var files: [FileRecords] = []
    /// Whether some of the records have a code of their own.
    private(set) var hasSources = false
    // Buffers of `add`, kept so that no record allocates one.
    @exclusivity(unchecked) private var key: [UInt8] = []
    @exclusivity(unchecked) private var details: [UInt8] = []

    /// - Parameters:
    ///   - folder: A folder with room for temporary files about as large as the imported files.
    ///   - appends: Whether the records are added to those that their data sets have.
    init(in folder: String, appends: Bool = false) {
        otherNames = ByteTable(in: folder)
        toldGroups = appends ? ToldGroups(in: folder) : nil
        self.folder = folder
        records = Spool(in: folder)
        locationNames = Spool(in: folder)
        (locations, species) = (ByteTable(in: folder), ByteTable(in: folder))
    }

    /// The number of staged records. Those of shared checklists are not counted before `SharedCopies` has staged them,
    /// and detections without a place not before `settleUnplaced`.
    var count: Int { records.count - checklists }

    /// Whether there is neither a record nor a checklist.
    var isEmpty: Bool { records.count == 0 && shared == nil && unplaced == nil }

    /// Frees the memory of the codes of records. Call it after the last `add`, if `forEachSource` is not needed.
    func forgetSources() { sources = nil }

    /// The keys and names to which the provisional numbers belong.
    struct Names {
        /// Keys of `LocationKey`, in the order of their provisional numbers.
        let locations: Spool
        /// The provisional number of a location as `high`, the number of the data set as `low`, and the name in UTF-8.
        /// Locations without a name have no item.
        let locationNames: Spool
        /// Keys of `Taxon`, in the order of their provisional numbers.
        let species: Spool
        /// Four bytes of the provisional number of a taxon, and what rows say of it beside its names.
        let otherNames: Spool
    }

    /// Hands over the names, and frees the memory that `add` needs. Call it once, after the last `add`.
    func takeNames() -> Names {
        defer {
            (locations, isNamed, species) = (ByteTable(in: folder), [], ByteTable(in: folder))
            otherNames = ByteTable(in: folder)
        }
        return Names(
            locations: locations.keys, locationNames: locationNames, species: species.keys,
            otherNames: otherNames.keys)
    }

    /// The records of a file, without those of shared checklists, and without detections that have no place.
    struct FileRecords {
        /// The number of the file in the import.
        let file: Int
        /// The number of its data set within the import.
        let dataset: Int
        /// The tags of its records, and of the checklists among them, are from `start` up to `end`.
        let start: Int
        var end: Int
        /// The numbers of records with a code of their own and without.
        var withCode = 0
        var withoutCode = 0
        var records: Int { withCode + withoutCode }
    }

    enum Outcome: Equatable {
        case staged
        /// The data set already has a record with the same code of its own, at this line of this file of the import.
        case repeated(file: Int, line: Int)
    }

    /// Adds a record, or a checklist without a record.
    /// - Parameters:
    ///   - row: The row that contains the texts of the record.
    ///   - dataset: The number of its data set within the import.
    ///   - file: The number of its file within the import.
    ///   - complete: Whether the format promises that checklists are complete; nil if it does not tell.
    /// - Throws: `StoreError.unusable` if a bound is exceeded, `.sqlite` if a temporary file can't be written.
    func add(
        _ record: SourceRecord, _ row: Row, dataset: Int, file: Int, complete: Bool?
    ) throws(StoreError) -> Outcome {
        // First, since nothing of a repeated record may be stored: neither its location nor its species.
        if !record.source.isEmpty {
            let codes = if let sources { sources } else { try SourceCodes() }
            (sources, hasSources) = (codes, true)
            let outcome = try codes.add(record, row, dataset: dataset, file: file)
            if outcome != .staged { return outcome }
        }
        LocationKey.write(record, row, to: &key)
        let location = try key.withRawBytes { key throws(StoreError) in try locations.number(of: key) }
        let kind: Int? =
            if record.isChecklist {
                0
            } else if record.species.isEmpty || record.isNamed {
                try Taxon.write(record, row, to: &key, in: species)
            } else {
                try row.bytes.withRawBytes { bytes throws(StoreError) in
                    try species.number(of: UnsafeRawBufferPointer(rebasing: bytes[record.species.range]))
                }
            }
        var isNoted = true
        if let kind, !record.otherNames.isEmpty {
            key.removeAll(keepingCapacity: true)
            withUnsafeBytes(of: UInt32(truncatingIfNeeded: kind).littleEndian) { key.append(contentsOf: $0) }
            key.append(contentsOf: row.bytes[record.otherNames.range])
            isNoted = try key.withRawBytes { key throws(StoreError) in try otherNames.number(of: key) } != nil
        }
        guard let location, let kind, isNoted else {
            throw .unusable(
                path: "The import",
                reason: "it has more than \(ByteTable.mostKeys) locations or species; import fewer files at once")
        }
        guard
            let staged = RecordKey(
                date: record.date, location: location, species: record.isChecklist ? nil : kind, num: record.count,
                dataset: dataset)
        else {
            throw .unusable(
                path: "The import",
                reason: "a date, a count or the number of data sets is too large; import fewer files at once")
        }
        if !record.locationName.isEmpty { try name(location, of: dataset, row, record.locationName) }
        RecordDetails.write(record, row, complete: complete.map { $0 ? 1 : 0 }, file: file, to: &details)
        let group = record[text: .group]
        let tellsVisit = !group.isEmpty || record.tellsGroup && toldGroups != nil
        let visit = tellsVisit ? visit(of: record, row) : []
        if record.tellsGroup, let toldGroups {
            try toldGroups.add(
                row.bytes[record.checklist.range], group: row.bytes[group.range], visit: visit, staged)
        }
        if record.isUnplacedDetection {
            let unplaced = unplaced ?? UnplacedDetections(in: folder)
            self.unplaced = unplaced
            try unplaced.add(staged, details: details, file: file, line: row.line)
        } else if group.isEmpty {
            note(staged, of: file, hasCode: !record.source.isEmpty)
            try append(staged, details)
        } else {
            let shared = shared ?? SharedChecklists(in: folder)
            self.shared = shared
            try shared.add(
                staged, details: details, group: row.bytes[group.range], visit: visit,
                RecordDetails.Origin(file: file, line: row.line))
        }
        return .staged
    }

    /// Where and when a record is, for `SharedChecklists`.
    private func visit(of record: SourceRecord, _ row: Row) -> [UInt8] {
        LocationKey.write(record, row, to: &key)
        return SharedChecklists.visit(at: key, on: record.date)
    }

    /// Notes the file of a record that is about to be appended.
    @inline(__always)
    private func note(_ key: RecordKey, of file: Int, hasCode: Bool) {
        if files.last?.file != file {
            files.append(FileRecords(file: file, dataset: key.dataset, start: records.count, end: records.count))
        }
        let last = files.count - 1
        files[last].end = records.count + 1
        if key.species == nil { return }
        if hasCode { files[last].withCode += 1 } else { files[last].withoutCode += 1 }
    }

    /// Reads the records and checklists in the order of reading. Their tags count from 0.
    func reader() -> Spool.Reader { records.reader() }

    /// Keeps the name that a data set gives to a location, unless it has given one.
    @inline(__always)
    private func name(_ location: Int, of dataset: Int, _ row: Row, _ name: Row.Cell) throws(StoreError) {
        while dataset >= isNamed.count { isNamed.append([]) }
        let count = isNamed[dataset].count
        if location < count {
            if isNamed[dataset][location] { return }
        } else {
            isNamed[dataset].append(contentsOf: repeatElement(false, count: location + 1 - count))
        }
        isNamed[dataset][location] = true
        try row.bytes.withRawBytes { bytes throws(StoreError) in
            try locationNames.append(
                SortItem(high: UInt64(location), low: UInt64(dataset)),
                UnsafeRawBufferPointer(rebasing: bytes[name.range]))
        }
    }

    /// The number of a record among those of its data set that have its code: 2 for the first repetition.
    func numberOfRepetition(_ record: SourceRecord, _ row: Row, dataset: Int) throws(StoreError) -> Int {
        try sources?.numberOfRepetition(row, record.source, dataset: dataset) ?? 1
    }

    /// Appends a record, or a checklist without a record.
    /// - Parameter key: With provisional numbers.
    @inline(__always)
    func append(_ key: RecordKey, _ details: [UInt8]) throws(StoreError) {
        // The tag keeps records in the order of reading if they are equal otherwise.
        let packed = key.packed()
        let item = SortItem(high: packed.high, low: packed.low, tag: UInt64(records.count))
        try details.withRawBytes { bytes throws(StoreError) in try records.append(item, bytes) }
        if key.species == nil { checklists += 1 }
    }

    /// Calls `body` with each code that a file gives to a record (`SourceCodes.forEach`).
    func forEachSource(_ body: (SourceCodes.Source) throws(StoreError) -> Void) throws(StoreError) {
        try sources?.forEach(body)
    }

    /// Stages the detections without a place that are not there with one. Call it once, after the last `add`.
    /// - Parameter isStored: Whether the data set has a detection with its place already.
    /// - Returns: Those that are left out.
    func settleUnplaced(
        _ isStored: (UnplacedDetections.Item) throws(StoreError) -> Bool
    ) throws(StoreError) -> LeftOut {
        var leftOut = LeftOut(LeftOut.repeatedDetection)
        try unplaced?.forEachItem { (found) throws(StoreError) in
            var item = found
            item.asRead = try sources?.asRead(item.code, dataset: item.key.dataset)
            var isThere = try sources?.isPlaced(item.code, dataset: item.key.dataset) ?? false
            if !isThere { isThere = try isStored(item) }
            guard isThere else { return try append(item.key, item.details) }
            try leftOut.rows.add(RecordDetails.Origin(file: item.file, line: item.line)) {
                String(decoding: item.code, as: UTF8.self)
            }
        }
        return leftOut
    }

    /// Adds the records to a sorter, with ranks in place of provisional numbers, so that they come out in the default
    /// order. Records with equal keys are in the order of their details (first the codes of their checklists, then
    /// their own), and records with equal details in the order of reading.
    /// - Parameters:
    ///   - locations: The rank of each location, by its provisional number.
    ///   - species: The rank of each species, by its provisional number. Several numbers may have one rank, since a
    ///     code and a name can mean the same species.
    ///   - datasets: The rank of each data set, by its number.
    ///   - remarks: What to add to the comments of the records of some species, by the provisional numbers of these.
    func add(
        to sorter: Sorter, locations: [Int], species: [Int], datasets: [Int], remarks: [Int: [UInt8]]
    ) throws(StoreError) {
        var reader = records.reader()
        var item = SortItem()
        var bytes: [UInt8] = []
        while try reader.next(&item, &bytes) {
            let staged = RecordKey(item)
            // This never fails: ranks are not greater than the provisional numbers, which fitted.
            guard
                let key = RecordKey(
                    date: staged.date, location: locations[staged.location],
                    species: staged.species.map { species[$0] },
                    num: staged.num, dataset: datasets[staged.dataset])
            else {
                throw .unusable(
                    path: "The import", reason: "it has too many locations or species; import fewer files at once")
            }
            (item.high, item.low) = key.packed()
            if !remarks.isEmpty, let species = staged.species, let remark = remarks[species] {
                RecordDetails.comment(remark, in: &bytes)
            }
            try sorter.add(item, bytes[...])
        }
    }
}

extension LocationKey {
    /// Replaces `key` with the key of a record's location.
    @inline(__always)
    fileprivate static func write(_ record: SourceRecord, _ row: Row, to key: inout [UInt8]) {
        write(
            row.bytes[record.location.range], record.latitude, record.longitude, row.bytes[record.region.range],
            to: &key)
    }
}
