import FileSystem

/// Changes single lines of a file of people. All other lines stay as they are, byte for byte, whichever program wrote
/// them.
struct LineEdit {
    private(set) var lines: [ArraySlice<UInt8>]

    init(_ bytes: [UInt8]) {
        lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        // After the last line feed there is no line.
        if lines.last?.isEmpty == true { lines.removeLast() }
    }

    /// The file after the changes. Its last line ends as all others do.
    var bytes: [UInt8] { lines.flatMap { $0 + [UInt8(ascii: "\n")] } }

    /// The positions of the lines that hold for a condition. What is not UTF-8 holds for none.
    func positions(where holds: (Substring) -> Bool) -> [Int] {
        lines.indices.filter { index in
            TextLines.text(of: lines[index], index).map(holds) ?? false
        }
    }

    /// The position of the line of a name; nil if there is none.
    /// - Throws: `ChangeError.refused` if there are several.
    func position(of name: String, _ isName: (String, Substring) -> Bool) throws(ChangeError) -> Int? {
        let positions = positions { isName(name, $0) }
        guard positions.count <= 1 else {
            let list = positions.map { "\($0 + 1)" }.joined(separator: ", ")
            throw .refused("\(name) is there several times, on lines \(list); leave one of them.")
        }
        return positions.first
    }

    mutating func append(_ line: String) { lines.append(Array(line.utf8)[...]) }

    mutating func remove(_ positions: [Int]) {
        for position in positions.sorted().reversed() where lines.indices.contains(position) {
            lines.remove(at: position)
        }
    }

    mutating func replace(_ position: Int, _ change: (ArraySlice<UInt8>) -> [UInt8]) {
        if lines.indices.contains(position) { lines[position] = change(lines[position])[...] }
    }
}
