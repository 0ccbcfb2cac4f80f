/// The records of one generation of a database, and all that can be asked about them.
///
/// A view may have several parts, of the exact and of the general edition; an answer is read from its only part, or
/// merged from all of them. There is one connection to SQLite for each edition, for one thread at a time. A read
/// transaction stays open for the whole life of each: so the file can't be changed in place, and a query takes no lock.
///
/// Invariant: every function takes a view, and shows nothing that the view does not show, whatever is asked for and in
/// whatever way.
public final class ObservationStore {
    /// The file that is open.
    public let file: FileIdentity
    /// The generation that is in the file.
    public var generation: PublishedGeneration { exact.generation }

    /// Whether another program has changed the file since it was published, or an earlier version of Rookery
    /// published it. Then summaries, regions and the order of ids may not agree with the records, until the next
    /// import corrects them (`Mending`).
    public let isEdited: Bool

    let exact: EditionStore
    /// Nil if the file has no general edition: then every view shows the exact one.
    let general: EditionStore?
    private let budget: Budget
    /// Why nothing is answered any more.
    private var fault: StoreError?
    /// Recent views, and the last one.
    private var known: [View: Known] = [:]
    private var last: (view: View, known: Known)?

    /// What a view shows.
    private enum Shown {
        case one(EditionStore, Scope)
        case several(MergedView)
    }

    /// A view as this file shows it.
    private struct Known {
        let shown: Shown
        let editions: Editions
        let generalisation: Generalisation?
    }

    /// The greatest number of views that are known. When it is reached, all are dropped.
    private static let keptViews = 256
    /// The rendered members that each encoder keeps, in bytes.
    private static let fragmentBound = 1 << 21
    /// How often to try to open the file while it is being replaced.
    private static let attempts = 5

    /// The longest time to open a file and to check it, in nanoseconds: a good one takes some milliseconds.
    static let openingLimit: UInt64 = 10_000_000_000

    /// Opens the file that the path leads to now.
    /// - Parameters:
    ///   - memory: What sorts and summaries may hold.
    ///   - canceller: Gives the attempt up, from any thread.
    /// - Throws: `.missing`, `.unusable`, `.cancelled` or `.sqlite`.
    public convenience init(
        path: String, memory: AnswerMemory = .unlimited, canceller: Canceller = Canceller()
    ) throws(StoreError) {
        do throws(StoreError) {
            try self.init(
                path: path, memory: memory, canceller: canceller, fragmentBound: ObservationStore.fragmentBound)
        } catch .overBudget {
            throw .unusable(path: path, reason: "to open and check it takes too long; import into a new file")
        }
    }

    /// - Parameters:
    ///   - limit: The longest time that it may take, in nanoseconds.
    ///   - fragmentBound: How many bytes of rendered members each encoder keeps; tests choose less.
    init(
        path: String, memory: AnswerMemory = .unlimited, canceller: Canceller = Canceller(),
        limit: UInt64 = ObservationStore.openingLimit, fragmentBound: Int
    ) throws(StoreError) {
        budget = Budget()
        budget.canceller = canceller
        budget.memory = memory
        budget.set(nanoseconds: limit)
        let (database, part, file) = try ObservationStore.open(path, budget)
        self.file = file
        let memory = RowMemory(budget)
        exact = try EditionStore(.exact, database, in: file, memory: memory, fragmentBound: fragmentBound)
        general = try part.map { (part) throws(StoreError) in
            try EditionStore(.general, part, in: file, memory: memory, fragmentBound: fragmentBound)
        }
        let editions = [exact] + (general.map { [$0] } ?? [])
        var isEdited = false
        for edition in editions where try edition.isEdited() { isEdited = true }
        self.isEdited = isEdited
        budget.set(nanoseconds: nil)
    }

    /// Opens both editions of a file, and makes sure that it is still the one at the path. SQLite opens by path, so a
    /// rename just before could have put another file there.
    private static func open(
        _ path: String, _ budget: Budget
    ) throws(StoreError) -> (Database, Database?, FileIdentity) {
        for _ in 0..<attempts {
            guard let before = FileIdentity(path: path) else { throw .missing(path: path) }
            // Opening a named pipe would wait for a writer.
            guard before.isRegular else {
                throw .unusable(path: path, reason: "it is not a file; give the path of a database")
            }
            let exact = try Database(path: path, mode: .readOnly, budget: budget)
            let isSame = { FileIdentity(path: path) == before }
            do throws(StoreError) {
                try Schema.check(exact, path: path)
                try exact.beginReading()
                try Schema.verify(exact, path: path)
                let general = try Edition.openGeneral(behind: exact, in: before)
                if isSame() { return (exact, general, before) }
            } catch {
                // What was read may be of two files.
                if isSame() { throw error }
            }
        }
        throw .unusable(path: path, reason: "it was replaced several times while it was being opened; try again")
    }

    /// Ends whatever runs on this store, from any thread. Set a new one for each answer, since a canceller stays
    /// cancelled.
    public var canceller: Canceller {
        get { budget.canceller }
        set { budget.canceller = newValue }
    }

    /// Lets the work of others go first, if their time has come; nil where nobody else waits. It is called every few
    /// microseconds, in the thread that uses the store.
    public var giveWay: (() -> Void)? {
        get { budget.giveWay }
        set { budget.giveWay = newValue }
    }

    /// Limits the time of what follows: a query that runs longer after this call ends with `.overBudget`. If it is
    /// set before each `fill`, the time between two of them does not count.
    /// - Parameters:
    ///   - nanoseconds: Nil for no limit.
    ///   - now: The monotonic clock, in nanoseconds, if the caller has just read it.
    public func setBudget(nanoseconds: UInt64?, now: UInt64? = nil) {
        budget.set(nanoseconds: nanoseconds, now: now)
    }

