/// A member of a record. The raw value is its name in answers and in `fields=`; `meaning` says what it holds.
public enum Field: String, Sendable, Hashable, CaseIterable {
    // The nine members of a record, in their order.
    case locationID = "loc_id"
    case latitude
    case longitude
    case region
    case year
    case month
    case day
    case speciesID = "species_id"
    case num

    // Additional members, if they are asked for.
    case id
    case date
    /// Local time, `HH:MM`: that of the observation if it has its own, or else the start of the checklist.
    case time
    case checklistID = "checklist_id"
    case sourceID = "source_id"
    case commonName = "common_name"
    case scientificName = "scientific_name"
    case category
    case locationName = "location_name"
    case dataset
    case minutes
    case distanceKilometres = "distance_km"
    case areaHectares = "area_ha"
    case observers
    case `protocol`
    case checklistComments = "checklist_comments"
    case complete
    case day1AM = "day1_am"
    case day1PM = "day1_pm"
    case day2AM = "day2_am"
    case day2PM = "day2_pm"
    case effortHoursAtLeast = "effort_hours_atleast"
    case snowDepthAtLeast = "snow_depth_atleast"
    case valid
    case reviewed
    case confidence
    case breedingCode = "breeding_code"
    case comments
    case coordinateUncertainty = "coordinate_uncertainty_m"
    case generalised
    case generalisation

    /// The members of a record without `fields=`, in order.
    public static let defaults: [Field] = [
        .locationID, .latitude, .longitude, .region, .year, .month, .day, .speciesID, .num,
    ]
}

/// What a member of an answer holds, for `/openapi.json`.
public struct Meaning: Sendable {
    /// A type of JSON Schema.
    public enum Kind: String, Sendable {
        case integer, number, string, boolean
    }

    public let kind: Kind
    /// Whether it may be null.
    public let isNullable: Bool
    /// A sentence, with the unit if it has one.
    public let sentence: String

    init(_ kind: Kind, orNull isNullable: Bool = false, _ sentence: String) {
        (self.kind, self.isNullable, self.sentence) = (kind, isNullable, sentence)
    }
}

extension Field {
    /// What the member holds.
    public var meaning: Meaning {
        switch self {
        case .locationID: Meaning(.string, "The code of the location.")
        case .latitude: Meaning(.number, orNull: true, "In degrees.")
        case .longitude: Meaning(.number, orNull: true, "In degrees.")
        case .region: Meaning(.string, orNull: true, "Such as CA-YT: the country, then its part.")
        case .year: Meaning(.integer, orNull: true, "Null if the file has a number that is not a date.")
        case .month: Meaning(.integer, orNull: true, "1 to 12; null if it is not known.")
        case .day: Meaning(.integer, orNull: true, "1 to 31; null if it is not known.")
        case .speciesID: Meaning(.string, "The code of the species.")
        case .num: Meaning(.integer, orNull: true, "The number of birds; null if they were seen but not counted.")
        case .id:
            Meaning(
                .integer, orNull: true, "The id in /observations/{id}. It changes when the data set is imported again.")
        case .date:
            Meaning(
                .string, orNull: true,
                "ISO 8601: 2021-02-03; 2021-02 or 2021 if no more is known; null if year is null.")
        case .time: Meaning(.string, orNull: true, "Local time, HH:MM.")
        case .checklistID: Meaning(.string, orNull: true, "The identifier of the checklist in its file.")
        case .sourceID: Meaning(.string, orNull: true, "The identifier of the observation in its file.")
        case .commonName: Meaning(.string, orNull: true, "The common name of the species.")
        case .scientificName: Meaning(.string, orNull: true, "The scientific name of the species.")
        case .category: Meaning(.string, orNull: true, "The category of the species in its taxonomy, such as hybrid.")
        case .locationName: Meaning(.string, orNull: true, "The name of the location.")
        case .dataset: Meaning(.string, "The name of the data set.")
        case .minutes: Meaning(.integer, orNull: true, "The duration of the checklist, in minutes.")
        case .distanceKilometres:
            Meaning(.number, orNull: true, "The distance that the observers covered, in kilometres.")
        case .areaHectares: Meaning(.number, orNull: true, "The area that was searched, in hectares.")
        case .observers: Meaning(.integer, orNull: true, "The number of observers.")
        case .protocol: Meaning(.string, orNull: true, "The kind of checklist, such as Stationary.")
        case .checklistComments: Meaning(.string, orNull: true, "The observer's comments on the checklist.")
        case .complete: Meaning(.boolean, orNull: true, "Whether the checklist reports all species that were noticed.")
        case .day1AM, .day1PM, .day2AM, .day2PM:
            Meaning(.boolean, orNull: true, "FeederWatch: whether the site was watched on this half-day.")
        case .effortHoursAtLeast: Meaning(.number, orNull: true, "FeederWatch: the lower end of the range of hours.")
        case .snowDepthAtLeast:
            Meaning(.number, orNull: true, "FeederWatch: the lower end of the range of snow depth, in cm.")
        case .valid: Meaning(.boolean, orNull: true, "FeederWatch: whether the record passed review.")
        case .reviewed: Meaning(.boolean, orNull: true, "Whether the record was reviewed.")
        case .confidence: Meaning(.number, orNull: true, "The confidence of an automatic detection, 0 to 1.")
        case .breedingCode:
            Meaning(.string, orNull: true, "The breeding code of an atlas, such as ON for an occupied nest.")
        case .comments: Meaning(.string, orNull: true, "The observer's comments on the observation.")
        case .coordinateUncertainty:
            Meaning(
                .number, orNull: true, "The greatest distance of the true place, in metres; null if it is not known.")
        case .generalised:
            Meaning(
                .boolean, orNull: true, "Whether the place was made less exact on purpose; null if it is not known.")
        case .generalisation:
            Meaning(
                .string, orNull: true,
                "What was done to the place to protect something, and whom to ask for the exact one; null if nothing was."
            )
        }
    }
}

/// A member of a checklist. The raw value is its name in answers and in `fields=`. Members with the same name as a
/// `Field` mean the same, except that `time` is always that of the checklist.
public enum ChecklistField: String, Sendable, Hashable, CaseIterable {
    // The members without `fields=`, in order.
    case checklistID = "checklist_id"
    case locationID = "loc_id"
    case latitude
    case longitude
    case region
    case year
    case month
    case day
    case time
    case minutes
    case distanceKilometres = "distance_km"
    case observers
    case complete
    case speciesCount = "species_count"

    // Additional members, if they are asked for.
    case date
    case dataset
    case locationName = "location_name"
    case areaHectares = "area_ha"
    case `protocol`
    case checklistComments = "checklist_comments"
    case day1AM = "day1_am"
    case day1PM = "day1_pm"
    case day2AM = "day2_am"
    case day2PM = "day2_pm"
    case effortHoursAtLeast = "effort_hours_atleast"
    case snowDepthAtLeast = "snow_depth_atleast"
    case coordinateUncertainty = "coordinate_uncertainty_m"
    case generalised
    case generalisation

    /// The members of a checklist without `fields=`, in order.
    public static let defaults: [ChecklistField] = [
        .checklistID, .locationID, .latitude, .longitude, .region, .year, .month, .day, .time, .minutes,
        .distanceKilometres, .observers, .complete, .speciesCount,
    ]
}
