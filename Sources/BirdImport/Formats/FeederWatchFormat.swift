import Birds

extension Format {
    /// The raw data of Project FeederWatch: 24 columns, or 22 with names in lower case in older downloads. A count
    /// reports all species at the site, so all checklists are complete. `NA` stands for an empty cell.
    static let feederWatch = Format(
        name: "feederwatch", title: "Project FeederWatch raw",
        content: .records(complete: true), syntax: .comma,
        columns: [
            Column("loc_id", .location),
            Column("latitude", .latitude),
            Column("longitude", .longitude),
            Column("subnational1_code", .region),
            Column("sub_id", .checklist),
            Column("obs_id", .source),
            Column("month", .month),
            Column("day", .day),
            Column("year", .year),
            Column("species_code", .species),
            Column("how_many", .count, null: Column.notCounted),
            Column("valid", .valid),
            Column("reviewed", .reviewed, required: false),
            Column("day1_am", .day1AM, required: false),
            Column("day1_pm", .day1PM, required: false),
            Column("day2_am", .day2AM, required: false),
            Column("day2_pm", .day2PM, required: false),
            Column("effort_hrs_atleast", .effortHours, required: false),
            Column("snow_dep_atleast", .snowDepth, required: false),
        ])

    /// The species table of Project FeederWatch.
    static let feederWatchSpecies = Format(
        name: "feederwatch-species", title: "Project FeederWatch species table",
        content: .species, syntax: .comma,
        columns: [
            Column("species_code", .species),
            Column("scientific_name", .scientificName),
            Column("american_english_name", .commonName),
            Column("taxonomic_sort_order", .taxonOrder, required: false),
        ])
}
