import Birds

/// Finds data sets that seem to hold the same records under two names, such as two downloads of one account.
///
/// Two data sets are compared by the smaller one: are (nearly) all of its records in the other? A record is the same if
/// its source has given it the same identifier, date and species, or if date, location, species and count are the same.
///
/// It costs little, since a data set is rarely compared at all: first, the sums that are kept per species and per year
/// must allow it. Then records are looked up, at most `mostCompared`, and no more than `firstCompared` if half of those
/// are missing.
struct DataSetComparison {
    let database: Database
    /// The most records of a pair that are looked up.
    var mostCompared = 20_000

    /// The most places and dates of which a checklist is looked up.
    private static let mostSampled = 200
    /// The least part of the sampled checklists that two data sets share if they belong together.
    private static let leastSharedChecklists = 0.01
    /// The records after which a pair is given up if more than half are missing.
    private static let firstCompared = 100
    /// The most data sets that a new one is compared with: those that may share the most records.
    private static let mostPairs = 20
    /// The part of the records that may differ, as in a download that was corrected.
    private static let allowedPart = 20

    private struct DataSet {
        let id: Int64
        let name: String
        let records: Int
    }

    /// Finds the pairs.
    /// - Parameter new: The names of the data sets that this import has made.
    func pairs(of new: [String]) throws(StoreError) -> [ImportReport.SameData] {
        let all = try dataSets()
        let names = Set(new.map { Array($0.utf8) })
        var pairs: [ImportReport.SameData] = []
        for (index, one) in all.enumerated() where names.contains(Array(one.name.utf8)) {
            // A pair of new data sets is found from the first of them.
            let others = all.enumerated().filter { $0.offset > index || !names.contains(Array($0.element.name.utf8)) }
            let possible = try mostShared(of: one, with: others.map(\.element).filter { $0.id != one.id })
            for (other, most) in possible {
                if let pair = try compare(one, other, most) { pairs.append(pair) }
            }
        }
        return pairs
    }

    /// Finds pairs of a data set without records and one with records that have the same checklists: the sampling
    /// events of records. One of each pair is new.
    ///
    /// The smaller one is looked up in the other: the records of a rare species are on a few of many checklists.
    /// - Parameter new: The names of the data sets that this import has made.
    func checklistPairs(of new: [String]) throws(StoreError) -> [ImportReport.SameChecklists] {
        let names = Set(new.map { Array($0.utf8) })
        let select = try database.prepare(
            "SELECT id, name, records, checklists FROM dataset WHERE checklists > 0 ORDER BY id")
        var all: [(set: DataSet, checklists: Int)] = []
        while try select.step() {
            let set = DataSet(id: select.int64(0), name: select.text(1) ?? "", records: Int(select.int64(2)))
            all.append((set, Int(select.int64(3))))
        }
        // One checklist of each place and date, so that the others of a place and date are looked at once.
        let shared = try database.prepare(
            """
            WITH some AS (SELECT location_id, date, code FROM checklist WHERE dataset_id = ?1 AND code IS NOT NULL LIMIT ?3),
            sample AS (SELECT location_id, date, min(code) AS code FROM some GROUP BY location_id, date LIMIT \(Self.mostSampled))
            SELECT count(*), count(*) FILTER (WHERE EXISTS (
                SELECT 1 FROM checklist b INDEXED BY checklist_by_location
                WHERE b.location_id = a.location_id AND b.date = a.date AND b.code = a.code AND b.dataset_id = ?2))
            FROM sample a
            """)
        shared.bind(3, mostCompared)
        var pairs: [ImportReport.SameChecklists] = []
        for one in all where one.set.records == 0 {
            let isNew = names.contains(Array(one.set.name.utf8))
            let others = all.filter { $0.set.records > 0 && (isNew || names.contains(Array($0.set.name.utf8))) }
            var best: (name: String, part: Double)?
            for other in others.prefix(Self.mostPairs) {
                let isFewer = one.checklists <= other.checklists
                shared.bind(1, isFewer ? one.set.id : other.set.id)
                shared.bind(2, isFewer ? other.set.id : one.set.id)
                var part = 0.0
                while try shared.step() { part = Double(shared.int64(1)) / Double(max(1, shared.int64(0))) }
                if part >= Self.leastSharedChecklists, part > best?.part ?? 0 { best = (other.set.name, part) }
            }
            if let best {
                pairs.append(
                    ImportReport.SameChecklists(dataset: one.set.name, other: best.name, checklists: one.checklists))
            }
        }
        return pairs
    }

    /// The data sets with records.
    private func dataSets() throws(StoreError) -> [DataSet] {
        let select = try database.prepare("SELECT id, name, records FROM dataset WHERE records > 0 ORDER BY id")
        var all: [DataSet] = []
        while try select.step() {
            all.append(DataSet(id: select.int64(0), name: select.text(1) ?? "", records: Int(select.int64(2))))
        }
        return all
    }

