import Glibc

/// The identity of one generation of a database: entity tags and `Last-Modified` are made from it.
public struct PublishedGeneration: Sendable, Hashable {
    /// 32 random hexadecimal digits, new with every change of the data.
    public let id: String
    /// In seconds since 1970.
    public let publishedAt: Int64

    /// Reads the one row of the table `generation`.
    /// - Throws: `.unusable` if the row is missing or malformed, and `.sqlite`.
    init(_ database: Database, path: String) throws(StoreError) {
        let statement = try database.prepare(
            "SELECT id, CAST(strftime('%s', published_at) AS INTEGER) FROM generation")
        // The id becomes a part of header fields.
        guard try statement.step(), statement.count(0) == 32, let id = statement.text(0),
            id.utf8.allSatisfy({ $0 &- 0x30 < 10 || $0 &- 0x61 < 6 }), let publishedAt = statement.optionalInt64(1)
        else {
            throw .unusable(path: path, reason: "its generation is missing; import into a new file")
        }
        self.id = id
        self.publishedAt = publishedAt
        statement.reset()
    }

    /// Gives a database a new id and a new time. The time is at least one second later than the previous one,
    /// because dates in HTTP have whole seconds (RFC 9110 §5.6.7). So it runs slightly ahead of the clock if a file
    /// is changed twice within a second.
    /// - Parameter now: In seconds since 1970.
    /// - Returns: The new time, in seconds since 1970.
    package static func renew(in database: Database, now: Int64 = Int64(time(nil))) throws(StoreError) -> Int64 {
        let last = try database.integer("SELECT CAST(strftime('%s', published_at) AS INTEGER) FROM generation") ?? 0
        // strftime can't write a year after 9999, so such a time, left by an edit, is ignored.
        let next = last < 253_402_300_799 ? max(last, 0) + 1 : 0
        let publishedAt = max(next, now)
        try database.execute(
            """
            DELETE FROM generation;
            INSERT INTO generation VALUES (
                lower(hex(randomblob(16))), strftime('%Y-%m-%dT%H:%M:%SZ', \(publishedAt), 'unixepoch'))
            """)
        return publishedAt
    }

    /// Waits until the clock reaches a time, so that no answer has a `Last-Modified` later than its `Date` (RFC
    /// 9110 §8.8.2.1). It waits for about one second at most: a clock that was set back might take far longer.
    package static func wait(until publishedAt: Int64) {
        // `time` is the clock that dates answers. It may be a few milliseconds behind the others.
        for _ in 0..<220 where Int64(time(nil)) < publishedAt { usleep(5000) }
    }
}
