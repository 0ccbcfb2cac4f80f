/// What a row says of one observation and its checklist. Texts are cells of the row.
struct SourceRecord {
    var location = Row.Cell.empty
    var locationName = Row.Cell.empty
    var latitude: Double?
    var longitude: Double?
    var region = Row.Cell.empty
    /// `yyyymmdd`, 00 for what is not known.
    var date: Int64 = 0
    /// The code; where a format has none it is empty, and the names tell the species.
    var species = Row.Cell.empty
    var scientificName = Row.Cell.empty
    var commonName = Row.Cell.empty
    /// Nil: seen and not counted.
    var count: Int64?
    /// Of the checklist.
    var checklist = Row.Cell.empty
    var halfDays: Int64?
    var effortHours: Double?
    var snowDepth: Double?
    /// Minutes after midnight, of the checklist.
    var time: Int64?
    var minutes: Int64?
    /// Kilometres.
    var distance: Double?
    /// Hectares.
    var area: Double?
    var observers: Int64?
    /// Whether all species that were noticed are reported; nil where only the format as a whole may tell.
    var complete: Int64?
    var `protocol` = Row.Cell.empty
    var checklistComments = Row.Cell.empty
    /// The record's own code in its file.
    var source = Row.Cell.empty
    /// Minutes after midnight, of the observation alone.
    var ownTime: Int64?
    var confidence: Double?
    var breedingCode = Row.Cell.empty
    var comments = Row.Cell.empty
    var valid: Int64?
    var reviewed: Int64?
}

/// What is wrong with a row.
struct RowError: Error, Equatable {
    /// As its file calls it; nil where it is the row as a whole.
    var column: String?
    var reason: String
}

/// The cells of a row, by what they hold in a format.
struct Columns {
    private var positions: [Int]
    private var nullWords: [[[UInt8]]]
    private var names: [String]
    /// How many cells a row may have.
    private let width: Int

    init(_ format: Format, _ header: Header) {
        positions = Array(repeating: -1, count: Format.Member.allCases.count)
        nullWords = Array(repeating: [], count: positions.count)
        names = Array(repeating: "", count: positions.count)
        width = header.names.count
        for column in format.columns {
            guard let position = header.position(column) else { continue }
            positions[column.member.rawValue] = position
            nullWords[column.member.rawValue] = column.nullWords
            names[column.member.rawValue] = header.names[position]
        }
    }

    @inline(__always)
    func has(_ member: Format.Member) -> Bool { positions[member.rawValue] >= 0 }

    /// Texts that name things are no longer than this.
    static let longestText = 500

    /// The cell; empty where it is missing or a null word.
    @inline(__always)
    func cell(_ member: Format.Member, _ row: Row) -> Row.Cell {
        let cell = row.trimmed(positions[member.rawValue])
        return !nullWords[member.rawValue].isEmpty && isNullWord(member, row, cell) ? .empty : cell
    }

    private func isNullWord(_ member: Format.Member, _ row: Row, _ cell: Row.Cell) -> Bool {
        nullWords[member.rawValue].contains { $0.elementsEqual(row.bytes[cell.range]) }
    }

    /// A text of printable characters.
    @inline(__always)
    func text(_ member: Format.Member, _ row: Row) throws(RowError) -> Row.Cell {
        let cell = cell(member, row)
        guard cell.range.count <= Self.longestText else {
            throw error(member, "is longer than \(Self.longestText) bytes")
        }
        for byte in row.bytes[cell.range] where byte < 0x20 || byte == 0x7F {
            throw error(member, "holds a control character")
        }
        return cell
    }

    /// A text that must not be empty.
    @inline(__always)
    func code(_ member: Format.Member, _ row: Row) throws(RowError) -> Row.Cell {
        let cell = try text(member, row)
        if cell.isEmpty { throw error(member, "is empty") }
        return cell
    }

    @inline(__always)
    func integer(_ member: Format.Member, _ row: Row) throws(RowError) -> Int64? {
        let cell = row.trimmed(positions[member.rawValue])
        if let value = Number.integer(row.bytes, cell) { return value }
        if cell.isEmpty || isNullWord(member, row, cell) { return nil }
        throw error(member, "'\(shown(row, cell))' is not a whole number")
    }

    @inline(__always)
    func double(_ member: Format.Member, _ row: Row) throws(RowError) -> Double? {
        let cell = row.trimmed(positions[member.rawValue])
        if let value = Number.double(row.bytes, cell) { return value }
        if cell.isEmpty || isNullWord(member, row, cell) { return nil }
        throw error(member, "'\(shown(row, cell))' is not a number")
    }

    /// 0 or 1.
    func flag(_ member: Format.Member, _ row: Row) throws(RowError) -> Int64? {
        guard has(member), let value = try integer(member, row) else { return nil }
        guard value == 0 || value == 1 else { throw error(member, "\(value) is neither 0 nor 1") }
        return value
    }

