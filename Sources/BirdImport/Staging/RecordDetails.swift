import Birds
import Glibc

/// The members of a staged record beyond the nine of a plain one. They are kept as bytes beside the record's key; this
/// type says where each member is in those bytes.
///
/// The layout, with integers in the byte order of the machine:
/// ```
/// code of the checklist, 0
/// the record's own code, 0
/// present: UInt32, a bit for each member that follows
/// the numbers that are present, in the order of `DetailMember`: 8 bytes each, an Int64 or the bits of a Double
/// the texts that are present, in the order of `DetailMember`: a UInt32 with the size, then the bytes
/// if a member of the checklist is present, where the row is: file and line, a UInt32 with the highest byte first each
/// ```
///
/// Invariants:
/// - No code contains a 0 (`Columns.text` refuses control characters). So records with equal keys, sorted by these
///   bytes, are in the order of their checklists' codes and then of their own.
/// - A record without any of these members has no bytes at all. Most plain files have only such records, and these take
///   a faster way through `Sorter` and `RecordInserter`.
struct RecordDetails {
    /// The position of the 0 after the code of the checklist.
    private var checklistEnd: Int32 = 0
    /// The position of the 0 after the record's own code.
    private var sourceEnd: Int32 = 0
    /// The members that are present.
    private var present: UInt32 = 0

    /// A member and the column of a table in which it is stored.
    struct Placed<Column: TableColumn> {
        let member: DetailMember
        let column: Column
        let kind: ColumnDefinition.Kind

        /// The members for which `column` gives a column of the table.
        fileprivate static func all(_ column: (DetailColumn) -> Column?) -> [Placed] {
            DetailMember.allCases.compactMap { member in
                column(member.column).map { Placed(member: member, column: $0, kind: $0.definition.kind) }
            }
        }
    }

    // Computed once, since they are read for each record with details.
    static let ofChecklist = Placed<ChecklistColumn>.all { if case .checklist(let column) = $0 { column } else { nil } }
    static let ofObservation = Placed<ObservationColumn>.all {
        if case .observation(let column) = $0 { column } else { nil }
    }
    static let ofDetail = Placed<ObservationDetailColumn>.all {
        if case .detail(let column) = $0 { column } else { nil }
    }

    /// The code of the checklist; empty if there is none.
    var checklist: Range<Int> { 0..<Int(checklistEnd) }
    /// The record's own code; empty if there is none.
    var source: Range<Int> { sourceEnd > checklistEnd ? Int(checklistEnd) + 1..<Int(sourceEnd) : 0..<0 }

    /// The first byte of a code that only tells one checklist from another while records are inserted. It is not
    /// stored. No code of a file has it.
    static let hidden: UInt8 = 1

    /// The code of the checklist as it is stored; empty if there is none.
    @inline(__always)
    func storedCode(in bytes: [UInt8]) -> ArraySlice<UInt8> {
        let code = bytes[checklist]
        return code.first == Self.hidden ? [] : code
    }

    /// Whether its file lists the checklist, so that this stays without the record. Its bit is above those of all
    /// members.
    var isListed: Bool { present & Self.listed != 0 }

    private static let listed: UInt32 = 1 << 31

    /// Whether a member belongs into `observation_detail`. Without one, the record gets no row there.
    var holdsOwn: Bool { present & Self.own != 0 }

    /// Whether there is a member of the checklist.
    var describesChecklist: Bool { ofChecklist != 0 }

    /// The bits of the members of the checklist that are present.
    var ofChecklist: UInt32 { present & Self.checklists }

    private static let own = ofDetail.reduce(0) { $0 | $1.member.bit }
    private static let checklists = ofChecklist.reduce(0) { $0 | $1.member.bit }

