import Birds

/// What a staged record has beyond the nine members of a plain one, as bytes, and what is where in them.
///
/// The checklist's code and the record's own come first, each with a 0 behind it, so that the order of bytes is that of the
/// codes; no code holds a 0. Then comes one bit for each number and text that is there, and those.
struct RecordDetails {
    private var checklistEnd: Int32 = 0
    private var sourceEnd: Int32 = 0
    /// Which numbers and texts there are.
    private var present: UInt32 = 0

    /// A number or a text that few files have. There are up to 16 of each; texts come after numbers.
    enum Member: Int, CaseIterable {
        case complete, halfDays, valid, reviewed, time, minutes, observers, ownTime
        case effortHours, snowDepth, distance, area, confidence
        case `protocol` = 16
        case checklistComments, breedingCode, comments

        /// Where it goes. A number for a text is minutes after midnight.
        var column: Column {
            switch self {
            case .complete: .checklist(.complete)
            case .halfDays: .checklist(.halfDays)
            case .valid: .observation(.valid)
            case .reviewed: .observation(.reviewed)
            case .time: .checklist(.time)
            case .minutes: .checklist(.minutes)
            case .observers: .checklist(.observers)
            case .ownTime: .detail(.time)
            case .effortHours: .checklist(.effortHours)
            case .snowDepth: .checklist(.snowDepth)
            case .distance: .checklist(.distance)
            case .area: .checklist(.area)
            case .confidence: .detail(.confidence)
            case .protocol: .checklist(.protocol)
            case .checklistComments: .checklist(.comments)
            case .breedingCode: .detail(.breedingCode)
            case .comments: .detail(.comments)
            }
        }

        var isText: Bool { rawValue >= 16 }
        var bit: UInt32 { 1 << UInt32(rawValue) }

        fileprivate static let numbers = allCases.filter { !$0.isText }
        fileprivate static let texts = allCases.filter(\.isText)
    }

    enum Column {
        case checklist(ChecklistColumn)
        case observation(ObservationColumn)
        case detail(ObservationDetailColumn)
    }

    /// A member that goes into a column of a table.
    struct Placed<Column: TableColumn> {
        let member: Member
        let column: Column
        let kind: ColumnDefinition.Kind

        fileprivate static func all(_ column: (RecordDetails.Column) -> Column?) -> [Placed] {
            Member.allCases.compactMap { member in
                column(member.column).map { Placed(member: member, column: $0, kind: $0.definition.kind) }
            }
        }
    }

    static let ofChecklist = Placed<ChecklistColumn>.all { if case .checklist(let column) = $0 { column } else { nil } }
    static let ofObservation = Placed<ObservationColumn>.all {
        if case .observation(let column) = $0 { column } else { nil }
    }
    static let ofDetail = Placed<ObservationDetailColumn>.all {
        if case .detail(let column) = $0 { column } else { nil }
    }

    /// The code of the checklist; empty where there is none.
    var checklist: Range<Int> { 0..<Int(checklistEnd) }
    /// The record's own code; empty where there is none.
    var source: Range<Int> { sourceEnd > checklistEnd ? Int(checklistEnd) + 1..<Int(sourceEnd) : 0..<0 }

    /// Whether there is something for `observation_detail`.
    var holdsOwn: Bool { present & Self.own != 0 }

    private static let own = ofDetail.reduce(0) { $0 | $1.member.bit }

    @inline(__always)
    func integer(_ number: Member, in bytes: [UInt8]) -> Int64? {
        guard present & number.bit != 0 else { return nil }
        let offset = Int(sourceEnd) + 5 + (present & (number.bit - 1)).nonzeroBitCount * 8
        guard offset + 8 <= bytes.count else { return nil }
        return bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: Int64.self) }
    }

    func double(_ number: Member, in bytes: [UInt8]) -> Double? {
        integer(number, in: bytes).map { Double(bitPattern: UInt64(bitPattern: $0)) }
    }

    /// A text; empty where there is none.
    func text(_ text: Member, in bytes: [UInt8]) -> ArraySlice<UInt8> {
        guard present & text.bit != 0 else { return [] }
        var offset = Int(sourceEnd) + 5 + (present & (Member.protocol.bit - 1)).nonzeroBitCount * 8
        for other in Member.texts where present & other.bit != 0 {
            guard offset + 4 <= bytes.count else { return [] }
            let count = Int(bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: UInt32.self) })
            guard offset + 4 + count <= bytes.count else { return [] }
            if other == text { return bytes[(offset + 4)..<(offset + 4 + count)] }
            offset += 4 + count
        }
        return []
    }

    /// A plain record's.
    init() {}

    /// Those of a checklist of which only the code is known, which is all of the bytes.
    init(checklistCode bytes: [UInt8]) { checklistEnd = Int32(clamping: bytes.count) }

    /// Writes a record's; nothing for one that has none.
    /// - Parameter complete: what its checklist is where it does not say so.
    static func write(_ record: SourceRecord, _ row: Row, complete: Int64?, to bytes: inout [UInt8]) {
        bytes.removeAll(keepingCapacity: true)
        var present = record.present
        let complete = record[.complete] ?? complete
        if complete != nil { present |= Member.complete.bit }
        if present == 0, record.checklist.isEmpty, record.source.isEmpty { return }
        bytes.append(contentsOf: row.bytes[record.checklist.range])
        bytes.append(0)
        bytes.append(contentsOf: row.bytes[record.source.range])
        bytes.append(0)
        withUnsafeBytes(of: present) { bytes.append(contentsOf: $0) }
        for number in Member.numbers where present & number.bit != 0 {
            let value = number == .complete ? complete : record[number]
            withUnsafeBytes(of: value ?? 0) { bytes.append(contentsOf: $0) }
        }
        for text in Member.texts where present & text.bit != 0 {
            let cell = record[text: text]
            withUnsafeBytes(of: UInt32(cell.range.count)) { bytes.append(contentsOf: $0) }
            bytes.append(contentsOf: row.bytes[cell.range])
        }
    }

    /// Reads what `write` has written.
    init(_ bytes: [UInt8]) {
        guard let first = bytes.firstIndex(of: 0), let second = bytes[(first + 1)...].firstIndex(of: 0),
            second + 5 <= bytes.count
        else { return }
        (checklistEnd, sourceEnd) = (Int32(clamping: first), Int32(clamping: second))
        present = bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: second + 1, as: UInt32.self) }
    }
}
