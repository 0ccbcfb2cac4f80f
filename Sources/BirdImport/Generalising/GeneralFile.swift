import Birds
import FileSystem
import Glibc

/// The general edition in a file: a database of its own, behind the exact edition or alone in a published file.
///
/// SQLite reads no page beyond those that the header of a database counts, so for every program the file is the exact
/// edition alone. A server opens what is behind it with `Database.Mode.readOnlyPart`.
struct GeneralFile {
    let contacts: [String]
    let withholdsSome: Bool

    /// The cache for its pages while it is made, in KiB.
    private static let cacheKilobytes = 32 * 1024

    /// - Parameter entries: A list that is not empty.
    init(_ entries: [SensitiveEntry]) {
        var contacts: [String] = []
        for contact in entries.compactMap(\.contact)
        where !contacts.contains(where: { $0.utf8.elementsEqual(contact.utf8) }) {
            contacts.append(contact)
        }
        self.contacts = contacts.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        withholdsSome = entries.contains { entry in
            if case .cell = entry.protection { false } else { true }
        }
    }

    /// Makes a general edition in an empty file.
    /// - Parameters:
    ///   - exact: A sealed database with the temporary tables of `SensitiveMarks`.
    ///   - old: What the general edition before it had; nil for new keys.
    ///   - isPublished: Whether it is a generation of its own.
    /// - Returns: The number of its records.
    @discardableResult
    func make(
        in file: NewFile, from exact: Database, like old: OldGeneralEdition?, now: Int64, isPublished: Bool = false
    ) throws(StoreError) -> Int {
        let general = try Database(path: file.path, mode: .withoutJournal)
        guard file.isOpenElsewhere else {
            throw .unusable(path: file.path, reason: "it was replaced by another program; try again")
        }
        try general.execute(
            """
            PRAGMA journal_mode = OFF;
            PRAGMA synchronous = OFF;
            PRAGMA temp_store = FILE;
            PRAGMA cache_size = -\(Self.cacheKilobytes);
            """)
        try Schema.create(in: general)
        try general.execute("BEGIN")
        try old?.insertSecret(in: general)
        // Each page of the exact edition is read once.
        try exact.execute("PRAGMA cache_size = -4000")
        let edition = GeneralEdition(
            exact: exact, general: general, contacts: contacts, withholdsSome: withholdsSome)
        try edition.fill(like: old, now: now)
        if isPublished { _ = try PublishedGeneration.renew(in: general, now: now) }
        let records = try general.integer("SELECT count(*) FROM observation") ?? 0
        try general.execute("COMMIT")
        try Seal.set(in: general)
        return Int(records)
    }

    /// Takes away what is behind the database of a file.
    static func remove(from descriptor: Int32) -> Bool {
        var status = stat()
        guard let size = FileHeader(descriptor)?.databaseSize, fstat(descriptor, &status) == 0 else { return true }
        return size >= Int64(status.st_size) || ftruncate(descriptor, off_t(size)) == 0
    }

    /// Appends a file to the database of another one.
    static func append(_ general: NewFile, to file: NewFile) throws(ChangeError) {
        guard lseek(file.descriptor, 0, SEEK_END) >= 0, lseek(general.descriptor, 0, SEEK_SET) >= 0 else {
            throw file.failure("written", errno)
        }
        while true {
            let count = sendfile(file.descriptor, general.descriptor, nil, 1 << 30)
            if count == 0 { return }
            if count < 0, errno != EINTR { throw file.failure("written", errno) }
        }
    }
}
