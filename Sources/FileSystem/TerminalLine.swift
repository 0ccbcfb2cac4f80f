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
package func isObeyed(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.properties.isBidiControl { return true }
    return switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: true
    default: false
    }
}
