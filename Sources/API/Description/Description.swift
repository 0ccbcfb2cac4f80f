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
        var paths: [(name: String, value: JSONValue)] = []
        for resource in Resource.collections {
            if resource.route == .observations {
                paths.append(("/", ["get": collection(resource, nil, operation: "listRecords")]))
            }
            paths.append((resource.path, ["get": collection(resource, nil, operation: resource.operation)]))
            for format in resource.route.formats {
                let named = resource.named(format)
                paths.append((named.path, ["get": collection(named, format, operation: named.operation)]))
            }
        }
        for (resource, key, pattern, text) in Resource.documents {
            paths.append((resource.path, ["get": document(resource, key, pattern, text)]))
        }
        return paths + others
    }

    /// Those that tell of the server.
    private static var others: [(name: String, value: JSONValue)] {
        let description = ResponseDescription.plain("This description.", "application/json", ["type": "object"])
        let metrics = ResponseDescription.plain("Numbers for Prometheus.", "text/plain", ["type": "string"])
        let health = ResponseDescription.plain(
            "The server serves.", "application/json", .reference("schemas", "Health"))
        return [
            (
                "/openapi.json",
                ["get": operation("describe", "This description.", [], description, ["406": "NotAcceptable"])]
            ),
            ("/metrics", ["get": operation("getMetrics", "Numbers for Prometheus.", [], metrics, [:])]),
            (
                "/health",
                [
                    "get": operation(
                        "checkHealth", "Whether the server serves; no credentials.", [], health, [:], isProtected: false
                    )
                    .with([("security", [])])
                ]
            ),
        ]
    }

    private static func collection(_ resource: Resource, _ format: RowFormat?, operation name: String) -> JSONValue {
        let parameters = resource.parameters.map { $0.description(of: resource, in: format) }
        let rows = ResponseDescription.rows(resource, format.map { [$0] } ?? resource.route.formats)
        // A path that names a format wins over `Accept`.
        let more = format == nil ? ["406": "NotAcceptable", "304": "NotModified"] : ["304": "NotModified"]
        return operation(name, resource.summary, parameters, rows, more)
    }

    private static func document(
        _ resource: Resource, _ key: String, _ pattern: String?, _ text: String
    ) -> JSONValue {
        let schema: JSONValue = ["type": "string", "minLength": 1]
        let path: JSONValue = [
            "name": .string(key), "in": "path", "required": true, "description": .string(text),
            "schema": pattern.map { schema.with([("pattern", .string($0))]) } ?? schema,
        ]
        let parameters = [path] + resource.parameters.map { $0.description(of: resource, in: nil) }
        return operation(
            resource.operation, resource.summary, parameters, ResponseDescription.document(resource),
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
        let observation = Field.allCases.map(\.rawValue)
        let checklist = ChecklistField.allCases.map(\.rawValue)
        let location = ObservationStore.locationNames
        let place = location + ["species"]
        let rows: [(name: String, members: [String], areRequired: Bool)] = [
            ("Observation", observation, false), ("Checklist", checklist, false),
            ("Species", ObservationStore.speciesNames, true), ("Location", location, true),
            ("Region", ObservationStore.regionNames, true), ("Dataset", ObservationStore.datasetNames, true),
            ("OneSpecies", ObservationStore.speciesNames + ObservationStore.speciesNumbers, true),
            ("Place", place, true),
        ]
        var schemas = rows.map {
            (name: $0.name, value: MemberDescription.object($0.members, areRequired: $0.areRequired))
        }
        // A location has other places only if there are some.
        let one = MemberDescription.object(place + ["other_places"], areRequired: false)
        schemas.append(("OneLocation", one.with([("required", .strings(place))])))
        let group = MemberDescription.object(
            SummaryKey.allCases.map(\.member) + ObservationStore.summaryNumbers, areRequired: false)
        schemas.append(("Group", group.with([("required", .strings(ObservationStore.summaryNumbers))])))
        for (name, members) in [("Observation", observation), ("Checklist", checklist), ("Location", location)] {
            schemas.append((name + "Features", features(members)))
        }
        schemas.append(("Problem", problem))
        schemas.append(
            ("Health", ["type": "object", "required": ["status"], "properties": ["status": ["const": "ok"]]]))
        return schemas
    }

    /// RFC 7946. The coordinates are in the geometry alone.
    private static func features(_ members: [String]) -> JSONValue {
        let names = members.filter { $0 != Field.latitude.rawValue && $0 != Field.longitude.rawValue }
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
                "properties": MemberDescription.object(names, areRequired: false),
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
