import Birds
import FileSystem

/// The general edition in a file: a database of its own, behind the exact edition or alone in a published file.
///
/// SQLite reads no page beyond those that the header of a database counts, so for every program the file is the exact
/// edition alone. A server opens what is behind it with `Database.Mode.readOnlyPart`.
struct GeneralFile {
    let contacts: [String]
    let withholdsSome: Bool
    let leavesOutNames: Bool

    /// - Parameter entries: A list that is not empty.
    init(_ entries: [SensitiveEntry]) {
        var contacts: [String] = []
        for contact in entries.compactMap(\.contact)
        where !contacts.contains(where: { $0.utf8.elementsEqual(contact.utf8) }) {
            contacts.append(contact)
        }
        self.contacts = contacts.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        withholdsSome = entries.contains { $0.protection.size == nil }
        leavesOutNames = entries.contains(where: \.splitsLocations)
    }

    /// Whether a database is a published file: a general edition alone.
    static func isPublished(_ database: Database) throws(StoreError) -> Bool {
        try database.integer("SELECT 1 FROM general_edition") != nil
    }

    /// Makes a general edition at the end of a file.
    /// - Parameters:
    ///   - offset: The size of the file, in bytes. Nothing before it is read or written.
    ///   - exact: A sealed database with the temporary tables of `SensitiveMarks`.
    ///   - old: What the general edition before it had; nil for new keys.
    ///   - isPublished: Whether it is a generation of its own.
    /// - Returns: The number of its records.
    @discardableResult
    func make(
        in file: NewFile, at offset: Int64, from exact: Database, like old: OldGeneralEdition?, now: Int64,
        isPublished: Bool = false
    ) throws(StoreError) -> Int {
        let general = try file.database(at: offset)
        try Schema.create(in: general)
        try general.execute("BEGIN")
        try old?.insertSecret(in: general)
        // Each page of the exact edition is read once.
        try exact.execute("PRAGMA cache_size = -4000")
        let edition = GeneralEdition(
            exact: exact, general: general, contacts: contacts, withholdsSome: withholdsSome,
            leavesOutNames: leavesOutNames)
        try edition.fill(like: old, now: now)
        if isPublished { _ = try PublishedGeneration.renew(in: general, now: now) }
        let records = try general.integer("SELECT count(*) FROM observation") ?? 0
        try general.execute("COMMIT")
        try Seal.set(in: general)
        return Int(records)
    }
}