    /// From now on only this thread uses the store (`Database.claim`).
    func claim() {
        exact.database.claim()
        general?.database.claim()
    }

    /// From now on no thread uses the store, until the next claim.
    func endClaim() {
        exact.database.endClaim()
        general?.database.endClaim()
    }

    /// What a view shows, in its parts.
    private func shown(_ view: View) throws(StoreError) -> Shown { try find(view).shown }

    /// Ends all answers if the file that is open was cut off in place: they would be of pages that SQLite remembers, as
    /// far as it does.
    /// - Parameter newest: The file at the path; nil if there is none.
    func check(against newest: FileIdentity?) {
        guard let newest, newest.isTruncation(of: file) else { return }
        fault = .unusable(
            path: exact.database.path, reason: "it was cut off while it was served; restore it from a copy")
    }

    private func find(_ view: View) throws(StoreError) -> Known {
        if let fault { throw fault }
        if let last, last.view == view { return last.known }
        if let known = known[view] {
            last = (view, known)
            return known
        }
        let parts = try ViewPart.parts(of: view, hasGeneral: general != nil) { (name) throws(StoreError) in
            try exact.resolver.has(dataset: name)
        }.map { (part) throws(StoreError) in
            let edition = part.edition == .general ? general ?? exact : exact
            return MergedView.Part(edition: edition, scope: try edition.resolver.scope(part))
        }
        let shown: Shown =
            if let only = parts.first, parts.count == 1 {
                .one(only.edition, only.scope)
            } else {
                .several(MergedView(parts, exact.seal, exact.secret, exact.memory))
            }
        let contacts = parts.map(\.edition.contacts)
        let areGeneral = contacts.map { $0 != nil }
        let found = Known(
            shown: shown,
            editions: areGeneral.contains(true) ? areGeneral.contains(false) ? .both : .general : .exact,
            generalisation: contacts.compactMap { $0 }.first.map { Generalisation(contacts: $0) })
        if known.count >= Self.keptViews { known.removeAll() }
        known[view] = found
        last = (view, found)
        return found
    }

    /// Which editions a view reads; both if that can't be told. A published file has only a general one.
    public func editions(of view: View) -> Editions { (try? find(view))?.editions ?? .both }

    /// What to tell the readers of a view; nil if all places that it shows are exact.
    public func generalisation(of view: View) -> Generalisation? { (try? find(view))?.generalisation }
}

extension ObservationStore {
    /// The rows of a resource that a view shows. They are read as the cursor is filled, so errors may also come
    /// then.
    /// - Throws: `.unknownSpecies`, `.malformedList`, `.unknownPage`, `.lostPage`, `.overBudget`, `.cancelled` or
    ///   `.sqlite`.
    public func rows(_ request: RecordRequest.Rows, view: View, format: RowFormat) throws(StoreError) -> RowCursor {
        switch try shown(view) {
        case .one(let edition, let scope): try edition.rows(request, scope, format: format)
        case .several(let parts): try parts.rows(request, format: format)
        }
    }

    /// The token of the page after the requested one, found without writing any rows: a streamed answer needs it
    /// for `Link`, in its head. Nil if there is no such page.
    /// - Throws: The errors of `rows`.
    public func nextPage(_ request: RecordRequest.Rows, view: View) throws(StoreError) -> String? {
        guard let pages = request.ofPages else { return nil }
        let cursor = try rows(pages, view: view, format: .json)
        try cursor.skipRows()
        return cursor.next
    }

    /// The object and a line feed; nil if the view shows no such object.
    /// - Throws: `.overBudget`, `.cancelled` or `.sqlite`.
    public func document(_ request: RecordRequest.Document, view: View) throws(StoreError) -> [UInt8]? {
        let object: [UInt8]? =
            switch try shown(view) {
            case .one(let edition, let scope): try edition.document(request, scope)
            case .several(let parts): try parts.document(request)
            }
        return object.map { $0 + "\n".utf8 }
    }

    /// The revision of what a view shows. It reads nothing, except once for the general edition as a whole.
    /// - Throws: `.overBudget`, `.cancelled` or `.sqlite`.
    public func revision(of view: View) throws(StoreError) -> Revision {
        switch try shown(view) {
        case .one(let edition, let scope): try edition.revision(scope)
        case .several(let parts): try parts.revision()
        }
    }

    /// Whether a view shows all that is in the file, with exact places.
    public func showsEverything(_ view: View) -> Bool {
        guard view.regions == nil, view.datasets == nil else { return false }
        if general == nil { return true }
        if case .everywhere = view.precision { return true }
        return false
    }

    /// The names of all data sets and the codes of all regions, whoever may see them: for those who run the server.
    public func allNames() throws(StoreError) -> (datasets: [String], regions: [String]) { try exact.allNames() }

    /// The members of a data set, in order.
    public static let datasetNames = EditionStore.datasetNames
    /// The members of a location, in order.
    public static let locationNames = EditionStore.locationNames
    /// The members of a region, in order.
    public static let regionNames = EditionStore.regionNames
    /// The members of a species in a list, in order.
    public static let speciesNames = EditionStore.speciesNames
    /// The additional members of a single species, in order.
    public static let speciesNumbers = EditionStore.speciesNumbers
    /// The members of a group of a summary after its keys, in order.
    public static let summaryNumbers = EditionStore.summaryNumbers
}
