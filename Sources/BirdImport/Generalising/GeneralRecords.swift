import Birds

/// Inserts the records of the general edition in its default order.
struct GeneralRecords {
    let exact: Database
    let general: Database

    /// What a record at a place that is shown as it is has beside its species and number.
    private static let kept: [ObservationColumn] = [.valid, .reviewed]
    private static let keptDetails: [ObservationDetailColumn] = [
        .time, .confidence, .breedingCode, .coordinateUncertainty, .generalised,
    ]
    /// A longer code is free text.
    private static let longestBreedingCode = 4

    func insert() throws(StoreError) {
        func shown(_ column: String, if condition: String = "true") -> String {
            "CASE WHEN is_marked = 0 AND \(condition) THEN \(column) END"
        }
        let details = Self.keptDetails.map { column in
            shown(
                "t.\(column.name)",
                if: column == .breedingCode ? "length(CAST(t.breeding_code AS BLOB)) <= \(Self.longestBreedingCode)" : "true")
        }
        let members =
            Self.kept.map { shown("o.\($0.name)") } + details + [
                shown("t.comments", if: "opens_comments"), shown("o.source_id", if: "opens_codes"),
            ]
        let nothing = members.map { _ in "NULL" }.joined(separator: ", ")
        let first: Int32 = 7
        let rows = try exact.prepare(
            """
            SELECT o.date, v.place_id, s.new_id, o.num, d.new_id, v.new_id, is_marked, \(members.joined(separator: ", "))
            FROM main.observation o CROSS JOIN shown_visit v ON v.id = o.checklist_id AND v.location_id = o.location_id
            CROSS JOIN main.checklist c ON c.id = o.checklist_id AND (c.date, c.dataset_id) = (o.date, o.dataset_id)
            CROSS JOIN species_number s ON s.id = o.species_id CROSS JOIN dataset_number d ON d.id = o.dataset_id
            CROSS JOIN main.dataset g ON g.id = o.dataset_id LEFT JOIN main.observation_detail t ON t.id = o.id
            WHERE NOT EXISTS (SELECT 1 FROM withheld_record w WHERE w.id = o.id)
            UNION ALL
            SELECT CASE WHEN o.date BETWEEN \(StoredDate.all.lowerBound) AND \(StoredDate.all.upperBound) THEN o.date / 10000 * 10000
                ELSE \(StoredDate.unknown) END, m.place_id, s.new_id, o.num, d.new_id, 0, 1, \(nothing)
            FROM withheld_record w CROSS JOIN main.observation o ON o.id = w.id
            CROSS JOIN moved m ON (m.location_id, m.size) = (o.location_id, \(GeneralVisits.withheld))
            CROSS JOIN species_number s ON s.id = o.species_id CROSS JOIN dataset_number d ON d.id = o.dataset_id
            WHERE has_year = 1
            ORDER BY 1, 2, 3, 4, 5, 6, \(members.indices.map { "\($0 + Int(first) + 1)" }.joined(separator: ", "))
            """)
        let exactness = try exactness()
        let insert = try RowWriter<ObservationColumn>(in: general)
        let detail = try RowWriter<ObservationDetailColumn>(in: general)
        let comments = first + Int32(Self.kept.count + Self.keptDetails.count)
        var id: Int64 = 0
        while try rows.step() {
            id += 1
            insert.bind(.id, id)
            for (column, position) in [
                (ObservationColumn.date, 0), (.locationID, 1), (.speciesID, 2), (.datasetID, 4), (.checklistID, 5),
            ] as [(ObservationColumn, Int32)] {
                insert.bind(column, rows.int64(position))
            }
            insert.bind(.num, rows.optionalInt64(3))
            for (index, column) in Self.kept.enumerated() { insert.bind(column, rows, first + Int32(index)) }
            insert.bind(.sourceID, rows, comments + 1)
            try insert.run()
            var isKnown = false
            if rows.int64(6) != 0 {
                isKnown = true
                for column in ObservationDetailColumn.allCases { detail.bind(column, nil as Int64?) }
                detail.bind(.coordinateUncertainty, exactness[rows.int64(1)] ?? nil)
                detail.bind(.generalised, 1)
            } else {
                for (index, column) in (Self.keptDetails + [.comments]).enumerated() {
                    let position = first + Int32(Self.kept.count + index)
                    isKnown = isKnown || !rows.isNull(position)
                    detail.bind(column, rows, position)
                }
            }
            guard isKnown else { continue }
            detail.bind(.id, id)
            try detail.run()
        }
    }

    /// How exact the places that stand for others are, in metres, by their ids.
    private func exactness() throws(StoreError) -> [Int64: Double?] {
        let rows = try general.prepare("SELECT id, uncertainty_m FROM general_location")
        var exactness: [Int64: Double?] = [:]
        while try rows.step() { exactness[rows.int64(0)] = .some(rows.optionalDouble(1)) }
        return exactness
    }
}
