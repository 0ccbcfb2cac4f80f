// The columns of each table; the version of the layout; and which members of an answer show which column of a
// checklist.

extension Schema {
    /// The version of the layout, stored as `user_version`. Raise it with every new column; `Migration` adds the
    /// column to older files.
    package static let version = 9
}

/// A data set: one import, or several with `--append`. `checklists` and `records` are counts, kept by the import.
package enum DatasetColumn: Int32, TableColumn {
    case id, name, format, source, licence, citation, importedAt, checklists, records, opensCodes, opensComments
    case opensNames

    package static let table = "dataset"

    package var definition: ColumnDefinition {
        switch self {
        case .id: ColumnDefinition("id", .integer, .key)
        case .name: ColumnDefinition("name", .text, .unique)
        case .format: ColumnDefinition("format", .text, .required, "of its last import, such as 'feederwatch'")
        case .source: ColumnDefinition("source", .text, .optional, "as given to the import")
        case .licence: ColumnDefinition("licence", .text)
        case .citation: ColumnDefinition("citation", .text)
        case .importedAt: ColumnDefinition("imported_at", .text, .required, "UTC, ISO 8601")
        case .checklists: ColumnDefinition("checklists", .integer, .required)
        case .records: ColumnDefinition("records", .integer, .required)
        case .opensCodes:
            ColumnDefinition("opens_codes", .flag, .zero, "1: its codes are in the general edition too")
        case .opensComments:
            ColumnDefinition("opens_comments", .flag, .zero, "1: so is its free text")
        case .opensNames:
            ColumnDefinition("opens_names", .flag, .zero, "1: so are its names of locations, where some are left out")
        }
    }
}

/// A species, under the code that records have. The names come from a species table.
package enum SpeciesColumn: Int32, TableColumn {
    case id, code, scientificName, commonName, category, taxonOrder, isListed

    /// The columns of names that are shown, in SQL.
    /// - Parameter allNames: Whether also names that no species table, but a record gave. They come from whatever data
    ///   set, so only a view of everything shows them.
    static func shown(allNames: Bool) -> [String] {
        ["code"] + ["scientific_name", "common_name", "category"].map { shown($0, allNames: allNames) }
    }

    /// One of these columns other than the code.
    static func shown(_ name: String, allNames: Bool) -> String {
        allNames ? name : "CASE WHEN listed <> 0 THEN \(name) END"
    }

    package static let table = "species"

    package var definition: ColumnDefinition {
        switch self {
        case .id: ColumnDefinition("id", .integer, .key, "ascends with code")
        case .code: ColumnDefinition("code", .text, .unique, "species_id of a record")
        case .scientificName: ColumnDefinition("scientific_name", .text)
        case .commonName: ColumnDefinition("common_name", .text)
        case .category:
            ColumnDefinition(
                "category", .text, .optional,
                "species, spuh, slash, hybrid, issf, domestic, form, intergrade, or NULL")
        case .taxonOrder: ColumnDefinition("taxon_order", .real)
        case .isListed:
            ColumnDefinition("listed", .flag, .zero, "1: a species table has it, so that anybody may know of it")
        }
    }
}

/// A code of a species that a newer taxonomy has under another code. Files may still have it.
package enum RetiredCodeColumn: Int32, TableColumn {
    case code, newCode

    package static let table = "retired_code"

    package var definition: ColumnDefinition {
        switch self {
        case .code: ColumnDefinition("code", .text, .unique)
        case .newCode: ColumnDefinition("new_code", .text, .required, "of a species, or retired in turn")
        }
    }
}

/// A location: a code at a point in a region.
package enum LocationColumn: Int32, TableColumn {
    case id, code, latitude, longitude, region

    package static let table = "location"

    package var definition: ColumnDefinition {
        switch self {
        case .id: ColumnDefinition("id", .integer, .key, "ascends with (code, latitude, longitude, region)")
        case .code: ColumnDefinition("code", .text, .required, "loc_id of a record")
        case .latitude: ColumnDefinition("latitude", .real, .optional, "degrees, WGS 84; both or neither")
        case .longitude: ColumnDefinition("longitude", .real)
        case .region: ColumnDefinition("region", .text, .optional, "ISO 3166-2, such as CA-YT")
        }
    }
}

/// What a data set calls a location. Each data set has its own names, since one may be seen by people who may not see
/// the others.
package enum LocationNameColumn: Int32, TableColumn {
    case locationID, datasetID, name

    package static let table = "location_name"
    package static let constraint: String? = "PRIMARY KEY (location_id, dataset_id)"
    package static let options = "STRICT, WITHOUT ROWID"

    package var definition: ColumnDefinition {
        switch self {
        case .locationID: ColumnDefinition("location_id", .integer, .required)
        case .datasetID: ColumnDefinition("dataset_id", .integer, .required)
        case .name: ColumnDefinition("name", .text, .required)
        }
    }
}

