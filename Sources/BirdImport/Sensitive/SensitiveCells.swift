import Birds

/// The cells in which the locations of a database are, as readers tell them apart, and what each of them has.
///
/// It takes about 50 bytes for each location and size.
struct SensitiveCells {
    /// A cell, with the region that its code has.
    private struct Shown: Hashable {
        let cell: GridCell
        let region: Int
    }

    /// What a cell has.
    private struct Contents {
        var records = 0
        /// Up to three places; points some metres apart are one.
        var places: [GridCell] = []
    }

    /// The records at each location, by its id.
    private var recordsAt: [Int64: Int] = [:]
    /// The locations that have a point.
    private var cells: [GridSize: [Int64: Int32]] = [:]
    private var contents: [Contents] = []

    /// No location has more records. A file that another program has changed may say so, and sums must not overflow.
    private static let mostRecords: Int64 = 1 << 40

    /// A cell with fewer places hides little.
    static let fewPlaces = 3

    init(_ sizes: Set<GridSize>, in database: Database) throws(StoreError) {
        var numbers: [Shown: Int32] = [:]
        var regions: [String: Int] = [:]
        let rows = try database.prepare(
            """
            SELECT l.id, latitude, longitude, region, coalesce((
                SELECT CAST(total(records) AS INTEGER) FROM summary WHERE kind = \(SummaryKind.locationYear.rawValue) AND first_key = l.id), 0)
            FROM location l
            """)
        while try rows.step() {
            let (id, records) = (rows.int64(0), Int(min(max(rows.int64(4), 0), Self.mostRecords)))
            recordsAt[id] = records
            guard let point = PlacePoint(rows, from: 1),
                let place = GridCell(latitude: point.latitude, longitude: point.longitude, .fine)
            else { continue }
            let region = SensitiveRegion.ofCell(rows.text(3) ?? "")
            let regionNumber = regions[region] ?? regions.count
            regions[region] = regionNumber
            for size in sizes {
                guard let cell = GridCell(latitude: point.latitude, longitude: point.longitude, size) else { continue }
                let shown = Shown(cell: cell, region: regionNumber)
                let number = numbers[shown] ?? Int32(clamping: contents.count)
                if Int(number) == contents.count {
                    numbers[shown] = number
                    contents.append(Contents())
                }
                cells[size, default: [:]][id] = number
                contents[Int(number)].records += records
                if contents[Int(number)].places.count < Self.fewPlaces, !contents[Int(number)].places.contains(place) {
                    contents[Int(number)].places.append(place)
                }
            }
        }
    }

    /// The number of records at a location.
    func records(at location: Int64) -> Int { recordsAt[location] ?? 0 }

    /// The cell of a location, as a number; nil if it is in none.
    func cell(of location: Int64, _ size: GridSize) -> Int32? { cells[size]?[location] }

    /// The number of records in a cell.
    func records(in cell: Int32) -> Int { contents[Int(cell)].records }

    /// Whether a cell has so few places that a reader may guess the right one.
    func isThin(_ cell: Int32) -> Bool { contents[Int(cell)].places.count < Self.fewPlaces }
}
