import Birds
import FileSystem

/// The first half of an import: reads all rows of all files. Valid records go to `staging` and species to `species`;
/// the others are counted in the report. The database is not touched.
///
/// Invariants:
/// - Each row is staged, left out for a reason, or in error, and counted as such.
/// - No file is imported twice, even under different names.
struct Reading {
    let options: ImportOptions
    private let database: String
    let lastYear: Int
    private let importedAt: String
    let defaults: RecordingDefaults
    /// Nil until there are results of recordings.
    private var survey: RecordingSurvey?
    private let rejects: Rejects?
    let staging: Staging
    /// The data sets of the files.
    private(set) var targets: [DataSetWriter.Target] = []
    /// The species of all species tables, each code once, in the order in which they appeared.
    private(set) var species: [SourceSpecies] = []
    /// The positions in `species`, and the rows that gave the names, by code. Codes are bytes, since Swift strings with
    /// different bytes can be equal.
    private var speciesByCode: [[UInt8]: (index: Int, file: Int, line: Int)] = [:]
    var report = ImportReport()
    /// The properties of all formats that were read.
    private var rules: Format.Rules = []
    /// The order of day and month in the other part of an eBird download, by its data set and format, as far as it was
    /// asked for (`orderBeside`).
    var ordersBeside: [[String]: JudgedDateOrder?] = [:]
    /// The names of the files of the import, as those of data sets.
    private let fileNames: Set<String>
    /// The files that were read, to find one that is named twice.
    private var identities: [FileIdentity: String] = [:]

    /// The most species, which are held in memory: with their names, about 1.3 KB each. All birds of the world with
    /// their subspecies, as several authorities list them, are far fewer.
    static let mostSpecies = 1 << 17
    /// The most reasons for leaving out rows that are told apart in a file. Some quote the file, so there may be many.
    private static let mostReasons = 40
    /// The number of rows between two reports of progress.
    private static let stretch = 8192

    /// - Parameter database: The path of the database without symbolic links.
    /// - Throws: `ChangeError.refused` if the file for rejected rows can't be written.
    init(_ options: ImportOptions, database: String) throws(ChangeError) {
        self.options = options
        self.database = database
        let utc = options.utc
        lastYear = Int(utc.tm_year) + 1901
        importedAt = ImportOptions.timestamp(utc)
        defaults = try RecordingDefaults(options, lastYear: lastYear)
        fileNames = Set(options.files.compactMap { try? DataSets.name(of: $0) })
        rejects =
            if let path = options.rejects {
                Rejects(
                    try ResultFile(path: path, option: "--rejects", database: database, others: options.files),
                    in: Folder.split(database).folder)
            } else {
                nil
            }
        staging = Staging(in: Folder.split(database).folder, appends: options.append)
    }

    /// Reads a file.
    /// - Throws: `ChangeError.refused` if the file can't be read, has an unknown format, is named twice, has no rows,
    ///   or is changed meanwhile.
    mutating func read(_ path: String, progress: (ImportProgress) -> Void) throws(ChangeError) {
        let file = try SourceFile(path: path)
        guard let identity = FileIdentity(path: path), identity != FileIdentity(path: database) else {
            throw .refused("\(path) is the database itself.")
        }
        if let other = identities.updateValue(path, forKey: identity) {
            throw .refused("\(path) is named twice\(other == path ? "" : ", also as \(other)").")
        }
        do throws(ChangeError) {
            let contents = try Detection.open(file, as: options.format, folder: staging.folder)
            if survey == nil, contents.contains(where: \.holdsRecordings) {
                survey = makeSurvey(from: contents, before: options.files.drop { $0 != path }.dropFirst())
            }
            for (part, content) in contents.enumerated() {
                try read(content, part: part, of: contents.count, in: file, progress: progress)
            }
        } catch {
            // What is wrong with a file that was changed meanwhile may be right by now.
            try file.checkUnchanged()
            throw error
        }
        try file.checkUnchanged()
    }

