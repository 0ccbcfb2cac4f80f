import Birds

/// The members of records and of the rows of other resources, in JSON Schema: the meaning, the type and the unit of
/// each.
enum MemberDescription {
    /// The schema of an object. It allows no further members, so that a client notices when it is out of date.
    static func object(_ schema: Resource.Schema) -> JSONValue {
        let object: JSONValue = [
            "type": "object", "properties": .object(schema.members.map { (name: $0, value: member($0)) }),
            "additionalProperties": false,
        ]
        return schema.required.isEmpty ? object : object.with([("required", .strings(schema.required))])
    }

    /// The schema of a member by its name. A name means the same in all resources.
    private static func member(_ name: String) -> JSONValue {
        if let meaning = Field(rawValue: name)?.meaning {
            return meaning.isNullable
                ? nullable(meaning.kind.rawValue, meaning.sentence)
                : ["type": .string(meaning.kind.rawValue), "description": .string(meaning.sentence)]
        }
        switch name {
        case "species_count":
            return number(
                "The number of species seen, without 'nobird'. Subspecies, hybrids and other taxa with a code of their own count too.",
                from: 0)
        case "iso_year":
            return nullable(
                "integer",
                "The year of the ISO 8601 week, which around New Year differs from the calendar year; null without a day."
            )
        case "week": return nullable("integer", "The ISO 8601 week, 1 to 53; null without a day.")
        case "records": return number("The number of records.", from: 0)
        case "locations": return number("The number of locations.", from: 0)
        case "checklists": return number("The number of checklists.", from: 0)
        case "species": return number("The number of species seen, without 'nobird'.", from: 0)
        case "total": return nullable("integer", "The sum of num; null if nothing was counted.")
        case "max": return nullable("integer", "The greatest num; null if nothing was counted.")
        case "first": return nullable("string", "The date of the first record, as far as it is known.")
        case "last": return nullable("string", "The date of the last record, as far as it is known.")
        case "months":
            return [
                "type": "array", "items": ["type": "integer", "minimum": 0], "minItems": 12, "maxItems": 12,
                "description": "The number of records in each month, from January.",
            ]
        case "other_places":
            return [
                "type": "array", "items": .reference("schemas", "Place"),
                "description": "Other places with the same loc_id, if there are any.",
            ]
        case "name": return text("The name of the data set.")
        case "format": return text("The format of the file it was imported from.")
        case "imported_at": return text("When it was imported, in UTC, as ISO 8601.")
        case "ask": return nullable("string", "Whom to ask for exact places, if some may be shown less exactly.")
        case "source", "licence", "citation": return nullable("string", "The \(name), as given to the import.")
        // A member that is missing here: the empty schema allows every value.
        default: return [:]
        }
    }

    private static func text(_ description: String) -> JSONValue {
        ["type": "string", "description": .string(description)]
    }

    private static func number(_ description: String, from least: Int) -> JSONValue {
        ["type": "integer", "minimum": .integer(least), "description": .string(description)]
    }

    private static func nullable(_ type: String, _ description: String) -> JSONValue {
        ["type": [.string(type), "null"], "description": .string(description)]
    }
}
