import Birds
import FileSystem

extension ImportReport {
    /// The version of the shape of `json`. It grows when a member is removed or means something else, not when one is
    /// added.
    static let jsonVersion = 1

    /// The report for programs: a JSON object, with a line feed at its end.
    ///
    ///     version           1
    ///     stored            whether the records were stored, or would have been without --dry-run
    ///     dry_run           whether nothing was to be changed
    ///     error             why the import was refused or failed: status (the exit status, 2 or 1) and message; else
    ///                       null
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
    ///       date_order      order ("day-first", "month-first"), reason ("option", "date", "columns", "description",
    ///                       "points", "format", "beside", "rejects"); for "date" and "columns" the text of the date
    ///                       (date) and its line, for "beside" the path of the other file of the download that tells;
    ///                       null if no date depends on it
    ///       unread_columns  the names of columns that were not read and that the format does not know
    ///       lacks_sampling  whether it has records of the eBird Basic Dataset without their sampling events
    ///       thousands       "." if points in some numbers were taken for those before groups of three digits, or null
    ///       rows_above_header    the number of rows above the header, which were passed over
    ///       records         the number of rows with records, whatever became of them
    ///       checklists      the number of rows with checklists, whatever became of them
    ///       species         the number of rows with species, whatever became of them
    ///       left_out        for each reason: reason, count, first_line, example (the beginning of that row)
    ///       cut_texts, cut_remarks    the numbers of texts that were longer than their limits
    ///       cleaned_texts   the number of texts whose control characters or no-break spaces were taken out
    ///       too_long_dates  the number of records without a date since the file has an interval of several years
    ///       contradicted_dates    the records whose date was taken although columns for year, month or day contradict
    ///                       it: count, first_line, example (the beginning of that row)
    ///       reversed_intervals    the records whose date is an interval that ends before it begins: the same members
    ///       unread_uncertainties    the number of records whose uncertainty of the place is not a distance in metres
    ///       differing_events    the events that differ from an earlier row with their id, and were passed over: the
    ///                       same members
    ///       orphan_events   the events without a date or a place whose parents are not there, or are their
    ///                       descendants: the same members
    ///       contradicted_checklists    the checklists that lack what their rows contradict each other in: the same
    ///                       members
    ///       corrected_checklists    the stored checklists that have other details now: the same members
    ///       intervals       the records whose date is an interval of several days: the same members
    ///       unread_times    the records without a time, since the file has a word for it: the same members
    ///       rows_in_error   a number
    ///     names             where names of species come from: files (paths), stored_species (the number of species in
    ///                       the database that had names), stored_species_of_taxonomy (those with an order)
    ///     rows_in_error     count, and rows: file (in an archive, the path of that and the name in it), line, column
    ///                       (or null) and reason of up to 1,000; --rejects has all
    ///     records           stored, replaced, checklists, locations
    ///     species_named     the number of species whose names were added or changed
    ///     retired_codes     count, and codes: old and new of up to 1,000
    ///     contradicted_codes    codes that were not followed, since the names beside them mean other species, up to
    ///                       1,000: code, name, species_id (of the record)
    ///     changed_codes     codes of stored records that the taxonomy gives to other species: code, old and new
    ///                       (scientific names), records (their number before the import)
    ///     unnamed           after an import of species tables alone, the numbers of the species that are still in none
    ///                       and of their records: species, records; or null
    ///     unknown_species   count, and species: code, records and nearest (or null) of up to 1,000; a nearest name
    ///                       is sought for the first 100
    ///     same_data         pairs of data sets that seem to be the same, one of them new: dataset (the smaller one),
    ///                       other, records (the number in the smaller one), all (whether all of these are in the
    ///                       other one, and not only nearly all)
    ///     records_again     files whose records are in their data sets twice: file, dataset, other (the file of the
    ///                       import that has them too, or null if the data set had them before), of_dataset (whether
    ///                       they are those of the data set that the file has too, and not those of the file),
    ///                       source_ids (whether they have any), records (their number), all (whether all of these
    ///                       are, and not only nearly all)
    ///     codes_again       files whose records have replaced stored ones with the same source_id, and may be other
    ///                       records: file, corrected (whether its rows are those of a file of --rejects), records (the
    ///                       number of the stored ones), other_dates (how many of them had another date), source_id (of
    ///                       one of them)
    ///     same_checklists   data sets without records whose checklists are also in another one: dataset, other,
    ///                       checklists (their number)
    ///     lost_access       the files that were replaced and could not keep their owner, group or rights: file, and
    ///                       the owner, group and mode (octal) that it had
    ///     sensitive         what the list of sensitive species and places protects: entries (their number), idle
    ///                       (those that match no record), overdue (those whose date for review has passed), lowered
    ///                       (the loc_ids of locations that are shown more exactly than before), readers (whether a
    ///                       program still reads the file that was replaced); null without a list
    ///     preview           up to three records of the data sets, the first in the default order, as the server
    ///                       answers for them; null without --dry-run
    ///
    /// `records` and all after it are zero or empty if nothing was stored.
    public var json: [UInt8] {
        let members: [(name: String, value: JSONValue)] = [
            ("version", .integer(Self.jsonVersion)), ("stored", .bool(isStored)), ("dry_run", .bool(isDryRun)),
            ("error", error.map(Self.describe) ?? .null), ("unwritten", .strings(unwritten)),
            ("files", .array(files.map(Self.describe))),
            (
                "names",
                [
                    "files": .strings(tablesOfNames.map(\.path)), "stored_species": .integer(names.stored),
                    "stored_species_of_taxonomy": .integer(names.storedOfTaxonomy),
                ]
            ),
            (
                "rows_in_error",
                [
                    "count": .integer(rowsInError),
                    "rows": Self.list(errors) { row in
                        [
                            "file": .string(row.file), "line": .integer(row.line), "column": .string(row.column),
                            "reason": .string(row.reason),
                        ]
                    },
                ]
            ),
            (
                "records",
                [
                    "stored": .integer(stored), "replaced": .integer(replaced), "checklists": .integer(checklists),
                    "locations": .integer(locations),
                ]
            ),
            ("species_named", .integer(speciesStored)),
            (
                "retired_codes",
                [
                    "count": .integer(retiredCodes.count + moreRetiredCodes),
                    "codes": Self.list(retiredCodes) { ["old": .string($0.old), "new": .string($0.new)] },
                ]
            ),
            (
                "contradicted_codes",
                Self.list(contradictedCodes) {
                    ["code": .string($0.code), "name": .string($0.name), "species_id": .string($0.species)]
                }
            ),
            (
                "changed_codes",
                Self.list(changedCodes) {
                    [
                        "code": .string($0.code), "old": .string($0.old), "new": .string($0.new),
                        "records": .integer($0.records),
                    ]
                }
            ),
            (
                "unnamed",
                unnamed.map { ["species": .integer($0.species), "records": .integer($0.records)] } ?? .null
            ),
            (
                "unknown_species",
                [
                    "count": .integer(unknownSpecies.count + moreUnknownSpecies),
                    "species": Self.list(unknownSpecies) { species in
                        [
                            "code": .string(species.code), "records": .integer(species.records),
                            "nearest": .string(species.nearest),
                        ]
                    },
                ]
            ),
            (
                "same_data",
                Self.list(sameData) { same in
                    [
                        "dataset": .string(same.dataset), "other": .string(same.other),
                        "records": .integer(same.records), "all": .bool(same.isWhole),
                    ]
                }
            ),
            (
                "records_again",
                Self.list(recordsAgain) { again in
                    [
                        "file": .string(again.file), "dataset": .string(again.dataset), "other": .string(again.other),
                        "of_dataset": .bool(again.isOfDataset), "source_ids": .bool(again.haveSourceIDs),
                        "records": .integer(again.records), "all": .bool(again.isWhole),
                    ]
                }
            ),
            (
                "codes_again",
                Self.list(codesAgain) { again in
                    [
                        "file": .string(again.file), "corrected": .bool(again.isCorrected),
                        "records": .integer(again.records), "other_dates": .integer(again.otherDates),
                        "source_id": .string(again.code),
                    ]
                }
            ),
            (
                "same_checklists",
                Self.list(sameChecklists) { same in
                    [
                        "dataset": .string(same.dataset), "other": .string(same.other),
                        "checklists": .integer(same.checklists),
                    ]
                }
            ),
            (
                "lost_access",
                Self.list(lostAccess) { lost in
                    [
                        "file": .string(lost.path), "owner": .string(lost.before.owner),
                        "group": .string(lost.before.group), "mode": .string(lost.before.mode),
                    ]
                }
            ),
            ("sensitive", sensitive.map(Self.describe) ?? .null),
            ("preview", preview.map { .array($0.map { .written($0) }) } ?? .null),
        ]
        var bytes: [UInt8] = []
        // A member in each line, and an item of an array.
        for (index, member) in members.enumerated() {
            bytes.append(contentsOf: (index == 0 ? "{" : ",\n").utf8)
            JSONText.append(member.name, to: &bytes)
            bytes.append(UInt8(ascii: ":"))
            member.value.append(to: &bytes, betweenItems: ",\n")
        }
        bytes.append(contentsOf: "}\n".utf8)
        return bytes
    }

