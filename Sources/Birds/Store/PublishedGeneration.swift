/// What tells a generation of a database from every other one.
public struct PublishedGeneration: Sendable, Hashable {
    /// Random, and new with every change of the data.
    public let id: String
    /// In seconds since 1970.
    public let publishedAt: Int64

    /// - Throws: `.unusable` where the file does not say it.
    init(_ database: Database, path: String) throws(StoreError) {
        let statement = try database.prepare(
            "SELECT id, CAST(strftime('%s', published_at) AS INTEGER) FROM generation")
        guard try statement.step(), let id = statement.text(0), let publishedAt = statement.optionalInt64(1) else {
            throw .unusable(path: path, reason: "it does not say which generation it is; import into a new file")
        }
        self.id = id
        self.publishedAt = publishedAt
        statement.reset()
    }
}
