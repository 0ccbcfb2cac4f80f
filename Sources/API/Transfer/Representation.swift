import Birds
import HTTP

/// Chooses the format of an answer: the one that the path or the parameter `format` names, or else the one that the
/// client prefers by `Accept`. A named format overrules `Accept`, since a link can't set header fields.
enum Representation {
    /// The format of an answer with rows.
    /// - Parameter named: The format that the path names, if it names one.
    /// - Throws: `badValue` if two different formats are named or the resource does not have the format;
    ///   `notAcceptable` if the client accepts no format of the resource.
    static func format(
        of resource: Resource, named: RowFormat?, _ parameters: Parameters, _ fields: ReceivedFields
    ) throws(APIError) -> RowFormat {
        let wanted = try format(resource, named, parameters, fields)
        guard try parameters.flag(.spreadsheet) else { return wanted }
        guard wanted == .csv else {
            throw parameters.bad(.spreadsheet, "yes", "available in this format; use it with format=csv")
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
                .format, value, "a format of this resource; its formats are \(names.joined(separator: ", "))",
                nearest: Spelling.nearest(to: value, among: names))
        }
        guard named == nil || named == format else {
            throw parameters.bad(.format, value, "the format in the path; leave one of them out")
        }
        return format
    }

    /// The format that the client prefers by `Accept`, the first one of equals. The common `*/*` takes no parsing.
    /// - Throws: `notAcceptable` (RFC 9110 §15.5.7): better than sending something that the client can't read.
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

extension Response {
    /// A 200 with rows in a format.
    static func rows(_ body: Body, in format: RowFormat) -> Response {
        switch format {
        case .json: Response(.ok, fields: jsonFields, body: body)
        case .ndjson: Response(.ok, fields: linesFields, body: body)
        case .csv, .spreadsheet: Response(.ok, fields: csvFields, body: body)
        case .geojson: Response(.ok, fields: geoFields, body: body)
        }
    }

    /// A 200 with rows in a format.
    /// - Parameters:
    ///   - count: The number of rows in the body, or in the first piece of a stream.
    ///   - total: The number of rows on all pages, if it was asked for.
    ///   - next: The token of the next page; nil if this is the last one.
    static func rows(
        _ body: Body, count: Int, in format: RowFormat, total: Int?, next: String?, _ page: PageLink
    ) -> Response {
        var response = rows(body, in: format)
        response.rows = count
        if let total { response.fields.append(.totalCount, String(total)) }
        if let next { response.fields.append(.link, page.next(next)) }
        return response
    }

    /// A 200 with one JSON object of records.
    static func document(_ object: [UInt8]) -> Response {
        var response = rows(.bytes(object), in: .json)
        response.rows = 1
        return response
    }

    // Made once: an answer copies the bytes. JSON has no charset parameter (RFC 8259 §11); CSV needs one.
    private static let jsonFields = ResponseFields([(.contentType, "application/json")])
    private static let linesFields = ResponseFields([(.contentType, "application/x-ndjson")])
    private static let geoFields = ResponseFields([(.contentType, "application/geo+json")])
    private static let csvFields = ResponseFields([(.contentType, "text/csv; charset=utf-8")])
}
