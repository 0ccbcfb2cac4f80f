import Birds
import FileSystem

/// What the results of BirdNET-Analyzer tell only together. It is found out before any row is decoded.
///
/// - Recorders with names of their own write these into the names of their recordings. Others all write the same:
///   `/site A/REC_20210203_064100.wav` and `/site B/REC_20210203_064100.wav` are two recordings. So where the files
///   have the same name in two folders, the folders belong to the identity of all recordings of that station. They are
///   counted from the last one, so that the recordings are known again when they have been moved.
///   If the recordings of two stations have the same folders too, those of their results tell them apart.
/// - Layouts without scientific names have those that other files of the import give to the same common name.
struct RecordingSurvey {
    /// The number of folders that tell the recordings of a station apart.
    private var folders: [[UInt8]: Int] = [:]
    /// The same for the folders of their results.
    private var foldersOfResults: [[UInt8]: Int] = [:]
    /// Scientific names by common names.
    private var scientificNames: [[UInt8]: [UInt8]] = [:]
    /// Scientific names by codes of species.
    private var namesOfCodes: [[UInt8]: [UInt8]] = [:]

    /// The number of last folders of a recording that belong to its identity; nil if its name is enough.
    func folders(of recording: Recording) -> Int? {
        folders.isEmpty ? nil : folders[Array(recording.station)]
    }

    /// The number of last folders of the results that belong to the identity of a recording instead; nil if its own are
    /// enough.
    func foldersOfResults(_ recording: Recording) -> Int? {
        foldersOfResults.isEmpty ? nil : foldersOfResults[Array(recording.station)]
    }

    /// The scientific name of a species in a row that has only other names; nil if it is not known.
    func scientificName(code: ArraySlice<UInt8>, commonName: ArraySlice<UInt8>) -> [UInt8]? {
        if !commonName.isEmpty, let name = scientificNames[Array(commonName)] { return name }
        return namesOfCodes.isEmpty ? nil : namesOfCodes[Array(code)]
    }

    /// Adds what species tables say about the codes and common names that have no scientific name.
    /// - Parameter find: Gives the scientific name of a code or common name.
    mutating func name(_ others: Set<Names>, find: (_ code: [UInt8], _ commonName: [UInt8]) -> [UInt8]?) {
        for names in others where scientificNames[names.common] == nil {
            guard let name = find(names.code, names.common) else { continue }
            if names.code.isEmpty || names.code == names.common {
                scientificNames[names.common] = name
            } else {
                namesOfCodes[names.code] = name
            }
        }
    }

    /// The names in a row without a scientific name.
    struct Names: Hashable {
        let code: [UInt8]
        let common: [UInt8]
    }

    /// Makes a survey of the tables of an import.
    struct Maker {
        private(set) var survey = RecordingSurvey()
        /// The names in rows without a scientific name.
        private(set) var unnamed: Set<Names> = []
        /// The folders of recordings, by hashes of their names: a hash takes far less memory than a name.
        private var seen: [Int: [UInt8]] = [:]
        /// All folders, so that each is in memory once.
        private var paths: Set<[UInt8]> = []
        private var tables = 0
        private let lastYear: Int64

        init(lastYear: Int) { self.lastYear = Int64(lastYear) }

        /// Adds a table.
        mutating func add(_ table: SourceTable) throws(ChangeError) {
            tables += 1
            let columns = Columns(table)
            let decoder = RecordingDecoder(
                columns, file: table.paths.first ?? "", RecordingDefaults(), lastYear: lastYear, RecordingSurvey())
            let results = Array(decoder.resultsPath.joined(separator: [0x2F]))
            // Each layout has its own way to name the folder.
            let layout = columns.name(.recording)
            let rows = try table.open()
            var row = Row()
            var (lastPath, lastFolder): ([UInt8]?, [UInt8]) = (nil, [])
            while try rows.next(&row) {
                guard row.problem == nil else { continue }
                let (path, folder) = (columns.cell(.recording, row), columns.cell(.folder, row))
                let isSame =
                    lastPath?.elementsEqual(row.bytes[path.range]) == true
                    && lastFolder.elementsEqual(row.bytes[folder.range])
                if !isSame {
                    (lastPath, lastFolder) = (Array(row.bytes[path.range]), Array(row.bytes[folder.range]))
                    let hasPath = Recording.path(row.bytes[path.range]).count > 1 || !folder.isEmpty
                    add(decoder.recording(row), layout, results: hasPath ? results : nil)
                }
                let scientific = columns.cell(.scientificName, row)
                let common = Array(row.bytes[columns.cell(.commonName, row).range])
                // A longer name is shortened with a hash, and is that of no species.
                if max(common.count, scientific.range.count) > Columns.longestText { continue }
                if scientific.isEmpty {
                    unnamed.insert(Names(code: Array(row.bytes[columns.cell(.species, row).range]), common: common))
                } else if !common.isEmpty, survey.scientificNames[common] == nil {
                    survey.scientificNames[common] = Array(row.bytes[scientific.range])
                }
            }
        }

        /// - Parameter results: The folder of its results, if it has one of its own.
        private mutating func add(_ recording: Recording, _ layout: String, results: [UInt8]?) {
            let folder = recording.path
            let last = folder.last.map(Array.init) ?? []
            var hasher = Hasher()
            hasher.combine(layout)
            hasher.combine(Array(recording.name))
            var shared: Int?
            let whole = paths.insert(Array(folder.joined(separator: [0x2F]))).memberAfterInsert
            if let other = note(hasher.finalize(), whole), Recording.path(other[...]).last.map(Array.init) ?? [] != last
            {
                shared = 0
            }
            let ofName = hasher
            // In one table, and under folders of one name, the recordings are others too. In another table, they may be
            // those of before, moved.
            hasher.combine(tables)
            hasher.combine(last)
            if let other = note(hasher.finalize(), whole), other != whole {
                shared = zip(Recording.path(other[...]).reversed(), folder.reversed()).prefix { $0 == $1 }.count
            }
            let station = Array(recording.station)
            if let results {
                var hasher = ofName
                hasher.combine(whole)
                hasher.combine("results")
                // A table of all recordings may be above those of single ones.
                if let other = note(hasher.finalize(), paths.insert(results).memberAfterInsert), other != results {
                    let (one, two) = (Recording.path(other[...]), Recording.path(results[...]))
                    let count = zip(one.reversed(), two.reversed()).prefix { $0 == $1 }.count
                    if !one.starts(with: two), !two.starts(with: one) {
                        survey.foldersOfResults[station] = max(survey.foldersOfResults[station] ?? 0, count + 1)
                    }
                }
            }
            guard let shared else { return }
            survey.folders[station] = max(survey.folders[station] ?? 0, shared + 1)
        }

        /// Notes the folder of a recording.
        /// - Returns: The folder that was noted before; nil if none was.
        private mutating func note(_ hash: Int, _ folder: [UInt8]) -> [UInt8]? {
            if let other = seen[hash] { return other }
            seen[hash] = folder
            return nil
        }
    }
}
