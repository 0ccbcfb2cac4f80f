import Glibc

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

    /// Makes a database another generation, whose time is that of no earlier one: at least a second later, since the times of
    /// HTTP have seconds. So it is a little ahead of the clock where a file is changed twice in a second.
    /// - Returns: that time, in seconds since 1970.
    package static func renew(in database: Database) throws(StoreError) -> Int64 {
        let last = try database.integer("SELECT CAST(strftime('%s', published_at) AS INTEGER) FROM generation") ?? 0
        // A time of the year 10000 or later can't be written; so it does not count.
        let next = last < 253_402_300_799 ? max(last, 0) + 1 : 0
        let publishedAt = max(next, Int64(time(nil)))
        try database.execute(
            """
            DELETE FROM generation;
            INSERT INTO generation VALUES (
                lower(hex(randomblob(16))), strftime('%Y-%m-%dT%H:%M:%SZ', \(publishedAt), 'unixepoch'))
            """)
        return publishedAt
    }

    /// Waits for the clock to reach a time, so that no answer is dated before it (RFC 9110 §8.8.2.1): for a second at most, since a
    /// clock that was set back may need longer.
    package static func wait(until publishedAt: Int64) {
        // By the clock that dates answers, which is up to a few milliseconds behind the others.
        for _ in 0..<220 where Int64(time(nil)) < publishedAt { usleep(5000) }
    }
}
