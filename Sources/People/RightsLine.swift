import Glibc

/// A line of a rights file.
enum RightsLine {
    /// What is wrong and what to do, without a full stop.
    struct Fault: Error, Equatable {
        let reason: String
    }

    /// Reads a line.
    /// - Returns: Whose it is, and their rights; nil for an empty line or a comment.
    static func read(_ text: Substring) throws(Fault) -> (name: String, rights: RightsFile.Rights?)? {
        guard let first = text.unicodeScalars.first, first != "#" else { return nil }
        var words = try words(text)
        guard let word = words.first else { return nil }
        words.removeFirst()
        let name = try value(word)
        // A space was forgotten, or the name.
        guard word.unicodeScalars.first == "\"" || !name.hasAny(of: "=,") else {
            throw Fault(
                reason:
                    "\(quotedWord(name)) is not a name; put spaces between words, and a name with = or a comma into "
                    + "double quotes")
        }
        try check(name)
        return (name, try rights(words))
    }

    /// Checks that a name can be that of a person, or is that of a group.
    static func check(_ name: String) throws(Fault) {
        if name.unicodeScalars.first == "@" {
            guard RightsFile.Group(rawValue: name) != nil else {
                let known = RightsFile.Group.allCases.map(\.rawValue).joined(separator: ", ")
                throw Fault(reason: "\(quotedWord(name)) is not a group; the groups are \(known)")
            }
        } else if let fault = UsersFile.fault(inName: name) {
            throw Fault(reason: fault)
        }
    }

    /// Whether a line that is wrong has a name and a hash.
    static func isOfUsersFile(_ text: Substring) -> Bool {
        text.split(at: ":").dropFirst().contains { "${".unicodeScalars.contains($0.unicodeScalars.first ?? " ") }
            || text.unicodeScalars.prefix { !" \t=\"".unicodeScalars.contains($0) }.contains(":")
    }

    /// The name at the beginning of a line, whatever follows; nil if there is none.
    static func name(of line: Substring) -> String? {
        guard line.unicodeScalars.first != "#", let word = scan(line).words.first else { return nil }
        return try? value(word)
    }

    // MARK: - Writing

    /// The line of a person or a group.
    static func text(_ name: String, _ rights: RightsFile.Rights?) -> String {
        ([quoted(name)] + words(of: rights)).joined(separator: " ")
    }

    /// The words after the name.
    static func words(of rights: RightsFile.Rights?) -> [String] {
        guard let rights else { return ["none"] }
        var words: [String] = []
        if rights.metrics { words.append("metrics") }
        if let regions = rights.regions { words.append("regions=" + regions.joined(separator: ",")) }
        if let datasets = rights.datasets { words.append("datasets=" + datasets.map(quoted).joined(separator: ",")) }
        switch rights.precision {
        case .everywhere: words.append("precise")
        case .only(let regions, let datasets):
            if !regions.isEmpty { words.append("precise-regions=" + regions.joined(separator: ",")) }
            if !datasets.isEmpty { words.append("precise-datasets=" + datasets.map(quoted).joined(separator: ",")) }
        }
        if let end = rights.end { words.append("expires=" + day(before: end)) }
        return words
    }

    /// A line with other rights. White space, its comment and its end stay.
    static func replaced(_ line: ArraySlice<UInt8>, by name: String, _ rights: RightsFile.Rights?) -> [UInt8] {
        let old = String(decoding: line, as: UTF8.self)
        let isSpace = { (scalar: Unicode.Scalar) in scalar == " " || scalar == "\t" }
        let start = old.unicodeScalars.prefix { isSpace($0) || $0 == "\r" || $0 == "\u{FEFF}" }
        let rest = withoutReturn(old[start.endIndex...])
        let (words, comment, _) = scan(rest)
        // What stands between the name and the words, which may be in columns.
        let after = words.first.map { rest[$0.endIndex...] } ?? ""
        let space = after.unicodeScalars.prefix(while: isSpace)
        let hasSpace = !space.isEmpty && space.endIndex < after.endIndex && words.count > 1
        let gap = rest[..<comment.startIndex].unicodeScalars.reversed().prefix(while: isSpace).reversed()
        var text = String(start) + quoted(name)
        let new = Self.words(of: rights)
        if !new.isEmpty { text += (hasSpace ? String(space) : " ") + new.joined(separator: " ") }
        if !comment.isEmpty { text += String(String.UnicodeScalarView(gap)) + comment }
        return Array((text + (old.utf8.last == 0x0D ? "\r" : "")).utf8)
    }

    private static func withoutReturn(_ line: Substring) -> Substring {
        line.utf8.last == 0x0D ? line.dropLast() : line
    }

    /// A value, in double quotes if it needs them.
    private static func quoted(_ text: String) -> String {
        guard text.hasAny(of: " \t,=\"") else { return text }
        return "\"" + text[...].split(at: "\"").joined(separator: "\"\"") + "\""
    }

