import Birds

/// What answers are, as OpenAPI says it.
enum ResponseDescription {
    /// Rows of a resource, in one format or in all that it has.
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
        case .ndjson: text("On each line an object of the schema \(schema.name), and a line feed.")
        case .csv, .spreadsheet:
            text(
                "RFC 4180: a header line with the names of the schema \(schema.name), then the rows. An empty cell is null."
            )
        case .geojson: ["schema": .reference("schemas", schema.name + "Features")]
        }
    }

    private static func text(_ description: String) -> JSONValue {
        ["schema": ["type": "string", "description": .string(description)]]
    }

    /// One JSON value.
    static func document(_ resource: Resource, _ schema: Resource.Schema) -> JSONValue {
        [
            "description": .string(resource.entry.summary), "headers": .object(dataFields),
            "content": ["application/json": ["schema": .reference("schemas", schema.name)]],
        ]
    }

    private static let everyField: [(name: String, value: JSONValue)] = [
        ("X-Request-Id", .reference("headers", "X-Request-Id")),
        ("Cache-Control", .reference("headers", "Cache-Control")),
        ("Vary", .reference("headers", "Vary")),
    ]

    private static let dataFields =
        everyField + [
            ("ETag", .reference("headers", "ETag")), ("Last-Modified", .reference("headers", "Last-Modified")),
        ]

    /// Those that need no data, such as `/health`.
    static func plain(_ description: String, _ type: String, _ schema: JSONValue) -> JSONValue {
        [
            "description": .string(description), "headers": .object(everyField),
            "content": .object([(name: type, value: JSONValue.object([("schema", schema)]))]),
        ]
    }

    static let headers: JSONValue = [
        "ETag": field("Of these bytes; send it in If-None-Match."),
        "Last-Modified": field("When the newest import was published."),
        "Content-Disposition": field("The name of a file with this answer, for all formats but JSON."),
        "Link": field(
            "The way to the next page, where there is one: <…>; rel=\"next\". A relative one is resolved with the request's own URL."
        ),
        "X-Total-Count": [
            "description": "With count=exact: how many rows all pages have.",
            "schema": ["type": "integer", "minimum": 0],
        ],
        "X-Request-Id": field("The name of the request: the client's own, if it gave a short token."),
        "Cache-Control": field("private, no-cache"),
        "Vary": field("What the answer depends on beside the path and the query."),
        "Retry-After": ["description": "In seconds.", "schema": ["type": "integer", "minimum": 0]],
        "WWW-Authenticate": field("Asks for Basic credentials."),
    ]

    private static func field(_ description: String) -> JSONValue {
        ["description": .string(description), "schema": ["type": "string"]]
    }

    /// The errors that are there whatever is asked for.
    static let errors: [(status: String, name: String)] = [
        ("400", "BadRequest"), ("401", "Unauthorized"), ("403", "Forbidden"), ("405", "MethodNotAllowed"),
        ("414", "URITooLong"), ("431", "FieldsTooLarge"), ("503", "Unavailable"),
    ]

    static let components: JSONValue = [
        "NotModified": [
            "description": "What the client has, by If-None-Match or If-Modified-Since, is what it would get.",
            "headers": ["ETag": .reference("headers", "ETag")],
        ],
        "BadRequest": problem("The request is wrong: the body says what, and names the nearest thing that there is."),
        "Unauthorized": problem("Credentials are missing or wrong.", ["WWW-Authenticate"]),
        "Forbidden": problem("The password in the field Password is wrong."),
        "NotFound": problem("There is no such thing."),
        "MethodNotAllowed": problem("The resource answers GET, HEAD and OPTIONS."),
        "NotAcceptable": problem("None of the types in Accept is available; the body lists those that are."),
        "URITooLong": problem("The path and the query are too long."),
        "FieldsTooLarge": problem("The fields of the head are too many or too long."),
        "Unavailable": problem("The query took too long, or the server has too much to do.", ["Retry-After"]),
    ]

    private static func problem(_ description: String, _ more: [String] = []) -> JSONValue {
        let fields = everyField + more.map { (name: $0, value: .reference("headers", $0)) }
        return [
            "description": .string(description), "headers": .object(fields),
            "content": ["application/problem+json": ["schema": .reference("schemas", "Problem")]],
        ]
    }
}
