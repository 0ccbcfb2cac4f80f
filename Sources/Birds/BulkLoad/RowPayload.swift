/// A row as SQLite's file format has it: the serial types of its columns, then their values. One is used for row after row.
///
/// Source: https://www.sqlite.org/fileformat2.html#record_format
struct RowPayload {
    /// Serial types stand before here, values behind; more types than this no table has.
    private static let middle = 128
    private var bytes = [UInt8](repeating: 0, count: 1024)
    private var typesEnd = 0
    private var end = RowPayload.middle

    mutating func begin() {
        typesEnd = 0
        end = Self.middle
    }

    mutating func addNull() { addType(0) }

    @inline(__always)
    mutating func add(_ value: Int64) {
        if value == 0 || value == 1 { return addType(8 + Int(value)) }
        // The bits that are not copies of the sign, and the sign.
        let bits = 65 - (value < 0 ? ~value : value).leadingZeroBitCount
        let (type, size) =
            switch bits {
            case ...8: (1, 1)
            case ...16: (2, 2)
            case ...24: (3, 3)
            case ...32: (4, 4)
            case ...48: (5, 6)
            default: (6, 8)
            }
        addType(type)
        store(UInt64(bitPattern: value) << UInt64(64 - 8 * size))
        end += size
    }

    @inline(__always)
    mutating func add(_ value: Int64?) {
        if let value { add(value) } else { addNull() }
    }

    mutating func add(_ value: Double?) {
        guard let value else { return addNull() }
        addType(7)
        store(value.bitPattern)
        end += 8
    }

    /// Adds a text; NULL where it is empty.
    mutating func add(text: ArraySlice<UInt8>) {
        guard !text.isEmpty else { return addNull() }
        addType(13 + 2 * text.count)
        reserve(text.count)
        bytes.replaceSubrange(end..<(end + text.count), with: text)
        end += text.count
    }

    /// The row since `begin`.
    mutating func withBytes<Value>(
        _ body: (UnsafeRawBufferPointer) throws(StoreError) -> Value
    ) throws(StoreError) -> Value {
        // The header begins with its own size, one byte for less than 128.
        let size = typesEnd + 1
        let start = Self.middle - size
        // `typesEnd` is less than `middle`, so all of this is within the bytes.
        bytes.withUnsafeMutableBytes { buffer in
            for index in stride(from: typesEnd - 1, through: 0, by: -1) { buffer[start + 1 + index] = buffer[index] }
            buffer[start] = UInt8(truncatingIfNeeded: size)
        }
        return try bytes.withRawBytes { buffer throws(StoreError) in
            try body(UnsafeRawBufferPointer(rebasing: buffer[start..<end]))
        }
    }

    @inline(__always)
    private mutating func addType(_ type: Int) {
        if type < 128 {
            bytes[typesEnd] = UInt8(type)
            typesEnd += 1
        } else {
            typesEnd += bytes.withUnsafeMutableBytes { buffer in
                Varint.write(UInt64(type), to: UnsafeMutableRawBufferPointer(rebasing: buffer[typesEnd...]))
            }
        }
    }

    /// Puts eight bytes at the end, most significant first, without moving it.
    @inline(__always)
    private mutating func store(_ value: UInt64) {
        reserve(8)
        bytes.withUnsafeMutableBytes { $0.storeBytes(of: value.bigEndian, toByteOffset: end, as: UInt64.self) }
    }

    @inline(__always)
    private mutating func reserve(_ count: Int) {
        if end + count > bytes.count {
            bytes.append(contentsOf: repeatElement(0, count: max(bytes.count, end + count - bytes.count)))
        }
    }
}

/// SQLite's integers of 1 to 9 bytes, most significant bits first.
enum Varint {
    @inline(__always)
    static func size(_ value: UInt64) -> Int {
        value < 0x80 ? 1 : value < 0x4000 ? 2 : value >> 56 != 0 ? 9 : (63 - value.leadingZeroBitCount) / 7 + 1
    }

    /// - Returns: how many bytes it took.
    @inline(__always)
    @discardableResult
    static func write(_ value: UInt64, to buffer: UnsafeMutableRawBufferPointer) -> Int {
        let size = size(value)
        if size == 9 {
            for index in 0..<8 { buffer[index] = UInt8(truncatingIfNeeded: value >> UInt64(57 - 7 * index)) | 0x80 }
            buffer[8] = UInt8(truncatingIfNeeded: value)
            return 9
        }
        for index in 0..<size {
            let byte = UInt8(truncatingIfNeeded: value >> UInt64(7 * (size - 1 - index))) & 0x7F
            buffer[index] = index < size - 1 ? byte | 0x80 : byte
        }
        return size
    }
}

extension [UInt8] {
    /// `withUnsafeBytes` for a body that throws a `StoreError`.
    @inline(__always)
    func withRawBytes<Value>(
        _ body: (UnsafeRawBufferPointer) throws(StoreError) -> Value
    ) throws(StoreError) -> Value {
        try withUnsafeBufferPointer { buffer throws(StoreError) in try body(UnsafeRawBufferPointer(buffer)) }
    }
}
