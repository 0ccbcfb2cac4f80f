import CSQLite
import Glibc

/// A VFS of SQLite for a database that is the rest of a file from an offset on, and never has a journal.
///
/// Invariants:
/// - Nothing before the offset can be read, written or cut off through it. The general edition of the records follows
///   the exact one in this way: SQLite reads no page beyond those that the header of a database counts, so the first
///   database does not see the second one.
/// - No journal is found, and nothing is deleted. SQLite looks for a journal by name, plays it into the file, and
///   deletes the file that a journal names as the one of several databases
///   (https://www.sqlite.org/fileformat2.html, section 3). Whoever may create files in the folder could put such a
///   journal there.
/// - What reads takes the locks of SQLite. What writes takes none: it is alone with its file, but for a connection of
///   its own to another part, and a lock is one of the whole file.
enum PartOfFile {
    static let name = "rookery-part-of-file"
    /// The parameter of the URI with the offset, in bytes.
    static let parameter = "offset"

    /// An open file. The file of the system's own VFS follows it in memory.
    private struct File {
        var base: sqlite3_file
        var offset: Int64
    }

    /// The size of `File` in front of the file of the system, which needs the greatest alignment.
    private static let ownSize = (MemoryLayout<File>.stride + 15) / 16 * 16

    private typealias Pointer = UnsafeMutablePointer<sqlite3_file>

    /// The file of the system.
    private static func inner(_ file: Pointer) -> Pointer {
        (UnsafeMutableRawPointer(file) + ownSize).assumingMemoryBound(to: sqlite3_file.self)
    }

    private static func offset(_ file: Pointer) -> Int64 {
        UnsafeRawPointer(file).assumingMemoryBound(to: File.self).pointee.offset
    }

    /// The system's own VFS; nil if SQLite has none.
    nonisolated(unsafe) private static let system = sqlite3_vfs_find(nil)

    /// Registers the VFS, once in a process. Its memory is never freed, since SQLite keeps it.
    static let isRegistered: Bool = {
        guard let system, let name = strdup(name) else { return false }
        let vfs = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
        vfs.initialize(to: system.pointee)
        vfs.pointee.pNext = nil
        vfs.pointee.zName = UnsafePointer(name)
        vfs.pointee.szOsFile = Int32(ownSize) + system.pointee.szOsFile
        vfs.pointee.xOpen = { _, name, file, flags, outFlags in PartOfFile.open(name, file, flags, outFlags) }
        vfs.pointee.xAccess = { _, _, _, isThere in
            isThere?.pointee = 0
            return SQLITE_OK
        }
        vfs.pointee.xDelete = { _, _, _ in SQLITE_OK }
        return sqlite3_vfs_register(vfs, 0) == SQLITE_OK
    }()

    private static func open(
        _ name: UnsafePointer<CChar>?, _ file: Pointer?, _ flags: Int32, _ outFlags: UnsafeMutablePointer<Int32>?
    ) -> Int32 {
        guard let file, let system, let open = system.pointee.xOpen else { return SQLITE_CANTOPEN }
        // Temporary files are whole.
        guard flags & SQLITE_OPEN_MAIN_DB != 0, let name else { return open(system, name, file, flags, outFlags) }
        // SQLite closes a file only if it has methods.
        file.pointee.pMethods = nil
        let offset = sqlite3_uri_int64(name, parameter, -1)
        guard offset >= 0 else { return SQLITE_CANTOPEN }
        let inner = inner(file)
        inner.pointee.pMethods = nil
        let code = open(system, name, inner, flags, outFlags)
        guard code == SQLITE_OK else {
            if let close = inner.pointee.pMethods?.pointee.xClose { _ = close(inner) }
            return code
        }
        UnsafeMutableRawPointer(file).assumingMemoryBound(to: File.self).pointee.offset = offset
        file.pointee.pMethods = UnsafePointer(flags & SQLITE_OPEN_READONLY != 0 ? reading : writing)
        return SQLITE_OK
    }

