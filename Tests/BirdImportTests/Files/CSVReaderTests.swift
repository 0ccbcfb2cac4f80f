import Birds
import FileSystem
import Testing

@testable import BirdImport
@testable import Fixtures

@Suite struct CSVReaderTests {
    /// Rows as lists of a line number and cells. A row with a problem has `!` and the problem in place of its cells.
    private func rows(
        _ bytes: [UInt8], _ syntax: CSVReader.Syntax = .comma, block: Int = CSVReader.blockSize, width: Int? = nil
    ) throws -> [[String]] {
        var position = 0
        let reader = CSVReader(syntax, blockSize: block) { (buffer, count) throws(ChangeError) in
            let end = min(bytes.count, position + count)
            buffer.append(contentsOf: bytes[position..<end])
            position = end
        }
        // A record begins with a number.
        reader.shape = RowShape(width: width) { row in row.bytes.first { $0 != 0x22 }.map { $0 &- 0x30 < 10 } }
        var row = Row()
        var rows: [[String]] = []
        while try reader.next(&row) {
            let cells = row.cells.indices.map { row.text(row.cells[$0]) }
            rows.append(["\(row.line)"] + (row.problem.map { ["!" + $0] } ?? cells))
        }
        return rows
    }

    static let cases: [(text: String, rows: [[String]])] = [
        ("", []),
        ("a,b\n1,2\n", [["1", "a", "b"], ["2", "1", "2"]]),
        ("a,b\r\n1,2\r\n", [["1", "a", "b"], ["2", "1", "2"]]),
        ("a,b\n1,2", [["1", "a", "b"], ["2", "1", "2"]]),
        ("\u{FEFF}a,b\n", [["1", "a", "b"]]),
        ("\u{FEFF}\"a\",b\n", [["1", "a", "b"]]),
        ("a\n\n\r\nb\n\n", [["1", "a"], ["4", "b"]]),
        ("\n\r\n\n\r\r\n\n", [["4", "\r"]]), ("\n\n\r\n\r\na\n", [["5", "a"]]),
        (",\n,,\n", [["1", "", ""], ["2", "", "", ""]]),
        ("\"a,b\",c\n", [["1", "a,b", "c"]]),
        ("\"a\nb\",c\nd,e\n", [["1", "a\nb", "c"], ["3", "d", "e"]]),
        ("\"a\r\nb\"\r\nc\r\n", [["1", "a\r\nb"], ["3", "c"]]),
        ("\"say \"\"hm\"\"\",\"\"\"\"\n", [["1", "say \"hm\"", "\""]]),
        ("\"\",\"\"\n", [["1", "", ""]]),
        ("\"a\"", [["1", "a"]]),
        ("\"a\"\"\"", [["1", "a\""]]),
        ("5\" nail,b\n", [["1", "5\" nail", "b"]]),
        ("\"a\"b,c\nd,e\n", [["1", "!there is text after the closing quote of a cell"], ["2", "d", "e"]]),
        ("\"a,b\nc,d\n", [["1", "!a quoted cell is not closed"], ["2", "c", "d"]]),
        ("a,\"b", [["1", "!a quoted cell is not closed"]]),
        ("a\rb,c\n", [["1", "a\rb", "c"]]),
        ("\"a\nb\",\"c", [["1", "!a quoted cell, which begins on line 2, is not closed"]]),
        ("\u{FEFF}\u{FEFF}\u{EF}\u{BB}\u{BF}a,b\n", [["1", "a", "b"]]),
        ("a,b\n1,2\n\u{1A}", [["1", "a", "b"], ["2", "1", "2"]]),
        ("a,b\r\n1,2\r\n\u{1A}\u{1A}\0\0\0", [["1", "a", "b"], ["2", "1", "2"]]),
        ("a,\"b\"\u{1A}\0", [["1", "a", "b"]]), ("\"a\"\u{1A}", [["1", "a"]]),
        ("\"a\"\u{1A}b\nc\n", [["1", "!there is text after the closing quote of a cell"], ["2", "c"]]),
        ("a,b\n1,2\u{1A}", [["1", "a", "b"], ["2", "1", "2"]]), ("a\n\u{1A}\n", [["1", "a"]]),
        ("a\nb\u{1A}c\n\0", [["1", "a"], ["2", "b\u{1A}c"], ["3", "\0"]]),
        ("é,ü\n", [["1", "é", "ü"]]),
    ]

