import Birds
import CArchive
import FileSystem
import Glibc

/// Reads a zip or tar archive with libarchive.
///
/// Invariants, since the archive may come from anywhere:
/// - Names of entries are compared and shown. None becomes a path, so `..` and absolute names do no harm.
/// - Only regular files are entries; folders and links are passed over.
/// - Lists have bounds in entries and bytes, and `Expansion` bounds what entries become, while they are read.
/// - Of the methods of zip only stored and deflate are read, since others may ask for gigabytes of memory.
///
/// libarchive reads forwards, so an entry is found by its place in a new pass over the list. That is a seek for each
/// entry before it, and no more, since nothing is decompressed to pass over an entry.
struct Archive {
    enum Kind: String {
        case zip, tar
    }

    struct Entry: Equatable {
        /// The name, as UTF-8 and without a leading `./`.
        let name: String
        /// The place in the archive, of all that is there, from 0.
        fileprivate let place: Int
        /// Whether the content is known to be empty.
        let isEmpty: Bool
    }

    let file: SourceFile
    let kind: Kind
    /// The regular files in it, in the order of the archive.
    let entries: [Entry]
    private let expansion: Expansion

    /// The most entries. An archive of GBIF has one for each of its thousands of data sets.
    private static let mostEntries = 1 << 16
    /// The longest list of entries, in bytes: what libarchive reads of a zip to list it, and of a tar the names.
    fileprivate static let longestList = 8 << 20

    /// The beginning of a zip without entries: the end of its list, with the numbers of the disks and of the entries,
    /// which are 0 (APPNOTE.TXT 4.3.16). libarchive takes such a file for a broken one.
    private static let emptyZip = Array("PK\u{5}\u{6}".utf8) + [UInt8](repeating: 0, count: 8)

    /// Finds out from the first 512 bytes of a file whether it is an archive.
    static func kind(_ beginning: [UInt8]) -> Kind? {
        // A local file header, or the end of an archive without entries (APPNOTE.TXT 4.3.7, 4.3.16).
        if beginning.starts(with: Array("PK\u{3}\u{4}".utf8)) || beginning.starts(with: Array("PK\u{5}\u{6}".utf8)) {
            return .zip
        }
        // The field `magic` of a header (POSIX pax, ustar interchange format). GNU tar has spaces after it.
        return beginning.dropFirst(257).starts(with: Array("ustar".utf8)) ? .tar : nil
    }

    /// Lists the entries.
    /// - Throws: `ChangeError.refused` if the list can't be read or is too long.
    init(_ file: SourceFile, _ kind: Kind, _ expansion: Expansion) throws(ChangeError) {
        (self.file, self.kind, self.expansion) = (file, kind, expansion)
        if kind == .zip, try file.beginning(Self.emptyZip.count) == Self.emptyZip {
            entries = []
            return
        }
        let reader = try ArchiveReader(file, kind)
        var entries: [Entry] = []
        var size = 0
        while let header = try reader.next() {
            size += header.name.utf8.count
            guard reader.place < Self.mostEntries, size <= Self.longestList else {
                throw .refused(
                    "\(file.path) has more than \(Self.mostEntries) entries, or names that are too long; extract the "
                        + "file with the records and import that.")
            }
            guard header.isFile else { continue }
            entries.append(Entry(name: header.name, place: reader.place, isEmpty: header.isEmpty))
        }
        self.entries = entries
    }

    /// Extracts an entry into a temporary file without a name.
    /// - Parameter folder: The folder of the temporary file.
    /// - Throws: `ChangeError.refused` for an entry that can't be read, `.failed` if the file can't be written.
    func extract(_ entry: Entry, in folder: String) throws(ChangeError) -> SourceFile {
        let output = TemporaryFile(in: folder)
        let path = path(entry)
        try read(entry) { (bytes) throws(ChangeError) in try output.append(bytes, for: path) }
        return try SourceFile(output, path: path)
    }

    /// The content of a short entry.
    /// - Parameter most: The greatest size, in bytes.
    func content(_ entry: Entry, most: Int) throws(ChangeError) -> [UInt8] {
        var content: [UInt8] = []
        try read(entry) { (bytes) throws(ChangeError) in
            content += bytes
            guard content.count <= most else {
                throw ArchiveReader.broken(path(entry), "it is longer than \(most) bytes")
            }
        }
        return content
    }

