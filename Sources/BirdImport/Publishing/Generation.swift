import Birds
import Glibc

/// One change of a database: a new generation of its file.
///
/// Invariants:
/// - Whoever changes the database holds an exclusive lock on `PATH.lock`, and removes it at the end.
/// - A change is made to a copy, `PATH.new`, without a journal; the copy is synced before it is renamed to `PATH`, and the
///   folder after it. So whatever ends the process leaves the old file or the new one, whole.
/// - Only the holder of the lock writes or removes `PATH.new`; one that is there when the lock is taken was left by a
///   process that was killed.
final class Generation {
    /// The file itself, where a path leads to it by symbolic links: a rename must not replace the link.
    let path: String
    private let newPath: String
    private let folder: String
    private let lock: Lock
    private let waitsForClock: Bool

    /// Takes the lock, and clears away what a killed change left.
    /// - Parameter waitsForClock: see `ImportOptions`.
    init(path given: String, waitsForClock: Bool = false) throws(ImportError) {
        self.waitsForClock = waitsForClock
        path = try Self.resolve(given)
        newPath = path + ".new"
        folder = Self.split(path).folder
        lock = try Lock(path: path + ".lock", of: given)
        clear()
    }

    /// Clears while it has the lock, which goes after it.
    deinit { clear() }

    /// The lock of a database, held until it is released. Its file goes with it.
    private final class Lock {
        private let descriptor: Int32
        private let path: String

        /// - Parameter given: the database as it was named, for a sentence.
        init(path: String, of given: String) throws(ImportError) {
            self.path = path
            // A program that this one has started holds the lock for a moment too, until it has become that program.
            for _ in 0..<10 {
                let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
                guard descriptor >= 0 else { throw .refused("\(path) can't be written: \(systemMessage(errno)).") }
                let number = flock(descriptor, LOCK_EX | LOCK_NB) == 0 ? 0 : errno
                // What was locked may be a file that its last holder has removed by now; then another is to be locked.
                if number == 0, Self.isAt(path, descriptor) {
                    self.descriptor = descriptor
                    return
                }
                close(descriptor)
                guard number == 0 || number == EWOULDBLOCK else {
                    throw .refused("\(path) can't be locked: \(systemMessage(number)).")
                }
                usleep(20_000)
            }
            throw .refused("\(given) can't be changed now: another import is under way. Try again when it has ended.")
        }

        private static func isAt(_ path: String, _ descriptor: Int32) -> Bool {
            var (open, named) = (stat(), stat())
            return fstat(descriptor, &open) == 0 && stat(path, &named) == 0
                && (open.st_dev, open.st_ino) == (named.st_dev, named.st_ino)
        }

        deinit {
            unlink(path)
            close(descriptor)
        }
    }

    private func clear() {
        for suffix in ["", "-journal", "-wal", "-shm"] { unlink(newPath + suffix) }
    }

    /// Changes a copy of the database, or a new one, and puts it in its place if `publish`.
    func change<Value>(
        publish: Bool = true, _ body: (Database) throws(StoreError) -> Value
    ) throws(ImportError) -> Value {
        let old = try OldGeneration.open(path)
        if let old { try copy(old.descriptor) }
        let (value, publishedAt): (Value, Int64)
        do throws(StoreError) {
            (value, publishedAt) = try changeCopy(of: old, body)
        } catch {
            clear()
            throw ImportError(error, path: path)
        }
        if publish {
            if waitsForClock { PublishedGeneration.wait(until: publishedAt) }
            try self.publish(like: old)
        } else {
            clear()
        }
        withExtendedLifetime(old) {}
        return value
    }

    /// How much of the database is kept in memory while it changes. (What is sorted at once for an index: see `Schema`.)
    static let cacheKilobytes = 32 * 1024

