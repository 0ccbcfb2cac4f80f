import Birds

extension ImportReport {
    /// The version of the shape of `json`. It grows when a member is removed or means something else, not when one is
    /// added.
    static let jsonVersion = 1

    /// The report for programs: a JSON object, with a line feed at its end.
    ///
    ///     version           1
    ///     stored            whether the records were stored, or would have been without --dry-run
    ///     dry_run           whether nothing was to be changed
    ///     error             why the import was refused or failed: status (the exit status, 2 or 1) and message; null if
    ///                       it was not
    ///     unwritten         sentences about the files of --rejects that could not be written
    ///     files             an object for each file, in the order of the command:
    ///       path
    ///       format          the name, as in --format
    ///       format_title    the name for people
    ///       dataset         null for a table of species
    ///       separator       the character between cells; null for files without one
    ///       encoding        name ("UTF-8", "UTF-16LE", "UTF-16BE", "Windows-1252"),
    ///                       reason ("valid", "mostly-valid", "byte-order-mark", "not-utf-8"),
    ///                       replaced (the number of characters that could not be read)
    ///       date_order      order ("day-first", "month-first"), reason ("option", "date", "points", "format"), and for
    ///                       "date" its text (date) and line; null if no date depends on it
    ///       unread_columns  the names of columns that were not read and that the format does not know
    ///       lacks_sampling  whether it has records of the eBird Basic Dataset without their sampling events
    ///       thousands       "." if points in some numbers were taken for those before groups of three digits, else null
    ///       rows_above_header    the number of rows above the header, which were passed over
    ///       records         the number of rows with records, whatever became of them
    ///       checklists      the number of rows with checklists, whatever became of them
    ///       species         the number of rows with species, whatever became of them
    ///       left_out        for each reason: reason, count, first_line, example (the beginning of that row)
    ///       cut_texts, cut_remarks    the numbers of texts that were longer than their limits
    ///       cleaned_texts    the number of texts whose control characters were taken out
    ///       too_long_dates    the number of records without a date since the file has an interval of several years
    ///       unread_uncertainties    the number of records whose uncertainty of the place is not a distance in metres
    ///       differing_events    the events that differ from an earlier row with their id, and were passed over:
    ///                       count, first_line, example (the beginning of that row)
    ///       rows_in_error   a number
    ///     names             where names of species come from: files (paths), stored_species (the number of species in
    ///                       the database that had names), stored_species_of_taxonomy (those with an order)
    ///     rows_in_error     count, and rows: file (in an archive, the path of that and the name in it), line, column (or
    ///                       null) and reason of up to 1,000; --rejects has all
    ///     records           stored, replaced, checklists, locations
    ///     species_named     the number of species whose names were added or changed
    ///     retired_codes     count, and codes: old and new of up to 1,000
    ///     unknown_species   count, and species: code, records and nearest (or null) of up to 1,000; a nearest name
    ///                       is sought for the first 100
    ///     same_data         pairs of data sets that seem to be the same, one of them new: dataset (the smaller one),
    ///                       other, records (the number in the smaller one), all (whether all of these are in the
    ///                       other one, and not only nearly all)
    ///     same_checklists   data sets without records whose checklists are also in another one: dataset, other,
    ///                       checklists (their number)
    ///     lost_access       the files that were replaced and could not keep their owner, group or rights: file, and
    ///                       the owner, group and mode (octal) that it had
    ///     preview           up to three records of the data sets, the first in the default order, as the server
    ///                       answers for them; null without --dry-run
    ///
    /// `records` and all after it are zero or empty if nothing was stored.
    public var json: [UInt8] {
        let members: [(name: String, value: JSONValue)] = [
            ("version", .int(Self.jsonVersion)), ("stored", .bool(isStored)), ("dry_run", .bool(isDryRun)),
            (
                "error",
                error.map { error in
                    .object([
                        ("status", .int(error.kind == .failed ? 1 : 2)), ("message", .text(error.message)),
                    ])
                } ?? .null
            ),
            ("unwritten", .array(unwritten.map { .text($0) })),
            ("files", .array(files.map(Self.describe))),
            (
                "names",
                .object([
                    ("files", .array(tablesOfNames.map { .text($0.path) })), ("stored_species", .int(names.stored)),
                    ("stored_species_of_taxonomy", .int(names.storedOfTaxonomy)),
                ])
            ),
            (
                "rows_in_error",
                .object([
                    ("count", .int(rowsInError)),
                    (
                        "rows",
                        Self.list(errors) { error in
                            [
                                ("file", .text(error.file)), ("line", .int(error.line)),
                                ("column", .text(error.column)), ("reason", .text(error.reason)),
                            ]
                        }
                    ),
                ])
            ),
            (
                "records",
                .object([
                    ("stored", .int(stored)), ("replaced", .int(replaced)), ("checklists", .int(checklists)),
                    ("locations", .int(locations)),
                ])
            ),
            ("species_named", .int(speciesStored)),
            (
                "retired_codes",
                .object([
                    ("count", .int(retiredCodes.count)),
                    ("codes", Self.list(retiredCodes) { [("old", .text($0.old)), ("new", .text($0.new))] }),
                ])
            ),
            (
                "unknown_species",
                .object([
                    ("count", .int(unknownSpecies.count)),
                    (
                        "species",
                        Self.list(unknownSpecies) { species in
                            [
                                ("code", .text(species.code)), ("records", .int(species.records)),
                                ("nearest", .text(species.nearest)),
                            ]
                        }
                    ),
                ])
            ),
            (
                "same_data",
                Self.list(sameData) { same in
                    [
                        ("dataset", .text(same.dataset)), ("other", .text(same.other)), ("records", .int(same.records)),
                        ("all", .bool(same.isWhole)),
                    ]
                }
            ),
            (
                "same_checklists",
                Self.list(sameChecklists) { same in
                    [
                        ("dataset", .text(same.dataset)), ("other", .text(same.other)),
                        ("checklists", .int(same.checklists)),
                    ]
                }
            ),
            (
                "lost_access",
                Self.list(lostAccess) { lost in
                    [
                        ("file", .text(lost.path)), ("owner", .text(lost.before.owner)),
                        ("group", .text(lost.before.group)), ("mode", .text(lost.before.mode)),
                    ]
                }
            ),
            ("preview", preview.map { .array($0.map { .written($0) }) } ?? .null),
        ]
        var bytes: [UInt8] = []
        // A member in each line.
        for (index, member) in members.enumerated() {
            bytes.append(contentsOf: (index == 0 ? "{" : ",\n").utf8)
            JSONText.append(member.name, to: &bytes)
            bytes.append(UInt8(ascii: ":"))
            member.value.append(to: &bytes)
        }
        bytes.append(contentsOf: "}\n".utf8)
        return bytes
    }

