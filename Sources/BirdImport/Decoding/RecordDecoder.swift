import Birds

/// Decodes records from rows, and checks their values.
///
/// A value that can't be right is an error in the row and never a guess: a typing error must not become wrong data.
/// Rows with only the nine members of a plain record take a shorter way, so that large plain files are read faster.
struct RecordDecoder {
    /// The greatest count. A greater one is a typing error.
    static let mostCounted: Int64 = 10_000_000
    /// The most minutes, kilometres, hectares or observers. A greater number is a typing error.
    static let mostEffort = 1_000_000.0

    var columns: Columns
    let rules: Format.Rules
    private let ofChecklists: Bool
    /// Whether the file has more than the nine members of a plain record.
    private let hasMore: Bool
    private let mayBeNoBird: Bool
    /// Whether the column of regions has only codes of countries.
    private let regionIsCountry: Bool
    /// Whether the file gives names of species, beside codes or instead of them.
    private let hasNames: Bool
    /// Nil if the rows are not detections in sound recordings.
    private let recordings: RecordingDecoder?
    private let defaults: RecordingDefaults
    var dates: DateDecoder

    /// - Parameters:
    ///   - lastYear: The last year of a date, which is the year after the current one.
    ///   - file: The path of the file.
    ///   - defaults: What the import is told about recordings.
    ///   - survey: What all results of recordings tell together.
    init(
        _ format: Format, _ columns: Columns, lastYear: Int, file: String = "",
        defaults: RecordingDefaults = RecordingDefaults(), survey: RecordingSurvey = RecordingSurvey()
    ) {
        self.columns = columns
        self.defaults = defaults
        recordings =
            format.rules.contains(.recordings)
            ? RecordingDecoder(columns, file: file, defaults, lastYear: Int64(lastYear), survey) : nil
        (rules, ofChecklists) = (format.rules, format.holdsChecklists)
        dates = DateDecoder(columns, lastYear: Int64(lastYear))
        hasNames = [.scientificName, .authoredName, .genus, .commonName].contains(where: columns.has)
        mayBeNoBird = [.kingdom, .phylum, .taxonClass, .order, .higherTaxa, .confidence].contains(where: columns.has)
        regionIsCountry = columns.name(.region).lowercased() == "countrycode"
        let plain: [Format.Member] = [.location, .latitude, .longitude, .region, .year, .month, .day, .species, .count]
        let hasOther = !rules.isEmpty || !columns.otherNames.isEmpty
        hasMore = hasOther || Format.Member.allCases.contains { columns.has($0) && !plain.contains($0) }
    }

    /// Decodes a row.
    /// - Parameters:
    ///   - row: The row. Texts that are composed of several cells are appended to its bytes.
    ///   - record: Receives the values. Members for which the file has no columns keep theirs, so use a record for one
    ///     file only.
    /// - Throws: `RowError` for the first value that is wrong. Of a row that is not about a bird, only that is known.
    func decode(_ row: inout Row, into record: inout SourceRecord) throws(RowError) {
        record.cleanedTexts = 0
        do throws(RowError) {
            try decodeCells(&row, into: &record)
        } catch {
            record.cleanedTexts = columns.clean(&row)
            guard record.cleanedTexts > 0 else { throw error }
            try decodeCells(&row, into: &record)
        }
    }

    private func decodeCells(_ row: inout Row, into record: inout SourceRecord) throws(RowError) {
        try columns.checkWidth(row)
        if mayBeNoBird {
            record.otherAnimal = otherAnimal(&row)
            if record.otherAnimal != nil { return }
        }
        record.latitude = try columns.double(.latitude, row)
        record.longitude = try columns.double(.longitude, row)
        try checkLocation(record)
        (record.cutTexts, record.cutRemarks) = (0, 0)
        record.region = try columns.label(.region, row, &record.cutTexts)
        if let code = RegionCode.inCapitals(row.bytes[record.region.range], isCountry: regionIsCountry) {
            record.region = row.compose(code)
        }
        record.count = try count(row)
        if hasMore {
            (record.date, record.dateRemarks) = try dates.date(row)
            try decodeMore(&row, into: &record)
        } else {
            record.location = row.composed(try columns.requiredIdentifier(.location, &row, &record.cutTexts))
            record.date = try dates.dateOfParts(row)
            record.species = try columns.requiredIdentifier(.species, &row, &record.cutTexts)
        }
    }