    /// Passes the beginnings of entries to `body`, in the order of the archive.
    /// - Parameters:
    ///   - wanted: Some of `entries`, in their order.
    ///   - count: The number of bytes of each, or fewer if it is shorter.
    func beginnings(
        of wanted: [Entry], _ count: Int, _ body: (Entry, [UInt8]) throws(ChangeError) -> Void
    ) throws(ChangeError) {
        var rest = wanted[...]
        let reader = try ArchiveReader(file, kind)
        while let entry = rest.first, try reader.next() != nil {
            guard reader.place == entry.place else { continue }
            rest = rest.dropFirst()
            var beginning: [UInt8] = []
            while beginning.count < count,
                case let read = try reader.read(count - beginning.count, path(entry), expansion), read > 0
            {
                reader.output.withUnsafeBytes { beginning += $0.prefix(read) }
            }
            try body(entry, beginning)
        }
    }

    /// The path of the archive and the name of an entry, for messages.
    func path(_ entry: Entry) -> String { "\(file.path)/\(Row.shown(entry.name, atMost: 100))" }

    /// Passes the content of an entry to `body`, piece by piece. Size and checksum are only known at the end, so what
    /// was passed must not be used if this throws.
    private func read(_ entry: Entry, _ body: ([UInt8]) throws(ChangeError) -> Void) throws(ChangeError) {
        let reader = try ArchiveReader(file, kind)
        while try reader.next() != nil {
            guard reader.place == entry.place else { continue }
            while case let count = try reader.read(.max, path(entry), expansion), count > 0 {
                try body(count == reader.output.count ? reader.output : Array(reader.output.prefix(count)))
            }
            return
        }
        throw ArchiveReader.broken(path(entry), "the archive was changed while it was read; try again")
    }
}

/// One pass of libarchive over an archive.
private final class ArchiveReader {
    struct Header {
        let name: String
        let isFile: Bool
        let isEmpty: Bool
    }

    private let archive: OpaquePointer
    private let input: ArchiveInput
    private let kind: Archive.Kind
    /// The header of the current entry, which belongs to `archive`.
    private var entry: OpaquePointer?
    /// The place of the current entry, from 0.
    private(set) var place = -1
    /// The piece that was read last.
    private(set) var output: [UInt8] = []
    /// What was read of the file when the last piece was counted.
    private var counted = 0

    /// `S_IFREG`, which archive_entry.h has as `AE_IFREG` with a cast, so Swift does not see it.
    private static let regular: UInt32 = 0o100000
    /// Names are converted to the encoding of the locale of the thread, which is ASCII unless a program changes it.
    /// This one is made once and never changed, so threads can share it.
    private nonisolated(unsafe) static let utf8 = newlocale(Int32(LC_CTYPE_MASK), "C.UTF-8", nil)

    init(_ file: SourceFile, _ kind: Archive.Kind) throws(ChangeError) {
        guard let archive = archive_read_new() else { throw .failed("There is no memory to read \(file.path).") }
        (self.archive, self.kind) = (archive, kind)
        input = ArchiveInput(file)
        switch kind {
        // The other reader of zip passes over local headers, whose sizes may be missing. The list at the end has them.
        case .zip: archive_read_support_format_zip_seekable(archive)
        case .tar: archive_read_support_format_tar(archive)
        }
        archive_read_set_callback_data(archive, Unmanaged.passUnretained(input).toOpaque())
        archive_read_set_read_callback(archive) { _, input, block in ArchiveInput.of(input)?.read(block) ?? -1 }
        archive_read_set_skip_callback(archive) { _, input, count in ArchiveInput.of(input)?.skip(count) ?? 0 }
        archive_read_set_seek_callback(archive) { _, input, offset, origin in
            ArchiveInput.of(input)?.seek(offset, origin) ?? -1
        }
        guard archive_read_open1(archive) == ARCHIVE_OK else { throw brokenList() }
    }

    deinit { archive_read_free(archive) }

    /// Goes to the next entry, the first at first.
    /// - Returns: Nil after the last one.
    func next() throws(ChangeError) -> Header? {
        if place < 0 { input.mostToRead = Archive.longestList }
        let before = uselocale(Self.utf8)
        defer { _ = uselocale(before) }
        let result = archive_read_next_header(archive, &entry)
        input.mostToRead = .max
        if result == ARCHIVE_EOF { return nil }
        // A warning says that a name is not in the encoding that it should have.
        guard result == ARCHIVE_OK || result == ARCHIVE_WARN, let entry else { throw brokenList() }
        place += 1
        counted = input.consumed
        var name = archive_entry_pathname(entry).map { String(cString: $0) } ?? "?"
        while name.hasPrefix("./") { name.removeFirst(2) }
        let isLink = archive_entry_hardlink(entry) != nil
        return Header(
            name: name, isFile: UInt32(archive_entry_filetype(entry)) == Self.regular && !isLink,
            isEmpty: archive_entry_size_is_set(entry) != 0 && archive_entry_size(entry) == 0)
    }

