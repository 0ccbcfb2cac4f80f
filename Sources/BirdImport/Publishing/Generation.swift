import Birds
import FileSystem
import Glibc

/// One change of a database, which makes a new generation of its file.
///
/// Invariants:
/// - A process that changes the database holds an exclusive lock on `PATH.lock`, and removes that file at the end.
/// - The change is made to a copy, `PATH.new`, without a journal. The copy is synced before it is renamed to `PATH`,
///   and the folder after that. So a crash at any time leaves the old file or the new one, and either is complete.
/// - Only the holder of the lock writes or removes `PATH.new`. If there is one when the lock is taken, a process that
///   was killed has left it.
/// - A file with a list of sensitive species and places has a general edition of the same generation behind the exact
///   one (`GeneralFile`). It is written there when the exact one is complete, which is then only read.
/// - From copying to renaming, no other program can change the old file (`OldGeneration`).
/// - Whoever else may write to the folder can't have another file changed or given away (`Folder`, `NewFile`). Root
///   changes nothing where another account could replace what root makes (`TrustedPath`).
final class Generation {
    /// The path without symbolic links: renaming a file to the name of a link would replace the link.
    let path: String
    private let folder: Folder
    private let name: String
    private var newName: String { name + ".new" }
    private var protection: ProtectionCheck
    private let lock: FileLock
    /// The time of the change, in seconds since 1970.
    private let now: Int
    private let waitsForClock: Bool
    /// The longest time that `change` waits for servers to let go of the old file if the new one has a list, in s.
    /// A server ends answers from it within 20 s, unless it is told otherwise.
    var patience = 25
    /// What the change leaves of the protection by the list; nil if there is none.
    var summary: SensitiveSummary? { protection.summary }
    /// The names that unknown names of an import are similar to, by their codes. Set in the body of `change`.
    var similar: [String: String] {
        get { protection.similar }
        set { protection.similar = newValue }
    }
    /// What the file could not keep when `change` replaced it.
    private(set) var lostAccess: LostAccess?

    /// Takes the lock, and removes the files that a killed process has left.
    /// - Parameters:
    ///   - now: The time of the change, in seconds since 1970.
    ///   - waitsForClock: See `ImportOptions`.
    ///   - kind: What it may do to the protection by the list.
    /// - Throws: `ChangeError.refused` if the path can't be used or another process holds the lock, and an error of the
    ///   kind `notByRoot`.
    init(
        path given: String, now: Int = time(nil), waitsForClock: Bool = false,
        _ kind: ProtectionCheck.Kind = .ofList
    ) throws(ChangeError) {
        (self.now, self.waitsForClock, protection) = (now, waitsForClock, ProtectionCheck(kind, now: now))
        path = try resolvedPath(given, of: "a database")
        try TrustedPath.check(given)
        let parts = Folder.split(path)
        name = parts.name
        folder = try Folder(path: parts.folder)
        lock = try FileLock(
            name + ".lock", in: folder,
            busy: "\(given) can't be changed now: another import is under way. Try again when it has ended.")
        clear(newName)
        // Earlier versions made the general edition in this file.
        clear(name + ".general")
    }

    /// The lock is still held here: properties are destroyed after this.
    deinit { clear(newName) }

    private func clear(_ name: String) {
        for suffix in ["", "-journal", "-wal", "-shm"] { folder.unlink(name + suffix) }
    }

    /// Changes the database: runs `body` on a copy, or on a new database if there is none, and renames the copy.
    /// - Parameters:
    ///   - publish: False to throw the copy away, for a dry run.
    ///   - look: Called with the copy that is thrown away, as a server would open it.
    ///   - refuse: Called after `body`: why the change is refused; nil if it is not.
    ///   - body: Makes the changes, within a transaction. If it throws, the database stays as it is.
    /// - Throws: `ChangeError`; the database is then unchanged.
    func change<Value>(
        publish: Bool = true, look: (ObservationStore) throws(StoreError) -> Void = { (_) throws(StoreError) in },
        refuse: () -> String? = { nil }, _ body: (Database) throws(StoreError) -> Value
    ) throws(ChangeError) -> Value {
        let old = try OldGeneration.open(name, in: folder, path: path)
        // The file may have got this name after the first check.
        try TrustedPath.check(path)
        let new = try NewFile(newName, in: folder)
        let oldGeneral = old.flatMap { general(of: $0) }
        if let old { try copy(old, to: new) }
        let change = try mapped { () throws(StoreError) in try changeCopy(new, of: old, refuse, body) }
        let (value, publishedAt) = (change.value, change.publishedAt)
        if let refusal = change.refusal { throw .refused(refusal) }
        if oldGeneral != nil, change.list.isEmpty, !protection.isOfList {
            throw .refused(
                "\(path) protected places until now, and another program has removed its list of them. Nothing was changed. "
                    + "Give the list again with 'rookery sensitive import', or restore the file from a copy.")
        }
        if !change.list.isEmpty {
            guard let end = FileHeader(new.descriptor)?.databaseSize, ftruncate(new.descriptor, off_t(end)) == 0 else {
                throw new.failure("written", errno)
            }
            try mapped { () throws(StoreError) in
                try GeneralFile(change.list).make(
                    in: new, at: end, from: change.database, like: oldGeneral, now: Int64(now))
            }
        }
        if !publish { try mapped { () throws(StoreError) in try look(ObservationStore(path: new.path)) } }
        if publish {
            if waitsForClock { PublishedGeneration.wait(until: publishedAt) }
            try rename(new, over: old)
            old?.retire()
            // What the old file shows may not be shown any more.
            if let old, !change.list.isEmpty {
                protection.summary?.hasReaders = !old.waitForReaders(seconds: patience)
            }
        }
        // Its locks must be held until here.
        withExtendedLifetime(old) {}
        return value
    }

