import Birds

/// What the points in the numbers of a column mean.
enum PointRule {
    case decimal
    /// They stand before groups of three digits.
    case group
    /// They may be either.
    case unclear
}

/// Decides from a whole file what points in numbers mean.
///
/// `1.000` is a thousand where people write `60,5`, and one where they write `60.5`. The column decides: where a number
/// has a comma before its decimals, or two points, points stand before groups; where there is one such as `3.0` or
/// `1234.5`, they are decimal. A column of counts with neither follows the other columns, and a count that may still be
/// either is an error, not a guess. So is a distance on the earth in metres, which is left out then: a place must not
/// look more exact than it is. In a column of other numbers with neither, `1.609` has a decimal point.
struct PointJudge {
    /// The numbers that may have groups.
    static let members = whole + real
    /// Numbers that are whole, nearly always.
    private static let whole: [Format.Member] = [.count, .quantity, .minutes, .observers]
    private static let real: [Format.Member] = [.distance, .area, .miles, .acres, .snowDepth] + metres
    /// Numbers that are whole more often than not, and are usually above a thousand or far below.
    private static let metres: [Format.Member] = [.uncertainty, .publicUncertainty]
    /// Numbers whose points and commas are always before decimals: no degrees have thousands.
    private static let degrees: [Format.Member] = [.latitude, .longitude]

    /// The numbers of cells of a column, by what they tell.
    private struct Evidence {
        var decimalPoints = 0
        /// Decimal commas, and several points.
        var groups = 0
        /// No points and commas; also counts such as `2.500`, which have no decimals.
        var plain = 0
    }

    /// Whether there is a count that may have groups.
    private(set) var mayHaveGroups = false
    private var columns = Array(repeating: Evidence(), count: Format.Member.allCases.count)

    init() {}

    /// Takes the next row.
    mutating func add(_ columns: Columns, _ row: Row) {
        guard row.problem == nil, (try? columns.checkWidth(row)) != nil else { return }
        for member in Self.members + Self.degrees {
            let number = columns.number(member, row)
            add(number, isDegree: Self.degrees.contains(member), to: &self.columns[member.rawValue])
            if member == .count || member == .quantity, Number.mayHaveGroups(number),
                number.suffix(3).contains(where: { $0 != UInt8(ascii: "0") })
            {
                self.columns[member.rawValue].plain += 1
            }
            if !mayHaveGroups, Self.whole.contains(member) || Self.metres.contains(member) {
                mayHaveGroups = Number.mayHaveGroups(number)
            }
        }
    }

    private func add(_ text: ArraySlice<UInt8>, isDegree: Bool, to evidence: inout Evidence) {
        let (point, comma) = (UInt8(ascii: "."), UInt8(ascii: ","))
        guard !text.isEmpty, text.allSatisfy({ $0 &- 0x30 < 10 || "+-.,".utf8.contains($0) }) else { return }
        let (points, commas) = (text.count { $0 == point }, text.count { $0 == comma })
        let isGroup = { (separator: UInt8) in
            Number.mayHaveGroups(ArraySlice(text.map { $0 == separator ? point : $0 }))
        }
        switch (points, commas) {
        case (0, 0): evidence.plain += 1
        case (0, 1) where isDegree || !isGroup(comma): evidence.groups += 1
        case (1, 0) where isDegree || !isGroup(point): evidence.decimalPoints += 1
        case (2..., 0) where isGroup(point): evidence.groups += 1
        case (1..., 1...):
            if text.lastIndex(of: comma) ?? 0 > text.lastIndex(of: point) ?? 0 {
                evidence.groups += 1
            } else {
                evidence.decimalPoints += 1
            }
        default: break
        }
    }

    /// What points mean, by the raw values of members.
    var rules: [PointRule] {
        let (points, groups) = (columns.contains { $0.decimalPoints > 0 }, columns.contains { $0.groups > 0 })
        var rules = Array(repeating: PointRule.decimal, count: columns.count)
        for member in Self.members {
            let (own, isWhole) = (columns[member.rawValue], Self.whole.contains(member))
            rules[member.rawValue] =
                switch (own.decimalPoints > 0, own.groups > 0) {
                case (true, false): .decimal
                case (false, true): .group
                case (true, true): .unclear
                case (false, false):
                    switch (points, groups) {
                    case _ where !isWhole && !Self.metres.contains(member): .decimal
                    case (true, false) where !isWhole: .decimal
                    case (true, false): own.plain > 0 ? .unclear : .decimal
                    case (false, true): .group
                    case (true, true), (false, false): .unclear
                    }
                }
        }
        return rules
    }
}

extension PointJudge {
    /// Tells which rows depend on what points mean. It looks only at columns that the file has, since it sees each row.
    struct Need {
        private let columns: Columns
        private let clear: [Format.Member]
        private let real: [Format.Member]

        init(_ columns: Columns) {
            self.columns = columns
            clear = (PointJudge.whole + PointJudge.metres).filter(columns.has)
            // A distance such as `1.609` is usual between tabs, and matters only beside a decimal comma.
            real = columns.commas == .none ? [] : PointJudge.real.filter(columns.has)
        }

        func isThere(_ row: Row) -> Bool {
            for member in clear where Number.mayHaveGroups(columns.number(member, row)) { return true }
            return real.contains { Number.mayHaveGroups(columns.number($0, row)) }
                && (columns.commas == .decimal
                    || PointJudge.degrees.contains { columns.number($0, row).contains(UInt8(ascii: ",")) })
        }
    }
}

/// What was seen, in words, for a file of `--rejects`.
extension PointJudge {
    private static let kinds: [(word: Substring, count: WritableKeyPath<Evidence, Int> & Sendable)] = [
        ("decimal", \.decimalPoints), ("groups", \.groups), ("plain", \.plain),
    ]

    /// The kinds of numbers in each column, such as `count:plain,distance:decimal+groups`; empty if there are none.
    var words: String {
        Format.Member.allCases.compactMap { member in
            let seen = Self.kinds.filter { columns[member.rawValue][keyPath: $0.count] > 0 }.map(\.word)
            return seen.isEmpty ? nil : "\(member):" + seen.joined(separator: "+")
        }.joined(separator: ",")
    }

    /// - Returns: Nil for other words.
    init?(words: some StringProtocol) {
        mayHaveGroups = !words.isEmpty
        for word in words.split(separator: ",") {
            let parts = word.split(separator: ":")
            guard parts.count == 2,
                let member = Format.Member.allCases.first(where: { "\($0)" == parts[0] })
            else { return nil }
            for seen in parts[1].split(separator: "+") {
                guard let kind = Self.kinds.first(where: { $0.word == seen }) else { return nil }
                columns[member.rawValue][keyPath: kind.count] = 1
            }
        }
    }
}
