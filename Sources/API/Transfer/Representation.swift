import Birds
import HTTP

/// In which format a resource is sent: what the path or the parameter `format` names, or else what the client accepts.
enum Representation {
    /// - Parameter named: The format that the path names.
    /// - Throws: `badValue` where two formats are named or the resource has none such, `notAcceptable` where the client takes
    ///   none.
    static func format(
        of resource: Resource, named: RowFormat?, _ parameters: Parameters, _ fields: ReceivedFields
    ) throws(APIError) -> RowFormat {
        let wanted = try format(resource, named, parameters, fields)
        guard try parameters.flag(.spreadsheet) else { return wanted }
        guard wanted == .csv else {
            throw parameters.bad(.spreadsheet, "yes", "of use in this format; give format=csv too")
        }
        return .spreadsheet
    }

    private static func format(
        _ resource: Resource, _ named: RowFormat?, _ parameters: Parameters, _ fields: ReceivedFields
    ) throws(APIError) -> RowFormat {
        guard let value = parameters[.format] else {
            if let named { return named }
            return try accepted(resource.formats, fields)
        }
        let names = resource.formats.map(\.name)
        guard let format = RowFormat.named(value), resource.formats.contains(format) else {
            throw parameters.bad(
                .format, value, "a format of this resource; there are \(names.joined(separator: ", "))",
                nearest: Spelling.nearest(to: value, among: names))
        }
        guard named == nil || named == format else {
            throw parameters.bad(.format, value, "the format that the path names")
        }
        return format
    }

    /// The first of what a resource can be that the client likes best.
    static func accepted(_ formats: [RowFormat], _ fields: ReceivedFields) throws(APIError) -> RowFormat {
        guard let accept = fields.bytes(of: .accept), !accept.elementsEqual("*/*".utf8) else {
            return formats.first ?? .json
        }
        guard let index = Negotiation.mediaType(fields.all(.accept), among: formats.map(\.mediaTypes)) else {
            throw .notAcceptable(available: formats.flatMap { $0.mediaTypes.prefix(1) })
        }
        return formats[index]
    }
}

extension RowFormat {
    /// As in `format` and after the dot of a path.
    var name: String {
        switch self {
        case .json: "json"
        case .ndjson: "ndjson"
        case .csv, .spreadsheet: "csv"
        case .geojson: "geojson"
        }
    }

    static func named(_ name: String) -> RowFormat? {
        allCases.first { $0 != .spreadsheet && $0.name == name }
    }

    /// Names of its media type, the usual one first.
    var mediaTypes: [String] {
        switch self {
        case .json: ["application/json"]
        case .ndjson: ["application/x-ndjson", "application/ndjson", "application/jsonl"]
        case .csv, .spreadsheet: ["text/csv"]
        case .geojson: ["application/geo+json"]
        }
    }
}
