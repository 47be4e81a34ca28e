import Interfaces
import Timing

/// The ports of a node, in the order of their interfaces' indexes.
///
/// They are few, so looking for one costs less by going through them than by hashing; and each is changed where it is,
/// since it holds all claims of its segment.
struct Layer2Ports: Sendable {
    private(set) var indexes: [CInt] = []
    /// In the order of `indexes`.
    private(set) var values: [Layer2Port] = []
    /// When each has something to do, in the order of `indexes`. Kept, since the loop asks at every turn.
    private(set) var deadlines: [Instant?] = []

    subscript(index: CInt) -> Layer2Port? { indexes.firstIndex(of: index).map { values[$0] } }

    /// Adds the port of an interface that has none.
    mutating func insert(_ port: Layer2Port) {
        let index = port.interface.index
        let position = indexes.firstIndex { $0 > index } ?? indexes.count
        indexes.insert(index, at: position)
        values.insert(port, at: position)
        deadlines.insert(port.nextDeadline, at: position)
    }

    mutating func remove(_ index: CInt) {
        guard let position = indexes.firstIndex(of: index) else { return }
        indexes.remove(at: position)
        values.remove(at: position)
        deadlines.remove(at: position)
    }

    /// Returns what `body` returns; `nil` if there is no such port.
    @discardableResult mutating func change<Result>(_ index: CInt, _ body: (inout Layer2Port) -> Result) -> Result? {
        guard let position = indexes.firstIndex(of: index) else { return nil }
        func changed(_ port: inout Layer2Port) -> (Result, Instant?) { (body(&port), port.nextDeadline) }
        let (result, deadline) = changed(&values[position])
        deadlines[position] = deadline
        return result
    }
}