    /// Up to `mostListed` values.
    private static func list<Value>(_ values: [Value], _ describe: (Value) -> JSONValue) -> JSONValue {
        .array(values.prefix(mostListed).map(describe))
    }

    private static func describe(_ sensitive: SensitiveSummary) -> JSONValue {
        [
            "entries": .integer(sensitive.entries), "idle": .strings(sensitive.idle),
            "overdue": .strings(sensitive.overdue), "lowered": .strings(sensitive.lowered),
            "alike": .array(sensitive.alike.map(describe)), "more_alike": .integer(sensitive.moreAlike),
            "open_codes": .strings(sensitive.openCodes), "open_comments": .strings(sensitive.openComments),
            "open_names": .strings(sensitive.openNames),
            "readers": .bool(sensitive.hasReaders),
        ]
    }

    private static func describe(_ alike: SensitiveSummary.Alike) -> JSONValue {
        ["name": .string(alike.name), "listed": .string(alike.listed), "records": .integer(alike.records)]
    }

    private static func describe(_ error: ChangeError) -> JSONValue {
        ["status": .integer(error.kind == .failed ? 1 : 2), "message": .string(error.message)]
    }

    private static func describe(_ file: File) -> JSONValue {
        let leftOut = file.leftOut.sorted { $0.key < $1.key }.map { reason, count -> JSONValue in
            JSONValue.object([("reason", .string(reason)), ("count", .integer(count))])
                .with(describe(file.firstLeftOut[reason]))
        }
        let rows = { (count: Int, first: Example?) in
            JSONValue.object([("count", .integer(count))]).with(describe(first))
        }
        let remarks = Remark.allCases.map { remark in
            (name: remark.rawValue, value: rows(file.remarks[remark]?.count ?? 0, file.remarks[remark]?.first))
        }
        let object: JSONValue = [
            "path": .string(file.path), "format": .string(file.formatName), "format_title": .string(file.format),
            "dataset": .string(file.dataset),
            "separator": .string(file.separator.map { String(Character(Unicode.Scalar($0))) }),
            "encoding": describe(file.encoding), "date_order": describe(file.dateOrder),
            "unread_columns": .strings(file.unreadColumns.prefix(mostListed)),
            "lacks_sampling": .bool(file.lacksSampling), "thousands": .string(file.hasThousands ? "." : nil),
            "rows_above_header": .integer(file.rowsAboveHeader), "records": .integer(file.records),
            "checklists": .integer(file.checklists), "species": .integer(file.species), "left_out": .array(leftOut),
            "cut_texts": .integer(file.cutTexts), "cut_remarks": .integer(file.cutRemarks),
            "cleaned_texts": .integer(file.cleanedTexts), "too_long_dates": .integer(file.tooLongDates),
            "contradicted_dates": rows(file.contradictedDates, file.firstContradictedDate),
            "reversed_intervals": rows(file.reversedIntervals, file.firstReversedInterval),
            "unread_uncertainties": .integer(file.unreadUncertainties),
            "differing_events": rows(file.differingEvents, file.firstDifferingEvent),
            "orphan_events": rows(file.orphanEvents, file.firstOrphanEvent),
        ]
        return object.with(remarks).with([("rows_in_error", .integer(file.rowsInError))])
    }

