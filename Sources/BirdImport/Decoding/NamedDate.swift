/// A date with the name of its month, at the beginning of a text: `3 Feb 2021`, `03-FEB-2021`, `Feb. 3rd, 2021`,
/// `Wednesday, 3. Februar 2021`, `2021-Feb-03`, `3 de febrero de 2021`, or only `Feb 2021`.
struct NamedDate {
    let date: DateText
    let digitsOfYear: Int
    /// The position after it, where a time may follow.
    let end: Int

    /// Months in the languages of the files that people have. A name may be shortened to three letters or more, as long
    /// as it is clear: `jui` is June or July.
    private static let months = [
        ["january", "januar", "janvier", "enero", "gennaio", "janeiro", "januari"],
        ["february", "februar", "février", "fevrier", "febrero", "febbraio", "fevereiro", "februari"],
        ["march", "märz", "maerz", "mrz", "mars", "marzo", "março", "marco", "maart", "marts"],
        ["april", "avril", "abril", "aprile"],
        ["may", "mai", "mayo", "maggio", "maio", "mei", "maj"],
        ["june", "juni", "juin", "junio", "giugno", "junho"],
        ["july", "juli", "juillet", "julio", "luglio", "julho"],
        ["august", "août", "aout", "agosto", "augustus", "augusti"],
        ["september", "septembre", "septiembre", "settembre", "setembro"],
        ["october", "oktober", "octobre", "octubre", "ottobre", "outubro"],
        ["november", "novembre", "noviembre", "novembro"],
        ["december", "dezember", "décembre", "decembre", "diciembre", "dicembre", "dezembro", "desember"],
    ]
    private static let weekdays = [
        "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "montag", "dienstag", "mittwoch",
        "donnerstag", "freitag", "samstag", "sonnabend", "sonntag",
    ]
    /// Letters after the number of a day, as in `3rd` and `1er`.
    private static let ordinals = ["st", "nd", "rd", "th", "er"]
    /// Words between the parts.
    private static let links = ["of", "de", "del"]
    private static let mostTokens = 7

    private enum Token {
        /// With the number of its digits.
        case number(Int64, Int)
        case word(String)
    }

    /// Whether a text may be such a date, by its first letter. Few dates have one where names are.
    @inline(__always)
    static func isPossible(_ text: ArraySlice<UInt8>) -> Bool {
        let rest = text.drop { $0 &- 0x30 < 10 }.drop(while: isSeparator)
        guard let first = rest.first, isLetter(first) else { return false }
        // The T before a time stands alone.
        return rest.dropFirst().first.map(isLetter) ?? false
    }

    /// - Returns: Nil for any other text.
    init?(_ text: ArraySlice<UInt8>) {
        let tokens = Self.tokens(text)
        let (year, month, day): ((Int64, Int), String, Int64?)
        switch (tokens.first?.token, tokens.dropFirst().first?.token, tokens.dropFirst(2).first?.token) {
        case (.number(let d, 1...2), .word(let m), .number(let y, let digits)): (year, month, day) = ((y, digits), m, d)
        case (.word(let m), .number(let d, 1...2), .number(let y, let digits)): (year, month, day) = ((y, digits), m, d)
        case (.number(let y, 4), .word(let m), .number(let d, 1...2)): (year, month, day) = ((y, 4), m, d)
        case (.word(let m), .number(let y, 4), _): (year, month, day) = ((y, 4), m, nil)
        case (.number(let y, 4), .word(let m), _): (year, month, day) = ((y, 4), m, nil)
        default: return nil
        }
        guard year.1 == 2 || year.1 == 4, let number = Self.month(month) else { return nil }
        date = DateText(year: year.0, month: number, day: day)
        digitsOfYear = year.1
        let last = tokens[day == nil ? 1 : 2].end
        // A comma before the time.
        end = last < text.endIndex && text[last] == UInt8(ascii: ",") ? last + 1 : last
    }

    /// The first numbers and words of a text, with their ends, without weekdays and words between them.
    private static func tokens(_ text: ArraySlice<UInt8>) -> [(token: Token, end: Int)] {
        var tokens: [(token: Token, end: Int)] = []
        var rest = text
        for _ in 0..<mostTokens {
            rest = rest.drop(while: isSeparator)
            guard let first = rest.first else { break }
            if first &- 0x30 < 10 {
                let digits = rest.prefix { $0 &- 0x30 < 10 }
                guard let value = Int64(String(decoding: digits, as: UTF8.self)) else { break }
                rest = rest[digits.endIndex...]
                let letters = rest.prefix(while: isLetter)
                if ordinals.contains(where: { letters.elementsEqual($0.utf8) }) { rest = rest[letters.endIndex...] }
                tokens.append((.number(value, digits.count), rest.startIndex))
            } else {
                let letters = rest.prefix(while: isLetter)
                guard !letters.isEmpty else { break }
                rest = rest[letters.endIndex...]
                let word = String(decoding: letters, as: UTF8.self).lowercased()
                if links.contains(word) || tokens.isEmpty && month(word) == nil && isWeekday(word) { continue }
                tokens.append((.word(word), rest.startIndex))
            }
        }
        return tokens
    }

    /// The number of a month, from 1; nil if the word is none, or not clear.
    private static func month(_ word: String) -> Int64? {
        guard word.count >= 3 else { return nil }
        let fitting = months.indices.filter { index in months[index].contains { $0.hasPrefix(word) } }
        return fitting.count == 1 ? fitting.first.map { Int64($0 + 1) } : nil
    }

    private static func isWeekday(_ word: String) -> Bool {
        word.count >= 2 && weekdays.contains { $0.hasPrefix(word) }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 || byte >= 0x80 }

    private static func isSeparator(_ byte: UInt8) -> Bool { " .,-/".utf8.contains(byte) }
}
