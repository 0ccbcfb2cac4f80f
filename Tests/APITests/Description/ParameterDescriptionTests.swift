import Birds
import Testing

@testable import API

@Suite struct ParameterDescriptionTests {
    /// The members of a description, with their values as JSON.
    private func members(_ parameter: Parameter, of resource: Resource, in format: RowFormat? = nil) -> [String: String]
    {
        guard case .object(let members) = parameter.description(of: resource, in: format) else { return [:] }
        return Dictionary(
            uniqueKeysWithValues: members.map { ($0.name, String(decoding: $0.value.bytes, as: UTF8.self)) })
    }

    /// A list may be repeated; a box and a point are one value with commas.
    @Test(arguments: Parameter.allCases) func aListMayBeRepeated(parameter: Parameter) throws {
        let found = members(parameter, of: parameter == .by ? .summary : .observations)
        let isArray = found["schema"]?.hasPrefix(#"{"type":"array""#) == true
        #expect(found["name"] == "\"\(parameter.rawValue)\"" && found["in"] == "\"query\"")
        #expect(isArray == (parameter.isList || parameter == .bbox || parameter == .near))
        #expect(found["style"] == (isArray ? "\"form\"" : nil))
        #expect(found["explode"] == (isArray ? "\(parameter.isList)" : nil))
        #expect(found["description"]?.contains("A list: repeat the parameter") == parameter.isList)
        #expect(found["required"] == (parameter == .by ? "true" : nil))
    }

    @Test func valuesAreThoseOfTheResource() {
        func values(_ names: [String]) -> String { "[" + names.map { "\"\($0)\"" }.joined(separator: ",") + "]" }
        let schema = { (parameter: Parameter, resource: Resource, format: RowFormat?) in
            members(parameter, of: resource, in: format)["schema"] ?? ""
        }
        #expect(schema(.format, .locations, nil).contains(values(["json", "ndjson", "csv", "geojson"])))
        #expect(schema(.format, .species, nil).contains(values(["json", "ndjson", "csv"])))
        #expect(schema(.format, .species, .csv).contains(values(["csv"])))
        #expect(schema(.spreadsheet, .species, .csv).contains(values(["yes", "no"])))
        #expect(schema(.spreadsheet, .species, nil).contains(values(["yes", "no"])))
        #expect(schema(.spreadsheet, .species, .json).contains(values(["no"])))
        #expect(schema(.fields, .checklists, nil).contains(values(ChecklistField.allCases.map(\.rawValue))))
        #expect(schema(.fields, .observations, nil).contains("\"maxItems\":\(Field.allCases.count),"))
        #expect(
            schema(.sort, .observations, nil).contains(
                #""maxItems":8,"uniqueItems":true,"items":{"type":"string","enum":["date","-date","#))
        #expect(schema(.by, .summary, nil).contains(#""maxItems":8,"#))
        #expect(schema(.month, .summary, nil).contains(#"{"type":"integer","minimum":1,"maximum":12}"#))
        #expect(schema(.year, .summary, nil).contains(#"{"type":"integer","minimum":1,"maximum":9999}"#))
        #expect(schema(.limit, .summary, nil).contains(#""minimum":1,"#))
        #expect(schema(.leastNum, .summary, nil).contains(#""minimum":0,"#))
        #expect(
            schema(.bbox, .summary, nil).contains(
                #""minItems":4,"maxItems":4,"prefixItems":[{"title":"west","type":"number","minimum":-180,"maximum":180}"#
            ))
        #expect(
            schema(.near, .summary, nil).contains(
                #""minItems":2,"maxItems":2,"prefixItems":[{"title":"latitude","type":"number","minimum":-90,"maximum":90}"#
            ))
    }
}
