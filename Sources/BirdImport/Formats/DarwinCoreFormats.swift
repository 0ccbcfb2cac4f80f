import Birds

extension Format {
    /// The name of Darwin Core Archives, as in `--format`: these have no columns of their own.
    static let archive = "dwca"

    /// GBIF's simple download. `scientificName` has an author and may be a subspecies; `species` is the species.
    static let gbif = Format(
        name: "gbif", title: "GBIF simple download",
        content: .records(complete: nil), syntax: .tab,
        rules: [.locationsWithoutCode, .ordersAreForeign],
        columns: [
            Column("gbifid", .source),
            Column("datasetkey", .unused),
            Column("kingdom", .kingdom, required: false),
            Column("phylum", .phylum, required: false),
            Column("class", .taxonClass),
            Column("order", .order, required: false),
            Column("species", .scientificName),
            Column("scientificname", .authoredName),
            Column("verbatimscientificname", .verbatimName, required: false),
            Column("countrycode", .region),
            Column("locality", .locationName),
            Column("occurrencestatus", .status),
            Column("individualcount", .count, null: Column.notCounted + Column.present),
            Column("decimallatitude", .latitude),
            Column("decimallongitude", .longitude),
            Column("coordinateuncertaintyinmeters", .uncertainty, required: false),
            Column("eventdate", .date),
            Column("year", .year, required: false),
            Column("month", .month, required: false),
            Column("day", .day, required: false),
        ],
        // Those that `occurrence.txt` of GBIF's archives has too, and that Darwin Core reads.
        foreignColumns: [
            "eventtime", "eventid", "locationid", "samplingprotocol", "eventremarks", "occurrenceremarks",
            "identificationqualifier", "vernacularname", "organismquantity", "organismquantitytype",
            "datageneralizations", "informationwithheld",
        ])

    /// The events of an archive that have no occurrences: checklists without a record. It is no format of files.
    static let darwinCoreEvents = Format(
        name: "dwc-events", title: "Darwin Core events",
        content: .checklists, syntax: .tab,
        rules: [.locationsWithoutCode],
        columns: eventColumns.filter { $0.member != .checklist } + [Column("eventid", .checklist)])

    /// The columns that describe the place, date and effort of an occurrence or event.
    private static let eventColumns = [
        Column("eventid", .checklist, required: false),
        Column("countrycode", .region, required: false),
        Column("locationid", .location, required: false),
        Column("locality", .locationName, required: false),
        Column("decimallatitude", .latitude, required: false),
        Column("decimallongitude", .longitude, required: false),
        Column("eventdate", .date, required: false),
        Column("year", .year, required: false),
        Column("month", .month, required: false),
        Column("day", .day, required: false),
        Column("eventtime", .time, required: false),
        Column("samplingprotocol", .protocol, required: false),
        Column("eventremarks", .checklistComments, required: false),
    ]

    /// Occurrences with the terms of Darwin Core (https://dwc.tdwg.org/terms/) as columns, such as `occurrence.txt` of
    /// an archive, or of a table that R wrote, with `NA` for what is missing. (As a country it is Namibia.) Records
    /// with the same `eventID` are a checklist. Only the name of the species is required, or its parts.
    static let darwinCore = Format(
        name: "dwc", title: "Darwin Core occurrences",
        content: .records(complete: nil), syntax: .tab,
        rules: [.locationsWithoutCode],
        columns: [
            Column("scientificname", .authoredName, unless: .epithet),
            Column("genus", .genus, required: false),
            Column("specificepithet", .epithet, required: false),
            Column("infraspecificepithet", .subspecificEpithet, required: false),
            Column("verbatimscientificname", or: ["verbatimidentification"], .verbatimName, required: false),
            Column("identificationqualifier", .qualifier, required: false),
            // Two data sets may share an `occurrenceID`; GBIF's own key is unique.
            Column("gbifid", or: ["key", "occurrenceid", "id"], .source, required: false),
            Column("kingdom", .kingdom, required: false),
            Column("phylum", .phylum, required: false),
            Column("class", .taxonClass, required: false),
            Column("order", .order, required: false),
            Column("higherclassification", .higherTaxa, required: false),
            Column("species", .scientificName, required: false),
            Column("vernacularname", .commonName, required: false),
            Column("occurrencestatus", .status, required: false),
            Column("individualcount", .count, required: false, null: Column.notCounted + Column.present),
            Column(
                "organismquantity", .quantity, required: false, null: Column.notCounted + Column.present),
            Column("organismquantitytype", .quantityType, required: false),
            Column("occurrenceremarks", .comments, required: false),
            Column("coordinateuncertaintyinmeters", .uncertainty, required: false),
            Column("datageneralizations", .generalisation, required: false),
            Column("informationwithheld", .withheld, required: false),
        ] + eventColumns)
}