    /// Up to `mostListed` values as objects.
    private static func list<Value>(
        _ values: [Value], _ members: (Value) -> [(name: String, value: JSONValue)]
    ) -> JSONValue {
        .array(values.prefix(mostListed).map { .object(members($0)) })
    }

    private static func describe(_ file: File) -> JSONValue {
        .object([
            ("path", .text(file.path)), ("format", .text(file.formatName)), ("format_title", .text(file.format)),
            ("dataset", .text(file.dataset)),
            ("separator", .text(file.separator.map { String(Character(Unicode.Scalar($0))) })),
            ("encoding", describe(file.encoding)), ("date_order", describe(file.dateOrder)),
            ("unread_columns", .array(file.unreadColumns.prefix(mostListed).map { .text($0) })),
            ("lacks_sampling", .bool(file.lacksSampling)), ("thousands", .text(file.hasThousands ? "." : nil)),
            ("rows_above_header", .int(file.rowsAboveHeader)),
            ("records", .int(file.records)), ("checklists", .int(file.checklists)), ("species", .int(file.species)),
            (
                "left_out",
                .array(
                    file.leftOut.sorted { $0.key < $1.key }.map { reason, count in
                        let first = file.firstLeftOut[reason]
                        return .object([
                            ("reason", .text(reason)), ("count", .int(count)),
                            ("first_line", first.map { .int($0.line) } ?? .null), ("example", .text(first?.row)),
                        ])
                    })
            ), ("cut_texts", .int(file.cutTexts)), ("cut_remarks", .int(file.cutRemarks)),
            ("cleaned_texts", .int(file.cleanedTexts)), ("too_long_dates", .int(file.tooLongDates)),
            ("unread_uncertainties", .int(file.unreadUncertainties)),
            (
                "differing_events",
                .object([
                    ("count", .int(file.differingEvents)),
                    ("first_line", file.firstDifferingEvent.map { .int($0.line) } ?? .null),
                    ("example", .text(file.firstDifferingEvent?.row)),
                ])
            ),
            ("rows_in_error", .int(file.rowsInError)),
        ])
    }

    private static func describe(_ encoding: TextEncoding) -> JSONValue {
        let reason =
            switch encoding.kind {
            case .utf8: encoding.replaced == 0 ? "valid" : "mostly-valid"
            case .utf16LittleEndian, .utf16BigEndian: "byte-order-mark"
            case .windows1252: "not-utf-8"
            }
        return .object([
            ("name", .text(encoding.kind.rawValue)), ("reason", .text(reason)), ("replaced", .int(encoding.replaced)),
        ])
    }

    private static func describe(_ judged: JudgedDateOrder?) -> JSONValue {
        guard let judged else { return .null }
        let order = ("order", JSONValue.text(judged.order.rawValue))
        switch judged.reason {
        case .given: return .object([order, ("reason", .text("option"))])
        case .points: return .object([order, ("reason", .text("points"))])
        case .format: return .object([order, ("reason", .text("format"))])
        case .date(let text, let line):
            return .object([order, ("reason", .text("date")), ("date", .text(text)), ("line", .int(line))])
        }
    }
}