    private func decodeMore(_ row: inout Row, into record: inout SourceRecord) throws(RowError) {
        try decodeRegion(&row, into: &record)
        record.isChecklist = ofChecklists
        record.tellsGroup = columns.has(.group)
        let recording = recordings?.recording(row)
        try decodeLocation(&row, into: &record, recording)
        record.remark = .empty
        if !ofChecklists { try decodeSpecies(&row, into: &record) }
        try decodeStatus(&row, into: &record)
        record.checklist = try columns.identifierIfRequired(.checklist, &row, &record.cutTexts)
        record[.halfDays] = try halfDays(row)
        record[real: .effortHours] = try positive(.effortHours, row)
        record[real: .snowDepth] = try positive(.snowDepth, row)
        // The time belongs to the checklist. Without a checklist, it is the record's own.
        var time = try dates.time(row)
        record.hasWordForTime = dates.hasWordForTime(row)
        record.date = dates.endOfDay(row, record.date)
        if let recording, let recordings { (record.date, time) = try recordings.time(row, recording) }
        if rules.contains(.checklistByVisit) { try nameChecklist(&row, &record, time) }
        (record[.time], record[.ownTime]) = record.checklist.isEmpty ? (nil, time) : (time, nil)
        record[.minutes] = try effort(.minutes, row).map { Int64($0.rounded()) }
        let miles = try effort(.miles, row).map { Self.metric($0, 1.609344) }
        record[real: .distance] = try effort(.distance, row) ?? miles
        let acres = try effort(.acres, row).map { Self.metric($0, 0.40468564224) }
        record[real: .area] = try effort(.area, row) ?? acres
        record[.observers] = try effort(.observers, row).map { Int64($0.rounded()) }
        record[.complete] = try columns.flag(.complete, row)
        record[text: .protocol] = try columns.label(.protocol, row, &record.cutTexts)
        record[text: .checklistComments] = try columns.remark(.checklistComments, row, &record.cutRemarks)
        record[real: .confidence] = try confidence(row)
        record[text: .breedingCode] = try columns.label(.breedingCode, row, &record.cutTexts)
        try decodeExactness(row, into: &record)
        record[text: .comments] = try comments(&row, &record)
        record[text: .group] = try columns.identifier(.group, &row, &record.cutTexts)
        try decodeSource(&row, into: &record, recording)
    }

    /// The region, or else the country. A code such as `N` becomes `SE-N`.
    private func decodeRegion(_ row: inout Row, into record: inout SourceRecord) throws(RowError) {
        let country = try columns.label(.country, row, &record.cutTexts)
        if record.region.isEmpty {
            record.region = country
        } else if rules.contains(.regionWithinCountry), !country.isEmpty {
            let prefix = row.bytes[country.range] + [UInt8(ascii: "-")]
            if !row.bytes[record.region.range].starts(with: prefix) {
                record.region = row.compose(country, "-", record.region)
            }
        }
    }

    /// Gives a checklist a code of its location, date and time: `Marsh 2021-02-03 06:41`.
    private func nameChecklist(_ row: inout Row, _ record: inout SourceRecord, _ time: Int64?) throws(RowError) {
        let digits = { (value: Int64) in value < 10 ? "0\(value)" : "\(value)" }
        var visit = ""
        if record.date != StoredDate.unknown {
            visit = " \(record.date / 10_000)-\(digits(record.date / 100 % 100))-\(digits(record.date % 100))"
        }
        if let time { visit += " \(digits(time / 60)):\(digits(time % 60))" }
        let code = row.compose(row.bytes[record.location.range] + visit.utf8)
        record.checklist = try columns.identifier(.locationName, &row, code, &record.cutTexts)
    }

    /// A number in a unit of the metric system, to six decimals, so that no digits come from the computation.
    private static func metric(_ value: Double, _ factor: Double) -> Double {
        (value * factor * 1_000_000).rounded() / 1_000_000
    }

