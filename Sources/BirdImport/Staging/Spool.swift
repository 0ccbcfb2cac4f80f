import Birds

/// What a record is sorted by, and what else there is of it, its bytes, which come last in the order.
struct SortItem {
    var high: UInt64 = 0
    var low: UInt64 = 0
    /// Less than 2^40.
    var tag: UInt64 = 0
}

/// Items in the order in which they came, in constant memory: what does not fit into a block waits in a temporary file.
final class Spool {
    private static let blockSize = 1 << 20
    /// Three numbers, and how many bytes come behind them.
    private static let headSize = 28

    private let file: TemporaryFile
    // Unchecked: a check at run time for each item costs more than the item.
    @exclusivity(unchecked) private var block: [UInt8] = []
    @exclusivity(unchecked) private(set) var count = 0

    init(in folder: String) { file = TemporaryFile(in: folder) }

    @inline(__always)
    func append(_ item: SortItem, _ bytes: UnsafeRawBufferPointer) throws(StoreError) {
        withUnsafeBytes(of: (item.high, item.low, item.tag, UInt32(bytes.count))) {
            block.append(contentsOf: $0.prefix(Self.headSize))
        }
        if !bytes.isEmpty { block.append(contentsOf: bytes) }
        count += 1
        if block.count >= Self.blockSize { try flush() }
    }

    private func flush() throws(StoreError) {
        try file.append(block)
        block.removeAll(keepingCapacity: true)
    }

    /// Where a stretch of items ends that begins where the last one ended.
    func mark() throws(StoreError) -> Int {
        try flush()
        return file.count
    }

    /// Reads what has been written so far.
    func reader(bufferSize: Int = Spool.blockSize) -> Reader {
        Reader(file: file, position: 0, end: file.count, rest: block, bufferSize: bufferSize)
    }

    /// Reads a stretch that has been marked.
    func reader(_ range: Range<Int>, bufferSize: Int) -> Reader {
        Reader(file: file, position: range.lowerBound, end: range.upperBound, rest: [], bufferSize: bufferSize)
    }

    /// Goes through items once.
    struct Reader {
        fileprivate let file: TemporaryFile
        fileprivate var position: Int
        fileprivate let end: Int
        /// What comes behind the file.
        fileprivate var rest: [UInt8]
        fileprivate let bufferSize: Int
        private var buffer: [UInt8] = []
        private var start = 0

        fileprivate init(file: TemporaryFile, position: Int, end: Int, rest: [UInt8], bufferSize: Int) {
            (self.file, self.position, self.end, self.rest) = (file, position, end, rest)
            self.bufferSize = max(Spool.headSize, bufferSize)
        }

        /// - Parameter bytes: gets those of the item.
        /// - Returns: false at the end.
        @inline(__always)
        mutating func next(_ item: inout SortItem, _ bytes: inout [UInt8]) throws(StoreError) -> Bool {
            if buffer.count - start < Spool.headSize {
                try fill(Spool.headSize)
                if buffer.count - start < Spool.headSize { return false }
            }
            let count = buffer.withUnsafeBytes { buffer in
                item.high = buffer.loadUnaligned(fromByteOffset: start, as: UInt64.self)
                item.low = buffer.loadUnaligned(fromByteOffset: start + 8, as: UInt64.self)
                item.tag = buffer.loadUnaligned(fromByteOffset: start + 16, as: UInt64.self)
                return Int(buffer.loadUnaligned(fromByteOffset: start + 24, as: UInt32.self))
            }
            start += Spool.headSize
            bytes.removeAll(keepingCapacity: true)
            if count > 0 {
                if buffer.count - start < count { try fill(count) }
                guard buffer.count - start >= count else { return false }
                bytes.append(contentsOf: buffer[start..<(start + count)])
                start += count
            }
            return true
        }

        /// Has at least `count` bytes in the buffer, if there are so many.
        private mutating func fill(_ count: Int) throws(StoreError) {
            buffer.removeSubrange(..<start)
            start = 0
            while buffer.count < count, position < end {
                let before = buffer.count
                try file.read(min(max(bufferSize, count), end - position), at: position, to: &buffer)
                if buffer.count == before { break }
                position += buffer.count - before
            }
            if position == end, !rest.isEmpty {
                buffer.append(contentsOf: rest)
                rest = []
            }
        }
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
