import Birds

extension Format {
    /// The raw data of Project FeederWatch: 24 columns, or 22 with names in lower case in older downloads. A count
    /// reports all species at the site, so all checklists are complete. `NA` stands for an empty cell.
    static let feederWatch = Format(
        name: "feederwatch", title: "Project FeederWatch raw",
        content: .records(complete: true), syntax: .comma,
        columns: [
            Column("loc_id", .location),
            Column("latitude", .latitude, null: ["NA"]),
            Column("longitude", .longitude, null: ["NA"]),
            Column("subnational1_code", .region),
            Column("sub_id", .checklist),
            Column("obs_id", .source),
            Column("month", .month, null: ["NA"]),
            Column("day", .day, null: ["NA"]),
            Column("year", .year),
            Column("species_code", .species),
            Column("how_many", .count, null: ["NA", "X", "x", "--"]),
            Column("valid", .valid, null: ["NA"]),
            Column("reviewed", .reviewed, required: false, null: ["NA"]),
            Column("day1_am", .day1AM, required: false, null: ["NA"]),
            Column("day1_pm", .day1PM, required: false, null: ["NA"]),
            Column("day2_am", .day2AM, required: false, null: ["NA"]),
            Column("day2_pm", .day2PM, required: false, null: ["NA"]),
            Column("effort_hrs_atleast", .effortHours, required: false, null: ["NA"]),
            Column("snow_dep_atleast", .snowDepth, required: false, null: ["NA"]),
        ])

    /// The species table of Project FeederWatch.
    static let feederWatchSpecies = Format(
        name: "feederwatch-species", title: "Project FeederWatch species table",
        content: .species, syntax: .comma,
        columns: [
            Column("species_code", .species),
            Column("scientific_name", .scientificName, null: ["NA"]),
            Column("american_english_name", .commonName, null: ["NA"]),
            Column("taxonomic_sort_order", .taxonOrder, required: false, null: ["NA"]),
        ])
}
