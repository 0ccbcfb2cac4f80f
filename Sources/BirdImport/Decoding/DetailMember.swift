import Birds

/// A number or a text that few formats have.
///
/// Numbers have raw values below 16, texts from 16 on, since `present` has 32 bits and `SourceRecord` 16 slots for
/// either kind.
enum DetailMember: Int, CaseIterable {
    case complete, halfDays, valid, reviewed, time, minutes, observers, ownTime
    case effortHours, snowDepth, distance, area, confidence, coordinateUncertainty, generalised, hasOwnNames
    case `protocol` = 16
    case checklistComments, breedingCode, comments, group, copy

    /// The column in which it is stored. A number that goes into a text column is a time, in minutes after
    /// midnight.
    var column: DetailColumn {
        switch self {
        case .complete: .checklist(.complete)
        case .halfDays: .checklist(.halfDays)
        case .valid: .observation(.valid)
        case .reviewed: .observation(.reviewed)
        case .time: .checklist(.time)
        case .minutes: .checklist(.minutes)
        case .observers: .checklist(.observers)
        case .ownTime: .detail(.time)
        case .effortHours: .checklist(.effortHours)
        case .snowDepth: .checklist(.snowDepth)
        case .distance: .checklist(.distance)
        case .area: .checklist(.area)
        case .confidence: .detail(.confidence)
        case .coordinateUncertainty: .detail(.coordinateUncertainty)
        case .generalised: .detail(.generalised)
        case .hasOwnNames: .detail(.hasOwnNames)
        case .protocol: .checklist(.protocol)
        case .checklistComments: .checklist(.comments)
        case .breedingCode: .detail(.breedingCode)
        case .comments: .detail(.comments)
        case .group: .checklist(.groupCode)
        case .copy: .detail(.copy)
        }
    }

    /// Whether it describes the checklist, and not the record.
    var isOfChecklist: Bool { if case .checklist = column { true } else { false } }

    /// Its name in an answer.
    var name: String { self == .checklistComments ? "checklist_comments" : column.name }

    var isText: Bool { rawValue >= 16 }
    var bit: UInt32 { 1 << UInt32(rawValue) }

    static let numbers = allCases.filter { !$0.isText }
    static let texts = allCases.filter(\.isText)
}

/// A column of one of the three tables that hold details.
enum DetailColumn {
    case checklist(ChecklistColumn)
    case observation(ObservationColumn)
    case detail(ObservationDetailColumn)

    var table: String {
        switch self {
        case .checklist: ChecklistColumn.table
        case .observation: ObservationColumn.table
        case .detail: ObservationDetailColumn.table
        }
    }

    private var definition: ColumnDefinition {
        switch self {
        case .checklist(let column): column.definition
        case .observation(let column): column.definition
        case .detail(let column): column.definition
        }
    }

    var name: String { definition.name }
    var kind: ColumnDefinition.Kind { definition.kind }
}
