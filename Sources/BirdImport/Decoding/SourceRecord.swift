import Birds

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
    /// The code of the checklist.
    var checklist = Row.Cell.empty
    /// The record's own code in its file.
    var source = Row.Cell.empty
    /// Of checklists that several observers share.
    var group = Row.Cell.empty
    /// Whether it says that it is no bird.
    var isForeign = false

    // What few files have, by `RecordDetails.Member`; a bit is set for what there is.
    private(set) var present: UInt32 = 0
    private var numbers = [16 of Int64](repeating: 0)
    private var texts = [16 of Row.Cell](repeating: .empty)

    /// A whole number, or minutes after midnight.
    subscript(member: RecordDetails.Member) -> Int64? {
        get { present & member.bit != 0 ? numbers[member.rawValue % 16] : nil }
        set {
            mark(member, newValue != nil)
            if let newValue { numbers[member.rawValue % 16] = newValue }
        }
    }

    subscript(real member: RecordDetails.Member) -> Double? {
        get { self[member].map { Double(bitPattern: UInt64(bitPattern: $0)) } }
        set { self[member] = newValue.map { Int64(bitPattern: $0.bitPattern) } }
    }

    /// Empty where there is none.
    subscript(text member: RecordDetails.Member) -> Row.Cell {
        get { present & member.bit != 0 ? texts[member.rawValue % 16] : .empty }
        set {
            mark(member, !newValue.isEmpty)
            texts[member.rawValue % 16] = newValue
        }
    }

    private mutating func mark(_ member: RecordDetails.Member, _ isThere: Bool) {
        if isThere { present |= member.bit } else { present &= ~member.bit }
    }
}

/// What is wrong with a row.
struct RowError: Error, Equatable {
    /// As its file calls it; nil where it is the row as a whole.
    var column: String?
    var reason: String
}
