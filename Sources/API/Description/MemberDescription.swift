import Birds

/// What the members of records and of the rows of other resources are, as JSON Schema.
enum MemberDescription {
    static func object(_ schema: Resource.Schema) -> JSONValue {
        let object: JSONValue = [
            "type": "object", "properties": .object(schema.members.map { (name: $0, value: member($0)) }),
            "additionalProperties": false,
        ]
        return schema.required.isEmpty ? object : object.with([("required", .strings(schema.required))])
    }

    /// One name means one thing in all resources.
    private static func member(_ name: String) -> JSONValue {
        if let field = Field(rawValue: name) { return schema(of: field) }
        switch name {
        case "species_count": return number("How many species were seen, without 'nobird'.", from: 0)
        case "iso_year":
            return nullable(
                "integer", "The year of the week of ISO 8601, which around New Year is another; null without a day.")
        case "week": return nullable("integer", "The week of ISO 8601, 1 to 53; null without a day.")
        case "records": return number("How many records there are.", from: 0)
        case "locations": return number("How many locations there are.", from: 0)
        case "checklists": return number("How many checklists there are.", from: 0)
        case "species": return number("How many species were seen, without 'nobird'.", from: 0)
        case "total": return nullable("integer", "The sum of num; null if nothing was counted.")
        case "max": return nullable("integer", "The greatest num; null if nothing was counted.")
        case "first": return nullable("string", "The date of the first record, as much of it as is known.")
        case "last": return nullable("string", "The date of the last record, as much of it as is known.")
        case "months":
            return [
                "type": "array", "items": ["type": "integer", "minimum": 0], "minItems": 12, "maxItems": 12,
                "description": "How many records each month has, from January.",
            ]
        case "other_places":
            return [
                "type": "array", "items": .reference("schemas", "Place"),
                "description": "Other places of the same loc_id, where there are some.",
            ]
        case "name": return text("The name of the data set.")
        case "format": return text("The format of the file it was imported from.")
        case "imported_at": return text("When it was imported, in UTC, as ISO 8601.")
        case "source", "licence", "citation": return nullable("string", "The \(name), as the import was told it.")
        default: return [:]
        }
    }

    private static func schema(of field: Field) -> JSONValue {
        switch field {
        case .locationID: text("The code of the location.")
        case .latitude: nullable("number", "In degrees.")
        case .longitude: nullable("number", "In degrees.")
        case .region: nullable("string", "Such as CA-YT: the country, then its part.")
        case .year: nullable("integer", "Null where the file holds a number that is no date.")
        case .month: nullable("integer", "1 to 12; null where it is not known.")
        case .day: nullable("integer", "1 to 31; null where it is not known.")
        case .speciesID: text("The code of the species.")
        case .num: nullable("integer", "How many birds; null where they were seen and not counted.")
        case .id: nullable("integer", "Of /observations/{id}. It changes when its data set is imported again.")
        case .date:
            nullable("string", "ISO 8601: 2021-02-03; 2021-02 or 2021 where no more is known; null where year is.")
        case .time: nullable("string", "Local time, HH:MM.")
        case .checklistID: nullable("string", "The identifier of the checklist in its file.")
        case .sourceID: nullable("string", "The identifier of the observation in its file.")
        case .commonName: nullable("string", "The common name of the species.")
        case .scientificName: nullable("string", "The scientific name of the species.")
        case .category: nullable("string", "What the species is in its taxonomy, such as a hybrid.")
        case .locationName: nullable("string", "The name of the location.")
        case .dataset: text("The name of the data set.")
        case .minutes: nullable("integer", "How long the checklist took.")
        case .distanceKilometres: nullable("number", "How far the observers went, in kilometres.")
        case .areaHectares: nullable("number", "The area that was searched, in hectares.")
        case .observers: nullable("integer", "How many observers there were.")
        case .protocol: nullable("string", "How the checklist was made, such as Stationary.")
        case .checklistComments: nullable("string", "What the observer wrote of the checklist.")
        case .complete: nullable("boolean", "Whether the checklist reports all species that were noticed.")
        case .day1AM, .day1PM, .day2AM, .day2PM:
            nullable("boolean", "FeederWatch: whether this half of the two days was watched.")
        case .effortHoursAtLeast: nullable("number", "FeederWatch: the lower end of the class of hours.")
        case .snowDepthAtLeast: nullable("number", "FeederWatch: the lower end of the class of snow depth, in cm.")
        case .valid: nullable("boolean", "FeederWatch: whether the record passed review.")
        case .reviewed: nullable("boolean", "Whether the record was reviewed.")
        case .confidence: nullable("number", "How sure a machine was of a detection, 0 to 1.")
        case .breedingCode: nullable("string", "Of an atlas, such as ON for an occupied nest.")
        case .comments: nullable("string", "What the observer wrote of the observation.")
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
