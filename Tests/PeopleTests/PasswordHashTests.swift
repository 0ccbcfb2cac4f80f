import Testing

@testable import Fixtures
@testable import People

@Suite struct PasswordHashTests {
    /// Hashes of `mumble-mumble` that `htpasswd` and `mkpasswd` made, and their costs.
    static let known: [(hash: String, cost: PasswordHash.Cost)] = [
        ("$2y$04$nVHw3kWTpblHifSePcLCY.0E4TZZAnmxnAUt4JMj6kNuXnVAWpnGe", .bcrypt(exponent: 4)),
        ("$2b$05$8wj6tvUExRWyvSoiuVLl2enFMfB7v.OtbyDlyPYaYWVcPosixksNK", .bcrypt(exponent: 5)),
        ("$2a$05$l5HoX59xkOBs2KOwvFJDBu8uRBEb5Sc7WRXxxabXWqJuQHJlQDhn2", .bcrypt(exponent: 5)),
        (
            "$6$KC0XbJAsSPtnpY.b$dVvriKWZZTAbyNl9bQa./mwzdc7BxDKG0FbWjQMRvBUkUdHTe5rJ5Z50hTAyHrPYmRefnJ0GHvABqyHPiCIdz/",
            .sha512(rounds: 5000, saltLength: 16)
        ),
        (
            "$6$rounds=1000$UQve2ByZePgqROeu$0YAWzpGs6weLu5jzso5ER.IAclQsgVbLYi15h7M9udFgYBiNhO3zyqe/J6Z9oXaDVQviHyMrij0stdVp50mgI0",
            .sha512(rounds: 1000, saltLength: 16)
        ),
        (
            "$y$j9T$J4wViVRbUAKWr4KEI26/X1$./KbhIOJA9JeL1ROMJHpCP2a6dmdAj5y8fLm/qghYa/",
            .yescrypt(exponent: 12, blockSize: 32)
        ),
        (
            "$y$j75$WzIn3pEAwf/fHW34uWEeM.$SL/DjO1rVURPip/VzWqMXdUUsJH6t9TEn59Vt9fxsfC",
            .yescrypt(exponent: 10, blockSize: 8)
        ),
    ]

    @Test(arguments: known.indices) func checksWhatOtherProgramsMade(index: Int) throws {
        let hash = try PasswordHash(Self.known[index].hash)
        #expect(hash.cost == Self.known[index].cost)
        #expect(hash.matches(Array("mumble-mumble".utf8)))
        for wrong in ["", "mumble-mumbl", "mumble-mumble ", "Mumble-mumble", "mumble-mumble\0"] {
            #expect(!hash.matches(Array(wrong.utf8)))
        }
        #expect(!hash.matches([UInt8](repeating: 97, count: 4096)))
    }