    /// Reads the next piece of the current entry into `output`.
    /// - Parameters:
    ///   - most: The most bytes to read.
    ///   - path: The path of the entry, for messages.
    /// - Returns: The number of bytes; 0 at its end.
    func read(_ most: Int, _ path: String, _ expansion: Expansion) throws(ChangeError) -> Int {
        if archive_entry_is_encrypted(entry) != 0 {
            throw Self.broken(path, "it is encrypted; extract it with its password, and import that file")
        }
        if kind == .zip {
            // Such as "ZIP 2.0 (deflation)": nothing else tells the method.
            let method = archive_format_name(archive).map { String(cString: $0) } ?? ""
            guard method.hasSuffix("(deflation)") || method.hasSuffix("(uncompressed)") else {
                throw Self.broken(path, "it is not compressed with deflate; extract it, and import that file")
            }
        }
        // Most passes only look at the list.
        if output.isEmpty { output = [UInt8](repeating: 0, count: 1 << 18) }
        let count = output.withUnsafeMutableBytes { buffer in
            archive_read_data(archive, buffer.baseAddress, min(most, buffer.count))
        }
        if let failure = input.failure { throw failure }
        guard count >= 0 else {
            let message = archive_error_string(archive).map { String(cString: $0) } ?? ""
            throw Self.broken(
                path,
                message.contains("CRC") || message.contains("wrong size")
                    ? "it does not match its size and checksum; get the file again"
                    : "the archive is broken or cut off; get the file again")
        }
        try expansion.add(count, from: input.consumed - counted, path: path)
        counted = input.consumed
        return count
    }

    static func broken(_ path: String, _ reason: String) -> ChangeError {
        .refused("\(path) can't be read: \(reason).")
    }

    private func brokenList() -> ChangeError {
        if let failure = input.failure { return failure }
        let reason =
            if input.wasTooMuch {
                "its list of entries is longer than \(Archive.longestList) bytes"
            } else if kind == .zip {
                "the list of entries at its end is missing or broken; get the file again"
            } else {
                "it is broken or cut off; get the file again"
            }
        return .refused("\(input.file.path) is a \(kind) archive that can't be read: \(reason).")
    }
}

/// The bytes of an archive, as libarchive asks for them.
private final class ArchiveInput {
    let file: SourceFile
    /// The next byte to read.
    private var position = 0
    /// The number of bytes that were read.
    private(set) var consumed = 0
    /// The number of bytes that may still be read.
    var mostToRead = Int.max
    /// Whether more was asked for.
    private(set) var wasTooMuch = false
    /// Why the file can't be read.
    private(set) var failure: ChangeError?
    private let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 14, alignment: 16)

    init(_ file: SourceFile) { self.file = file }

    deinit { block.deallocate() }

    static func of(_ input: UnsafeMutableRawPointer?) -> ArchiveInput? {
        input.map { Unmanaged<ArchiveInput>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Reads a block that stays until the next call.
    /// - Returns: Its size; 0 at the end of the file, -1 after an error.
    func read(_ pointer: UnsafeMutablePointer<UnsafeRawPointer?>?) -> Int {
        guard mostToRead > 0 else {
            wasTooMuch = true
            return -1
        }
        do throws(ChangeError) {
            let count = try file.read(into: block, at: position)
            position += count
            consumed += count
            if mostToRead != .max { mostToRead = max(0, mostToRead - count) }
            pointer?.pointee = UnsafeRawPointer(block.baseAddress)
            return count
        } catch {
            failure = error
            return -1
        }
    }

    /// Passes over bytes.
    /// - Returns: The number of bytes, which is less than `count` at the end of the file.
    func skip(_ count: Int64) -> Int64 {
        let skipped = max(0, min(count, Int64(file.size - position)))
        position += Int(skipped)
        return skipped
    }

    /// Goes to a place, as lseek(2) does.
    /// - Returns: The place; -1 if it is outside the file.
    func seek(_ offset: Int64, _ origin: Int32) -> Int64 {
        let base =
            switch origin {
            case SEEK_CUR: position
            case SEEK_END: file.size
            default: 0
            }
        let (place, overflows) = Int64(base).addingReportingOverflow(offset)
        guard !overflows, place >= 0, place <= file.size else { return -1 }
        position = Int(place)
        return place
    }
}