    /// A location without a code gets its name as code, or its coordinates, or `unknown`. A
    /// recording has its station as name, with its folder if other stations have that name too, or else, if the file
    /// has no coordinates, its folder.
    private func decodeLocation(
        _ row: inout Row, into record: inout SourceRecord, _ recording: Recording?
    ) throws(RowError) {
        record.locationName = row.composed(try columns.label(.locationName, row, &record.cutTexts))
        guard rules.contains(.locationsWithoutCode) else {
            record.location = row.composed(try columns.requiredIdentifier(.location, &row, &record.cutTexts))
            return
        }
        if rules.contains(.originIsNoLocation), let latitude = record.latitude, latitude == record.longitude,
            latitude == 0 || latitude == -1
        {
            (record.latitude, record.longitude) = (nil, nil)
        }
        let place = rules.contains(.originIsNoLocation) && record.latitude == nil ? defaults.place : nil
        if let place { (record.latitude, record.longitude) = (place.latitude, place.longitude) }
        record.location = row.composed(try columns.identifier(.location, &row, &record.cutTexts))
        if !record.location.isEmpty { return }
        if let recording, !recording.station.isEmpty {
            let folder = recording.isInSeveralFolders ? recording.folder + [0x2F] : []
            record.location = try columns.identifier(
                .recording, &row, row.compose(folder + recording.station), &record.cutTexts)
        } else if !record.locationName.isEmpty {
            // The name counts as cut already.
            var cuts = 0
            record.location = row.composed(try columns.identifier(.locationName, &row, &cuts))
        } else if let latitude = record.latitude, let longitude = record.longitude,
            place == nil || recording?.folder.isEmpty ?? true
        {
            // Spellings of one number, as `55.40`, are one place, and so are 0 and -0.
            record.location = row.compose("\(latitude + 0),\(longitude + 0)".utf8)
        } else if let recording, !recording.folder.isEmpty {
            record.location = try columns.identifier(.recording, &row, row.compose(recording.folder), &record.cutTexts)
        } else {
            record.location = row.compose(.empty, "unknown", .empty)
        }
    }

    /// A species has a code, or only names. `Catalogue` finds the species of the names.
    private func decodeSpecies(_ row: inout Row, into record: inout SourceRecord) throws(RowError) {
        record.otherNames = .empty
        defer { if !columns.otherNames.isEmpty { columns.otherNames.add(from: &row, to: &record) } }
        guard hasNames else {
            record.species = try columns.requiredIdentifier(.species, &row, &record.cutTexts)
            return
        }
        record.species = try columns.identifier(.species, &row, &record.cutTexts)
        record.commonName = try columns.identifier(.commonName, &row, &record.cutTexts)
        record.speciesName = try columns.identifier(.scientificName, &row, &record.cutTexts)
        record.scientificName = try columns.identifier(.authoredName, &row, &record.cutTexts)
        if record.scientificName.isEmpty, columns.has(.genus) { try composeName(&row, into: &record) }
        record.category = .empty
        let subspecies = try columns.identifier(.subspecies, &row, &record.cutTexts)
        if !subspecies.isEmpty {
            record.scientificName = subspecies
            let name = try columns.identifier(.subspeciesCommonName, &row, &record.cutTexts)
            if !name.isEmpty {
                let ofSpecies = record.commonName
                record.commonName = name
                OtherNames.add(ofSpecies, &row, &record)
            }
            record.category = try columns.label(.category, row, &record.cutTexts)
            if !record.category.isEmpty { record[.hasOwnNames] = 1 }
        } else if record.scientificName.isEmpty {
            (record.scientificName, record.speciesName) = (record.speciesName, .empty)
        }
        if subspecies.isEmpty { try followVerbatimName(&row, into: &record) }
        try decodeQualifier(&row, into: &record)
        if record.species.isEmpty, record.scientificName.isEmpty, record.commonName.isEmpty {
            let name = [Format.Member.authoredName, .scientificName, .genus].first(where: columns.has) ?? .commonName
            throw columns.error(name, "is empty")
        }
        if recordings != nil { chooseName(row, &record) }
    }

    /// The name of which a row has only the parts. If it is not whole, another name of the row counts before it.
    private func composeName(_ row: inout Row, into record: inout SourceRecord) throws(RowError) {
        let genus = try columns.identifier(.genus, &row, &record.cutTexts)
        let epithet = try columns.identifier(.epithet, &row, &record.cutTexts)
        guard !genus.isEmpty, !epithet.isEmpty else {
            if rules.contains(.nameInOnePart) || record.speciesName.isEmpty && record.commonName.isEmpty {
                record.scientificName = genus.isEmpty ? epithet : genus
            }
            return
        }
        record.scientificName = row.compose(genus, " ", epithet)
        let subspecies = try columns.identifier(.subspecificEpithet, &row, &record.cutTexts)
        if !subspecies.isEmpty { record.scientificName = row.compose(record.scientificName, " ", subspecies) }
    }

