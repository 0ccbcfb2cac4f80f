import Birds

/// What the name of a sound recording tells. Recorders name files after the time at which they start, by their own
/// clock, often after a name of their own: `STA1_20210203_064100.wav`.
///
/// The date is `20210203` or `2021-02-03`, the time after it `064100` or `06-41-00` with any sign between them. A
/// number that could be a date but has no time after it counts only if no other one has. A zone after the time is
/// ignored: the clock of the recorder is all that is known.
struct Recording: Equatable {
    /// The name without folders and extensions.
    var name: ArraySlice<UInt8>
    /// What precedes the date, such as the name of a station; empty if nothing does, or there is no date.
    var station: ArraySlice<UInt8> = []
    /// The folder of the recording; empty if there is none.
    var folder: ArraySlice<UInt8> = []
    /// The names of the folders that the recording is in.
    var path: [ArraySlice<UInt8>] = []
    /// Whether its name is also that of other recordings, so that `folder` is needed to tell them apart.
    var isInSeveralFolders = false
    /// `yyyymmdd`; nil if the name has no date.
    var date: Int64?
    /// Seconds after midnight; nil if the name has no time.
    var seconds: Int?

    /// The most characters between date and time.
    private static let longestGap = 12

    /// - Parameters:
    ///   - path: The path of the recording, or of a file of results that is named after it.
    ///   - lastYear: The last year of a date.
    init(_ path: ArraySlice<UInt8>, lastYear: Int64) {
        let parts = Self.path(path)
        let base = parts.last ?? []
        self.path = parts.dropLast()
        folder = self.path.last ?? []
        var found: (start: Int, end: Int, date: Int64, seconds: Int?)?
        for start in base.indices where Self.isDigit(base[start]) && !Self.hasDigit(base, before: start) {
            guard let (date, end) = Self.date(base[start...], lastYear) else { continue }
            if let (seconds, end) = Self.time(base[end...]) {
                found = (start, end, date, seconds)
                break
            }
            if found == nil { found = (start, end, date, nil) }
        }
        guard let found else {
            name = Self.withoutExtensions(base)
            return
        }
        (date, seconds) = (found.date, found.seconds)
        name = base[..<(base[found.end...].firstIndex(of: UInt8(ascii: ".")) ?? base.endIndex)]
        station = base[..<found.start]
        while let last = station.last, "_-. $(".utf8.contains(last) { station.removeLast() }
    }