    /// The day that ends at a time.
    static func day(before end: Int64) -> String {
        var time = time_t(end - 1)
        var date = tm()
        gmtime_r(&time, &date)
        func digits(_ number: Int32, _ count: Int) -> String {
            let text = String(number)
            return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
        }
        return "\(digits(date.tm_year + 1900, 4))-\(digits(date.tm_mon + 1, 2))-\(digits(date.tm_mday, 2))"
    }

    // MARK: - Reading

    /// Reads the words after the name.
    /// - Returns: Nil for `none`.
    static func rights(_ words: [Substring]) throws(Fault) -> RightsFile.Rights? {
        if words.contains("none") {
            guard words.count == 1 else {
                throw Fault(reason: "'none' is there with other words; leave out one of them")
            }
            return nil
        }
        var rights = RightsFile.Rights()
        var (preciseRegions, preciseDatasets): ([String], [String]) = ([], [])
        var seen: Set<Substring> = []
        for word in words {
            let parts = word.split(at: "=", maxSplits: 1)
            let (key, given) = (parts.first ?? word, parts.last ?? "")
            guard seen.insert(key).inserted else {
                throw Fault(reason: "\(quotedWord(key)) is there twice; give it once")
            }
            switch (key, parts.count > 1) {
            case ("metrics", false): rights.metrics = true
            case ("regions", true): rights.regions = try list(given, key, region)
            case ("datasets", true): rights.datasets = try list(given, key, dataset)
            case ("precise", false): rights.precision = .everywhere
            case ("precise-regions", true): preciseRegions = try list(given, key, preciseRegion)
            case ("precise-datasets", true): preciseDatasets = try list(given, key, dataset)
            case ("expires", true): rights.end = try end(given)
            case ("metrics", true): throw Fault(reason: "'metrics' takes no value")
            case ("precise", true):
                throw Fault(
                    reason: "'precise' takes no value; write it alone, or \(examples["precise-regions"] ?? "")")
            case ("regions", false), ("datasets", false), ("expires", false), ("precise-regions", false),
                ("precise-datasets", false):
                throw Fault(reason: "'\(key)' needs a value, such as \(examples[String(key)] ?? "")")
            default:
                let known =
                    "metrics, regions=, datasets=, precise, precise-regions=, precise-datasets=, expires= or none"
                throw Fault(
                    reason: "\(quotedWord(key)) is not a right; write \(known), with commas and no spaces in lists")
            }
        }
        try limitPrecision(of: &rights, preciseRegions, preciseDatasets)
        return rights
    }

    /// Notes where exact places are shown.
    /// - Parameters:
    ///   - regions, datasets: The values of `precise-regions` and `precise-datasets`; empty without the word.
    private static func limitPrecision(
        of rights: inout RightsFile.Rights, _ regions: [String], _ datasets: [String]
    ) throws(Fault) {
        if regions.isEmpty, datasets.isEmpty { return }
        guard rights.precision != .everywhere else {
            throw Fault(
                reason:
                    "'precise' is for everywhere; leave it out, or leave out 'precise-regions' and 'precise-datasets'")
        }
        rights.precision = .only(regions: regions, datasets: datasets)
        func isIdle(_ key: String, _ things: String) -> Fault {
            Fault(
                reason:
                    "'precise-\(key)' has none of the \(things) in '\(key)', so it shows nothing; change one of the two"
            )
        }
        guard regions.isEmpty || RightsFile.Rights.overlap(regions: rights.regions, regions) else {
            throw isIdle("regions", "regions")
        }
        guard datasets.isEmpty || RightsFile.Rights.overlap(datasets: rights.datasets, datasets) else {
            throw isIdle("datasets", "data sets")
        }
    }

    private static let examples = [
        "regions": "regions=CA-YT,US-AK", "datasets": "datasets=atlas,\"winter counts\"",
        "precise-regions": "precise-regions=CA-YT,US", "precise-datasets": "precise-datasets=atlas,\"winter counts\"",
        "expires": "expires=2027-01-31",
    ]

    /// The words of a line: white space separates them, unless it is in double quotes.
    private static func words(_ text: Substring) throws(Fault) -> [Substring] {
        let (words, _, isClosed) = scan(text)
        guard isClosed else { throw Fault(reason: "a double quote is not closed") }
        return words
    }

    /// A word with which the comment of a line begins, such as `#regions=CA`, and which may be meant to count; nil if
    /// there is none.
    static func commentedWord(_ text: Substring) -> Substring? {
        let (words, comment, _) = scan(text)
        guard !words.isEmpty, !comment.isEmpty else { return nil }
        let rest = Substring(comment.unicodeScalars.drop { $0 == "#" })
        guard let word = scan(rest).words.first else { return nil }
        let parts = word.split(at: "=", maxSplits: 1)
        // In a sentence, `none` says nothing.
        let isWord =
            parts.count > 1
            ? examples[String(parts.first ?? "")] != nil
            : word.startIndex == rest.startIndex && ["none", "metrics", "precise"].contains(word)
        return isWord ? word : nil
    }