/// A checklist: one visit to one location on one date, with its effort.
package enum ChecklistColumn: Int32, TableColumn {
    case id, datasetID, code, locationID, date, time, minutes, distance, area, observers, complete, `protocol`, comments
    case speciesCount, halfDays, effortHours, snowDepth, groupCode, isListed

    package static let table = "checklist"

    package var definition: ColumnDefinition {
        switch self {
        case .id: ColumnDefinition("id", .integer, .key)
        case .datasetID: ColumnDefinition("dataset_id", .integer, .required)
        case .code: ColumnDefinition("code", .text, .optional, "SUB_ID of a file, or NULL")
        case .locationID: ColumnDefinition("location_id", .integer, .required)
        case .date: ColumnDefinition("date", .integer, .required)
        case .time: ColumnDefinition("time", .text, .optional, "HH:MM, local")
        case .minutes: ColumnDefinition("minutes", .integer)
        case .distance: ColumnDefinition("distance_km", .real)
        case .area: ColumnDefinition("area_ha", .real)
        case .observers: ColumnDefinition("observers", .integer)
        case .complete:
            ColumnDefinition("complete", .flag, .optional, "1: all species that were noticed are reported")
        case .protocol: ColumnDefinition("protocol", .text)
        case .comments: ColumnDefinition("comments", .text)
        case .speciesCount:
            ColumnDefinition(
                "species_count", .integer, .zero, "distinct species with a number that is not 0, without 'nobird'")
        case .halfDays:
            ColumnDefinition(
                "half_days", .integer, .optional,
                "FeederWatch: bits 1, 2, 4, 8 are DAY1_AM, DAY1_PM, DAY2_AM, DAY2_PM")
        case .effortHours:
            ColumnDefinition("effort_hours_atleast", .real, .optional, "FeederWatch: the lower end of a class")
        case .snowDepth:
            ColumnDefinition("snow_depth_atleast", .real, .optional, "FeederWatch, cm: the lower end of a class")
        case .groupCode:
            ColumnDefinition("group_code", .text, .optional, "what the copies of a shared checklist have in common")
        case .isListed:
            ColumnDefinition("listed", .flag, .optional, "1: a file of checklists has it, so it stays without records")
        }
    }
}

/// An observation: one species on one checklist. Date, location and data set repeat those of the checklist.
package enum ObservationColumn: Int32, TableColumn {
    case id, checklistID, datasetID, date, locationID, speciesID, num, sourceID, valid, reviewed

    package static let table = "observation"

    package var definition: ColumnDefinition {
        switch self {
        case .id: ColumnDefinition("id", .integer, .key)
        case .checklistID: ColumnDefinition("checklist_id", .integer, .required)
        case .datasetID: ColumnDefinition("dataset_id", .integer, .required)
        case .date: ColumnDefinition("date", .integer, .required)
        case .locationID: ColumnDefinition("location_id", .integer, .required)
        case .speciesID: ColumnDefinition("species_id", .integer, .required)
        case .num: ColumnDefinition("num", .integer, .optional, "NULL: seen and not counted")
        case .sourceID:
            ColumnDefinition("source_id", .text, .optional, "OBS_ID of a file, unique in its data set, or NULL")
        case .valid: ColumnDefinition("valid", .flag, .optional, "FeederWatch VALID: 0 did not pass review")
        case .reviewed: ColumnDefinition("reviewed", .flag)
        }
    }
}

/// Columns of an observation that few files have. A separate table keeps the rows of `observation` short; an
/// observation without any of them has no row here.
package enum ObservationDetailColumn: Int32, TableColumn {
    case id, time, confidence, breedingCode, comments, coordinateUncertainty, generalised, hasOwnNames, copy

    package static let table = "observation_detail"
    package static let remark = "what few files have; a row where there is anything to say"

    package var definition: ColumnDefinition {
        switch self {
        case .id: ColumnDefinition("id", .integer, .key, "of the observation")
        case .time:
            ColumnDefinition(
                "time", .text, .optional, "HH:MM, local, where it is the observation's and not the checklist's")
        case .confidence: ColumnDefinition("confidence", .real, .optional, "of a detection by machine, 0 to 1")
        case .breedingCode: ColumnDefinition("breeding_code", .text)
        case .comments: ColumnDefinition("comments", .text)
        case .coordinateUncertainty:
            ColumnDefinition("coordinate_uncertainty_m", .real, .optional, "greatest distance of the true place")
        case .generalised:
            ColumnDefinition("generalised", .flag, .optional, "1: the place was made less exact on purpose")
        case .hasOwnNames:
            ColumnDefinition(
                "has_own_names", .flag, .optional, "1: its file gives its subspecies names and category of its own")
        case .copy:
            ColumnDefinition(
                "copy", .text, .optional, "the copy of a shared checklist that reports it, if it is another one")
        }
    }
}