    private func changeCopy<Value>(
        of old: OldGeneration?, _ body: (Database) throws(StoreError) -> Value
    ) throws(StoreError) -> (Value, publishedAt: Int64) {
        let database = try Database(path: newPath, mode: .readWrite)
        try database.turnTriggersOff()
        try database.execute(
            """
            PRAGMA trusted_schema = OFF;
            PRAGMA journal_mode = OFF;
            PRAGMA synchronous = OFF;
            PRAGMA temp_store = FILE;
            PRAGMA cache_size = -\(Self.cacheKilobytes);
            """)
        var isMended = old == nil
        if let old {
            let isOlder = try Migration.isNeeded(database)
            if !isOlder { try Schema.check(database, path: path) }
            try database.execute("BEGIN")
            if isOlder { try Migration.run(database) }
            isMended = try Seal.isIntact(old.header, in: database)
        } else {
            try Schema.create(in: database)
            try database.execute("BEGIN")
        }
        if !isMended { try Mending.run(database, path: path) }
        let value = try body(database)
        // The last look before a generation gets its name.
        guard try RecordCounts.agree(in: database) else {
            throw .unusable(path: path, reason: "its counts and its records do not agree; import into a new file")
        }
        let publishedAt = try PublishedGeneration.renew(in: database)
        try database.execute("COMMIT")
        // Many free pages are left where a large data set was removed; a few are used up by the next import.
        let free = try database.integer("PRAGMA freelist_count") ?? 0
        let pages = try database.integer("PRAGMA page_count") ?? 0
        if free > 1000, free > pages / 4 { try database.execute("VACUUM") }
        try Seal.set(in: database)
        return (value, publishedAt)
    }

    private func copy(_ old: Int32) throws(ImportError) {
        let new = open(newPath, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard new >= 0 else { throw .refused("\(newPath) can't be written: \(systemMessage(errno)).") }
        defer { close(new) }
        // FICLONE: the file system shares the blocks, if it can.
        if ioctl(new, 0x4004_9409, old) == 0 { return }
        while true {
            let count = sendfile(new, old, nil, 1 << 30)
            if count == 0 { return }
            if count < 0, errno != EINTR { throw failure("written", newPath, errno) }
        }
    }

    private func publish(like old: OldGeneration?) throws(ImportError) {
        let new = open(newPath, O_RDWR | O_CLOEXEC)
        guard new >= 0 else { throw failure("opened", newPath, errno) }
        defer { close(new) }
        if let old {
            var status = stat()
            if fstat(old.descriptor, &status) == 0 {
                // Only root may give a file away; anyone else's stays their own, but keeps its group where they are in it,
                // so that a server in that group can read it still. This comes first, since it may clear bits.
                if fchown(new, status.st_uid, status.st_gid) != 0 { _ = fchown(new, uid_t.max, status.st_gid) }
                _ = fchmod(new, status.st_mode & 0o7777)
            }
        }
        guard fsync(new) == 0 else { throw failure("written", newPath, errno) }
        // Another program may have moved a file there meanwhile.
        guard old?.isInPlace ?? (FileIdentity(path: path) == nil) else {
            throw .failed("\(path) was replaced by another program meanwhile; nothing was changed. Try again.")
        }
        guard rename(newPath, path) == 0 else { throw failure("renamed", newPath, errno) }
        old?.retire()
        let directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if directory >= 0 {
            // The new generation is in its place, and whole, whether the folder can be synced or not.
            fsync(directory)
            close(directory)
        }
    }

    private func failure(_ verb: String, _ path: String, _ number: Int32) -> ImportError {
        number == ENOSPC || number == EDQUOT
            ? .failed("There is no room left on the disk for \(path); nothing was changed.")
            : .failed("\(path) can't be \(verb): \(systemMessage(number)); nothing was changed.")
    }

    /// The path without symbolic links, whose folder must be there.
    private static func resolve(_ path: String) throws(ImportError) -> String {
        guard !path.isEmpty, !path.hasSuffix("/") else { throw .refused("'\(path)' is not the path of a file.") }
        if let real = realpath(path, nil) {
            defer { free(real) }
            return String(cString: real)
        }
        guard errno == ENOENT else { throw .refused("\(path) can't be used: \(systemMessage(errno)).") }
        let (folder, name) = split(path)
        guard let resolved = realpath(folder, nil) else {
            throw .refused("\(path) can't be made: there is no folder \(folder).")
        }
        defer { free(resolved) }
        var status = stat()
        // A link that leads nowhere would be replaced by the rename.
        guard lstat(path, &status) != 0 else { throw .refused("\(path) is a link to a file that does not exist.") }
        let real = String(cString: resolved)
        return real == "/" ? "/\(name)" : "\(real)/\(name)"
    }

    /// Where a file is, and what an import writes meanwhile.
    static func folder(of path: String) -> String { split(path).folder }

    private static func split(_ path: String) -> (folder: String, name: String) {
        guard let slash = path.lastIndex(of: "/") else { return (".", path) }
        return (slash == path.startIndex ? "/" : String(path[..<slash]), String(path[path.index(after: slash)...]))
    }
}
