import Birds

/// What records are ordered by, in the default order, as 119 of 128 bits: date, place, species, number and data set. Places,
/// species and data sets are numbers of an import: provisional ones, or ranks among its own.
struct RecordKey: Equatable {
    /// `yyyymmdd`, 00 for what is not known.
    let date: Int64
    let place: Int
    let species: Int
    /// Nil: seen and not counted, which comes first.
    let num: Int64?
    let dataset: Int

    private static let mask20: UInt64 = 1 << 20 - 1
    private static let mask24: UInt64 = 1 << 24 - 1
    private static let mask25: UInt64 = 1 << 25 - 1

    /// Nil where a number has more bits than it gets here: date, place and species 25 each, the count 24, the data set 20.
    @inline(__always)
    init?(date: Int64, place: Int, species: Int, num: Int64?, dataset: Int) {
        guard Self.fits(date, Self.mask25), Self.fits(Int64(place), Self.mask25),
            Self.fits(Int64(species), Self.mask25),
            Self.fits(num ?? 0, Self.mask24 - 1), Self.fits(Int64(dataset), Self.mask20)
        else { return nil }
        (self.date, self.place, self.species, self.num, self.dataset) = (date, place, species, num, dataset)
    }

    @inline(__always)
    private static func fits(_ number: Int64, _ most: UInt64) -> Bool { UInt64(bitPattern: number) <= most }

    /// What comes first where keys are sorted; the others follow as they are named.
    enum Order {
        case datePlaceSpecies
        case speciesDatePlace
        case placeDateSpecies
    }

    @inline(__always)
    func packed(_ order: Order = .datePlaceSpecies) -> (high: UInt64, low: UInt64) {
        let (date, place, species) = (
            UInt64(bitPattern: date), UInt64(bitPattern: Int64(place)), UInt64(bitPattern: Int64(species))
        )
        let (first, second, third) =
            switch order {
            case .datePlaceSpecies: (date, place, species)
            case .speciesDatePlace: (species, date, place)
            case .placeDateSpecies: (place, date, species)
            }
        let count = num.map { UInt64(bitPattern: $0) + 1 } ?? 0
        return (
            first << 39 | second << 14 | third >> 11,
            third << 53 | count << 29 | UInt64(bitPattern: Int64(dataset)) << 9
        )
    }

    @inline(__always)
    init(_ item: SortItem, _ order: Order = .datePlaceSpecies) {
        let first = item.high >> 39
        let second = item.high >> 14 & Self.mask25
        let third = (item.high & 0x3FFF) << 11 | item.low >> 53
        let (date, place, species) =
            switch order {
            case .datePlaceSpecies: (first, second, third)
            case .speciesDatePlace: (second, third, first)
            case .placeDateSpecies: (second, first, third)
            }
        (self.date, self.place, self.species) = (Int64(date), Int(place), Int(species))
        let count = Int64(item.low >> 29 & Self.mask24)
        num = count == 0 ? nil : count - 1
        dataset = Int(item.low >> 9 & Self.mask20)
    }
}
