import Birds

/// Finds the species of a database that a list of sensitive species means.
///
/// Rules, which rather protect too much than too little:
/// - A name is a code, also a retired one, or a scientific or common name, in upper or lower case.
/// - It covers all taxa whose scientific name has the words of its own, in this order: subspecies, forms, hybrids, and
///   groups such as `Aquila chrysaetos/heliaca`; also where a record has a doubt (`Aquila cf. chrysaetos`) or a
///   subgenus.
/// - A taxon without a scientific name, such as one that only records name, is covered too if its name has the words of
///   the common name one after the other.
struct SensitiveSpecies {
    private let database: Database
    private let names: SpeciesNames

    init(_ database: Database) {
        self.database = database
        names = SpeciesNames(database)
    }

    /// The ids of the species that each name covers, ascending; none for a name that is not known.
    func ids(of names: [String]) throws(StoreError) -> [[Int64]] {
        var found = [Set<Int64>](repeating: [], count: names.count)
        var meant: [Int64: [Int]] = [:]
        func mean(_ id: Int64, _ index: Int) {
            if found[index].insert(id).inserted { meant[id, default: []].append(index) }
        }
        for (index, name) in names.enumerated() {
            for id in try self.names.find(name).joined().map(\.id) { mean(id, index) }
        }
        // Only names are found in upper or lower case.
        var codes: [String: [Int]] = [:]
        for (index, name) in names.enumerated() { codes[name.lowercased(), default: []].append(index) }
        let all = try database.prepare("SELECT code FROM species UNION SELECT code FROM retired_code")
        while try all.step() {
            let code = all.text(0) ?? ""
            for index in codes[code.lowercased()] ?? [] {
                for id in try self.names.find(code).joined().map(\.id) { mean(id, index) }
            }
        }
        // What is looked for in the names of all others, by the last word of it.
        var wanted: [String: [(words: [String], index: Int)]] = [:]
        func want(_ text: String?, _ indexes: [Int]) {
            let words = Self.words(text ?? "")
            // A single word is a genus or a code.
            guard words.count > 1, let last = words.last else { return }
            for index in indexes { wanted[last, default: []].append((words, index)) }
        }
        var common: [String: [(words: [String], index: Int)]] = [:]
        let rows = try database.prepare(
            "SELECT id, coalesce(scientific_name, code), common_name, scientific_name IS NULL FROM species ORDER BY id")
        while try rows.step() {
            guard let indexes = meant[rows.int64(0)] else { continue }
            want(rows.text(1), indexes)
            let words = Self.words(rows.text(2) ?? "")
            if let last = words.last { for index in indexes { common[last, default: []].append((words, index)) } }
        }
        rows.reset()
        while try rows.step() {
            let (id, words) = (rows.int64(0), Self.words(rows.text(1) ?? ""))
            for word in Set(words) {
                for (parts, index) in wanted[word] ?? [] where Self.has(words, parts) { found[index].insert(id) }
                guard rows.int64(3) == 1 else { continue }
                for (parts, index) in common[word] ?? [] where words.contains(parts) { found[index].insert(id) }
            }
        }
        return found.map { $0.sorted() }
    }

    /// The words of a name, in lower case.
    private static func words(_ name: String) -> [String] {
        name.lowercased().split { !$0.isLetter && $0 != "-" }.map(String.init)
    }

    /// Whether a name has some words in this order, with others among them. A genus may be shortened to its first
    /// letter: the epithet alone then decides.
    private static func has(_ words: [String], _ parts: [String]) -> Bool {
        var rest = parts[...]
        for word in words {
            guard let next = rest.first else { break }
            let isShortened = rest.count == parts.count && word.count == 1 && next.hasPrefix(word)
            if word == next || isShortened { rest = rest.dropFirst() }
        }
        return rest.isEmpty
    }
}