    @Test(arguments: cases)
    func readsRows(text: String, expected: [[String]]) throws {
        #expect(try rows(Array(text.utf8)) == expected)
    }

    @Test(arguments: cases)
    func readsTheSameInBlocksOfAnySize(text: String, expected: [[String]]) throws {
        for block in 1...8 { #expect(try rows(Array(text.utf8), block: block) == expected, "blocks of \(block)") }
    }

    private static func holdsRows(_ line: Int) -> String {
        "!a quoted cell is closed on line \(line), with rows in it; close it on its line, or remove its quote"
    }
    private static let textAfterQuote = "!there is text after the closing quote of a cell, on line "
    private static let notClosed = "!a quoted cell is not closed"

    /// Quotes in rows of three cells, or of ten of which some may be missing at the end.
    static let quotes: [(text: String, width: Int, rows: [[String]])] = [
        // A remark that begins with a quote, and one that ends with it.
        (
            "1,\"heard,9\n2,x,8\n3,saw\",7\n4,y,6\n", 3,
            [["1", holdsRows(3)], ["2", "2", "x", "8"], ["3", "3", "saw\"", "7"], ["4", "4", "y", "6"]]
        ),
        ("1,a,\"b\n2,x,c\"\n", 3, [["1", holdsRows(2)], ["2", "2", "x", "c\""]]),
        ("1,\"a,b\r\n2,\"\",c\r\n3,d\",e", 3, [["1", holdsRows(3)], ["2", "2", "", "c"], ["3", "3", "d\"", "e"]]),
        // With other numbers of cells before the quotes.
        ("\"1,a,b\n2,x,c\"\n", 3, [["1", holdsRows(2)], ["2", "2", "x", "c\""]]),
        ("1,a,\"b\n2\",x,c\n", 3, [["1", holdsRows(2)], ["2", "2\"", "x", "c"]]),
        // After a cell that does have two lines.
        (
            "\"1\n1\",a,\"b\n2,x,c\"\n3,y,d\n", 3,
            [
                [
                    "1",
                    "!a quoted cell, which begins on line 2, is closed on line 3, with rows in it; close it on its line, or "
                        + "remove its quote",
                ], ["3", "2", "x", "c\""], ["4", "3", "y", "d"],
            ]
        ),
        // Text after the next quote, and no other quote.
        (
            "1,\"a,b\n2,x,y\n3,\"c\",d\n", 3,
            [["1", textAfterQuote + "3"], ["2", "2", "x", "y"], ["3", "3", "c", "d"]]
        ),
        ("1,\"a,b\n2,x,y\n3,z,c\n", 3, [["1", notClosed], ["2", "2", "x", "y"], ["3", "3", "z", "c"]]),
        // Lines that are no rows belong to the row in error.
        (
            "1,\"a\nb \"c\" d\ne\",f\n2,x,y\n", 3,
            [["1", textAfterQuote + "2"], ["3", "e\"", "f"], ["4", "2", "x", "y"]]
        ),
        ("1,\"a\nb\n2,x,y\nc", 3, [["1", notClosed], ["3", "2", "x", "y"], ["4", "c"]]),
        ("1,\"a\nb\nc", 3, [["1", notClosed]]),
        // Cells that do have several lines.
        ("1,\"a\nb\",2\n3,x,4\n", 3, [["1", "1", "a\nb", "2"], ["3", "3", "x", "4"]]),
        ("\"a\nb\",1,2\n", 3, [["1", "a\nb", "1", "2"]]), ("1,2,\"a\nb\"\n", 3, [["1", "1", "2", "a\nb"]]),
        ("1,2,\"a\nb\nc, d, e\"\n", 3, [["1", "1", "2", "a\nb\nc, d, e"]]),
        ("1,2,\"a, b, c\nd, e, f\"\n", 3, [["1", "1", "2", "a, b, c\nd, e, f"]]),
        // Texts with as many separators as rows.
        ("1,2,\"a,b,c\nd,e,f\"\n", 3, [["1", "1", "2", "a,b,c\nd,e,f"]]),
        ("\"a,b,c\nd,e,f\",1,2\n", 3, [["1", "a,b,c\nd,e,f", "1", "2"]]),
        ("\"a\nb\"\n", 1, [["1", "a\nb"]]),
        ("1,2,3,4,5,6,7,8,\"a\nb,c,d\",9\n", 10, [["1", "1", "2", "3", "4", "5", "6", "7", "8", "a\nb,c,d", "9"]]),
        (
            "1,2,3,4,5,\"a\nb\",7,8,9,10\n", 10, [["1", "1", "2", "3", "4", "5", "a\nb", "7", "8", "9", "10"]]
        ),
        ("1,\"a\nb\",3,4,5,6,7,8,9,10\n", 10, [["1", "1", "a\nb", "3", "4", "5", "6", "7", "8", "9", "10"]]),
        // The rest of a row is none, whatever is wrong.
        ("1,\"a\nb\",3,4,5,6,7,8,9,10,11,12\nc\n", 10, [["1", "!it has 12 cells for 10 columns"], ["3", "c"]]),
        ("1,\"a\nb \"c\" d\",3,4,5,6,7,8,9,10\ne\n", 10, [["1", textAfterQuote + "2"], ["3", "e"]]),
        // The second quote further to the left.
        (
            "1,2,3,4,5,6,7,8,\"9,10\n1\",2,3,4,5,6,7,8,9,10\n", 10,
            [["1", holdsRows(2)], ["2", "1\"", "2", "3", "4", "5", "6", "7", "8", "9", "10"]]
        ),
        ("1,\"a,b\n2,5\" c,d\n", 3, [["1", textAfterQuote + "2"], ["2", "2", "5\" c", "d"]]),
        // Rows that lack cells.
        (
            "1,2,3,4,5,6,7,\"8\n2,2,3,4,5,6,7\n3,2,3,4,5,6,7,8\"\n", 10,
            [
                ["1", holdsRows(3)], ["2", "2", "2", "3", "4", "5", "6", "7"],
                ["3", "3", "2", "3", "4", "5", "6", "7", "8\""],
            ]
        ),
    ]

    @Test(arguments: quotes)
    func aQuoteCostsItsRowOnly(text: String, width: Int, expected: [[String]]) throws {
        #expect(try rows(Array(text.utf8), width: width) == expected)
        for block in 1...8 { #expect(try rows(Array(text.utf8), block: block, width: width) == expected, "\(block)") }
    }

    @Test func quotesAreCharactersWithoutQuoting() throws {
        #expect(try rows(Array("\"a\tb\"\n".utf8), .tab) == [["1", "\"a", "b\""]])
    }

    @Test func separatesBySemicolons() throws {
        #expect(try rows(Array("a;\"b;c\"\n".utf8), .semicolon) == [["1", "a", "b;c"]])
    }

    @Test func refusesRowsThatAreTooLongOrTooWide() throws {
        let long = String(repeating: "x", count: CSVReader.longestRow + 1) + "\nb\n"
        #expect(
            try rows(Array(long.utf8)) == [["1", "!it is longer than \(CSVReader.longestRow) bytes"], ["2", "b"]])
        let endless =
            "\""
            + String(
                repeating: String(repeating: "x", count: 9999) + "\n", count: CSVReader.longestRow / 10_000 + 10)
        let reason = "is longer than \(CSVReader.longestRow) bytes, or not closed"
        #expect(try rows(Array(endless.utf8)).first == ["1", "!a quoted cell \(reason)"])
        #expect(
            try rows(Array(("\"a\nb\"," + endless).utf8)).first
                == ["1", "!a quoted cell, which begins on line 2, \(reason)"])
        // Also if its last cell is quoted, or it is the last row.
        let half = String(repeating: "x", count: CSVReader.longestRow / 2)
        for end in ["\n", ""] {
            let text = "a\n\(half),\"\(half)\"\(end)"
            #expect(
                try rows(Array(text.utf8)) == [["1", "a"], ["2", "!it is longer than \(CSVReader.longestRow) bytes"]])
        }
        let wide = String(repeating: ",", count: CSVReader.mostCells) + "\nb\n"
        #expect(try rows(Array(wide.utf8)) == [["1", "!it has more than \(CSVReader.mostCells) cells"], ["2", "b"]])
    }

    /// What is kept of a row with a problem does not depend on the blocks, and tells whether it is all of it.
    @Test func keepsRowsThatCanNotBeUsed() throws {
        func first(_ text: String, block: Int) throws -> Row {
            var rest = Array(text.utf8)[...]
            let reader = CSVReader(.comma, blockSize: block) { (buffer, count) throws(ChangeError) in
                buffer.append(contentsOf: rest.prefix(count))
                rest = rest.dropFirst(count)
            }
            var row = Row()
            #expect(try reader.next(&row) && row.problem != nil)
            return row
        }
        let begin = "a,\"x\""
        let longest = begin + String(repeating: "y", count: CSVReader.longestShown - begin.utf8.count)
        for block in [2, 3, 4, 5, 6, 7, 8, 9, 1000, CSVReader.longestShown, CSVReader.longestShown + 1, 1 << 20] {
            for end in ["", "\n", "\r\n", "\r\nb\n"] {
                let short = try first(begin + "y" + end, block: block)
                #expect(short.raw == begin + "y" && !short.isShortened, "\(block)")
                let cut = try first(longest + "y" + end, block: block)
                #expect(cut.raw == longest && cut.isShortened, "\(block)")
            }
            let whole = try first(longest + "\n", block: block)
            #expect(whole.raw == longest && !whole.isShortened, "\(block)")
        }
    }

    @Test func holdsLittleOfARowThatIsTooLong() throws {
        var (given, mostHeld) = (0, 0)
        let reader = CSVReader(.comma) { (buffer, count) throws(ChangeError) in
            mostHeld = max(mostHeld, buffer.count)
            given += count
            let isEnd = given > 6 * CSVReader.longestRow
            buffer.append(contentsOf: isEnd ? [0x0A] : [UInt8](repeating: 0x78, count: count))
        }
        var row = Row()
        #expect(try reader.next(&row) && row.problem == "it is longer than \(CSVReader.longestRow) bytes")
        #expect(mostHeld <= CSVReader.longestRow + 2 * CSVReader.blockSize)
    }

    /// The text that is reported for a row in error must not include a row that is read after it.
    @Test func reportsOnlyTheSkippedTextOfARowInError() throws {
        let text = "\"a,b\n\"c,d\ne,f\n"
        var hasGiven = false
        let reader = CSVReader(.comma) { (buffer, _) throws(ChangeError) in
            if !hasGiven { buffer.append(contentsOf: text.utf8) }
            hasGiven = true
        }
        var row = Row()
        #expect(try reader.next(&row) && row.problem != nil && row.raw == "\"a,b")
        #expect(try reader.next(&row) && row.problem != nil && row.raw == "\"c,d")
        #expect(try reader.next(&row) && row.problem == nil && row.raw == "e,f")
    }

    /// A file of `--rejects` has its text, and would get a longer one each time.
    @Test(arguments: ["a,\"b", "a,\"b\nc", "\"a\"b"], ["", "\n", "\r\n"])
    func theTextOfARowInErrorHasNoLineEnd(text: String, end: String) throws {
        for block in [1, 2, 3, 1000] {
            var rest = Array((text + end).utf8)[...]
            let reader = CSVReader(.comma, blockSize: block) { (buffer, count) throws(ChangeError) in
                buffer.append(contentsOf: rest.prefix(count))
                rest = rest.dropFirst(count)
            }
            reader.shape.width = 2
            var row = Row()
            #expect(try reader.next(&row) && row.problem != nil && row.raw == text)
            #expect(try !reader.next(&row))
        }
    }

    /// With any bytes: the same rows for all block sizes, ascending line numbers, and none after the last line.
    @Test func survivesAnyBytes() throws {
        var random = SplitMix(state: 20_240_506)
        let seeds = Self.cases.map { Array($0.text.utf8) }
        let pieces: [UInt8] = [0x22, 0x22, 0x2C, 0x0A, 0x0D, 0x61, 0x00, 0xEF, 0xBB, 0xBF, 0x20]
        for _ in 0..<3000 {
            var bytes =
                seeds[Int(random.next() % UInt64(seeds.count))] + seeds[Int(random.next() % UInt64(seeds.count))]
            for _ in 0..<(random.next() % 6) {
                let position = Int(random.next() % UInt64(bytes.count + 1))
                bytes.insert(pieces[Int(random.next() % UInt64(pieces.count))], at: position)
            }
            let width = [nil, 1, 2, 3].randomElement(using: &random) ?? nil
            let whole = try rows(bytes, width: width)
            let block = Int(random.next() % 7) + 1
            try #require(try rows(bytes, block: block, width: width) == whole, "\(bytes) in blocks of \(block)")
            let lines = whole.compactMap { $0.first.flatMap { Int($0) } }
            #expect(lines == Array(Set(lines)).sorted())
            #expect((lines.last ?? 0) <= bytes.count { $0 == 0x0A } + 1)
        }
    }
}
