import CCrypt
import Glibc

/// The hash of a password, as a users file has it (crypt(5)): bcrypt, SHA-512-crypt or yescrypt.
///
/// Invariant: the text is whole and has a bounded cost, so that libcrypt accepts it and checking a password ends soon.
public struct PasswordHash: Sendable, Hashable {
    /// What a check costs. Hashes of equal cost take the same time.
    public enum Cost: Sendable, Hashable {
        /// 2 to the power of this many rounds.
        case bcrypt(exponent: Int)
        /// A salt of another length may take another time.
        case sha512(rounds: Int, saltLength: Int)
        /// 128 · 2^`exponent` · `blockSize` bytes of memory.
        case yescrypt(exponent: Int, blockSize: Int)
    }

    /// Why a text is no hash that can be used, as the end of a sentence about it.
    public struct Fault: Error, Equatable {
        public let reason: String
    }

    /// The hash with its salt and cost, in ASCII.
    public let text: String
    public let cost: Cost

    // The bounds are about one second of a core, or 64 MiB.
    static let mostBcrypt = 14
    static let mostRounds = 1_000_000
    static let mostMemory = 64 << 20
    /// The cost of new hashes: about 0.2 seconds.
    static let usualBcrypt = 12

    /// Reads a hash.
    /// - Throws: `Fault` with what is wrong. The text of the hash is never part of it.
    public init(_ text: some StringProtocol) throws(Fault) {
        let text = String(text)
        self.text = text
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count >= 3, parts[0].isEmpty else {
            throw Fault(
                reason: Self.scheme(text).map { "is hashed with \($0), which is guessed too fast" }
                    ?? "is not hashed, or with crypt's oldest method")
        }
        switch parts[1] {
        case "2a", "2b", "2y": cost = try Self.bcrypt(parts[2...])
        case "6": cost = try Self.sha512(parts[2...])
        case "y": cost = try Self.yescrypt(parts[2...])
        case "apr1", "1": throw Fault(reason: "is hashed with MD5 (\(parts[1])), which is guessed too fast")
        default: throw Fault(reason: "is hashed with a method that Rookery does not know")
        }
    }

    /// The method of a hash such as `{SHA}…`; nil for any other text, which may be a password.
    private static func scheme(_ text: String) -> String? {
        guard text.utf8.first == UInt8(ascii: "{"), let end = text.utf8.firstIndex(of: UInt8(ascii: "}")) else {
            return nil
        }
        let name = text.utf8[..<end].dropFirst()
        let isName = name.allSatisfy { (0x41...0x5A).contains($0) || (0x30...0x39).contains($0) }
        return isName && name.count < 8 ? String(decoding: name, as: UTF8.self) : nil
    }

    private static let digits = Set("./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")

    private static func isEncoded(_ text: Substring, _ lengths: ClosedRange<Int>) -> Bool {
        lengths.contains(text.utf8.count) && text.allSatisfy(digits.contains)
    }

    private static func number(_ text: Substring) -> Int? {
        text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(text) : nil
    }

    /// `NN$` and then 22 digits of salt and 31 of the hash.
    private static func bcrypt(_ parts: ArraySlice<Substring>) throws(Fault) -> Cost {
        guard parts.count == 2, let first = parts.first, let last = parts.last, first.utf8.count == 2,
            let exponent = number(first), exponent >= 4, isEncoded(last, 53...53)
        else { throw incomplete("bcrypt") }
        // libcrypt writes the salt without the unused bits of its last digit, so that no password would be right.
        guard let digit = last.utf8.dropFirst(21).first, ".Oeu".utf8.contains(digit) else {
            throw Fault(reason: "has a salt that bcrypt does not write, so that no password would be right")
        }
        guard exponent <= mostBcrypt else {
            throw Fault(reason: "has a cost of \(exponent), and \(mostBcrypt) is the most")
        }
        return .bcrypt(exponent: exponent)
    }

    /// `rounds=N$`, which may be missing, then the salt, `$` and 86 digits.
    private static func sha512(_ parts: ArraySlice<Substring>) throws(Fault) -> Cost {
        var parts = parts
        var rounds = 5000
        if let first = parts.first, first.hasPrefix("rounds=") {
            // libcrypt takes no leading zero.
            guard let number = number(first.dropFirst(7)), number >= 1000, !first.hasPrefix("rounds=0") else {
                throw incomplete("SHA-512")
            }
            guard number <= mostRounds else {
                throw Fault(reason: "has \(number) rounds, and \(mostRounds) are the most")
            }
            rounds = number
            parts = parts.dropFirst()
        }
        guard parts.count == 2, let salt = parts.first, let hash = parts.last, isEncoded(salt, 0...16),
            isEncoded(hash, 86...86)
        else { throw incomplete("SHA-512") }
        return .sha512(rounds: rounds, saltLength: salt.utf8.count)
    }