    /// The parts of a path.
    static func path(_ path: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        path.split { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") }
    }

    /// A name without the extension of a recording, or without what a file of results adds to the name of its
    /// recording: `a.BirdNET.results.csv`, `a.csv.gz`. So all files of results of a recording have the same name.
    private static func withoutExtensions(_ base: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let point = UInt8(ascii: ".")
        let added = Array("BirdNET.".utf8)
        if let end = base.indices.first(where: { base[$0] == point && base[($0 + 1)...].starts(with: added) }) {
            return base[..<end]
        }
        var name = base
        if name.suffix(3).elementsEqual(".gz".utf8) { name = name.dropLast(3) }
        return name[..<(name.lastIndex(of: point) ?? name.endIndex)]
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    private static func hasDigit(_ text: ArraySlice<UInt8>, before index: Int) -> Bool {
        index > text.startIndex && isDigit(text[index - 1])
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int64 {
        digits.prefix(18).reduce(0) { $0 * 10 + Int64($1 &- 0x30) }
    }

    /// Reads numbers with these many digits and no other sign than one of the same kind between them; without any if
    /// there is none between the first two.
    private static func numbers(
        _ text: ArraySlice<UInt8>, _ widths: [Int], _ signs: String
    ) -> (values: [Int64], end: Int)? {
        var rest = text
        var sign: UInt8?
        var values: [Int64] = []
        for (index, width) in widths.enumerated() {
            if index == 1, let next = rest.first, !isDigit(next) { sign = next }
            if index > 0, let sign {
                guard rest.first == sign, signs.utf8.contains(sign) else { return nil }
                rest = rest.dropFirst()
            }
            let digits = rest.prefix(width)
            guard digits.count == width, digits.allSatisfy(isDigit) else { return nil }
            values.append(number(digits))
            rest = rest.dropFirst(width)
        }
        return (values, rest.startIndex)
    }

    /// A date at the beginning of a text, and its end. Digits without any sign after it must be a time.
    private static func date(_ text: ArraySlice<UInt8>, _ lastYear: Int64) -> (Int64, Int)? {
        guard let (values, end) = numbers(text, [4, 2, 2], "-_."), let year = Int(exactly: values[0]),
            PartialDate(year: year, month: Int(values[1]), day: Int(values[2])) != nil,
            values[0] >= DateDecoder.firstYear, values[0] <= lastYear
        else { return nil }
        let digits = text[end...].prefix(while: isDigit).count
        return digits == 0 || digits == 6 ? (values[0] * 10_000 + values[1] * 100 + values[2], end) : nil
    }

    /// The time after a date, in seconds, and its end.
    private static func time(_ text: ArraySlice<UInt8>) -> (Int, Int)? {
        let gap = text.prefix { !isDigit($0) }.count
        guard gap <= longestGap, let (values, end) = numbers(text.dropFirst(gap), [2, 2, 2], ":-_.hm"),
            end == text.endIndex || !isDigit(text[end]), values[0] < 24, values[1] < 60, values[2] < 60
        else { return nil }
        return (Int(values[0] * 3600 + values[1] * 60 + values[2]), end)
    }
}

/// What an import is told about sound recordings, for those whose files do not say it.
struct RecordingDefaults {
    /// `yyyymmdd`.
    var date: Int64?
    var place: (latitude: Double, longitude: Double)?
}

/// Decodes what the recording of a detection tells: date, time, station, and the identity of the detection.
struct RecordingDecoder {
    private let columns: Columns
    private let file: [UInt8]
    private let defaults: RecordingDefaults
    private let lastYear: Int64
    private let survey: RecordingSurvey
    /// The names of the folders of the file.
    let resultsPath: [ArraySlice<UInt8>]

    /// The longest time between the beginning of a recording and a detection, in seconds: a year.
    private static let longest = 31_622_400.0

    /// - Parameter file: The path of the file, which is named after its recording if no column names it.
    init(
        _ columns: Columns, file: String, _ defaults: RecordingDefaults, lastYear: Int64, _ survey: RecordingSurvey
    ) {
        (self.columns, self.file, self.defaults, self.lastYear) = (columns, Array(file.utf8), defaults, lastYear)
        self.survey = survey
        resultsPath = Recording.path(self.file[...]).dropLast()
    }

    /// The recording of a row.
    func recording(_ row: Row) -> Recording {
        let path = columns.cell(.recording, row)
        var recording = Recording(path.isEmpty ? file[...] : row.bytes[path.range], lastYear: lastYear)
        // The folder of results is none of recordings.
        if path.isEmpty {
            recording.folder = []
        } else if recording.path.isEmpty {
            // Without folders of its own, those of the results tell it from recordings of the same name.
            recording.path = resultsPath
        }
        let folder = columns.cell(.folder, row)
        if !folder.isEmpty {
            recording.folder = row.bytes[folder.range]
            recording.path = Recording.path(recording.folder)
        }
        if let folders = survey.foldersOfResults(recording) {
            recording.folder = Array(resultsPath.suffix(folders).joined(separator: [0x2F]))[...]
            recording.isInSeveralFolders = !recording.folder.isEmpty
        } else if let folders = survey.folders(of: recording) {
            recording.folder = Array(recording.path.suffix(folders).joined(separator: [0x2F]))[...]
            recording.isInSeveralFolders = !recording.folder.isEmpty
        }
        return recording
    }

    /// The date of a detection as `yyyymmdd`, and its time in minutes after midnight; nil if the time is not known.
    func time(_ row: Row, _ recording: Recording) throws(RowError) -> (date: Int64, minutes: Int64?) {
        guard let date = recording.date ?? defaults.date else {
            let name = Row.shown(String(decoding: recording.name, as: UTF8.self), atMost: 40)
            throw RowError(
                column: nil,
                reason: "the name of its recording, '\(name)', has no date such as 20210203_064100; give it with "
                    + "--date 2021-02-03")
        }
        guard let start = recording.seconds else { return (date, nil) }
        let seconds = start + Int(try offset(row))
        guard var day = PartialDate(year: Int(date / 10_000), month: Int(date / 100 % 100), day: Int(date % 100)) else {
            return (date, nil)
        }
        for _ in 0..<(seconds / 86_400) { day = day.next ?? day }
        return (Int64(day.number), Int64(seconds % 86_400 / 60))
    }

    /// The time from the beginning of the recording to the detection, in seconds.
    private func offset(_ row: Row) throws(RowError) -> Double {
        guard let offset = try columns.double(.offset, row) else { throw columns.error(.offset, "is empty") }
        guard offset >= 0, offset < Self.longest else {
            throw columns.error(.offset, "\(offset) is not between 0 and \(Int(Self.longest))")
        }
        return offset
    }

    /// The identity of a detection, in whichever layout and language its results are: the recording, with its folder if
    /// its name does not tell the station, and with its date if that is not in its name; the time within it, the
    /// scientific name of the species, or else its code or common name, and the confidence. Not all layouts have the
    /// place (`SourcePlace`).
    /// - Returns: The identity; and the one that it had before any table named the species, or empty if it is the same.
    func source(
        _ row: inout Row, _ recording: Recording, _ record: SourceRecord
    ) throws(RowError) -> (code: Row.Cell, asRead: Row.Cell) {
        let scientific = row.bytes[record.scientificName.range]
        if !scientific.isEmpty { return (try code(&row, recording, record, scientific), .empty) }
        let (code, common) = (row.bytes[record.species.range], row.bytes[record.commonName.range])
        let name = survey.scientificName(code: code, commonName: common)
        let asRead = try self.code(&row, recording, record, code.isEmpty ? common : code)
        guard let name else { return (asRead, .empty) }
        return (try self.code(&row, recording, record, name[...]), asRead)
    }

    private func code(
        _ row: inout Row, _ recording: Recording, _ record: SourceRecord, _ species: ArraySlice<UInt8>
    ) throws(RowError) -> Row.Cell {
        var text: [UInt8] = []
        if !recording.folder.isEmpty, recording.station.isEmpty || recording.isInSeveralFolders {
            text += recording.folder + [0x2F]
        }
        text += recording.name
        // `--date` tells it then, so the same name comes on other days.
        if recording.date == nil { text += " \(record.date)".utf8 }
        text += " \(try offset(row)) ".utf8
        text += species
        text += " \(record[real: .confidence] ?? 0)".utf8
        return row.compose(text)
    }
}

extension PartialDate {
    /// The day after a day; nil if only the month or the year is known.
    var next: PartialDate? {
        guard let month, let day else { return nil }
        return PartialDate(year: year, month: month, day: day + 1)
            ?? PartialDate(year: year, month: month + 1, day: 1) ?? PartialDate(year: year + 1, month: 1, day: 1)
    }
}
