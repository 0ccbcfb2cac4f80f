import Birds
import CSQLite
import FileSystem

/// Reads the rows of a table in a SQLite file like those of a text file: first a header, then the rows, with all values
/// as text. Only the columns of a format are read.
///
/// The file may come from anywhere. So it is opened for reading only, nothing that its schema contains is run, and
/// views and virtual tables are not read.
final class SQLiteRows: RowSource {
    /// The longest value that SQLite reads, in bytes. One that is longer than a row of a text may be costs its row.
    private static let longestValue = 64 << 20

    private let path: String
    private let table: String
    private let statement: Statement
    private let width: Int32
    /// The number of the next row; the header is 1.
    private var line = 1
    /// The names of the columns that are read, as the file spells them.
    let header: [String]
    /// The names of the others.
    let otherColumns: [String]
    /// The size of the texts that were read, which is only an estimate of the part of the file.
    private(set) var consumed = 0

    /// Opens a file to read its tables.
    static func open(_ file: SourceFile) throws(ChangeError) -> Database {
        try file.withName { (path) throws(ChangeError) in try open(path, for: file.path) }
    }

    /// - Parameter shown: The path for messages.
    private static func open(_ path: String, for shown: String) throws(ChangeError) -> Database {
        do throws(StoreError) {
            let database = try Database(path: path, mode: .readOnly)
            database.limit(SQLITE_LIMIT_LENGTH, to: longestValue)
            try database.execute("PRAGMA query_only = ON")
            return database
        } catch {
            throw ChangeError(reading: shown, error)
        }
    }

    /// Whether there is a table with this name. A view does not count, since its query could run forever; nor does a
    /// virtual table, which has no root page.
    /// - Parameter name: A name of ours, since it becomes part of the SQL.
    static func hasTable(_ name: String, in database: Database, path: String) throws(ChangeError) -> Bool {
        do throws(StoreError) {
            let found = try database.integer(
                "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND rootpage > 0 AND name = '\(name)' COLLATE NOCASE"
            )
            return found == 1
        } catch {
            throw ChangeError(reading: path, error)
        }
    }

    /// Whether something has this name that is no table with rows of its own (`hasTable`).
    static func hasView(_ name: String, in database: Database, path: String) throws(ChangeError) -> Bool {
        do throws(StoreError) {
            let found = try database.integer(
                """
                SELECT count(*) FROM sqlite_schema WHERE name = '\(name)' COLLATE NOCASE
                    AND (type = 'view' OR type = 'table' AND rootpage = 0)
                """)
            return found != 0
        } catch {
            throw ChangeError(reading: path, error)
        }
    }

    /// The number of the program that made a file; 0 for most.
    static func application(of database: Database, path: String) throws(ChangeError) -> Int {
        do throws(StoreError) {
            return Int(try database.integer("PRAGMA application_id") ?? 0)
        } catch {
            throw ChangeError(reading: path, error)
        }
    }

    /// The names of the first tables.
    static func tables(in database: Database, path: String) throws(ChangeError) -> [String] {
        do throws(StoreError) {
            let select = try database.prepare(
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite^_%' ESCAPE '^' LIMIT 5")
            var names: [String] = []
            while try select.step() { names.append(select.text(0) ?? "") }
            return names
        } catch {
            throw ChangeError(reading: path, error)
        }
    }

    /// - Parameters:
    ///   - table: A name of ours, since it becomes part of the SQL.
    ///   - wanted: The names of the columns to read, in lower case. Missing ones are not an error here.
    init(_ database: Database, table: String, columns wanted: Set<String>, path: String) throws(ChangeError) {
        (self.path, self.table) = (path, table)
        do throws(StoreError) {
            let names = try database.prepare("SELECT * FROM \(table)").columnNames
            header = names.filter { wanted.contains($0.lowercased()) }
            otherColumns = names.filter { !wanted.contains($0.lowercased()) }
            // Other columns may contain pictures or be expensive to compute.
            let columns = header.map { "\"" + $0 + "\"" }.joined(separator: ", ")
            statement = try database.prepare("SELECT \(header.isEmpty ? "NULL" : columns) FROM \(table)")
        } catch {
            throw ChangeError(reading: path, error)
        }
        width = Int32(clamping: header.count)
    }

    /// Reads the header at first, as line 1, and then the rows.
    func next(_ row: inout Row) throws(ChangeError) -> Bool {
        row.clear()
        row.line = line
        line += 1
        if row.line == 1 {
            for name in header { row.append(name.utf8) }
            row.rawCount = row.bytes.count
            return true
        }
        do throws(StoreError) {
            guard try statement.step() else { return false }
        } catch {
            // SQLITE_TOOBIG (https://www.sqlite.org/rescode.html#toobig).
            if case .sqlite(18, _, _) = error {
                let name = shellLine([path])
                throw .refused(
                    "\(path) has a value or row of more than \(Self.longestValue >> 20) MiB in its table \(table), in row "
                        + "\(row.line - 1). Remove it from a copy of the file, or export only the columns that you need: "
                        + "sqlite3 -header -csv \(name) 'SELECT … FROM \(table)' > \(table).csv")
            }
            throw ChangeError(reading: path, error)
        }
        for column in 0..<width {
            guard statement.type(column) != .text || statement.count(column) <= CSVReader.longestRow - row.bytes.count
            else {
                row.problem = "it is longer than \(CSVReader.longestRow) bytes"
                break
            }
            // SQLite converts a real number to text with 15 digits. Swift writes as many as are needed to read the same
            // number again.
            if statement.isReal(column) {
                row.append("\(statement.double(column))".utf8)
            } else {
                row.append((statement.text(column) ?? "").utf8)
            }
        }
        row.rawCount = row.bytes.count
        consumed += row.rawCount
        return true
    }
}