    /// `j`, a digit each for the exponent and the block size, `$`, the salt, `$` and 43 digits (yescrypt-common.c).
    private static func yescrypt(_ parts: ArraySlice<Substring>) throws(Fault) -> Cost {
        guard parts.count == 3, let settings = parts.first.map({ Array($0.utf8) }), let hash = parts.last,
            let salt = parts.dropFirst().first, isEncoded(salt, 1...86), isWhole(salt), isEncoded(hash, 43...43)
        else { throw incomplete("yescrypt") }
        guard settings.count == 3, settings[0] == UInt8(ascii: "j"), let exponent = value(settings[1]),
            let blockSize = value(settings[2])
        else { throw Fault(reason: "has settings of yescrypt that Rookery does not know") }
        // libcrypt takes no exponent of 1.
        guard exponent > 0 else { throw incomplete("yescrypt") }
        // Both are stored less one.
        let cost = Cost.yescrypt(exponent: exponent + 1, blockSize: blockSize + 1)
        // The exponent is at most 47, so this can't overflow.
        guard 128 * (blockSize + 1) << (exponent + 1) <= mostMemory else {
            throw Fault(reason: "needs more than \(mostMemory >> 20) MiB of memory for each check")
        }
        return cost
    }

    /// Whether digits are whole bytes, as libcrypt demands: 4 digits have 3, the first with the lowest bits.
    private static func isWhole(_ salt: Substring) -> Bool {
        guard let last = salt.utf8.last.flatMap(value) else { return salt.utf8.count % 4 == 0 }
        return switch salt.utf8.count % 4 {
        case 0: true
        case 2: last < 4
        case 3: last < 16
        default: false
        }
    }

    /// The value of a digit; nil for those from 47 on, which begin longer numbers.
    private static func value(_ digit: UInt8) -> Int? {
        let value: Int? =
            switch digit {
            case UInt8(ascii: "."): 0
            case UInt8(ascii: "/"): 1
            case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(digit - UInt8(ascii: "0")) + 2
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): Int(digit - UInt8(ascii: "A")) + 12
            case UInt8(ascii: "a")...UInt8(ascii: "z"): Int(digit - UInt8(ascii: "a")) + 38
            default: nil
            }
        return value.flatMap { $0 < 47 ? $0 : nil }
    }

    private static func incomplete(_ method: String) -> Fault { Fault(reason: "is not a whole \(method) hash") }

    /// Whether this is the hash of a password. It takes as long as the cost says: up to a second.
    /// - Parameter password: UTF-8 without NUL.
    public func matches(_ password: [UInt8]) -> Bool {
        guard let found = Self.hash(password, text) else { return false }
        // bcrypt ignores the rest of longer ones, so that each of them would be right.
        if case .bcrypt = cost, password.count > NewPassword.longest { return false }
        // Both are hashes: how many of their characters are equal tells nothing of the password.
        return found == text
    }

    /// Makes the hash of a new password: bcrypt, which Apache and nginx take too.
    /// - Parameter password: UTF-8 without NUL, at most 72 bytes: bcrypt does not look at more.
    /// - Returns: Nil if libcrypt can't make it, as in an environment that forbids its methods.
    public static func of(_ password: [UInt8]) -> PasswordHash? {
        var salt = [CChar](repeating: 0, count: Int(CRYPT_GENSALT_OUTPUT_SIZE))
        // Without bytes of its own, libcrypt takes random ones from the system.
        guard crypt_gensalt_rn("$2y$", UInt(usualBcrypt), nil, 0, &salt, Int32(salt.count)) != nil,
            let hash = hash(password, salt.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" })
        else { return nil }
        return try? PasswordHash(hash)
    }

    /// crypt(3) of a password; nil if it fails, as it does for passwords over 511 bytes.
    static func hash(_ password: [UInt8], _ setting: String) -> String? {
        guard !password.contains(0) else { return nil }
        var phrase = password.map { CChar(bitPattern: $0) } + [0]
        defer { phrase.withUnsafeMutableBytes { wipe($0) } }
        // It is 32 KiB: too much for the stack of a thread.
        let data = UnsafeMutablePointer<crypt_data>.allocate(capacity: 1)
        memset(data, 0, MemoryLayout<crypt_data>.size)
        defer {
            wipe(UnsafeMutableRawBufferPointer(start: data, count: MemoryLayout<crypt_data>.size))
            data.deallocate()
        }
        guard let found = crypt_rn(phrase, setting, data, Int32(MemoryLayout<crypt_data>.size)) else { return nil }
        return String(cString: found)
    }

    /// Overwrites memory that held a password, which the compiler must not leave out.
    private static func wipe(_ bytes: UnsafeMutableRawBufferPointer) {
        if let start = bytes.baseAddress { explicit_bzero(start, bytes.count) }
    }
}
