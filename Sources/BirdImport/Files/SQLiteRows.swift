import Birds
import CSQLite

/// Rows of one table of a SQLite file, as a text file would have them: the columns of a format, and no others.
final class SQLiteRows: RowSource {
    private let path: String
    private let statement: Statement
    private let width: Int32
    private var line = 1
    let header: [String]
    private(set) var consumed = 0

    /// Opens a file to read tables of it.
    static func open(_ path: String) throws(ImportError) -> Database {
        do throws(StoreError) {
            let database = try Database(path: path, mode: .readOnly)
            // The file may come from anywhere: nothing in it is run but plain SQL, and no cell is longer than a row of
            // text.
            database.limit(SQLITE_LIMIT_LENGTH, to: CSVReader.longestRow)
            try database.execute("PRAGMA trusted_schema = OFF; PRAGMA query_only = ON; PRAGMA cell_size_check = ON")
            return database
        } catch {
            throw ImportError(reading: path, error)
        }
    }

    /// Whether there is such a table; a view could take for ever to give its rows.
    static func hasTable(_ name: String, in database: Database, path: String) throws(ImportError) -> Bool {
        do throws(StoreError) {
            let found = try database.integer(
                "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND rootpage > 0 AND name = '\(name)' COLLATE NOCASE"
            )
            return found == 1
        } catch {
            throw ImportError(reading: path, error)
        }
    }

    /// - Parameters:
    ///   - table: a name that the program knows, never one from outside.
    ///   - wanted: columns that are read, in small letters.
    init(_ database: Database, table: String, columns wanted: Set<String>, path: String) throws(ImportError) {
        self.path = path
        do throws(StoreError) {
            let names = try database.prepare("SELECT * FROM \(table)").columnNames
            header = names.filter { wanted.contains($0.lowercased()) }
            // Other columns may hold pictures, or be computed.
            let columns = header.map { "\"" + $0 + "\"" }.joined(separator: ", ")
            statement = try database.prepare("SELECT \(header.isEmpty ? "NULL" : columns) FROM \(table)")
        } catch {
            throw ImportError(reading: path, error)
        }
        width = Int32(clamping: header.count)
    }

    /// The first row is the header, line 1, as in a text file.
    func next(_ row: inout Row) throws(ImportError) -> Bool {
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
            throw ImportError(reading: path, error)
        }
        for column in 0..<width {
            // A real number in SQLite's own words has 15 digits; Swift's have as many as bring it back exactly.
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