    /// Surveys all results of recordings of the import. What can't be read is reported when it is read.
    /// - Parameters:
    ///   - contents: The first ones.
    ///   - others: The files after them.
    private func makeSurvey(from contents: [SourceContent], before others: ArraySlice<String>) -> RecordingSurvey {
        var maker = RecordingSurvey.Maker(lastYear: lastYear)
        var tablesOfNames: [SourceTable] = []
        func add(_ contents: [SourceContent]) {
            for table in contents.flatMap(\.tables) {
                if table.format.rules.contains(.recordings) { try? maker.add(table) }
                if table.format.holdsSpecies { tablesOfNames.append(table) }
            }
        }
        add(contents)
        for path in others {
            guard let file = try? SourceFile(path: path) else { continue }
            add((try? Detection.open(file, as: options.format, folder: staging.folder)) ?? [])
        }
        var survey = maker.survey
        if !maker.unnamed.isEmpty {
            var names = ScientificNames(species)
            for table in tablesOfNames { try? names.add(table) }
            try? names.addStored(in: database)
            survey.name(maker.unnamed, find: names.find)
        }
        return survey
    }

    /// Reads a content of a file.
    /// - Parameters:
    ///   - part: Its position among the contents of the file, which are several in an archive.
    ///   - count: The number of these.
    private mutating func read(
        _ content: SourceContent, part: Int, of count: Int, in file: SourceFile, progress: (ImportProgress) -> Void
    ) throws(ChangeError) {
        let path = count > 1 ? content.path : file.path
        var dataset: Int?
        if content.tables.contains(where: { !$0.format.holdsSpecies }) {
            dataset = try target(for: file.path, content, isFirst: part == 0)
        }
        report.files.append(
            ImportReport.File(
                path: path, format: content.title, formatName: content.name, encoding: content.encoding,
                separator: content.tables.first.flatMap { $0.syntax?.separator },
                unusualSeparator: content.tables.first.flatMap { $0.unusualSeparator },
                dataset: dataset.map { targets[$0].name }, unreadColumns: content.tables.flatMap(\.unreadColumns),
                rowsAboveHeader: content.titles?.count ?? 0, firstAboveHeader: content.titles?.first,
                isPassedOver: content.isPassedOver, rejects: content.rejects))
        if content.isPassedOver { return }
        var rows = 0
        for (index, table) in content.tables.enumerated() {
            rules.formUnion(table.format.rules)
            let others = content.tables[(index + 1)...]
            rows += try read(table, before: others, of: file, dataset: dataset ?? 0, progress: progress)
        }
        report.files[report.files.count - 1].forgetDateOrderWithoutUse()
        // In most recordings of a night, nothing is detected. A species that eBird's users have not seen has sampling
        // events all the same.
        let mayBeEmpty =
            max(options.files.count, count) > 1
            && (content.name == Format.eBird.name
                || content.tables.contains { $0.format.rules.contains(.recordings) })
        guard rows > 0 || mayBeEmpty else { throw .refused("\(path) has a header but no rows.") }
    }

    /// Call it when all files are read.
    /// - Throws: `ChangeError.refused` if no file has rows, or an option has no use.
    mutating func finish() throws(ChangeError) {
        let sampled = Set(report.files.filter { $0.formatName == Format.eBirdSampling.name }.compactMap(\.dataset))
        for index in report.files.indices where report.files[index].formatName == Format.eBird.name {
            // With `--append`, they may be there from an earlier import.
            report.files[index].lacksSampling = !options.append && !sampled.contains(report.files[index].dataset ?? "")
        }
        guard report.files.contains(where: { $0.records + $0.checklists + $0.species > 0 }) else {
            throw .refused("None of the files has rows after its header.")
        }
        if defaults.date != nil, !rules.contains(.recordings) {
            throw .refused("--date is only for results of BirdNET-Analyzer; all other records have their own dates.")
        }
        if defaults.place != nil, !rules.contains(.originIsNoLocation) {
            throw .refused(
                "--latitude and --longitude are only for detections of BirdNET; all other records have their own places."
            )
        }
        try checkCorrections()
        try rejects?.flush()
    }

    /// Refuses corrected rows of a file of `--rejects` that would replace a data set, or become one, without the other
    /// rows of their files: they belong to the data set of these.
    private func checkCorrections() throws(ChangeError) {
        for target in targets {
            let files = report.files.filter { $0.dataset == target.name }
            guard let corrected = files.first?.rejects, files.allSatisfy({ $0.rejects != nil }) else { continue }
            let known = FileIdentity(path: database) == nil ? [] : try DataSets.list(path: database).map(\.name)
            let exists = known.contains { $0.utf8.elementsEqual(target.name.utf8) }
            if exists, options.append { continue }
            let origin = files.first.map { String($0.path.dropFirst(corrected.count + 1)) } ?? ""
            let own = [target.name, (try? DataSets.name(of: origin)) ?? ""].first(where: known.contains)
            let command = shellLine(
                [
                    "rookery", "import", corrected, "--dataset", own ?? (known.count == 1 ? known[0] : "NAME"),
                    "--append",
                ]
                    + ["--database", options.database])
            throw .refused(
                "\(corrected) has corrected rows. "
                    + (exists
                        ? "They would replace all records of the data set \(target.name)"
                        : "There is no data set \(target.name) with the other rows of their files")
                    + "; add them to the data set of these: \(command)")
        }
    }

