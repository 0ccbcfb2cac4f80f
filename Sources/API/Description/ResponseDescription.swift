import Birds

/// The responses in OpenAPI: bodies, header fields and errors. Everything that several operations share is a component.
enum ResponseDescription {
    /// A 200 with rows of a resource.
    /// - Parameter formats: The format that the path names, or all that the resource has.
    static func rows(_ resource: Resource, _ schema: Resource.Schema, _ formats: [RowFormat]) -> JSONValue {
        var fields = dataFields
        if resource.parameters.contains(.after) { fields.append(("Link", .reference("headers", "Link"))) }
        if resource.parameters.contains(.count) {
            fields.append(("X-Total-Count", .reference("headers", "X-Total-Count")))
        }
        if formats.count == 1, formats != [.json] {
            fields.append(("Content-Disposition", .reference("headers", "Content-Disposition")))
        }
        let content = formats.map { (name: $0.mediaTypes.first ?? "", value: rows(schema, $0)) }
        return [
            "description": .string(resource.entry.summary), "headers": .object(fields), "content": .object(content),
        ]
    }

    private static func rows(_ schema: Resource.Schema, _ format: RowFormat) -> JSONValue {
        switch format {
        case .json: ["schema": ["type": "array", "items": .reference("schemas", schema.name)]]
        case .ndjson: text("On each line one object of the schema \(schema.name).")
        case .csv, .spreadsheet:
            // The lines of these formats have no schema of their own in OpenAPI.
            text(
                "RFC 4180: a header line with the names of the schema \(schema.name), then the rows. An empty cell is null."
            )
        case .geojson: ["schema": .reference("schemas", schema.name + "Features")]
        }
    }

    private static func text(_ description: String) -> JSONValue {
        ["schema": ["type": "string", "description": .string(description)]]
    }

    /// A 200 with one JSON object.
    static func document(_ resource: Resource, _ schema: Resource.Schema) -> JSONValue {
        [
            "description": .string(resource.entry.summary), "headers": .object(dataFields),
            "content": ["application/json": ["schema": .reference("schemas", schema.name)]],
        ]
    }

    /// The fields of every response, errors included.
    private static let everyField: [(name: String, value: JSONValue)] = [
        ("X-Request-Id", .reference("headers", "X-Request-Id")),
        ("Cache-Control", .reference("headers", "Cache-Control")),
        ("Vary", .reference("headers", "Vary")),
    ]

    private static let dataFields =
        everyField + [
            ("ETag", .reference("headers", "ETag")), ("Last-Modified", .reference("headers", "Last-Modified")),
            ("Rookery-Generalised", .reference("headers", "Rookery-Generalised")),
        ]

    /// A 200 about the server itself, such as `/health`. It has no entity tag.
    static func plain(_ description: String, _ type: String, _ schema: JSONValue) -> JSONValue {
        [
            "description": .string(description), "headers": .object(everyField),
            "content": .object([(name: type, value: JSONValue.object([("schema", schema)]))]),
        ]
    }

    static let headers: JSONValue = [
        "ETag": field("The entity tag of the body; send it in If-None-Match."),
        "Last-Modified": field("The time at which the last import was published."),
        "Content-Disposition": field("A file name for the answer, in all formats but JSON."),
        "Link": field(
            "A link to the next page, if there is one: <…>; rel=\"next\". Resolve a relative link with the URL of the request."
        ),
        "X-Total-Count": [
            "description": "With count=exact: the number of rows on all pages.",
            "schema": ["type": "integer", "minimum": 0],
        ],
        "Rookery-Generalised": field(
            "Only where some places that you may see are not the exact ones: places; contact=\"…\", with the people to ask. "
                + "Other bytes than printable ASCII are percent-encoded in it."),
        "X-Request-Id": field("The id of the request: the client's own if that is a short token, otherwise a new one."),
        "Cache-Control": field("private, no-cache"),
        "Vary": field("The request fields that the answer depends on."),
        "Retry-After": ["description": "In seconds.", "schema": ["type": "integer", "minimum": 0]],
        "WWW-Authenticate": field("Asks for Basic credentials."),
    ]

    private static func field(_ description: String) -> JSONValue {
        ["description": .string(description), "schema": ["type": "string"]]
    }

    /// The errors that every operation can have.
    static let errors: [(status: String, name: String)] = [
        ("400", "BadRequest"), ("401", "Unauthorized"), ("403", "Forbidden"), ("405", "MethodNotAllowed"),
        ("414", "URITooLong"), ("429", "TooManyRequests"), ("431", "FieldsTooLarge"), ("503", "Unavailable"),
    ]

    static let components: JSONValue = [
        "NotModified": [
            "description": .string(
                "The client's copy, named by If-None-Match or If-Modified-Since, is still current. The date counts only where "
                    + "all people see the same records."),
            "headers": [
                "ETag": .reference("headers", "ETag"),
                "Rookery-Generalised": .reference("headers", "Rookery-Generalised"),
            ],
        ],
        "BadRequest": problem("The request is wrong. The body says why and suggests the nearest valid name."),
        "Unauthorized": problem("Credentials are missing or wrong.", ["WWW-Authenticate"]),
        "Forbidden": problem(
            "The password in the field Password is wrong, or the person has no right to this (no-rights, expired)."),
        "NotFound": problem("The path names nothing that exists."),
        "MethodNotAllowed": problem("The resource answers only GET, HEAD and OPTIONS."),
        "NotAcceptable": problem("None of the types in Accept is available. The body lists the available ones."),
        "URITooLong": problem("The path and the query are too long."),
        "TooManyRequests": problem("Too many wrong passwords came from the client's address.", ["Retry-After"]),
        "FieldsTooLarge": problem("The request has too many header fields, or they are too long."),
        "Unavailable": problem(
            "The query took too long, the server is too busy or hangs, or it can't keep its audit.", ["Retry-After"]),
    ]

    /// An error with problem details (RFC 9457).
    private static func problem(_ description: String, _ more: [String] = []) -> JSONValue {
        let fields = everyField + more.map { (name: $0, value: .reference("headers", $0)) }
        return [
            "description": .string(description), "headers": .object(fields),
            "content": ["application/problem+json": ["schema": .reference("schemas", "Problem")]],
        ]
    }
}
