/// A checklist, with what its first record in the default order says of it.
struct Checklist {
    let id: Int64
    /// Of its data set.
    let dataset: Int
    let location: Int64
    let date: Int64
    let details: RecordDetails
    /// In which the texts of `details` lie.
    let bytes: [UInt8]
    /// Distinct species with a number that is not 0, without `nobird`.
    fileprivate(set) var speciesCount: Int64 = 0
    /// Of its last record.
    fileprivate var lastSpecies = -1
    /// Whether it stands in the database already.
    fileprivate var exists = false
    fileprivate var isMet = true

    /// Empty where the file has none.
    var code: ArraySlice<UInt8> { bytes[details.checklist] }
}

/// Where new checklists go.
protocol ChecklistSink: AnyObject {
    /// Takes all new checklists of a date and a location, in the order of their ids.
    func add(_ checklists: ArraySlice<Checklist>) throws(StoreError)
}

/// The checklists of records that come in the order of date and location: finds or makes one for each.
///
/// A checklist is known by its data set, code, location and date, so that a record always keeps its own place and date. All
/// records of a date and a location come together, so that only their checklists are held.
struct Checklists {
    private struct Key: Hashable {
        let dataset: Int
        let code: ArraySlice<UInt8>
    }

    private let sink: any ChecklistSink
    /// The rank of `nobird`; -1 where no record has it.
    private let none: Int
    private var nextID: Int64
    /// Those of the present date and location, the existing ones first.
    private var group: [Checklist] = []
    private var existing = 0
    /// Where they stand in `group`, once there are many.
    private var positions: [Key: Int] = [:]
    private var date: Int64 = -1
    private var location: Int64 = -1
    private var last = 0
    /// How many were met.
    private(set) var count = 0

    /// More than these are looked up by their hashes.
    private static let fewest = 8

    /// - Parameter none: the rank of `nobird` among the species.
    init(_ sink: any ChecklistSink, firstID: Int64, none: Int) {
        (self.sink, nextID, self.none) = (sink, firstID, none)
    }

    /// Whether a record is at the present date and location; if not, `begin` comes first.
    @inline(__always)
    func isAt(_ date: Int64, _ location: Int64) -> Bool { date == self.date && location == self.location }

    /// Goes on to another date and location.
    mutating func begin(_ date: Int64, _ location: Int64) throws(StoreError) {
        try finish()
        (self.date, self.location) = (date, location)
    }

    /// Takes up a checklist of the present date and location that the database has.
    mutating func addExisting(id: Int64, dataset: Int, code: [UInt8]) {
        var checklist = Checklist(
            id: id, dataset: dataset, location: location, date: date, details: RecordDetails(checklistCode: code),
            bytes: code)
        (checklist.exists, checklist.isMet) = (true, false)
        append(checklist)
        existing += 1
    }

    /// The id of a record's checklist.
    @inline(__always)
    mutating func id(of key: RecordKey, _ details: RecordDetails, _ bytes: [UInt8]) -> Int64 {
        let code = bytes[details.checklist]
        let position: Int
        if last < group.count, group[last].dataset == key.dataset, group[last].code == code {
            position = last
        } else if let known = find(key.dataset, code) {
            position = known
        } else {
            position = group.count
            append(
                Checklist(
                    id: nextID, dataset: key.dataset, location: location, date: date, details: details,
                    bytes: bytes))
            nextID += 1
            count += 1
        }
        last = position
        if !group[position].isMet {
            group[position].isMet = true
            count += 1
        }
        // A checklist's records come in the order of species.
        if key.num != 0, key.species != none, group[position].lastSpecies != key.species {
            group[position].lastSpecies = key.species
            group[position].speciesCount += 1
        }
        return group[position].id
    }

    /// Gives the last of them to the sink.
    mutating func finish() throws(StoreError) {
        if group.count > existing { try sink.add(group[existing...]) }
        group.removeAll(keepingCapacity: true)
        if !positions.isEmpty { positions.removeAll(keepingCapacity: true) }
        (existing, last) = (0, 0)
    }

    private mutating func append(_ checklist: Checklist) {
        group.append(checklist)
        if group.count > Self.fewest + 1 {
            positions[Key(dataset: checklist.dataset, code: checklist.code)] = group.count - 1
        } else if group.count == Self.fewest + 1 {
            for (position, one) in group.enumerated() {
                positions[Key(dataset: one.dataset, code: one.code)] = position
            }
        }
    }

    private func find(_ dataset: Int, _ code: ArraySlice<UInt8>) -> Int? {
        group.count > Self.fewest
            ? positions[Key(dataset: dataset, code: code)]
            : group.firstIndex { $0.dataset == dataset && $0.code == code }
    }
}

/// A time of day as the store keeps it.
func timeOfDay(_ minutes: Int64) -> String {
    let minutes = min(max(0, minutes), 24 * 60 - 1)
    func digits(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
    return digits(minutes / 60) + ":" + digits(minutes % 60)
}
