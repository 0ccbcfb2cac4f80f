import Birds

/// How the rows of a table are read: what the import of its file was told, and what all its rows have shown together. A
/// file of `--rejects` keeps it in words, so that a row that is corrected there gives the same record as in its own
/// file.
struct ReadAs {
    var format: Format
    var syntax: CSVReader.Syntax
    var commas: CommaRule
    /// Nil if no date of the table depends on it.
    var dateOrder: DateOrder?
    var points = PointJudge()
    /// The place of detections that have none.
    var place: (latitude: Double, longitude: Double)?
    var includesInvalid = false

    /// Words such as `format=dwc separator=; quotes=yes commas=decimal date-order=day-first`.
    var text: String {
        var words = ["format=\(format.name)", "separator=\(Self.word(syntax.separator))"]
        words += ["quotes=\(syntax.quoting ? "yes" : "no")", "commas=\(commas)"]
        if let dateOrder { words.append("date-order=\(dateOrder.rawValue)") }
        if !points.words.isEmpty { words.append("points=\(points.words)") }
        if let place { words += ["latitude=\(place.latitude)", "longitude=\(place.longitude)"] }
        if includesInvalid { words.append("include-invalid=yes") }
        return words.joined(separator: " ")
    }

    /// - Returns: Nil if the text is not one that `text` gives.
    init?(_ text: String) {
        var values: [Substring: Substring] = [:]
        for word in text.split(separator: " ") {
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = parts.first, parts.count == 2, values.updateValue(parts[1], forKey: name) == nil else {
                return nil
            }
        }
        guard let format = Format.all.first(where: { $0.name == values["format"] ?? "" }),
            let separator = Self.separator(values["separator"] ?? ""),
            let commas = CommaRule.allCases.first(where: { "\($0)" == values["commas"] ?? "" }),
            let points = PointJudge(words: values["points"] ?? "")
        else { return nil }
        (self.format, self.commas, self.points) = (format, commas, points)
        syntax = CSVReader.Syntax(separator: separator, quoting: values["quotes"] == "yes")
        dateOrder = values["date-order"].flatMap { DateOrder(rawValue: String($0)) }
        if let latitude = values["latitude"].flatMap(Double.init),
            let longitude = values["longitude"].flatMap(Double.init)
        {
            guard abs(latitude) <= 90, abs(longitude) <= 180 else { return nil }
            place = (latitude, longitude)
        }
        includesInvalid = values["include-invalid"] == "yes"
        guard Set(self.text.split(separator: " ")) == Set(text.split(separator: " ")) else { return nil }
    }

    init(_ format: Format, _ syntax: CSVReader.Syntax, _ commas: CommaRule) {
        (self.format, self.syntax, self.commas) = (format, syntax, commas)
    }

    private static func word(_ separator: UInt8) -> String {
        switch separator {
        case 0x09: "tab"
        case 0x20: "space"
        default: String(Character(Unicode.Scalar(separator)))
        }
    }

    private static func separator(_ word: Substring) -> UInt8? {
        switch word {
        case "tab": 0x09
        case "space": 0x20
        default: word.utf8.count == 1 ? word.utf8.first : nil
        }
    }
}
