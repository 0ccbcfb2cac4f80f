import Birds

extension Format {
    /// The file `BirdDB.txt` of BirdNET-Pi, and the table `detections` of its database. A row is a detection by sound,
    /// which tells no number of birds.
    static let birdNETPi = Format(
        name: "birdnet-pi", title: "BirdNET-Pi",
        content: .records(complete: nil), syntax: .semicolon,
        rules: [.locationsWithoutCode, .originIsNoLocation, .sourceByDetection, .ordersAreForeign],
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
        rules: [.locationsWithoutCode, .originIsNoLocation, .sourceWithinLocation, .ordersAreForeign],
        columns: [
            Column("date", .date),
            Column("time", .time),
            Column("scientific_name", or: ["scientificname"], .scientificName),
            Column("raw_scientific_name", or: ["rawscientificname"], .uncorrectedName, required: false),
            Column("common_name", or: ["commonname"], .commonName),
            Column("confidence", .confidence),
            Column("id", .source, required: false),
            Column("source_node", or: ["sourcenode"], .location, required: false),
            Column("species_code", or: ["speciescode"], .species, required: false),
            Column("latitude", .latitude, required: false),
            Column("longitude", .longitude, required: false),
            Column("unlikely", .unlikely, required: false),
        ])

    /// Results of BirdNET-Analyzer: its CSV, selection tables of Raven, and the layouts for Kaleidoscope and R, each of
    /// one recording or of many. A detection tells no number of birds.
    ///
    /// In a selection table of many recordings, `Begin Time` counts from the first of them, and `File Offset` does not.
    /// A file without detections is usual.
    static let birdNETAnalyzer = Format(
        name: "birdnet-analyzer", title: "BirdNET-Analyzer",
        content: .records(complete: nil), syntax: .comma,
        rules: [.locationsWithoutCode, .originIsNoLocation, .sourceByDetection, .recordings],
        columns: [
            Column("file offset (s)", or: ["start (s)", "start", "offset", "begin time (s)", "start_time"], .offset),
            Column("common name", or: ["common_name", "top1match"], .commonName),
            Column("confidence", or: ["top1dist"], .confidence),
            // Raven has only a code.
            Column("scientific name", or: ["scientific_name", "species code"], .unused),
            Column("scientific name", or: ["scientific_name"], .scientificName, required: false),
            Column("species code", .species, required: false),
            Column("begin path", or: ["filepath", "in file", "file", "begin file"], .recording, required: false),
            Column("folder", .folder, required: false),
            Column("lat", or: ["latitude"], .latitude, required: false),
            Column("lon", or: ["longitude"], .longitude, required: false),
        ])
}
