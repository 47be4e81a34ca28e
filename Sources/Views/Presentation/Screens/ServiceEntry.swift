/// A Service with everything known of it.
package struct ServiceEntry: Hashable, Sendable, JSONRepresentable {
    package let assignment: AssignmentEntry
    package let announcements: [AnnouncementEntry]
    package let silent: [NotAnnouncedEntry]

    /// The assignment, and who announces it.
    package var json: JSONValue {
        guard case .object(let members) = assignment.json else { return nil }
        return .object(members + [JSONMember(name: "announcements", value: announcements.json)])
    }
}
