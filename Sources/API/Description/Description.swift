import Birds
import HTTP

/// What the server answers, in OpenAPI 3.1, for the programs that read that: made of the tables by which requests are read.
enum Description {
    /// The document at `/openapi.json`.
    /// - Parameter server: Where clients reach the service; nil for where they fetch this document.
    static func bytes(server: PublicURL?) -> [UInt8] { document(server).bytes + [UInt8(ascii: "\n")] }

    private static func document(_ server: PublicURL?) -> JSONValue {
        [
            "openapi": "3.1.1",
            "info": [
                "title": "Rookery", "version": "0.1.0", "summary": "Bird records over HTTP",
                "description": .string(introduction),
                "license": ["name": "Apache License 2.0", "identifier": "Apache-2.0"],
            ],
            // Without a public URL the folder of this document, whatever a proxy calls it (OpenAPI 3.1 §4.8.5).
            "servers": [["url": .string(server?.text ?? ".")]],
            "security": [["password": []], ["basic": []]],
            "paths": .object(paths),
            "components": [
                "securitySchemes": [
                    "basic": [
                        "type": "http", "scheme": "basic", "description": "Any user name, and the shared password.",
                    ],
                    "password": ["type": "apiKey", "in": "header", "name": "Password"],
                ],
                "schemas": .object(schemas), "headers": ResponseDescription.headers,
                "responses": ResponseDescription.components,
            ],
        ]
    }

    private static let introduction = """
        Bird records of one SQLite file. Parameters narrow each other. The values of a list add up: repeat its parameter, or \
        separate them by commas. In a list, a value in double quotes keeps its commas, and each two quotes in it are one; a \
        value that is a known id as a whole is that id, so that each loc_id, species_id, region and data set of an answer can \
        be sent as it is, percent-encoded. An unknown parameter, or one that is no list and is repeated, is an error that \
        names it and the nearest one. Paths are split at their slashes before they are decoded: %2F belongs to an id. \
        Collections take the format as an extension, as the parameter \
        'format', or from 'Accept', the first of these that is there. Paths answer HEAD and OPTIONS too.
        """

    private static var paths: [(name: String, value: JSONValue)] {
        var (collections, documents): ([(name: String, value: JSONValue)], [(name: String, value: JSONValue)]) = (
            [], []
        )
        for resource in Resource.allCases {
            let entry = resource.entry
            switch entry.kind {
            case .rows(let schema):
                func add(_ path: String, _ format: RowFormat?, operation: String) {
                    collections.append((path, ["get": collection(resource, schema, format, operation: operation)]))
                }
                if resource == .observations { add("/", nil, operation: "listRecords") }
                add(entry.path, nil, operation: entry.operation)
                for format in entry.formats {
                    add(entry.path + "." + format.name, format, operation: entry.operation + format.name.uppercased())
                }
            case .document(let schema, let id):
                documents.append((entry.path, ["get": document(resource, schema, id)]))
            case .service: break
            }
        }
        return collections + documents + services
    }

    /// Those that tell of the server.
    private static var services: [(name: String, value: JSONValue)] {
        func service(_ resource: Resource, _ answer: JSONValue, _ more: [String: String] = [:]) -> (
            name: String, value: JSONValue
        ) {
            let entry = resource.entry
            var get = operation(entry.operation, entry.summary, [], answer, more, isProtected: !entry.isOpen)
            if entry.isOpen { get = get.with([("security", [])]) }
            return (entry.path, ["get": get])
        }
        let (description, metrics) = (Resource.description.entry.summary, Resource.metrics.entry.summary)
        let health = JSONValue.reference("schemas", "Health")
        return [
            service(
                .description, ResponseDescription.plain(description, "application/json", ["type": "object"]),
                ["406": "NotAcceptable"]),
            service(.metrics, ResponseDescription.plain(metrics, "text/plain", ["type": "string"])),
            service(.health, ResponseDescription.plain("The server serves.", "application/json", health)),
        ]
    }

