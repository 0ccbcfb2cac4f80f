import Birds
import CZlib

/// The entries of a zip file from anywhere: every number in it is checked before it is used, and no name becomes a path.
///
/// Source: PKWARE's APPNOTE.TXT 6.3.10. Entries may be stored or deflated; encrypted ones and archives of several parts are refused.
struct ZipArchive {
    struct Entry {
        let name: String
        fileprivate let flags: UInt16
        fileprivate let method: UInt16
        fileprivate let crc: UInt32
        fileprivate let compressedSize: UInt64
        let size: UInt64
        fileprivate let offset: UInt64
    }

    let file: SourceFile
    let entries: [Entry]

    /// More entries than any archive of records has.
    private static let mostEntries = 1 << 16
    private static let longestDirectory = 64 << 20
    /// The record at the end, and the longest comment behind it.
    private static let endSize = 22
    private static let longestComment = 65_535
    /// Deflate makes nothing smaller than this.
    private static let greatestRatio: UInt64 = 1032

    /// - Throws: `ImportError.refused` where the file is no zip archive, or a broken one.
    init(_ file: SourceFile) throws(ImportError) {
        self.file = file
        let tailSize = min(file.size, Self.endSize + Self.longestComment)
        let tail = ZipBytes(try file.bytes(at: file.size - tailSize, tailSize))
        guard let end = Self.end(in: tail) else { throw Self.broken(file, "it has no end") }
        var count = UInt64(tail.uint16(end + 10))
        var size = UInt64(tail.uint32(end + 12))
        var offset = UInt64(tail.uint32(end + 16))
        var limit = UInt64(file.size - tailSize + end)
        guard tail.uint16(end + 4) == tail.uint16(end + 6) else {
            throw Self.broken(file, "it is one of several parts")
        }
        // The locator of the larger record stands right before.
        if end >= 20, tail.uint32(end - 20) == 0x0706_4B50 {
            let largerAt = tail.uint64(end - 12)
            guard largerAt < limit, limit - largerAt >= 56 else {
                throw Self.broken(file, "its end is not where it should be")
            }
            let record = ZipBytes(try file.bytes(at: Int(largerAt), 56))
            guard record.uint32(0) == 0x0606_4B50 else { throw Self.broken(file, "its end is not where it should be") }
            (count, size, offset) = (record.uint64(32), record.uint64(40), record.uint64(48))
            limit = largerAt
        }
        guard count <= Self.mostEntries else { throw Self.broken(file, "it has more than \(Self.mostEntries) entries") }
        guard size <= Self.longestDirectory, offset <= limit, limit - offset >= size else {
            throw Self.broken(file, "its list of entries is not where it should be")
        }
        let list = ZipBytes(try file.bytes(at: Int(offset), Int(size)))
        var entries: [Entry] = []
        var position = 0
        for _ in 0..<count {
            guard let (entry, next) = Self.entry(list, position) else {
                throw Self.broken(file, "its list of entries can't be read")
            }
            entries.append(entry)
            position = next
        }
        self.entries = entries
    }

    /// Where the record at the end begins: the last one whose comment reaches to the end of the file.
    private static func end(in tail: ZipBytes) -> Int? {
        guard tail.count >= endSize else { return nil }
        return stride(from: tail.count - endSize, through: 0, by: -1).first { position in
            tail.uint32(position) == 0x0605_4B50
                && position + endSize + Int(tail.uint16(position + 20)) == tail.count
        }
    }

    private static func entry(_ list: ZipBytes, _ position: Int) -> (Entry, next: Int)? {
        guard position + 46 <= list.count, list.uint32(position) == 0x0201_4B50 else { return nil }
        let (nameSize, extraSize) = (Int(list.uint16(position + 28)), Int(list.uint16(position + 30)))
        let next = position + 46 + nameSize + extraSize + Int(list.uint16(position + 32))
        guard next <= list.count else { return nil }
        var compressedSize = UInt64(list.uint32(position + 20))
        var size = UInt64(list.uint32(position + 24))
        var offset = UInt64(list.uint32(position + 42))
        // What has no room in 32 bits stands in an extra field, in this order.
        var extra = position + 46 + nameSize
        let extraEnd = extra + extraSize
        while extra + 4 <= extraEnd {
            let fieldEnd = extra + 4 + Int(list.uint16(extra + 2))
            guard fieldEnd <= extraEnd else { return nil }
            if list.uint16(extra) == 1 {
                var value = extra + 4
                func take(_ number: inout UInt64) {
                    guard number == 0xFFFF_FFFF, value + 8 <= fieldEnd else { return }
                    number = list.uint64(value)
                    value += 8
                }
                take(&size)
                take(&compressedSize)
                take(&offset)
            }
            extra = fieldEnd
        }
        let name = list.text(position + 46, nameSize)
        return (
            Entry(
                name: name, flags: list.uint16(position + 8), method: list.uint16(position + 10),
                crc: list.uint32(position + 16), compressedSize: compressedSize, size: size, offset: offset), next
        )
    }

    /// The content of an entry as a file without a name.
    func extract(_ entry: Entry, in folder: String) throws(ImportError) -> SourceFile {
        let output = TemporaryFile(in: folder)
        let shown = Row.shown(entry.name, atMost: 100)
        try read(entry) { (bytes) throws(ImportError) in
            do throws(StoreError) {
                try output.append(bytes)
            } catch {
                throw ImportError(error, path: "\(file.path)/\(shown)")
            }
        }
        return try SourceFile(output, path: "\(file.path)/\(shown)")
    }

