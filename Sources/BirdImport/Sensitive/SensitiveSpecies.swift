import Birds

/// Finds the species of a database that a list of sensitive species means.
///
/// Rules, which rather protect too much than too little:
/// - A name is a code, also a retired one, or a scientific or common name. Case, marks of letters, spaces, hyphens and
///   other signs do not matter (`FoldedName`).
/// - It covers all taxa whose scientific name has the words of its own, in this order: subspecies, forms, hybrids, and
///   groups such as `Aquila chrysaetos/heliaca`; also where a record has an author, a doubt (`Aquila cf. chrysaetos`)
///   or a subgenus.
/// - A taxon that only records name is covered too if its name is a code or name of what is meant.
/// - A taxon without a scientific name, such as one that only records name, is covered too if its name has the words of
///   the common name one after the other.
struct SensitiveSpecies {
    private let database: Database

    init(_ database: Database) { self.database = database }

    /// The ids of the species that each name covers, ascending; none for a name that is not known.
    func ids(of names: [String]) throws(StoreError) -> [[Int64]] {
        // Several lines may name one species, for other regions.
        let distinct = Array(Set(names))
        let found = try ids(ofDistinct: distinct)
        let ids = Dictionary(zip(distinct, found)) { one, _ in one }
        return names.map { ids[$0] ?? [] }
    }

    private func ids(ofDistinct names: [String]) throws(StoreError) -> [[Int64]] {
        var found = try meant(by: names)
        if found.allSatisfy(\.isEmpty) { return found.map { _ in [] } }
        let wanted = try wanted(names, meant: found)
        let rows = try database.prepare(
            """
            SELECT id, coalesce(scientific_name, code), scientific_name IS NULL, listed = 0, common_name,
                CASE WHEN scientific_name IS NOT NULL THEN code END
            FROM species ORDER BY id
            """)
        while try rows.step() {
            let (id, isUnnamed, isOfRecords) = (rows.int64(0), rows.int64(2) == 1, rows.int64(3) == 1)
            for column: Int32 in isOfRecords ? [1, 4, 5] : [1] {
                guard let text = rows.text(column) else { continue }
                let name = FoldedName(text)
                if column == 1 {
                    for form in name.forms {
                        wanted.look(for: form.words, isUnnamed: isUnnamed) { found[$0].insert(id) }
                    }
                }
                guard isUnnamed || isOfRecords else { continue }
                for form in name.forms { for index in wanted.names[form.key] ?? [] { found[index].insert(id) } }
            }
        }
        return found.map { $0.sorted() }
    }

    /// Which of a list of names cover a text that stands beside a name in a file.
    struct Cover {
        fileprivate let wanted: Wanted

        /// The positions of the names.
        func positions(of text: String) -> Set<Int> {
            var found: Set<Int> = []
            for form in NameReadings.of(text).flatMap({ FoldedName($0).forms }) {
                wanted.look(for: form.words, isUnnamed: true) { found.insert($0) }
                found.formUnion(wanted.names[form.key] ?? [])
            }
            return found
        }
    }

    func cover(of names: [String]) throws(StoreError) -> Cover {
        Cover(wanted: try wanted(names, meant: try meant(by: names)))
    }

    /// The ids of the species that have each of the names.
    private func meant(by names: [String]) throws(StoreError) -> [Set<Int64>] {
        var found = [Set<Int64>](repeating: [], count: names.count)
        var positions: [String: [Int]] = [:]
        for (index, name) in names.enumerated() {
            let forms = ScientificName(name).names + [name]
            for key in Set(forms.flatMap(Self.keys)) { positions[key, default: []].append(index) }
        }
        for query in ["SELECT id, code, scientific_name, common_name FROM species", Self.retired] {
            let rows = try database.prepare(query)
            while try rows.step() {
                for column: Int32 in query == Self.retired ? 1...1 : 1...3 {
                    guard let text = rows.text(column) else { continue }
                    for key in Self.keys(text) {
                        for index in positions[key] ?? [] { found[index].insert(rows.int64(0)) }
                    }
                }
            }
        }
        return found
    }

