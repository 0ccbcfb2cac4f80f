import Birds
import HTTP

/// The one table of resources. Paths, formats, parameters, metric labels, and the paths and schemas of `/openapi.json`
/// are all made from it; `Handlers` answers each resource.
///
/// Raw values count from 0 without gaps: they are indices of `entries` and of the counters of `LoopMetrics`.
enum Resource: Int, CaseIterable {
    case observations, observation, checklists, species, oneSpecies, locations, location, regions, summary, datasets
    case description, metrics, health
    /// The server as a whole, the target of `OPTIONS *` (RFC 9110 §9.3.7).
    case server

    /// The methods of every resource. Nothing can be changed over HTTP.
    static let methods: [Method] = [.get, .head, .options]

    /// A row of the table.
    struct Entry {
        /// The label in the metrics.
        let label: String
        /// The path, with an id in braces if it has one.
        let path: String
        let kind: Kind
        /// The parameters that it accepts.
        let parameters: [Parameter]
        /// The name of the operation in the description. Generated clients have a function of this name.
        let operation: String
        /// One sentence for the description.
        let summary: String
        /// The available formats, the default first.
        var formats: [RowFormat] = [.json]
        /// Whether it needs no credentials.
        var isOpen = false
    }

    /// What a resource consists of.
    enum Kind {
        /// Rows of records, in any of its formats.
        case rows(Schema)
        /// One JSON object of records.
        case document(Schema, PathID)
        /// Information about the server, without records.
        case service
    }

    /// The schema of a row or a document in the description.
    struct Schema {
        let name: String
        let members: [String]
        /// The members that every row or document has.
        let required: [String]
    }

    /// The id at the end of a path.
    struct PathID {
        let name: String
        /// A regular expression that every id matches; nil if any text can be one.
        var pattern: String?
        /// Its meaning, as a sentence for the description.
        let text: String
    }

    /// The paths without an id, for a message.
    static let listedPaths = allCases.map(\.entry.path).filter { $0.hasPrefix("/") && !$0.contains("{") }
        .joined(separator: ", ")

    var entry: Entry { Resource.entries[rawValue] }
    var label: String { Resource.entries[rawValue].label }
    var formats: [RowFormat] { Resource.entries[rawValue].formats }
    var parameters: [Parameter] { Resource.entries[rawValue].parameters }

    /// The members of its rows or its document.
    var members: [String] {
        switch Resource.entries[rawValue].kind {
        case .rows(let schema), .document(let schema, _): schema.members
        case .service: []
        }
    }

    /// Whether it is one JSON object, of a record or the description.
    var isDocument: Bool {
        if case .document = Resource.entries[rawValue].kind { return true }
        return self == .description
    }

    /// The name of a resource with rows, from its path; nil for others. It is used in paths and file names.
    var collectionName: String? {
        guard case .rows = Resource.entries[rawValue].kind else { return nil }
        return String(Resource.entries[rawValue].path.dropFirst())
    }

    /// Indexed by raw value. Made once, since each request looks into it.
    private static let entries = allCases.map(makeEntry)

    private static func makeEntry(_ resource: Resource) -> Entry {
        let tableFormats: [RowFormat] = [.json, .ndjson, .csv]
        let locationFormats = tableFormats + [.geojson]
        switch resource {
        case .observations:
            return Entry(
                label: "observations", path: "/observations", kind: .rows(.observation),
                parameters: Parameter.observations, operation: "listObservations",
                summary: "Records, filtered by date, place, species and more.", formats: locationFormats)
        case .observation:
            return Entry(
                label: "observation", path: "/observations/{id}",
                kind: .document(
                    .observation, PathID(name: "id", pattern: "^(0|-?[1-9][0-9]*)$", text: "The id of a record.")),
                parameters: Parameter.observation, operation: "getObservation", summary: "One record.")
        case .checklists:
            return Entry(
                label: "checklists", path: "/checklists", kind: .rows(.checklist), parameters: Parameter.checklists,
                operation: "listChecklists", summary: "Visits to a place, with their effort.", formats: locationFormats)
        case .species:
            return Entry(
                label: "species", path: "/species",
                kind: .rows(Schema(name: "Species", ObservationStore.speciesNames)), parameters: Parameter.table,
                operation: "listSpecies", summary: "All species.", formats: tableFormats)
        case .oneSpecies:
            return Entry(
                label: "one_species", path: "/species/{species_id}",
                kind: .document(
                    Schema(name: "OneSpecies", ObservationStore.speciesNames + ObservationStore.speciesNumbers),
                    PathID(
                        name: "species_id",
                        text: "The species_id; write a slash in it as %2F. For . or .. use the parameter species.")),
                parameters: [], operation: "getSpecies", summary: "One species, with statistics of its records.")
        case .locations:
            return Entry(
                label: "locations", path: "/locations",
                kind: .rows(Schema(name: "Location", ObservationStore.locationNames)),
                parameters: Parameter.locations, operation: "listLocations",
                summary: "Locations, with statistics of their records.", formats: locationFormats)
        case .location:
            return Entry(
                label: "location", path: "/locations/{loc_id}",
                kind: .document(
                    Schema(
                        name: "OneLocation", members: Schema.place.members + ["other_places"],
                        required: Schema.place.members),
                    PathID(
                        name: "loc_id",
                        text: "The loc_id; write a slash in it as %2F. For . or .. use the parameter location.")),
                parameters: [], operation: "getLocation", summary: "One location, with statistics of its records.")
        case .regions:
            return Entry(
                label: "regions", path: "/regions", kind: .rows(Schema(name: "Region", ObservationStore.regionNames)),
                parameters: Parameter.table, operation: "listRegions",
                summary: "Regions, with statistics of their records.", formats: tableFormats)
        case .summary:
            return Entry(
                label: "summary", path: "/summary", kind: .rows(.group), parameters: Parameter.summary,
                operation: "summarize", summary: "Statistics of groups of records.", formats: tableFormats)
        case .datasets:
            return Entry(
                label: "datasets", path: "/datasets",
                kind: .rows(Schema(name: "Dataset", ObservationStore.datasetNames)), parameters: Parameter.table,
                operation: "listDatasets", summary: "The imported data sets, with their dates, sources and licences.",
                formats: tableFormats)
        case .description:
            return Entry(
                label: "description", path: "/openapi.json", kind: .service, parameters: [], operation: "describe",
                summary: "This description.")
        case .metrics:
            return Entry(
                label: "metrics", path: "/metrics", kind: .service, parameters: [], operation: "getMetrics",
                summary: "Metrics in the format of Prometheus.")
        case .health:
            return Entry(
                label: "health", path: "/health", kind: .service, parameters: [], operation: "checkHealth",
                summary: "Whether the server is running; needs no credentials.", isOpen: true)
        case .server:
            return Entry(label: "server", path: "*", kind: .service, parameters: [], operation: "", summary: "")
        }
    }
}

extension Resource.Schema {
    /// A schema whose members are all required.
    init(name: String, _ members: [String]) { self.init(name: name, members: members, required: members) }

    // With `fields` a row has only some members, so no member is required.
    static let observation = Self(name: "Observation", members: Field.allCases.map(\.rawValue), required: [])
    static let checklist = Self(name: "Checklist", members: ChecklistField.allCases.map(\.rawValue), required: [])
    static let place = Self(name: "Place", ObservationStore.locationNames + ["species"])
    /// A row has only those keys that it is grouped by.
    static let group = Self(
        name: "Group", members: SummaryKey.allCases.map(\.member) + ObservationStore.summaryNumbers,
        required: ObservationStore.summaryNumbers)
}
