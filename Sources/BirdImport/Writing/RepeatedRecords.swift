import Birds

/// Removes stored records that have the same data set and own code as a staged record, which replaces them.
///
/// A detection replaces the one at its place, or the one without a place. One without a place replaces only one without
/// a place (`SourcePlace`).
struct RepeatedRecords {
    /// The ids of the data sets, by the numbers that staged records have.
    private let datasets: [Int64]
    private let touched: TouchedChecklists
    private let database: Database
    private let delete: Statement
    private let deleteDetail: Statement
    private let placed: Statement
    private let unplaced: Statement
    /// Nil until a detection is not stored with the same digits of its place.
    private var places: StoredPlaces?
    /// The number of removed records.
    private(set) var removed = 0
    /// Those that a record with a code of its own replaces, by the number of its file.
    private(set) var byFile: [Int: Replaced] = [:]

    /// Records that those of a file replace.
    struct Replaced {
        var count = 0
        /// How many of them have another date than the record that replaces them.
        var otherDates = 0
        /// The code of one of them, which has another date if any has.
        var code: String
    }

    /// - Parameter touched: Receives the ids of the checklists that lose records.
    init(_ database: Database, datasets: [Int64], touched: TouchedChecklists) throws(StoreError) {
        (self.database, self.datasets, self.touched) = (database, datasets, touched)
        // The indexes are missing if species or locations have just got new ids. Without them, each code would be
        // searched in all records.
        try Schema.makeIndexes(of: [.observation], in: database)
        delete = try database.prepare(
            """
            DELETE FROM observation WHERE dataset_id = ?1 AND source_id = ?2
            RETURNING id, checklist_id, date, location_id, species_id
            """)
        deleteDetail = try database.prepare("DELETE FROM observation_detail WHERE id = ?1")
        placed = try database.prepare(
            """
            SELECT latitude, longitude, source_id FROM observation o JOIN location l ON l.id = o.location_id
            WHERE dataset_id = ?1 AND \(SourcePlace.isOfDetection("source_id", "?2")) AND latitude IS NOT NULL
            ORDER BY source_id LIMIT \(SourcePlace.mostCompared)
            """)
        unplaced = try database.prepare(
            """
            SELECT 1 FROM observation o JOIN location l ON l.id = o.location_id
            WHERE dataset_id = ?1 AND source_id = ?2 AND latitude IS NULL
            """)
    }

    /// Removes the records that staged records replace, but for detections without a place.
    mutating func remove(_ staging: Staging, _ change: inout RecordChange) throws(StoreError) {
        try staging.forEachSource { (source) throws(StoreError) in
            var isFound = try remove(source.code, by: source, &change)
            if let asRead = source.asRead {
                let other = try remove(asRead + (source.place?.suffix ?? ""), by: source, &change)
                isFound = isFound || other
            }
            guard let place = source.place else { return }
            let detection = place.base(of: source.code)
            if try isStoredUnplaced(source.dataset, detection) { _ = try remove(detection, by: source, &change) }
            if isFound { return }
            let stored = if let places { places } else { try StoredPlaces(of: database) }
            places = stored
            for other in try stored.same(as: place) {
                if try remove(detection + other.suffix, by: source, &change) { return }
            }
        }
    }

    /// Removes the stored detection that one without a place replaces.
    /// - Returns: False if the detection is stored with a place: then it stays.
    mutating func remove(
        _ detection: UnplacedDetections.Item, _ change: inout RecordChange
    ) throws(StoreError) -> Bool {
        let (number, code) = (detection.key.dataset, String(decoding: detection.code, as: UTF8.self))
        if try isStoredPlaced(number, code) { return false }
        let source = SourceCodes.Source(
            dataset: number, code: code, asRead: detection.asRead, place: nil, file: detection.file,
            date: detection.key.date)
        for code in [code, detection.asRead].compactMap({ $0 }) { _ = try remove(code, by: source, &change) }
        return true
    }

    /// Whether a detection is stored with a place.
    /// - Parameters:
    ///   - number: The number of its data set within the import.
    ///   - code: Its code without a place.
    private func isStoredPlaced(_ number: Int, _ code: String) throws(StoreError) -> Bool {
        placed.bind(1, datasets[number])
        placed.bind(2, code)
        defer { placed.reset() }
        while try placed.step() {
            // Other records may have codes that begin with this one.
            guard let place = SourcePlace(placed, from: 0) else { continue }
            if placed.bytes(2).elementsEqual((code + place.suffix).utf8) { return true }
        }
        return false
    }

    /// Whether a detection is stored without a place.
    private func isStoredUnplaced(_ number: Int, _ code: String) throws(StoreError) -> Bool {
        unplaced.bind(1, datasets[number])
        unplaced.bind(2, code)
        defer { unplaced.reset() }
        return try unplaced.step()
    }

    /// Removes a record.
    /// - Parameters:
    ///   - code: Its code.
    ///   - source: The record that replaces it.
    /// - Returns: Whether there was one.
    private mutating func remove(
        _ code: String, by source: SourceCodes.Source, _ change: inout RecordChange
    ) throws(StoreError) -> Bool {
        let before = removed
        delete.bind(1, datasets[source.dataset])
        delete.bind(2, code)
        while try delete.step() {
            deleteDetail.bind(1, delete.int64(0))
            try deleteDetail.run()
            try touched.add(delete.int64(1), .lessRecords)
            change.note(date: delete.int64(2), location: delete.int64(3), species: delete.int64(4))
            removed += 1
            var replaced = byFile[source.file] ?? Replaced(code: code)
            replaced.count += 1
            if delete.int64(2) != source.date {
                if replaced.otherDates == 0 { replaced.code = code }
                replaced.otherDates += 1
            }
            byFile[source.file] = replaced
        }
        return removed > before
    }
}
