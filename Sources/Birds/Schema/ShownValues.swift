/// What rows of one edition show, in a form that can be compared with that of another edition: each edition has ids of
/// its own.
///
/// Values are kept by the id of what they belong to, in bounded memory, since the same locations and species come again
/// and again.
final class ShownValues {
    /// What tells locations apart.
    struct Location {
        /// As bytes in the order of locations (`LocationKey`).
        let key: [UInt8]
        let code: [UInt8]
        let latitude: Double?
        let longitude: Double?
        let region: [UInt8]?
    }

    /// The texts of a species.
    struct Species {
        let code: [UInt8]
        let scientificName: [UInt8]?
        let commonName: [UInt8]?
        let category: [UInt8]?
    }

    private let records: Records
    private var locations: [Int64: Location] = [:]
    private var species: [Int64: Species] = [:]
    private var datasets: [Int64: [UInt8]] = [:]
    /// Those that were asked for last: a row is mostly compared more than once.
    private var lastLocation: (id: Int64, value: Location)?
    private var lastSpecies: (id: Int64, value: Species)?

    /// The greatest number of values of each kind. When it is reached, all are dropped. Longer texts than `longest`, in
    /// bytes, are not kept.
    private static let kept = 1 << 15
    private static let longest = 256

    init(_ records: Records) { self.records = records }

    func location(_ id: Int64) throws(StoreError) -> Location {
        if let lastLocation, lastLocation.id == id { return lastLocation.value }
        let value = if let known = locations[id] { known } else { try readLocation(id) }
        lastLocation = (id, value)
        return value
    }

    private func readLocation(_ id: Int64) throws(StoreError) -> Location {
        let found = try records.key(ofLocation: id)
        let key = LocationKey(
            code: found.code, latitude: found.latitude, longitude: found.longitude, region: found.region ?? []
        ).key
        let location = Location(
            key: key, code: found.code, latitude: found.latitude, longitude: found.longitude, region: found.region)
        if locations.count >= Self.kept { locations.removeAll(keepingCapacity: true) }
        if key.count <= Self.longest { locations[id] = location }
        return location
    }

    func species(_ id: Int64) throws(StoreError) -> Species {
        if let lastSpecies, lastSpecies.id == id { return lastSpecies.value }
        let value = if let known = species[id] { known } else { try readSpecies(id) }
        lastSpecies = (id, value)
        return value
    }

    private func readSpecies(_ id: Int64) throws(StoreError) -> Species {
        let found = try records.species(id)
        func bytes(_ text: String?) -> [UInt8]? { text.map { Array($0.utf8) } }
        let species = Species(
            code: Array(found.code.utf8), scientificName: bytes(found.scientificName),
            commonName: bytes(found.commonName), category: bytes(found.category))
        if self.species.count >= Self.kept { self.species.removeAll(keepingCapacity: true) }
        let texts = [species.code, species.scientificName, species.commonName, species.category]
        if texts.allSatisfy({ ($0?.count ?? 0) <= Self.longest }) { self.species[id] = species }
        return species
    }

    /// The name of a data set.
    func dataset(_ id: Int64) throws(StoreError) -> [UInt8] {
        if let known = datasets[id] { return known }
        let name = Array(try records.dataset(id).utf8)
        if datasets.count >= Self.kept { datasets.removeAll(keepingCapacity: true) }
        if name.count <= Self.longest { datasets[id] = name }
        return name
    }

    /// What the data set of a row calls its location.
    func locationName(_ row: ObservationRow) throws(StoreError) -> [UInt8]? {
        try records.name(ofLocation: row.location, in: row.dataset).map { Array($0.utf8) }
    }
}
