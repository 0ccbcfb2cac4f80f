/// A date with the name of its month, at the beginning of a text: `3 Feb 2021`, `03-FEB-2021`, `Feb. 3rd, 2021`,
/// `Wednesday, 3. Februar 2021`, `2021-Feb-03`, `3 de febrero de 2021`, or only `Feb 2021`; or with its Roman number,
/// as on labels of collections: `3.II.2021`, `II.2021`.
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
        ["march", "märz", "maerz", "mrz", "mars", "marzo", "março", "marco", "maart", "mrt", "marts"],
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
    private static let romans = ["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii"]
    private static let weekdays = [
        "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "montag", "dienstag", "mittwoch",
        "donnerstag", "freitag", "samstag", "sonnabend", "sonntag", "maandag", "dinsdag", "woensdag", "donderdag",
        "vrijdag", "zaterdag", "zondag", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche",
        "lunes", "martes", "miércoles", "miercoles", "jueves", "viernes", "sábado", "sabado", "domingo", "lunedì",
        "martedì", "mercoledì", "giovedì", "venerdì", "lunedi", "martedi", "mercoledi", "giovedi", "venerdi",
        "domenica", "segunda", "terça", "terca", "quarta", "quinta", "sexta", "måndag", "tisdag", "onsdag", "torsdag",
        "fredag", "lördag", "söndag", "mandag", "tirsdag", "lørdag", "søndag",
    ]
    /// Letters after the number of a day, as in `3rd` and `1er`.
    private static let ordinals = ["st", "nd", "rd", "th", "er"]
    /// Words between the parts, and the second one of weekdays in Portuguese.
    private static let links = ["of", "de", "del", "feira"]
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
        guard let second = rest.dropFirst().first else { return false }
        // The T before a time stands alone, a Roman number before a separator.
        return isLetter(second) || isSeparator(second) && "IVX".utf8.contains(first)
    }

    /// The date after the name of a weekday, if it has three numbers; nil for any other text. `mar. 3/2/2021` is a
    /// Tuesday in French, and `Mar 3 2021` a day in March.
    static func numbers(afterWeekday text: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        let letters = text.prefix { isLetter($0) || $0 == UInt8(ascii: "-") }
        let date = text[letters.endIndex...].drop { " .,".utf8.contains($0) }
        var rest = date
        for _ in 0..<2 {
            let digits = rest.prefix { $0 &- 0x30 < 10 }
            rest = rest[digits.endIndex...]
            guard !digits.isEmpty, let sign = rest.popFirst(), "-/.".utf8.contains(sign) else { return nil }
        }
        guard let digit = rest.first, digit &- 0x30 < 10 else { return nil }
        return isWeekday(String(decoding: letters.prefix(while: isLetter), as: UTF8.self).lowercased()) ? date : nil
    }

    /// - Returns: Nil for any other text.
    init?(_ text: ArraySlice<UInt8>) {
        let tokens = Self.tokens(text)
        if let date = Self(text, tokens) {
            self = date
        } else if case .word(let word) = tokens.first?.token, Self.isWeekday(word),
            let date = Self(text, Array(tokens.dropFirst()))
        {
            // `mar.` is March, or Tuesday in French.
            self = date
        } else {
            return nil
        }
    }

    private init?(_ text: ArraySlice<UInt8>, _ tokens: [(token: Token, end: Int)]) {
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
        if let roman = romans.firstIndex(of: word) { return Int64(roman + 1) }
        guard word.count >= 3 else { return nil }
        let fitting = months.indices.filter { index in months[index].contains { $0.hasPrefix(word) } }
        return fitting.count == 1 ? fitting.first.map { Int64($0 + 1) } : nil
    }

    private static func isWeekday(_ word: String) -> Bool {
        word.count >= 2 && weekdays.contains { $0.hasPrefix(word) }
    }

    static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 || byte >= 0x80 }

    private static func isSeparator(_ byte: UInt8) -> Bool { " .,-/".utf8.contains(byte) }
}
