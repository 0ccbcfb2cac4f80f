import Birds

/// Gives new ids for rows, in ascending order.
///
/// Invariant: no existing row has a new id, and none refers to it. If another program has removed a row and left
/// references to it, they must not lead to a new row.
struct RowIDs {
    /// The names of the tables, for an error.
    private let table: String
    /// The id that was given last.
    private var last: Int64
    /// The first id that can't be given.
    private let end: Int64

    /// Ids are below 2^52. Greater ones come only from other programs, and are ignored here.
    private static let end: Int64 = 1 << 52

    /// - Parameters:
    ///   - tables: The tables whose rows get the ids.
    ///   - column: A column that refers to rows of these tables.
    ///   - others: The tables with that column.
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
        // Another program has used an id near the end. The new ids come from the widest gap instead.
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

    /// The id that `next` gives, unless none are left.
    var following: Int64 { last + 1 }

    /// Takes the next id.
    /// - Throws: `StoreError.unusable` if none are left.
    @inline(__always)
    mutating func next() throws(StoreError) -> Int64 {
        last += 1
        guard last < end else {
            throw .unusable(
                path: "The database", reason: "it has no ids left for rows of \(table); import into a new file")
        }
        return last
    }
}