    /// Takes the name as it was before it was interpreted, if it says more of the same species: GBIF makes
    /// *Anser anser* of `Anser anser f. domestica`. If that may be a remark, the interpreted name stays beside it.
    private func followVerbatimName(_ row: inout Row, into record: inout SourceRecord) throws(RowError) {
        guard columns.has(.verbatimName) else { return }
        // Nearly all are the interpreted name, perhaps without its author. A cut one does not count: it is not stored.
        var cuts = 0
        let verbatim = try columns.identifier(.verbatimName, &row, &cuts)
        let interpreted = record.scientificName
        if verbatim.isEmpty || row.bytes[interpreted.range].starts(with: row.bytes[verbatim.range]) { return }
        let (name, other) = (ScientificName(row.text(verbatim)), ScientificName(row.text(interpreted)))
        if name.saysMore(than: other) {
            record.scientificName = verbatim
        } else if name.adds(to: other),
            record.speciesName.isEmpty || name.binomials.contains(row.text(record.speciesName))
        {
            (record.scientificName, record.speciesName) = (verbatim, interpreted)
        } else {
            OtherNames.add(verbatim, &row, &record)
        }
    }

    /// The qualifier of the identification, such as `cf.`, `cf. major`, `?` or `possible`. The bird is the one that is
    /// named, and the comments keep the qualifier; only some, such as `aff.`, make it another bird.
    private func decodeQualifier(_ row: inout Row, into record: inout SourceRecord) throws(RowError) {
        guard columns.has(.qualifier) else { return }
        let qualifier = row.text(try columns.label(.qualifier, row, &record.cutTexts))
        let name = row.text(record.scientificName.isEmpty ? record.commonName : record.scientificName)
        // A name may have it too: `Parus cf. major`. Then `SpeciesSearch` keeps it.
        if qualifier.isEmpty || name.isEmpty || " \(name) ".contains(" \(qualifier) ") { return }
        if let other = ScientificName.name(name, with: qualifier, isCommon: record.scientificName.isEmpty) {
            // The name in it does not count alone any more.
            if record.scientificName.isEmpty { record.commonName = .empty }
            record.scientificName = row.compose(other.utf8)
        } else {
            let isMark = ScientificName.isDoubt(qualifier)
            if !isMark {
                let named = record.scientificName.isEmpty ? record.commonName : record.scientificName
                OtherNames.add(row.compose(named, " ", row.compose(qualifier.utf8)), &row, &record)
            }
            note("identified as " + (isMark ? "\(qualifier) \(name)" : "\(name), \(qualifier)"), &row, &record)
        }
    }

    /// Adds a remark to those for the comments.
    func note(_ text: String, _ row: inout Row, _ record: inout SourceRecord) {
        let remark = row.compose(text.utf8)
        record.remark = record.remark.isEmpty ? remark : row.compose(record.remark, "; ", remark)
    }

    /// A label of BirdNET has names; only without them does its code count. A label without a code has itself in place
    /// of it: `Parus major_Great Tit`.
    private func chooseName(_ row: Row, _ record: inout SourceRecord) {
        let code = row.bytes[record.species.range]
        let names = code.split(separator: UInt8(ascii: "_"), maxSplits: 1)
        if record.scientificName.isEmpty, names.count == 2, names[1].elementsEqual(row.bytes[record.commonName.range]) {
            record.scientificName = Row.Cell(
                start: Int32(clamping: names[0].startIndex), end: Int32(clamping: names[0].endIndex))
        }
        if !record.scientificName.isEmpty || code.elementsEqual(row.bytes[record.commonName.range]) {
            record.species = .empty
        }
    }

    /// What tells that a row is not about a bird; nil if it is.
    private func otherAnimal(_ row: inout Row) -> Row.Cell? {
        if columns.has(.confidence) {
            // Raven has a common name, and a code or a label.
            for member in [Format.Member.scientificName, .species] {
                let label = columns.cell(member, row)
                if BirdNETLabel.isOther(row.bytes[label.range]) { return label }
            }
            let name = columns.cell(.commonName, row)
            let isNamed = !columns.cell(.scientificName, row).isEmpty
            return !isNamed && BirdNETLabel.isOtherByName(row.bytes[name.range]) ? name : nil
        }
        if let cell = HigherTaxa.notBirds(columns, row) { return cell }
        guard rules.contains(.needsClass), !HigherTaxa.hasClass(columns, row) else { return nil }
        return row.compose("unknown".utf8)
    }

