/// What a member describes, and so when it changes from row to row.
enum Subject {
    case location, species, dataset, date, checklist, observation, id, num
}

extension Field {
    var subject: Subject {
        switch self {
        case .locationID, .latitude, .longitude, .region, .locationName: .location
        case .year, .month, .day, .date: .date
        case .speciesID, .commonName, .scientificName, .category: .species
        case .dataset: .dataset
        case .checklistID, .minutes, .distanceKilometres, .observers, .complete, .areaHectares, .protocol,
            .checklistComments, .day1AM, .day1PM, .day2AM,
            .day2PM,
            .effortHoursAtLeast, .snowDepthAtLeast:
            .checklist
        case .sourceID, .valid, .reviewed, .time, .confidence, .breedingCode, .comments: .observation
        case .id: .id
        case .num: .num
        }
    }
}

/// Members of a row that follow each other and describe the same thing.
///
/// It is not copyable, so that a row is written without a reference counted.
struct RowPart: ~Copyable {
    struct Member {
        /// Nil for the geometry of a row, which a part about the location begins with in GeoJSON.
        let field: Field?
        /// What stands before its value: the punctuation, and in JSON its name.
        let prefix: String
    }

    let subject: Subject
    private let members: [Member]
    private let syntax: RowSyntax
    private var cache: FragmentCache
    /// The prefix of the first member, for those that are written afresh.
    private let prefix: Literal
    private let nothing: Literal

    init(subject: Subject, members: [Member], syntax: RowSyntax, cacheBound: Int) {
        self.subject = subject
        self.members = members
        self.syntax = syntax
        cache = FragmentCache(bound: cacheBound)
        prefix = Literal(members.first?.prefix ?? "")
        nothing = Literal(syntax.nothing)
    }

    @inline(__always)
    mutating func append(
        _ row: ObservationRow, _ observation: Records.Observation?, _ records: Records, to buffer: inout RowBuffer
    ) throws(StoreError) {
        let key: Int64
        switch subject {
        case .location: key = row.location
        case .species: key = row.species
        case .date: key = row.date
        case .dataset: key = row.dataset
        case .checklist: key = observation?.checklist ?? 0
        case .observation:
            if let observation { render(observation, to: &buffer) }
            return
        case .id:
            buffer.append(prefix.bytes)
            if row.id > 0 { buffer.append(row.id) } else { buffer.append(nothing.bytes) }
            return
        case .num:
            buffer.append(prefix.bytes)
            if row.num == ObservationRow.uncounted { buffer.append(nothing.bytes) } else { buffer.append(row.num) }
            return
        }
        if !cache.find(key) { try add(key, records) }
        buffer.append(cache.newest)
    }

    /// Renders what is not at hand.
    @inline(never)
    private mutating func add(_ key: Int64, _ records: Records) throws(StoreError) {
        var fragment = RowBuffer()
        switch subject {
        case .location: render(try records.location(key), to: &fragment)
        case .species: render(try records.species(key), to: &fragment)
        case .date: renderDate(key, to: &fragment)
        case .dataset:
            fragment.append(prefix.bytes)
            syntax.append(try records.dataset(key), to: &fragment)
        case .checklist: render(try records.checklist(key), to: &fragment)
        case .observation, .id, .num: assertionFailure("\(subject) is written afresh")
        }
        cache.add(key, fragment.contents)
    }

    private func render(_ location: Records.Location, to buffer: inout RowBuffer) {
        for member in members {
            buffer.append(member.prefix)
            switch member.field {
            case nil:
                syntax.appendRowStart(latitude: location.latitude, longitude: location.longitude, to: &buffer)
            case .locationID: syntax.append(location.code, to: &buffer)
            case .latitude: syntax.append(location.latitude, to: &buffer)
            case .longitude: syntax.append(location.longitude, to: &buffer)
            case .region: syntax.append(location.region, to: &buffer)
            case .locationName: syntax.append(location.name, to: &buffer)
            default: assertionFailure("\(String(describing: member.field)) is not a member of a location")
            }
        }
    }

    private func render(_ species: Records.Species, to buffer: inout RowBuffer) {
        for member in members {
            buffer.append(member.prefix)
            switch member.field {
            case .speciesID: syntax.append(species.code, to: &buffer)
            case .commonName: syntax.append(species.commonName, to: &buffer)
            case .scientificName: syntax.append(species.scientificName, to: &buffer)
            case .category: syntax.append(species.category, to: &buffer)
            default: assertionFailure("\(String(describing: member.field)) is not a member of a species")
            }
        }
    }

    private func renderDate(_ date: Int64, to buffer: inout RowBuffer) {
        let date = StoredDate(date)
        for member in members {
            buffer.append(member.prefix)
            switch member.field {
            case .year: syntax.append(date.year, to: &buffer)
            case .month: syntax.append(date.month, to: &buffer)
            case .day: syntax.append(date.day, to: &buffer)
            case .date: syntax.append(date.iso, to: &buffer)
            default: assertionFailure("\(String(describing: member.field)) is not a member of a date")
            }
        }
    }

    private func render(_ checklist: Records.Checklist, to buffer: inout RowBuffer) {
        func watched(_ half: Int64) -> Bool? { checklist.halfDays.map { $0 & half != 0 } }
        for member in members {
            buffer.append(member.prefix)
            switch member.field {
            case .checklistID: syntax.append(checklist.code, to: &buffer)
            case .minutes: syntax.append(checklist.minutes, to: &buffer)
            case .distanceKilometres: syntax.append(checklist.distanceKilometres, to: &buffer)
            case .areaHectares: syntax.append(checklist.areaHectares, to: &buffer)
            case .protocol: syntax.append(checklist.protocol, to: &buffer)
            case .checklistComments: syntax.append(checklist.comments, to: &buffer)
            case .observers: syntax.append(checklist.observers, to: &buffer)
            case .complete: syntax.append(checklist.isComplete, to: &buffer)
            case .day1AM: syntax.append(watched(1), to: &buffer)
            case .day1PM: syntax.append(watched(2), to: &buffer)
            case .day2AM: syntax.append(watched(4), to: &buffer)
            case .day2PM: syntax.append(watched(8), to: &buffer)
            case .effortHoursAtLeast: syntax.append(checklist.effortHoursAtLeast, to: &buffer)
            case .snowDepthAtLeast: syntax.append(checklist.snowDepthAtLeast, to: &buffer)
            default: assertionFailure("\(String(describing: member.field)) is not a member of a checklist")
            }
        }
    }

    private func render(_ observation: Records.Observation, to buffer: inout RowBuffer) {
        for member in members {
            buffer.append(member.prefix)
            switch member.field {
            case .sourceID: syntax.append(observation.sourceID, to: &buffer)
            case .time: syntax.append(observation.time, to: &buffer)
            case .valid: syntax.append(observation.isValid, to: &buffer)
            case .confidence: syntax.append(observation.confidence, to: &buffer)
            case .breedingCode: syntax.append(observation.breedingCode, to: &buffer)
            case .comments: syntax.append(observation.comments, to: &buffer)
            case .reviewed: syntax.append(observation.isReviewed, to: &buffer)
            default: assertionFailure("\(String(describing: member.field)) is not a member of an observation alone")
            }
        }
    }
}
