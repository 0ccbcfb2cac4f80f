import Birds
import HTTP

/// The description of the API in OpenAPI 3.1, for programs that generate clients or check requests.
///
/// Its paths, formats, parameters and members come from the tables by which requests are read, so they can't differ
/// from those of the server. It depends on no data, is made once at start, and always has the same bytes.
enum Description {
    /// The document at `/openapi.json`.
    /// - Parameter server: The address under which clients reach the service; nil for the address of this document.
    static func bytes(server: PublicURL?) -> [UInt8] { document(server).bytes + [UInt8(ascii: "\n")] }

    private static func document(_ server: PublicURL?) -> JSONValue {
        [
            "openapi": "3.1.1",
            "info": [
                "title": "Rookery", "version": "0.1.0", "summary": "Bird records over HTTP",
                "description": .string(introduction),
                "license": ["name": "Apache License 2.0", "identifier": "Apache-2.0"],
            ],
            // Without a public URL the folder of this document, whatever path a proxy gives it (OpenAPI 3.1 §4.8.5).
            "servers": [["url": .string(server?.text ?? ".")]],
            "security": [["password": []], ["basic": []]],
            "paths": .object(paths),
            "components": [
                "securitySchemes": [
                    "basic": [
                        "type": "http", "scheme": "basic",
                        "description": "A person's name and password, or the shared password and any other name.",
                    ],
                    "password": ["type": "apiKey", "in": "header", "name": "Password"],
                ],
                "schemas": .object(schemas), "headers": ResponseDescription.headers,
                "responses": ResponseDescription.components,
            ],
        ]
    }

    private static let introduction = """
        Bird records from one SQLite file. Each parameter narrows the result; the values of one list widen it. To give a \
        list, repeat the parameter, or separate the values with commas. Double quotes around a value keep its commas, and \
        two quotes inside it stand for one. A value that as a whole is a known id is read as that id, so every loc_id, \
        species_id, region and data set in an answer can be sent back as it is, percent-encoded. An unknown parameter is an \
        error that suggests the nearest name, and repeating a parameter that is not a list is an error too. Paths are split \
        at slashes before they are decoded, so %2F is part of an id. The format of a collection is chosen by its extension, \
        by the parameter 'format', or by 'Accept', in this order. All paths answer HEAD and OPTIONS too.
        """

    /// Collections first, then single objects, then the service: the order in which a reader needs them.
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
                // `/` is another path of the observations.
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

    /// The paths about the server itself.
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
            service(.health, ResponseDescription.plain("All of the server is running.", "application/json", health)),
        ]
    }

    /// GET for a path that lists rows.
    /// - Parameter format: The format that the path names; nil if it names none.
    private static func collection(
        _ resource: Resource, _ schema: Resource.Schema, _ format: RowFormat?, operation name: String
    ) -> JSONValue {
        let parameters = resource.parameters.map { $0.description(of: resource, in: format) }
        let rows = ResponseDescription.rows(resource, schema, format.map { [$0] } ?? resource.formats)
        // A format in the path overrules `Accept`, so there is no 406.
        let more = format == nil ? ["406": "NotAcceptable", "304": "NotModified"] : ["304": "NotModified"]
        return operation(name, resource.entry.summary, parameters, rows, more)
    }

    /// GET for a path that ends in an id.
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

    /// One operation with its parameters and responses, the latter sorted by status.
    /// - Parameters:
    ///   - more: Names of further responses by status, in addition to those that every operation has.
    ///   - isProtected: Whether it needs credentials. Without them there is no 401 and no 403.
    private static func operation(
        _ name: String, _ summary: String, _ parameters: [JSONValue], _ success: JSONValue, _ more: [String: String],
        isProtected: Bool = true
    ) -> JSONValue {
        let errors = ResponseDescription.errors.filter { isProtected || !["401", "403", "429"].contains($0.status) }
        let named = errors + more.map { (status: $0.key, name: $0.value) }
        let responses = named.sorted { $0.status < $1.status }.map {
            (name: $0.status, value: JSONValue.reference("responses", $0.name))
        }
        return [
            "operationId": .string(name), "summary": .string(summary), "parameters": .array(parameters),
            "responses": .object([("200", success)] + responses),
        ]
    }

    /// The schemas by name, in the order of the resources.
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

    /// A feature collection of GeoJSON (RFC 7946 §3.3). The coordinates are only in the geometry, which is null for a
    /// place without any (§3.2).
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

    /// Problem details (RFC 9457 §3).
    private static let problem: JSONValue = [
        "type": "object", "required": ["status", "title", "code", "error_message"],
        "properties": [
            "status": ["type": "integer"], "title": ["type": "string"],
            "code": ["type": "string", "description": "A stable code for programs."],
            "error_message": ["type": "string", "description": "What is wrong and how to fix it."],
            "parameter": ["type": "string"], "value": ["type": "string"],
            "nearest": ["type": "string", "description": "The most similar existing name."],
            "request_id": ["type": "string"],
        ],
        "additionalProperties": false,
    ]
}

extension JSONValue {
    /// A reference to a component of the description.
    /// - Parameter section: `schemas`, `headers` or `responses`.
    static func reference(_ section: String, _ name: String) -> JSONValue {
        ["$ref": .string("#/components/\(section)/\(name)")]
    }
}
