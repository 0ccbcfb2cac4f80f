/// The columns of a table, in their order: what makes the table, inserts its rows and reads them.
///
/// A raw value is the place among them, from 0. It is for statements that name every column, as `selected` does and as inserts do;
/// a file may have its columns in another order, and more of them.
package protocol TableColumn: RawRepresentable<Int32>, CaseIterable, Sendable {
    /// The name of the table.
    static var table: String { get }
    /// What stands beside its name in the schema; empty for nothing.
    static var remark: String { get }
    /// What stands behind the columns, such as the key of several of them.
    static var constraint: String? { get }
    static var options: String { get }

    var definition: ColumnDefinition { get }
}

extension TableColumn {
    package static var remark: String { "" }
    package static var constraint: String? { nil }
    package static var options: String { "STRICT" }

    package var name: String { definition.name }

    /// The names of all, for a SELECT or an INSERT.
    package static var selected: String { allCases.map(\.name).joined(separator: ", ") }

    /// The statement that makes the table, with a line for each column.
    static var creation: String {
        var lines = allCases.map { (sql: $0.definition.sql, remark: $0.definition.remark) }
        if let constraint { lines.append((constraint, "")) }
        for index in lines.indices.dropLast() { lines[index].sql += "," }
        // Remarks are aligned to the columns that have one.
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

/// What a column is called and holds.
package struct ColumnDefinition: Sendable {
    package enum Kind: Sendable {
        case integer, real, text
        /// An integer: 0 for no, and any other for yes.
        case flag
    }

    /// What a column must hold.
    package enum Rule: String, Sendable {
        case optional = ""
        case required = " NOT NULL"
        case unique = " NOT NULL UNIQUE"
        case key = " PRIMARY KEY"
        /// 0 in the rows of a file that had no such column.
        case zero = " NOT NULL DEFAULT 0"
    }

    package let name: String
    package let kind: Kind
    let rule: Rule
    /// For those who read the schema; empty where the name says it.
    let remark: String

    package init(_ name: String, _ kind: Kind, _ rule: Rule = .optional, _ remark: String = "") {
        (self.name, self.kind, self.rule, self.remark) = (name, kind, rule, remark)
    }

    /// As SQL.
    package var sql: String {
        let type =
            switch kind {
            case .integer, .flag: "INTEGER"
            case .real: "REAL"
            case .text: "TEXT"
            }
        return name + " " + type + rule.rawValue
    }

    /// Whether rows that are there can get it.
    package var canBeAdded: Bool { rule == .optional || rule == .zero }
}
