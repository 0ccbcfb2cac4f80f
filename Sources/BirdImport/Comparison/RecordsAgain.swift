import Birds

/// Finds records that their data set would have twice: with `--append`, a record without a code of its own
/// (`source_id`) is always added to those that are stored, and so are all such records of several files that are
/// imported into one data set. It also is if only one of the two records has a code.
///
/// Records are the same if date, location, species and count are the same, unless both have codes.
/// - A file is compared with what is stored by the smaller side: are (nearly) all records of the file stored, or has
///   the file (nearly) all that is stored, since it has grown?
/// - Of two files of the import, one must have all records of the other.
///
/// Records with codes and without are counted apart. Of each side a sample is compared (`RecordSamples`). It is not
/// known which stored records came from one file. So a file that has grown is found only if its data set has few
/// others.
///
/// Records of shared checklists and detections without a place, all of which have codes, are not compared.
struct RecordsAgain {
    let database: Database
    /// The ids and ranks of species and locations, by the numbers of staged records.
    let species: Ranks
    let locations: Ranks
    /// The ids of data sets, by their numbers within the import.
    let datasets: [Int64]

    /// Records that are there already.
    struct Found: Equatable {
        /// The number of the file in the import.
        let file: Int
        /// The number of its data set in the import.
        let dataset: Int
        /// The number of the file of the import that has the same records; nil if they are stored.
        let other: Int?
        /// Whether the records are those of the data set, which the file has too, and not those of the file.
        var isOfDataset = false
        /// Whether the records have codes.
        let haveSourceIDs: Bool
        /// The number of the records.
        let records: Int
        /// Whether all of them are there, and not only nearly all.
        let isWhole: Bool
    }

    /// Finds them. The indexes of records must exist if any are stored.
    /// - Parameter appends: Whether the data sets keep the records that they have.
    func find(in staging: Staging, appends: Bool) throws(StoreError) -> [Found] {
        let files = staging.files
        let stored = appends ? try storedRecords() : datasets.map { _ in Stored() }
        let others = Self.others(files, datasets.count)
        // What is stored is the smaller side if a file has more.
        let isSmaller = datasets.indices.map { dataset in
            files.contains { file in
                file.dataset == dataset
                    && [false, true].contains { stored[dataset].isSmaller(than: file, isCoded: $0) }
            }
        }
        let isCompared = datasets.indices.map { stored[$0].records > 0 || others[$0] }
        guard files.contains(where: { isCompared[$0.dataset] }) else { return [] }
        var groups: [RecordSamples.Group] = []
        func add(_ file: Int?, _ dataset: Int, withoutCode: Int, withCode: Int) {
            for (isCoded, records) in [(false, withoutCode), (true, withCode)] {
                groups.append(
                    RecordSamples.Group(file: file, dataset: dataset, isCoded: isCoded, records: records))
            }
        }
        for (position, file) in files.enumerated() {
            add(position, file.dataset, withoutCode: file.withoutCode, withCode: file.withCode)
        }
        for dataset in datasets.indices where isSmaller[dataset] {
            add(nil, dataset, withoutCode: stored[dataset].withoutCode, withCode: stored[dataset].withCode)
        }
        var samples = RecordSamples(groups)
        try forEachRecord(of: files, in: staging, isCompared) { (position, isCoded, value) throws(StoreError) in
            samples.add(value(), to: position * 2 + (isCoded ? 1 : 0))
        }
        for group in stride(from: files.count * 2, to: groups.count, by: 2) {
            try addStored(to: &samples, group)
        }
        let areStored = try findStored(samples, files, stored)
        let isMatched = datasets.indices.map { others[$0] || isSmaller[$0] }
        guard files.contains(where: { isMatched[$0.dataset] }) else { return areStored }
        var matches = Matches(files: files, stored: stored, areStored: areStored)
        var current = 0
        try forEachRecord(of: files, in: staging, isMatched) { (position, isCoded, value) throws(StoreError) in
            if position != current { matches.add(&samples, of: current) }
            current = position
            if let value = value() { samples.match(value, isCoded: isCoded, of: position) }
        }
        matches.add(&samples, of: current)
        return matches.inFiles.sorted { $0.key < $1.key }.map(\.value) + areStored + matches.haveGrown
    }

