/// A member of a record, by the name it has in answers and in `fields=`.
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

    // More, where they are asked for.
    /// The observation's own number, as in `/observations/{id}`; it changes when its data set is imported again.
    case id
    /// ISO 8601: `2021-02-03`; `2021-02` or `2021` where no more is known.
    case date
    /// Local time, `HH:MM`: of the observation where it has its own, else of the checklist's start.
    case time
    /// The identifier of the checklist in the file it came from, such as FeederWatch's SUB_ID.
    case checklistID = "checklist_id"
    /// The identifier of the observation in the file it came from, such as FeederWatch's OBS_ID.
    case sourceID = "source_id"
    case commonName = "common_name"
    case scientificName = "scientific_name"
    case category
    case locationName = "location_name"
    case dataset
    case minutes
    case distanceKilometres = "distance_km"
    /// The area that was searched, in hectares.
    case areaHectares = "area_ha"
    case observers
    /// How the checklist was made, such as `Stationary`.
    case `protocol`
    /// What the observer wrote of the checklist.
    case checklistComments = "checklist_comments"
    /// Whether the checklist reports all species that were noticed.
    case complete
    /// FeederWatch: whether each half of the two days was watched.
    case day1AM = "day1_am"
    case day1PM = "day1_pm"
    case day2AM = "day2_am"
    case day2PM = "day2_pm"
    /// FeederWatch: the lower end of the class of hours.
    case effortHoursAtLeast = "effort_hours_atleast"
    /// FeederWatch: the lower end of the class of snow depth, in centimetres.
    case snowDepthAtLeast = "snow_depth_atleast"
    /// FeederWatch: whether the record passed review.
    case valid
    case reviewed
    /// How sure a machine was of a detection, 0 to 1.
    case confidence
    /// Of an atlas, such as `ON` for an occupied nest.
    case breedingCode = "breeding_code"
    /// What the observer wrote of the observation.
    case comments

    /// The members of a record where `fields` says nothing.
    public static let defaults: [Field] = [
        .locationID, .latitude, .longitude, .region, .year, .month, .day, .speciesID, .num,
    ]
}
