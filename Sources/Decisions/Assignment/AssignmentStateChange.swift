/// What is otherwise than in an ``AssignmentState`` that was saved before: the present truth about some Services and
/// addresses. To take it in twice is the same as once.
package struct AssignmentStateChange: Codable, Hashable, Sendable {
    package struct Name: Codable, Hashable, Sendable {
        package var namespace: String
        package var name: String
    }

    /// What these Services have.
    package var assigned: [AssignmentState.Assigned] = []
    /// Services that have nothing.
    package var unassigned: [Name] = []
    package var released: [AssignmentState.Released] = []
    /// Addresses that are not of ``AssignmentState/released``.
    package var notReleased: [String] = []

    package init() {}

    package var isEmpty: Bool { assigned.isEmpty && unassigned.isEmpty && released.isEmpty && notReleased.isEmpty }
}

extension AssignmentState {
    /// Takes in changes, in their order.
    package mutating func apply(_ changes: [AssignmentStateChange]) {
        guard !changes.isEmpty else { return }
        typealias Name = AssignmentStateChange.Name
        var assigned = Dictionary(
            assignments.map { (Name(namespace: $0.namespace, name: $0.name), $0) }, uniquingKeysWith: { $1 })
        var released = Dictionary(self.released.map { ($0.address, $0) }, uniquingKeysWith: { $1 })
        for change in changes {
            for entry in change.assigned { assigned[Name(namespace: entry.namespace, name: entry.name)] = entry }
            for name in change.unassigned { assigned[name] = nil }
            for entry in change.released { released[entry.address] = entry }
            for address in change.notReleased { released[address] = nil }
        }
        assignments = assigned.values.sorted { ($0.namespace, $0.name) < ($1.namespace, $1.name) }
        self.released = released.values.sorted { $0.address < $1.address }
    }
}