    /// A hash is taken if libcrypt computes it, and only then: one that it refuses would be checked in no time, and so
    /// tell that the name exists.
    @Test func takesWhatLibcryptTakes() {
        let digits = Array("./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
        var random = SplitMix(state: 23)
        func some(_ count: Int) -> String {
            String((0..<count).map { _ in digits.randomElement(using: &random) ?? "." })
        }
        var settings = ["$6$rounds=01000$abc$", "$6$rounds=1000$abc$", "$6$rounds=1000$$", "$6$a/b$", "$y$j..$abcd$"]
        settings +=
            (1...90).map { "$y$j/.$\(some($0))$" }
            + (0..<300).map { _ in "$y$j/.$\(some(Int.random(in: 1...9, using: &random)))$" }
        settings += digits.prefix(8).map { "$y$j\($0)/$abcd$" }
        for setting in settings {
            let isTaken = (try? PasswordHash(setting + some(setting.hasPrefix("$6") ? 86 : 43))) != nil
            let found = PasswordHash.hash(Array("x".utf8), setting) ?? "*"
            #expect(isTaken == !found.hasPrefix("*"), "\(setting)")
        }
        // Whatever the digits of bcrypt, it computes something. But it writes unused bits of the salt as 0, so that it
        // would never be the same hash.
        for digit in digits {
            let setting = "$2b$04$" + some(21) + String(digit)
            let found = PasswordHash.hash(Array("x".utf8), setting) ?? "*"
            let isTaken = (try? PasswordHash(setting + found.suffix(31))) != nil
            #expect(found.hasPrefix("$2b$04$") && isTaken == found.hasPrefix(setting), "\(setting)")
        }
    }

    @Test func makesAHashThatItChecks() throws {
        let password = Array("Käuzchen im Turm".utf8)
        let (one, other) = try (#require(PasswordHash.of(password)), #require(PasswordHash.of(password)))
        #expect(one.text.hasPrefix("$2y$12$") && one.cost == .bcrypt(exponent: 12))
        // Each has a salt of its own.
        #expect(one != other)
        #expect(one.matches(password) && !one.matches(Array("Kauzchen im Turm".utf8)))
        #expect(PasswordHash.of(Array("a\0b".utf8)) == nil)
    }

    /// bcrypt ignores all but the first 72 bytes.
    @Test func aLongerPasswordIsNotTheSame() throws {
        let password = [UInt8](repeating: 0x78, count: 72)
        let hash = try #require(PasswordHash.of(password))
        #expect(hash.matches(password) && !hash.matches(password + [0x78]) && !hash.matches(password + [0x79]))
    }

    @Test(
        arguments: [
            ("$apr1$xF.8nEhk$eAg/diRGoAio.xSgcK9U/.", "is hashed with MD5 (apr1), which is guessed too fast"),
            ("{SHA}kcdOGNJbjPlIue7oeqBamK9WZsU=", "is hashed with SHA, which is guessed too fast"),
            ("Biyaskv4ZoN52", "is not hashed, or with crypt's oldest method"),
            ("mumble", "is not hashed, or with crypt's oldest method"),
            ("", "is not hashed, or with crypt's oldest method"),
            ("$", "is not hashed, or with crypt's oldest method"),
            ("$5$abc$def", "is hashed with a method that Rookery does not know"),
            ("$7$CU..../....C3A$8t", "is hashed with a method that Rookery does not know"),
            ("$2y$05$short", "is not a whole bcrypt hash"), ("$2y$5$", "is not a whole bcrypt hash"),
            ("$2y$03$nVHw3kWTpblHifSePcLCY.0E4TZZAnmxnAUt4JMj6kNuXnVAWpnGe", "is not a whole bcrypt hash"),
            ("$2y$-5$nVHw3kWTpblHifSePcLCY.0E4TZZAnmxnAUt4JMj6kNuXnVAWpnGe", "is not a whole bcrypt hash"),
            ("$2y$05$nVHw3kWTpblHifSePcLCY.0E4TZZAnmxnAUt4JMj6kNuXnVAWpn*e", "is not a whole bcrypt hash"),
            (
                "$2y$15$nVHw3kWTpblHifSePcLCY.0E4TZZAnmxnAUt4JMj6kNuXnVAWpnGe", "has a cost of 15, and 14 is the most"
            ),
            (
                "$2y$04$nVHw3kWTpblHifSePcLCY/0E4TZZAnmxnAUt4JMj6kNuXnVAWpnGe",
                "has a salt that bcrypt does not write, so that no password would be right"
            ),
            ("{mumble", "is not hashed, or with crypt's oldest method"),
            ("{mumble}", "is not hashed, or with crypt's oldest method"),
            ("{SHA}\u{301}kcdOGNJbjPlIue7oeqBamK9WZsU=", "is hashed with SHA, which is guessed too fast"),
            ("$6$salt$", "is not a whole SHA-512 hash"), ("$6$rounds=$a$b", "is not a whole SHA-512 hash"),
            ("$6$rounds=99999999999999999999$a$b", "is not a whole SHA-512 hash"),
            ("$6$rounds=2000000$a$b", "has 2000000 rounds, and 1000000 are the most"),
            ("$y$j9T$a$b", "is not a whole yescrypt hash"),
            (
                "$y$jFT$8WP81V9iDcjscJT0TT22P0$02.1IJTWhQG98.ZdOjrk4sUxqy/4kp.1KP37KRAdiL8",
                "needs more than 64 MiB of memory for each check"
            ),
            (
                "$y$jjj$8WP81V9iDcjscJT0TT22P0$02.1IJTWhQG98.ZdOjrk4sUxqy/4kp.1KP37KRAdiL8",
                "has settings of yescrypt that Rookery does not know"
            ),
            (
                "$y$$8WP81V9iDcjscJT0TT22P0$02.1IJTWhQG98.ZdOjrk4sUxqy/4kp.1KP37KRAdiL8",
                "has settings of yescrypt that Rookery does not know"
            ),
        ])
    func refusesWhatIsWeakBrokenOrTooCostly(text: String, reason: String) throws {
        let fault = try #require(throws: PasswordHash.Fault.self) { try PasswordHash(text) }
        #expect(fault.reason == reason)
    }

    /// A part of a hash is never taken for a whole one, and no byte of it stops the program.
    @Test(arguments: known.indices) func takesNoPartOfAHash(index: Int) {
        let hash = Self.known[index].hash
        for count in 0..<hash.count {
            #expect(throws: PasswordHash.Fault.self) { try PasswordHash(hash.prefix(count)) }
            #expect(throws: PasswordHash.Fault.self) {
                try PasswordHash(hash.prefix(count) + "é" + hash.dropFirst(count + 1))
            }
        }
    }
}