    /// The numbers of records that a data set had before the import.
    private struct Stored {
        var withoutCode = 0
        var withCode = 0
        var records: Int { withoutCode + withCode }

        /// Whether those with codes, or those without, are fewer than the records of a file that may be the same.
        func isSmaller(than file: Staging.FileRecords, isCoded: Bool) -> Bool {
            isCoded ? withCode > 0 && file.withoutCode > withCode : withoutCode > 0 && file.records > withoutCode
        }
    }

    /// The groups that files have too.
    private struct Matches {
        let files: [Staging.FileRecords]
        let stored: [Stored]
        /// The records of files that are stored.
        let areStored: [Found]
        /// The records of files that are also in other files, by their group.
        private(set) var inFiles: [Int: Found] = [:]
        private(set) var haveGrown: [Found] = []

        init(files: [Staging.FileRecords], stored: [Stored], areStored: [Found]) {
            (self.files, self.stored, self.areStored) = (files, stored, areStored)
        }

        /// Adds the groups of which a file, by its position, was found to have enough records.
        mutating func add(_ samples: inout RecordSamples, of position: Int) {
            let file = files[position]
            for (group, shared) in samples.takeMatched() {
                let records = samples.groups[group]
                if let other = records.file {
                    // Of two files with the same records, the first is kept.
                    let isFirst = [0, 1].contains { inFiles[position * 2 + $0]?.other == files[other].file }
                    guard shared == records.compared, !isFirst, inFiles[group] == nil else { continue }
                    inFiles[group] = Found(
                        file: files[other].file, dataset: records.dataset, other: file.file,
                        haveSourceIDs: records.isCoded, records: records.records, isWhole: true)
                } else {
                    var tally = DataSetComparison.Tally(most: RecordSamples.mostOfGroup)
                    (tally.compared, tally.shared) = (records.compared, shared)
                    guard tally.isMatch, stored[records.dataset].isSmaller(than: file, isCoded: records.isCoded),
                        !areStored.contains(where: { $0.file == file.file })
                    else { continue }
                    haveGrown.append(
                        Found(
                            file: file.file, dataset: records.dataset, other: nil, isOfDataset: true,
                            haveSourceIDs: records.isCoded, records: records.seen, isWhole: shared == records.compared))
                }
            }
        }
    }

    /// Whether the files of each data set could have records of each other.
    private static func others(_ files: [Staging.FileRecords], _ datasets: Int) -> [Bool] {
        var own = [(files: Int, withoutCode: Int)](repeating: (0, 0), count: datasets)
        for file in files {
            own[file.dataset].files += 1
            own[file.dataset].withoutCode += file.withoutCode
        }
        return own.map { $0.files > 1 && $0.withoutCode > 0 }
    }

    /// The numbers of records of the data sets. Those without codes include those that this import has just replaced.
    private func storedRecords() throws(StoreError) -> [Stored] {
        let select = try database.prepare(
            """
            SELECT records, (
                SELECT count(*) FROM observation INDEXED BY observation_by_source_id
                WHERE dataset_id = ?1 AND source_id IS NOT NULL)
            FROM dataset WHERE id = ?1
            """)
        var stored: [Stored] = []
        for id in datasets {
            select.bind(1, id)
            var counts = Stored()
            while try select.step() {
                counts.withCode = Int(select.int64(1))
                counts.withoutCode = max(0, Int(select.int64(0)) - counts.withCode)
            }
            stored.append(counts)
        }
        return stored
    }

