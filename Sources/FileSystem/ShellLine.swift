/// Words as a shell reads them, with quotes where they are needed. A word with control characters is written with
/// `printf`, so that a terminal can show the line.
package func shellLine(_ words: [String]) -> String {
    let plain = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=:,./@%".utf8)
    func quoted(_ word: String) -> String {
        // By bytes: a combining mark after a quote makes one `Character` of both.
        let parts = word.utf8.split(separator: UInt8(ascii: "'"), omittingEmptySubsequences: false)
        return "'" + parts.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "'\\''") + "'"
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
