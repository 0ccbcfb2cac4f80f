import FileSystem

/// The people who may log in, in the format of `htpasswd`: a line for each, `name:hash`, with empty lines and comments.
/// Apache and nginx can read the same file.
///
/// Invariant: no two people have the same name, and each has a hash that can be checked.
public struct UsersFile: Sendable {
    public struct User: Sendable {
        public let name: String
        public let hash: PasswordHash
        /// The number of the line, from 1.
        public let line: Int
    }

    /// In the order of the file.
    public let users: [User]
    /// A hash of each cost.
    public let costs: [PasswordHash]

    /// Reads a file.
    /// - Throws: `FileFault` with each line that is wrong. No message repeats a hash or a password.
    public init(_ bytes: [UInt8]) throws(FileFault) {
        var users: [User] = []
        var costs: [PasswordHash] = []
        var seen: Set<PasswordHash.Cost> = []
        var lines: [String: Int] = [:]
        var faults: [FileFault.Line] = []
        for line in TextLines.of(bytes) {
            let number = line.number
            do throws(PasswordHash.Fault) {
                guard let user = try Self.user(line.text, number) else { continue }
                if let other = lines[user.name] {
                    throw PasswordHash.Fault(
                        reason: "\(quotedWord(user.name)) is on line \(other) already; remove one of them")
                }
                lines[user.name] = number
                if seen.insert(user.hash.cost).inserted {
                    guard costs.count < Self.mostCosts else {
                        throw PasswordHash.Fault(
                            reason: "the password of '\(user.name)' has a cost of its own, and a file may have "
                                + "\(Self.mostCosts) different ones, since a wrong password takes the time of all; set it "
                                + "again with 'rookery users passwd \(user.name)'")
                    }
                    costs.append(user.hash)
                }
                users.append(user)
            } catch {
                faults.append(FileFault.Line(number: number, text: error.reason))
            }
        }
        guard faults.isEmpty else { throw FileFault(faults) }
        (self.users, self.costs) = (users, costs)
    }

    private init(_ users: [User], _ costs: [PasswordHash]) { (self.users, self.costs) = (users, costs) }

    /// Some of the people. A wrong password takes the same time as with all.
    public func filter(_ isKept: (User) -> Bool) -> UsersFile { UsersFile(users.filter(isKept), costs) }

    /// The person of a line; nil if it is empty or a comment.
    private static func user(
        _ line: Result<Substring, TextLines.NotText>, _ number: Int
    ) throws(PasswordHash.Fault) -> User? {
        guard case .success(let text) = line else {
            throw PasswordHash.Fault(reason: "it is not UTF-8; save the file as UTF-8")
        }
        guard let first = text.unicodeScalars.first, first != "#" else { return nil }
        // Whatever follows a second colon is a comment, as it is for nginx.
        let cells = text.split(at: ":", maxSplits: 2)
        guard cells.count >= 2 else {
            throw PasswordHash.Fault(reason: "it has no colon; a line is name:hash, as 'rookery users add' writes it")
        }
        let name = String(cells[0])
        if let fault = fault(inName: name) { throw PasswordHash.Fault(reason: fault) }
        do throws(PasswordHash.Fault) {
            return User(name: name, hash: try PasswordHash(cells[1]), line: number)
        } catch {
            throw PasswordHash.Fault(
                reason: "the password of \(quotedWord(name)) \(error.reason); set it again with "
                    + "'\(shellLine(["rookery", "users", "passwd", name]))' or 'htpasswd -B'")
        }
    }

    /// What is wrong with the name of a person; nil if it can be used.
    public static func fault(inName name: String) -> String? {
        if name.isEmpty { return "the name is empty" }
        let first = name.unicodeScalars.first
        if first == "@" { return "\(quotedWord(name)) begins with @, as only the names of groups do" }
        if first == "$" { return "the name begins with $, as a hash does" }
        if first == "#" { return "the name begins with #, as a comment does" }
        if name.unicodeScalars.contains(where: { $0.properties.generalCategory == .control || $0 == ":" || $0 == "\"" })
        {
            return "a name has no colon, quotation mark or control character"
        }
        // Such as a no-break space, which looks as if two words were there.
        if name.unicodeScalars.contains(where: { $0.properties.isWhitespace && $0 != " " }) {
            return "\(quotedWord(name)) has white space that is no plain space"
        }
        // Such as a zero-width space or a byte order mark: with it, a name looks like that of somebody else.
        if let hidden = invisible(in: name) {
            let code = String(hidden.value, radix: 16, uppercase: true)
            return
                "\(quotedWord(name)) has the invisible character U+\(String(repeating: "0", count: max(0, 4 - code.count)))\(code); "
                + "write the name without it"
        }
        if first == " " || name.unicodeScalars.last == " " { return "a name does not begin or end with a space" }
        if name.utf8.count > mostName { return "a name has at most \(mostName) bytes" }
        return nil
    }

    /// The first character of a name that nobody sees. Some scripts and emoji need joiners and variation selectors, but
    /// not beside ASCII.
    private static func invisible(in name: String) -> Unicode.Scalar? {
        var before: Unicode.Scalar?
        for scalar in name.unicodeScalars {
            let isNeeded = (0x200C...0x200D).contains(scalar.value) || (0xFE00...0xFE0F).contains(scalar.value)
            let isHidden = scalar.properties.isDefaultIgnorableCodePoint || scalar.properties.generalCategory == .format
            if isHidden, !isNeeded || before?.isASCII != false { return scalar }
            before = scalar
        }
        return nil
    }

    /// In bytes.
    static let mostName = 255
    /// A wrong password takes the time of a hash of each cost.
    static let mostCosts = 16
}