    private static func collection(
        _ resource: Resource, _ schema: Resource.Schema, _ format: RowFormat?, operation name: String
    ) -> JSONValue {
        let parameters = resource.parameters.map { $0.description(of: resource, in: format) }
        let rows = ResponseDescription.rows(resource, schema, format.map { [$0] } ?? resource.formats)
        // A path that names a format wins over `Accept`.
        let more = format == nil ? ["406": "NotAcceptable", "304": "NotModified"] : ["304": "NotModified"]
        return operation(name, resource.entry.summary, parameters, rows, more)
    }

    private static func document(
        _ resource: Resource, _ schema: Resource.Schema, _ id: Resource.PathID
    ) -> JSONValue {
        let text: JSONValue = ["type": "string", "minLength": 1]
        let path: JSONValue = [
            "name": .string(id.name), "in": "path", "required": true, "description": .string(id.text),
            "schema": id.pattern.map { text.with([("pattern", .string($0))]) } ?? text,
        ]
        let parameters = [path] + resource.parameters.map { $0.description(of: resource, in: nil) }
        return operation(
            resource.entry.operation, resource.entry.summary, parameters,
            ResponseDescription.document(resource, schema),
            ["304": "NotModified", "404": "NotFound", "406": "NotAcceptable"])
    }

    private static func operation(
        _ name: String, _ summary: String, _ parameters: [JSONValue], _ success: JSONValue, _ more: [String: String],
        isProtected: Bool = true
    ) -> JSONValue {
        let errors = ResponseDescription.errors.filter { isProtected || !["401", "403"].contains($0.status) }
        let named = errors + more.map { (status: $0.key, name: $0.value) }
        let responses = named.sorted { $0.status < $1.status }.map {
            (name: $0.status, value: JSONValue.reference("responses", $0.name))
        }
        return [
            "operationId": .string(name), "summary": .string(summary), "parameters": .array(parameters),
            "responses": .object([("200", success)] + responses),
        ]
    }

    private static var schemas: [(name: String, value: JSONValue)] {
        var schemas: [(name: String, value: JSONValue)] = []
        func add(_ name: String, _ schema: @autoclosure () -> JSONValue) {
            if !schemas.contains(where: { $0.name == name }) { schemas.append((name, schema())) }
        }
        for resource in Resource.allCases {
            switch resource.entry.kind {
            case .rows(let schema):
                add(schema.name, MemberDescription.object(schema))
                if resource.formats.contains(.geojson) { add(schema.name + "Features", features(schema)) }
            case .document(let schema, _): add(schema.name, MemberDescription.object(schema))
            case .service: break
            }
        }
        add("Place", MemberDescription.object(.place))
        add("Problem", problem)
        add("Health", ["type": "object", "required": ["status"], "properties": ["status": ["const": "ok"]]])
        return schemas
    }

    /// RFC 7946. The coordinates are in the geometry alone.
    private static func features(_ schema: Resource.Schema) -> JSONValue {
        let names = schema.members.filter { $0 != Field.latitude.rawValue && $0 != Field.longitude.rawValue }
        let point: JSONValue = [
            "type": ["object", "null"], "required": ["type", "coordinates"],
            "properties": [
                "type": ["const": "Point"],
                "coordinates": ["type": "array", "items": ["type": "number"], "minItems": 2, "maxItems": 2],
            ],
        ]
        let feature: JSONValue = [
            "type": "object", "required": ["type", "geometry", "properties"],
            "properties": [
                "type": ["const": "Feature"], "geometry": point,
                "properties": MemberDescription.object(Resource.Schema(name: "", members: names, required: [])),
            ],
        ]
        return [
            "type": "object", "required": ["type", "features"],
            "properties": ["type": ["const": "FeatureCollection"], "features": ["type": "array", "items": feature]],
        ]
    }

    /// RFC 9457.
    private static let problem: JSONValue = [
        "type": "object", "required": ["status", "title", "code", "error_message"],
        "properties": [
            "status": ["type": "integer"], "title": ["type": "string"],
            "code": ["type": "string", "description": "A stable word for programs."],
            "error_message": ["type": "string", "description": "What is wrong and how to mend it."],
            "parameter": ["type": "string"], "value": ["type": "string"],
            "nearest": ["type": "string", "description": "The closest name that there is."],
            "request_id": ["type": "string"],
        ],
        "additionalProperties": false,
    ]
}