/// Sums over records, by the keys that `SummaryKind` names. Without them a summary would read every record.
package enum SummaryColumn: Int32, TableColumn {
    case kind, firstKey, secondKey, regionID, datasetID, records, total, max, first, last

    package static let table = "summary"
    package static let remark = "see `SummaryKind`"
    package static let constraint: String? = "PRIMARY KEY (kind, first_key, second_key, region_id, dataset_id)"
    package static let options = "STRICT, WITHOUT ROWID"

    package var definition: ColumnDefinition {
        switch self {
        case .kind: ColumnDefinition("kind", .integer, .required)
        case .firstKey: ColumnDefinition("first_key", .integer, .required)
        case .secondKey: ColumnDefinition("second_key", .integer, .required, "0 for a kind with one key")
        case .regionID: ColumnDefinition("region_id", .integer, .required)
        case .datasetID: ColumnDefinition("dataset_id", .integer, .required)
        case .records: ColumnDefinition("records", .integer, .required)
        case .total: ColumnDefinition("total", .integer, .optional, "of the counts; NULL where nothing was counted")
        case .max: ColumnDefinition("max", .integer)
        case .first:
            ColumnDefinition(
                "first", .integer, .required, "the least and the greatest date, yyyymmdd as they are stored")
        case .last: ColumnDefinition("last", .integer, .required)
        }
    }
}

/// How exact the place of a checklist is. A checklist of whose records no file says it has no row.
package enum ChecklistExactnessColumn: Int32, TableColumn {
    case id, coordinateUncertainty, generalised

    package static let table = "checklist_exactness"

    package var definition: ColumnDefinition {
        switch self {
        case .id: ColumnDefinition("id", .integer, .key, "of the checklist")
        case .coordinateUncertainty:
            ColumnDefinition("coordinate_uncertainty_m", .real, .optional, "the greatest of its records")
        case .generalised: ColumnDefinition("generalised", .flag, .optional, "1: the place of any record was")
        }
    }
}

/// A location of a data set: one where it has a checklist, and how exact the place is.
package enum DatasetLocationColumn: Int32, TableColumn {
    case locationID, datasetID, coordinateUncertainty, generalised

    package static let table = "dataset_location"
    package static let constraint: String? = "PRIMARY KEY (location_id, dataset_id)"
    package static let options = "STRICT, WITHOUT ROWID"

    package var definition: ColumnDefinition {
        switch self {
        case .locationID: ColumnDefinition("location_id", .integer, .required)
        case .datasetID: ColumnDefinition("dataset_id", .integer, .required)
        case .coordinateUncertainty, .generalised:
            (self == .generalised ? ChecklistExactnessColumn.generalised : .coordinateUncertainty).definition
        }
    }
}

/// A holding: all that one data set has in one region. What people may see is made of whole holdings. Two kinds of rows
/// stand for what is in no region: the description of a data set, and the species tables.
package enum HoldingColumn: Int32, TableColumn {
    case id, datasetID, region, isDescription, mark, checklists, records, sequence, contentHigh, contentLow, changedAt

    package static let table = "holding"

    /// In place of the id of a data set: the species tables.
    package static let speciesTables: Int64 = -1

    package var definition: ColumnDefinition {
        switch self {
        case .id: ColumnDefinition("id", .integer, .key)
        case .datasetID: ColumnDefinition("dataset_id", .integer, .required)
        case .region: ColumnDefinition("region", .text, .optional, "NULL for locations without a region")
        case .isDescription:
            ColumnDefinition("description", .flag, .required, "1: not what it has in a region, but what describes it")
        case .mark:
            ColumnDefinition(
                "mark", .integer, .unique, "a part of the ids of its records: see `RecordID`; negative if it has none")
        case .checklists: ColumnDefinition("checklists", .integer, .required)
        case .records: ColumnDefinition("records", .integer, .required)
        case .sequence: ColumnDefinition("sequence", .integer, .required, "a digest of the records in order")
        case .contentHigh: ColumnDefinition("content_high", .integer, .required, "a digest of all that is in it")
        case .contentLow: ColumnDefinition("content_low", .integer, .required)
        case .changedAt: ColumnDefinition("changed_at", .integer, .required, "seconds since 1970")
        }
    }
}

/// Some records of one holding (`RecordRuns`). They are numbered within the holding, in the order of ids, so that what
/// other holdings have changes no number.
package enum RecordRunColumn: Int32, TableColumn {
    case holdingID, firstID, firstNumber, runs

    package static let table = "record_run"
    package static let constraint: String? = "PRIMARY KEY (holding_id, first_id)"
    package static let options = "STRICT, WITHOUT ROWID"

    package var definition: ColumnDefinition {
        switch self {
        case .holdingID: ColumnDefinition("holding_id", .integer, .required)
        case .firstID: ColumnDefinition("first_id", .integer, .required)
        case .firstNumber: ColumnDefinition("first_number", .integer, .required, "from 0")
        case .runs:
            ColumnDefinition("runs", .blob, .required, "how many ids follow one another, are missing, and so on")
        }
    }
}

