import Birds

/// Finds files whose records their data set would have twice: with `--append`, a record without a code of its own
/// (`source_id`) is always added, and so are all such records of several files that are imported into one data set.
///
/// A record is the same if date, location, species and count are the same. Records are looked up as in
/// `DataSetComparison`. Two files of an import are only compared as a whole, by sums of hashes.
struct RecordsAgain {
    let database: Database
    /// The ids of species, locations and data sets, by the numbers of staged records.
    let species: [Int64]
    let locations: [Int64]
    let datasets: [Int64]

    /// The most records of a file that are looked up.
    private static let mostCompared = 20_000

    /// A file whose records without a code are there already.
    struct Found: Equatable {
        /// The number of the file in the import.
        let file: Int
        /// The number of its data set in the import.
        let dataset: Int
        /// The number of the file of the import that has the same records; nil if they are stored.
        let other: Int?
        /// The number of its records without a code.
        let records: Int
        /// Whether all of them are there, and not only nearly all.
        let isWhole: Bool
    }

    /// Finds the files. The indexes of records must exist if any are stored.
    /// - Parameter appends: Whether the data sets keep the records that they have.
    func find(in staging: Staging, appends: Bool) throws(StoreError) -> [Found] {
        let files = staging.files.filter { $0.withoutCode > 0 }
        var found: [Found] = []
        for (index, file) in files.enumerated() {
            let same = files[..<index].first {
                $0.dataset == file.dataset && $0.withoutCode == file.withoutCode && $0.sum == file.sum
            }
            if let same {
                found.append(
                    Found(
                        file: file.file, dataset: file.dataset, other: same.file, records: file.withoutCode,
                        isWhole: true))
            }
        }
        return appends ? try found + findStored(files, in: staging) : found
    }

    private func findStored(_ files: [Staging.FileRecords], in staging: Staging) throws(StoreError) -> [Found] {
        guard !files.isEmpty else { return [] }
        let find = try database.prepare(
            """
            SELECT 1 FROM observation INDEXED BY observation_by_location
            WHERE location_id = ?1 AND date = ?2 AND species_id = ?3 AND num IS ?4 AND dataset_id = ?5 LIMIT 1
            """)
        var found: [Found] = []
        var rest = files[...]
        var tally = DataSetComparison.Tally(most: Self.mostCompared)
        func finish(_ file: Staging.FileRecords) {
            guard tally.isMatch else { return }
            found.append(
                Found(
                    file: file.file, dataset: file.dataset, other: nil, records: file.withoutCode,
                    isWhole: tally.shared == tally.compared))
        }
        var reader = staging.reader()
        var item = SortItem()
        var bytes: [UInt8] = []
        while let file = rest.first, rest.count > 1 || !tally.isDecided, try reader.next(&item, &bytes) {
            guard item.tag >= UInt64(file.start) else { continue }
            if item.tag >= UInt64(file.end) {
                finish(file)
                (rest, tally) = (rest.dropFirst(), DataSetComparison.Tally(most: Self.mostCompared))
                guard let next = rest.first, item.tag >= UInt64(next.start) else { continue }
            }
            let key = RecordKey(item)
            guard let kind = key.species, !tally.isDecided, bytes.isEmpty || RecordDetails(bytes).source.isEmpty
            else { continue }
            find.bind(1, locations[key.location])
            find.bind(2, key.date)
            find.bind(3, species[kind])
            find.bind(4, key.num)
            find.bind(5, datasets[key.dataset])
            tally.compared += 1
            while try find.step() { tally.shared += 1 }
        }
        if let file = rest.first { finish(file) }
        return found
    }
}