    /// The words of a line, its comment, and whether each double quote is closed.
    private static func scan(_ text: Substring) -> (words: [Substring], comment: Substring, isClosed: Bool) {
        var words: [Substring] = []
        var start: Substring.Index?
        var isQuoted = false
        for index in text.unicodeScalars.indices {
            let scalar = text.unicodeScalars[index]
            if scalar == "\"" { isQuoted.toggle() }
            if !isQuoted, scalar == " " || scalar == "\t" {
                if let start { words.append(text[start..<index]) }
                start = nil
            } else if start == nil {
                if scalar == "#" { return (words, text[index...], true) }
                start = index
            }
        }
        if let start { words.append(text[start...]) }
        return (words, text[text.endIndex...], !isQuoted)
    }

    /// The values of a list: commas separate them, unless they are in double quotes.
    private static func list(
        _ text: Substring, _ key: Substring, _ read: (String) throws(Fault) -> String
    ) throws(Fault) -> [String] {
        var values: [String] = []
        var isQuoted = false
        // A list of nothing would show nothing, which nobody means: the line must be mended, or go.
        for part in text.unicodeScalars.split(
            omittingEmptySubsequences: false,
            whereSeparator: { scalar in
                if scalar == "\"" { isQuoted.toggle() }
                return scalar == "," && !isQuoted
            })
        {
            let value = try value(Substring(part))
            guard !value.isEmpty else {
                throw Fault(reason: "'\(key)' has an empty value; write it as \(examples[String(key)] ?? "")")
            }
            values.append(try read(value))
        }
        return values
    }

    /// A text without its double quotes. Between them, two stand for one.
    private static func value(_ text: Substring) throws(Fault) -> String {
        guard text.hasAny(of: "\"") else { return String(text) }
        let scalars = text.unicodeScalars
        guard scalars.count >= 2, scalars.first == "\"", scalars.last == "\"" else {
            throw Fault(reason: "a double quote is inside of a value; put the whole value into double quotes")
        }
        // Of two double quotes the second one counts.
        var (value, isOpen) = (String.UnicodeScalarView(), false)
        for scalar in scalars.dropFirst().dropLast() {
            if scalar == "\"" { isOpen.toggle() }
            if isOpen, scalar == "\"" { continue }
            guard !isOpen else { break }
            value.append(scalar)
        }
        guard !isOpen else { throw Fault(reason: "a double quote is inside of a value; write it twice") }
        return String(value)
    }

    /// The name of a data set. What no import takes is an error (`DataSets.checkName`): no data set would ever have it.
    private static func dataset(_ text: String) throws(Fault) -> String {
        guard !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            throw Fault(reason: "the name of a data set has no control characters")
        }
        guard !text.hasAny(of: ","), text.unicodeScalars.first != " ", text.unicodeScalars.last != " " else {
            throw Fault(
                reason:
                    "\(quotedWord(text)) is not a data set, whose name has no comma and no space at its ends; write "
                    + (examples["datasets"] ?? ""))
        }
        return text
    }

    /// A code such as `CA`, `CA-YT` or `US-NY-001`.
    private static func region(_ text: String) throws(Fault) -> String {
        let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        let isLetter = { (byte: UInt8) in (0x41...0x5A).contains(byte) }
        let isRight =
            parts[0].count == 2 && parts[0].allSatisfy(isLetter) && parts.count <= 3
            && parts.dropFirst().allSatisfy { part in
                (1...4).contains(part.count) && part.allSatisfy { isLetter($0) || (0x30...0x39).contains($0) }
            }
        guard isRight else {
            let upper = text.uppercased()
            let mend = upper != text && (try? region(upper)) != nil ? "; write \(upper)" : ", such as CA or CA-YT"
            throw Fault(reason: "\(quotedWord(text)) is not the code of a region\(mend)")
        }
        return text
    }

    /// A code such as `CA` or `CA-YT`. A cell of general places knows nothing smaller, and the general and the exact
    /// records of a reader must not overlap.
    private static func preciseRegion(_ text: String) throws(Fault) -> String {
        let parts = text.uppercased()[...].split(at: "-")
        if parts.count == 3, (try? region(text.uppercased())) != nil {
            throw Fault(
                reason:
                    "\(quotedWord(text)) is a part of a region, and 'precise-regions' takes only countries and their regions; write "
                    + "\(parts[0])-\(parts[1])")
        }
        return try region(text)
    }

    /// The end of a day, such as `2027-01-31`, in UTC.
    private static func end(_ text: Substring) throws(Fault) -> Int64 {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.map(\.utf8.count) == [4, 2, 2], text.utf8.allSatisfy({ $0 == 0x2D || (0x30...0x39).contains($0) }),
            let year = Int32(parts[0]), let month = Int32(parts[1]), let day = Int32(parts[2])
        else { throw Fault(reason: "\(quotedWord(text)) is not a date, such as 2027-01-31") }
        var date = tm()
        (date.tm_year, date.tm_mon, date.tm_mday) = (year - 1900, month - 1, day)
        let start = timegm(&date)
        // It takes 31 April for 1 May.
        guard (date.tm_year, date.tm_mon, date.tm_mday) == (year - 1900, month - 1, day) else {
            throw Fault(reason: "there is no day '\(text)'")
        }
        return Int64(start) + 86_400
    }
}
