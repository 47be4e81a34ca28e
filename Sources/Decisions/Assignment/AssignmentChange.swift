import Addresses
import KubernetesModel

/// What became of one Service, for the writer of its status.
package struct AssignmentChange: Hashable, Sendable {
    /// What to do with `status.loadBalancer` of the Service.
    package enum StatusUpdate: Hashable, Sendable {
        /// Nothing: it is up to date, or another owner's.
        case keep
        /// Write the addresses of ``AssignmentChange/assignment``.
        case write
        /// Empty it: what it says was Martlet's doing and is so no longer.
        case clear
    }

    /// An address that the Service had and has no longer.
    package struct Release: Hashable, Sendable {
        package let address: IPAddress
        /// Why, as a sentence for a person.
        package let message: String
        /// Whether the Service gave it up itself: it was deleted, or asks for something else.
        package let isIntended: Bool

        package init(address: IPAddress, message: String, isIntended: Bool = false) {
            self.address = address
            self.message = message
            self.isIntended = isIntended
        }
    }

    package var service: NamespacedName
    /// `nil` where Martlet is not, or no longer, responsible for the Service.
    package var assignment: ServiceAssignment?
    package var status: StatusUpdate
    package var releases: [Release]
    /// Those that were not given before.
    package var warnings: [AssignmentWarning]
    /// Whether anything differs from the last report. If not, the status still does not say what it should.
    package var isNews: Bool

    package init(
        service: NamespacedName, assignment: ServiceAssignment?, status: StatusUpdate = .keep,
        releases: [Release] = [], warnings: [AssignmentWarning] = [], isNews: Bool = true
    ) {
        self.service = service
        self.assignment = assignment
        self.status = status
        self.releases = releases
        self.warnings = warnings
        self.isNews = isNews
    }
}
