import Birds

/// Observations from rows, by the rules for what cells hold.
struct RecordDecoder {
    /// Counts beyond this are slips.
    static let mostCounted: Int64 = 10_000_000
    static let firstYear: Int64 = 1800

    /// More minutes, kilometres, hectares or observers than this are slips.
    static let mostEffort = 1_000_000.0

    private let columns: Columns
    private let rules: Format.Rules
    private let lastYear: Int64
    /// Whether there is more than the nine members of a plain record.
    private let hasMore: Bool

    /// - Parameter lastYear: the year after the present one.
    init(_ format: Format, _ columns: Columns, lastYear: Int) {
        self.columns = columns
        self.lastYear = Int64(lastYear)
        rules = format.rules
        let plain: [Format.Member] = [.location, .latitude, .longitude, .region, .year, .month, .day, .species, .count]
        hasMore = !rules.isEmpty || Format.Member.allCases.contains { columns.has($0) && !plain.contains($0) }
    }

    /// - Parameter row: gets texts that are composed of several cells behind its own.
    func decode(_ row: inout Row, into record: inout SourceRecord) throws(RowError) {
        try columns.checkWidth(row)
        record.latitude = try columns.double(.latitude, row)
        record.longitude = try columns.double(.longitude, row)
        try checkLocation(record)
        record.region = try columns.text(.region, row)
        record.count = try count(row)
        if hasMore {
            record.date = try columns.cell(.date, row).isEmpty ? date(row) : wholeDate(row)
            try decodeMore(&row, into: &record)
        } else {
            record.location = try columns.code(.location, row)
            record.date = try date(row)
            record.species = try columns.code(.species, row)
        }
    }

    private func decodeMore(_ row: inout Row, into record: inout SourceRecord) throws(RowError) {
        if record.region.isEmpty { record.region = try columns.text(.country, row) }
        try decodeLocation(&row, into: &record)
        try decodeSpecies(&row, into: &record)
        try decodeStatus(row, into: &record)
        record.checklist = try columns.codeIfRequired(.checklist, row)
        record[.halfDays] = try halfDays(row)
        record[real: .effortHours] = try positive(.effortHours, row)
        record[real: .snowDepth] = try positive(.snowDepth, row)
        // What no checklist has is the record's own.
        let time = try time(row)
        (record[.time], record[.ownTime]) = record.checklist.isEmpty ? (nil, time) : (time, nil)
        record[.minutes] = try effort(.minutes, row).map { Int64($0.rounded()) }
        record[real: .distance] = try effort(.distance, row)
        record[real: .area] = try effort(.area, row)
        record[.observers] = try effort(.observers, row).map { Int64($0.rounded()) }
        record[.complete] = try columns.flag(.complete, row)
        record[text: .protocol] = try columns.text(.protocol, row)
        record[text: .checklistComments] = try columns.remark(.checklistComments, row)
        record[real: .confidence] = try confidence(row)
        record[text: .breedingCode] = try columns.text(.breedingCode, row)
        record[text: .comments] = try columns.remark(.comments, row)
        record.group = try columns.text(.group, row)
        try decodeSource(&row, into: &record)
    }

    /// A place without a code is known by its name, by its coordinates as they are written, or as `unknown`.
    private func decodeLocation(_ row: inout Row, into record: inout SourceRecord) throws(RowError) {
        record.locationName = try columns.text(.locationName, row)
        guard rules.contains(.locationsWithoutCode) else {
            record.location = try columns.code(.location, row)
            return
        }
        if rules.contains(.originIsNoLocation), let latitude = record.latitude, latitude == record.longitude,
            latitude == 0 || latitude == -1
        {
            (record.latitude, record.longitude) = (nil, nil)
        }
        record.location = try columns.text(.location, row)
        if !record.location.isEmpty { return }
        if !record.locationName.isEmpty {
            record.location = record.locationName
        } else if record.latitude != nil {
            let (latitude, longitude) = (columns.cell(.latitude, row), columns.cell(.longitude, row))
            record.location = row.compose(latitude, ",", longitude)
        } else {
            record.location = row.compose(.empty, "unknown", .empty)
        }
    }

    private func decodeSpecies(_ row: inout Row, into record: inout SourceRecord) throws(RowError) {
        guard columns.has(.scientificName) || columns.has(.authoredName) else {
            record.species = try columns.code(.species, row)
            return
        }
        record.species = try columns.text(.species, row)
        record.commonName = try columns.text(.commonName, row)
        record.scientificName = try columns.text(.scientificName, row)
        if record.scientificName.isEmpty {
            record.scientificName = try columns.text(.authoredName, row)
            let end = ScientificName.end(in: row.bytes[record.scientificName.range])
            record.scientificName.end = Int32(clamping: end)
        }
        if record.species.isEmpty, record.scientificName.isEmpty, record.commonName.isEmpty {
            throw columns.error(columns.has(.authoredName) ? .authoredName : .scientificName, "is empty")
        }
        let taxonClass = try columns.text(.taxonClass, row)
        record.isForeign = !taxonClass.isEmpty && row.text(taxonClass).lowercased() != "aves"
    }

    /// Whether the record was seen, and whether it is taken for true.
    private func decodeStatus(_ row: Row, into record: inout SourceRecord) throws(RowError) {
        record[.valid] = try columns.flag(.valid, row)
        record[.reviewed] = try columns.flag(.reviewed, row)
        if try columns.flag(.unlikely, row) == 1 { record[.valid] = 0 }
        if record.count == nil, !columns.cell(.quantity, row).isEmpty,
            row.text(try columns.text(.quantityType, row)).lowercased() == "individuals"
        {
            record.count = try count(row, .quantity)
        }
        if columns.has(.status), row.text(try columns.text(.status, row)).lowercased() == "absent" { record.count = 0 }
    }

