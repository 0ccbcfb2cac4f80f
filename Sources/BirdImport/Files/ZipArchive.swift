import Birds
import CZlib

/// Reads a zip archive, by PKWARE's APPNOTE.TXT 6.3.10. Section numbers below are of that document.
///
/// The archive may come from anywhere. So every number in it is checked before it is used, no name becomes a path, and
/// an entry never becomes larger than the size in the list of entries.
///
/// The list at the end of the archive (the central directory) is the only source of names, sizes and checksums. Local
/// headers only tell where the data begins, so it does not matter if an entry has a data descriptor (4.3.9).
///
/// Entries may be stored or deflated. Encrypted entries and archives in several parts are refused.
struct ZipArchive {
    struct Entry {
        /// The name as UTF-8, also if the archive says that it has another encoding.
        let name: String
        fileprivate let flags: UInt16
        fileprivate let method: UInt16
        fileprivate let crc: UInt32
        fileprivate let compressedSize: UInt64
        /// The size of the content, in bytes.
        let size: UInt64
        /// The position of its local header in the archive.
        fileprivate let offset: UInt64
    }

    let file: SourceFile
    let entries: [Entry]

    /// The most entries. No archive of records has as many.
    private static let mostEntries = 1 << 16
    /// The longest list of entries, in bytes, which is read into memory.
    private static let longestDirectory = 64 << 20
    /// The size of the end of central directory record (4.3.16) without its comment.
    private static let endSize = 22
    /// The longest comment, since its size has 16 bits.
    private static let longestComment = 65_535
    /// The greatest compression ratio of deflate. An entry with a greater one is broken.
    private static let greatestRatio: UInt64 = 1032

