import Birds

/// A resource, as the description tells of it.
struct Resource {
    let path: String
    let route: Route
    /// The name of the operation, which programs make functions of.
    let operation: String
    let summary: String
    let parameters: [Parameter]
    /// The name of the schema of a row, or of the document.
    let schema: String
    /// What `fields` can name.
    var fields: [String] = []

    private static let observationFields = Field.allCases.map(\.rawValue)

    static let collections: [Resource] = [
        Resource(
            path: "/observations", route: .observations, operation: "listObservations",
            summary: "Records, by date, place and species.", parameters: Parameter.observations, schema: "Observation",
            fields: observationFields),
        Resource(
            path: "/checklists", route: .checklists, operation: "listChecklists",
            summary: "Visits of a place, with their effort.", parameters: Parameter.checklists, schema: "Checklist",
            fields: ChecklistField.allCases.map(\.rawValue)),
        Resource(
            path: "/species", route: .species, operation: "listSpecies", summary: "All species.",
            parameters: Parameter.table, schema: "Species"),
        Resource(
            path: "/locations", route: .locations, operation: "listLocations",
            summary: "Locations, with the numbers of their records.", parameters: Parameter.locations,
            schema: "Location"),
        Resource(
            path: "/regions", route: .regions, operation: "listRegions",
            summary: "Regions, with the numbers of their records.", parameters: Parameter.table, schema: "Region"),
        Resource(
            path: "/summary", route: .summary, operation: "summarize", summary: "Numbers of groups of records.",
            parameters: Parameter.summary, schema: "Group"),
        Resource(
            path: "/datasets", route: .datasets, operation: "listDatasets",
            summary: "What was imported, when, from where, under which licence.", parameters: Parameter.table,
            schema: "Dataset"),
    ]

    static let documents: [(resource: Resource, key: String, pattern: String?, text: String)] = [
        (
            Resource(
                path: "/observations/{id}", route: .observation(id: ""), operation: "getObservation",
                summary: "One record.", parameters: Parameter.observation, schema: "Observation",
                fields: observationFields), "id", "^(0|-?[1-9][0-9]*)$", "The id of a record."
        ),
        (
            Resource(
                path: "/species/{species_id}", route: .oneSpecies(code: ""), operation: "getSpecies",
                summary: "One species, with the numbers of its records.", parameters: [], schema: "OneSpecies"),
            "species_id", nil, "The species_id; a slash in it is %2F. For . or .. use the parameter species."
        ),
        (
            Resource(
                path: "/locations/{loc_id}", route: .location(code: ""), operation: "getLocation",
                summary: "One location, with the numbers of its records.", parameters: [], schema: "OneLocation"),
            "loc_id", nil,
            "The loc_id; a slash in it is %2F. For . or .. use the parameter location."
        ),
    ]

    /// The same resource at a path that names a format, such as `/observations.csv`.
    func named(_ format: RowFormat) -> Resource {
        Resource(
            path: path + "." + format.name, route: route, operation: operation + format.name.uppercased(),
            summary: summary, parameters: parameters, schema: schema, fields: fields)
    }
}