    /// The content of a short entry.
    /// - Parameter most: how long it may be, in bytes.
    func content(_ entry: Entry, most: Int) throws(ImportError) -> [UInt8] {
        guard entry.size <= UInt64(most) else { throw broken(entry, "it is longer than \(most) bytes") }
        var content: [UInt8] = []
        try read(entry) { (bytes) throws(ImportError) in content += bytes }
        return content
    }

    /// Gives the content of an entry piece by piece, and checks it at the end.
    private func read(
        _ entry: Entry, _ body: ([UInt8]) throws(ImportError) -> Void
    ) throws(ImportError) {
        guard entry.flags & 1 == 0 else { throw broken(entry, "it is encrypted; take it out of the archive first") }
        guard entry.method == 0 || entry.method == 8 else {
            throw broken(entry, "it is compressed by another method than deflate; take it out of the archive first")
        }
        let total = UInt64(file.size)
        guard entry.offset < total, total - entry.offset >= 30 else {
            throw broken(entry, "it lies outside of the file")
        }
        let header = ZipBytes(try file.bytes(at: Int(entry.offset), 30))
        let start = entry.offset + 30 + UInt64(header.uint16(26)) + UInt64(header.uint16(28))
        guard header.uint32(0) == 0x0403_4B50, start <= total, total - start >= entry.compressedSize else {
            throw broken(entry, "it lies outside of the file")
        }
        guard entry.size / Self.greatestRatio <= entry.compressedSize else {
            throw broken(entry, "it says that it is longer than it can be")
        }
        if entry.method == 0, entry.size != entry.compressedSize { throw broken(entry, "its two sizes differ") }
        let inflater = entry.method == 8 ? Inflater() : nil
        var position = start
        let end = start + entry.compressedSize
        var (size, crc): (UInt64, UInt) = (0, 0)
        var output: [UInt8] = []
        func give(_ bytes: [UInt8]) throws(ImportError) {
            size += UInt64(bytes.count)
            guard size <= entry.size else { throw broken(entry, "it is longer than it says") }
            crc = bytes.withUnsafeBufferPointer { crc32(crc, $0.baseAddress, UInt32(clamping: $0.count)) }
            try body(bytes)
        }
        while position < end {
            let block = try file.bytes(at: Int(position), Int(min(UInt64(CSVReader.blockSize), end - position)))
            position += UInt64(block.count)
            guard let inflater else {
                try give(block)
                continue
            }
            inflater.input = block
            while inflater.next(&output) { try give(output) }
            guard !inflater.failed else { throw broken(entry, "it can't be decompressed") }
        }
        guard inflater?.isAtEnd ?? true, size == entry.size, UInt32(truncatingIfNeeded: crc) == entry.crc else {
            throw broken(entry, "its content is not what was put into it")
        }
    }

    private func broken(_ entry: Entry, _ reason: String) -> ImportError {
        .refused("\(file.path) has an entry \(Row.shown(entry.name, atMost: 100)) that can't be read: \(reason).")
    }

    private static func broken(_ file: SourceFile, _ reason: String) -> ImportError {
        .refused("\(file.path) is a zip archive that can't be read: \(reason).")
    }
}

/// Numbers in the least significant byte first, 0 where there are not enough bytes.
private struct ZipBytes {
    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var count: Int { bytes.count }
    func uint16(_ offset: Int) -> UInt16 { load(offset) }
    func uint32(_ offset: Int) -> UInt32 { load(offset) }
    func uint64(_ offset: Int) -> UInt64 { load(offset) }

    private func load<Number: FixedWidthInteger>(_ offset: Int) -> Number {
        guard offset >= 0, offset + MemoryLayout<Number>.size <= bytes.count else { return 0 }
        return Number(littleEndian: bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: Number.self) })
    }

    func text(_ offset: Int, _ count: Int) -> String {
        String(decoding: bytes[offset..<(offset + count)], as: UTF8.self)
    }
}

/// Undoes deflate (RFC 1951), block by block.
private final class Inflater {
    private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    private static let blockSize = 1 << 18
    /// A window of 32 KiB; negative for bytes without a header.
    private static let windowBits: Int32 = -15
    private var isReady = false
    private(set) var isAtEnd = false
    private(set) var failed = false
    private var position = 0
    /// The bytes that come next.
    var input: [UInt8] = [] { didSet { position = 0 } }

    init() {
        stream.initialize(to: z_stream())
        isReady = inflateInit2_(stream, Self.windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
        failed = !isReady
    }

    deinit {
        if isReady { inflateEnd(stream) }
        stream.deallocate()
    }

    /// Gets the next bytes of the content; false where the input is used up.
    func next(_ output: inout [UInt8]) -> Bool {
        guard !failed, !isAtEnd else {
            // Nothing may come behind the end.
            failed = failed || position < input.count
            return false
        }
        output = [UInt8](repeating: 0, count: Self.blockSize)
        let result = input.withUnsafeBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output -> Int32 in
                stream.pointee.next_in = input.baseAddress.map { UnsafeMutablePointer(mutating: $0 + position) }
                stream.pointee.avail_in = UInt32(clamping: input.count - position)
                stream.pointee.next_out = output.baseAddress
                stream.pointee.avail_out = UInt32(clamping: output.count)
                return inflate(stream, Z_NO_FLUSH)
            }
        }
        position = input.count - Int(stream.pointee.avail_in)
        output.removeLast(Int(stream.pointee.avail_out))
        isAtEnd = result == Z_STREAM_END
        if isAtEnd { failed = position < input.count }
        // No progress is no fault where there is nothing to make it with.
        if result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR { failed = true }
        return !failed && !output.isEmpty
    }
}
