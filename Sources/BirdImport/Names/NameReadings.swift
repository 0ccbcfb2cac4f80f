/// The ways in which a name may be meant that no table knows, to compare each of them with a list.
///
/// - as it is written;
/// - with spaces in place of hyphens: `Merlin-adult`;
/// - without names of characters as web pages have them: `Golden&nbsp;Eagle`;
/// - what is behind a comma first: `Eagle, American Golden`;
/// - each of several birds with the rest of the last name: `Greater/Lesser Scaup`, `Spotted x Barred Owl`.
enum NameReadings {
    /// The first is the text itself.
    static func of(_ text: String) -> [String] {
        let plain = withoutEntities(text)
        var readings = [text, plain, spaced(plain)]
        let parts = plain.split(separator: ",", maxSplits: 1)
        if parts.count == 2 { readings += [swapped(parts), spaced(swapped(parts))] }
        readings += alternatives(spaced(plain))
        var seen: Set<String> = []
        return readings.filter { seen.insert($0).inserted }
    }

    private static func swapped(_ parts: [Substring]) -> String { "\(parts[1]) \(parts[0])" }

    private static func spaced(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isHyphen) else { return text }
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { result.append(isHyphen(scalar) ? " " : scalar) }
        return String(result)
    }

    private static func isHyphen(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "-" || (0x2010...0x2015).contains(scalar.value)
    }

    /// Replaces `&nbsp;` and its like by spaces.
    private static func withoutEntities(_ text: String) -> String {
        guard text.contains("&") else { return text }
        var result = ""
        var rest = text[...]
        while let start = rest.firstIndex(of: "&") {
            result += rest[..<start]
            let name = rest[rest.index(after: start)...].prefix {
                $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "#")
            }
            rest = rest[name.endIndex...]
            if rest.first == ";", !name.isEmpty {
                rest = rest.dropFirst()
                result += " "
            } else {
                result += "&" + name
            }
        }
        return result + rest
    }

    /// The most words of a name of which alternatives are made.
    private static let mostWords = 8

    private static func alternatives(_ text: String) -> [String] {
        var birds: [[Substring]] = [[]]
        for word in text.split(whereSeparator: { $0.isWhitespace || "()".contains($0) }) {
            if ["x", "×", "/"].contains(word.lowercased()) || Alternatives.joins(word.lowercased()) {
                birds.append([])
                continue
            }
            for (index, part) in word.split(separator: "/", omittingEmptySubsequences: false).enumerated() {
                if index > 0 { birds.append([]) }
                if !part.isEmpty { birds[birds.count - 1].append(part) }
            }
        }
        birds.removeAll(where: \.isEmpty)
        guard birds.count > 1, let last = birds.last, birds.joined().count <= mostWords else { return [] }
        return birds.dropLast().flatMap { bird in
            (0..<last.count).map { (bird + last.suffix($0)).joined(separator: " ") }
        } + [last.joined(separator: " ")]
    }
}
