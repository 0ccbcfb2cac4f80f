/// The keys of a database, made with it and shown to nobody. A copy of the file has the same keys.
///
/// Whoever reads the file has them, and every record too.
package struct Secret: Sendable {
    /// Of the ids that records are shown with: see `RecordID`.
    package let ids: KeyedHash.Key
    /// Of the digests of contents.
    package let contents: KeyedHash.Key
    /// Of entity tags.
    let tags: KeyedHash.Key
    /// Of the tokens of pages, for AES-256-SIV.
    let pages: [UInt8]

    private static let size = 3 * 16 + 64

    /// Gives a database its secret, unless it has one that is whole.
    package static func make(in database: Database) throws(StoreError) {
        let whole = "SELECT 1 FROM secret WHERE length(key) = \(size) AND (SELECT count(*) FROM secret) = 1"
        guard try database.integer(whole) == nil else { return }
        try database.execute("DELETE FROM secret")
        // The generator of the system is made for secrets.
        let bytes = (0..<size).map { _ in UInt8.random(in: .min ... .max) }
        try database.execute("INSERT INTO secret VALUES (x'\(bytes.hexadecimal)')")
    }

    /// Reads the one row of the table `secret`.
    /// - Throws: `.unusable` if the row is missing or too short, and `.sqlite`.
    package init(_ database: Database, path: String) throws(StoreError) {
        let statement = try database.prepare("SELECT key FROM secret")
        guard try statement.step(), statement.bytes(0).count == Self.size else {
            throw .unusable(
                path: path, reason: "its secret is missing or damaged; import a file into it to make a new one")
        }
        let bytes = statement.bytes(0)
        statement.reset()
        func key(_ start: Int) -> KeyedHash.Key {
            func word(_ start: Int) -> UInt64 { bytes[start..<start + 8].reduce(0) { $0 << 8 | UInt64($1) } }
            return KeyedHash.Key(low: word(start), high: word(start + 8))
        }
        (ids, contents, tags) = (key(0), key(16), key(32))
        pages = Array(bytes[48...])
    }
}
