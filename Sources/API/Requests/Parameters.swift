import Birds
import HTTP

/// The parameters of a query. The raw value is the name in the query; a name means the same for every resource.
enum Parameter: String, CaseIterable {
    case species, year, month, day, from, to, region, location, bbox, near, within
    case leastNum = "min_num"
    case greatestNum = "max_num"
    case dataset, generalised, zerofill, by, fields, sort, limit, after, count, format, spreadsheet

    /// The parameters that choose records.
    static let filters: [Parameter] = [
        .species, .year, .month, .day, .from, .to, .region, .location, .bbox, .near, .within, .leastNum, .greatestNum,
        .dataset, .generalised,
    ]
    /// The parameters that choose the page.
    static let pages: [Parameter] = [.limit, .after, .count]
    /// The parameters that choose how rows are written.
    static let formats: [Parameter] = [.format, .spreadsheet]

    // The parameters of each resource. Any other parameter is an error there.
    static let observations = filters + [.zerofill, .fields, .sort] + pages + formats
    static let observation: [Parameter] = [.fields]
    static let checklists = filters + [.fields] + pages + formats
    static let locations: [Parameter] = [.region, .location, .bbox, .near, .within, .generalised] + pages + formats
    static let summary = filters + [.by, .limit] + formats
    static let table = formats
}

extension Parameter {
    /// Whether the value is a list. Then the parameter may be repeated, and all values count.
    var isList: Bool {
        switch self {
        case .species, .year, .month, .day, .region, .location, .dataset, .by, .fields, .sort: true
        case .from, .to, .bbox, .near, .within, .leastNum, .greatestNum, .generalised, .zerofill, .limit, .after,
            .count, .format, .spreadsheet:
            false
        }
    }
}

/// The parameters of a request, read strictly: a typing error must never return the wrong data.
///
/// Every parameter in `values` is allowed for the resource, is not empty, and occurs once unless it is a list. The
/// methods below read the values, and throw `badValue` for one that they can't use.
struct Parameters {
    /// In the order of the query. A list that is repeated has several entries.
    private(set) var values: [(parameter: Parameter, value: String)] = []

    /// - Parameter allowed: The parameters of the resource.
    /// - Throws: `unknownParameter`, `repeatedParameter`, or `badValue` for an empty value.
    init(_ query: [RequestTarget.QueryItem], allowed: [Parameter]) throws(APIError) {
        for item in query {
            guard let parameter = Parameter(rawValue: item.name), allowed.contains(parameter) else {
                let known = allowed.map(\.rawValue)
                let nearest = Spelling.nearest(to: item.name, among: known)
                throw .unknownParameter(item.name, nearest: nearest, known: known)
            }
            guard parameter.isList || self[parameter] == nil else { throw .repeatedParameter(item.name) }
            guard !item.value.isEmpty else { throw bad(parameter, "", UnresolvedValue.emptyFault) }
            values.append((parameter, item.value))
        }
    }

    /// The value of a parameter, as it was given; the first one if a list is repeated.
    subscript(parameter: Parameter) -> String? {
        for entry in values where entry.parameter == parameter { return entry.value }
        return nil
    }

    /// The members of a record that are asked for, in their order; the default ones without `fields`.
    func fields() throws(APIError) -> [Field] {
        guard self[.fields] != nil else { return Field.defaults }
        return try members("a record", Field.allCases)
    }

    /// The values in one occurrence of a list.
    func list(_ parameter: Parameter, _ value: String) throws(APIError) -> [String] {
        let values: [String]
        do throws(ListSyntax.Fault) {
            values = try ListSyntax.values(of: value)
        } catch {
            throw bad(parameter, value, error.expected)
        }
        guard !values.contains("") else { throw bad(parameter, "", UnresolvedValue.emptyFault) }
        return values
    }

    /// All values of a list, however often the parameter is repeated.
    func list(_ parameter: Parameter) throws(APIError) -> [String] {
        var list: [String] = []
        for entry in values where entry.parameter == parameter { list += try self.list(parameter, entry.value) }
        return list
    }

    /// A list of whole numbers within a range.
    func numbers(_ parameter: Parameter, _ value: String, in range: ClosedRange<Int>) throws(APIError) -> [Int] {
        var numbers: [Int] = []
        for text in try list(parameter, value) {
            guard let number = Parameters.number(text), range.contains(number) else {
                throw bad(parameter, text, "a whole number from \(range.lowerBound) to \(range.upperBound)")
            }
            numbers.append(number)
        }
        return numbers
    }

    /// A date that may lack the day, or the month and the day.
    func date(_ parameter: Parameter, _ value: String) throws(APIError) -> PartialDate {
        guard let date = PartialDate(iso: value) else {
            throw bad(parameter, value, "a date, such as 2021-03-28, 2021-03 or 2021")
        }
        return date
    }

    /// The most rows on a page. It has no upper bound, since pages are streamed.
    func limit(_ value: String) throws(APIError) -> Int {
        guard let limit = Parameters.number(value), limit > 0 else {
            throw bad(.limit, value, "a whole number, at least 1")
        }
        return limit
    }

    /// The members of a checklist that are asked for, in their order; the default ones without `fields`.
    func checklistFields() throws(APIError) -> [ChecklistField] {
        guard self[.fields] != nil else { return ChecklistField.defaults }
        return try members("a checklist", ChecklistField.allCases)
    }

    /// The values of `fields`, each allowed once: an object can't have two members of one name.
    /// - Parameter owner: The name of their owner in the error message, such as `a record`.
    private func members<Member: RawRepresentable<String> & Equatable>(
        _ owner: String, _ all: [Member]
    ) throws(APIError) -> [Member] {
        var members: [Member] = []
        for name in try list(.fields) {
            guard let member = Member(rawValue: name) else { throw unknown(.fields, name, "a member of \(owner)", all) }
            guard !members.contains(member) else { throw bad(.fields, name, "allowed more than once") }
            members.append(member)
        }
        return members
    }

    /// A value that is wrong by itself.
    func bad(_ parameter: Parameter, _ value: String, _ expected: String, nearest: String? = nil) -> APIError {
        .badValue(parameter: parameter.rawValue, value: value, expected: expected, nearest: nearest)
    }

    /// A value that is none of some names: the nearest of them is suggested, or all are listed.
    func unknown<Name: RawRepresentable<String>>(
        _ parameter: Parameter, _ value: String, _ expected: String, _ all: [Name]
    ) -> APIError {
        let names = all.map(\.rawValue)
        if let nearest = Spelling.nearest(to: value, among: names) {
            return bad(parameter, value, expected, nearest: nearest)
        }
        return bad(parameter, value, "\(expected); those are \(names.joined(separator: ", "))")
    }

    /// A value that does not fit the other parameters.
    func misused(_ parameter: Parameter, _ value: String, _ reason: String) -> APIError {
        .misusedParameter(parameter.rawValue, value: value, reason: reason)
    }

    /// A whole number in digits only: no sign, no space, no point. Nil if it does not fit into an `Int`.
    static func number(_ text: String) -> Int? {
        text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(text) : nil
    }
}