    /// Where a position of the database is in the file; nil if there is no such place.
    private static func place(_ position: Int64, in file: Pointer) -> Int64? {
        guard position >= 0 else { return nil }
        let (place, isTooFar) = position.addingReportingOverflow(offset(file))
        return isTooFar ? nil : place
    }

    /// Calls a method of the file of the system.
    @inline(__always)
    private static func ofSystem(
        _ file: Pointer?, _ call: (UnsafePointer<sqlite3_io_methods>, Pointer) -> Int32?
    ) -> Int32 {
        guard let file else { return SQLITE_IOERR }
        let inner = inner(file)
        return inner.pointee.pMethods.flatMap { call($0, inner) } ?? SQLITE_IOERR
    }

    nonisolated(unsafe) private static let reading = {
        var methods = common
        methods.xWrite = { _, _, _, _ in SQLITE_READONLY }
        methods.xTruncate = { _, _ in SQLITE_READONLY }
        methods.xSync = { _, _ in SQLITE_OK }
        methods.xLock = { file, level in ofSystem(file) { $0.pointee.xLock?($1, level) } }
        methods.xUnlock = { file, level in ofSystem(file) { $0.pointee.xUnlock?($1, level) } }
        methods.xCheckReservedLock = { file, isHeld in
            ofSystem(file) { $0.pointee.xCheckReservedLock?($1, isHeld) }
        }
        return kept(methods)
    }()

    nonisolated(unsafe) private static let writing = {
        var methods = common
        methods.xWrite = { file, bytes, count, position in
            guard let file, let place = place(position, in: file) else { return SQLITE_IOERR }
            return ofSystem(file) { $0.pointee.xWrite?($1, bytes, count, place) }
        }
        methods.xTruncate = { file, size in
            guard let file, let end = place(size, in: file) else { return SQLITE_IOERR }
            return ofSystem(file) { $0.pointee.xTruncate?($1, end) }
        }
        methods.xSync = { file, flags in ofSystem(file) { $0.pointee.xSync?($1, flags) } }
        methods.xLock = { _, _ in SQLITE_OK }
        methods.xUnlock = { _, _ in SQLITE_OK }
        methods.xCheckReservedLock = { _, isHeld in
            isHeld?.pointee = 0
            return SQLITE_OK
        }
        return kept(methods)
    }()

    /// SQLite has pointers to the methods of open files, so their memory is never freed.
    private static func kept(_ methods: sqlite3_io_methods) -> UnsafeMutablePointer<sqlite3_io_methods> {
        let memory = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
        memory.initialize(to: methods)
        return memory
    }

    /// The methods that reading and writing share. Version 1 has no memory maps and no shared memory.
    private static let common: sqlite3_io_methods = {
        var methods = sqlite3_io_methods()
        methods.iVersion = 1
        methods.xClose = { file in
            guard let file else { return SQLITE_OK }
            let inner = inner(file)
            return inner.pointee.pMethods?.pointee.xClose?(inner) ?? SQLITE_OK
        }
        methods.xRead = { file, bytes, count, position in
            guard let file, let place = place(position, in: file) else { return SQLITE_IOERR }
            return ofSystem(file) { $0.pointee.xRead?($1, bytes, count, place) }
        }
        methods.xFileSize = { file, size in
            guard let file, let size else { return SQLITE_IOERR }
            let code = ofSystem(file) { $0.pointee.xFileSize?($1, size) }
            if code == SQLITE_OK { size.pointee = max(0, size.pointee - offset(file)) }
            return code
        }
        methods.xFileControl = { _, _, _ in SQLITE_NOTFOUND }
        methods.xSectorSize = { file in
            guard let file else { return 0 }
            let inner = inner(file)
            return inner.pointee.pMethods?.pointee.xSectorSize?(inner) ?? 0
        }
        methods.xDeviceCharacteristics = { file in
            guard let file else { return 0 }
            let inner = inner(file)
            return inner.pointee.pMethods?.pointee.xDeviceCharacteristics?(inner) ?? 0
        }
        return methods
    }()
}