    /// Reads the list of entries.
    /// - Throws: `ImportError.refused` if the file is not a zip archive, or a broken one.
    init(_ file: SourceFile) throws(ImportError) {
        self.file = file
        let tailSize = min(file.size, Self.endSize + Self.longestComment)
        let tail = ZipBytes(try file.bytes(at: file.size - tailSize, tailSize))
        guard let end = Self.end(in: tail) else {
            throw Self.broken(file, "its end is missing; get the file again")
        }
        var count = UInt64(tail.uint16(end + 10))
        var size = UInt64(tail.uint32(end + 12))
        var offset = UInt64(tail.uint32(end + 16))
        // The list must end before the record at the end.
        var limit = UInt64(file.size - tailSize + end)
        guard tail.uint16(end + 4) == tail.uint16(end + 6) else {
            throw Self.broken(file, "it is one of several parts; join them first")
        }
        // A zip64 locator directly before the end (4.3.15) leads to a record with 64-bit numbers (4.3.14), which apply
        // instead.
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

    /// The position of the end of central directory record (4.3.16): the last one whose comment reaches exactly to the
    /// end of the file. Its signature may also be part of a comment.
    private static func end(in tail: ZipBytes) -> Int? {
        guard tail.count >= endSize else { return nil }
        return stride(from: tail.count - endSize, through: 0, by: -1).first { position in
            tail.uint32(position) == 0x0605_4B50
                && position + endSize + Int(tail.uint16(position + 20)) == tail.count
        }
    }

    /// Reads a central directory header (4.3.12) of 46 bytes, a name, extra fields and a comment.
    /// - Returns: The entry and the position of the next one; nil if it is not within the list.
    private static func entry(_ list: ZipBytes, _ position: Int) -> (Entry, next: Int)? {
        guard position + 46 <= list.count, list.uint32(position) == 0x0201_4B50 else { return nil }
        let (nameSize, extraSize) = (Int(list.uint16(position + 28)), Int(list.uint16(position + 30)))
        let next = position + 46 + nameSize + extraSize + Int(list.uint16(position + 32))
        guard next <= list.count else { return nil }
        var compressedSize = UInt64(list.uint32(position + 20))
        var size = UInt64(list.uint32(position + 24))
        var offset = UInt64(list.uint32(position + 42))
        // A number that does not fit into 32 bits is FFFFFFFF, and has 64 bits in the zip64 extra field (4.5.3). That
        // field contains only such numbers, in this order: size, compressed size, offset.
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

    /// Extracts an entry into a temporary file without a name.
    /// - Parameter folder: The folder of the temporary file.
    /// - Throws: `ImportError.refused` for an entry that can't be read, `.failed` if the file can't be written.
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
    /// - Parameter most: The greatest size, in bytes.
    func content(_ entry: Entry, most: Int) throws(ImportError) -> [UInt8] {
        guard entry.size <= UInt64(most) else { throw broken(entry, "it is longer than \(most) bytes") }
        var content: [UInt8] = []
        try read(entry) { (bytes) throws(ImportError) in content += bytes }
        return content
    }

    /// Passes the content of an entry to `body`, piece by piece. Size and checksum are only known at the end, so what
    /// was passed must not be used if this throws.
    private func read(
        _ entry: Entry, _ body: ([UInt8]) throws(ImportError) -> Void
    ) throws(ImportError) {
        // Bit 0 means encrypted (4.4.4). Method 0 is stored, 8 is deflated (4.4.5).
        guard entry.flags & 1 == 0 else { throw broken(entry, "it is encrypted; extract it from the archive first") }
        guard entry.method == 0 || entry.method == 8 else {
            throw broken(entry, "it is not compressed with deflate; extract it from the archive first")
        }
        let total = UInt64(file.size)
        guard entry.offset < total, total - entry.offset >= 30 else {
            throw broken(entry, "its position is outside the file")
        }
        // A local file header (4.3.7) of 30 bytes, a name and extra fields, whose sizes may differ from those in the
        // list.
        let header = ZipBytes(try file.bytes(at: Int(entry.offset), 30))
        let start = entry.offset + 30 + UInt64(header.uint16(26)) + UInt64(header.uint16(28))
        guard header.uint32(0) == 0x0403_4B50, start <= total, total - start >= entry.compressedSize else {
            throw broken(entry, "its position is outside the file")
        }
        guard entry.size / Self.greatestRatio <= entry.compressedSize else {
            throw broken(entry, "its size is larger than its data can be")
        }
        if entry.method == 0, entry.size != entry.compressedSize {
            throw broken(entry, "it is not compressed, but its two sizes differ")
        }
        let inflater = entry.method == 8 ? Inflater() : nil
        var position = start
        let end = start + entry.compressedSize
        var (size, crc): (UInt64, UInt) = (0, 0)
        var output: [UInt8] = []
        func give(_ bytes: [UInt8]) throws(ImportError) {
            size += UInt64(bytes.count)
            guard size <= entry.size else { throw broken(entry, "it is longer than its size says") }
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
            throw broken(entry, "its content does not match its size and checksum; get the file again")
        }
    }

    private func broken(_ entry: Entry, _ reason: String) -> ImportError {
        .refused("\(file.path) has an entry \(Row.shown(entry.name, atMost: 100)) that can't be read: \(reason).")
    }

    private static func broken(_ file: SourceFile, _ reason: String) -> ImportError {
        .refused("\(file.path) is a zip archive that can't be read: \(reason).")
    }
}

/// Reads little-endian numbers, as all numbers of a zip archive are. A number that is not within the bytes is 0, which
/// no signature is.
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

/// Decompresses deflate (RFC 1951) with zlib, block by block.
private final class Inflater {
    /// zlib keeps a pointer to it, so it must not move.
    private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    /// The most bytes that `next` gives.
    private static let blockSize = 1 << 18
    /// A window of 2^15 bytes. Negative for raw deflate, without the header and checksum of zlib.
    private static let windowBits: Int32 = -15
    private var isReady = false
    /// Whether the end of the compressed data was found.
    private(set) var isAtEnd = false
    /// Whether the data is broken. No more is decompressed then.
    private(set) var failed = false
    /// The position in `input` of the next byte.
    private var position = 0
    /// The compressed bytes to read next. Set it when `next` has returned false.
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

    /// Decompresses more bytes.
    /// - Parameter output: Receives the bytes, in place of its contents.
    /// - Returns: False if the input is used up, or broken.
    func next(_ output: inout [UInt8]) -> Bool {
        guard !failed, !isAtEnd else {
            // There must be nothing after the end.
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
        // Z_BUF_ERROR only says that there was no input or no room, which is not an error (zlib manual, `inflate`).
        if result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR { failed = true }
        return !failed && !output.isEmpty
    }
}