    func checkWidth(_ row: Row) throws(RowError) {
        if row.cells.count > width {
            // A separator at the end of the line makes one more cell with nothing in it.
            guard row.cells.count == width + 1, row.trimmed(width).isEmpty else {
                throw RowError(column: nil, reason: "it has \(row.cells.count) cells for \(width) columns")
            }
        }
    }

    func error(_ member: Format.Member, _ reason: String) -> RowError {
        RowError(column: names[member.rawValue], reason: reason)
    }

    /// A cell in a sentence.
    func shown(_ row: Row, _ cell: Row.Cell) -> String { Row.shown(row.text(cell), atMost: 40) }
}

/// Observations from rows, by the rules for what cells hold.
struct RecordDecoder {
    /// Counts beyond this are slips.
    static let mostCounted: Int64 = 10_000_000
    static let firstYear: Int64 = 1800

    private let columns: Columns
    private let lastYear: Int64
    private let hasEffort: Bool

    /// - Parameter lastYear: the year after the present one.
    init(_ columns: Columns, lastYear: Int) {
        self.columns = columns
        self.lastYear = Int64(lastYear)
        hasEffort = columns.has(.checklist)
    }

    func decode(_ row: Row, into record: inout SourceRecord) throws(RowError) {
        try columns.checkWidth(row)
        record.location = try columns.code(.location, row)
        record.latitude = try columns.double(.latitude, row)
        record.longitude = try columns.double(.longitude, row)
        try checkPlace(record)
        record.region = try columns.text(.region, row)
        record.date = try date(row)
        record.species = try columns.code(.species, row)
        record.count = try count(row)
        if hasEffort { try decodeChecklist(row, into: &record) }
    }

    private func decodeChecklist(_ row: Row, into record: inout SourceRecord) throws(RowError) {
        record.checklist = try columns.code(.checklist, row)
        record.source = try columns.text(.source, row)
        record.valid = try columns.flag(.valid, row)
        record.reviewed = try columns.flag(.reviewed, row)
        record.halfDays = try halfDays(row)
        record.effortHours = try positive(.effortHours, row)
        record.snowDepth = try positive(.snowDepth, row)
    }

    @inline(__always)
    private func checkPlace(_ record: SourceRecord) throws(RowError) {
        switch (record.latitude, record.longitude) {
        case (let latitude?, let longitude?):
            guard abs(latitude) <= 90 else { throw columns.error(.latitude, "\(latitude) is not between -90 and 90") }
            guard abs(longitude) <= 180 else {
                throw columns.error(.longitude, "\(longitude) is not between -180 and 180")
            }
        case (nil, nil): break
        case (nil, _): throw columns.error(.latitude, "is empty, but there is a longitude")
        case (_, nil): throw columns.error(.longitude, "is empty, but there is a latitude")
        }
    }

    @inline(__always)
    private func date(_ row: Row) throws(RowError) -> Int64 {
        guard let year = try columns.integer(.year, row) else { throw columns.error(.year, "is empty") }
        guard year >= Self.firstYear, year <= lastYear else {
            throw columns.error(.year, "\(year) is not between \(Self.firstYear) and \(lastYear)")
        }
        guard let month = try columns.integer(.month, row) else {
            if try columns.integer(.day, row) != nil { throw columns.error(.month, "is empty, but there is a day") }
            return year * 10_000
        }
        guard month >= 1, month <= 12 else { throw columns.error(.month, "\(month) is not a month") }
        guard let day = try columns.integer(.day, row) else { return year * 10_000 + month * 100 }
        guard day >= 1, day <= Int64(PartialDate.days(in: Int(month), of: Int(year))) else {
            throw columns.error(.day, "there is no day \(day) in month \(month) of \(year)")
        }
        return year * 10_000 + month * 100 + day
    }

    @inline(__always)
    private func count(_ row: Row) throws(RowError) -> Int64? {
        guard let count = try columns.integer(.count, row) else { return nil }
        guard count >= 0 else { throw columns.error(.count, "\(count) is negative") }
        guard count <= Self.mostCounted else {
            throw columns.error(.count, "\(count) is more than \(Self.mostCounted)")
        }
        return count
    }

    /// Bits 1, 2, 4, 8 for the morning and the afternoon of both days; nil where nothing is known of any.
    private func halfDays(_ row: Row) throws(RowError) -> Int64? {
        let members: [(Format.Member, Int64)] = [(.day1AM, 1), (.day1PM, 2), (.day2AM, 4), (.day2PM, 8)]
        var bits: Int64?
        for (member, bit) in members {
            if let flag = try columns.flag(member, row) { bits = (bits ?? 0) | flag * bit }
        }
        return bits
    }

    private func positive(_ member: Format.Member, _ row: Row) throws(RowError) -> Double? {
        guard columns.has(member), let value = try columns.double(member, row) else { return nil }
        guard value >= 0 else { throw columns.error(member, "\(value) is negative") }
        return value
    }
}