    /// What the general edition of a file has; nil if it has none that can be read.
    private func general(of file: OldGeneration) -> OldGeneralEdition? {
        guard !file.header.isLogged, let offset = Edition.offsetOfGeneral(in: file.descriptor) else { return nil }
        do throws(StoreError) {
            let database = try Database(path: path, mode: .readOnlyPart(offset: offset))
            try Schema.check(database, path: path)
            return try OldGeneralEdition(database)
        } catch {
            return nil
        }
    }

    /// Makes a new file from nothing, and renames it.
    /// - Parameter body: Fills the empty file.
    /// - Throws: `ChangeError`; the database is then unchanged.
    func replace(_ body: (NewFile) throws(StoreError) -> Void) throws(ChangeError) {
        let old = try OldGeneration.open(name, in: folder, path: path)
        let new = try NewFile(newName, in: folder)
        try mapped { () throws(StoreError) in try body(new) }
        try rename(new, over: old)
        withExtendedLifetime(old) {}
    }

    /// Gives the new file the name of the database.
    private func rename(_ new: NewFile, over old: OldGeneration?) throws(ChangeError) {
        lostAccess = try new.publish(as: name, like: old?.status) { () throws(ChangeError) in
            // Another program may have moved a file to this path in the meantime.
            guard old?.isInPlace ?? (folder.status(name) == nil) else {
                throw .failed(
                    "\(path) was replaced by another program in the meantime; nothing was changed. Try again.")
            }
        }
    }

    /// Runs a part of the change; its errors name the database.
    @discardableResult
    private func mapped<Value>(_ body: () throws(StoreError) -> Value) throws(ChangeError) -> Value {
        do throws(StoreError) {
            return try body()
        } catch {
            throw ChangeError(error, path: path)
        }
    }

    /// A changed copy.
    private struct Change<Value> {
        let value: Value
        /// In seconds since 1970.
        let publishedAt: Int64
        /// The list of sensitive species and places.
        let list: [SensitiveEntry]
        /// Why it may not be published, as a message; nil if it may.
        let refusal: String?
        /// Its connection, with the temporary tables of `SensitiveMarks` if the list is not empty.
        let database: Database
    }

    /// Opens the copy, brings it up to date and in order if needed, runs `body`, checks the counts and seals the file.
    private func changeCopy<Value>(
        _ new: NewFile, of old: OldGeneration?, _ refuse: () -> String?, _ body: (Database) throws(StoreError) -> Value
    ) throws(StoreError) -> Change<Value> {
        let database = try new.database()
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
                // `Mending` looks at the tables itself.
                if isMended { try Schema.verify(database, path: path) }
            }
        } else {
            try Schema.create(in: database)
            try database.execute("BEGIN")
        }
        if !isMended { try Mending.run(database, path: path, now: Int64(now)) }
        guard try !GeneralFile.isPublished(database) else {
            throw .unusable(
                path: path,
                reason: "'rookery publish' made it, and the next one replaces it; change the database that it is from")
        }
        try protection.begin(database)
        let value = try body(database)
        if let refusal = refuse() {
            return Change(value: value, publishedAt: 0, list: [], refusal: refusal, database: database)
        }
        // The last check, of the bookkeeping in all steps before.
        guard try RecordCounts.agree(in: database) else {
            throw .unusable(path: path, reason: "its counts and its records do not agree; import into a new file")
        }
        let (list, refusal) = try protection.finish(database)
        if refusal != nil {
            return Change(value: value, publishedAt: 0, list: list, refusal: refusal, database: database)
        }
        let publishedAt = try PublishedGeneration.renew(in: database, now: Int64(now))
        try database.execute("COMMIT")
        // Removing a large data set leaves many free pages, and VACUUM returns their space. A few are not worth copying
        // the whole file: the next import fills them.
        let free = try database.integer("PRAGMA freelist_count") ?? 0
        let pages = try database.integer("PRAGMA page_count") ?? 0
        if free > 1000, free > pages / 4 { try database.execute("VACUUM") }
        // Nothing may change after this, not even by VACUUM.
        try Seal.set(in: database)
        return Change(value: value, publishedAt: publishedAt, list: list, refusal: nil, database: database)
    }

    /// Copies the old file to `PATH.new`, out of WAL mode: the copy has no log. It has no general edition either.
    private func copy(_ old: OldGeneration, to new: NewFile) throws(ChangeError) {
        // FICLONE makes the files share their blocks, which takes no time. Not all file systems can do it.
        if ioctl(new.descriptor, 0x4004_9409, old.descriptor) != 0 {
            var left = Edition.offsetOfGeneral(in: old.descriptor).map(Int.init) ?? .max
            while left > 0 {
                let count = sendfile(new.descriptor, old.descriptor, nil, min(left, 1 << 30))
                if count == 0 { break }
                if count < 0, errno != EINTR { throw new.failure("written", errno) }
                left -= max(0, count)
            }
        }
        if let end = Edition.offsetOfGeneral(in: new.descriptor), ftruncate(new.descriptor, off_t(end)) != 0 {
            throw new.failure("written", errno)
        }
        guard old.header.isLogged else { return }
        let bytes = old.header.withoutLog.bytes
        guard pwrite(new.descriptor, bytes, bytes.count, 0) == bytes.count else {
            throw new.failure("written", errno)
        }
    }
}
