import Birds

extension Format {
    /// The plain format: the nine members that every record has, and how exact its place is.
    static let plain = Format(
        name: "plain", title: "plain",
        content: .records(complete: nil), syntax: .comma,
        columns: [
            Column("loc_id", .location),
            Column("latitude", .latitude, null: ["--"]),
            Column("longitude", .longitude, null: ["--"]),
            Column("region", .region),
            Column("year", .year),
            Column("month", .month, null: ["--"]),
            Column("day", .day, null: ["--"]),
            Column("species_id", .species),
            Column("num", .count, null: ["X", "x", "--"]),
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
