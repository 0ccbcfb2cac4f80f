import Birds

/// The parameters of a query in OpenAPI: the schema, the meaning and an example of each.
extension Parameter {
    /// The description of a parameter.
    /// - Parameters:
    ///   - resource: The resource that has the parameter: the values of `fields` and `format` depend on it.
    ///   - format: The format that the path names; nil if it names none.
    func description(of resource: Resource, in format: RowFormat?) -> JSONValue {
        let (schema, text, example) = meaning(resource, format)
        var members: [(name: String, value: JSONValue)] = [
            ("name", .string(rawValue)), ("in", "query"),
            ("description", .string(text + (isList ? Parameter.howToList : ""))),
            ("schema", schema),
        ]
        if self == .by { members.append(("required", true)) }
        // OpenAPI can describe only one of the two ways to write a list. Repeating the parameter needs no quotes. A box
        // or a point is not a list, and its numbers are always separated by commas.
        if case .string("array")? = schema["type"] { members += [("style", "form"), ("explode", .bool(isList))] }
        if let example { members.append(("example", example)) }
        return .object(members)
    }

    private static let howToList =
        " A list: repeat the parameter, or separate the values with commas; double quotes keep the commas in a value."

    /// The schema, the text and the example of a parameter. Filters that most clients need have an example.
    private func meaning(_ resource: Resource, _ format: RowFormat?) -> (JSONValue, String, JSONValue?) {
        switch self {
        case .species:
            (Parameter.texts, "Species by species_id, scientific or common name. An unknown one is an error.", nil)
        case .year: (Parameter.numbers(1...9999), "Years.", [2020, 2021])
        case .month: (Parameter.numbers(1...12), "Months.", [11, 12, 1])
        case .day: (Parameter.numbers(1...31), "Days of the month.", [1])
        case .from: (Parameter.date, "The first date: a day, a month or a year.", "2020-11")
        case .to: (Parameter.date, "The last date, which is included: a day, a month or a year.", "2021-03-28")
        case .region: (Parameter.texts, "Regions: CA is all of Canada, CA-YT its Yukon.", ["CA-YT"])
        case .location: (Parameter.texts, "Locations by loc_id.", ["L910051831"])
        case .dataset: (Parameter.texts, "Data sets by name.", nil)
        case .generalised:
            (
                Parameter.choice(["yes", "no"]),
                "With 'yes', only records whose place was made less exact on purpose; with 'no', only all others.", nil
            )
        case .bbox:
            (
                Parameter.point([("west", 180), ("south", 90), ("east", 180), ("north", 90)]),
                "A box, west,south,east,north in degrees, with its edges. It crosses the antimeridian if west > east.",
                [-141.0, 60.0, -124.0, 69.6]
            )
        case .near:
            (
                Parameter.point([("latitude", 90), ("longitude", 180)]),
                "The centre of a circle, latitude,longitude in degrees; needs within.", nil
            )
        case .within:
            (
                ["type": "number", "minimum": 0, "maximum": 20038],
                "The radius of the circle in kilometres; needs near.",
                nil
            )
        case .leastNum: (Parameter.whole(from: 0), "The least num. Records without one never match.", 2)
        case .greatestNum: (Parameter.whole(from: 0), "The greatest num. Records without one never match.", 50)
        case .zerofill:
            (
                Parameter.choice(["yes", "no"]),
                "With 'yes', every complete checklist has one row for each of the species: num is 0 where it was not seen, and includes subspecies.",
                "no"
            )
        case .by:
            (
                Parameter.names(SummaryKey.allCases.map(\.rawValue), most: SummaryKey.most),
                "The keys to group records by. Use week with iso_year, not with year.", ["species", "year"]
            )
        case .fields:
            (
                Parameter.names(resource.members, most: resource.members.count),
                "The members of the answer, in this order."
                    + (resource == .observations || resource == .checklists
                        ? " Without it, GeoJSON also has coordinate_uncertainty_m and generalised where they are known."
                        : ""),
                nil
            )
        case .sort:
            (
                Parameter.names(SortKey.fields.flatMap { [$0.rawValue, "-" + $0.rawValue] }, most: SortKey.most),
                "The members to sort by, each once; put - before a member for descending order.",
                ["-date", "species_id"]
            )
        case .limit:
            (
                Parameter.whole(from: 1),
                "The most rows in the answer. If there is a parameter 'after', the field Link leads to the next page.",
                10
            )
        case .after:
            (
                ["type": "string", "minLength": 1],
                "The start of the page: an opaque value from Link, valid only for the same query.", nil
            )
        case .count:
            (
                Parameter.choice(["exact"]), "With 'exact', X-Total-Count has the number of matches on all pages.",
                "exact"
            )
        case .format:
            (
                Parameter.choice(format.map { [$0.name] } ?? resource.formats.map(\.name)),
                "The format. It overrules Accept.", nil
            )
        case .spreadsheet:
            (
                Parameter.choice(format == nil || format == .csv ? ["yes", "no"] : ["no"]),
                "With 'yes', only for CSV: a byte order mark, and an apostrophe before text that a spreadsheet would run.",
                "no"
            )
        }
    }

    /// Names or codes. Empty ones are refused.
    private static let texts: JSONValue = [
        "type": "array", "minItems": 1, "items": ["type": "string", "minLength": 1],
    ]

    /// A year, a month or a day. The pattern allows 30 February, which the server refuses.
    private static let date: JSONValue = [
        "type": "string", "pattern": "^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$",
    ]

    private static func numbers(_ range: ClosedRange<Int>) -> JSONValue {
        [
            "type": "array", "minItems": 1,
            "items": [
                "type": "integer", "minimum": .integer(range.lowerBound), "maximum": .integer(range.upperBound),
            ],
        ]
    }

    private static func whole(from least: Int) -> JSONValue {
        ["type": "integer", "format": "int64", "minimum": .integer(least), "maximum": .integer(.max)]
    }

    private static func choice(_ values: [String]) -> JSONValue {
        ["type": "string", "enum": .strings(values)]
    }

    /// Some of these values, each at most once.
    private static func names(_ values: [String], most: Int) -> JSONValue {
        [
            "type": "array", "minItems": 1, "maxItems": .integer(most), "uniqueItems": true, "items": choice(values),
        ]
    }

    /// Decimal numbers in this order, each between minus and plus its bound.
    private static func point(_ parts: [(title: String, bound: Int)]) -> JSONValue {
        [
            "type": "array", "minItems": .integer(parts.count), "maxItems": .integer(parts.count),
            "prefixItems": .array(
                parts.map {
                    [
                        "title": .string($0.title), "type": "number", "minimum": .integer(-$0.bound),
                        "maximum": .integer($0.bound),
                    ]
                }),
        ]
    }
}