    /// Whether the rejected rows go to the standard output.
    var rejectsToStandardOutput: Bool { rejects?.isStandardOutput ?? false }

    /// Call it when the import is complete, or is not carried out since rows are in error.
    /// - Returns: What the file for rejected rows could not keep; nil if nothing was lost.
    func publish() throws(ChangeError) -> LostAccess? { try rejects?.publish() }

    /// The name of the data set for a file. The sampling events of eBird go to that of their records, if these are part
    /// of the import.
    func nameOfDataSet(for path: String, format: String) throws(ChangeError) -> String {
        if let given = options.dataset { return given }
        let name = try DataSets.name(of: path)
        guard format == Format.eBirdSampling.name else { return name }
        let ofRecords = name.replacing("_sampling", with: "")
        return fileNames.contains(ofRecords) ? ofRecords : name
    }

    /// The number of the data set for a file, which is added to `targets` if it is new.
    /// - Parameter isFirst: Whether it is the first content of the file. The others go to the same data set.
    private mutating func target(
        for path: String, _ content: SourceContent, isFirst: Bool
    ) throws(ChangeError) -> Int {
        let format = content.name
        // Some rows of an archive are no archive.
        let keepsFormat = options.append && content.rejects != nil
        let sampling = Format.eBirdSampling.name
        let name = try nameOfDataSet(for: path, format: format)
        if let known = targets.firstIndex(where: { $0.name.utf8.elementsEqual(name.utf8) }) {
            let isPair = (format == sampling) != (targets[known].format == sampling)
            if isPair && format != sampling || targets[known].keepsFormat && !keepsFormat {
                (targets[known].format, targets[known].keepsFormat) = (format, keepsFormat)
            }
            guard options.dataset != nil || isPair || !isFirst else {
                throw .refused(
                    "\(path) and another file are both named \(name). Import them one at a time, or both into one data set with --dataset."
                )
            }
            return known
        }
        targets.append(
            DataSetWriter.Target(
                name: name, format: format, keepsFormat: keepsFormat, source: options.source, licence: options.licence,
                citation: options.citation, importedAt: importedAt))
        return targets.count - 1
    }

