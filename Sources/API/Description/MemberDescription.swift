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
        if let field = Field(rawValue: name) { return schema(of: field) }
        switch name {
        case "species_count": return number("The number of species seen, without 'nobird'.", from: 0)
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
        case "source", "licence", "citation": return nullable("string", "The \(name), as given to the import.")
        // A member that is missing here: the empty schema allows every value.
        default: return [:]
        }
    }

    private static func schema(of field: Field) -> JSONValue {
        switch field {
        case .locationID: text("The code of the location.")
        case .latitude: nullable("number", "In degrees.")
        case .longitude: nullable("number", "In degrees.")
        case .region: nullable("string", "Such as CA-YT: the country, then its part.")
        case .year: nullable("integer", "Null if the file has a number that is not a date.")
        case .month: nullable("integer", "1 to 12; null if it is not known.")
        case .day: nullable("integer", "1 to 31; null if it is not known.")
        case .speciesID: text("The code of the species.")
        case .num: nullable("integer", "The number of birds; null if they were seen but not counted.")
        case .id: nullable("integer", "The id in /observations/{id}. It changes when the data set is imported again.")
        case .date:
            nullable("string", "ISO 8601: 2021-02-03; 2021-02 or 2021 if no more is known; null if year is null.")
        case .time: nullable("string", "Local time, HH:MM.")
        case .checklistID: nullable("string", "The identifier of the checklist in its file.")
        case .sourceID: nullable("string", "The identifier of the observation in its file.")
        case .commonName: nullable("string", "The common name of the species.")
        case .scientificName: nullable("string", "The scientific name of the species.")
        case .category: nullable("string", "The category of the species in its taxonomy, such as hybrid.")
        case .locationName: nullable("string", "The name of the location.")
        case .dataset: text("The name of the data set.")
        case .minutes: nullable("integer", "The duration of the checklist, in minutes.")
        case .distanceKilometres: nullable("number", "The distance that the observers covered, in kilometres.")
        case .areaHectares: nullable("number", "The area that was searched, in hectares.")
        case .observers: nullable("integer", "The number of observers.")
        case .protocol: nullable("string", "The kind of checklist, such as Stationary.")
        case .checklistComments: nullable("string", "The observer's comments on the checklist.")
        case .complete: nullable("boolean", "Whether the checklist reports all species that were noticed.")
        case .day1AM, .day1PM, .day2AM, .day2PM:
            nullable("boolean", "FeederWatch: whether the site was watched on this half-day.")
        case .effortHoursAtLeast: nullable("number", "FeederWatch: the lower end of the range of hours.")
        case .snowDepthAtLeast: nullable("number", "FeederWatch: the lower end of the range of snow depth, in cm.")
        case .valid: nullable("boolean", "FeederWatch: whether the record passed review.")
        case .reviewed: nullable("boolean", "Whether the record was reviewed.")
        case .confidence: nullable("number", "The confidence of an automatic detection, 0 to 1.")
        case .breedingCode: nullable("string", "The breeding code of an atlas, such as ON for an occupied nest.")
        case .comments: nullable("string", "The observer's comments on the observation.")
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
