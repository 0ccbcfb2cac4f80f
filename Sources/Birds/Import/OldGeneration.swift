import Glibc

/// The file that a change begins with. While it lives, no program that keeps SQLite's rules writes to the file.
///
/// SQLite's own connections can't do that: one opened for writing may change the file, and needs the right to. The locks are
/// those of https://www.sqlite.org/lockingv3.html, held for reading: whoever begins to write asks for one of them alone.
final class OldGeneration {
    let descriptor: Int32
    let path: String
    let header: FileHeader

    /// Nil where there is no file.
    /// - Throws: `.refused` where it is no database of ours, or another program is at it.
    static func open(_ path: String) throws(ImportError) -> OldGeneration? {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
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
        self.path = path
        self.descriptor = descriptor
        let isQuiet = Self.lock(descriptor)
        // Read with the locks held: it is that of the whole copy.
        header = FileHeader(descriptor) ?? FileHeader()
        // A connection in WAL mode would go on to write beside the new file, which would take that for its own.
        guard isQuiet, !(header.isLogged && Self.isUsed(descriptor)) else {
            throw .refused(
                "\(path) can't be changed now: another program has it open. Close that program, and try again.")
        }
        try checkJournals()
    }

    deinit { close(descriptor) }

    // Locks of an open file, and not of a process, so that no other descriptor gives them up when it is closed.
    private static let setLock: Int32 = 37  // F_OFD_SETLK
    private static let getLock: Int32 = 36  // F_OFD_GETLK
    // Source: "The file format", section 1.3.
    private static let pending: Int64 = 0x4000_0000
    private static let reserved = pending + 1
    private static let shared = pending + 2
    private static let sharedSize: Int64 = 510

    /// Whether nobody was about to write; nobody else can now.
    private static func lock(_ descriptor: Int32) -> Bool {
        for (start, size) in [(shared, sharedSize), (reserved, 1)] {
            var lock = range(F_RDLCK, start, size)
            if fcntl(descriptor, setLock, &lock) != 0, errno == EAGAIN || errno == EACCES { return false }
        }
        return true
    }

    /// Whether another program has it open, in WAL mode, in which each connection always reads.
    private static func isUsed(_ descriptor: Int32) -> Bool {
        var lock = range(F_WRLCK, shared, sharedSize)
        return fcntl(descriptor, getLock, &lock) == 0 && lock.l_type != Int16(F_UNLCK)
    }

    private static func range(_ type: Int32, _ start: Int64, _ size: Int64) -> flock {
        var lock = flock()
        lock.l_type = Int16(type)
        lock.l_whence = Int16(SEEK_SET)
        lock.l_start = Int(start)
        lock.l_len = Int(size)
        return lock
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
            guard descriptor >= 0 else { continue }
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
