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

    /// Whether a date may be in the season. What is not known of it may be anything.
    /// - Parameters:
    ///   - month: 1 to 12; 0 if it is unknown.
    ///   - day: 1 to 31; 0 if it is unknown.
    func mayContain(month: Int, day: Int) -> Bool {
        if month == 0 { return true }
        let (first, last) = day == 0 ? (month * 100 + 1, month * 100 + 31) : (month * 100 + day, month * 100 + day)
        return from <= to ? first <= to && last >= from : last >= from || first <= to
    }

    private static func text(_ day: Int) -> String {
        String(day + 10_000).dropFirst().prefix(2) + "-" + String(day + 10_000).suffix(2)
    }

    /// As a list has it.
    var texts: (from: String, to: String) { (Self.text(from), Self.text(to)) }
}
