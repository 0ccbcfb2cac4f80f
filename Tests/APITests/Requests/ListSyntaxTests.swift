import Testing

@testable import API

@Suite struct ListSyntaxTests {
    @Test(
        arguments: [
            ("L1", ["L1"]), ("L1,L2", ["L1", "L2"]), (#""Fish Lake, north",L7"#, ["Fish Lake, north", "L7"]),
            (#"L7,"Fish Lake, north""#, ["L7", "Fish Lake, north"]), (#""a""b""#, [#"a"b"#]), (#""""""#, [#"""#]),
            (#""""#, [""]), (#""",x"#, ["", "x"]), (#"",""#, [","]), (#"",""""#, [#",""#]),
            (#""","""#, ["", ""]), (#"a"b"#, [#"a"b"#]), (#"Beacon "south" end,L1"#, [#"Beacon "south" end"#, "L1"]),
            (#"" a "," b ""#, [" a ", " b "]), (#"" a ""#, [" a "]), ("60.7155,-135.0294", ["60.7155", "-135.0294"]),
            ("a;b&c#d/e%2F", ["a;b&c#d/e%2F"]), (",\u{301}a", nil), ("a,\u{301}b", ["a", "\u{301}b"]),
        ] as [(String, [String]?)])
    func readsValuesBetweenCommas(text: String, values: [String]?) throws {
        let read = try? ListSyntax.values(of: text)
        #expect(read.map { $0.map { Array($0.utf8) } } == values.map { $0.map { Array($0.utf8) } })
    }

    @Test(
        arguments: [
            ("", .missingValue), (",", .missingValue), ("a,", .missingValue), (",a", .missingValue),
            ("a,,b", .missingValue), (#""a","#, .missingValue), (#"""#, .openQuote), (#""a"#, .openQuote),
            (#""a,b"#, .openQuote), (#""a"""#, .openQuote), (#"a,"b"#, .openQuote), (#""a"b"#, .textAfterQuote),
            (#""a" ,b"#, .textAfterQuote), (#""a"b","#, .textAfterQuote), (#" "a, b""#, .spaceAtEdge),
            (#"L1, "a, b""#, .spaceAtEdge), ("CA-YT, US-WA", .spaceAtEdge), ("CA-YT ,US-WA", .spaceAtEdge),
            (" a,b", .spaceAtEdge), ("a ", .spaceAtEdge), (" a", .spaceAtEdge), (" ", .spaceAtEdge),
            ("a,b ", .spaceAtEdge), ("a, ,b", .spaceAtEdge),
        ] as [(String, ListSyntax.Fault)])
    func saysWhyATextIsNoList(text: String, fault: ListSyntax.Fault) {
        #expect(throws: fault) { try ListSyntax.values(of: text) }
    }

    /// Whatever it holds, a value in quotes is that value, alone and among others; and one without commas, and quotes
    /// at its beginning, is itself without quotes too.
    @Test func everyValueSurvivesQuoting() throws {
        var generator = SplitMix(state: 4)
        let characters: [Character] = [
            "\"", ",", " ", "a", "é", "\u{301}", ";", "&", "#", "/", "%", "+", ".", "\u{1F426}",
        ]
        func random() -> String {
            String(
                (0..<Int.random(in: 0...6, using: &generator)).map { _ in
                    characters.randomElement(using: &generator) ?? "a"
                })
        }
        func quoted(_ value: String) -> String {
            var bytes = Array("\"".utf8)
            for byte in value.utf8 { bytes += byte == UInt8(ascii: "\"") ? [byte, byte] : [byte] }
            return String(decoding: bytes + Array("\"".utf8), as: UTF8.self)
        }
        for _ in 0..<5_000 {
            let values = (0...Int.random(in: 0...3, using: &generator)).map { _ in random() }
            let read = try ListSyntax.values(of: values.map(quoted).joined(separator: ","))
            #expect(read.map { Array($0.utf8) } == values.map { Array($0.utf8) })
            for value in values where !value.isEmpty && ListSyntax.isPlain(value) {
                #expect(try ListSyntax.values(of: value) == [value])
            }
        }
    }
}

/// The same numbers in every run.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
