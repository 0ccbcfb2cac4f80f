import Birds

/// A part of each year, both days included, such as 03-01 to 07-31. It may cross the new year.
struct SensitiveSeason: Hashable, Sendable {
    /// Month times 100 plus day.
    let from: Int
    let to: Int

    /// Reads two days such as `03-01`; nil unless both exist in a leap year.
    init?(from: String, to: String) {
        guard let from = Self.day(from), let to = Self.day(to) else { return nil }
        (self.from, self.to) = (from, to)
    }

    /// Reads two numbers; nil unless both are days of a leap year.
    init?(from: Int64, to: Int64) {
        guard (101...1231).contains(from), (101...1231).contains(to) else { return nil }
        self.init(from: Self.text(Int(from)), to: Self.text(Int(to)))
    }

    private static func day(_ text: String) -> Int? {
        guard text.utf8.count == 5, let date = PartialDate(iso: "2024-" + text), date.day != nil else { return nil }
        return date.number % 10_000
    }

    /// An SQL condition: whether a stored date may be in the season. What is not known of it may be anything, and so
    /// may be what is no date.
    func mayContain(_ date: String) -> String {
        // Month times 100 plus day; the day is 0 if it is unknown.
        let day = "\(date) % 10000"
        let (first, last) = ("(\(day) + (\(day) % 100 = 0))", "(\(day) + (\(day) % 100 = 0) * 31)")
        let isIn =
            from <= to
            ? "\(first) <= \(to) AND \(last) >= \(from)" : "\(last) >= \(from) OR \(first) <= \(to)"
        return "(\(day) NOT BETWEEN 100 AND 1299 OR \(isIn))"
    }

    private static func text(_ day: Int) -> String {
        String(day + 10_000).dropFirst().prefix(2) + "-" + String(day + 10_000).suffix(2)
    }

    /// As a list has it.
    var texts: (from: String, to: String) { (Self.text(from), Self.text(to)) }
}
