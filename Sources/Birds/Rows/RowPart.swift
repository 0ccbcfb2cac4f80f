/// The thing that a member describes, whose id decides whether a rendered member can be reused.
enum Subject {
    case location, locationName, species, dataset, date, checklist, observation, id, num
}

extension Field {
    /// The thing that the member describes.
    var subject: Subject {
        switch self {
        case .locationID, .latitude, .longitude, .region, .generalisation: .location
        case .locationName: .locationName
        case .year, .month, .day, .date: .date
        case .speciesID, .commonName, .scientificName, .category: .species
        case .dataset: .dataset
        case .sourceID, .valid, .reviewed, .time, .confidence, .breedingCode, .comments, .coordinateUncertainty,
            .generalised:
            .observation
        case .id: .id
        case .num: .num
        // All others show a column of the checklist (`ofChecklist`).
        default: .checklist
        }
    }
}

/// Adjacent members of a row that describe the same thing.
///
/// It is not copyable, so that writing a row touches no reference count.
struct RowPart: ~Copyable {
    struct Member {
        /// Nil for the start of a GeoJSON row with its geometry, which belongs to the location.
        let field: Field?
        /// The text before the value: punctuation, and in JSON the name.
        let prefix: String
    }

    let subject: Subject
    private let members: [Member]
    private let syntax: RowSyntax
    private var cache: FragmentCache
    /// The prefix of the first member, for a part that is not cached.
    private let prefix: Literal
    /// The text for a missing value.
    private let nothing: Literal

    init(subject: Subject, members: [Member], syntax: RowSyntax, cacheBound: Int) {
        self.subject = subject
        self.members = members
        self.syntax = syntax
        cache = FragmentCache(bound: cacheBound)
        prefix = Literal(members.first?.prefix ?? "")
        nothing = Literal(syntax.nothing)
    }

    /// Appends the members of one row.
    /// - Parameter observation: The columns that no index holds; nil if no member needs them.
    /// - Throws: `.overBudget`, `.cancelled` or `.sqlite`.
    @inline(__always)
    mutating func append(
        _ row: ObservationRow, _ observation: Records.Observation?, _ records: Records, to buffer: inout RowBuffer
    ) throws(StoreError) {
        let key: Int64
        switch subject {
        case .location: key = row.location
        // Each data set has its own names. A data set has a small id, so this keeps them apart; an edited file may not.
        case .locationName:
            guard (0..<1 << 16).contains(row.dataset), (0..<1 << 47).contains(row.location) else {
                try render(row, observation, records, to: &buffer)
                return
            }
            key = row.location << 16 | row.dataset
        case .species: key = row.species
        case .date: key = row.date
        case .dataset: key = row.dataset
        case .checklist: key = observation?.checklist ?? 0
        // Columns of a single observation: nothing to reuse.
        case .observation:
            try render(row, observation, records, to: &buffer)
            return
        case .id:
            buffer.append(prefix.bytes)
            if row.isRecord, let id = try records.ids.shown(row) {
                buffer.append(id)
            } else {
                buffer.append(nothing.bytes)
            }
            return
        case .num:
            buffer.append(prefix.bytes)
            if let num = row.num.number { buffer.append(num) } else { buffer.append(nothing.bytes) }
            return
        }
        if !cache.find(key) { try add(key, row, observation, records) }
        buffer.append(cache.newest)
    }

    /// Renders the members and caches them.
    @inline(never)
    private mutating func add(
        _ key: Int64, _ row: ObservationRow, _ observation: Records.Observation?, _ records: Records
    ) throws(StoreError) {
        var fragment = RowBuffer()
        try render(row, observation, records, to: &fragment)
        cache.add(key, fragment.contents)
    }

    /// Renders all members of the part.
    @inline(never)
    private func render(
        _ row: ObservationRow, _ observation: Records.Observation?, _ records: Records, to buffer: inout RowBuffer
    ) throws(StoreError) {
        var described = Described(row: row, records: records, checklist: observation?.checklist ?? 0)
        for member in members {
            buffer.append(member.prefix)
            if let field = member.field {
                try append(field, of: &described, observation, to: &buffer)
            } else {
                let location = try described.location()
                syntax.appendRowStart(latitude: location.latitude, longitude: location.longitude, to: &buffer)
            }
        }
    }

    /// Appends the value of a member.
    private func append(
        _ field: Field, of row: inout Described, _ observation: Records.Observation?, to buffer: inout RowBuffer
    ) throws(StoreError) {
        switch field {
        case .locationID: syntax.append(try row.location().code, to: &buffer)
        case .latitude: syntax.append(try row.location().latitude, to: &buffer)
        case .longitude: syntax.append(try row.location().longitude, to: &buffer)
        case .region: syntax.append(try row.location().region, to: &buffer)
        case .locationName: syntax.append(try row.locationName(), to: &buffer)

        case .speciesID: syntax.append(try row.species().code, to: &buffer)
        case .commonName: syntax.append(try row.species().commonName, to: &buffer)
        case .scientificName: syntax.append(try row.species().scientificName, to: &buffer)
        case .category: syntax.append(try row.species().category, to: &buffer)

        case .year: syntax.append(row.date.year, to: &buffer)
        case .month: syntax.append(row.date.month, to: &buffer)
        case .day: syntax.append(row.date.day, to: &buffer)
        case .date: syntax.append(row.date.iso, to: &buffer)

        case .dataset: syntax.append(try row.dataset(), to: &buffer)

        case .sourceID: syntax.append(observation?.sourceID, to: &buffer)
        case .time: syntax.append(observation?.time, to: &buffer)
        case .valid: syntax.append(observation?.isValid, to: &buffer)
        case .reviewed: syntax.append(observation?.isReviewed, to: &buffer)
        case .confidence: syntax.append(observation?.confidence, to: &buffer)
        case .breedingCode: syntax.append(observation?.breedingCode, to: &buffer)
        case .comments: syntax.append(observation?.comments, to: &buffer)
        case .coordinateUncertainty: syntax.append(observation?.coordinateUncertainty, to: &buffer)
        case .generalised: syntax.append(observation?.isGeneralised, to: &buffer)
        case .generalisation: syntax.append(try row.generalisation(), to: &buffer)

        case .id: syntax.append(try row.id(), to: &buffer)
        case .num: syntax.append(row.num, to: &buffer)

        default:
            guard let shown = field.ofChecklist else { return syntax.append(RowCell.nothing, to: &buffer) }
            syntax.append(RowCell(try row.checklist()[shown]), to: &buffer)
        }
    }
}
