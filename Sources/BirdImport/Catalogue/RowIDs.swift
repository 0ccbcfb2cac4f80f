import Birds

/// New ids of rows, one after the other: ids that no row has, and that no row of another table names, since what another program
/// left without its row must not become a new row's.
struct RowIDs {
    private let table: String
    private var last: Int64
    private let end: Int64

    /// Ids have 52 bits. Others can only come from another program.
    private static let end: Int64 = 1 << 52

    /// - Parameters:
    ///   - tables: those whose rows have none of the new ids.
    ///   - column: one that names rows of those tables.
    ///   - others: the tables that have that column.
    init(
        of tables: [String], namedBy column: String = "", in others: [String] = [], _ database: Database
    ) throws(StoreError) {
        table = tables.joined(separator: " and ")
        let columns = tables.map { (table: $0, column: "id") } + others.map { (table: $0, column: column) }
        var greatest: Int64 = 0
        for (table, column) in columns {
            let isOurs = "\(column) BETWEEN 1 AND \(Self.end - 1)"
            greatest = max(greatest, try database.integer("SELECT max(\(column)) FROM \(table) WHERE \(isOurs)") ?? 0)
        }
        guard greatest > Self.end / 2 else {
            (last, end) = (greatest, Self.end)
            return
        }
        // Another program took an id near the end: there is more room elsewhere.
        let ids = columns.map { "SELECT \($0.column) AS id FROM \($0.table)" } + ["SELECT 0", "SELECT \(Self.end)"]
        let gap = try database.prepare(
            """
            SELECT id, next FROM (
                SELECT id, lead(id) OVER (ORDER BY id) AS next FROM (\(ids.joined(separator: " UNION ")))
                WHERE id BETWEEN 0 AND \(Self.end))
            ORDER BY next - id DESC LIMIT 1
            """)
        (last, end) = try gap.step() ? (gap.int64(0), gap.int64(1)) : (Self.end, Self.end)
        gap.reset()
    }

    /// The id that `next` will give, where there is one.
    var following: Int64 { last + 1 }

    @inline(__always)
    mutating func next() throws(StoreError) -> Int64 {
        last += 1
        guard last < end else {
            throw .unusable(path: "The database", reason: "it has no more ids for rows of \(table)")
        }
        return last
    }
}