    /// The data sets that may hold enough of the same records, by the sums of records per region and year, and per
    /// region and species, with the greatest possible numbers of shared records.
    private func mostShared(
        of one: DataSet, with others: [DataSet]
    ) throws(StoreError) -> [(DataSet, most: Int)] {
        var most: [Int64: Int] = [:]
        for other in others { most[other.id] = min(one.records, other.records) }
        for kind in [SummaryKind.year, .species] where !most.isEmpty {
            let select = try database.prepare(
                """
                SELECT b.dataset_id, sum(min(a.records, b.records)) FROM summary a JOIN summary b
                    ON (b.kind, b.first_key, b.second_key, b.region_id) = (a.kind, a.first_key, a.second_key, a.region_id)
                WHERE a.kind = \(kind.rawValue) AND a.dataset_id = \(one.id) GROUP BY b.dataset_id
                """)
            var shared: [Int64: Int] = [:]
            while try select.step() { shared[select.int64(0)] = Int(select.int64(1)) }
            for (id, bound) in most { most[id] = min(bound, shared[id] ?? 0) }
            for other in others where !Self.isEnough(most[other.id] ?? 0, of: min(one.records, other.records)) {
                most[other.id] = nil
            }
        }
        let possible = others.compactMap { other in most[other.id].map { (other, most: $0) } }
        return Array(possible.sorted { $0.most > $1.most }.prefix(Self.mostPairs))
    }

    private static func isEnough(_ shared: Int, of records: Int) -> Bool {
        shared >= records - records / allowedPart && shared > 0
    }

    /// Looks up records of the smaller data set in the other one.
    /// - Parameter most: The greatest possible number of shared records.
    private func compare(_ new: DataSet, _ old: DataSet, _ most: Int) throws(StoreError) -> ImportReport.SameData? {
        let (small, large) = new.records <= old.records ? (new, old) : (old, new)
        var tally = Tally(most: mostCompared)
        try compareSources(small, large, &tally)
        if !tally.isMatch {
            // Detections of two recordings of a night differ in their identifiers alone, since nothing is counted.
            let countedOnly = tally.compared > 0
            tally = Tally(most: mostCompared)
            try compareValues(small, large, countedOnly: countedOnly, &tally)
        }
        guard tally.isMatch else { return nil }
        return ImportReport.SameData(
            dataset: small.name, other: large.name, records: small.records,
            isWhole: tally.shared == tally.compared && most == small.records)
    }

    /// What was found so far.
    struct Tally {
        /// The most records that are looked up.
        let most: Int
        var compared = 0
        var shared = 0
        var isMatch: Bool { DataSetComparison.isEnough(shared, of: compared) }
        /// Whether more records would tell nothing new.
        var isDecided: Bool {
            compared >= most || compared >= DataSetComparison.firstCompared && shared < compared / 2
        }
    }

    /// Compares records by their identifiers. Only one of two detections may have its place there (`SourcePlace`).
    private func compareSources(_ small: DataSet, _ large: DataSet, _ tally: inout Tally) throws(StoreError) {
        let withPlace = SourcePlace.isOfDetection("b.source_id", "a.source_id")
        let withoutPlace = "substr(a.source_id, 1, instr(a.source_id, ' @') - 1)"
        let select = try database.prepare(
            """
            SELECT EXISTS (
                SELECT 1 FROM observation b WHERE b.dataset_id = ?2 AND \(withPlace)
                    AND b.date = a.date AND b.species_id = a.species_id)
            OR EXISTS (
                SELECT 1 FROM observation b WHERE b.dataset_id = ?2 AND b.source_id = \(withoutPlace)
                    AND b.date = a.date AND b.species_id = a.species_id)
            FROM observation a WHERE a.dataset_id = ?1 AND a.source_id IS NOT NULL ORDER BY a.source_id
            """)
        select.bind(1, small.id)
        select.bind(2, large.id)
        while !tally.isDecided, try select.step() {
            tally.compared += 1
            tally.shared += Int(select.int64(0))
        }
    }

    /// Compares records by what they say, one date after the other.
    /// - Parameter countedOnly: Whether only records with a count are compared.
    private func compareValues(
        _ small: DataSet, _ large: DataSet, countedOnly: Bool, _ tally: inout Tally
    ) throws(StoreError) {
        let dates = try database.prepare(
            """
            SELECT DISTINCT first_key FROM summary
            WHERE kind = \(SummaryKind.date.rawValue) AND dataset_id = ?1 ORDER BY first_key
            """)
        dates.bind(1, small.id)
        // Records without a date are those of one date, so there may be many. Only the index of dates is read.
        let groups = try database.prepare(
            """
            SELECT ours, (
                SELECT count(*) FROM observation b INDEXED BY observation_by_date
                WHERE b.date = ?1 AND b.location_id = a.location_id AND b.species_id = a.species_id AND b.num IS a.num
                    AND b.dataset_id = ?3)
            FROM (SELECT location_id, species_id, num, count(*) AS ours FROM (
                SELECT location_id, species_id, num FROM observation INDEXED BY observation_by_date
                WHERE date = ?1 AND dataset_id = ?2 AND (NOT ?5 OR num IS NOT NULL) ORDER BY location_id, species_id, num LIMIT ?4)
                GROUP BY location_id, species_id, num) a
            """)
        groups.bind(2, small.id)
        groups.bind(3, large.id)
        groups.bind(5, countedOnly ? 1 : 0)
        while !tally.isDecided, try dates.step() {
            groups.bind(1, dates.int64(0))
            groups.bind(4, tally.most - tally.compared)
            while !tally.isDecided, try groups.step() {
                let (ours, theirs) = (Int(groups.int64(0)), Int(groups.int64(1)))
                tally.compared += ours
                tally.shared += min(ours, theirs)
            }
            groups.reset()
        }
    }
}