    /// What is looked for in the names of all species.
    /// - Parameter meant: The ids of the species that have each of the names.
    private func wanted(_ names: [String], meant: [Set<Int64>]) throws(StoreError) -> Wanted {
        var wanted = Wanted()
        var positions: [Int64: [Int]] = [:]
        for (index, ids) in meant.enumerated() { for id in ids { positions[id, default: []].append(index) } }
        var isListed = [Bool](repeating: false, count: names.count)
        // Names that only records give count as far as they are that of the list: there may be any number of others.
        let rows = try database.prepare(
            "SELECT id, coalesce(scientific_name, code), common_name, code FROM species WHERE listed <> 0 ORDER BY id")
        while try rows.step() {
            guard let indexes = positions[rows.int64(0)] else { continue }
            for index in indexes { isListed[index] = true }
            for form in FoldedName(rows.text(1) ?? "").forms { wanted.add(words: form.words, indexes) }
            for form in FoldedName(rows.text(2) ?? "").forms { wanted.add(run: form.words, indexes) }
            for column: Int32 in 1...3 { wanted.add(names: Self.keys(rows.text(column) ?? ""), indexes) }
        }
        for (index, name) in names.enumerated() where !isListed[index] && !meant[index].isEmpty {
            for name in ScientificName(name).names {
                for form in FoldedName(name).forms { wanted.add(words: form.words, [index]) }
            }
        }
        let retired = try database.prepare(Self.retired)
        while try retired.step() {
            guard let indexes = positions[retired.int64(0)] else { continue }
            wanted.add(names: Self.keys(retired.text(1) ?? ""), indexes)
        }
        return wanted
    }

    /// Retired codes, with the ids of the species that have taken their places. UNION ends the search where two codes
    /// stand for each other.
    private static let retired = """
        WITH RECURSIVE chain(code, current) AS (
            SELECT code, new_code FROM retired_code
            UNION SELECT chain.code, r.new_code FROM chain JOIN retired_code r ON r.code = chain.current)
        SELECT s.id, chain.code FROM chain JOIN species s ON s.code = chain.current
        """

    /// The forms of a text that count as the same name: a text without letters and digits is only itself.
    private static func keys(_ text: String) -> [String] {
        FoldedName(text).forms.map { form in
            let key = form.key
            return key.isEmpty ? text : key
        }
    }
}

/// The names that a list means, by the positions of its names.
private struct Wanted {
    private struct Words: Hashable {
        let words: [String]
        let index: Int
    }

    /// Whole names.
    private(set) var names: [String: Set<Int>] = [:]
    /// The words of scientific names, by the last of them.
    private var words: [String: Set<Words>] = [:]
    /// Words one after the other, put together: names may have them in one word, or with a hyphen.
    private var runs: [String: Set<Int>] = [:]
    /// The greatest length of those, in bytes.
    private var longestRun = 0

    /// The most words of a name that are put together.
    private static let mostWords = 16

    mutating func add(names: [String], _ indexes: [Int]) {
        for name in names where !name.isEmpty { self.names[name, default: []].formUnion(indexes) }
    }

    mutating func add(words: [String], _ indexes: [Int]) {
        // A single word is a genus or a code.
        guard words.count > 1, let last = words.last else { return }
        for index in indexes { self.words[last, default: []].insert(Words(words: words, index: index)) }
        add(run: words, indexes)
    }

    mutating func add(run words: [String], _ indexes: [Int]) {
        let run = words.joined()
        guard !run.isEmpty else { return }
        runs[run, default: []].formUnion(indexes)
        longestRun = max(longestRun, run.utf8.count)
    }

    /// Looks for all of it in the words of a name.
    /// - Parameters:
    ///   - isUnnamed: Whether it is not certain that the name is a scientific one.
    ///   - find: Called with the position of what was found.
    func look(for name: [String], isUnnamed: Bool, find: (Int) -> Void) {
        for word in Set(name) {
            for wanted in words[word] ?? [] where Self.has(name, wanted.words) { find(wanted.index) }
        }
        guard isUnnamed else { return }
        for position in name.indices {
            var run = ""
            for word in name[position...].prefix(Self.mostWords) {
                run += word
                if run.utf8.count > longestRun { break }
                for index in runs[run] ?? [] { find(index) }
            }
        }
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
