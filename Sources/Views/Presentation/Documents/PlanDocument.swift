import Announcement
import Assignment
import ClusterConfiguration

/// What `martlet plan` answers: which address each Service gets, who announces it how, who does not and why.
package struct PlanDocument: Hashable, Sendable, Decodable {
    package var assignments: [AssignmentEntry]
    package var announcements: [AnnouncementEntry]
    package var silent: [NotAnnouncedEntry]
    package var problems: [ProblemEntry]

    package init(
        assignments: [AssignmentEntry] = [], announcements: [AnnouncementEntry] = [], silent: [NotAnnouncedEntry] = [],
        problems: [ProblemEntry] = []
    ) {
        self.assignments = assignments
        self.announcements = announcements
        self.silent = silent
        self.problems = problems
    }

    /// Everything in the order given; layer 2 before BGP.
    package init(
        assignments: [ServiceAssignment], layer2: [Layer2Announcement], bgp: [BGPAnnouncement], silent: [NotAnnounced],
        problems: [Problem]
    ) {
        self.init(
            assignments: assignments.map { AssignmentEntry($0) },
            announcements: layer2.map { AnnouncementEntry($0) } + bgp.map { AnnouncementEntry($0) },
            silent: silent.map { NotAnnouncedEntry($0) }, problems: problems.map { ProblemEntry($0) })
    }
}

extension PlanDocument: JSONRepresentable {
    package var json: JSONValue {
        [
            "assignments": assignments.json, "announcements": announcements.json, "silent": silent.json,
            "problems": problems.json,
        ]
    }
}
