import CSQLite

/// Looks up rows by their ids, for the columns that the indexes of observations do not hold.
///
/// Invariants:
/// - It belongs to one connection, and so to one thread at a time.
/// - A statement is prepared when it is first needed, and reset before the function that runs it returns, so it
///   holds no pages of the file between calls.
/// - A row that another row refers to must exist. If it is missing, the file is damaged, and the error is SQLite's
///   own `SQLITE_CORRUPT`.
final class Records {
    /// A row of `species`, as `showsAllNames` shows it. All but the code are nil if nothing named it.
    struct Species {
        var code: String
        var scientificName: String?
        var commonName: String?
        var category: String?
    }

    /// A row of `location`. The coordinates are in degrees.
    struct Location {
        var code: String
        var latitude: Double?
        var longitude: Double?
        var region: String?
    }

    /// What a location of a general edition is that stands for others.
    struct Generalised {
        /// The greatest distance of the true places, in metres; nil if it has no point.
        let uncertainty: Double?
        /// What was done, as a sentence.
        let sentence: String
    }

    /// A row of `checklist`.
    struct Checklist {
        /// Indexed by the raw values of `ChecklistColumn`.
        private let values: [Value]

        /// One of which nothing is known.
        fileprivate init() { values = Self.kinds.map { _ in .nothing } }

        fileprivate init(_ row: Statement) {
            values = Self.kinds.indices.map { row.value(Int32($0), Self.kinds[$0]) }
        }

        private static let kinds = ChecklistColumn.allCases.map(\.definition.kind)

        /// The value of a column, or of a single bit of one; `.nothing` for NULL.
        subscript(shown: ChecklistValue) -> Value {
            switch shown {
            case .column(let column): values[Int(column.rawValue)]
            case .bit(let bit, let column):
                if case .integer(let bits) = values[Int(column.rawValue)] { .flag(bits & bit != 0) } else { .nothing }
            }
        }
    }

    /// The value of a column in one row.
    enum Value {
        case nothing
        case integer(Int64)
        case real(Double)
        case text(String)
        case flag(Bool)
    }

    /// The columns of an observation that no index holds.
    struct Observation {
        var checklist: Int64
        var sourceID: String?
        var isValid: Bool?
        var isReviewed: Bool?
        /// `HH:MM`, local: the observation's own time, or else that of its checklist.
        var time: String?
        var confidence: Double?
        var breedingCode: String?
        var comments: String?
        var coordinateUncertainty: Double?
        var isGeneralised: Bool?
    }

    /// Whether species have names that no species table, but a record gave them, of whatever data set. Only a view of
    /// everything shows these.
    private let showsAllNames: Bool
    /// Whether some locations may stand for others.
    private let isGeneral: Bool
    /// Those that were looked up last. When there are too many, all are dropped.
    private var generalised: [Int64: Generalised?] = [:]
    private static let mostGeneralised = 4096

    // Statements, each prepared when it is first needed.
    private let database: Database
    private var speciesByID: Statement?
    private var locationByID: Statement?
    private var twinsOfLocation: Statement?
    private var datasetByID: Statement?
    private var nameOfLocation: Statement?
    private var checklistByID: Statement?
    private var observationByID: Statement?
    private var exactnessByID: Statement?
    private var exactnessByChecklist: Statement?
    private var rowByID: Statement?
    private var timeByID: Statement?
    private var generalisedByID: Statement?

    /// Guests by their codes in UTF-8, and their codes by their ids.
    private var guests: [[UInt8]: Int64] = [:]
    private var guestNames: [Int64: String] = [:]
    private var nextGuest = Int64.min
    /// The greatest number of them. When it is reached, all are dropped.
    private static let mostGuests = 1024

    /// The ids that records are shown with.
    let ids: RecordIDs

    init(_ database: Database, _ ids: RecordIDs, showsAllNames: Bool, isGeneral: Bool) {
        (self.database, self.ids, self.showsAllNames, self.isGeneral) = (database, ids, showsAllNames, isGeneral)
    }

    /// What a location is if it stands for others; nil if it does not.
    @inline(__always)
    func generalised(location id: Int64) throws(StoreError) -> Generalised? {
        isGeneral ? try findGeneralised(id) : nil
    }

    @inline(never)
    private func findGeneralised(_ id: Int64) throws(StoreError) -> Generalised? {
        if let known = generalised[id] { return known }
        let row = try database.prepare(
            "SELECT uncertainty_m, generalisation FROM general_location WHERE id = ?1", keptIn: &generalisedByID)
        row.bind(1, id)
        defer { row.reset() }
        var found: Generalised?
        if try row.step() { found = Generalised(uncertainty: row.optionalDouble(0), sentence: row.text(1) ?? "") }
        if generalised.count >= Self.mostGeneralised { generalised.removeAll(keepingCapacity: true) }
        generalised[id] = .some(found)
        return found
    }

