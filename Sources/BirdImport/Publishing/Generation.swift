import Birds
import Glibc

/// One change of a database, which makes a new generation of its file.
///
/// Invariants:
/// - A process that changes the database holds an exclusive lock on `PATH.lock`, and removes that file at the end.
/// - The change is made to a copy, `PATH.new`, without a journal. The copy is synced before it is renamed to `PATH`,
///   and the folder after that. So a crash at any time leaves the old file or the new one, and either is complete.
/// - Only the holder of the lock writes or removes `PATH.new`. If there is one when the lock is taken, a process that
///   was killed has left it.
/// - From copying to renaming, no other program can change the old file (`OldGeneration`).
final class Generation {
    /// The path without symbolic links: renaming a file to the name of a link would replace the link.
    let path: String
    private let newPath: String
    private let folder: String
    private let lock: Lock
    private let waitsForClock: Bool

    /// Takes the lock, and removes the files that a killed process has left.
    /// - Parameter waitsForClock: See `ImportOptions`.
    /// - Throws: `ImportError.refused` if the path can't be used or another process holds the lock.
    init(path given: String, waitsForClock: Bool = false) throws(ImportError) {
        self.waitsForClock = waitsForClock
        path = try Self.resolve(given)
        newPath = path + ".new"
        folder = Self.split(path).folder
        lock = try Lock(path: path + ".lock", of: given)
        clear()
    }

    /// The lock is still held here: properties are destroyed after this.
    deinit { clear() }

    /// An exclusive lock on a file of its own. The file is removed when the lock is released.
    private final class Lock {
        private let descriptor: Int32
        private let path: String

        /// - Parameters:
        ///   - path: The path of the lock file.
        ///   - given: The path of the database as the user gave it, for the error.
        init(path: String, of given: String) throws(ImportError) {
            self.path = path
            // Several attempts: a child process shares this lock from its fork until its exec closes the descriptor.
            for _ in 0..<10 {
                // A link could lead to a file that is not the importer's to make.
                let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
                guard descriptor >= 0 else { throw .refused("\(path) can't be written: \(systemMessage(errno)).") }
                let number = flock(descriptor, LOCK_EX | LOCK_NB) == 0 ? 0 : errno
                // The last holder may have removed the file after it was opened here. A lock on a removed file protects
                // nothing, so it is tried again with the file that has the name now.
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

        /// Whether a path leads to an open file.
        private static func isAt(_ path: String, _ descriptor: Int32) -> Bool {
            var (open, named) = (stat(), stat())
            return fstat(descriptor, &open) == 0 && stat(path, &named) == 0
                && (open.st_dev, open.st_ino) == (named.st_dev, named.st_ino)
        }

        /// Unlinks first: after closing, another process could hold a lock on the file.
        deinit {
            unlink(path)
            close(descriptor)
        }
    }

    private func clear() {
        for suffix in ["", "-journal", "-wal", "-shm"] { unlink(newPath + suffix) }
    }

    /// Changes the database: runs `body` on a copy, or on a new database if there is none, and renames the copy.
    /// - Parameters:
    ///   - publish: False to throw the copy away, for a dry run.
    ///   - body: Makes the changes, within a transaction. If it throws, the database stays as it is.
    /// - Throws: `ImportError`; the database is then unchanged.
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
        // Its locks must be held until here.
        withExtendedLifetime(old) {}
        return value
    }

    /// The cache for pages of the database while it changes, in KiB. (`Schema.makeIndexes` uses another size.)
    static let cacheKilobytes = 32 * 1024

    /// Opens the copy, brings it up to date and in order if needed, runs `body`, checks the counts and seals the file.
    private func changeCopy<Value>(
        of old: OldGeneration?, _ body: (Database) throws(StoreError) -> Value
    ) throws(StoreError) -> (Value, publishedAt: Int64) {
        let database = try Database(path: newPath, mode: .readWrite)
        // The file may come from anywhere, so nothing that its schema contains may run. No journal and no syncing: a
        // copy that is not completed is thrown away, and `publish` syncs a completed one.
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
            if isOlder {
                // A seal tells nothing about what the new layout has beyond the old one: `Mending` makes it.
                try Migration.run(database)
            } else {
                isMended = try Seal.isIntact(old.header, in: database)
            }
        } else {
            try Schema.create(in: database)
            try database.execute("BEGIN")
        }
        if !isMended { try Mending.run(database, path: path) }
        let value = try body(database)
        // The last check, of the bookkeeping in all steps before.
        guard try RecordCounts.agree(in: database) else {
            throw .unusable(path: path, reason: "its counts and its records do not agree; import into a new file")
        }
        let publishedAt = try PublishedGeneration.renew(in: database)
        try database.execute("COMMIT")
        // Removing a large data set leaves many free pages, and VACUUM returns their space. A few are not worth copying
        // the whole file: the next import fills them.
        let free = try database.integer("PRAGMA freelist_count") ?? 0
        let pages = try database.integer("PRAGMA page_count") ?? 0
        if free > 1000, free > pages / 4 { try database.execute("VACUUM") }
        // Nothing may change after this, not even by VACUUM.
        try Seal.set(in: database)
        return (value, publishedAt)
    }

