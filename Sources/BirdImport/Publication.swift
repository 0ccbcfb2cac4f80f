import Birds
import FileSystem
import Glibc

/// Writes the general edition of a database as a database of its own, for a machine that others can reach while the
/// exact places stay at home.
public enum Publication {
    /// Publishes a database.
    /// - Parameters:
    ///   - path: The database, which has a list of sensitive species and places.
    ///   - target: The path of the new file. A file that was published there before is replaced.
    ///   - now: The time, in seconds since 1970.
    ///   - warn: Called if the file could not keep its owner, group or rights.
    /// - Returns: The number of records in it.
    /// - Throws: `ChangeError`; the target is then unchanged.
    public static func publish(
        _ path: String, to target: String, now: Int = time(nil), warn: (LostAccess) -> Void = { _ in }
    ) throws(ChangeError) -> Int {
        guard let identity = FileIdentity(path: path) else { throw .refused("\(path) does not exist.") }
        guard identity.isRegular else { throw .refused("\(path) is not a file; give the path of a database.") }
        guard FileIdentity(path: target) != identity else {
            throw .refused("--database and --to are the same file; give another path for the published one.")
        }
        let generation = try Generation(path: target, now: now, .ofList)
        let old = try published(target)
        var records = 0
        try generation.replace { (file) throws(StoreError) in
            let exact = try Database(path: path, mode: .readOnly)
            try Schema.check(exact, path: path)
            try Schema.verify(exact, path: path)
            guard try !GeneralFile.isPublished(exact) else {
                throw .unusable(
                    path: path, reason: "it is a published file already; copy it, or publish the database it is from")
            }
            let list = try SensitiveTable.read(from: exact).map(\.entry)
            guard !list.isEmpty else {
                throw .unusable(
                    path: path,
                    reason:
                        "it has no list of sensitive species and places; give it one with 'rookery sensitive import'")
            }
            guard let header = FileHeader(exact), try Seal.isIntact(header, in: exact) else {
                throw .unusable(
                    path: path,
                    reason:
                        "another program has changed it since its list was given; give the list again with 'rookery "
                        + "sensitive import'")
            }
            try exact.execute("PRAGMA temp_store = FILE; BEGIN")
            try SensitiveMarks(list, in: exact).make()
            records = try GeneralFile(list).make(
                in: file, at: 0, from: exact, like: old, now: Int64(now), isPublished: true)
        }
        if let lost = generation.lostAccess { warn(lost) }
        return records
    }

    /// What a file at the target has; nil if there is none.
    /// - Throws: `ChangeError.refused` if it is anything but a published file, which would be lost.
    private static func published(_ target: String) throws(ChangeError) -> OldGeneralEdition? {
        guard let identity = FileIdentity(path: target) else { return nil }
        var isPublished = false
        var old: OldGeneralEdition?
        do throws(StoreError) {
            if identity.isRegular {
                let database = try Database(path: target, mode: .readOnly)
                try Schema.check(database, path: target)
                isPublished = try GeneralFile.isPublished(database)
                old = try OldGeneralEdition(database)
            }
        } catch {
            isPublished = false
        }
        guard isPublished else {
            throw .refused(
                "\(target) is not a file that 'rookery publish' made; it was left as it is. Give another path.")
        }
        return old
    }
}
