import Birds
import HTTP

/// The parameters of a query, by their names.
enum Parameter: String, CaseIterable {
    case species, year, month, day, from, to, region, location, bbox, near, within
    case leastNum = "min_num"
    case greatestNum = "max_num"
    case dataset, zerofill, by, fields, sort, limit, after, count, format, spreadsheet

    /// What chooses records.
    static let filters: [Parameter] = [
        .species, .year, .month, .day, .from, .to, .region, .location, .bbox, .near, .within, .leastNum, .greatestNum,
        .dataset,
    ]
    /// What chooses pages and how they are written.
    static let pages: [Parameter] = [.limit, .after, .count]
    static let formats: [Parameter] = [.format, .spreadsheet]

    static let observations = filters + [.zerofill, .fields, .sort] + pages + formats
    static let observation: [Parameter] = [.fields]
    static let checklists = filters + [.fields] + pages + formats
    static let locations: [Parameter] = [.region, .location, .bbox, .near, .within] + pages + formats
    static let summary = filters + [.by, .limit] + formats
    static let table = formats
}

extension Parameter {
    /// Whether its value is a list: then it may be given several times, and its values add up.
    var isList: Bool {
        switch self {
        case .species, .year, .month, .day, .region, .location, .dataset, .by, .fields, .sort: true
        case .from, .to, .bbox, .near, .within, .leastNum, .greatestNum, .zerofill, .limit, .after, .count, .format,
            .spreadsheet:
            false
        }
    }
}

/// The query of a request, read strictly: a typing error must never return the wrong data.
struct Parameters {
    private(set) var values: [(parameter: Parameter, value: String)] = []

    /// - Throws: `unknownParameter`, `repeatedParameter`, or `badValue` for one that is empty.
    init(_ query: [RequestTarget.QueryItem], allowed: [Parameter]) throws(APIError) {
        for item in query {
            guard let parameter = Parameter(rawValue: item.name), allowed.contains(parameter) else {
                let nearest = Spelling.nearest(to: item.name, among: allowed.lazy.map(\.rawValue))
                throw .unknownParameter(item.name, nearest: nearest)
            }
            guard parameter.isList || self[parameter] == nil else { throw .repeatedParameter(item.name) }
            guard !item.value.isEmpty else { throw bad(parameter, "", UnresolvedValue.emptyFault) }
            values.append((parameter, item.value))
        }
    }

    /// The value of a parameter; the first of a list that is given several times.
    subscript(parameter: Parameter) -> String? {
        for entry in values where entry.parameter == parameter { return entry.value }
        return nil
    }

    func fields() throws(APIError) -> [Field] {
        guard self[.fields] != nil else { return Field.defaults }
        return try members("a record", Field.allCases)
    }

    /// The values of a list.
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

    /// The values of a list, however often it is given.
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

    func date(_ parameter: Parameter, _ value: String) throws(APIError) -> PartialDate {
        guard let date = PartialDate(iso: value) else {
            throw bad(parameter, value, "a date, such as 2021-03-28, 2021-03 or 2021")
        }
        return date
    }

    func limit(_ value: String) throws(APIError) -> Int {
        guard let limit = Parameters.number(value), limit > 0 else {
            throw bad(.limit, value, "a whole number from 1 up")
        }
        return limit
    }

    /// The members of a checklist that are asked for.
    func checklistFields() throws(APIError) -> [ChecklistField] {
        guard self[.fields] != nil else { return ChecklistField.defaults }
        return try members("a checklist", ChecklistField.allCases)
    }

    /// Names of members, each once.
    private func members<Member: RawRepresentable<String> & Equatable>(
        _ owner: String, _ all: [Member]
    ) throws(APIError) -> [Member] {
        var members: [Member] = []
        for name in try list(.fields) {
            guard let member = Member(rawValue: name) else {
                let nearest = Spelling.nearest(to: name, among: all.lazy.map(\.rawValue))
                throw bad(.fields, name, "a member of \(owner)", nearest: nearest)
            }
            guard !members.contains(member) else { throw bad(.fields, name, "to be given twice") }
            members.append(member)
        }
        return members
    }

    func bad(_ parameter: Parameter, _ value: String, _ expected: String, nearest: String? = nil) -> APIError {
        .badValue(parameter: parameter.rawValue, value: value, expected: expected, nearest: nearest)
    }

    func misused(_ parameter: Parameter, _ value: String, _ reason: String) -> APIError {
        .misusedParameter(parameter.rawValue, value: value, reason: reason)
    }

    /// Digits alone: no sign, no space, no point.
    static func number(_ text: String) -> Int? {
        text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(text) : nil
    }
}