    /// The record's own code, by which `--append` recognizes it.
    private func decodeSource(
        _ row: inout Row, into record: inout SourceRecord, _ recording: Recording?
    ) throws(RowError) {
        record.source = try columns.identifierIfRequired(.source, &row, &record.cutTexts)
        (record.detection, record.detectionAsRead) = (.empty, .empty)
        if let recording, let recordings {
            let source = try recordings.source(&row, recording, record)
            record.detection = try columns.identifier(.recording, &row, source.code, &record.cutTexts)
            if !source.asRead.isEmpty {
                var cuts = 0
                record.detectionAsRead = try columns.identifier(.recording, &row, source.asRead, &cuts)
            }
        } else if rules.contains(.sourceByChecklistAndSpecies) {
            let species = record.scientificName.isEmpty ? record.commonName : record.scientificName
            record.source = row.compose(record.checklist, " ", species)
        } else if rules.contains(.sourceWithinLocation), !record.source.isEmpty {
            // Nodes without a name, or with one name, count alike: date and time tell their detections apart. A species
            // may be corrected; the name before that does not change.
            let node = columns.cell(.location, row)
            let id = node.isEmpty ? record.source : row.compose(record.location, "/", record.source)
            let moment = try moment(&row, record)
            let name = columns.cell(.uncorrectedName, row)
            let code = row.compose(id, " ", name.isEmpty ? moment : row.compose(moment, " ", name))
            record.detection = try columns.identifier(.source, &row, code, &record.cutTexts)
        } else if rules.contains(.sourceByDetection) {
            let code = row.compose(
                try occasion(&row, record), " ", row.compose("\(record[real: .confidence] ?? 0)".utf8))
            record.detection = try columns.identifier(.scientificName, &row, code, &record.cutTexts)
        }
        if !record.detection.isEmpty {
            let place = SourcePlace(record)
            record.source =
                place.map { row.compose(record.detection, "", row.compose($0.suffix.utf8)) }
                ?? record.detection
        }
    }

    /// The date, time and species of a detection, for its code.
    private func occasion(_ row: inout Row, _ record: SourceRecord) throws(RowError) -> Row.Cell {
        let names = [record.scientificName, record.commonName, record.species]
        let species = names.first { !$0.isEmpty } ?? .empty
        return row.compose(try moment(&row, record), " ", species)
    }

    private func moment(_ row: inout Row, _ record: SourceRecord) throws(RowError) -> Row.Cell {
        row.compose("\(record.date) \(try dates.clock(row))".utf8)
    }

    /// Coordinates are degrees; a location has both or neither.
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

    /// A count; nil if the birds were not counted.
    @inline(__always)
    func count(_ row: Row, _ member: Format.Member = .count) throws(RowError) -> Int64? {
        guard let count = try columns.integer(member, row) else { return nil }
        guard count >= 0 else { throw columns.error(member, "\(count) is negative") }
        guard count <= Self.mostCounted else {
            throw columns.error(member, "\(count) is more than \(Self.mostCounted)")
        }
        return count
    }

    /// The remark about the record. It also says if the bird is not wild, and what other columns say.
    private func comments(_ row: inout Row, _ record: inout SourceRecord) throws(RowError) -> Row.Cell {
        var comments = try columns.remark(.comments, row, &record.cutRemarks)
        func add(_ other: Row.Cell) {
            comments = comments.isEmpty ? other : row.compose(comments, "; ", other)
        }
        if try columns.flag(.captive, row) == 1 { add(row.compose("captive".utf8)) }
        if !record.remark.isEmpty { add(record.remark) }
        return comments
    }

    /// A confidence from 0 to 1.
    private func confidence(_ row: Row) throws(RowError) -> Double? {
        guard let value = try positive(.confidence, row) else { return nil }
        guard value <= 1 else { throw columns.error(.confidence, "\(value) is not between 0 and 1") }
        return value
    }

    /// The half days on which a FeederWatch site was watched: the bits 1, 2, 4 and 8 for the morning and the afternoon
    /// of the first and the second day. Nil if the row tells nothing of any.
    private func halfDays(_ row: Row) throws(RowError) -> Int64? {
        guard columns.has(.day1AM) else { return nil }
        let members: [(Format.Member, Int64)] = [(.day1AM, 1), (.day1PM, 2), (.day2AM, 4), (.day2PM, 8)]
        var bits: Int64?
        for (member, bit) in members {
            if let flag = try columns.flag(member, row) { bits = (bits ?? 0) | flag * bit }
        }
        return bits
    }

    /// A number up to `mostEffort`, not negative.
    private func effort(_ member: Format.Member, _ row: Row) throws(RowError) -> Double? {
        guard let value = try positive(member, row) else { return nil }
        guard value <= Self.mostEffort else {
            throw columns.error(member, "\(value) is more than \(Int(Self.mostEffort))")
        }
        return value
    }

    /// A number that is not negative.
    private func positive(_ member: Format.Member, _ row: Row) throws(RowError) -> Double? {
        guard columns.has(member), let value = try columns.double(member, row) else { return nil }
        guard value >= 0 else { throw columns.error(member, "\(value) is negative") }
        return value
    }
}
