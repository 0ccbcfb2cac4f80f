import Birds

/// Makes queries from parameters. Names of species, locations, regions and data sets are not looked up here: the store
/// does that, with its data.
extension Parameters {
    /// The observations that the parameters ask for.
    ///
    /// The switch has a case for every parameter, so a new one can't be forgotten here.
    /// - Throws: `badValue`, or `misusedParameter` for one that lacks its partner.
    func observations() throws(APIError) -> ObservationQuery {
        var query = ObservationQuery()
        for (parameter, value) in values {
            switch parameter {
            case .species: add(value, .species, to: &query.filter)
            case .year: query.filter.years += try numbers(parameter, value, in: 1...9999)
            case .month: query.filter.months += try numbers(parameter, value, in: 1...12)
            case .day: query.filter.days += try numbers(parameter, value, in: 1...31)
            case .from: query.filter.from = try date(parameter, value)
            case .to: query.filter.to = try date(parameter, value)
            case .region: add(value, .region, to: &query.filter)
            case .location: add(value, .location, to: &query.filter)
            case .dataset: add(value, .dataset, to: &query.filter)
            case .bbox: query.filter.box = try box(value)
            case .near: query.filter.circle = try circle(value)
            case .leastNum: query.filter.leastNum = try count(parameter, value)
            case .greatestNum: query.filter.greatestNum = try count(parameter, value)
            case .generalised: query.filter.isGeneralised = try flag(parameter)
            case .limit: query.page.limit = try limit(value)
            case .after: query.page.after = value
            case .within where self[.near] == nil:
                throw misused(.within, value, "needs 'near=latitude,longitude'")
            case .within, .zerofill, .by, .fields, .sort, .count, .format, .spreadsheet:
                break
            }
        }
        query.sort = try sort()
        query.page.countsAll = try countsAll()
        query.showsExactness = self[.fields] == nil
        if let from = query.filter.from, let to = query.filter.to, from.number > to.lastNumber, let value = self[.to] {
            throw bad(.to, value, "on or after the date in 'from'")
        }
        if let least = query.filter.leastNum, let greatest = query.filter.greatestNum, least > greatest,
            let value = self[.greatestNum]
        {
            throw bad(.greatestNum, value, "at least the number in 'min_num'")
        }
        return query
    }

    /// The records that the parameters ask for, with their members, and with zeros if `zerofill` asks for them.
    /// - Throws: The errors of `observations`, `fields` and `fillsWithZeros`.
    func records() throws(APIError) -> RecordRequest.Rows {
        // `fields` is not part of `observations()`, since the members of checklists have other names.
        var query = try observations()
        query.fields = try fields()
        return try fillsWithZeros() ? .zeroFilled(query) : .observations(query)
    }

    /// The value of a parameter that is `yes` or `no`; `no` if it is absent.
    func flag(_ parameter: Parameter) throws(APIError) -> Bool {
        switch self[parameter] {
        case nil, "no": return false
        case "yes": return true
        case let value?:
            throw bad(parameter, value, "'yes' or 'no'", nearest: Spelling.nearest(to: value, among: ["yes", "no"]))
        }
    }

    /// Whether complete checklists that do not report a species get a row with 0 too.
    /// - Throws: `missingParameter` without `species`, or `misusedParameter` for a parameter that makes no sense with
    ///   zeros.
    func fillsWithZeros() throws(APIError) -> Bool {
        guard try flag(.zerofill) else { return false }
        guard self[.species] != nil else {
            throw .missingParameter("species", expected: "give the species whose absence 'zerofill' should show")
        }
        for other in [.leastNum, .greatestNum, .sort] as [Parameter] {
            if let value = self[other] { throw misused(other, value, "can't be used with 'zerofill'") }
        }
        return true
    }

    /// Whether the number of matches on all pages is asked for.
    func countsAll() throws(APIError) -> Bool {
        switch self[.count] {
        case nil: return false
        case "exact": return true
        case let value?:
            throw bad(.count, value, "'exact', its only value", nearest: "exact")
        }
    }