    /// Reads all rows of a table.
    /// - Returns: The number of rows.
    private mutating func read(
        _ table: SourceTable, before others: ArraySlice<SourceTable>, of file: SourceFile, dataset: Int,
        progress: (ImportProgress) -> Void
    ) throws(ChangeError) -> Int {
        let number = report.files.count - 1
        let columns = Columns(table)
        var defaults = defaults
        defaults.place = defaults.place ?? table.readAs?.place
        var records = RecordDecoder(
            table.format, columns, lastYear: lastYear, file: table.paths.first ?? "", defaults: defaults,
            survey: survey ?? RecordingSurvey())
        // Two tables of one file are written in one way.
        records.dates.order = report.files[number].dateOrder?.order
        if let order = options.dateOrder ?? table.readAs?.dateOrder, columns.has(.date) {
            records.dates.order = order
            report.files[number].dateOrder = JudgedDateOrder(
                order: order, reason: options.dateOrder == nil ? .rejects : .given)
        }
        var names = SpeciesDecoder(table.format, columns)
        var complete: Bool?
        if case .records(let value) = table.format.content { complete = value }
        var source = try table.open()
        var row = Row()
        var record = SourceRecord()
        var rows = 0
        var cut = CutRow(table.header.names)
        var longCell = LongCell()
        // For the file of `--rejects`; known when a row is rejected that can be corrected there.
        var description: Rejects.Table?
        // Nil once it is decided what points mean.
        var pointNeed = table.format.holdsSpecies ? nil : PointJudge.Need(columns)
        while try source.next(&row) {
            rows += 1
            if row.problem == nil { row.problem = cut.problem(row) }
            if records.dates.needsOrder(row), row.problem == nil {
                let judged = try judge(records, table, from: row, source, before: others, file: number)
                records.dates.order = judged.order
                source = try open(table, at: rows, &row)
            }
            if let need = pointNeed, row.problem == nil, need.isThere(row) {
                pointNeed = nil
                records.columns = Columns(columns, points: try judgePoints(columns, table, file: number))
                source = try open(table, at: rows, &row)
            }
            var problem = row.problem.map { RowError(column: nil, reason: $0) }
            var named: SpeciesDecoder.Content?
            if problem == nil {
                do throws(RowError) {
                    if table.format.holdsSpecies {
                        let reason = table.header.reasonToPass(row)
                        named = if let reason { .nothing(reason) } else { try names.decode(&row) }
                    } else {
                        try records.decode(&row, into: &record)
                    }
                } catch { problem = error }
            }
            if problem == nil {
                problem =
                    if !table.format.holdsSpecies {
                        try stage(record, row, table, dataset: dataset, file: number, complete: complete)
                    } else {
                        switch named {
                        case .species(let species): try add(species, row, cleaned: names.cleanedTexts, file: number)
                        case .nothing(let reason): leaveOut(reason, row, file: number)
                        case nil: nil
                        }
                    }
            }
            try table.noteOccurrence?(
                problem != nil ? .unknown : record.otherAnimal != nil ? .otherAnimal : .bird)
            if let error = problem {
                // Files that were put together repeat the header, and spreadsheets write separators into empty rows.
                if let reason = table.header.reasonToPass(row) {
                    problem = leaveOut(reason, row, file: number)
                } else {
                    let path = table.path(of: row) ?? report.files[number].path
                    if rejects != nil, description == nil, table.isCorrectable(row, error) {
                        let readAs = try settle(
                            &records, table, at: rows, &source, before: others, file: number)
                        description = (table.headerLine, readAs.text)
                    }
                    try reject(error, row, table, description, path: path, file: number)
                    try longCell.reject(row, path: path)
                }
            } else {
                longCell = LongCell()
            }
            if rows % Self.stretch == 0 {
                progress(
                    ImportProgress(
                        stage: .reading(file: file.path), records: rows,
                        fraction: min(1, Double(source.consumed) / Double(table.size))))
            }
        }
        if let faults = try table.eventFaults?() {
            let example = { (first: (line: Int, row: String)?) in
                first.map { ImportReport.Example(line: $0.line, row: $0.row) }
            }
            report.files[number].differingEvents = faults.differing.count
            report.files[number].firstDifferingEvent = example(faults.differing.first)
            report.files[number].orphanEvents = faults.orphans.count
            report.files[number].firstOrphanEvent = example(faults.orphans.first)
        }
        if table.format.holdsSpecies {
            report.files[number].species += rows
        } else if table.format.holdsChecklists {
            report.files[number].checklists += rows
        } else {
            report.files[number].records += rows
        }
        return rows
    }

    /// Stages a record, or leaves it out.
    /// - Returns: The error of the row, or nil.
    private mutating func stage(
        _ record: SourceRecord, _ row: Row, _ table: SourceTable, dataset: Int, file: Int, complete: Bool?
    ) throws(ChangeError) -> RowError? {
        if let other = record.otherAnimal {
            // A repeated header is not about a bird either.
            if let reason = table.header.reasonToPass(row) { return leaveOut(reason, row, file: file) }
            return leaveOut("not a bird (\(Row.shown(row.text(other), atMost: 40)))", row, file: file)
        }
        if record[.valid] == 0, !options.includeInvalid, table.readAs?.includesInvalid != true {
            return leaveOut("did not pass review (--include-invalid keeps them)", row, file: file)
        }
        do throws(StoreError) {
            var outcome = try staging.add(record, row, dataset: dataset, file: file, complete: complete)
            if case .repeated(file, _) = outcome, table.format.rules.contains(.speciesMayRepeat) {
                let number = try staging.numberOfRepetition(record, row, dataset: dataset)
                var (numbered, longer) = (record, row)
                numbered.source = longer.compose(record.source, " #", longer.compose("\(number)".utf8))
                outcome = try staging.add(numbered, longer, dataset: dataset, file: file, complete: complete)
            }
            switch outcome {
            case .staged:
                report.files[file].cutTexts += record.cutTexts
                report.files[file].cutRemarks += record.cutRemarks
                report.files[file].cleanedTexts += record.cleanedTexts
                if !record.dateRemarks.isEmpty { report.files[file].note(record.dateRemarks, row) }
                if record.hasWordForTime {
                    report.files[file].note(.unreadTimes, ImportReport.Example(line: row.line, row: row.raw))
                }
                if record.hasUnreadUncertainty { report.files[file].unreadUncertainties += 1 }
                return nil
            case .repeated
            where !table.format.rules.isDisjoint(with: [.sourceByDetection, .sourceWithinLocation]):
                return leaveOut(LeftOut.repeatedDetection, row, file: file)
            case .repeated(let first, let line):
                let origin = first == file ? "line \(line)" : "\(report.files[first].path), line \(line)"
                return RowError(
                    column: nil, reason: "the record \(row.text(record.source)) is already in \(origin)",
                    isConflict: true)
            }
        } catch {
            throw ChangeError(error, path: "the temporary files")
        }
    }

