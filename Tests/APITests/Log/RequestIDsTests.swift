import HTTP
import Testing

@testable import API

@Suite struct RequestIDsTests {
    private func name(_ given: String) throws -> String {
        var names = RequestIDs(loop: 0)
        return names.next(for: try parse("GET / HTTP/1.1\r\nHost: x\r\nX-Request-Id: \(given)\r\n\r\n"))
    }

    @Test(arguments: ["a", "3f2A-b_c.9", String(repeating: "x", count: 64)])
    func aShortTokenOfTheClientIsKept(given: String) throws {
        #expect(try name(given) == given)
    }

    @Test(arguments: ["", "a b", "a\"b", "a;b", "é", String(repeating: "x", count: 65)])
    func anyOtherNameIsReplaced(given: String) throws {
        #expect(try name(given) != given)
    }

    @Test func requestsAreCounted() {
        var (names, others) = (RequestIDs(loop: 0), RequestIDs(loop: 35))
        for number in 1...1_300 {
            let parts = names.next().split(separator: "-")
            #expect(parts.count == 3 && parts[1] == "0" && parts[2] == String(number, radix: 36))
        }
        #expect(others.next().hasSuffix("-z-1"))
    }
}
