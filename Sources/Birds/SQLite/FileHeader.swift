import CSQLite
import Glibc

/// The first bytes of a file of SQLite. Source: https://www.sqlite.org/fileformat2.html, section 1.3.
struct FileHeader: Equatable {
    /// What every one begins with.
    static let magic: [UInt8] = Array("SQLite format 3\0".utf8)
    static let size = 100

    private(set) var bytes: [UInt8]

    /// Of no file.
    init() { bytes = [UInt8](repeating: 0, count: Self.size) }

    /// Nil where the file does not begin with one.
    init?(_ descriptor: Int32) {
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
    var isLogged: Bool { bytes[18] == 2 || bytes[19] == 2 }

    /// What it will be after a transaction that changes neither the size of the file nor its schema: the two counters of changes
    /// are one more.
    var next: FileHeader {
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
enum Seal {
    /// Seals a file, with a transaction of its own; nothing may change after it.
    static func set(in database: Database) throws(StoreError) {
        // The row is written twice, so that the second time changes its bytes alone.
        let empty = FileHeader()
        try database.execute("DELETE FROM seal; INSERT INTO seal VALUES (x'\(hex(empty))')")
        guard let header = FileHeader(database) else { return }
        try database.execute("UPDATE seal SET header = x'\(hex(header.next))'")
    }

    enum State {
        case intact
        /// Another program has changed the file.
        case broken
        /// An earlier version wrote the file.
        case missing
    }

    /// - Parameter header: that of the file.
    static func state(_ header: FileHeader, in database: Database) throws(StoreError) -> State {
        let isThere = try database.integer(
            "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'seal' AND sql LIKE '%header BLOB%'")
        guard isThere == 1 else { return .missing }
        return try database.integer("SELECT header = x'\(hex(header))' FROM seal") == 1 ? .intact : .broken
    }

    private static func hex(_ header: FileHeader) -> String {
        header.bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