    /// A species that the edition does not have, and another one does, for rows that say that it was not seen. It has
    /// an id that no species has, and its code for a name.
    func guest(code: String) -> Int64 {
        let key = Array(code.utf8)
        if let known = guests[key] { return known }
        if guests.count >= Self.mostGuests { (guests, guestNames) = ([:], [:]) }
        // Ids are not used again, since rendered members are kept by them.
        nextGuest += 1
        (guests[key], guestNames[nextGuest]) = (nextGuest, code)
        return nextGuest
    }

    /// The code of a guest; nil for any other id.
    func name(ofGuest id: Int64) -> String? { guestNames[id] }

    func species(_ id: Int64) throws(StoreError) -> Species {
        if id < 0, let code = guestNames[id] { return Species(code: code) }
        let row = try seek(id, &speciesByID, selectSpecies)
        defer { row.reset() }
        return Species(
            code: row.text(0) ?? "", scientificName: row.text(1), commonName: row.text(2), category: row.text(3))
    }

    func location(_ id: Int64) throws(StoreError) -> Location {
        let row = try seek(id, &locationByID, Self.locationByID)
        defer { row.reset() }
        return Location(
            code: row.text(0) ?? "", latitude: row.optionalDouble(1), longitude: row.optionalDouble(2),
            region: row.text(3))
    }

    /// What a data set calls a location.
    func name(ofLocation id: Int64, in dataset: Int64) throws(StoreError) -> String? {
        let row = try database.prepare(
            "SELECT name FROM location_name WHERE location_id = ?1 AND dataset_id = ?2", keptIn: &nameOfLocation)
        row.bind(1, id)
        row.bind(2, dataset)
        defer { row.reset() }
        return try row.step() ? row.text(0) : nil
    }

    /// The columns that identify a location. Texts are bytes, since an edit may have left text that is not UTF-8.
    func key(ofLocation id: Int64) throws(StoreError) -> (
        code: [UInt8], latitude: Double?, longitude: Double?, region: [UInt8]?
    ) {
        let row = try seek(id, &locationByID, Self.locationByID)
        defer { row.reset() }
        return (row.bytes(0), row.optionalDouble(1), row.optionalDouble(2), row.isNull(3) ? nil : row.bytes(3))
    }

    func code(ofSpecies id: Int64) throws(StoreError) -> [UInt8] {
        let row = try seek(id, &speciesByID, selectSpecies)
        defer { row.reset() }
        return row.bytes(0)
    }

    private var selectSpecies: String {
        "SELECT \(SpeciesColumn.shown(allNames: showsAllNames).joined(separator: ", ")) FROM species WHERE id = ?1"
    }
    private static let locationByID = "SELECT code, latitude, longitude, region FROM location WHERE id = ?1"

    /// How many locations with lower ids have the same code, coordinates and region as this one. It is 0 unless an
    /// edit made some of them equal.
    func twins(beforeLocation id: Int64) throws(StoreError) -> Int64 {
        let sql = """
            SELECT count(*) FROM location l JOIN location other INDEXED BY location_by_code ON other.code = l.code
            WHERE l.id = ?1 AND other.id < ?1 AND other.latitude IS l.latitude AND other.longitude IS l.longitude
                AND other.region IS l.region
            """
        let row = try seek(id, &twinsOfLocation, sql)
        defer { row.reset() }
        return row.int64(0)
    }

    /// The name of a data set.
    func dataset(_ id: Int64) throws(StoreError) -> String {
        let row = try seek(id, &datasetByID, "SELECT name FROM dataset WHERE id = ?1")
        defer { row.reset() }
        return row.text(0) ?? ""
    }

    /// - Parameter id: 0 for a record of the general edition that has none.
    func checklist(_ id: Int64) throws(StoreError) -> Checklist {
        if id == 0, isGeneral { return Checklist() }
        let row = try seek(id, &checklistByID, Self.checklistByID)
        defer { row.reset() }
        return Checklist(row)
    }

    private static let checklistByID = "SELECT \(ChecklistColumn.selected) FROM checklist WHERE id = ?1"

    /// The columns of a row that no index holds. For a zero-filled row, which is not a record, only the checklist
    /// and its time are set.
    @inline(__always)
    func observation(of row: ObservationRow) throws(StoreError) -> Observation {
        var observation = try row.isRecord ? observation(row.id) : observation(onChecklist: row.id)
        if let place = try generalised(location: row.location) {
            (observation.coordinateUncertainty, observation.isGeneralised) = (place.uncertainty, true)
        }
        return observation
    }

