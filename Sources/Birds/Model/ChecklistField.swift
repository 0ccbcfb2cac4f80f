/// A member of a checklist, by the name it has in answers and in `fields=`.
public enum ChecklistField: String, Sendable, Hashable, CaseIterable {
    // Those that are there where `fields` says nothing, in their order.
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
    /// How many species were seen, without `nobird`.
    case speciesCount = "species_count"

    // More, where they are asked for.
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

    /// The members of a checklist where `fields` says nothing.
    public static let defaults: [ChecklistField] = [
        .checklistID, .locationID, .latitude, .longitude, .region, .year, .month, .day, .time, .minutes,
        .distanceKilometres, .observers, .complete, .speciesCount,
    ]
}