    private func decodeSource(_ row: inout Row, into record: inout SourceRecord) throws(RowError) {
        record.source = try columns.codeIfRequired(.source, row)
        if rules.contains(.sourceByChecklistAndSpecies) {
            let species = record.scientificName.isEmpty ? record.commonName : record.scientificName
            record.source = row.compose(record.checklist, " ", species)
        } else if rules.contains(.sourceWithinLocation), !record.source.isEmpty, columns.has(.location) {
            record.source = row.compose(record.location, "/", record.source)
        }
    }

    @inline(__always)
    private func checkLocation(_ record: SourceRecord) throws(RowError) {
        switch (record.latitude, record.longitude) {
        case (let latitude?, let longitude?):
            guard abs(latitude) <= 90 else { throw columns.error(.latitude, "\(latitude) is not between -90 and 90") }
            guard abs(longitude) <= 180 else {
                throw columns.error(.longitude, "\(longitude) is not between -180 and 180")
            }
        case (nil, nil): break
        case (nil, _): throw columns.error(.latitude, "is empty, but there is a longitude")
        case (_, nil): throw columns.error(.longitude, "is empty, but there is a latitude")
        }
    }

    /// From a year, a month and a day in cells of their own.
    @inline(__always)
    private func date(_ row: Row) throws(RowError) -> Int64 {
        guard let year = try columns.integer(.year, row) else {
            throw columns.error(columns.has(.date) ? .date : .year, "is empty")
        }
        return try date(
            DateText(year: year, month: try columns.integer(.month, row), day: try columns.integer(.day, row)), .year,
            .month, .day)
    }

    /// From one cell.
    private func wholeDate(_ row: Row) throws(RowError) -> Int64 {
        let cell = columns.cell(.date, row)
        let text: DateText
        do throws(DateText.Fault) {
            text = try DateText.parse(row.bytes[cell.range])
        } catch {
            let shown = columns.shown(row, cell)
            switch error {
            case .unreadable:
                throw columns.error(.date, "'\(shown)' is not a date; write it as 2021-02-03")
            case .tooLong:
                throw columns.error(.date, "'\(shown)' is more than a year; a record needs the year that it is of")
            }
        }
        return try date(text, .date, .date, .date)
    }

    /// `yyyymmdd`, 00 for what is not known.
    @inline(__always)
    private func date(
        _ date: DateText, _ ofYear: Format.Member, _ ofMonth: Format.Member, _ ofDay: Format.Member
    ) throws(RowError) -> Int64 {
        let year = date.year
        guard year >= Self.firstYear, year <= lastYear else {
            throw columns.error(ofYear, "\(year) is not between \(Self.firstYear) and \(lastYear)")
        }
        guard let month = date.month else {
            if date.day != nil { throw columns.error(ofMonth, "is empty, but there is a day") }
            return year * 10_000
        }
        guard month >= 1, month <= 12 else { throw columns.error(ofMonth, "\(month) is not a month") }
        guard let day = date.day else { return year * 10_000 + month * 100 }
        guard day >= 1, day <= Int64(PartialDate.days(in: Int(month), of: Int(year))) else {
            throw columns.error(ofDay, "there is no day \(day) in month \(month) of \(year)")
        }
        return year * 10_000 + month * 100 + day
    }

    @inline(__always)
    private func count(_ row: Row, _ member: Format.Member = .count) throws(RowError) -> Int64? {
        guard let count = try columns.integer(member, row) else { return nil }
        guard count >= 0 else { throw columns.error(member, "\(count) is negative") }
        guard count <= Self.mostCounted else {
            throw columns.error(member, "\(count) is more than \(Self.mostCounted)")
        }
        return count
    }

    /// Minutes after midnight.
    private func time(_ row: Row) throws(RowError) -> Int64? {
        let cell = columns.cell(.time, row)
        if cell.isEmpty { return nil }
        guard let minutes = TimeText.minutes(row.bytes[cell.range]) else {
            throw columns.error(.time, "'\(columns.shown(row, cell))' is not a time of day; write it as 06:41")
        }
        return minutes
    }

    private func confidence(_ row: Row) throws(RowError) -> Double? {
        guard let value = try positive(.confidence, row) else { return nil }
        guard value <= 1 else { throw columns.error(.confidence, "\(value) is not between 0 and 1") }
        return value
    }

    /// Bits 1, 2, 4, 8 for the morning and the afternoon of both days; nil where nothing is known of any.
    private func halfDays(_ row: Row) throws(RowError) -> Int64? {
        guard columns.has(.day1AM) else { return nil }
        let members: [(Format.Member, Int64)] = [(.day1AM, 1), (.day1PM, 2), (.day2AM, 4), (.day2PM, 8)]
        var bits: Int64?
        for (member, bit) in members {
            if let flag = try columns.flag(member, row) { bits = (bits ?? 0) | flag * bit }
        }
        return bits
    }

    private func effort(_ member: Format.Member, _ row: Row) throws(RowError) -> Double? {
        guard let value = try positive(member, row) else { return nil }
        guard value <= Self.mostEffort else {
            throw columns.error(member, "\(value) is more than \(Int(Self.mostEffort))")
        }
        return value
    }

    private func positive(_ member: Format.Member, _ row: Row) throws(RowError) -> Double? {
        guard columns.has(member), let value = try columns.double(member, row) else { return nil }
        guard value >= 0 else { throw columns.error(member, "\(value) is negative") }
        return value
    }
}
