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
        if CommonPasswords.all.contains(lower[...]) {
            return "The password is one of those that many people have, which attackers try first."
        }
        return nil
    }
}
