import Birds

extension Holdings {
    /// Makes the holdings of some data sets right again. It reads all their rows.
    /// - Parameters:
    ///   - datasets: Their ids; nil for all.
    ///   - now: The time of the change, in seconds since 1970.
    package static func update(in database: Database, of datasets: [Int64]?, now: Int64) throws(StoreError) {
        let holdings = try Holdings(database, of: datasets)
        try holdings.readChecklists()
        try holdings.readRecords()
        try holdings.finish(now: now)
    }

    private func readChecklists() throws(StoreError) {
        let columns = ContentHash.ofChecklist.map(\.name)
        let rows = try database.prepare(
            """
            SELECT dataset_id, location_id, date, \(columns.joined(separator: ", ")) FROM checklist
            WHERE \(condition) ORDER BY id
            """)
        while try rows.step() {
            let place = try place(rows.int64(1))
            var hash = hash(ofChecklistAt: place, date: rows.int64(2))
            hash.addPresent(rows, from: 3, count: columns.count)
            hash.endPresent()
            add(checklist: hash, of: rows.int64(0), at: place)
        }
    }

    private func readRecords() throws(StoreError) {
        let hasDetails = try database.integer("SELECT 1 FROM observation_detail LIMIT 1") != nil
        let hasCodes = try database.integer("SELECT 1 FROM checklist WHERE code IS NOT NULL LIMIT 1") != nil
        let others = ContentHash.ofObservation.map(\.name)
        let details = hasDetails ? ContentHash.ofDetail.map { "d." + $0.name } : []
        let columns =
            ["o.id, dataset_id, location_id, date, species_id, num, checklist_id"] + others + details
            + (hasDetails ? ["d.time"] : [])
        let rows = try database.prepare(
            """
            SELECT \(columns.joined(separator: ", "))
            FROM observation o \(hasDetails ? "LEFT JOIN observation_detail d ON d.id = o.id" : "")
            WHERE \(condition) ORDER BY o.id
            """)
        let time = Int32(7 + others.count + details.count)
        let codes = try database.prepare("SELECT code FROM checklist WHERE id = ?1")
        var checklist: (id: Int64, code: [UInt8]?) = (.min, nil)
        while try rows.step() {
            let (dataset, place) = (rows.int64(1), try place(rows.int64(2)))
            if hasCodes, rows.int64(6) != checklist.id {
                codes.bind(1, rows.int64(6))
                checklist = (rows.int64(6), nil)
                while try codes.step() { checklist.code = codes.optionalBytes(0) }
            }
            var hash = try hash(
                ofRecordAt: place, date: rows.int64(3), species: rows.int64(4), num: rows.optionalInt64(5))
            hash.addPresent(rows, from: 7, count: others.count + details.count)
            hash.endPresent()
            if let code = checklist.code { hash.add(text: code) }
            let content = hash.finish()
            try add(record: rows.int64(0), of: dataset, at: place, content)
            if hasDetails, !rows.isNull(time) { add(time: rows.bytes(time), of: content, in: dataset, at: place) }
        }
    }
}
