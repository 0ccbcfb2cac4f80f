import Birds

extension Format {
    /// The download of an observer's own eBird records. Before 2019 it had no `Location ID`, and `Observation Details`
    /// was called `Species Comments`. Its dates are `2021-02-03`, or `02-03-2021` with the month first in old ones. A
    /// count of `X` means that the birds were not counted. Records have no code of
    /// their own, but a checklist has each species once.
    static let eBirdMyData = Format(
        name: "ebird-mydata", title: "My eBird Data",
        content: .records(complete: nil), syntax: .comma,
        rules: [.locationsWithoutCode, .sourceByChecklistAndSpecies, .slashesAreForeign],
        columns: [
            Column("submission id", .checklist),
            Column("common name", .commonName),
            Column("scientific name", .scientificName),
            Column("count", .count, null: Column.notCounted),
            Column("state/province", .region),
            Column("location id", .location, required: false),
            Column("location", .locationName),
            Column("latitude", .latitude),
            Column("longitude", .longitude),
            Column("date", .date),
            Column("time", .time),
            Column("protocol", .protocol, required: false),
            Column("duration (min)", .minutes, required: false),
            Column("all obs reported", .complete, required: false),
            Column("distance traveled (km)", .distance, required: false),
            Column("area covered (ha)", .area, required: false),
            Column("number of observers", .observers, required: false),
            Column("breeding code", .breedingCode, required: false),
            Column("observation details", or: ["species comments"], .comments, required: false),
            Column("checklist comments", .checklistComments, required: false),
        ])

    /// An observer's life list: the first record of each species, or the last one, with its place and checklist.
    static let eBirdLifeList = Format(
        name: "ebird-lifelist", title: "eBird life list",
        content: .records(complete: nil), syntax: .comma,
        rules: [.locationsWithoutCode, .sourceByChecklistAndSpecies, .ordersAreForeign],
        columns: [
            Column("row #", .unused),
            Column("common name", .commonName),
            Column("scientific name", .scientificName),
            Column("count", .count, null: Column.notCounted),
            Column("location", .locationName),
            Column("s/p", .region),
            Column("date", .date),
            Column("locid", .location),
            Column("subid", .checklist),
        ])

    /// The sampling events of the eBird Basic Dataset: its checklists, those without a record included. They come in a
    /// file beside the records, or are downloaded alone.
    static let eBirdSampling = Format(
        name: "ebird-sampling", title: "eBird Basic Dataset, sampling events",
        content: .checklists, syntax: .tab,
        rules: [.locationsWithoutCode, .ordersAreForeign],
        columns: checklistColumns,
        foreignColumns: [
            "global unique identifier", "common name", "scientific name", "observation count", "taxonomic order",
            "species comments",
        ])

    /// The columns of a checklist.
    private static let checklistColumns = [
        Column("country code", .country),
        Column("state code", .region),
        Column("locality", .locationName),
        Column("locality id", .location),
        Column("latitude", .latitude),
        Column("longitude", .longitude),
        Column("observation date", .date),
        Column("time observations started", .time),
        Column("sampling event identifier", .checklist),
        Column("protocol name", or: ["protocol type"], .protocol, required: false),
        Column("duration minutes", .minutes, required: false),
        Column("effort distance km", .distance, required: false),
        Column("effort area ha", .area, required: false),
        Column("number observers", .observers, required: false),
        Column("all species reported", .complete),
        Column("group identifier", .group, required: false),
        Column("checklist comments", or: ["trip comments"], .checklistComments, required: false),
    ]

    /// The record format, in which eBird takes in records from other programs: 19 columns in this order, without a
    /// header. Some programs write one. Distances are in miles and areas in acres.
    static let eBirdRecord = Format(
        name: "ebird-record", title: "eBird record format",
        content: .records(complete: nil), syntax: .comma,
        rules: [
            .locationsWithoutCode, .sourceByChecklistAndSpecies, .speciesMayRepeat, .checklistByVisit,
            .regionWithinCountry, .mayLackHeader, .nameInOnePart,
        ],
        columns: [
            Column("common name", .commonName),
            Column("genus", .genus),
            Column("species", .epithet),
            Column("number", or: ["species count", "count"], .count, null: Column.notCounted),
            Column("species comments", .comments, required: false),
            Column("location name", or: ["location"], .locationName),
            Column("latitude", .latitude),
            Column("longitude", .longitude),
            Column("date", or: ["observation date"], .date),
            Column("start time", or: ["time"], .time),
            Column("state/province", or: ["state"], .region, required: false),
            Column("country code", or: ["country"], .country, required: false),
            Column("protocol", .protocol, required: false),
            Column("number of observers", or: ["observers"], .observers, required: false),
            Column("duration", or: ["duration (min)", "duration (minutes)"], .minutes, required: false),
            Column(
                "all observations reported?",
                or: [
                    "all observations reported", "all observations reported? y/n", "all observations reported? (y/n)",
                    "all observations reported (y/n)",
                ], .complete, required: false),
            Column(
                "effort distance miles",
                or: ["distance miles", "distance (miles)", "effort distance (miles)", "distance covered", "distance"],
                .miles, required: false),
            Column(
                "effort area acres", or: ["area acres", "area (acres)", "effort area (acres)", "area covered", "area"],
                .acres, required: false),
            Column("submission comments", or: ["checklist comments"], .checklistComments, required: false),
        ])

    /// The eBird Basic Dataset, in all layouts since 2017. The names of observers, which the oldest ones have, are not
    /// imported. `APPROVED` is 0 for a record that did not pass review. `GROUP IDENTIFIER` is explained in
    /// `SharedChecklists`.
    static let eBird = Format(
        name: "ebird", title: "eBird Basic Dataset",
        content: .records(complete: nil), syntax: .tab,
        rules: [.locationsWithoutCode, .ordersAreForeign],
        columns: [
            Column("global unique identifier", .source),
            Column("common name", .commonName),
            Column("scientific name", .scientificName),
            Column("category", .category, required: false),
            Column("subspecies common name", .subspeciesCommonName, required: false),
            Column("subspecies scientific name", .subspecies, required: false),
            Column("observation count", .count, null: Column.notCounted),
            Column("breeding code", or: ["breeding bird atlas code"], .breedingCode, required: false),
            Column("approved", .valid, required: false),
            Column("reviewed", .reviewed, required: false),
            Column("species comments", .comments, required: false),
        ] + checklistColumns)
}
