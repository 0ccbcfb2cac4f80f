import Birds
import FileSystem
import Glibc

/// The file that a change starts from, locked against other writers.
///
/// Invariant: as long as this object lives, no program that uses SQLite can write to the file.
///
/// The locks are those of SQLite (https://www.sqlite.org/lockingv3.html), taken without a connection, since opening one
/// for writing may already change the file. A read lock on the RESERVED byte stops others from starting to write, and
/// does not stop readers. In WAL mode, writers hold a read lock on the SHARED bytes only. So these bytes are locked for
/// writing then, which keeps every other program from opening the file.
final class OldGeneration {
    let descriptor: Int32
    /// What the descriptor leads to.
    let status: stat
    private let path: String
    private let folder: Folder
    private let name: String
    /// The first 100 bytes of the file, read with the locks held.
    let header: FileHeader

    /// Opens and locks a file.
    /// - Parameter path: For messages.
    /// - Returns: Nil if there is no file.
    /// - Throws: `ChangeError.refused` if the file is not a SQLite database, if another program uses it, or if it has
    ///   changes in a journal.
    static func open(_ name: String, in folder: Folder, path: String) throws(ChangeError) -> OldGeneration? {
        // A write lock needs a descriptor that is open for writing (fcntl(2)), though nothing is written. Without
        // O_NONBLOCK, opening a pipe would wait for a writer.
        var descriptor = folder.open(name, O_RDWR | O_NONBLOCK)
        let isReadOnly = descriptor < 0 && [EACCES, EPERM, EROFS].contains(errno)
        if isReadOnly { descriptor = folder.open(name, O_RDONLY | O_NONBLOCK) }
        guard descriptor >= 0 else {
            guard errno == ENOENT else { throw .refused("\(path) can't be read: \(systemMessage(errno)).") }
            if let (journal, _) = try journal(of: name, in: folder, path: path) {
                throw .refused(
                    "\(path)\(journal) is left over from another database, whose changes would get into the new one. Remove it, "
                        + "or give another path with --database.")
            }
            return nil
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.isRegular, FileHeader(descriptor) != nil else {
            close(descriptor)
            throw .refused("\(path) is not a Rookery database; it was left as it is.")
        }
        return try OldGeneration(name, folder, path, descriptor, status)
    }

    private init(
        _ name: String, _ folder: Folder, _ path: String, _ descriptor: Int32, _ status: stat
    ) throws(ChangeError) {
        (self.name, self.folder, self.path) = (name, folder, path)
        (self.descriptor, self.status) = (descriptor, status)
        var failure = Self.lock(descriptor, F_RDLCK, Self.shared)
        if failure == 0 { failure = Self.lock(descriptor, F_RDLCK, Self.reserved) }
        // Read with the locks held, so it is the header of what will be copied.
        header = FileHeader(descriptor) ?? FileHeader()
        if failure == 0, header.isLogged { failure = Self.lock(descriptor, F_WRLCK, Self.shared) }
        switch failure {
        case 0:
            if let (journal, owner) = try Self.journal(of: name, in: folder, path: path) {
                guard owner == status.st_uid || owner == 0 else {
                    throw .refused(
                        "\(path)\(journal) holds changes, and belongs to \(theAccount(owner)), not to the owner of the "
                            + "database. SQLite would take them into it. If they are not meant, remove it.")
                }
                throw .refused(
                    "\(path)\(journal) holds changes that are not yet in the database: another program has it open, or "
                        + "was killed. Close that program, or run 'sqlite3 \(path) .tables' once, and try again.")
            }
        case EAGAIN, EACCES:
            throw .refused(
                "\(path) can't be changed now: another program has it open. Close that program, and try again."
                    + (header.isLogged
                        ? " (In WAL mode a server that serves it counts too: stop it, and run 'sqlite3 \(path) \"PRAGMA journal_mode = DELETE\"'.)"
                        : ""))
        case EBADF:
            throw .refused(
                "\(path) is in WAL mode, and can't be opened for writing. Allow that, or run "
                    + "'sqlite3 \(path) \"PRAGMA journal_mode = DELETE\"' first.")
        default: throw .refused("\(path) can't be locked: \(systemMessage(failure)).")
        }
    }

    deinit { close(descriptor) }

    /// Whether its name still leads to this file.
    var isInPlace: Bool { folder.status(name)?.isSame(as: status) ?? false }

    /// Switches the replaced file out of WAL mode. Call it after the rename.
    ///
    /// A connection may still have the replaced file open. In WAL mode it would write to `PATH-wal`, the log of the new
    /// file. Out of WAL mode, SQLite notices that its file has been moved, and writes nothing.
    func retire() {
        guard header.isLogged else { return }
        let bytes = header.next.withoutLog.bytes
        _ = pwrite(descriptor, bytes, bytes.count, 0)
    }

    /// Waits until no other program reads the replaced file. Call it after the rename.
    /// - Returns: Whether that is so.
    func waitForReaders(seconds: Int) -> Bool {
        for _ in 0...max(0, seconds) * 50 {
            var lock = flock()
            lock.l_type = Int16(F_WRLCK)
            lock.l_whence = Int16(SEEK_SET)
            (lock.l_start, lock.l_len) = (off_t(Self.shared.lowerBound), off_t(Self.shared.count))
            // 36 is F_OFD_GETLK. It tells of a lock that others hold; one of this open file is none.
            guard fcntl(descriptor, 36, &lock) == 0, Int32(lock.l_type) != F_UNLCK else { return true }
            usleep(20_000)
        }
        return false
    }

    // The lock bytes, in the lock-byte page (https://www.sqlite.org/fileformat2.html, section 1.4). SQLite's `os.h`
    // says which is which: one RESERVED byte and 510 SHARED bytes.
    private static let reserved: Range<Int> = 0x4000_0001..<0x4000_0002
    private static let shared: Range<Int> = 0x4000_0002..<0x4000_0200

    /// Locks a range of bytes without waiting.
    /// - Parameter type: `F_RDLCK` or `F_WRLCK`.
    /// - Returns: 0, or the error number.
    private static func lock(_ descriptor: Int32, _ type: Int32, _ bytes: Range<Int>) -> Int32 {
        var lock = flock()
        lock.l_type = Int16(type)
        lock.l_whence = Int16(SEEK_SET)
        lock.l_start = bytes.lowerBound
        lock.l_len = bytes.count
        // 37 is F_OFD_SETLK. Such a lock belongs to the open file. A lock of F_SETLK belongs to the process, and is
        // lost when any descriptor of the same file is closed (fcntl(2)).
        return fcntl(descriptor, 37, &lock) == 0 ? 0 : errno
    }

    /// The ending and the owner of a journal or log beside a file that holds changes, which a killed program has left;
    /// nil if there is none. The copy would lack them, and SQLite would apply them to the new file, since it finds a
    /// journal by name.
    private static func journal(of name: String, in folder: Folder, path: String) throws(ChangeError) -> (
        ending: String, owner: uid_t
    )? {
        // The first bytes of a log and of a journal, and the sizes of their headers: a file that is not larger has no
        // changes. Source: https://www.sqlite.org/fileformat2.html, sections 3 and 4.1.
        let journals: [(name: String, starts: [[UInt8]], size: Int64)] = [
            ("-wal", [[0x37, 0x7F, 0x06, 0x82], [0x37, 0x7F, 0x06, 0x83]], 32),
            ("-journal", [[0xD9, 0xD5, 0x05, 0xF9, 0x20, 0xA1, 0x63, 0xD7]], 512),
        ]
        for journal in journals {
            let descriptor = folder.open(name + journal.name, O_RDONLY | O_NONBLOCK)
            guard descriptor >= 0 else {
                if errno == ENOENT { continue }
                throw .refused("\(path)\(journal.name) can't be read: \(systemMessage(errno)).")
            }
            defer { close(descriptor) }
            var status = stat()
            var start = [UInt8](repeating: 0, count: 8)
            guard fstat(descriptor, &status) == 0, Int64(status.st_size) > journal.size,
                pread(descriptor, &start, start.count, 0) == start.count,
                journal.starts.contains(where: { start.starts(with: $0) })
            else { continue }
            return (journal.name, status.st_uid)
        }
        return nil
    }
}
