/// The columns of a table, in order. The statements that create the table, insert its rows and read them are all
/// made from this list, so they can't disagree.
///
/// A raw value is the position of a column, from 0. It is valid only in statements that name every column, as
/// `selected` and inserts do: a file may have its columns in another order, and additional ones.
package protocol TableColumn: RawRepresentable<Int32>, CaseIterable, Sendable {
    /// The name of the table.
    static var table: String { get }
    /// A comment on the table in its schema; empty for none.
    static var remark: String { get }
    /// A constraint after the columns, such as a primary key of several columns.
    static var constraint: String? { get }
    /// The options of CREATE TABLE, such as STRICT.
    static var options: String { get }

    var definition: ColumnDefinition { get }
}

extension TableColumn {
    package static var remark: String { "" }
    package static var constraint: String? { nil }
    package static var options: String { "STRICT" }

    package var name: String { definition.name }

    /// The names of all columns in order, separated by commas, for a SELECT or an INSERT.
    package static var selected: String { allCases.map(\.name).joined(separator: ", ") }

    /// The CREATE TABLE statement, with a line for each column.
    package static var creation: String {
        var lines = allCases.map { (sql: $0.definition.sql, remark: $0.definition.remark) }
        if let constraint { lines.append((constraint, "")) }
        for index in lines.indices.dropLast() { lines[index].sql += "," }
        // Remarks are aligned. Only columns that have one count for the width.
        let width = lines.filter { !$0.remark.isEmpty }.map(\.sql.count).max() ?? 0
        func line(_ sql: String, _ remark: String, width: Int) -> String {
            remark.isEmpty ? sql : sql + String(repeating: " ", count: max(0, width - sql.count)) + "  -- " + remark
        }
        return
            ([line("CREATE TABLE IF NOT EXISTS \(table) (", remark, width: 0)]
            + lines.map { "    " + line($0.sql, $0.remark, width: width) } + [") \(options);"])
            .joined(separator: "\n")
    }
}

/// The name, type and constraint of a column.
package struct ColumnDefinition: Sendable {
    /// The type of the values.
    package enum Kind: Sendable {
        case integer, real, text, blob
        /// An integer: 0 for false, any other for true.
        case flag
    }

    /// The constraint of a column, as SQL.
    package enum Rule: String, Sendable {
        case optional = ""
        case required = " NOT NULL"
        case unique = " NOT NULL UNIQUE"
        case key = " PRIMARY KEY"
        /// Required, and 0 in the rows of a file that did not have the column.
        case zero = " NOT NULL DEFAULT 0"
    }

    package let name: String
    package let kind: Kind
    let rule: Rule
    /// A comment in the schema of the file; empty if the name says enough.
    let remark: String

    package init(_ name: String, _ kind: Kind, _ rule: Rule = .optional, _ remark: String = "") {
        (self.name, self.kind, self.rule, self.remark) = (name, kind, rule, remark)
    }

    /// The definition of the column in a CREATE TABLE or ALTER TABLE statement.
    package var sql: String {
        let type =
            switch kind {
            case .integer, .flag: "INTEGER"
            case .real: "REAL"
            case .text: "TEXT"
            case .blob: "BLOB"
            }
        return name + " " + type + rule.rawValue
    }

    /// Whether the column can be added to a table that already has rows.
    package var canBeAdded: Bool { rule == .optional || rule == .zero }
}