    private func observation(onChecklist id: Int64) throws(StoreError) -> Observation {
        let time = try seek(id, &timeByID, "SELECT time FROM checklist WHERE id = ?1")
        defer { time.reset() }
        return Observation(checklist: id, time: time.text(0))
    }

    private func observation(_ id: Int64) throws(StoreError) -> Observation {
        let sql = """
            SELECT checklist_id, source_id, valid, reviewed,
                coalesce(d.time, (SELECT time FROM checklist WHERE id = o.checklist_id)),
                confidence, breeding_code, d.comments, coordinate_uncertainty_m, generalised
            FROM observation o LEFT JOIN observation_detail d ON d.id = o.id WHERE o.id = ?1
            """
        let row = try seek(id, &observationByID, sql)
        defer { row.reset() }
        return Observation(
            checklist: row.int64(0), sourceID: row.text(1), isValid: row.optionalInt64(2).map { $0 != 0 },
            isReviewed: row.optionalInt64(3).map { $0 != 0 }, time: row.text(4), confidence: row.optionalDouble(5),
            breedingCode: row.text(6), comments: row.text(7), coordinateUncertainty: row.optionalDouble(8),
            isGeneralised: row.optionalInt64(9).map { $0 != 0 })
    }

    /// How exact a place is; nil as far as it is not known.
    typealias Exactness = (uncertainty: Double?, isGeneralised: Bool?)

    /// The exactness of the place of a record.
    func exactness(of row: ObservationRow) throws(StoreError) -> Exactness {
        if let place = try generalised(location: row.location) { return (place.uncertainty, true) }
        return try exactness(row.id, &exactnessByID, "FROM observation_detail WHERE id = ?1")
    }

    /// The exactness of the least exact record of a checklist.
    func exactness(ofChecklist id: Int64, at location: Int64) throws(StoreError) -> Exactness {
        if let place = try generalised(location: location) { return (place.uncertainty, true) }
        return try exactness(id, &exactnessByChecklist, "FROM checklist_exactness WHERE id = ?1")
    }

    private func exactness(_ id: Int64, _ kept: inout Statement?, _ rows: String) throws(StoreError) -> Exactness {
        let row = try database.prepare("SELECT coordinate_uncertainty_m, generalised \(rows)", keptIn: &kept)
        row.bind(1, id)
        defer { row.reset() }
        guard try row.step() else { return (nil, nil) }
        return (row.optionalDouble(0), row.optionalInt64(1).map { $0 != 0 })
    }

    /// The columns of an observation that the indexes hold; nil if there is no such observation.
    func row(_ id: Int64) throws(StoreError) -> ObservationRow? {
        let sql = "SELECT date, location_id, species_id, num, dataset_id, id FROM observation WHERE id = ?1"
        let statement = try database.prepare(sql, keptIn: &rowByID)
        statement.bind(1, id)
        guard try statement.step() else { return nil }
        defer { statement.reset() }
        return ObservationRow(
            date: statement.int64(0), location: statement.int64(1), species: statement.int64(2),
            num: Count(statement.optionalInt64(3)), dataset: statement.int64(4),
            id: statement.int64(5))
    }

    /// Goes to the row with an id. The caller resets the statement.
    /// - Throws: `.sqlite` with `SQLITE_CORRUPT` if there is no such row.
    private func seek(_ id: Int64, _ kept: inout Statement?, _ sql: String) throws(StoreError) -> Statement {
        let statement = try database.prepare(sql, keptIn: &kept)
        statement.bind(1, id)
        guard try statement.step() else {
            throw .sqlite(
                code: SQLITE_CORRUPT, message: "row \(id) is missing, though another row refers to it", sql: sql)
        }
        return statement
    }
}

extension Statement {
    /// A column of the current row, converted to the kind that the schema declares: an edit may have left another
    /// one.
    fileprivate func value(_ column: Int32, _ kind: ColumnDefinition.Kind) -> Records.Value {
        switch kind {
        case .integer: optionalInt64(column).map { .integer($0) } ?? .nothing
        case .real: optionalDouble(column).map { .real($0) } ?? .nothing
        case .text, .blob: text(column).map { .text($0) } ?? .nothing
        case .flag: optionalInt64(column).map { .flag($0 != 0) } ?? .nothing
        }
    }
}

extension LocationKey {
    /// Reads a row with the columns `id, code, latitude, longitude, region`.
    package init(_ row: Statement) {
        self.init(
            code: row.bytes(1), latitude: row.optionalDouble(2), longitude: row.optionalDouble(3), region: row.bytes(4))
    }
}
