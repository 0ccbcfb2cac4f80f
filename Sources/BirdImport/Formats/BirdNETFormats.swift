import Birds

extension Format {
    /// The file `BirdDB.txt` of BirdNET-Pi, and the table `detections` of its database. A row is a detection by sound,
    /// which tells no number of birds.
    static let birdNETPi = Format(
        name: "birdnet-pi", title: "BirdNET-Pi",
        content: .records(complete: nil), syntax: .semicolon,
        rules: [.locationsWithoutCode, .originIsNoLocation, .sourceByDetection],
        columns: [
            Column("date", .date),
            Column("time", .time),
            Column("sci_name", .scientificName),
            Column("com_name", .commonName),
            Column("confidence", .confidence),
            Column("lat", .latitude, required: false),
            Column("lon", .longitude, required: false),
        ])

    /// An export of BirdNET-Go. Its columns have the names of fields, in one of two spellings. A detection tells no
    /// number of birds; one that is marked as unlikely did not pass review. An id is unique within one node only.
    static let birdNETGo = Format(
        name: "birdnet-go", title: "BirdNET-Go",
        content: .records(complete: nil), syntax: .comma,
        rules: [.locationsWithoutCode, .originIsNoLocation, .sourceWithinLocation],
        columns: [
            Column("date", .date),
            Column("time", .time),
            Column("scientific_name", or: ["scientificname"], .scientificName),
            Column("common_name", or: ["commonname"], .commonName),
            Column("confidence", .confidence),
            Column("id", .source, required: false),
            Column("source_node", or: ["sourcenode"], .location, required: false),
            Column("species_code", or: ["speciescode"], .species, required: false),
            Column("latitude", .latitude, required: false),
            Column("longitude", .longitude, required: false),
            Column("unlikely", .unlikely, required: false),
        ])
}
