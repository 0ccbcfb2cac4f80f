import Birds
import FileSystem

extension DataSets {
    /// The list for a terminal: a line of titles and a line for each data set, in aligned columns.
    public static func table(_ list: [DataSet]) -> String {
        let titles = ["name", "records", "checklists", "format", "imported", "licence"]
        let rows = list.map { set in
            [
                set.name, ImportReport.number(set.records), ImportReport.number(set.checklists), set.format,
                set.importedAt, set.licence ?? "",
            ]
        }
        return terminalTable(titles, rows, numbers: [1, 2])
    }

    /// The list as a JSON array with an object for each data set. Unknown values are `null`.
    public static func json(_ list: [DataSet]) -> String {
        let objects = list.map { set in
            let members: [(String, String)] = [
                ("name", quoted(set.name)), ("records", String(set.records)), ("checklists", String(set.checklists)),
                ("format", quoted(set.format)), ("imported_at", quoted(set.importedAt)),
                ("source", quoted(set.source)), ("licence", quoted(set.licence)), ("citation", quoted(set.citation)),
            ]
            return "{" + members.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}"
        }
        return "[" + objects.joined(separator: ",\n") + "]\n"
    }

    private static func quoted(_ text: String?) -> String {
        guard let text else { return "null" }
        var bytes: [UInt8] = []
        JSONText.append(text, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}
