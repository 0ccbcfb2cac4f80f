import Birds

/// The numbers of an item that is sorted. `Sorter` compares `high`, `low`, the bytes that belong to the item, and then
/// `tag`.
struct SortItem {
    var high: UInt64 = 0
    var low: UInt64 = 0
    /// Less than 2^40, since `Sorter` keeps it in 40 bits.
    var tag: UInt64 = 0
}

/// A queue of items, each with any number of bytes, that is read in the order of writing.
///
/// Memory is constant: one block while it is written and one buffer for each reader. Full blocks go to a temporary file
/// without a name, so nothing is left on disk when the process ends.
///
/// An item is written as `high`, `low`, `tag` (`UInt64`) and the number of its bytes (`UInt32`), in the byte order of
/// the machine, and then the bytes. Only this process ever reads it.
final class Spool {
    /// The size of a block, in bytes; a block can exceed it by one item.
    private static let blockSize = 1 << 20
    /// The size of an item without its bytes: three numbers of 8 bytes and one of 4.
    private static let headSize = 28

    private let file: TemporaryFile
    // Without the check for exclusive access at run time, which would cost more than appending an item does. No closure
    // and no other thread reaches these properties while they are changed.
    @exclusivity(unchecked) private var block: [UInt8] = []
    @exclusivity(unchecked) private(set) var count = 0

    /// - Parameter folder: The folder of the temporary file.
    init(in folder: String) { file = TemporaryFile(in: folder) }

    /// Appends an item.
    /// - Parameter bytes: The bytes of the item, fewer than 4 GiB.
    /// - Throws: `StoreError` if the file can't be written, for example because the disk is full.
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

    /// Ends a run of items.
    /// - Returns: The position in the file at which the run ends and the next one begins.
    func mark() throws(StoreError) -> Int {
        try flush()
        return file.count
    }

    /// A reader of all items that have been written until now.
    func reader(bufferSize: Int = Spool.blockSize) -> Reader {
        Reader(file: file, position: 0, end: file.count, rest: block, bufferSize: bufferSize)
    }

    /// A reader of one run.
    /// - Parameter range: Two positions that `mark` returned; 0 is the beginning of the first run.
    func reader(_ range: Range<Int>, bufferSize: Int) -> Reader {
        Reader(file: file, position: range.lowerBound, end: range.upperBound, rest: [], bufferSize: bufferSize)
    }

    /// Reads items one after the other. A copy of a reader continues on its own from the same item.
    struct Reader {
        fileprivate let file: TemporaryFile
        /// The position in the file from which the buffer is filled next.
        fileprivate var position: Int
        fileprivate let end: Int
        /// The block that was not yet in the file when the reader was made.
        fileprivate var rest: [UInt8]
        fileprivate let bufferSize: Int
        private var buffer: [UInt8] = []
        /// The position in the buffer of the next item.
        private var start = 0

        fileprivate init(file: TemporaryFile, position: Int, end: Int, rest: [UInt8], bufferSize: Int) {
            (self.file, self.position, self.end, self.rest) = (file, position, end, rest)
            self.bufferSize = max(Spool.headSize, bufferSize)
        }

        /// Reads the next item.
        /// - Parameter bytes: Receives the bytes of the item.
        /// - Returns: False at the end. A file that is too short ends early; `DataSetWriter` compares the number of
        ///   records at the end.
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

        /// Reads on until the buffer has at least `count` bytes, or there are no more.
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
    /// `withUnsafeBytes` with a typed error, which the one of the standard library does not have.
    @inline(__always)
    func withRawBytes<Value>(
        _ body: (UnsafeRawBufferPointer) throws(StoreError) -> Value
    ) throws(StoreError) -> Value {
        try withUnsafeBufferPointer { buffer throws(StoreError) in try body(UnsafeRawBufferPointer(buffer)) }
    }
}
