import Birds

extension Format {
    /// An export of observations from iNaturalist. Its user chooses the columns, so most of them are optional.
    ///
    /// - An observation without an iconic taxon is not known to be a bird.
    /// - `time_observed_at` is in UTC. The local time is in what the observer has entered, `observed_on_string`.
    /// - Of an obscured place, `latitude` and `longitude` are a random point of a cell of 0.2 degrees. The columns
    ///   `private_latitude` and `private_longitude`, which only the observer and those whom they trust can export, have
    ///   the true one. They are not read, and neither are names of observers: nobody with the file can tell whether
    ///   everybody with the password may know where a rare bird breeds or an observer lives.
    static let iNaturalist = Format(
        name: "inaturalist", title: "iNaturalist",
        content: .records(complete: nil), syntax: .comma,
        rules: [.locationsWithoutCode, .ordersAreForeign, .needsClass, .uncertaintyOfTruePlace],
        columns: [
            Column("scientific_name", .scientificName),
            Column("iconic_taxon_name", or: ["taxon_class_name"], .taxonClass),
            Column("observed_on", .date),
            // One of these tells an export from other tables.
            Column(
                "quality_grade",
                or: [
                    "taxon_id", "observed_on_string", "time_observed_at", "num_identification_agreements",
                    "captive_cultivated", "coordinates_obscured", "positional_accuracy", "place_guess", "species_guess",
                    "user_login", "uuid", "url",
                ], .unused),
            Column("id", .source, required: false),
            Column("common_name", .commonName, required: false),
            Column("observed_on_string", .enteredTime, required: false),
            Column("place_guess", .locationName, required: false),
            Column("latitude", .latitude, required: false),
            Column("longitude", .longitude, required: false),
            Column("captive_cultivated", .captive, required: false),
            Column("description", .comments, required: false),
            Column("coordinates_obscured", .obscured, required: false),
            Column("geoprivacy", .geoprivacy, required: false),
            Column("taxon_geoprivacy", .taxonGeoprivacy, required: false),
            Column("positional_accuracy", .uncertainty, required: false),
            Column("public_positional_accuracy", .publicUncertainty, required: false),
        ])
}
