import Birds
import FileSystem

extension NewFile {
    /// The cache for pages of a database while it is written, in KiB. (`Schema.makeIndexes` uses another size.)
    private static let cacheKilobytes = 32 * 1024

    /// Opens a database in the file to write it: without a journal and without syncing. A file that is not completed is
    /// thrown away, and `publish` syncs a completed one.
    /// - Parameter offset: Where the database begins, in bytes. It ends with the file.
    func database(at offset: Int64 = 0) throws(StoreError) -> Database {
        let opened = try opening { () throws(StoreError) in
            try Database(path: path, mode: .withoutJournal(offset: offset))
        }
        guard let opened else { throw .unusable(path: path, reason: "it was replaced by another program; try again") }
        try opened.execute(
            """
            PRAGMA journal_mode = OFF;
            PRAGMA synchronous = OFF;
            PRAGMA temp_store = FILE;
            PRAGMA cache_size = -\(Self.cacheKilobytes);
            """)
        return opened
    }
}