/// An entry of the list of sensitive species and places. Only the exact edition of the records has it.
package enum SensitiveColumn: Int32, TableColumn {
    case id, species, location, category, precision, scope, region, from, to, reason, review, contact, records

    package static let table = "sensitive"

    package var definition: ColumnDefinition {
        switch self {
        case .id: ColumnDefinition("id", .integer, .key, "in the order of the list")
        case .species: ColumnDefinition("species", .text, .optional, "a code or a name; NULL for a location")
        case .location: ColumnDefinition("location", .text, .optional, "a loc_id")
        case .category:
            ColumnDefinition("category", .integer, .optional, "0: hidden, 1: without place; NULL for a cell")
        case .precision:
            ColumnDefinition("precision", .integer, .optional, "the size of a cell, in millionths of a degree")
        case .scope: ColumnDefinition("scope", .text, .required, "cell, place or checklist")
        case .region: ColumnDefinition("region", .text)
        case .from: ColumnDefinition("season_from", .integer, .optional, "month times 100 plus day")
        case .to: ColumnDefinition("season_to", .integer)
        case .reason: ColumnDefinition("reason", .text)
        case .review: ColumnDefinition("review", .text, .optional, "a date in ISO 8601")
        case .contact: ColumnDefinition("contact", .text)
        case .records: ColumnDefinition("records", .integer, .required, "how many it matches; -1 before it is known")
        }
    }
}

/// The points that a location of the list has had: another code for one of them does not open it.
package enum SensitivePointColumn: Int32, TableColumn {
    case entryID, latitude, longitude

    package static let table = "sensitive_point"
    package static let constraint: String? = "PRIMARY KEY (entry_id, latitude, longitude)"
    package static let options = "STRICT, WITHOUT ROWID"

    package var definition: ColumnDefinition {
        switch self {
        case .entryID: ColumnDefinition("entry_id", .integer, .required)
        case .latitude: ColumnDefinition("latitude", .real, .required)
        case .longitude: ColumnDefinition("longitude", .real, .required)
        }
    }
}

/// A location of the general edition that stands for others. The exact edition has none.
package enum GeneralisedColumn: Int32, TableColumn {
    case id, name, uncertainty, sentence

    package static let table = "general_location"

    package var definition: ColumnDefinition {
        switch self {
        case .id: ColumnDefinition("id", .integer, .key, "of the location")
        case .name: ColumnDefinition("name", .text, .optional, "in all data sets")
        case .uncertainty: ColumnDefinition("uncertainty_m", .real)
        case .sentence: ColumnDefinition("generalisation", .text, .required, "what was done")
        }
    }
}

/// The source of a member that describes a checklist.
enum ChecklistValue {
    case column(ChecklistColumn)
    /// Whether a bit is set in an integer column.
    case bit(Int64, of: ChecklistColumn)
}

extension Field {
    /// The column of a checklist that this member of a record shows; nil if it does not describe a checklist.
    var ofChecklist: ChecklistValue? {
        switch self {
        case .checklistID: .column(.code)
        case .minutes: .column(.minutes)
        case .distanceKilometres: .column(.distance)
        case .areaHectares: .column(.area)
        case .observers: .column(.observers)
        case .protocol: .column(.protocol)
        case .checklistComments: .column(.comments)
        case .complete: .column(.complete)
        case .day1AM: .bit(1, of: .halfDays)
        case .day1PM: .bit(2, of: .halfDays)
        case .day2AM: .bit(4, of: .halfDays)
        case .day2PM: .bit(8, of: .halfDays)
        case .effortHoursAtLeast: .column(.effortHours)
        case .snowDepthAtLeast: .column(.snowDepth)
        case .locationID, .latitude, .longitude, .region, .locationName, .year, .month, .day, .date, .speciesID,
            .commonName, .scientificName, .category, .dataset, .id, .num, .time, .sourceID, .valid, .reviewed,
            .confidence, .breedingCode, .comments, .coordinateUncertainty, .generalised,
            .generalisation:
            nil
        }
    }
}

extension ChecklistField {
    /// The column of a checklist that this member shows; nil if it does not come from the table `checklist`.
    var ofChecklist: ChecklistValue? {
        switch self {
        // A record may have a time of its own, so `Field.time` is not a column of the checklist.
        case .time: .column(.time)
        case .speciesCount: .column(.speciesCount)
        default: Field(rawValue: rawValue)?.ofChecklist
        }
    }
}
