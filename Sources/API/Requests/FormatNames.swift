import Birds

// What formats are called in requests and answers.
extension RowFormat {
    /// The name in the parameter `format` and after the dot of a path.
    var name: String {
        switch self {
        case .json: "json"
        case .ndjson: "ndjson"
        case .csv, .spreadsheet: "csv"
        case .geojson: "geojson"
        }
    }

    /// The format with a name. `spreadsheet` is a variant of CSV and has no name of its own.
    static func named(_ name: String) -> RowFormat? {
        allCases.first { $0 != .spreadsheet && $0.name == name }
    }

    /// The names of its media type. The first is the one that is sent; the others are only accepted.
    var mediaTypes: [String] {
        switch self {
        case .json: ["application/json"]
        case .ndjson: ["application/x-ndjson", "application/ndjson", "application/jsonl"]
        case .csv, .spreadsheet: ["text/csv"]
        case .geojson: ["application/geo+json"]
        }
    }
}