    /// A whole number, or the bits of a real one; nil if it is not present.
    @inline(__always)
    func integer(_ number: DetailMember, in bytes: [UInt8]) -> Int64? {
        guard present & number.bit != 0 else { return nil }
        // The bits below its own tell how many numbers precede it.
        let offset = Int(sourceEnd) + 5 + (present & (number.bit - 1)).nonzeroBitCount * 8
        guard offset + 8 <= bytes.count else { return nil }
        return bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: Int64.self) }
    }

    /// A text; empty if it is not present. Texts have different sizes, so the ones in front of it are skipped.
    func text(_ text: DetailMember, in bytes: [UInt8]) -> ArraySlice<UInt8> {
        guard present & text.bit != 0 else { return [] }
        var offset = Int(sourceEnd) + 5 + (present & (DetailMember.protocol.bit - 1)).nonzeroBitCount * 8
        for other in DetailMember.texts where present & other.bit != 0 {
            guard offset + 4 <= bytes.count else { return [] }
            let count = Int(bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: UInt32.self) })
            guard offset + 4 + count <= bytes.count else { return [] }
            if other == text { return bytes[(offset + 4)..<(offset + 4 + count)] }
            offset += 4 + count
        }
        return []
    }

    /// The row of a record.
    struct Origin {
        /// The number of the file in the import.
        let file: Int
        let line: Int

        fileprivate static let size = 8
        fileprivate var bytes: [UInt8] {
            [UInt32(clamping: file), UInt32(clamping: line)].flatMap { withUnsafeBytes(of: $0.bigEndian, Array.init) }
        }
    }

    /// Where the row is of a record that tells something of its checklist; nil for all others, and stored ones.
    func origin(in bytes: [UInt8]) -> Origin? {
        guard describesChecklist, bytes.count >= Origin.size else { return nil }
        let numbers = bytes.withUnsafeBytes { all in
            [Origin.size, Origin.size / 2].map {
                UInt32(bigEndian: all.loadUnaligned(fromByteOffset: bytes.count - $0, as: UInt32.self))
            }
        }
        return numbers[0] == .max ? nil : Origin(file: Int(numbers[0]), line: Int(numbers[1]))
    }

    /// Whether other details have the same members with the same values, as those of most rows of a checklist have.
    func hasValues(of other: RecordDetails, _ others: [UInt8], in bytes: [UInt8]) -> Bool {
        guard describesChecklist, present == other.present else { return false }
        let (start, otherStart) = (Int(sourceEnd) + 5, Int(other.sourceEnd) + 5)
        let count = bytes.count - start - Origin.size
        guard count >= 0, count == others.count - otherStart - Origin.size else { return false }
        return bytes.withUnsafeBytes { one in
            others.withUnsafeBytes { other in
                guard let a = one.baseAddress, let b = other.baseAddress else { return false }
                return memcmp(a + start, b + otherStart, count) == 0
            }
        }
    }

    /// Whether the same member has another value in other details. Both must have it.
    func differs(_ member: DetailMember, in bytes: [UInt8], from other: RecordDetails, _ others: [UInt8]) -> Bool {
        member.isText
            ? !text(member, in: bytes).elementsEqual(other.text(member, in: others))
            : integer(member, in: bytes) != other.integer(member, in: others)
    }

    /// The details of a plain record, which has no bytes.
    init() {}

    /// The details of a checklist that is known by its code only.
    /// - Parameter bytes: The code and nothing else.
    init(checklistCode bytes: [UInt8]) { checklistEnd = Int32(clamping: bytes.count) }

    /// Replaces `bytes` with the details of a record; with nothing if it has none.
    /// - Parameters:
    ///   - complete: Whether the format promises that checklists are complete (1 or 0); nil if it does not tell. What
    ///     the row itself says takes precedence.
    ///   - file: The number of the file in the import.
    static func write(_ record: SourceRecord, _ row: Row, complete: Int64?, file: Int, to bytes: inout [UInt8]) {
        bytes.removeAll(keepingCapacity: true)
        var present = record.present
        let complete = record[.complete] ?? complete
        if complete != nil { present |= DetailMember.complete.bit }
        if row.isOfVisit { present |= Self.listed }
        if present == 0, record.checklist.isEmpty, record.source.isEmpty { return }
        bytes.append(contentsOf: row.bytes[record.checklist.range])
        bytes.append(0)
        bytes.append(contentsOf: row.bytes[record.source.range])
        bytes.append(0)
        withUnsafeBytes(of: present) { bytes.append(contentsOf: $0) }
        for number in DetailMember.numbers where present & number.bit != 0 {
            let value = number == .complete ? complete : record[number]
            withUnsafeBytes(of: value ?? 0) { bytes.append(contentsOf: $0) }
        }
        for text in DetailMember.texts where present & text.bit != 0 {
            let cell = record[text: text]
            withUnsafeBytes(of: UInt32(cell.range.count)) { bytes.append(contentsOf: $0) }
            bytes.append(contentsOf: row.bytes[cell.range])
        }
        if present & Self.checklists != 0 { bytes.append(contentsOf: Origin(file: file, line: row.line).bytes) }
    }

    /// The details of a record with those of another checklist: its code and effort.
    /// - Parameters:
    ///   - checklist: Details with the code and effort of the checklist.
    ///   - record: Details with all else; empty for a checklist without a record.
    ///   - copy: The code of the copy of a shared checklist that reports the record; empty if it is the checklist.
    static func combine(checklist: [UInt8], record: [UInt8], copy: [UInt8]) -> [UInt8] {
        let (ofChecklist, ofRecord) = (RecordDetails(checklist), RecordDetails(record))
        return compose(
            checklist: checklist[ofChecklist.checklist], source: record[ofRecord.source],
            origin: ofChecklist.origin(in: checklist),
            number: { member in
                member.isOfChecklist ? ofChecklist.integer(member, in: checklist) : ofRecord.integer(member, in: record)
            },
            text: { member in
                if member == .copy { return copy[...] }
                return member.isOfChecklist
                    ? ofChecklist.text(member, in: checklist) : ofRecord.text(member, in: record)
            })
    }

    /// The same without the group of its checklist.
    static func withoutGroup(_ bytes: [UInt8]) -> [UInt8] {
        let details = RecordDetails(bytes)
        return compose(
            checklist: bytes[details.checklist], source: bytes[details.source], origin: details.origin(in: bytes),
            number: { details.integer($0, in: bytes) }, text: { $0 == .group ? [] : details.text($0, in: bytes) })
    }

    /// Details with the given members.
    /// - Parameters:
    ///   - origin: Where the row is; nil if it is not known.
    ///   - number: The value of a number, a real one as its bits; nil if there is none.
    ///   - text: The bytes of a text; empty if there is none.
    static func compose(
        checklist: some Collection<UInt8>, source: some Collection<UInt8>, origin: Origin?, isListed: Bool = false,
        number: (DetailMember) -> Int64?, text: (DetailMember) -> ArraySlice<UInt8>
    ) -> [UInt8] {
        var present: UInt32 = isListed ? listed : 0
        var values: [UInt8] = []
        for member in DetailMember.numbers {
            guard let value = number(member) else { continue }
            present |= member.bit
            withUnsafeBytes(of: value) { values.append(contentsOf: $0) }
        }
        for member in DetailMember.texts {
            let text = text(member)
            guard !text.isEmpty else { continue }
            present |= member.bit
            withUnsafeBytes(of: UInt32(text.count)) { values.append(contentsOf: $0) }
            values += text
        }
        if present == 0, checklist.isEmpty, source.isEmpty { return [] }
        if present & Self.checklists != 0 { values += (origin ?? Origin(file: .max, line: .max)).bytes }
        return Array(checklist) + [0] + Array(source) + [0] + withUnsafeBytes(of: present, Array.init) + values
    }

    /// Adds a remark after the comments of a record, separated by a semicolon.
    /// - Parameter bytes: What `write` has written; it may be empty.
    static func comment(_ remark: [UInt8], in bytes: inout [UInt8]) {
        let (details, before) = (RecordDetails(bytes), bytes)
        bytes = compose(
            checklist: before[details.checklist], source: before[details.source], origin: details.origin(in: before),
            isListed: details.isListed, number: { details.integer($0, in: before) },
            text: { member in
                let own = details.text(member, in: before)
                guard member == .comments else { return own }
                return (Array(own) + (own.isEmpty ? [] : Array("; ".utf8)) + remark)[...]
            })
    }

    /// Finds the members in bytes that `write` has written. Other bytes give no members.
    init(_ bytes: [UInt8]) {
        guard let first = bytes.firstIndex(of: 0), let second = bytes[(first + 1)...].firstIndex(of: 0),
            second + 5 <= bytes.count
        else { return }
        (checklistEnd, sourceEnd) = (Int32(clamping: first), Int32(clamping: second))
        present = bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: second + 1, as: UInt32.self) }
    }
}
