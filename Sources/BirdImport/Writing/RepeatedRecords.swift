import Birds

/// Removes stored records that have the same data set and own code as a staged record, which replaces them.
///
/// A detection replaces the one at its place, or the one without a place. One without a place replaces only one without
/// a place (`SourcePlace`).
struct RepeatedRecords {
    /// The ids of the data sets, by the numbers that staged records have.
    private let datasets: [Int64]
    private let touched: TouchedChecklists
    private let delete: Statement
    private let deleteDetail: Statement
    private let detections: Statement
    /// The number of removed records.
    private(set) var removed = 0
    /// Those that a record with a code of its own replaces, by the number of its file: how many, and a code.
    private(set) var byFile: [Int: (count: Int, code: String)] = [:]

    /// A stored detection.
    private struct Detection {
        let code: String
        let place: SourcePlace?
    }

    /// - Parameter touched: Receives the ids of the checklists that lose records.
    init(_ database: Database, datasets: [Int64], touched: TouchedChecklists) throws(StoreError) {
        (self.datasets, self.touched) = (datasets, touched)
        // The indexes are missing if species or locations have just got new ids. Without them, each code would be
        // searched in all records.
        try Schema.makeIndexes(of: [.observation], in: database)
        delete = try database.prepare(
            """
            DELETE FROM observation WHERE dataset_id = ?1 AND source_id = ?2
            RETURNING id, checklist_id, date, location_id, species_id
            """)
        deleteDetail = try database.prepare("DELETE FROM observation_detail WHERE id = ?1")
        detections = try database.prepare(
            """
            SELECT latitude, longitude, source_id FROM observation o JOIN location l ON l.id = o.location_id
            WHERE dataset_id = ?1 AND \(SourcePlace.isOfDetection("source_id", "?2"))
            ORDER BY source_id LIMIT \(SourcePlace.mostCompared)
            """)
    }

    /// Removes the records that staged records replace, but for detections without a place.
    mutating func remove(_ staging: Staging, _ change: inout RecordChange) throws(StoreError) {
        try staging.forEachSource { (number, code, place, file) throws(StoreError) in
            let before = removed
            defer { if removed > before { byFile[file, default: (0, code)].count += removed - before } }
            let isFound = try remove(number, code, &change)
            guard let place else { return }
            let stored = try storedDetections(number, place.base(of: code))
            var same = stored.filter { $0.place == nil }
            if !isFound {
                func distance(_ other: Detection) -> Double { other.place?.distance(to: place) ?? .infinity }
                let near = stored.filter { $0.place?.isSame(as: place) ?? false }
                same += [near.min { distance($0) < distance($1) }].compactMap { $0 }
            }
            for other in same { _ = try remove(number, other.code, &change) }
        }
    }

    /// Removes the stored detection that one without a place replaces.
    /// - Parameters:
    ///   - number: The number of its data set within the import.
    ///   - code: The code of the detection.
    /// - Returns: False if the detection is stored with a place: then it stays.
    mutating func remove(
        unplaced code: ArraySlice<UInt8>, of number: Int, _ change: inout RecordChange
    ) throws(StoreError) -> Bool {
        let code = String(decoding: code, as: UTF8.self)
        if try storedDetections(number, code).contains(where: { $0.place != nil }) { return false }
        _ = try remove(number, code, &change)
        return true
    }

    /// The stored detections with a code, which may be followed by their places.
    private func storedDetections(_ number: Int, _ code: String) throws(StoreError) -> [Detection] {
        detections.bind(1, datasets[number])
        detections.bind(2, code)
        var stored: [Detection] = []
        while try detections.step() {
            let place = SourcePlace(detections, from: 0)
            let found = detections.text(2) ?? ""
            // Other records may have codes that begin with this one.
            let isItsOwn = [code, code + (place?.suffix ?? "")].contains { $0.utf8.elementsEqual(found.utf8) }
            if isItsOwn { stored.append(Detection(code: found, place: place)) }
        }
        return stored
    }

    /// Removes a record.
    /// - Returns: Whether there was one.
    private mutating func remove(
        _ number: Int, _ code: String, _ change: inout RecordChange
    ) throws(StoreError) -> Bool {
        let before = removed
        delete.bind(1, datasets[number])
        delete.bind(2, code)
        while try delete.step() {
            deleteDetail.bind(1, delete.int64(0))
            try deleteDetail.run()
            try touched.add(delete.int64(1), isListed: false)
            change.note(date: delete.int64(2), location: delete.int64(3), species: delete.int64(4))
            removed += 1
        }
        return removed > before
    }
}
