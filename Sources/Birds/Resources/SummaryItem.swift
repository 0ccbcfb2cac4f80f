/// Some records that a summary counts: one observation, or a row of the table `summary`. What is not known of them is 0.
struct SummaryItem {
    var species: Int64 = 0
    var location: Int64 = 0
    var region: Int64 = 0
    var dataset: Int64 = 0
    var year: Int64 = 0
    var isoYear: Int64 = 0
    var month: Int64 = 0
    var week: Int64 = 0
    var date: Int64 = 0
    var group = SummaryNumbers()

    /// Fills in all that a date tells.
    mutating func setDate(_ date: Int64) {
        let parts = StoredDate.Parts(date)
        self.date = date
        (year, month, isoYear, week) = (parts.year, parts.month, parts.isoYear, parts.week)
    }
}
