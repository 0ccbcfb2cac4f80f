import Birds

/// Makes the locations of the general edition: those that are shown as they are, and those that stand for others.
///
/// The temporary table `moved (location_id, size, place_id)` of the exact edition then has the location of the general
/// edition for each location of the exact one and each size (`GeneralVisits`).
struct GeneralPlaces {
    let exact: Database
    let general: Database
    let contacts: [String]

    /// A location of the general edition.
    private struct Place: Equatable {
        var code: String
        var latitude: Double?
        var longitude: Double?
        var region: String?
    }

    func insert() throws(StoreError) {
        try exact.execute(
            """
            CREATE TEMP TABLE place (
                location_id INTEGER NOT NULL, size INTEGER NOT NULL, code TEXT NOT NULL, latitude REAL, longitude REAL, region TEXT);
            CREATE TEMP TABLE moved (
                location_id INTEGER NOT NULL, size INTEGER NOT NULL, place_id INTEGER NOT NULL, PRIMARY KEY (location_id, size)
            ) WITHOUT ROWID;
            """)
        try choose()
        try number()
        try exact.execute("DROP TABLE place")
        try insertNames()
    }

    /// Fills the table `place`, with a row for each row of `moved` to come.
    private func choose() throws(StoreError) {
        let rows = try exact.prepare(
            """
            SELECT l.id, v.size, l.code, l.latitude, l.longitude, l.region FROM (
                SELECT location_id, size FROM visit
                UNION SELECT location_id, \(GeneralVisits.withheld) FROM withheld_record w CROSS JOIN main.observation o ON o.id = w.id
                WHERE has_year = 1) v
            CROSS JOIN main.location l ON l.id = v.location_id
            """)
        let insert = try exact.prepare("INSERT INTO place VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
        while try rows.step() {
            let own = Place(
                code: rows.text(2) ?? "", latitude: rows.optionalDouble(3), longitude: rows.optionalDouble(4),
                region: rows.text(5))
            let place = Self.general(own, size: rows.int64(1))
            insert.bind(1, rows.int64(0))
            insert.bind(2, rows.int64(1))
            insert.bind(3, place.code)
            insert.bind(4, place.latitude)
            insert.bind(5, place.longitude)
            insert.bind(6, place.region)
            try insert.run()
        }
    }

    /// What stands for a place.
    /// - Parameter size: As in `GeneralVisits`.
    private static func general(_ place: Place, size: Int64) -> Place {
        if size == 0 { return place }
        // A smaller region would make a cell smaller too.
        let region = place.region?.split(separator: "-", maxSplits: 2, omittingEmptySubsequences: false).prefix(2)
            .joined(separator: "-")
        guard let latitude = place.latitude, let longitude = place.longitude,
            let cell = GridSize(microdegrees: size).flatMap({ GridCell(latitude: latitude, longitude: longitude, $0) })
        else { return Place(code: (["withheld"] + [region].compactMap { $0 }).joined(separator: "_"), region: region) }
        return Place(
            code: cell.code(region: region ?? ""), latitude: cell.latitude, longitude: cell.longitude, region: region)
    }

    /// Inserts the places in their order, each once, and fills `moved`.
    private func number() throws(StoreError) {
        let rows = try exact.prepare(
            """
            SELECT location_id, size, code, latitude, longitude, region FROM place
            ORDER BY code, latitude, longitude, region, size DESC
            """)
        let insert = try RowWriter<LocationColumn>(in: general)
        let generalised = try RowWriter<GeneralisedColumn>(in: general)
        let moved = try exact.prepare("INSERT INTO moved VALUES (?1, ?2, ?3)")
        var last: (place: Place, isGeneralised: Bool)?
        var id: Int64 = 0
        while try rows.step() {
            let size = rows.int64(1)
            let place = Place(
                code: rows.text(2) ?? "", latitude: rows.optionalDouble(3), longitude: rows.optionalDouble(4),
                region: rows.text(5))
            if last?.place != place {
                id += 1
                last = (place, false)
                insert.bind(.id, id)
                insert.bind(.code, place.code)
                insert.bind(.latitude, place.latitude)
                insert.bind(.longitude, place.longitude)
                insert.bind(.region, place.region)
                try insert.run()
            }
            if size != 0, last?.isGeneralised == false {
                last?.isGeneralised = true
                let cell = place.latitude.flatMap { latitude in
                    place.longitude.flatMap { longitude in
                        GridSize(microdegrees: size).flatMap { GridCell(latitude: latitude, longitude: longitude, $0) }
                    }
                }
                generalised.bind(.id, id)
                generalised.bind(.name, cell?.name)
                generalised.bind(.uncertainty, cell?.size.uncertainty)
                generalised.bind(.sentence, sentence(cell))
                try generalised.run()
            }
            moved.bind(1, rows.int64(0))
            moved.bind(2, size)
            moved.bind(3, id)
            try moved.run()
        }
    }

    /// What was done, and whom to ask.
    private func sentence(_ cell: GridCell?) -> String {
        let what =
            cell.map { "This is a cell of \($0.size.text)° that stands for all places in it" }
            ?? "The place is withheld, and so are the month and the day if they are missing"
        return what + ", to protect what was found there."
            + (contacts.isEmpty ? "" : " For the exact place ask \(contacts.joined(separator: " or ")).")
    }

    /// Each data set has its own names of the places that are shown as they are, and all have those of cells.
    private func insertNames() throws(StoreError) {
        try GeneralEdition.copy(
            """
            SELECT place_id, new_id, min(name) FROM (
                SELECT DISTINCT v.location_id, dataset_id FROM visit v CROSS JOIN main.checklist c ON c.id = v.id WHERE v.size = 0) v
            CROSS JOIN main.location_name n ON (n.location_id, n.dataset_id) = (v.location_id, v.dataset_id)
            CROSS JOIN moved m ON m.location_id = v.location_id AND m.size = 0
            CROSS JOIN dataset_number d ON d.id = v.dataset_id
            GROUP BY place_id, new_id
            """, from: exact, to: general, LocationNameColumn.self)
    }

    /// Names the places that stand for others in all data sets that have them, and says how exact they are where no
    /// record does.
    static func insertExactness(in general: Database) throws(StoreError) {
        try general.execute(
            """
            INSERT INTO checklist_exactness SELECT c.id, g.uncertainty_m, 1
                FROM general_location g CROSS JOIN checklist c INDEXED BY checklist_by_location ON c.location_id = g.id
                WHERE true ON CONFLICT DO UPDATE SET (coordinate_uncertainty_m, generalised) = (excluded.coordinate_uncertainty_m, 1);
            INSERT INTO dataset_location SELECT o.location_id, o.dataset_id, g.uncertainty_m, 1
                FROM general_location g
                CROSS JOIN (
                    SELECT location_id, dataset_id FROM observation UNION SELECT location_id, dataset_id FROM checklist) o
                    ON o.location_id = g.id
                WHERE true ON CONFLICT DO UPDATE SET (coordinate_uncertainty_m, generalised) = (excluded.coordinate_uncertainty_m, 1);
            INSERT OR REPLACE INTO location_name SELECT l.location_id, l.dataset_id, g.name
                FROM general_location g CROSS JOIN dataset_location l ON l.location_id = g.id WHERE g.name IS NOT NULL;
            """)
    }
}
