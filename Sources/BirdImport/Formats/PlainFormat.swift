import Birds

extension Format {
    /// The plain format: the nine members that every record has, and any others that an answer can have, under their
    /// names there. So what a server answers in CSV can be imported. A date may stand in place of year, month and day.
    static let plain = Format(
        name: "plain", title: "plain",
        content: .records(complete: nil), syntax: .comma,
        columns: [
            Column("loc_id", .location),
            Column("latitude", .latitude, null: ["--"]),
            Column("longitude", .longitude, null: ["--"]),
            Column("region", .region),
            Column("year", .year, unless: .date),
            Column("month", .month, unless: .date, null: ["--"]),
            Column("day", .day, unless: .date, null: ["--"]),
            Column("date", .date, required: false),
            Column("species_id", .species),
            Column("num", .count, null: Column.notCounted),
            Column("time", .time, required: false),
            Column("source_id", .source, required: false),
            Column("comments", or: ["remarks", "notes"], .comments, required: false),
            Column("breeding_code", or: ["breeding code"], .breedingCode, required: false),
            Column("confidence", .confidence, required: false),
            Column("valid", .valid, required: false),
            Column("reviewed", .reviewed, required: false),
            Column("location_name", .locationName, required: false),
            Column("checklist_id", .checklist, required: false),
            Column("minutes", .minutes, required: false),
            Column("distance_km", .distance, required: false),
            Column("area_ha", .area, required: false),
            Column("observers", .observers, required: false),
            Column("protocol", .protocol, required: false),
            Column("complete", .complete, required: false),
            Column("checklist_comments", .checklistComments, required: false),
            Column("day1_am", .day1AM, required: false),
            Column("day1_pm", .day1PM, required: false),
            Column("day2_am", .day2AM, required: false),
            Column("day2_pm", .day2PM, required: false),
            Column("effort_hours_atleast", .effortHours, required: false),
            Column("snow_depth_atleast", .snowDepth, required: false),
            Column("coordinate_uncertainty_m", .uncertainty, required: false),
            Column("generalised", .obscured, required: false),
        ])

    /// A species table for plain files.
    static let plainSpecies = Format(
        name: "plain-species", title: "plain species table",
        content: .species, syntax: .comma,
        columns: [
            Column("species_id", .species),
            Column("sci_name", .scientificName),
            Column("en_us", .commonName),
        ])
}
