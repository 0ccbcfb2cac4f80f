import Birds

/// The keyed hash of a row, for `Holdings`. It is the same whether the row is read from its table or is just inserted.
///
/// Of optional columns it takes the values that are there, and which these are. So columns that only other rows have
/// change nothing.
struct ContentHash {
    /// What a hash is of.
    enum Kind: UInt64 {
        case description, checklist, name, record, time, species, retiredCode
        // Parts of these.
        case place, code
        /// The mark of a holding.
        case mark
    }

    /// The optional columns of a record, without its time, which may become known after the record is inserted.
    static let ofObservation = [ObservationColumn.sourceID] + RecordDetails.ofObservation.map(\.column)
    /// No answer shows whether the names of a species are from this record.
    static let ofDetail = shownOfDetail.map(\.column)
    private static let shownOfDetail = RecordDetails.ofDetail.filter { $0.column != .time && $0.column != .hasOwnNames }
    /// Those of a checklist. No answer shows the group of a copy, or where a checklist was listed; the number of
    /// species follows from records.
    static let ofChecklist = [ChecklistColumn.code] + shownOfChecklist.map(\.column)
    private static let shownOfChecklist = RecordDetails.ofChecklist.filter { $0.column != .groupCode }

    private var hash: KeyedHash
    /// The bits of the optional columns that have a value, and that of the next one.
    private var present: UInt64 = 0
    private var next: UInt64 = 1

    init(_ kind: Kind, _ key: KeyedHash.Key, isWide: Bool = true) {
        hash = KeyedHash(key, isWide: isWide)
        hash.add(kind.rawValue)
    }

    consuming func finish() -> UInt128 { hash.finish() }

    @inline(__always)
    mutating func add(_ word: UInt64) { hash.add(word) }
    mutating func add(_ number: Int64?) { hash.add(number) }
    mutating func add(text: some Collection<UInt8>) { hash.add(text) }

    /// Adds a value of a row, of whatever type it is: an edit may have left any.
    mutating func add(_ row: Statement, _ column: Int32) {
        switch row.type(column) {
        case .nothing: hash.add(0 as UInt64)
        case .integer: add(integer: row.int64(column))
        case .real: add(real: row.double(column))
        case .text: add(typed: row.bytes(column))
        }
    }

    private mutating func add(integer: Int64) {
        hash.add(1 as UInt64)
        hash.add(UInt64(bitPattern: integer))
    }

    private mutating func add(real: Double) {
        hash.add(2 as UInt64)
        // SQLite stores no negative zero.
        hash.add((real + 0).bitPattern)
    }

    private mutating func add(typed text: some Collection<UInt8>) {
        hash.add(3 as UInt64)
        hash.add(text)
    }

    /// Adds optional columns, which a statement has in this order.
    mutating func addPresent(_ row: Statement, from first: Int32, count: Int) {
        for column in first..<first + Int32(count) {
            if !row.isNull(column) {
                present |= next
                add(row, column)
            }
            next <<= 1
        }
    }

    /// Adds the same columns of a record that is inserted.
    mutating func addPresent(record details: RecordDetails, in bytes: [UInt8]) {
        addPresent(text: bytes[details.source])
        addPresent(details, in: bytes, RecordDetails.ofObservation)
        addPresent(details, in: bytes, Self.shownOfDetail)
    }

    /// Adds the same columns of a checklist that is inserted.
    mutating func addPresent(checklist details: RecordDetails, in bytes: [UInt8]) {
        addPresent(text: details.storedCode(in: bytes))
        addPresent(details, in: bytes, Self.shownOfChecklist)
    }

    /// Adds which of the optional columns have a value.
    mutating func endPresent() { hash.add(present) }

    private mutating func addPresent(text: ArraySlice<UInt8>) {
        if !text.isEmpty {
            present |= next
            add(typed: text)
        }
        next <<= 1
    }

    private mutating func addPresent<Column>(
        _ details: RecordDetails, in bytes: [UInt8], _ placed: [RecordDetails.Placed<Column>]
    ) {
        for place in placed {
            if let value = place.value(details, in: bytes) {
                present |= next
                switch value {
                case .integer(let value): add(integer: value)
                case .real(let value): add(real: value)
                case .text(let text): add(typed: text)
                }
            }
            next <<= 1
        }
    }
}
