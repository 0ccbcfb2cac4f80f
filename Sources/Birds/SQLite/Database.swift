import CSQLite
import Glibc
import Synchronization

/// One connection to SQLite, for one thread at a time. It closes when it is released.
///
/// SQLite itself takes no lock for it (SQLITE_OPEN_NOMUTEX): the caller keeps threads apart. Debug builds check
/// that.
public final class Database {
    package let handle: OpaquePointer
    /// The time that its statements may take. It lives as long as the connection, which has a pointer to it.
    let budget: Budget
    /// The path as it was given; empty for a temporary database.
    package let path: String

    #if DEBUG
        /// The number of uses: plain memory, so that the thread sanitizer sees a race.
        private var uses = 0
        private let user = Atomic<UInt>(Database.anyone)
        // No thread has these addresses.
        private static let anyone: UInt = 0
        private static let nobody: UInt = 1
    #endif

    /// Call it beside each call of SQLite, into which the thread sanitizer can't see. Debug builds write to plain
    /// memory here, so that the sanitizer reports two threads that use one connection without synchronisation. They
    /// also check the claim, since the sanitizer does not check memory that has been freed.
    @inline(__always)
    func noteUse() {
        #if DEBUG
            uses &+= 1
            let user = user.load(ordering: .relaxed)
            assert(
                user == Database.anyone || user == pthread_self(), "a connection is used by a thread that has no claim")
        #endif
    }

    /// From now on only this thread uses the connection. Before the first claim any thread may, one at a time.
    @inline(__always)
    func claim() {
        #if DEBUG
            user.store(pthread_self(), ordering: .relaxed)
        #endif
    }

    /// From now on no thread uses the connection, until the next claim.
    @inline(__always)
    func endClaim() {
        #if DEBUG
            user.store(Database.nobody, ordering: .relaxed)
        #endif
    }

    /// How to open a file.
    package enum Mode: Equatable {
        case readOnly
        /// A file of our own, which is created if it is missing.
        case readWrite
        /// Reads the database that begins at an offset in bytes and ends with the file (`PartOfFile`).
        case readOnlyPart(offset: Int64)
        /// Writes it, in a file that exists, without a journal and without locks. The path has no symbolic links.
        case withoutJournal(offset: Int64)
    }

    /// Opens a file.
    /// - Parameter path: The path of a file, however it is spelled; empty for a temporary database.
    /// - Throws: `StoreError.sqlite`, and `.unusable` if SQLite can't be made to open a part of a file.
    package convenience init(path: String, mode: Mode) throws(StoreError) {
        try self.init(path: path, mode: mode, budget: Budget())
    }

    /// - Parameter budget: Several connections share one, if they answer the same queries.
    init(path: String, mode: Mode, budget: Budget) throws(StoreError) {
        let access =
            switch mode {
            case .readOnly: SQLITE_OPEN_READONLY
            case .readWrite: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
            case .readOnlyPart: SQLITE_OPEN_READONLY | SQLITE_OPEN_URI
            case .withoutJournal: SQLITE_OPEN_READWRITE | SQLITE_OPEN_URI | SQLITE_OPEN_NOFOLLOW
            }
        var vfs: String?
        // SQLite gives names that begin with `file:` or `:memory:` another meaning, so a relative path begins with
        // `./`.
        var name = path.isEmpty || path.hasPrefix("/") ? path : "./" + path
        switch mode {
        case .readOnly, .readWrite: break
        case .readOnlyPart(let offset), .withoutJournal(let offset):
            // The system's own VFS would begin at the start of the file, and look for a journal.
            guard PartOfFile.isRegistered else {
                throw .unusable(path: path, reason: "SQLite can't be made to open a part of it")
            }
            vfs = PartOfFile.name
            name = "file:" + Self.escaped(name) + "?\(PartOfFile.parameter)=\(offset)"
        }
        var opened: OpaquePointer?
        let code = sqlite3_open_v2(name, &opened, access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, vfs)
        guard code == SQLITE_OK, let opened else {
            let message = opened.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
            sqlite3_close_v2(opened)
            throw .sqlite(code: code, message: message, sql: "")
        }
        handle = opened
        self.path = path
        self.budget = budget
        budget.watch(opened)
        if mode != .readWrite { try distrustFile(access & SQLITE_OPEN_READONLY != 0) }
    }

    /// The longest value and row of a file, in bytes: far above what an import stores.
    private static let longestValue = 64 << 20
    /// The longest SQL, in bytes, and the depth of an expression, in a schema too: above those of our own statements.
    private static let (longestSQL, deepestExpression) = (4 << 20, 100)

