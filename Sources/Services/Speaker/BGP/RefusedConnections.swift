import Synchronization

/// Counts BGP connections that were closed unserved: from an address that is no peer's, or more at once than can wait.
final class RefusedConnections: Sendable {
    private let number = Atomic(0)
    private let report: @Sendable () -> Void

    /// - Parameter report: called for each, from any thread.
    init(_ report: @escaping @Sendable () -> Void) { self.report = report }

    var count: Int { number.load(ordering: .relaxed) }

    func add() {
        number.wrappingAdd(1, ordering: .relaxed)
        report()
    }
}