    /// Calls `body` with the records of files in the order of reading: the position of the file, whether the record has
    /// a code, and a function that gives its value.
    /// - Parameter isCompared: Whether the files of a data set count, by its number.
    private func forEachRecord(
        of files: [Staging.FileRecords], in staging: Staging, _ isCompared: [Bool],
        _ body: (Int, Bool, () -> RecordSamples.Value?) throws(StoreError) -> Void
    ) throws(StoreError) {
        var reader = staging.reader()
        var item = SortItem()
        var bytes: [UInt8] = []
        var position = 0
        while try reader.next(&item, &bytes) {
            while position < files.count, item.tag >= UInt64(files[position].end) { position += 1 }
            guard position < files.count else { return }
            let (file, key) = (files[position], RecordKey(item))
            guard isCompared[file.dataset], let kind = key.species else { continue }
            let isCoded =
                file.withoutCode == 0 || file.withCode > 0 && !bytes.isEmpty && !RecordDetails(bytes).source.isEmpty
            try body(position, isCoded) {
                RecordSamples.Value(
                    date: key.date, location: locations.ofNumber[key.location], species: species.ofNumber[kind],
                    num: key.num, dataset: key.dataset)
            }
        }
    }

    /// Adds what is stored to the samples of a data set: to `group` what has no code, and to the next one the rest.
    private func addStored(to samples: inout RecordSamples, _ group: Int) throws(StoreError) {
        let dataset = samples.groups[group].dataset
        let dates = try database.prepare(
            "SELECT DISTINCT first_key FROM summary WHERE kind = \(SummaryKind.date.rawValue) AND dataset_id = ?1")
        dates.bind(1, datasets[dataset])
        let select = try database.prepare(
            """
            SELECT location_id, species_id, num, source_id IS NOT NULL
            FROM observation INDEXED BY observation_by_date WHERE date = ?1 AND dataset_id = ?2
            """)
        select.bind(2, datasets[dataset])
        while try dates.step() {
            let date = dates.int64(0)
            select.bind(1, date)
            while try select.step() {
                samples.add(
                    value(date, select, dataset: dataset), to: group + (select.int64(3) == 0 ? 0 : 1))
            }
        }
    }

    /// The value of a stored record; nil if no record of the import has its location or species.
    private func value(_ date: Int64, _ record: Statement, dataset: Int) -> RecordSamples.Value? {
        guard let location = locations.rank(of: record.int64(0)), let kind = species.rank(of: record.int64(1)) else {
            return nil
        }
        return RecordSamples.Value(
            date: date, location: location, species: kind, num: record.optionalInt64(2), dataset: dataset)
    }

    /// Finds the groups of files of which (nearly) all records are stored.
    /// - Parameter stored: The numbers of stored records of the data sets.
    private func findStored(
        _ samples: RecordSamples, _ files: [Staging.FileRecords], _ stored: [Stored]
    ) throws(StoreError) -> [Found] {
        let find = try database.prepare(
            """
            SELECT count(*) FROM (
                SELECT 1 FROM observation INDEXED BY observation_by_location
                WHERE location_id = ?1 AND date = ?2 AND species_id = ?3 AND num IS ?4 AND dataset_id = ?5
                    AND (NOT ?6 OR source_id IS NULL) LIMIT ?7)
            """)
        var tallies = samples.groups.map { _ in DataSetComparison.Tally(most: RecordSamples.mostOfGroup) }
        try samples.forEachValue { (index, value, count) throws(StoreError) in
            let group = samples.groups[index]
            guard group.file != nil, stored[group.dataset].records > 0, !tallies[index].isDecided else { return }
            let key = value.key
            find.bind(1, locations.ids[key.location])
            find.bind(2, key.date)
            find.bind(3, species.ids[key.species ?? 0])
            find.bind(4, key.num)
            find.bind(5, datasets[key.dataset])
            find.bind(6, group.isCoded ? 1 : 0)
            find.bind(7, count)
            tallies[index].compared += count
            while try find.step() { tallies[index].shared += Int(find.int64(0)) }
        }
        var found: [Found] = []
        for (group, tally) in zip(samples.groups, tallies) where tally.isMatch {
            // What is stored is the same as only one of a record without a code and one with.
            guard let file = group.file, found.last?.file != files[file].file else { continue }
            found.append(
                Found(
                    file: files[file].file, dataset: group.dataset, other: nil, haveSourceIDs: group.isCoded,
                    records: group.records, isWhole: tally.shared == tally.compared))
        }
        return found
    }
}