    /// Keeps the names of a species.
    ///
    /// The same code may come several times. The same names are left out. Of a taxonomy and another table, the taxonomy
    /// is kept, in whatever order they come; of two taxonomies, the later file. All other differences are errors, since
    /// no table is known to be better.
    /// - Returns: The error of the row, or nil.
    private mutating func add(
        _ named: SourceSpecies, _ row: Row, cleaned: Int, file: Int
    ) throws(ChangeError) -> RowError? {
        var named = named
        named.file = file
        let code = Array(named.code.utf8)
        if let first = speciesByCode[code] {
            let other = species[first.index]
            if other.hasNames(of: named) {
                species[first.index].learn(from: named)
                return leaveOut("the same as an earlier row", row, file: file)
            }
            if first.file != file, other.isOfTaxonomy || named.isOfTaxonomy {
                guard named.isOfTaxonomy else { return leaveOut("named differently in a taxonomy", row, file: file) }
                species[first.index] = named
                speciesByCode[code] = (first.index, file, row.line)
                let names = [other.code, other.scientificName, other.commonName].compactMap { $0 }
                return leaveOut(
                    "named differently in a \(other.isOfTaxonomy ? "later " : "")taxonomy", row,
                    instead: ImportReport.Example(line: first.line, row: names.joined(separator: ", ")),
                    file: first.file)
            }
            let origin =
                first.file == file ? "line \(first.line)" : "\(report.files[first.file].path), line \(first.line)"
            return RowError(
                column: nil, reason: "the species \(named.code) has other names in \(origin)", isConflict: true)
        }
        guard species.count < Self.mostSpecies else {
            throw .refused(
                "\(report.files[file].path) has more than \(ImportReport.number(Self.mostSpecies)) species (line "
                    + "\(row.line)), which no list of birds has; import a list of birds only.")
        }
        speciesByCode[code] = (species.count, file, row.line)
        species.append(named)
        report.files[file].cleanedTexts += cleaned
        return nil
    }

    /// Counts a row that is left out, and notes the first for each reason.
    /// - Parameter other: The row that is left out, if it is another one.
    /// - Returns: Nil, since it is not an error.
    private mutating func leaveOut(
        _ reason: String, _ row: Row, instead other: ImportReport.Example? = nil, file: Int
    ) -> RowError? {
        var reason = reason
        if report.files[file].leftOut[reason] == nil, report.files[file].leftOut.count >= Self.mostReasons {
            reason = "for other reasons"
        }
        report.files[file].leftOut[reason, default: 0] += 1
        if report.files[file].firstLeftOut[reason] == nil {
            report.files[file].firstLeftOut[reason] =
                other ?? ImportReport.Example(line: row.line, row: row.raw)
        }
        return nil
    }

    /// Counts a row in error, and reports it as far as reports have room.
    /// - Parameters:
    ///   - description: That of the table, if a row can be corrected in the file of `--rejects`.
    ///   - path: The path of its file.
    private mutating func reject(
        _ error: RowError, _ row: Row, _ table: SourceTable, _ description: Rejects.Table?, path: String,
        file: Int
    ) throws(ChangeError) {
        report.files[file].rowsInError += 1
        report.rowsInError += 1
        if error.isConflict { report.files[file].rowsInConflict += 1 }
        guard rejects != nil || report.errors.count < ImportReport.mostListed else { return }
        let rejected = ImportReport.RowInError(
            file: path, line: row.line, column: error.column, reason: error.reason)
        if report.errors.count < ImportReport.mostListed { report.errors.append(rejected) }
        guard let rejects else { return }
        try rejects.add(
            rejected, row: table.rejected(row), of: table.isCorrectable(row, error) ? description : nil)
    }
}
