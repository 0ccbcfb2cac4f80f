import CSQLite
import Glibc
import Synchronization

/// One connection to SQLite, for one thread at a time. It closes when it is released.
public final class Database {
    package let handle: OpaquePointer
    /// How long its statements may run. SQLite asks it until the connection is closed.
    let budget = Budget()
    /// Empty for a temporary database.
    let path: String

    #if DEBUG
        /// How often it was used.
        private var uses = 0
        private let user = Atomic<UInt>(Database.anyone)
        // Neither is the address of a thread.
        private static let anyone: UInt = 0
        private static let nobody: UInt = 1
    #endif

    /// Called where SQLite is, which the thread sanitizer does not see. Debug builds write to plain memory here, so that the use
    /// of one connection by two threads, without anything that orders them, is reported. They check the claim too: the
    /// sanitizer does not look at what is freed.
    @inline(__always)
    func noteUse() {
        #if DEBUG
            uses &+= 1
            let user = user.load(ordering: .relaxed)
            assert(
                user == Database.anyone || user == pthread_self(), "a connection is used by a thread that has no claim")
        #endif
    }

    /// From now on this thread alone uses it. Before the first claim any may, one at a time.
    @inline(__always)
    func claim() {
        #if DEBUG
            user.store(pthread_self(), ordering: .relaxed)
        #endif
    }

    /// From now on nobody uses it, until the next claim.
    @inline(__always)
    func endClaim() {
        #if DEBUG
            user.store(Database.nobody, ordering: .relaxed)
        #endif
    }

    /// How to open a file.
    package enum Mode {
        case readOnly
        /// Creates the file if it is missing.
        case readWrite
    }

    /// - Parameter path: the path of a file, whatever it looks like; empty for a temporary database.
    /// - Throws: `StoreError.sqlite`.
    package init(path: String, mode: Mode) throws(StoreError) {
        let access = mode == .readOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
        // SQLite takes `file:` and `:memory:` at the beginning for something else.
        let name = path.isEmpty || path.hasPrefix("/") ? path : "./" + path
        var opened: OpaquePointer?
        let code = sqlite3_open_v2(name, &opened, access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
        guard code == SQLITE_OK, let opened else {
            let message = opened.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
            sqlite3_close_v2(opened)
            throw .sqlite(code: code, message: message, sql: "")
        }
        handle = opened
        self.path = path
        budget.watch(opened)
    }

    /// A temporary database on disk, which is unlinked as soon as it is made, in a transaction that needs no end.
    /// - Parameter tables: the SQL that makes them.
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
        // The v2 close waits for statements that are still alive: they may be released after their connection.
        sqlite3_close_v2(handle)
    }

    /// Where its file is.
    package var folder: String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Bounds one of the sizes that SQLite knows, such as `SQLITE_LIMIT_LENGTH`.
    package func limit(_ size: Int32, to value: Int) { sqlite3_limit(handle, size, Int32(clamping: value)) }

    /// Keeps triggers of the file from running: what it does is what it is told, and no more.
    package func turnTriggersOff() throws(StoreError) {
        let code = rookery_sqlite3_switch(handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0)
        guard code == SQLITE_OK else { throw error(code, sql: "") }
    }

    /// Runs statements that return no rows.
    package func execute(_ sql: String) throws(StoreError) {
        noteUse()
        let code = sqlite3_exec(handle, sql, nil, nil, nil)
        guard code == SQLITE_OK else { throw error(code, sql: sql) }
    }

    /// - Throws: `.overBudget` and `.cancelled` too: SQLite asks for the budget by itself where a statement takes long, and not
    ///   where there are many short ones.
    package func prepare(_ sql: String) throws(StoreError) -> Statement {
        if let refusal = budget.refusal { throw refusal }
        return try Statement(self, sql)
    }

    /// The first column of the first row as an integer; nil without a row.
    package func integer(_ sql: String) throws(StoreError) -> Int64? {
        let statement = try prepare(sql)
        return try statement.step() ? statement.int64(0) : nil
    }

    /// The first column of the first row as text; nil without a row, or where it is NULL.
    package func text(_ sql: String) throws(StoreError) -> String? {
        let statement = try prepare(sql)
        return try statement.step() ? statement.text(0) : nil
    }

    /// How many rows the last INSERT, UPDATE or DELETE changed.
    package var changes: Int64 { sqlite3_changes64(handle) }

    /// What an extended result code means.
    package func error(_ code: Int32, sql: String) -> StoreError {
        if code & 0xFF == SQLITE_INTERRUPT, let refusal = budget.refusal { return refusal }
        return .sqlite(code: code, message: String(cString: sqlite3_errmsg(handle)), sql: sql)
    }
}
