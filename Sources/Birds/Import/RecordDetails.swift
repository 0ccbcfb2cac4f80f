/// What a staged record has beyond the nine members of a plain one, as bytes, and where the texts lie in them.
///
/// The checklist's code and the record's own come first, each with a 0 behind it, so that the order of bytes is that of the
/// codes; no code holds a 0. Then comes one bit for each number and text that is there, and those.
struct RecordDetails {
    var checklist = 0..<0
    var source = 0..<0
    /// By `Number`; a double is its bits.
    private var numbers = [Int64?](repeating: nil, count: Number.allCases.count)
    private var texts = [Range<Int>](repeating: 0..<0, count: Text.allCases.count)

    enum Number: Int, CaseIterable {
        case complete, halfDays, valid, reviewed, time, minutes, observers, ownTime
        case effortHours, snowDepth, distance, area, confidence
    }

    enum Text: Int, CaseIterable {
        case `protocol`, checklistComments, breedingCode, comments
    }

    @inline(__always) func integer(_ number: Number) -> Int64? { numbers[number.rawValue] }
    func double(_ number: Number) -> Double? {
        numbers[number.rawValue].map { Double(bitPattern: UInt64(bitPattern: $0)) }
    }
    func text(_ text: Text) -> Range<Int> { texts[text.rawValue] }

    /// Whether there is something for `observation_detail`.
    var holdsOwn: Bool {
        integer(.ownTime) != nil || integer(.confidence) != nil || !text(.breedingCode).isEmpty
            || !text(.comments).isEmpty
    }

    /// A plain record's.
    static let none = RecordDetails()

    private init() {}

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
        for (number, value) in numbers where value != nil { present |= 1 << UInt32(number.rawValue) }
        for (text, cell) in texts where !cell.isEmpty { present |= 1 << UInt32(text.rawValue + Self.firstText) }
        withUnsafeBytes(of: present) { bytes.append(contentsOf: $0) }
        for (_, value) in numbers {
            if let value { withUnsafeBytes(of: value) { bytes.append(contentsOf: $0) } }
        }
        for (_, cell) in texts where !cell.isEmpty {
            withUnsafeBytes(of: UInt32(cell.range.count)) { bytes.append(contentsOf: $0) }
            bytes.append(contentsOf: row.bytes[cell.range])
        }
    }

    private static let firstText = 16

    private static func bits(_ value: Double?) -> Int64? { value.map { Int64(bitPattern: $0.bitPattern) } }

    /// Reads what `write` has written.
    init(_ bytes: [UInt8]) {
        guard let first = bytes.firstIndex(of: 0), let second = bytes[(first + 1)...].firstIndex(of: 0) else { return }
        checklist = 0..<first
        source = (first + 1)..<second
        var position = second + 1
        func take<Value: FixedWidthInteger>(_ type: Value.Type) -> Value {
            let end = position + MemoryLayout<Value>.size
            guard end <= bytes.count else { return 0 }
            defer { position = end }
            return bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: position, as: type) }
        }
        let present = take(UInt32.self)
        for number in Number.allCases where present & 1 << UInt32(number.rawValue) != 0 {
            numbers[number.rawValue] = take(Int64.self)
        }
        for text in Text.allCases where present & 1 << UInt32(text.rawValue + Self.firstText) != 0 {
            let count = Int(take(UInt32.self))
            let end = min(position + count, bytes.count)
            texts[text.rawValue] = position..<end
            position = end
        }
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
