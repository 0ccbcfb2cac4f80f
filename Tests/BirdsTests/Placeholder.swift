import Testing

@testable import Birds
