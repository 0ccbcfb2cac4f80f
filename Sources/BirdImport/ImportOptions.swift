import Birds
import FileSystem
import Glibc

/// The files of an import, and what to do with them.
public struct ImportOptions: Sendable {
    /// The paths of the files. Either all of them are imported or none.
    public var files: [String]
    /// The path of the database, which is created if it does not exist.
    public var database: String
    /// The name of the data set for all files; nil for the name of each file without its extension.
    public var dataset: String?
    /// The name of the format of all files; nil to detect the format of each.
    public var format: String?
    /// The order of day and month in dates such as `03/02/2021`; nil to judge it by all dates of a file.
    public var dateOrder: DateOrder?
    /// The date of sound recordings whose names have none, such as `2021-02-03`.
    public var date: String?
    // The place of detections that have none, in degrees. Both or neither must be given.
    public var latitude: Double?
    public var longitude: Double?
    /// Whether to add records to the data sets instead of replacing them.
    public var append = false
    // Where the records come from, their licence, and how to cite them; nil keeps what the data set has.
    public var source: String?
    public var licence: String?
    public var citation: String?
    /// The path of a CSV file for all rows in error; nil for none.
    public var rejects: String?
    /// The path of a JSON file for the report (`ImportReport.json`); nil for none.
    public var report: String?
    /// Whether to store the other rows if some are in error.
    public var skipErrors = false
    /// Whether to keep records that did not pass review.
    public var includeInvalid = false
    /// The path of a list of sensitive species and places, which replaces that of the database; nil to keep that one.
    public var sensitive: String?
    /// Whether entries of the list may match fewer records than before, or nothing.
    public var acceptsUnprotected = false
    /// Whether to do everything except change the database.
    public var dryRun = false
    /// Why the import is refused whatever the files are, such as a setting without a meaning; nil if it is not.
    public var refusal: String?
    /// The time of the import, in seconds since 1970 UTC. It also decides the last year that a date may have.
    public var now: Int = time(nil)
    /// The time that the database is to have instead, in seconds since 1970 UTC; nil for `now`. With it, the same
    /// imports give the same times.
    public var sourceDate: Int?
    /// The time that the database has for the import.
    var stamp: Int { sourceDate ?? now }
    /// Whether to wait until a second has passed since the last change, so that no two generations have the same
    /// `Last-Modified` (`PublishedGeneration`).
    public var waitsForClock = false

    public init(files: [String], database: String) {
        self.files = files
        self.database = database
    }
}

extension ImportOptions {
    /// The time that the database has for the import.
    var utc: tm {
        var (seconds, utc) = (time_t(stamp), tm())
        gmtime_r(&seconds, &utc)
        return utc
    }

    /// A time in ISO 8601, such as `2021-02-03T06:41:00Z`.
    static func timestamp(_ utc: tm) -> String {
        func digits(_ value: Int32, _ width: Int) -> String {
            let text = String(value)
            return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
        }
        return digits(utc.tm_year + 1900, 4) + "-" + digits(utc.tm_mon + 1, 2) + "-" + digits(utc.tm_mday, 2) + "T"
            + digits(utc.tm_hour, 2) + ":" + digits(utc.tm_min, 2) + ":" + digits(utc.tm_sec, 2) + "Z"
    }
}

extension RecordingDefaults {
    /// What the options say.
    /// - Throws: `ChangeError.refused` for a date or a place that does not exist.
    init(_ options: ImportOptions, lastYear: Int) throws(ChangeError) {
        if let text = options.date {
            guard let date = PartialDate(iso: text), date.day != nil, date.year <= lastYear,
                date.year >= DateDecoder.firstYear
            else {
                throw .refused(
                    "--date takes a day such as 2021-02-03, from \(DateDecoder.firstYear) to \(lastYear).")
            }
            self.date = Int64(date.number)
        }
        switch (options.latitude, options.longitude) {
        case (nil, nil): break
        case (let latitude?, let longitude?):
            guard abs(latitude) <= 90 else { throw .refused("--latitude takes a number from -90 to 90.") }
            guard abs(longitude) <= 180 else { throw .refused("--longitude takes a number from -180 to 180.") }
            place = (latitude, longitude)
        default: throw .refused("A place needs both --latitude and --longitude.")
        }
    }
}

/// The progress of an import.
public struct ImportProgress: Sendable {
    public enum Stage: Sendable, Equatable {
        case reading(file: String)
        case storing
        /// Makes indexes and summaries. It has no numbers.
        case indexing
    }

    public var stage: Stage
    /// The number of records in this stage so far.
    public var records: Int
    /// The completed part of this stage, from 0 to 1.
    public var fraction: Double
}
