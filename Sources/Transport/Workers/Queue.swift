/// The first element in is the first one out.
struct Queue<Element> {
    /// Elements before `next` have been taken out.
    private var elements: [Element?] = []
    private var next = 0

    var isEmpty: Bool { next == elements.count }
    var count: Int { elements.count - next }
    /// The one that is next.
    var first: Element? { next < elements.count ? elements[next] : nil }

    mutating func append(_ element: Element) { elements.append(element) }

    /// Takes an element out; nil if there is none.
    mutating func removeFirst() -> Element? {
        guard next < elements.count else { return nil }
        let first = elements[next]
        elements[next] = nil
        next += 1
        // Moving the rest to the front is worth it only now and then.
        if next == elements.count || next >= 1024 {
            elements.removeFirst(next)
            next = 0
        }
        return first
    }

    /// Takes out the first element that a condition holds for.
    /// - Returns: Whether there was one.
    mutating func remove(where condition: (Element) -> Bool) -> Bool {
        guard let index = elements[next...].firstIndex(where: { $0.map(condition) ?? false }) else { return false }
        elements.remove(at: index)
        return true
    }
}
