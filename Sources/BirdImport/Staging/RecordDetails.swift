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

    enum Number: Int, CaseIterable {
        case complete, halfDays, valid, reviewed, time, minutes, observers, ownTime
        case effortHours, snowDepth, distance, area, confidence

        fileprivate var bit: UInt32 { 1 << UInt32(rawValue) }
    }

    enum Text: Int, CaseIterable {
        case `protocol`, checklistComments, breedingCode, comments

        fileprivate var bit: UInt32 { 1 << UInt32(rawValue + 16) }
    }

    /// The code of the checklist; empty where there is none.
    var checklist: Range<Int> { 0..<Int(checklistEnd) }
    /// The record's own code; empty where there is none.
    var source: Range<Int> { sourceEnd > checklistEnd ? Int(checklistEnd) + 1..<Int(sourceEnd) : 0..<0 }

    /// Whether there is something for `observation_detail`.
    var holdsOwn: Bool { present & Self.own != 0 }

    private static let own =
        Number.ownTime.bit | Number.confidence.bit | Text.breedingCode.bit | Text.comments.bit

    @inline(__always)
    func integer(_ number: Number, in bytes: [UInt8]) -> Int64? {
        guard present & number.bit != 0 else { return nil }
        let offset = Int(sourceEnd) + 5 + (present & (number.bit - 1)).nonzeroBitCount * 8
        guard offset + 8 <= bytes.count else { return nil }
        return bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: Int64.self) }
    }

    func double(_ number: Number, in bytes: [UInt8]) -> Double? {
        integer(number, in: bytes).map { Double(bitPattern: UInt64(bitPattern: $0)) }
    }

    /// A text; empty where there is none.
    func text(_ text: Text, in bytes: [UInt8]) -> ArraySlice<UInt8> {
        guard present & text.bit != 0 else { return [] }
        var offset = Int(sourceEnd) + 5 + (present & (Text.protocol.bit - 1)).nonzeroBitCount * 8
        for other in Text.allCases where present & other.bit != 0 {
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
    static func write(_ record: SourceRecord, _ row: Row, complete: Int64?, to bytes: inout [UInt8]) {
        bytes.removeAll(keepingCapacity: true)
        guard record.isDetailed || complete != nil else { return }
        bytes.append(contentsOf: row.bytes[record.checklist.range])
        bytes.append(0)
        bytes.append(contentsOf: row.bytes[record.source.range])
        bytes.append(0)
        let numbers: [(Number, Int64?)] = [
            (.complete, complete), (.halfDays, record.halfDays), (.valid, record.valid), (.reviewed, record.reviewed),
            (.time, record.time), (.minutes, record.minutes), (.observers, record.observers),
            (.ownTime, record.ownTime), (.effortHours, bits(record.effortHours)), (.snowDepth, bits(record.snowDepth)),
            (.distance, bits(record.distance)), (.area, bits(record.area)), (.confidence, bits(record.confidence)),
        ]
        let texts: [(Text, Row.Cell)] = [
            (.protocol, record.protocol), (.checklistComments, record.checklistComments),
            (.breedingCode, record.breedingCode), (.comments, record.comments),
        ]
        var present: UInt32 = 0
        for (number, value) in numbers where value != nil { present |= number.bit }
        for (text, cell) in texts where !cell.isEmpty { present |= text.bit }
        withUnsafeBytes(of: present) { bytes.append(contentsOf: $0) }
        for (_, value) in numbers {
            if let value { withUnsafeBytes(of: value) { bytes.append(contentsOf: $0) } }
        }
        for (_, cell) in texts where !cell.isEmpty {
            withUnsafeBytes(of: UInt32(cell.range.count)) { bytes.append(contentsOf: $0) }
            bytes.append(contentsOf: row.bytes[cell.range])
        }
    }

    private static func bits(_ value: Double?) -> Int64? { value.map { Int64(bitPattern: $0.bitPattern) } }

    /// Reads what `write` has written.
    init(_ bytes: [UInt8]) {
        guard let first = bytes.firstIndex(of: 0), let second = bytes[(first + 1)...].firstIndex(of: 0),
            second + 5 <= bytes.count
        else { return }
        (checklistEnd, sourceEnd) = (Int32(clamping: first), Int32(clamping: second))
        present = bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: second + 1, as: UInt32.self) }
    }
}

extension SourceRecord {
    /// Whether it has more than plain files have.
    @inline(__always)
    fileprivate var isDetailed: Bool {
        !checklist.isEmpty || !source.isEmpty || time != nil || minutes != nil || distance != nil || area != nil
            || observers != nil || !`protocol`.isEmpty || !checklistComments.isEmpty || ownTime != nil
            || confidence != nil || !breedingCode.isEmpty || !comments.isEmpty || valid != nil || reviewed != nil
            || halfDays != nil || effortHours != nil || snowDepth != nil
    }
}
