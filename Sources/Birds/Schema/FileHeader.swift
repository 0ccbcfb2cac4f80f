import CSQLite
import Glibc

/// The first 100 bytes of a SQLite file. Source: https://www.sqlite.org/fileformat2.html, section 1.3. All numbers
/// in it are big-endian.
///
/// Invariant: `bytes` always has `size` elements, so the fixed offsets below are safe.
package struct FileHeader: Equatable {
    /// The first 16 bytes of every SQLite file.
    package static let magic: [UInt8] = Array("SQLite format 3\0".utf8)
    static let size = 100

    /// The header as it is in the file.
    package private(set) var bytes: [UInt8]

    /// A header of zeros, for a file that has none.
    package init() { bytes = [UInt8](repeating: 0, count: Self.size) }

    /// Reads the header of an open file; nil if the file is shorter or is not a SQLite file.
    package init?(_ descriptor: Int32) {
        self.init()
        guard pread(descriptor, &bytes, bytes.count, 0) == bytes.count, bytes.starts(with: Self.magic) else {
            return nil
        }
    }

    /// Reads the header of the file that a connection has open, with the connection's own descriptor. Opening and
    /// closing another one here would drop the connection's locks: POSIX drops all of a process's locks on a file
    /// when any descriptor of that file is closed.
    package init?(_ database: Database) {
        self.init()
        var file: UnsafeMutablePointer<sqlite3_file>?
        guard sqlite3_file_control(database.handle, "main", SQLITE_FCNTL_FILE_POINTER, &file) == SQLITE_OK, let file,
            let read = file.pointee.pMethods?.pointee.xRead, read(file, &bytes, Int32(bytes.count), 0) == SQLITE_OK
        else { return nil }
    }

    /// Whether the file is in WAL mode: its write version (byte 18) or read version (byte 19) is 2.
    package var isLogged: Bool { bytes[18] == 2 || bytes[19] == 2 }

    /// The size of the database in bytes: that of the pages that the header counts (bytes 28 to 31). Nil if the count
    /// is not valid, which it is only if the file change counter equals the "version-valid-for" number.
    package var databaseSize: Int64? {
        func number(_ range: Range<Int>) -> Int64 { bytes[range].reduce(0) { $0 << 8 | Int64($1) } }
        // A page of 64 KiB has the size 1.
        let pageSize = number(16..<18) == 1 ? 65_536 : number(16..<18)
        let pages = number(28..<32)
        return pages > 0 && number(24..<28) == number(92..<96) ? pages * pageSize : nil
    }

    /// The header of the same file after it left WAL mode.
    package var withoutLog: FileHeader {
        var header = self
        (header.bytes[18], header.bytes[19]) = (1, 1)
        return header
    }

    /// The header after a transaction that changes neither the size of the file nor its schema: the file change
    /// counter (byte 24) and the "version-valid-for" number (byte 92) are one greater.
    package var next: FileHeader {
        var next = self
        for start in [24, 92] {
            let count = bytes[start..<start + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) } &+ 1
            for index in 0..<4 {
                next.bytes[start + index] = UInt8(truncatingIfNeeded: count >> UInt32(24 - 8 * index))
            }
        }
        return next
    }
}

/// Shows whether another program has changed a file since it was published: the table `seal` holds the header that
/// the file had then. SQLite counts every transaction in that header, so any later change makes the two differ.
package enum Seal {
    /// Seals a file in two transactions of its own. It must be the last change: another one would break the seal.
    /// - Throws: `.unusable` if SQLite did not write the header that was predicted, and `.sqlite`.
    package static func set(in database: Database) throws(StoreError) {
        // The second write replaces bytes of the same length, so it changes neither the size of the file nor its
        // schema, and `next` predicts the header that it leaves.
        try database.execute("DELETE FROM seal; INSERT INTO seal VALUES (x'\(FileHeader().bytes.hexadecimal)')")
        let header = FileHeader(database)?.next
        if let header { try database.execute("UPDATE seal SET header = x'\(header.bytes.hexadecimal)'") }
        guard let header, FileHeader(database) == header else {
            throw .unusable(path: database.path, reason: "SQLite wrote an unexpected header; import into a new file")
        }
    }

    /// Whether a file with this header is unchanged since it was sealed. A file of an earlier version has no seal,
    /// and so is not.
    /// - Throws: `.overBudget`, `.cancelled` or `.sqlite`.
    package static func isIntact(_ header: FileHeader, in database: Database) throws(StoreError) -> Bool {
        let isThere = try database.integer(
            """
            SELECT count(*) FROM pragma_table_list t, pragma_table_info('seal') c
            WHERE t.schema = 'main' AND t.name = 'seal' AND t.type = 'table' AND c.name = 'header'
            """)
        guard isThere == 1 else { return false }
        return try database.integer("SELECT header = x'\(header.bytes.hexadecimal)' FROM seal") == 1
    }
}

extension [UInt8] {
    /// Two hexadecimal digits for each byte, as SQL writes a blob.
    package var hexadecimal: String { map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }
}
