import Birds
import FileSystem
import Glibc

/// A file to import, open for reading.
///
/// It must be a regular file, since it is read several times: to detect its encoding and format, and then its rows.
///
/// Invariant: it has one position for all readers, so only one of them may be in use at a time. The file is rewound
/// before a reader is made.
final class SourceFile {
    /// Its path as the user gave it, or the path of its archive and its name there, for messages.
    let path: String
    /// The size when it was opened, in bytes; never 0.
    let size: Int
    private let descriptor: Int32
    /// The time of its last change when it was opened; nil for a file from an archive, which no one else can change.
    private let changed: timespec?
    /// The owner of the descriptor, for a file from an archive; nil if this object owns it.
    private let temporary: TemporaryFile?

    /// Opens a file.
    /// - Throws: `ChangeError.refused` if it can't be opened, is not a regular file or is empty.
    init(path: String) throws(ChangeError) {
        // Without O_NONBLOCK, opening a pipe would wait for a writer.
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw .refused("\(path) can't be read: \(systemMessage(errno)).")
        }
        var status = stat()
        let known = fstat(descriptor, &status) == 0
        guard known, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            let isFolder = known && status.st_mode & S_IFMT == S_IFDIR
            throw .refused(
                isFolder
                    ? "\(path) is a folder; name the files in it."
                    : "\(path) is not a regular file; only those can be imported, so save it to a file first.")
        }
        guard status.st_size > 0 else {
            close(descriptor)
            throw .refused("\(path) is empty.")
        }
        self.path = path
        size = Int(status.st_size)
        changed = status.st_mtim
        temporary = nil
    }

    /// A file that was extracted from an archive.
    /// - Parameter path: The path of the archive and the name in it, for messages.
    init(_ temporary: TemporaryFile, path: String) throws(ChangeError) {
        guard temporary.count > 0 else { throw .refused("\(path) is empty.") }
        self.path = path
        self.temporary = temporary
        size = temporary.count
        changed = nil
        descriptor = temporary.descriptor
    }

    deinit { if temporary == nil { close(descriptor) } }

    /// Call it when the file has been read. A file that is still being written or copied would give only some of its
    /// rows, or rows of two versions, and nothing would tell.
    /// - Throws: `ChangeError.refused` if its size or time of change is another one than when it was opened.
    func checkUnchanged() throws(ChangeError) {
        guard let changed else { return }
        var status = stat()
        guard fstat(descriptor, &status) == 0, Int(status.st_size) == size, status.st_mtim.tv_sec == changed.tv_sec,
            status.st_mtim.tv_nsec == changed.tv_nsec
        else {
            throw .refused("\(path) was changed while it was read; import it again when it is complete.")
        }
    }

    /// Reads bytes at an offset, without regard to the position of the file.
    /// - Returns: The number of bytes, which is 0 at the end of the file and may be smaller than the buffer elsewhere.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(ChangeError) -> Int {
        var count = -1
        repeat {
            count = pread(descriptor, buffer.baseAddress, buffer.count, off_t(offset))
        } while count < 0 && errno == EINTR
        guard count >= 0 else { throw .refused("\(path) can't be read: \(systemMessage(errno)).") }
        return count
    }

    /// Up to `count` bytes at an offset.
    func bytes(_ count: Int, at offset: Int) throws(ChangeError) -> [UInt8] {
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 1)
        defer { block.deallocate() }
        return Array(block.prefix(try read(into: block, at: offset)))
    }

    /// Calls `body` with another descriptor of the file, at its beginning. `body` closes it.
    func withDuplicate(_ body: (Int32) throws(ChangeError) -> Void) throws(ChangeError) {
        rewind()
        defer { rewind() }
        let duplicate = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
        guard duplicate >= 0 else { throw .failed("\(path) can't be read: \(systemMessage(errno)).") }
        try body(duplicate)
    }

    /// Calls `body` with a path by which SQLite can open the file: its own, or one that a file from an archive has
    /// until `body` returns.
    func withName<Result>(_ body: (String) throws(ChangeError) -> Result) throws(ChangeError) -> Result {
        guard let temporary else { return try body(path) }
        let name: String
        do throws(StoreError) {
            name = try temporary.link()
        } catch {
            throw ChangeError(error, path: path)
        }
        defer { unlink(name) }
        return try body(name)
    }

    /// Appends up to `count` more bytes to `bytes`, and none at the end of the file.
    func read(_ bytes: inout [UInt8], _ count: Int) throws(ChangeError) {
        var number: Int32 = 0
        bytes.append(addingCapacity: count) { span in
            span.withUnsafeMutableBufferPointer { buffer, initialized in
                let got = Glibc.read(descriptor, buffer.baseAddress.map { $0 + initialized }, count)
                if got < 0 { number = errno } else { initialized += got }
            }
        }
        guard number == 0 else { throw .refused("\(path) can't be read: \(systemMessage(number)).") }
    }

    /// Makes the next read start at the beginning.
    func rewind() { lseek(descriptor, 0, SEEK_SET) }

    /// Up to `count` of the first bytes, to detect the kind of the file.
    func beginning(_ count: Int) throws(ChangeError) -> [UInt8] {
        rewind()
        defer { rewind() }
        var bytes: [UInt8] = []
        try read(&bytes, count)
        return bytes
    }

    /// Detects the encoding, and counts what can't be read in it. Reads the whole file.
    ///
    /// - A byte order mark tells UTF-16.
    /// - A text is UTF-8 if more of its bytes are valid characters beyond ASCII than are wrong: in another encoding,
    ///   hardly any are valid. A few wrong bytes, from cells that were pasted, must not spoil all others.
    /// - All other texts are Windows-1252, in which every byte has a meaning.
    func encoding() throws(ChangeError) -> TextEncoding {
        switch try beginning(3) {
        case let bytes where bytes.starts(with: [0xFF, 0xFE]): return try utf16(isLittleEndian: true)
        case let bytes where bytes.starts(with: [0xFE, 0xFF]): return try utf16(isLittleEndian: false)
        // A mark is no character of the text, so it does not count.
        case [0xEF, 0xBB, 0xBF]: lseek(descriptor, 3, SEEK_SET)
        default: break
        }
        defer { rewind() }
        var check = UTF8Check()
        var block: [UInt8] = []
        repeat {
            block.removeAll(keepingCapacity: true)
            try read(&block, CSVReader.blockSize)
            block.withUnsafeBytes { check.add($0) }
        } while !block.isEmpty
        check.finish()
        if check.badBytes == 0 { return .utf8 }
        return check.characters > check.badBytes
            ? TextEncoding(.utf8, replaced: check.badBytes) : TextEncoding(.windows1252)
    }

    private func utf16(isLittleEndian: Bool) throws(ChangeError) -> TextEncoding {
        rewind()
        defer { rewind() }
        var decoder = UTF16Decoder(isLittleEndian: isLittleEndian)
        var (block, text): ([UInt8], [UInt8]) = ([], [])
        repeat {
            block.removeAll(keepingCapacity: true)
            text.removeAll(keepingCapacity: true)
            try read(&block, CSVReader.blockSize)
            decoder.decode(block, to: &text)
        } while !block.isEmpty
        decoder.finish(to: &text)
        return TextEncoding(isLittleEndian ? .utf16LittleEndian : .utf16BigEndian, replaced: decoder.replaced)
    }

    /// A source of its text in UTF-8, from the current position on.
    func text(_ encoding: TextEncoding) -> CSVReader.Source {
        switch encoding.kind {
        case .utf8 where encoding.replaced == 0:
            { (bytes: inout [UInt8], count: Int) throws(ChangeError) in try self.read(&bytes, count) }
        case .utf8: decoded(UTF8Repair())
        case .utf16LittleEndian: decoded(UTF16Decoder(isLittleEndian: true))
        case .utf16BigEndian: decoded(UTF16Decoder(isLittleEndian: false))
        case .windows1252: decoded(Windows1252())
        }
    }

    /// A source of decoded text. A block that ends within its first character gives no text, which would mean the end
    /// of the file; so it reads on.
    private func decoded(_ decoder: some TextDecoder) -> CSVReader.Source {
        var decoder = decoder
        var block: [UInt8] = []
        return { (bytes: inout [UInt8], count: Int) throws(ChangeError) in
            let before = bytes.count
            repeat {
                block.removeAll(keepingCapacity: true)
                // A byte becomes at most three bytes of UTF-8.
                try self.read(&block, max(1, count / 3))
                if block.isEmpty {
                    decoder.finish(to: &bytes)
                    return
                }
                decoder.decode(block, to: &bytes)
            } while bytes.count == before
        }
    }
}