    /// Whoever made the file also chose what its schema contains, so nothing of that may run: no view, no trigger, and
    /// no function that does more than compute. Nor may its pages be trusted. (https://www.sqlite.org/security.html)
    /// - Parameter isReading: Defensive mode forbids what a change needs, such as to do without a journal.
    private func distrustFile(_ isReading: Bool) throws(StoreError) {
        let switches: [(Int32, Int32)] = [
            (SQLITE_DBCONFIG_DEFENSIVE, isReading ? 1 : 0), (SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0),
            (SQLITE_DBCONFIG_ENABLE_VIEW, 0),
            (SQLITE_DBCONFIG_ENABLE_TRIGGER, 0),
        ]
        for (name, value) in switches {
            let code = rookery_sqlite3_switch(handle, name, value)
            guard code == SQLITE_OK else { throw error(code, sql: "") }
        }
        limit(SQLITE_LIMIT_LENGTH, to: Self.longestValue)
        limit(SQLITE_LIMIT_SQL_LENGTH, to: Self.longestSQL)
        limit(SQLITE_LIMIT_EXPR_DEPTH, to: Self.deepestExpression)
        // It does not read the file.
        try execute("PRAGMA cell_size_check = ON")
    }

    /// A path as a URI of SQLite has it, in which some characters have a meaning
    /// (https://www.sqlite.org/uri.html, section 3.1).
    private static func escaped(_ path: String) -> String {
        String(
            decoding: path.utf8.flatMap { byte -> [UInt8] in
                let isPlain = byte | 0x20 &- 0x61 < 26 || byte &- 0x30 < 10 || "/._-".utf8.contains(byte)
                return isPlain ? [byte] : [UInt8(ascii: "%")] + [byte].hexadecimal.utf8
            }, as: UTF8.self)
    }

    /// A temporary database on disk, in a transaction that is never committed. SQLite unlinks its file when it
    /// creates it, so nothing is left behind, however the process ends. Without journal and syncs an error can't be
    /// rolled back: drop the database then.
    /// - Parameters:
    ///   - tables: SQL that creates the tables.
    ///   - cacheKilobytes: How much of it stays in memory, in KiB.
    package static func temporary(_ tables: String, cacheKilobytes: Int) throws(StoreError) -> Database {
        let database = try Database(path: "", mode: .readWrite)
        try database.execute(
            """
            PRAGMA journal_mode = OFF;
            PRAGMA synchronous = OFF;
            PRAGMA cache_size = -\(cacheKilobytes);
            \(tables);
            BEGIN
            """)
        return database
    }

    deinit {
        noteUse()
        // The v2 close leaves the connection open until its last statement is finalized, so statements may be
        // released after it (https://www.sqlite.org/c3ref/close.html).
        sqlite3_close_v2(handle)
    }

    /// The folder of its file.
    package var folder: String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Lowers one of SQLite's limits, such as `SQLITE_LIMIT_LENGTH`.
    package func limit(_ size: Int32, to value: Int) { sqlite3_limit(handle, size, Int32(clamping: value)) }

    /// Runs statements that return no rows.
    /// - Throws: `.sqlite`, `.overBudget` or `.cancelled`.
    package func execute(_ sql: String) throws(StoreError) {
        noteUse()
        let code = sqlite3_exec(handle, sql, nil, nil, nil)
        guard code == SQLITE_OK else { throw error(code, sql: sql) }
    }

    /// Prepares a statement.
    /// - Throws: `.sqlite`, `.overBudget` or `.cancelled`. The budget is checked here too, since the progress
    ///   handler does not run in a series of short statements.
    package func prepare(_ sql: String) throws(StoreError) -> Statement {
        if let refusal = budget.refusal() { throw refusal }
        return try Statement(self, sql)
    }

    /// The statement that is kept, or one that is prepared and kept from now on.
    func prepare(_ sql: String, keptIn kept: inout Statement?) throws(StoreError) -> Statement {
        if let kept { return kept }
        let statement = try prepare(sql)
        kept = statement
        return statement
    }

    /// The first column of the first row as an integer, with NULL as 0; nil without a row.
    package func integer(_ sql: String) throws(StoreError) -> Int64? {
        let statement = try prepare(sql)
        return try statement.step() ? statement.int64(0) : nil
    }

    /// The first column of the first row as text; nil without a row, or if it is NULL.
    package func text(_ sql: String) throws(StoreError) -> String? {
        let statement = try prepare(sql)
        return try statement.step() ? statement.text(0) : nil
    }

    /// How many rows the last INSERT, UPDATE or DELETE changed.
    package var changes: Int64 { sqlite3_changes64(handle) }

    /// The error for an extended result code. If the progress handler interrupted the statement, it is the reason
    /// why.
    package func error(_ code: Int32, sql: String) -> StoreError {
        if code & 0xFF == SQLITE_INTERRUPT, let refusal = budget.refusal() { return refusal }
        return .sqlite(code: code, message: String(cString: sqlite3_errmsg(handle)), sql: sql)
    }
}
