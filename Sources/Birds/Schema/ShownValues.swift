/// What rows of one edition show, in a form that can be compared with that of another edition: each edition has ids of
/// its own.
///
/// Values are kept by the id of what they belong to, in bounded memory, since the same locations and species come again
/// and again.
final class ShownValues {
    /// What tells locations apart.
    final class Location {
        /// As bytes in the order of locations (`LocationKey`).
        let key: [UInt8]
        let code: [UInt8]
        let latitude: Double?
        let longitude: Double?
        let region: [UInt8]?

        fileprivate init(_ found: (code: [UInt8], latitude: Double?, longitude: Double?, region: [UInt8]?)) {
            (code, latitude, longitude, region) = found
            key = LocationKey(code: code, latitude: latitude, longitude: longitude, region: region ?? []).key
        }
    }

    /// The texts of a species.
    final class Species {
        let code: [UInt8]
        let scientificName: [UInt8]?
        let commonName: [UInt8]?
        let category: [UInt8]?

        fileprivate init(_ found: Records.Species) {
            func bytes(_ text: String?) -> [UInt8]? { text.map { Array($0.utf8) } }
            code = Array(found.code.utf8)
            (scientificName, commonName) = (bytes(found.scientificName), bytes(found.commonName))
            category = bytes(found.category)
        }
    }

    /// The first bytes of the key of a location, which mostly tell two apart, as a number in the same order. It is 0 in
    /// a free entry.
    private struct Prefix {
        var value: UInt128 = 0
        var id: Int64 = 0

        init() {}

        init(_ id: Int64, _ key: [UInt8]) {
            self.id = id
            for index in 0..<16 { value = value << 8 | UInt128(index < key.count ? key[index] : 0) }
        }
    }

    private let records: Records
    private var locations: [Int64: Location] = [:]
    private var species: [Int64: Species] = [:]
    private var datasets: [Int64: [UInt8]] = [:]
    /// One entry per hash of an id; nil until one was asked for.
    private var prefixes: UnsafeMutablePointer<Prefix>?

    /// The greatest number of values of each kind. When it is reached, all are dropped. Longer texts than `longest`, in
    /// bytes, are not kept.
    private static let kept = 1 << prefixBits
    private static let longest = 256
    private static let prefixBits = 14

    init(_ records: Records) { self.records = records }

    deinit { prefixes?.deallocate() }

    func location(_ id: Int64) throws(StoreError) -> Location {
        if let known = locations[id] { return known }
        let location = Location(try records.key(ofLocation: id))
        if locations.count >= Self.kept { locations.removeAll(keepingCapacity: true) }
        if location.key.count <= Self.longest { locations[id] = location }
        return location
    }

    /// The first bytes of the key of a location.
    @inline(__always)
    func prefix(ofLocation id: Int64) throws(StoreError) -> UInt128 {
        let slot = Hash.slot(of: id, bits: Self.prefixBits)
        if let prefixes, prefixes[slot].id == id, prefixes[slot].value != 0 { return prefixes[slot].value }
        return try readPrefix(ofLocation: id, slot)
    }

    @inline(never)
    private func readPrefix(ofLocation id: Int64, _ slot: Int) throws(StoreError) -> UInt128 {
        let prefix = Prefix(id, try location(id).key)
        let known = prefixes ?? UnsafeMutablePointer<Prefix>.allocate(capacity: Self.kept)
        if prefixes == nil { known.initialize(repeating: Prefix(), count: Self.kept) }
        prefixes = known
        known[slot] = prefix
        return prefix.value
    }

    func species(_ id: Int64) throws(StoreError) -> Species {
        if let known = species[id] { return known }
        let species = Species(try records.species(id))
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
