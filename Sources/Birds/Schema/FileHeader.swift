import CSQLite
import Glibc

/// The first bytes of a file of SQLite. Source: https://www.sqlite.org/fileformat2.html, section 1.3.
package struct FileHeader: Equatable {
    /// What every one begins with.
    package static let magic: [UInt8] = Array("SQLite format 3\0".utf8)
    static let size = 100

    package private(set) var bytes: [UInt8]

    /// Of no file.
    package init() { bytes = [UInt8](repeating: 0, count: Self.size) }

    /// Nil where the file does not begin with one.
    package init?(_ descriptor: Int32) {
        self.init()
        guard pread(descriptor, &bytes, bytes.count, 0) == bytes.count, bytes.starts(with: Self.magic) else {
            return nil
        }
    }

    /// That of the file of a connection, read with the descriptor that it has: closing another one of the same file would give up
    /// its locks.
    init?(_ database: Database) {
        self.init()
        var file: UnsafeMutablePointer<sqlite3_file>?
        guard sqlite3_file_control(database.handle, "main", SQLITE_FCNTL_FILE_POINTER, &file) == SQLITE_OK, let file,
            let read = file.pointee.pMethods?.pointee.xRead, read(file, &bytes, Int32(bytes.count), 0) == SQLITE_OK
        else { return nil }
    }

    /// Whether the file is in WAL mode.
    package var isLogged: Bool { bytes[18] == 2 || bytes[19] == 2 }

    /// The header of the same file out of WAL mode.
    package var withoutLog: FileHeader {
        var header = self
        (header.bytes[18], header.bytes[19]) = (1, 1)
        return header
    }

    /// The header after a transaction that changes neither the size of the file nor its schema: its two counters of changes are
    /// one more.
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

/// What tells whether another program has changed a file since it was published: the header that it had, in a table of its own.
/// SQLite counts every change there.
package enum Seal {
    /// Seals a file, with transactions of its own; nothing may change after it.
    package static func set(in database: Database) throws(StoreError) {
        // The row is written twice, so that the second time changes its bytes alone.
        try database.execute("DELETE FROM seal; INSERT INTO seal VALUES (x'\(hex(FileHeader()))')")
        let header = FileHeader(database)?.next
        if let header { try database.execute("UPDATE seal SET header = x'\(hex(header))'") }
        guard let header, FileHeader(database) == header else {
            throw .unusable(path: database.path, reason: "its header is not as SQLite should write it")
        }
    }

    /// Whether a file with this header is as it was sealed. One of an earlier version has no seal.
    package static func isIntact(_ header: FileHeader, in database: Database) throws(StoreError) -> Bool {
        let isThere = try database.integer(
            """
            SELECT count(*) FROM pragma_table_list t, pragma_table_info('seal') c
            WHERE t.schema = 'main' AND t.name = 'seal' AND t.type = 'table' AND c.name = 'header'
            """)
        guard isThere == 1 else { return false }
        return try database.integer("SELECT header = x'\(hex(header))' FROM seal") == 1
    }

    private static func hex(_ header: FileHeader) -> String {
        header.bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