    /// Copies the old file to `PATH.new`.
    /// - Parameter old: A descriptor of the old file, at its beginning.
    private func copy(_ old: Int32) throws(ImportError) {
        let new = open(newPath, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard new >= 0 else { throw .refused("\(newPath) can't be written: \(systemMessage(errno)).") }
        defer { close(new) }
        // FICLONE makes the files share their blocks, which takes no time. Not all file systems can do it.
        if ioctl(new, 0x4004_9409, old) == 0 { return }
        while true {
            let count = sendfile(new, old, nil, 1 << 30)
            if count == 0 { return }
            if count < 0, errno != EINTR { throw failure("written", newPath, errno) }
        }
    }

    /// Gives the new file the owner and mode of the old one, syncs it, and renames it.
    private func publish(like old: OldGeneration?) throws(ImportError) {
        let new = open(newPath, O_RDWR | O_CLOEXEC)
        guard new >= 0 else { throw failure("opened", newPath, errno) }
        defer { close(new) }
        if let old {
            var status = stat()
            if fstat(old.descriptor, &status) == 0 {
                // Only root can change the owner. Others can still keep the group if they are members of it, so that a
                // server in that group can read the file. The mode comes second, since chown may clear some of its
                // bits.
                if fchown(new, status.st_uid, status.st_gid) != 0 { _ = fchown(new, uid_t.max, status.st_gid) }
                _ = fchmod(new, status.st_mode & 0o7777)
            }
        }
        guard fsync(new) == 0 else { throw failure("written", newPath, errno) }
        // Another program may have moved a file to this path in the meantime.
        guard old?.isInPlace ?? (FileIdentity(path: path) == nil) else {
            throw .failed(
                "\(path) was replaced by another program in the meantime; nothing was changed. Try again.")
        }
        guard rename(newPath, path) == 0 else { throw failure("renamed", newPath, errno) }
        old?.retire()
        let directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if directory >= 0 {
            // The result does not matter: the new file is complete and has its name either way.
            fsync(directory)
            close(directory)
        }
    }

    /// The error of a system call on a file.
    /// - Parameter verb: A participle, as in "can't be written".
    private func failure(_ verb: String, _ path: String, _ number: Int32) -> ImportError {
        number == ENOSPC || number == EDQUOT
            ? .failed("There is no room left on the disk for \(path); nothing was changed.")
            : .failed("\(path) can't be \(verb): \(systemMessage(number)); nothing was changed.")
    }

    /// The path without symbolic links. The file need not exist, but its folder must.
    private static func resolve(_ path: String) throws(ImportError) -> String {
        guard !path.isEmpty, !path.hasSuffix("/") else {
            throw .refused("'\(path)' is not the path of a file; give the path of a database.")
        }
        if let real = realpath(path, nil) {
            defer { free(real) }
            return String(cString: real)
        }
        guard errno == ENOENT else { throw .refused("\(path) can't be used: \(systemMessage(errno)).") }
        let (folder, name) = split(path)
        guard let resolved = realpath(folder, nil) else {
            throw .refused("\(path) can't be created: there is no folder \(folder). Create the folder first.")
        }
        defer { free(resolved) }
        var status = stat()
        // The rename would replace a dangling link.
        guard lstat(path, &status) != 0 else {
            throw .refused("\(path) is a link to a file that does not exist; give the path of the file itself.")
        }
        let real = String(cString: resolved)
        return real == "/" ? "/\(name)" : "\(real)/\(name)"
    }

    /// The folder of a file. Temporary files are written there too, since it must have room for the new generation
    /// anyway.
    static func folder(of path: String) -> String { split(path).folder }

    private static func split(_ path: String) -> (folder: String, name: String) {
        guard let slash = path.lastIndex(of: "/") else { return (".", path) }
        return (slash == path.startIndex ? "/" : String(path[..<slash]), String(path[path.index(after: slash)...]))
    }
}
