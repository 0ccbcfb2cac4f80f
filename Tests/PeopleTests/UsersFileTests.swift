import People
import Testing

@Suite struct UsersFileTests {
    private static let hash = "$2y$04$nVHw3kWTpblHifSePcLCY.0E4TZZAnmxnAUt4JMj6kNuXnVAWpnGe"

    private func names(_ text: String) throws -> [String] { try UsersFile(Array(text.utf8)).users.map(\.name) }

    /// Line ends of any system, white space, comments and further cells are those of other programs.
    @Test func readsFilesOfOtherPrograms() throws {
        let file = try UsersFile(
            Array("# people\n\n  \nalice:\(Self.hash)\r\nJürgen:\(Self.hash):warden \n\tAna Maria:\(Self.hash)  ".utf8))
        #expect(file.users.map(\.name) == ["alice", "Jürgen", "Ana Maria"])
        #expect(file.users.map(\.line) == [4, 5, 6])
        #expect(file.users.allSatisfy { $0.hash.text == Self.hash })
        #expect(try names("\u{FEFF}alice:\(Self.hash)") == ["alice"])
        #expect(try names("") == [] && names("\n\n") == [])
    }

    /// A wrong password takes the time of a hash of each cost.
    @Test func hasFewCosts() throws {
        let end = "$UQve2ByZePgqROeu$" + String(repeating: "a", count: 86)
        var lines = (0..<40).map { "p\($0):$6$rounds=\(1000 + $0 % 16)\(end)\n" }
        #expect(try UsersFile(Array(lines.joined().utf8)).costs.map(\.cost).count == 16)
        lines += ["x:$6$rounds=2000\(end)\n", "y:$6$rounds=2000\(end)\n", "z:\(Self.hash)\n"]
        let fault = #expect(throws: FileFault.self) { try UsersFile(Array(lines.joined().utf8)) }
        #expect(fault?.lines.map(\.number) == [41, 43])
        #expect(fault?.lines.first?.text.hasPrefix("the password of 'x' has a cost of its own") == true)
    }

    @Test(
        arguments: [
            ("alice", "it has no colon; a line is name:hash, as 'rookery users add' writes it"),
            (":\(hash)", "the name is empty"),
            ("@users:\(hash)", "'@users' begins with @, as only the names of groups do"),
            ("a\u{1}b:\(hash)", "a name has no colon, quotation mark or control character"),
            ("a\"b:\(hash)", "a name has no colon, quotation mark or control character"),
            ("a :\(hash)", "a name does not begin or end with a space"),
            (String(repeating: "a", count: 256) + ":" + hash, "a name has at most 255 bytes"),
            (
                "bob:secret-word",
                "the password of 'bob' is not hashed, or with crypt's oldest method; set it again with "
                    + "'rookery users passwd bob' or 'htpasswd -B'"
            ),
            (
                "Ana María:x",
                "the password of 'Ana María' is not hashed, or with crypt's oldest method; set it again with "
                    + "'rookery users passwd 'Ana María'' or 'htpasswd -B'"
            ),
            ("$2y$04$nVHw3kWT:alice", "the name begins with $, as a hash does"),
            ("alice:\(hash)\nalice:\(hash)", "'alice' is on line 1 already; remove one of them"),
            // The same name for a reader, in two spellings.
            ("J\u{FC}rgen:\(hash)\nJu\u{308}rgen:\(hash)", "'Ju\u{308}rgen' is on line 1 already; remove one of them"),
        ])
    func namesTheLineThatIsWrong(text: String, reason: String) throws {
        let error = try #require(throws: FileFault.self) { try UsersFile(Array("\(text)\nzoe:\(Self.hash)".utf8)) }
        #expect(error.lines.map(\.text) == [reason])
        #expect(error.message(path: "users").hasPrefix("users, line \(text.split(separator: "\n").count): "))
        #expect(!error.message(path: "users").contains("secret-word"))
    }

    @Test func namesTheFirstOfManyWrongLines() throws {
        let text = "\u{1}:x\n" + String(repeating: "alice\n", count: 14)
        let error = try #require(throws: FileFault.self) { try UsersFile(Array(text.utf8)) }
        #expect(error.lines.map(\.number) == Array(1...10) && error.more == 5)
        #expect(error.message(path: "users").hasSuffix("\nand 5 more"))
        let latin = try #require(throws: FileFault.self) { try UsersFile([0x4A, 0xFC, 0x3A] + Array(Self.hash.utf8)) }
        #expect(latin.lines.map(\.text) == ["it is not UTF-8; save the file as UTF-8"])
    }
}
