import CSQLite
import Glibc

/// A VFS of SQLite for a file that never has a journal: the system's own, except that it finds no journal and deletes
/// nothing.
///
/// SQLite looks for a journal by name, plays it into the file, and deletes the file that a journal names as the one of
/// several databases (https://www.sqlite.org/fileformat2.html, section 3). Whoever may create files in the folder could
/// put such a journal there. A file that we have just created has none, so none is looked for.
enum WithoutJournal {
    static let name = "rookery-without-journal"

    /// Registers the VFS, once in a process. Its memory is never freed, since SQLite keeps it.
    static let isRegistered: Bool = {
        guard let system = sqlite3_vfs_find(nil), let name = strdup(name) else { return false }
        let vfs = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
        vfs.initialize(to: system.pointee)
        vfs.pointee.pNext = nil
        vfs.pointee.zName = UnsafePointer(name)
        vfs.pointee.xAccess = { _, _, _, isThere in
            isThere?.pointee = 0
            return SQLITE_OK
        }
        vfs.pointee.xDelete = { _, _, _ in SQLITE_OK }
        return sqlite3_vfs_register(vfs, 0) == SQLITE_OK
    }()
}