    /// The keys by which `/summary` groups records, in the order given.
    /// - Throws: `missingParameter` without `by`, or `badValue` for keys that do not exist or do not go together.
    func summaryKeys() throws(APIError) -> [SummaryKey] {
        guard self[.by] != nil else {
            throw .missingParameter(
                "by", expected: "give it, such as by=species,year; the keys are \(SummaryKey.names)")
        }
        var keys: [SummaryKey] = []
        for name in try list(.by) {
            guard let key = SummaryKey(rawValue: name) else {
                throw unknown(.by, name, "a key of summaries", SummaryKey.allCases)
            }
            guard !keys.contains(key) else { throw bad(.by, name, "allowed more than once") }
            keys.append(key)
        }
        if keys.contains(.week), keys.contains(.year) {
            // 2 January and 31 December 2024 are both in a week 1, and a group of both would be nonsense.
            throw bad(
                .by, keys.map(\.rawValue).joined(separator: ","),
                "a list of keys that go together: ISO 8601 weeks have their own year, so use iso_year instead of year",
                nearest: nil)
        }
        return keys
    }

    /// Adds a value with names or codes. One without commas and quotes is a single name. For any other, the store
    /// decides whether it is one known id as a whole or a list, so both readings are kept.
    private func add(_ value: String, _ filter: UnresolvedValue.Filter, to records: inout RecordFilter) {
        if ListSyntax.isPlain(value) {
            records[filter].append(value)
            return
        }
        let list: UnresolvedValue.List
        do throws(ListSyntax.Fault) {
            list = .values(try ListSyntax.values(of: value))
        } catch {
            list = .malformed(expected: error.expected)
        }
        records.unresolved.append(UnresolvedValue(filter, whole: value, list: list))
    }

    /// A number of birds.
    private func count(_ parameter: Parameter, _ value: String) throws(APIError) -> Int64 {
        guard let number = Parameters.number(value) else { throw bad(parameter, value, "a whole number, at least 0") }
        return Int64(number)
    }

    /// A box in degrees. West may exceed east: then the box crosses the antimeridian.
    private func box(_ value: String) throws(APIError) -> GeographicBox {
        let numbers = try decimals(.bbox, value)
        guard numbers.count == 4,
            let box = GeographicBox(west: numbers[0], south: numbers[1], east: numbers[2], north: numbers[3])
        else {
            throw bad(
                .bbox, value,
                "a box: west,south,east,north in degrees, such as -141,60,-124,69.6, with south not above north")
        }
        return box
    }

    /// A circle, from `near` in degrees and `within` in kilometres.
    private func circle(_ value: String) throws(APIError) -> GeographicCircle {
        let numbers = try decimals(.near, value)
        guard numbers.count == 2, GeographicCircle(latitude: numbers[0], longitude: numbers[1], kilometres: 0) != nil
        else {
            throw bad(.near, value, "a point: latitude,longitude in degrees, such as 60.72,-135.05")
        }
        guard let distance = self[.within] else {
            throw misused(.near, value, "needs 'within', in kilometres")
        }
        guard let kilometres = Parameters.decimal(distance), (0...Parameters.halfwayRound).contains(kilometres),
            let circle = GeographicCircle(latitude: numbers[0], longitude: numbers[1], kilometres: kilometres)
        else {
            throw bad(.within, distance, "a distance in kilometres, from 0 to \(Int(Parameters.halfwayRound))")
        }
        return circle
    }

    /// The longest `within`, in kilometres: half the equator, so no two points on Earth are farther apart.
    private static let halfwayRound = 20_038.0

    private func decimals(_ parameter: Parameter, _ value: String) throws(APIError) -> [Double] {
        var numbers: [Double] = []
        for text in try list(parameter, value) {
            guard let number = Parameters.decimal(text) else { throw bad(parameter, text, "a number in degrees") }
            numbers.append(number)
        }
        return numbers
    }

    /// A decimal number: digits, with at most one sign before them and one point. `Double` alone would also accept
    /// `inf`, `nan`, `1e5` and `0x1p3`.
    private static func decimal(_ text: String) -> Double? {
        let digits = text.utf8.drop { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "+") }
        let isPlain = digits.allSatisfy { (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }
        return isPlain && text.utf8.count - digits.count <= 1 ? Double(text) : nil
    }

    /// The keys to sort by, each member at most once.
    private func sort() throws(APIError) -> [SortKey] {
        var keys: [SortKey] = []
        for text in try list(.sort) {
            let isDescending = text.hasPrefix("-")
            let name = isDescending ? String(text.dropFirst()) : text
            guard let field = SortKey.Field(rawValue: name) else {
                throw unknown(.sort, name, "a member that records can be sorted by", SortKey.fields)
            }
            guard !keys.contains(where: { $0.field == field }) else { throw bad(.sort, name, "allowed more than once") }
            keys.append(SortKey(field: field, isDescending: isDescending))
        }
        guard keys.count <= SortKey.most else {
            throw bad(.sort, self[.sort] ?? "", "a list of at most \(SortKey.most) members")
        }
        return keys
    }
}
