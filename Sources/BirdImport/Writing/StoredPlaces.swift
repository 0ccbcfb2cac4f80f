import Birds

/// The places of the locations of a database, to find those that are the same as that of a detection (`SourcePlace`)
/// without comparing all. They are kept in a temporary database, so that memory does not limit their number.
struct StoredPlaces {
    /// The memory of the temporary database, in KiB. Pages beyond it are on disk.
    private static let cacheKilobytes = 8 * 1024

    private let places: Database
    private let same: Statement

    init(of database: Database) throws(StoreError) {
        places = try .temporary(
            "CREATE TABLE place (latitude REAL, longitude REAL, PRIMARY KEY (latitude, longitude)) WITHOUT ROWID",
            cacheKilobytes: Self.cacheKilobytes)
        let insert = try places.prepare("INSERT INTO place VALUES (?1, ?2) ON CONFLICT DO NOTHING")
        let select = try database.prepare("SELECT latitude, longitude FROM location")
        while try select.step() {
            guard let place = SourcePlace(select, from: 0) else { continue }
            insert.bind(1, place.latitude)
            insert.bind(2, place.longitude)
            try insert.run()
        }
        same = try places.prepare(
            """
            SELECT latitude, longitude FROM place WHERE \(SourcePlace.isSame("?1", "?2"))
            ORDER BY max(abs(latitude - ?1), abs(longitude - ?2)) LIMIT \(SourcePlace.mostCompared)
            """)
    }

    /// The places that are the same as another one, the nearest first.
    func same(as place: SourcePlace) throws(StoreError) -> [SourcePlace] {
        same.bind(1, place.latitude)
        same.bind(2, place.longitude)
        var found: [SourcePlace] = []
        while try same.step() {
            if let place = SourcePlace(same, from: 0) { found.append(place) }
        }
        return found
    }
}
