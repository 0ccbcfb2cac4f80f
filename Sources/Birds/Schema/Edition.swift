import Glibc

/// The two forms in which a file may hold its records. Each is a database of its own, with its own ids and secret.
///
/// The general edition follows the exact one in the file. SQLite reads no page beyond those that the header of a
/// database counts, so the exact edition is the file as any program opens it, and nothing that is read from the general
/// edition can touch the exact one.
package enum Edition: UInt8 {
    /// The records as they were imported.
    case exact
    /// The same records, with sensitive places made less exact.
    case general
}

extension Edition {
    /// Where the general edition of a file begins, in bytes: right after the exact one. Nil if nothing follows that.
    /// - Parameters:
    ///   - header: Of the file.
    ///   - size: Of the file, in bytes.
    static func offsetOfGeneral(_ header: FileHeader, size: Int64) -> Int64? {
        // Without a count of pages SQLite takes the whole file for the exact edition.
        guard let end = header.databaseSize, size > end else { return nil }
        return end
    }

    /// Where the general edition of an open file begins, in bytes; nil if there is none.
    package static func offsetOfGeneral(in descriptor: Int32) -> Int64? {
        var status = stat()
        guard let header = FileHeader(descriptor), fstat(descriptor, &status) == 0 else { return nil }
        return offsetOfGeneral(header, size: Int64(status.st_size))
    }

    /// Opens the general edition that follows an exact one in a file; nil if there is none.
    /// - Parameters:
    ///   - exact: The connection to the exact edition, whose budget is shared.
    ///   - file: The file that it has open.
    /// - Throws: `.unusable` if what follows is not the general edition of these records, or if there is none though
    ///   the file has a list of sensitive records: then everybody would be shown exact places. Otherwise `.sqlite`.
    static func openGeneral(behind exact: Database, in file: FileIdentity) throws(StoreError) -> Database? {
        let path = exact.path
        let isPublished = try isGeneral(exact)
        guard let header = FileHeader(exact), let offset = offsetOfGeneral(header, size: file.size) else {
            guard try !hasList(exact) else {
                throw .unusable(
                    path: path,
                    reason:
                        "it lists sensitive records, but its general edition is missing; give the list again with "
                        + "'rookery sensitive import', or restore the file from a copy")
            }
            return nil
        }
        do throws(StoreError) {
            let general = try Database(path: path, mode: .readOnlyPart(offset: offset), budget: exact.budget)
            try Schema.check(general, path: path)
            try general.beginReading()
            try Schema.verify(general, path: path)
            // Each says itself which one it is: another copy of the exact one must not pass for the general one.
            guard try isGeneral(general), try !hasList(general), !isPublished else {
                throw .unusable(path: path, reason: "")
            }
            if try PublishedGeneration(general, path: path) == PublishedGeneration(exact, path: path) { return general }
        } catch .sqlite, .unusable {
            throw .unusable(
                path: path,
                reason:
                    "what follows the exact records in it is not their general edition; give the list again with "
                    + "'rookery sensitive import', or restore the file from a copy")
        }
        throw .unusable(
            path: path,
            reason:
                "its general edition was made from other records than it holds; give the list again with "
                + "'rookery sensitive import', or restore the file from a copy")
    }

    /// Whether an edition says that it is the general one.
    private static func isGeneral(_ database: Database) throws(StoreError) -> Bool {
        try database.integer("SELECT 1 FROM general_edition LIMIT 1") != nil
    }

    /// Whether an edition has a list of sensitive records that is not empty.
    private static func hasList(_ database: Database) throws(StoreError) -> Bool {
        try database.integer("SELECT 1 FROM sensitive LIMIT 1") != nil
    }
}

extension Database {
    /// SQLite's page cache, in KiB. It is small, since the system caches the file too.
    private static let pageCache = 2000

    /// Prepares a connection that only reads, and takes its lock.
    func beginReading() throws(StoreError) {
        // No memory map: if the file were truncated under one, SIGBUS would end the process.
        try execute(
            """
            PRAGMA query_only = 1;
            PRAGMA mmap_size = 0;
            PRAGMA cache_size = -\(Self.pageCache);
            BEGIN;
            """)
        // BEGIN is deferred: only the first read takes the lock. (To count rows is one step of SQLite's virtual
        // machine, which no time limit ends.)
        _ = try integer("SELECT 1 FROM sqlite_schema LIMIT 1")
    }
}
