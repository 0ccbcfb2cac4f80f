/// The rules for new passwords. Passwords that other programs have set may break them.
public enum NewPassword {
    /// In characters.
    static let shortest = 10
    /// In bytes: bcrypt does not look at more.
    static let longest = 72

    /// What is wrong with a password, as a sentence that does not repeat it; nil if it can be used.
    /// - Parameter name: Of the person whose password it will be.
    public static func fault(in password: String, of name: String) -> String? {
        if password.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) {
            return "The password has a control character."
        }
        if password.count < shortest { return "The password is too short: it needs at least \(shortest) characters." }
        if password.utf8.count > longest {
            return "The password is too long: it has \(password.utf8.count) bytes, and \(longest) are the most."
        }
        let lower = password.lowercased()
        if lower.contains(name.lowercased()) { return "The password contains the name." }
        let word = withoutDigits(lower[...])
        if CommonPasswords.all.contains(lower[...]) || commonWords.contains(word) {
            return "The password is one of those that many people have, which attackers try first."
        }
        if isSequence(lower) {
            return "The password repeats a few characters, or counts up or down; take several words."
        }
        if word.allSatisfy(\.isLetter), word.count < shortest, password.count < 16 {
            return "The password is one word or number, with signs or digits around it; take several words."
        }
        return nil
    }

    /// A text without what is not a letter at its ends, as in `sommer2026!`.
    private static func withoutDigits(_ text: Substring) -> Substring {
        var text = text.drop { !$0.isLetter }
        while let last = text.last, !last.isLetter { text.removeLast() }
        return text
    }

    /// The common passwords without digits and signs at their ends.
    private static let commonWords = Set(CommonPasswords.all.map(withoutDigits).filter { $0.count >= 5 })

    /// Whether fewer than four different characters say all of a text, since each of the others follows the character
    /// before it, or is the same.
    private static func isSequence(_ text: String) -> Bool {
        var (free, last): (Set<Int>, Int?) = ([], nil)
        for value in text.unicodeScalars.map({ Int($0.value) }) {
            if last.map({ abs($0 - value) > 1 }) ?? true { free.insert(value) }
            last = value
        }
        return free.count < 4
    }
}
