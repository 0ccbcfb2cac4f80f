/// A text as one line for a terminal, with escapes such as `\x1b` and `\u202e` in place of the characters that a
/// terminal obeys: control characters, line ends, and those that change the direction of text. Names of files may
/// have any of them.
package func terminalLine(_ text: String) -> String {
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return text }
    var line = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
        guard isObeyed(scalar) else {
            line.append(scalar)
            continue
        }
        let digits = String(scalar.value, radix: 16)
        let width = scalar.value < 0x100 ? 2 : 4
        let zeros = String(repeating: "0", count: max(0, width - digits.utf8.count))
        line.append(contentsOf: "\\\(width == 2 ? "x" : "u")\(zeros)\(digits)".unicodeScalars)
    }
    return String(line)
}

/// Whether a terminal may obey a character instead of showing it.
func isObeyed(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.properties.isBidiControl { return true }
    return switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: true
    default: false
    }
}

/// Words as a shell reads them, with quotes where they are needed. A word with control characters is written with
/// `printf`, so that a terminal can show the line.
package func shellLine(_ words: [String]) -> String {
    let plain = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=:,./@%".utf8)
    func quoted(_ word: String) -> String {
        "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
    return words.map { word in
        if !word.isEmpty, word.utf8.allSatisfy(plain.contains) { return word }
        // A shell removes line feeds at the end of what a command prints.
        guard word.unicodeScalars.contains(where: isObeyed), word.utf8.last != 0x0A else { return quoted(word) }
        var format = ""
        for scalar in word.unicodeScalars {
            switch scalar {
            case "\\": format += "\\\\"
            case "%": format += "%%"
            case _ where isObeyed(scalar):
                for byte in String(scalar).utf8 {
                    let digits = String(byte, radix: 8)
                    format += "\\" + String(repeating: "0", count: 3 - digits.utf8.count) + digits
                }
            default: format.unicodeScalars.append(scalar)
            }
        }
        return "\"$(printf \(quoted(format)))\""
    }.joined(separator: " ")
}
