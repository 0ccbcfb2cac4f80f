import Birds
import HTTP

/// The parameters of a query, by their names.
enum Parameter: String, CaseIterable {
    case species, year, month, day, from, to, region, location, dataset, fields, limit, format

    static let observations = Parameter.allCases
    static let observation: [Parameter] = [.fields]
    static let table: [Parameter] = [.format]
}

/// The query of a request, read strictly: a typing error must never return the wrong data.
struct Parameters {
    private var values: [(parameter: Parameter, value: String)] = []

    /// - Throws: `unknownParameter`, `repeatedParameter`, or `badValue` for one that is empty.
    init(_ query: [RequestTarget.QueryItem], allowed: [Parameter]) throws(APIError) {
        for item in query {
            guard let parameter = Parameter(rawValue: item.name), allowed.contains(parameter) else {
                let nearest = Spelling.nearest(to: item.name, among: allowed.lazy.map(\.rawValue))
                throw .unknownParameter(item.name, nearest: nearest)
            }
            guard self[parameter] == nil else { throw .repeatedParameter(item.name) }
            guard !item.value.isEmpty else {
                throw .badValue(
                    parameter: item.name, value: "", expected: "a value: the parameter is empty", nearest: nil)
            }
            values.append((parameter, item.value))
        }
    }

    subscript(parameter: Parameter) -> String? {
        for entry in values where entry.parameter == parameter { return entry.value }
        return nil
    }

    /// The members of a comma-separated list; empty where the parameter is not given.
    func list(_ parameter: Parameter) throws(APIError) -> [String] {
        guard let value = self[parameter] else { return [] }
        guard value.utf8.contains(UInt8(ascii: ",")) else { return [value] }
        let parts = value.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard !parts.contains("") else {
            throw bad(parameter, value, "a list: a value between the commas is missing")
        }
        return parts
    }

    /// A list of whole numbers within a range.
    func numbers(_ parameter: Parameter, in range: ClosedRange<Int>) throws(APIError) -> [Int] {
        let texts = try list(parameter)
        var numbers: [Int] = []
        for text in texts {
            guard let number = Parameters.number(text), range.contains(number) else {
                throw bad(parameter, text, "a whole number from \(range.lowerBound) to \(range.upperBound)")
            }
            numbers.append(number)
        }
        return numbers
    }

    func date(_ parameter: Parameter) throws(APIError) -> PartialDate? {
        guard let value = self[parameter] else { return nil }
        guard let date = PartialDate(iso: value) else {
            throw bad(parameter, value, "a date, such as 2021-03-28, 2021-03 or 2021")
        }
        return date
    }

    func limit() throws(APIError) -> Int? {
        guard let value = self[.limit] else { return nil }
        guard let limit = Parameters.number(value), limit > 0 else {
            throw bad(.limit, value, "a whole number from 1 up")
        }
        return limit
    }

    func fields() throws(APIError) -> [Field] {
        let names = try list(.fields)
        guard !names.isEmpty else { return Field.defaults }
        var fields: [Field] = []
        for name in names {
            guard let field = Field(rawValue: name) else {
                let nearest = Spelling.nearest(to: name, among: Field.allCases.lazy.map(\.rawValue))
                throw bad(.fields, name, "a member of a record", nearest: nearest)
            }
            guard !fields.contains(field) else { throw bad(.fields, name, "to be given twice") }
            fields.append(field)
        }
        return fields
    }

    func format() throws(APIError) -> RowFormat {
        switch self[.format] {
        case nil, "json": return .json
        case "csv": return .csv
        case let value?:
            let nearest = Spelling.nearest(to: value, among: ["json", "csv"])
            throw bad(.format, value, "a format; there are json and csv", nearest: nearest)
        }
    }

    /// Which observations the parameters ask for.
    func observations() throws(APIError) -> ObservationQuery {
        var query = ObservationQuery()
        query.species = try list(.species)
        query.years = try numbers(.year, in: 1...9999)
        query.months = try numbers(.month, in: 1...12)
        query.days = try numbers(.day, in: 1...31)
        query.from = try date(.from)
        query.to = try date(.to)
        if let from = query.from, let to = query.to, from.number > to.lastNumber, let value = self[.to] {
            throw bad(.to, value, "after the date in 'from'")
        }
        query.regions = try list(.region)
        query.locations = try list(.location)
        query.datasets = try list(.dataset)
        query.limit = try limit()
        query.fields = try fields()
        return query
    }

    private func bad(_ parameter: Parameter, _ value: String, _ expected: String, nearest: String? = nil) -> APIError {
        .badValue(parameter: parameter.rawValue, value: value, expected: expected, nearest: nearest)
    }

    /// Digits alone: no sign, no space, no point.
    private static func number(_ text: String) -> Int? {
        text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(text) : nil
    }
}
