import Birds
import Glibc

/// The file that a change begins with. While it lives, no program that keeps SQLite's rules writes to the file.
///
/// SQLite's own connections can't do that: one opened for writing may change the file. The locks are those of
/// https://www.sqlite.org/lockingv3.html. Held for reading, they refuse whoever begins to write, and let others read. In WAL mode
/// writers need no lock of the file but the one for reading, so there it is held for writing, and nobody else can open the file.
final class OldGeneration {
    let descriptor: Int32
    let path: String
    let header: FileHeader

    /// Nil where there is no file.
    /// - Throws: `.refused` where it is no database of ours, or another program is at it.
    static func open(_ path: String) throws(ImportError) -> OldGeneration? {
        // Nothing is written, but a lock for writing needs it.
        var descriptor = Glibc.open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK)
        let isReadOnly = descriptor < 0 && [EACCES, EPERM, EROFS].contains(errno)
        if isReadOnly { descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw .refused("\(path) can't be read: \(systemMessage(errno)).")
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, FileHeader(descriptor) != nil else {
            close(descriptor)
            throw .refused("\(path) is not a Rookery database; it was left as it is.")
        }
        return try OldGeneration(path, descriptor)
    }

    private init(_ path: String, _ descriptor: Int32) throws(ImportError) {
        (self.path, self.descriptor) = (path, descriptor)
        var failure = Self.lock(descriptor, F_RDLCK, Self.shared)
        if failure == 0 { failure = Self.lock(descriptor, F_RDLCK, Self.reserved) }
        // Read with the locks held: it is that of the whole copy.
        header = FileHeader(descriptor) ?? FileHeader()
        if failure == 0, header.isLogged { failure = Self.lock(descriptor, F_WRLCK, Self.shared) }
        switch failure {
        case 0: try checkJournals()
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

    /// Whether the file still has its name.
    var isInPlace: Bool {
        var (there, ours) = (stat(), stat())
        return stat(path, &there) == 0 && fstat(descriptor, &ours) == 0 && there.st_dev == ours.st_dev
            && there.st_ino == ours.st_ino
    }

    /// Call it when another file has got the name. A connection that had the file open, and did not read then, would go on in WAL
    /// mode, in a log that has the name of the new file's. Out of WAL mode it finds that its file has moved, and writes nothing.
    func retire() {
        guard header.isLogged else { return }
        let bytes = header.next.withoutLog.bytes
        _ = pwrite(descriptor, bytes, bytes.count, 0)
    }

    // Source: "The file format", section 1.3.
    private static let reserved: Range<Int> = 0x4000_0001..<0x4000_0002
    private static let shared: Range<Int> = 0x4000_0002..<0x4000_0200

    /// 0, or the error that says why not.
    private static func lock(_ descriptor: Int32, _ type: Int32, _ bytes: Range<Int>) -> Int32 {
        var lock = flock()
        lock.l_type = Int16(type)
        lock.l_whence = Int16(SEEK_SET)
        lock.l_start = bytes.lowerBound
        lock.l_len = bytes.count
        // F_OFD_SETLK: the lock of an open file, and not of a process, so that no other descriptor gives it up when it is closed.
        return fcntl(descriptor, 37, &lock) == 0 ? 0 : errno
    }

    /// Refuses a file whose last changes are in a file beside it, of a program that was killed: a copy would lack them, and the
    /// renamed file would get them.
    private func checkJournals() throws(ImportError) {
        // Source: https://www.sqlite.org/fileformat2.html, sections 3 (a journal that may have to be played back) and 4.1.
        let journals: [(name: String, starts: [[UInt8]], size: Int64)] = [
            ("-wal", [[0x37, 0x7F, 0x06, 0x82], [0x37, 0x7F, 0x06, 0x83]], 32),
            ("-journal", [[0xD9, 0xD5, 0x05, 0xF9, 0x20, 0xA1, 0x63, 0xD7]], 512),
        ]
        for journal in journals {
            let descriptor = Glibc.open(path + journal.name, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
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
            throw .refused(
                "\(path)\(journal.name) holds changes that are not yet in the database: another program has it open, or was "
                    + "killed. Close that program, or run 'sqlite3 \(path) .tables' once, and try again.")
        }
    }
}