    private static func describe(_ first: Example?) -> [(name: String, value: JSONValue)] {
        [("first_line", first.map { .integer($0.line) } ?? .null), ("example", .string(first?.row))]
    }

    private static func describe(_ encoding: TextEncoding) -> JSONValue {
        let reason =
            switch encoding.kind {
            case .utf8: encoding.replaced == 0 ? "valid" : "mostly-valid"
            case .utf16LittleEndian, .utf16BigEndian: "byte-order-mark"
            case .windows1252: "not-utf-8"
            }
        return [
            "name": .string(encoding.kind.rawValue), "reason": .string(reason), "replaced": .integer(encoding.replaced),
        ]
    }

    private static func describe(_ judged: JudgedDateOrder?) -> JSONValue {
        guard let judged else { return .null }
        let order = JSONValue.string(judged.order.rawValue)
        return switch judged.reason {
        case .given: ["order": order, "reason": "option"]
        case .described: ["order": order, "reason": "description"]
        case .beside(let path): ["order": order, "reason": "beside", "path": .string(path)]
        case .rejects: ["order": order, "reason": "rejects"]
        case .points: ["order": order, "reason": "points"]
        case .format: ["order": order, "reason": "format"]
        case .date(let text, let line):
            ["order": order, "reason": "date", "date": .string(text), "line": .integer(line)]
        case .columns(let text, let line):
            ["order": order, "reason": "columns", "date": .string(text), "line": .integer(line)]
        }
    }
}
